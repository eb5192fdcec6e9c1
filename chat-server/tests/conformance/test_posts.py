"""Section 6: what is posted stands in the log once, whole and cleaned, or not at all."""

import document
import wire
from case import Case
from wire import Record

TEXT_BYTES, TEXT_LINES = document.LIMITS["TEXT_BYTES"], document.LIMITS["TEXT_LINES"]
EMPTY_MESSAGES = ["", " ", "\n\t \n", "\u200b\u200d\ufeff", "\u202e\u2066", "\U000e0041\u00ad"]


class Ids(Case):
    def setUp(self):
        super().setUp()
        self.room, self.theirs = self.room_of("ann", "bob")

    def said_by_all(self):
        """What both see, when everything is there."""
        self.theirs.wait_for(self.room.say("end").seq)
        self.room.wait_for(self.theirs.cursor)
        self.assertEqual(self.room.texts(), self.theirs.texts())
        return self.room.texts()[:-1]

    def test_an_accepted_post_comes_to_everybody_with_its_id_and_author(self):
        accepted = self.room.say("hello", n=7)
        entry = self.theirs.wait_for(accepted.seq).entry(accepted.seq)
        ann = self.room.session
        self.assertEqual((entry.author.person, entry.author.name), (ann.person, ann.name))
        self.assertEqual(entry.post, Record(instance=ann.instance, n=7))
        self.assertEqual(accepted.id, entry.post)
        self.assertEqual(vars(self.room.wait_for(accepted.seq).entry(accepted.seq)), vars(entry))

    def test_the_same_id_and_body_a_thousand_times_is_one_entry_and_one_answer(self):
        requests = [self.room.send_post(wire.body("Message", b"once"), n=1) for _ in range(1000)]
        answers = [self.room.session.answer(request) for request in requests]
        self.assertEqual(len({str(answer) for answer in answers}), 1)
        self.room.posts = iter(range(2, 100))
        self.assertEqual(self.said_by_all(), ["once"])

    def test_the_same_id_from_another_session_of_the_person_is_the_same_entry(self):
        accepted = self.room.say("once", n=1)
        second = self.again(self.room.session).join(self.room.code)
        self.assertEqual(second.say("once", n=1, instance=self.room.session.instance), accepted)

    def test_the_same_id_of_another_person_is_another_entry(self):
        mine = self.room.say("mine", n=1)
        theirs = self.theirs.say("theirs", n=1, instance=self.room.session.instance)
        self.assertNotEqual(mine.seq, theirs.seq)

    def test_the_same_id_in_another_room_is_another_entry(self):
        self.room.say("here", n=1)
        other = self.room.session.create()
        other.wait_for(other.say("there", n=1).seq)
        self.assertEqual(other.texts(), ["there"])

    def test_bodies_are_compared_as_they_are_after_cleaning(self):
        accepted = self.room.say("one\u200btwo", n=1)
        self.assertEqual(self.room.say("onetwo", n=1), accepted)

    def test_an_id_with_another_body_is_refused_and_the_first_stands(self):
        self.room.say("first", n=1)
        self.refused("ID_REUSED", self.room.say, "second", n=1)
        self.refused("ID_REUSED", self.room.post, wire.body("Action", b"first"), n=1)
        self.room.posts = iter(range(2, 100))
        self.assertEqual(self.said_by_all(), ["first"])

    def test_an_id_below_the_highest_accepted_one_is_out_of_order(self):
        self.room.say("ten", n=10)
        self.refused("OUT_OF_ORDER", self.room.say, "nine", n=9)
        self.room.say("other instance", n=9, instance=5)
        self.room.posts = iter(range(11, 100))
        self.assertEqual(self.said_by_all(), ["ten", "other instance"])

    def test_a_refused_post_takes_no_number(self):
        self.refused("EMPTY_MESSAGE", self.room.say, "", n=10)
        self.room.say("nine", n=9)
        self.room.say("ten", n=10)
        self.room.posts = iter(range(11, 100))
        self.assertEqual(self.said_by_all(), ["nine", "ten"])

    def test_posts_that_do_not_wait_for_each_other_stand_in_their_order(self):
        numbers = [str(number) for number in range(100)]
        requests = [self.room.send_post(wire.body("Message", number.encode())) for number in numbers]
        places = [self.room.session.answer(request).seq for request in requests]
        self.assertEqual(places, sorted(places))
        self.assertEqual(self.said_by_all(), numbers)

    def test_an_erased_post_sent_again_is_accepted_whatever_its_body(self):
        accepted = self.room.say("gone soon", n=1)
        self.room.posts = iter(range(2, 100))
        self.room.forget()
        self.assertEqual(self.room.say("gone soon", n=1), accepted)
        self.assertEqual(self.room.say("anything", n=1), accepted)

    def test_what_was_accepted_before_a_kick_is_answered_as_before(self):
        accepted = self.theirs.say("before", n=1)
        self.room.act("Kick", 0, self.theirs.session.name)
        self.theirs.session.until(lambda: self.theirs.ended)
        self.assertEqual(self.theirs.say("before", n=1), accepted)
        self.refused("NOT_MEMBER", self.theirs.say, "after", n=2)


class Texts(Case):
    def setUp(self):
        super().setUp()
        self.room = self.person("ann").create()

    def stored(self, text, kind="Message"):
        accepted = self.room.post(wire.body(kind, text.encode()))
        return wire.said(self.room.wait_for(accepted.seq).entry(accepted.seq))[1].decode()

    def test_text_comes_back_byte_for_byte(self):
        for text in ("hi! 👋", "  two\n\tlines  ", "שלום 你好 नमस्ते", "e\u0301 é", "👨‍👩‍👧 1️⃣", "x" * TEXT_BYTES):
            self.assertEqual(self.stored(text), text)

    def test_what_is_not_utf_8_is_refused(self):
        for data in (b"\xff", b"a\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x28\xa1"):
            with self.subTest(data):
                for kind in ("Message", "Action", "Topic"):
                    self.refused("INVALID_TEXT", self.room.post, wire.body(kind, data))

    def test_control_characters_are_refused_but_for_newline_and_tab(self):
        controls = [*range(0x20), *range(0x7F, 0xA0)]
        for control in controls:
            text = f"a{chr(control)}b"
            if chr(control) in "\n\t":
                self.assertEqual(self.stored(text), text)
                self.refused("INVALID_TEXT", self.room.post, wire.body("Topic", text.encode()))
            else:
                self.refused("INVALID_TEXT", self.room.say, text)

    def test_escape_sequences_of_terminals_are_refused(self):
        clipboard, title, device = "\x1b]52;c;aGk=\x07", "\x1b]0;title\x07", "\x1bP1$r\x1b\\"
        for sequence in (clipboard, title, device, "\x1b[2J", "\x9b2J", "\x07" * 1000):
            self.refused("INVALID_TEXT", self.room.say, "look: " + sequence)

    def test_messages_without_anything_to_see_are_refused(self):
        for text in EMPTY_MESSAGES:
            with self.subTest(text.encode()):
                self.refused("EMPTY_MESSAGE", self.room.say, text)
                self.refused("EMPTY_MESSAGE", self.room.post, wire.body("Action", text.encode()))

    def test_a_message_over_the_bytes_is_refused_whole_with_the_limit(self):
        self.assertEqual(self.stored("ä" * (TEXT_BYTES // 2)), "ä" * (TEXT_BYTES // 2))
        for text in ("x" * (TEXT_BYTES + 1), "ä" * (TEXT_BYTES // 2) + "x", "x" * 60_000):
            self.assertEqual(self.refused("TOO_LONG", self.room.say, text).detail, ("Max", TEXT_BYTES))

    def test_a_message_over_the_lines_is_refused_whole_with_the_limit(self):
        lines = "\n".join("x" * TEXT_LINES)
        self.assertEqual(self.stored(lines), lines)
        self.assertEqual(self.refused("TOO_LONG", self.room.say, lines + "\nx").detail, ("Max", TEXT_LINES))

    def test_what_cleaning_takes_away_does_not_count(self):
        self.assertEqual(self.stored("x" * TEXT_BYTES + "\u200b" * 100), "x" * TEXT_BYTES)

    # Cleaning

    def test_hidden_characters_go(self):
        for character in document.hidden():
            with self.subTest(f"U+{ord(character):04X}"):
                self.assertEqual(self.stored(f"a{character}b"), "ab")

    def test_line_and_paragraph_separators_become_newlines(self):
        self.assertEqual(self.stored("a\u2028b\u2029c"), "a\nb\nc")

    def test_eight_marks_stay_on_a_base_character(self):
        self.assertEqual(self.stored("a" + "\u0301" * 500 + "b"), "a" + "\u0301" * 8 + "b")

    def test_one_variation_selector_stays(self):
        self.assertEqual(self.stored("❤" + "\ufe0f" * 500), "❤\ufe0f")

    def test_joiners_stay_where_they_join(self):
        self.assertEqual(self.stored("a\u200db"), "ab")
        self.assertEqual(self.stored("می\u200cخواهم"), "می\u200cخواهم")
        self.assertEqual(self.stored("क्\u200dष"), "क्\u200dष")
        self.assertEqual(self.stored("👩\u200d💻"), "👩\u200d💻")

    def test_cleaning_what_was_cleaned_changes_nothing(self):
        for text in ("a\u2028b\u200d\u0301" + "\u0301" * 20, "👩\u200d\u200d💻\ufe0f\ufe0f", "a\u200bb\u200d c"):
            once = self.stored(text)
            self.assertEqual(self.stored(once), once)

    # Topics

    def test_a_topic_is_told_to_newcomers_and_cleared_by_an_empty_one(self):
        self.assertEqual(self.stored("  release planning ", "Topic"), "release planning")
        self.assertEqual(self.person("bob").join(self.room.code).joined.state.topic, b"release planning")
        for nothing in ("", "  ", "\u200b"):
            self.assertEqual(self.stored(nothing, "Topic"), "")
        self.assertEqual(self.person("bob").join(self.room.code).joined.state.topic, b"")

    def test_a_topic_is_one_line_of_at_most_its_bytes(self):
        most = document.LIMITS["TOPIC_BYTES"]
        self.assertEqual(self.stored("x" * most, "Topic"), "x" * most)
        refusal = self.refused("TOO_LONG", self.room.post, wire.body("Topic", b"x" * (most + 1)))
        self.assertEqual(refusal.detail, ("Max", most))
        for text in ("a\nb", "a\tb", "a\u2028b", "a\u2029b"):
            self.refused("INVALID_TEXT", self.room.post, wire.body("Topic", text.encode()))


class Kinds(Case):
    def setUp(self):
        super().setUp()
        self.room = self.person("ann").create()

    def test_what_the_server_alone_writes_cannot_be_posted(self):
        for kind in (0, 15, 16, 17, 18, 19):
            refusal = self.refused("UNSUPPORTED", self.room.post, Record(kind=kind, body=b""))
            self.assertEqual(refusal.detail, ("Kind", kind))

    def test_a_kind_that_is_not_known_is_refused_and_the_connection_lives(self):
        for kind in (10, 14, 20, 900, 65535):
            refusal = self.refused("UNSUPPORTED", self.room.post, Record(kind=kind, body=b"\x01\x02"))
            self.assertEqual(refusal.detail, ("Kind", kind))
        self.room.say("still here")

    def test_a_body_that_is_not_what_its_kind_says_is_refused_and_the_connection_lives(self):
        bodies = {
            4: ["", "20", "0008"],
            5: ["00"],
            6: ["", "01", "010161ff"],
            7: ["01"],
            8: ["", "0101"],
            9: ["01", "010102"],
        }
        for kind, datas in bodies.items():
            for data in datas:
                with self.subTest(kind=kind, data=data):
                    body = Record(kind=kind, body=bytes.fromhex(data))
                    self.assertEqual(self.refused("UNSUPPORTED", self.room.post, body).detail, ("Kind", kind))
        self.room.say("still here")

    def test_actions_and_topics_are_entries_like_messages(self):
        self.room.post(wire.body("Action", b"waves"))
        self.room.wait_for(self.room.post(wire.body("Topic", b"plans")).seq)
        self.assertEqual(self.room.said()[-2:], [("Action", b"waves"), ("Topic", b"plans")])
