"""Section 5: into rooms and out of them; what ends them; who is not let in."""

import client
import wire
from case import Case
from wire import Record


class Entering(Case):
    def test_whoever_opens_a_room_owns_it_and_stands_in_it(self):
        room = self.person("ann").create()
        state = room.joined.state
        self.assertEqual((state.role, state.door, state.lock), ("Owner", "Open", "Unlocked"))
        self.assertEqual((state.topic, state.read, state.direct), (b"", 0, None))
        self.assertEqual([name for name, _ in room.said()], ["Opened", "Joined"])
        self.assertEqual((room.entries[0].prev, room.joined.cursor, room.joined.oldest), (0, 0, room.entries[0].seq))
        ann = room.session
        member = {"person": ann.person, "name": ann.name, "key": bytes(ann.key.verify_key)}
        rest = {"presence": "Here", "role": "Owner", "voice": "Free"}
        self.assertEqual([vars(it) for it in room.members.values()], [member | rest])

    def test_a_code_is_four_characters_of_its_alphabet(self):
        code = self.person("ann").create().code.decode()
        self.assertLessEqual(set(code), set("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"))

    def test_a_code_is_typed_in_any_case_with_space_around_it(self):
        room = self.person("ann").create()
        for typed in (room.code.lower(), b"  " + room.code + b"\t", room.code.title()):
            self.assertEqual(self.person("bob").join(typed).id, room.id)

    def test_what_is_no_code_is_told_apart_from_a_code_without_a_room(self):
        ann = self.person("ann")
        for typed in (b"", b"AB3", b"AB3ZZ", b"AB3I", b"AB30", b"A-3Z", b"\xff\xff\xff\xff", "ÄB3Z".encode()):
            with self.subTest(typed):
                self.refused("INVALID_CODE", ann.ask, "Join", Record(code=typed, stay="Resident", secret=None))

    def test_a_newcomer_gets_the_members_and_the_last_page(self):
        ann = self.person("ann")
        room = ann.create()
        posts = [room.send_post(wire.body("Message", str(number).encode())) for number in range(250)]
        room.wait_for([ann.answer(post) for post in posts][-1].seq)
        joined = self.person("bob").join(room.code)
        self.assertLessEqual(len(joined.entries), 201)
        self.assertEqual(joined.texts()[-100:], [str(number) for number in range(150, 250)])
        self.assertEqual(joined.entries[0].prev, joined.joined.cursor)
        self.assertEqual(joined.gaps, [], "what lies before the last page of a Join is no gap")

    def test_members_told_by_entries_are_those_that_a_newcomer_is_told(self):
        mine, theirs, other = self.room_of("ann", "bob", "carol")
        mine.act("Op", 0, theirs.session.name)
        theirs.act("Mute", 0, other.session.name)
        theirs.session.ask("Rename", name=self.name("robert").encode())
        other.session.bye()
        fourth = self.person("dan").join(mine.code)
        mine.wait_for(fourth.cursor)
        for person, member in fourth.members.items():
            self.assertEqual(vars(mine.members[person]), vars(member))
        self.assertEqual(set(mine.members), set(fourth.members))

    def test_create_under_the_same_id_finds_the_same_room(self):
        ann = self.person("ann")
        room = ann.create(id=77)
        self.assertEqual(self.again(ann).create(id=77).id, room.id)
        self.assertNotEqual(ann.create(id=78).id, room.id)
        self.assertNotEqual(self.person("bob").create(id=77).id, room.id, "an id belongs to a person")

    def test_entering_again_in_the_same_session_begins_anew(self):
        room = self.person("ann").create()
        told = len(room.wait_for(room.say("hello").seq).entries)
        again = room.session.join(room.code)
        self.assertEqual(len(again.entries), 2 * told)
        again.wait_for(again.say("once").seq)
        self.assertEqual(again.texts(), ["hello", "hello", "once"])

    def test_a_direct_door_is_nothing_to_create(self):
        fields = {"id": 1, "stay": "Resident", "door": "Direct", "keep": "Default"}
        self.refused("NOT_ALLOWED", self.person("ann").ask, "Create", **fields)

    def test_the_label_tells_how_safe_an_entry_is_as_welcome_does(self):
        room = self.person("ann").create(keep=("Millis", 604_800_000))
        label = room.joined.state.label
        self.assertEqual(label.durability, room.session.welcome.durability)
        self.assertEqual(room.say("hello").durability, label.durability)
        self.assertGreater(label.waits_ms, 0)
        if label.durability == "Disk":
            self.assertEqual(label.keeps_ms, 604_800_000)
            self.assertIsNone(room.session.create(keep="Forever").joined.state.label.keeps_ms)


class Staying(Case):
    def test_a_watcher_is_present_and_announced(self):
        room = self.person("ann").create()
        watcher = self.person("bob").join(room.code, stay="Watcher")
        room.wait_for(watcher.cursor)
        self.assertEqual(room.said()[-1][0], "Joined")
        watcher.wait_for(room.say("seen").seq)

    def test_a_room_in_memory_does_not_live_for_a_watcher(self):
        room = self.person("ann").create()
        watcher = self.person("bob").join(room.code, stay="Watcher")
        room.session.bye()
        if watcher.session.welcome.durability == "Memory":
            watcher.session.until(lambda: watcher.ended)
            self.assertEqual(watcher.ended, "Over")
        else:
            watcher.session.settle()
            self.assertIsNone(watcher.ended)

    def test_a_visitor_posts_and_gets_nothing(self):
        room = self.person("ann").create()
        visit = self.person("vic").join(room.code, stay="Visitor")
        room.wait_for(visit.say("from outside").seq)
        visit.session.settle()
        self.assertEqual(visit.session.unasked, [])
        self.assertEqual([name for name, _ in room.said()], ["Opened", "Joined", "Message"])

    def test_a_visitor_reads_nothing_and_invites_nobody(self):
        room = self.person("ann").create()
        visit = self.person("vic").join(room.code, stay="Visitor")
        self.refused("NOT_MEMBER", visit.history)
        self.refused("NOT_MEMBER", visit.search, "hello")
        self.refused("NOT_MEMBER", visit.read, 1)
        self.refused("NOT_MEMBER", visit.invite)
        self.assertEqual(visit.session.ask("Ping", Record()).heads, [])
        visit.leave()
        self.refused("NOT_MEMBER", visit.say, "gone")


class Leaving(Case):
    def test_leave_is_told_and_gives_up_membership(self):
        mine, theirs = self.room_of("ann", "bob")
        theirs.leave()
        mine.session.until(lambda: mine.said()[-1] == ("Left", "Leave"))
        self.assertNotIn(theirs.session.person, mine.members)
        self.assertEqual(self.again(theirs.session).welcome.rooms, [])

    def test_after_leave_nothing_comes_and_nothing_is_taken(self):
        mine, theirs = self.room_of("ann", "bob")
        theirs.leave()
        mine.say("alone")
        theirs.session.settle()
        self.assertEqual(theirs.texts(), [])
        self.refused("NOT_MEMBER", theirs.leave)
        self.refused("NOT_MEMBER", theirs.say, "hello?")
        self.refused("NOT_MEMBER", theirs.history)
        self.refused("NOT_MEMBER", theirs.search, "alone")
        self.refused("NOT_MEMBER", theirs.read, 1)
        self.refused("NOT_MEMBER", theirs.invite)

    def test_other_sessions_of_who_leaves_are_told_that_they_are_out(self):
        mine, theirs = self.room_of("ann", "bob")
        second = self.again(theirs.session).join(mine.code)
        theirs.leave()
        second.session.until(lambda: second.ended)
        self.assertEqual(second.ended, "Removed")

    def test_whoever_left_comes_back_with_the_code(self):
        mine, theirs = self.room_of("ann", "bob")
        theirs.leave()
        back = theirs.session.join(mine.code)
        mine.wait_for(back.cursor)
        self.assertEqual(mine.members[theirs.session.person].presence, "Here")

    def test_a_room_that_nobody_is_a_member_of_is_over_for_ever(self):
        ann = self.person("ann")
        room = ann.create()
        room.leave()
        fields = {"room": room.id, "after": 0, "stay": "Resident"}
        self.refused("ROOM_ENDED", ann.ask, "Resume", **fields)
        self.refused("JOIN_DENIED", ann.ask, "Join", Record(code=room.code, stay="Resident", secret=None))

    def test_who_is_none_of_its_members_cannot_tell_a_room_from_one_that_is_over(self):
        room, stranger = self.person("ann").create(), self.person("eve")
        told = [
            self.refused("ROOM_ENDED", stranger.ask, "Resume", room=id, after=0, stay="Resident").text
            for id in (room.id, bytes(16))
        ]
        self.assertEqual(*told)


class Doors(Case):
    def denied(self, session, code, secret=None):
        return self.refused("JOIN_DENIED", session.ask, "Join", Record(code=code, stay="Resident", secret=secret))

    def test_a_private_room_lets_in_who_brings_its_secret(self):
        room = self.person("ann").create(door="Private")
        invitation = room.invite()
        self.assertEqual((invitation.room, invitation.code), (room.id, room.code))
        joined = self.person("bob").join(room.code, secret=invitation.secret)
        self.assertEqual(joined.joined.state.door, "Private")
        self.assertEqual(joined.invite().secret, invitation.secret)

    def test_a_closed_room_and_none_are_the_same(self):
        ann, eve = self.person("ann"), self.person("eve")
        private, locked, over = ann.create(door="Private"), ann.create(), ann.create()
        locked.act("Lock")
        over.leave()
        told = [
            self.denied(eve, private.code),
            self.denied(eve, private.code, bytes(16)),
            self.denied(eve, locked.code),
            self.denied(eve, over.code),
        ]
        words = {refusal.text.replace(room.code.decode(), "CODE") for refusal, room in zip(
            told, (private, private, locked, over), strict=True
        )}
        self.assertEqual(len(words), 1)

    def test_an_open_room_does_not_take_a_secret(self):
        room = self.person("ann").create()
        self.denied(self.person("bob"), room.code, bytes(16))
        self.assertIsNone(room.invite().secret)

    def test_a_replaced_secret_opens_no_more_and_members_need_none(self):
        ann, bob, carol = self.person("ann"), self.person("bob"), self.person("carol")
        room = ann.create(door="Private")
        secret = room.invite().secret
        bob.join(room.code, secret=secret)
        room.act("Rekey")
        self.denied(carol, room.code, secret)
        self.assertEqual(bob.join(room.code).id, room.id)
        self.assertEqual(carol.join(room.code, secret=room.invite().secret).id, room.id)

    def test_a_lock_keeps_newcomers_out_and_no_member(self):
        mine, theirs = self.room_of("ann", "bob")
        mine.act("Lock")
        self.denied(self.person("carol"), mine.code)
        self.assertEqual(self.again(theirs.session).join(mine.code).joined.state.lock, "Locked")
        mine.act("Unlock")
        self.assertEqual(self.person("carol").join(mine.code).joined.state.lock, "Unlocked")

    def test_a_member_s_key_is_enough_whatever_name_it_bears(self):
        mine, theirs = self.room_of("ann", "bob")
        mine.act("Lock")
        other_name = self.person("other", key=theirs.session.key)
        self.assertEqual(other_name.join(mine.code).id, mine.id)


class Foreigners(Case):
    """Nothing of a room is told to whom it is none of theirs, whatever they ask."""

    def test_every_request_about_a_room_tells_a_foreign_one_as_one_that_there_is_not(self):
        room, eve = self.person("ann").create(), self.person("eve")
        message = room.say("secret").seq
        for name, fields in self.requests(message).items():
            with self.subTest(name):
                told = [self.refused("NOT_MEMBER", eve.ask, name, room=id, **fields) for id in (room.id, bytes(16))]
                self.assertEqual(told[0].body, told[1].body)

    def requests(self, message):
        post = Record(instance=1, n=1)
        search = {"words": b"secret", "from": b"", "since": None, "until": None, "before": client.GREATEST}
        return {
            "Leave": {},
            "Post": {"id": post, "body": wire.body("Message", b"hello")},
            "History": {"after": 0, "before": client.GREATEST, "limit": 10},
            "Invite": {},
            "Search": search,
            "Read": {"seq": message},
        }

    def test_signals_about_a_foreign_room_reach_nobody(self):
        mine, theirs = self.room_of("ann", "bob")
        self.person("eve").ask("Typing", room=mine.id, state="Writing")
        theirs.session.settle()
        self.assertEqual(theirs.session.told("Signal"), [])
