"""Section 5, direct rooms: between two people, found by nobody else."""

import wire
from case import Case
from wire import Record


class Direct(Case):
    def setUp(self):
        super().setUp()
        self.shared, self.their_shared = self.room_of("ann", "bob")
        self.ann, self.bob = self.shared.session, self.their_shared.session

    def open(self):
        mine = self.ann.open_direct(self.bob.person)
        self.bob.until(lambda: self.bob.told("RoomAdded"))
        return mine, self.bob.resume(mine.id)

    def test_both_are_members_and_speak(self):
        mine, theirs = self.open()
        theirs.wait_for(mine.say("just us").seq)
        self.assertEqual(theirs.texts(), ["just us"])
        self.assertEqual(set(theirs.members), {self.ann.person, self.bob.person})

    def test_the_room_tells_each_of_them_who_the_other_is(self):
        mine, theirs = self.open()
        for view, other in ((mine, self.bob), (theirs, self.ann)):
            state = view.joined.state
            expected = Record(person=other.person, name=other.name, key=bytes(other.key.verify_key))
            self.assertEqual((state.direct, state.door), (expected, "Direct"))
            self.assertNotEqual(state.role, "Owner")

    def test_all_other_sessions_of_both_are_told(self):
        other_ann, other_bob = self.again(self.ann), self.again(self.bob)
        mine = self.ann.open_direct(self.bob.person)
        for session, peer in ((self.bob, self.ann), (other_bob, self.ann), (other_ann, self.bob)):
            session.until(lambda: session.told("RoomAdded"))
            [added] = session.told("RoomAdded")
            self.assertEqual((added.membership.room, added.membership.direct.person), (mine.id, peer.person))
        self.ann.settle()
        self.assertEqual(self.ann.told("RoomAdded"), [])

    def test_welcome_lists_it_with_the_other_one(self):
        mine, _ = self.open()
        listed = {it.room: it.direct for it in self.again(self.bob).welcome.rooms}
        self.assertEqual(listed[mine.id].person, self.ann.person)
        self.assertIsNone(listed[self.shared.id])

    def test_opening_it_again_from_either_side_finds_the_same_room(self):
        mine, _ = self.open()
        self.assertEqual(self.ann.open_direct(self.bob.person).id, mine.id)
        self.assertEqual(self.bob.open_direct(self.ann.person).id, mine.id)

    def test_nobody_else_gets_in(self):
        mine, _ = self.open()
        eve = self.person("eve")
        self.refused("JOIN_DENIED", eve.ask, "Join", Record(code=mine.code, stay="Resident", secret=None))
        self.refused("ROOM_ENDED", eve.ask, "Resume", room=mine.id, after=0, stay="Resident")
        self.refused("NOT_MEMBER", eve.ask, "History", room=mine.id, after=0, before=9, limit=9)

    def test_somebody_one_shares_no_room_with_is_as_good_as_nobody(self):
        eve = self.person("eve")
        told = [
            self.refused("NO_SUCH_PERSON", self.ann.ask, "OpenDirect", person=person, stay="Resident").text
            for person in (eve.person, 2**63)
        ]
        self.assertEqual(*told)

    def test_nobody_has_one_with_themselves(self):
        self.refused("NOT_ALLOWED", self.ann.ask, "OpenDirect", person=self.ann.person, stay="Resident")

    def test_no_act_and_no_invite_is_taken_in_it(self):
        mine, _ = self.open()
        for act in (("Kick", 0, self.bob.name), ("Mute", 0, self.bob.name), ("Op", 0, self.bob.name)):
            self.refused("NOT_ALLOWED", mine.act, *act)
        self.refused("NOT_ALLOWED", mine.act, "Lock")
        self.refused("NOT_ALLOWED", mine.invite)

    def test_nobody_deletes_what_the_other_said(self):
        mine, theirs = self.open()
        self.refused("NOT_YOURS", mine.delete, theirs.say("mine").seq)

    def test_who_left_is_a_member_again_with_the_next_opening(self):
        mine, theirs = self.open()
        mine.leave()
        theirs.say("still there?")
        self.assertEqual(self.ann.open_direct(self.bob.person).id, mine.id)
        self.assertIn("still there?", mine.texts())

    def test_it_is_opened_again_without_a_shared_room_if_it_is_there(self):
        mine, _ = self.open()
        self.shared.leave()
        self.assertEqual(self.ann.open_direct(self.bob.person).id, mine.id)

    def test_it_is_over_when_both_have_left(self):
        mine, theirs = self.open()
        mine.leave()
        theirs.leave()
        self.refused("ROOM_ENDED", self.ann.ask, "Resume", room=mine.id, after=0, stay="Resident")
        self.assertNotEqual(self.ann.open_direct(self.bob.person).id, mine.id)

    def test_it_is_searched_and_paged_like_any_room(self):
        mine, theirs = self.open()
        place = mine.say("needle").seq
        self.assertEqual([hit.found.seq for hit in theirs.search("needle").hits], [place])
        self.assertEqual(theirs.history(limit=1).entries[0].seq, place)
        self.assertEqual(wire.said(theirs.history(limit=1).entries[0]), ("Message", b"needle"))
