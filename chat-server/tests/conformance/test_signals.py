"""Section 5, signals: who writes and who is away, told and not kept."""

import contextlib

import document
import wire
from case import Case
from transport import Late

TOLD_SECONDS = 30
AGAIN_SECONDS = document.LIMITS["TYPING_AGAIN"] / 1000


class Typing(Case):
    def setUp(self):
        super().setUp()
        self.mine, self.theirs = self.room_of("ann", "bob")

    def type(self, view, state="Writing"):
        """As a client does it: under request 0, which nothing answers."""
        view.session.connection.write(wire.frame(0, "Typing", room=view.id, state=state))

    def type_until_told(self, view, state, count):
        """A signal may be lost, so it is said again, and not sooner than it may be."""
        for _ in range(10):
            self.type(self.mine, state)
            with contextlib.suppress(Late):
                return view.session.until(lambda: len(self.told(view)) >= count, AGAIN_SECONDS)
        self.fail("never told")

    def told(self, view):
        return [(signal.room, signal.person, signal.kind) for signal in view.session.told("Signal")]

    def test_others_are_told_that_somebody_writes_and_that_they_gave_up(self):
        self.type_until_told(self.theirs, "Writing", 1)
        self.type_until_told(self.theirs, "Stopped", 2)
        ann = self.mine.session.person
        self.assertEqual(self.told(self.theirs), [(self.mine.id, ann, "Typing"), (self.mine.id, ann, "Stopped")])

    def test_nothing_answers_it_under_request_0(self):
        told = len(self.mine.session.unasked)
        self.type(self.mine)
        self.mine.session.settle()
        self.assertEqual(self.mine.session.unasked[told:], [])

    def test_done_answers_it_under_another_request_whatever_became_of_it(self):
        self.mine.session.ask("Typing", room=self.mine.id, state="Writing")
        self.mine.session.ask("Typing", room=bytes(16), state="Writing")

    def test_it_is_not_told_to_sessions_of_the_same_person(self):
        second = self.again(self.mine.session).join(self.mine.code)
        self.type_until_told(self.theirs, "Writing", 1)
        second.session.settle()
        self.assertEqual(self.told(second), [])

    def test_it_is_not_told_for_visitors_and_the_muted(self):
        visit = self.person("vic").join(self.mine.code, stay="Visitor")
        self.mine.act("Mute", 0, self.theirs.session.name)
        for view in (visit, self.theirs):
            self.type(view)
            view.session.settle()
        self.mine.session.settle()
        self.assertEqual(self.told(self.mine), [])

    def test_it_is_no_entry(self):
        head = self.mine.say("before").seq
        self.type_until_told(self.theirs, "Writing", 1)
        self.assertEqual(self.theirs.history(after=head).entries, [])

    def test_saying_it_a_thousand_times_harms_nobody(self):
        for _ in range(1000):
            self.type(self.mine)
        self.theirs.wait_for(self.mine.say("there").seq)
        self.assertLess(len(self.told(self.theirs)), 1000)


class Presence(Case):
    def setUp(self):
        super().setUp()
        self.mine, self.theirs = self.room_of("ann", "bob")
        # Whoever is still being told what was said misses signals.
        for word in ("both", "here"):
            self.theirs.wait_for(self.mine.say(word).seq)
            self.mine.wait_for(self.theirs.cursor)

    def set(self, presence):
        self.mine.session.ask("SetPresence", presence=presence)

    def wait_until_told(self, view, presence):
        told = {"room": self.mine.id, "person": self.mine.session.person, "kind": ("Presence", presence)}
        view.session.until(lambda: told in [vars(it) for it in view.session.told("Signal")], TOLD_SECONDS)

    def test_everybody_is_told_and_a_newcomer_reads_it_in_the_list(self):
        self.set("Idle")
        self.wait_until_told(self.theirs, "Idle")
        self.wait_until_told(self.mine, "Idle")
        newcomer = self.person("carol").join(self.mine.code)
        self.assertEqual(newcomer.members[self.mine.session.person].presence, "Idle")

    def test_a_word_goes_with_being_away_and_may_be_empty(self):
        self.set(("Away", b"lunch"))
        self.wait_until_told(self.theirs, ("Away", b"lunch"))
        self.set(("Away", b""))
        self.wait_until_told(self.theirs, ("Away", b""))

    def test_somebody_is_away_if_one_session_says_so_and_here_if_one_is_and_none_is_away(self):
        second = self.again(self.mine.session).join(self.mine.code)
        self.set("Idle")
        self.set(("Away", b"lunch"))
        self.wait_until_told(self.theirs, ("Away", b"lunch"))
        self.mine.session.ask("SetPresence", presence="Here")
        self.wait_until_told(second, "Here")

    def test_nobody_says_that_they_are_gone(self):
        self.refused("NOT_ALLOWED", self.set, "Gone")

    def test_a_word_is_one_line_of_so_many_bytes(self):
        most = document.LIMITS["AWAY_BYTES"]
        self.set(("Away", b"x" * most))
        refusal = self.refused("TOO_LONG", self.set, ("Away", b"x" * (most + 1)))
        self.assertEqual(refusal.detail, ("Max", most))
        for word in (b"a\nb", b"a\tb", b"\x1b[2J", b"\xff"):
            self.refused("INVALID_TEXT", self.set, ("Away", word))

    def test_who_comes_back_is_here(self):
        self.set("Idle")
        self.wait_until_told(self.theirs, "Idle")
        self.mine.session.bye()
        self.theirs.session.until(lambda: self.theirs.said()[-1] == ("Left", "Quit"))
        back = self.again(self.mine.session).join(self.mine.code)
        self.assertEqual(back.members[self.mine.session.person].presence, "Here")
