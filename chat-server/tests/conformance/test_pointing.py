"""Section 6: answers, edits, deletions, reactions and taking back, as entries, in pages, and for who comes later."""

import random

import document
import wire
from case import Case
from client import Refused
from reading import shown


class Pointing(Case):
    def setUp(self):
        super().setUp()
        self.mine, self.theirs = self.room_of("ann", "bob")
        self.message = self.theirs.say("first").seq

    def read(self):
        """What a newcomer reads, what a page shows and what both saw live, which is the same."""
        newcomer = self.person("eve").join(self.mine.code)
        self.mine.wait_for(newcomer.cursor)
        self.theirs.wait_for(newcomer.cursor)
        views = [newcomer.entries, newcomer.history().entries, self.mine.entries, self.theirs.entries]
        readings = [shown(entries) for entries in views]
        for reading in readings[1:]:
            self.assertEqual(reading, readings[0])
        return readings[0]

    def text(self):
        return self.read()[self.message].text

    def reactions(self):
        return self.read()[self.message].reactions


class Replies(Pointing):
    def test_a_reply_names_what_it_answers(self):
        seq = self.mine.reply(self.message, "indeed").seq
        name, said = wire.said(self.theirs.wait_for(seq).entry(seq))
        self.assertEqual((name, said.to, said.text), ("Reply", self.message, b"indeed"))

    def test_any_place_of_the_log_can_be_answered_and_no_other(self):
        opened = self.mine.entries[0].seq
        head = self.mine.reply(opened, "to a line of the server").seq
        for nowhere in (0, head + 1, 2**64 - 1):
            self.refused("NO_SUCH_MESSAGE", self.mine.reply, nowhere, "to nothing")

    def test_what_was_deleted_can_be_answered(self):
        self.theirs.delete(self.message)
        self.mine.reply(self.message, "what did you say?")

    def test_texts_of_replies_and_edits_are_judged_like_messages(self):
        for ask, place in ((self.theirs.reply, self.message), (self.theirs.edit, self.message)):
            self.refused("INVALID_TEXT", ask, place, b"\xff")
            self.refused("INVALID_TEXT", ask, place, "\x1b[2J")
            self.refused("EMPTY_MESSAGE", ask, place, "\u200b")
            self.refused("TOO_LONG", ask, place, "x" * (document.LIMITS["TEXT_BYTES"] + 1))
        self.theirs.edit(self.message, "a\u200bb")
        self.assertEqual(self.text(), b"ab")


class Edits(Pointing):
    def test_the_newest_edit_is_what_a_message_says(self):
        self.theirs.edit(self.message, "second")
        self.theirs.edit(self.message, "third")
        self.assertEqual(self.text(), b"third")

    def test_messages_actions_and_replies_can_be_edited_and_nothing_else(self):
        action = self.theirs.post(wire.body("Action", b"waves")).seq
        reply = self.theirs.reply(self.message, "me again").seq
        edit = [self.theirs.edit(place, "other").seq for place in (action, reply)][0]
        topic = self.theirs.post(wire.body("Topic", b"plans")).seq
        for place in (edit, topic, self.theirs.entries[0].seq, 0, 2**64 - 1):
            self.refused("NO_SUCH_MESSAGE", self.theirs.edit, place, "other")

    def test_only_who_wrote_a_message_edits_it(self):
        self.refused("NOT_YOURS", self.mine.edit, self.message, "put into your mouth")
        self.assertEqual(self.text(), b"first")

    def test_a_message_is_edited_64_times_and_no_more(self):
        for number in range(document.LIMITS["EDITS_PER_MESSAGE"]):
            self.theirs.edit(self.message, str(number))
        self.refused("NOT_ALLOWED", self.theirs.edit, self.message, "once more")
        self.assertEqual(self.text(), b"63")

    def test_other_names_of_the_key_are_other_people(self):
        other = self.person("other", key=self.theirs.session.key).join(self.mine.code)
        self.refused("NOT_YOURS", other.edit, self.message, "by another name")


class Deletions(Pointing):
    def test_what_its_author_deletes_is_erased_with_its_edits(self):
        edit = self.theirs.edit(self.message, "worse").seq
        self.theirs.delete(self.message)
        self.assertIsNone(self.text())
        log = {entry.seq: entry for entry in self.mine.history().entries}
        self.assertEqual(wire.said(log[self.message])[0], "Erased")
        self.assertEqual(log[self.message].post, self.theirs.entry(self.message).post)
        self.assertEqual(log[self.message].author, self.theirs.entry(self.message).author)
        self.assertEqual(wire.said(log[edit])[1].text, b"")

    def test_who_keeps_order_deletes_what_anybody_said(self):
        self.mine.delete(self.message)
        self.assertIsNone(self.text())

    def test_nobody_else_deletes_it(self):
        other = self.person("carol").join(self.mine.code)
        self.refused("NOT_YOURS", other.delete, self.message)
        self.assertEqual(self.text(), b"first")

    def test_what_is_erased_can_no_longer_be_changed(self):
        self.theirs.delete(self.message)
        self.refused("NO_SUCH_MESSAGE", self.theirs.delete, self.message)
        self.refused("NO_SUCH_MESSAGE", self.theirs.edit, self.message, "back")
        self.refused("NO_SUCH_MESSAGE", self.theirs.react, self.message, "👍")


class Reactions(Pointing):
    def test_one_person_gives_each_emoji_once(self):
        for _ in range(2):
            self.mine.react(self.message, "👍")
        self.mine.react(self.message, "🎉")
        self.theirs.react(self.message, "👍")
        ann, bob = self.mine.session.person, self.theirs.session.person
        expected = {(ann, "👍".encode()), (ann, "🎉".encode()), (bob, "👍".encode())}
        self.assertEqual(self.reactions(), expected)

    def test_a_reaction_is_taken_back_and_given_again(self):
        self.mine.react(self.message, "👍")
        self.mine.react(self.message, "👍", "Off")
        self.assertEqual(self.reactions(), set())
        self.mine.react(self.message, "👍")
        self.assertEqual(len(self.reactions()), 1)

    def test_taking_back_what_was_not_given_is_accepted(self):
        self.mine.react(self.message, "👍", "Off")
        self.assertEqual(self.reactions(), set())

    def test_a_reaction_is_one_emoji(self):
        for emoji in ("", "a", "1", "👍👍", "👍 ", ":)", b"\xff", "x" * 65):
            with self.subTest(emoji):
                self.refused("INVALID_EMOJI", self.mine.react, self.message, emoji)
        for emoji in ("👍", "👨‍👩‍👧", "1️⃣", "🇩🇪", "👍🏽"):
            self.mine.react(self.message, emoji)

    def test_a_message_has_twenty_different_ones_and_no_more(self):
        most = document.LIMITS["EMOJI_PER_MESSAGE"]
        for number in range(most):
            self.mine.react(self.message, chr(0x1F400 + number))
        self.refused("TOO_MANY_REACTIONS", self.mine.react, self.message, "🎉")
        self.theirs.react(self.message, chr(0x1F400))
        self.mine.react(self.message, chr(0x1F400), "Off")

    def test_a_page_brings_the_reactions_to_its_messages_from_behind_it(self):
        for _ in range(300):
            self.mine.send_post(wire.body("Message", b"talk"))
        self.mine.react(self.message, "👍")
        self.mine.react(self.message, "🎉")
        self.mine.react(self.message, "🎉", "Off")
        self.theirs.edit(self.message, "edited later")
        page = self.mine.history(before=self.message + 1, limit=10).entries
        self.assertEqual(page, sorted(page, key=lambda entry: entry.seq))
        read = shown(page)[self.message]
        self.assertEqual(read.text, b"edited later")
        self.assertEqual(read.reactions, {(self.mine.session.person, "👍".encode())})


class TakingBack(Pointing):
    def test_everything_that_its_author_said_is_erased_and_nothing_else(self):
        kept = self.mine.say("kept").seq
        action = self.theirs.post(wire.body("Action", b"waves")).seq
        reply = self.theirs.reply(kept, "indeed").seq
        edit = self.theirs.edit(reply, "indeed not").seq
        topic = self.theirs.post(wire.body("Topic", b"plans")).seq
        self.theirs.forget()
        after = self.theirs.say("after").seq
        texts = {seq: message.text for seq, message in self.read().items()}
        self.assertEqual(texts, {self.message: None, kept: b"kept", action: None, reply: None, after: b"after"})
        log = {entry.seq: wire.said(entry) for entry in self.mine.history().entries}
        self.assertEqual(log[topic], ("Topic", b"plans"))
        self.assertEqual(log[edit][1].text, b"")

    def test_the_chain_of_places_stays_whole(self):
        before = [(entry.prev, entry.seq, entry.time, entry.post) for entry in self.mine.history().entries]
        self.theirs.forget()
        after = [(entry.prev, entry.seq, entry.time, entry.post) for entry in self.mine.history().entries]
        self.assertEqual(after[: len(before)], before)

    def test_what_is_taken_back_is_found_no_more(self):
        self.assertEqual(len(self.mine.search("first").hits), 1)
        self.theirs.forget()
        self.assertEqual(self.mine.search("first").hits, [])

    def test_other_names_of_the_key_keep_what_they_said(self):
        other = self.person("other", key=self.theirs.session.key).join(self.mine.code)
        kept = other.say("by another name").seq
        self.theirs.forget()
        self.assertEqual(self.read()[kept].text, b"by another name")

    def test_what_is_said_is_never_seen_again_by_who_resumes(self):
        cursor = self.mine.entries[0].seq
        self.theirs.forget()
        again = self.again(self.mine.session).resume(self.mine.id, cursor)
        self.assertNotIn(("Message", b"first"), again.said())


class Folding(Pointing):
    def test_whatever_is_changed_everybody_reads_the_same(self):
        chance = random.Random(4)
        views = [self.mine, self.theirs, self.person("carol").join(self.mine.code)]
        places = [self.message]
        for number in range(150):
            view, place = chance.choice(views), chance.choice(places)
            places += self.deed(chance, view, place, f"text {number}")
        self.assertGreater(len(self.read()), 10)

    def deed(self, chance, view, place, text):
        """One change, which may be refused; the place of what was said."""
        emoji, state = chance.choice("👍🎉🚀"), chance.choice(["On", "On", "Off"])
        kinds = {
            10: lambda: view.say(text),
            9: lambda: view.reply(place, text),
            8: lambda: view.edit(place, text),
            7: lambda: view.delete(place),
            6: lambda: view.react(place, emoji, state),
            1: view.forget,
        }
        kind = chance.choices(list(kinds), weights=[6, 4, 6, 2, 12, 1])[0]
        try:
            seq = kinds[kind]().seq
        except Refused as refusal:
            self.assertIn(refusal.code, ("NO_SUCH_MESSAGE", "NOT_YOURS"))
            return []
        return [seq] if kind >= 9 else []
