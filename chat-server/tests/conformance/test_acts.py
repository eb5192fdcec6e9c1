"""Section 5, keeping order: who may do what to whom, and what becomes of it."""

import wire
from case import Case
from wire import Record

ON_PEOPLE = ["Kick", "Mute", "Op"]


class Acts(Case):
    def setUp(self):
        super().setUp()
        self.owner, self.member, self.other = self.room_of("olga", "mia", "otto")

    def name(self, name):
        return name.session.name if not isinstance(name, str) else super().name(name)

    def acts(self, view):
        return [said for name, said in view.said() if name == "Act"]

    def join(self, view):
        return view.session.ask("Join", Record(code=view.code, stay="Resident", secret=None))


class Rights(Acts):
    def test_members_keep_no_order(self):
        target = self.name(self.other)
        for kind in ("Kick", "Unban", "Mute", "Unmute", "Op", "Deop"):
            self.refused("NOT_ALLOWED", self.member.act, kind, 0, target)
        self.refused("NOT_ALLOWED", self.member.act, "Ban", 0, target, "Key")
        for kind in ("Lock", "Unlock"):
            self.refused("NOT_ALLOWED", self.member.act, kind)

    def test_operators_keep_order_but_make_no_operators(self):
        self.owner.act("Op", 0, self.name(self.member))
        self.member.act("Mute", 0, self.name(self.other))
        self.member.act("Unmute", 0, self.name(self.other))
        self.member.act("Lock")
        self.member.act("Unlock")
        self.refused("NOT_ALLOWED", self.member.act, "Op", 0, self.name(self.other))
        self.member.act("Kick", 0, self.name(self.other))

    def test_nobody_acts_on_the_owner_nor_operators_on_operators_nor_anybody_on_themselves(self):
        for view in (self.member, self.other):
            self.owner.act("Op", 0, self.name(view))
        for kind in ("Kick", "Mute"):
            self.refused("NOT_ALLOWED", self.member.act, kind, 0, self.name(self.owner))
            self.refused("NOT_ALLOWED", self.member.act, kind, 0, self.name(self.other))
            self.refused("NOT_ALLOWED", self.member.act, kind, 0, self.name(self.member))
            self.refused("NOT_ALLOWED", self.owner.act, kind, 0, self.name(self.owner))

    def test_an_operator_is_one_no_longer(self):
        self.owner.act("Op", 0, self.name(self.member))
        self.owner.act("Deop", 0, self.name(self.member))
        self.refused("NOT_ALLOWED", self.member.act, "Lock")

    def test_a_room_is_owned_by_nobody_s_act(self):
        self.refused("NOT_ALLOWED", self.owner.act, "Own", 0, self.name(self.member))

    def test_when_the_owner_leaves_the_longest_standing_operator_owns_the_room(self):
        self.owner.act("Op", 0, self.name(self.other))
        self.owner.leave()
        own = ("Act", ("Own", self.other.session.person, self.name(self.other)))
        self.member.session.until(lambda: self.member.said()[-1] == own)
        self.assertIsNone(self.member.entries[-1].post)
        self.assertEqual(self.person("new").join(self.owner.code).members[self.other.session.person].role, "Owner")

    def test_without_operators_the_longest_standing_member_owns_the_room(self):
        self.owner.leave()
        own = ("Act", ("Own", self.member.session.person, self.name(self.member)))
        self.other.session.until(lambda: self.other.said()[-1] == own)

    def test_rights_go_with_the_key_out_of_the_room_and_in_again(self):
        self.owner.act("Op", 0, self.name(self.member))
        self.member.leave()
        self.assertEqual(self.join(self.member).state.role, "Operator")


class Targets(Acts):
    def test_everybody_sees_the_act_with_number_and_name(self):
        self.owner.act("Mute", 0, self.name(self.member))
        expected = ("Mute", self.member.session.person, self.name(self.member))
        self.other.session.until(lambda: self.acts(self.other) == [expected])

    def test_a_number_without_the_right_name_means_the_member(self):
        self.owner.wait_for(self.owner.act("Mute", self.member.session.person, b"whoever").seq)
        self.assertEqual(self.acts(self.owner)[-1][2], self.name(self.member))

    def test_a_name_is_looked_up_as_people_type_it(self):
        self.owner.wait_for(self.owner.act("Mute", 0, self.name(self.member).upper()).seq)
        self.assertEqual(self.acts(self.owner)[-1][1], self.member.session.person)

    def test_nobody_is_meant_by_a_name_or_number_that_is_nobody_s(self):
        for target in ((0, b"nobody-here"), (2**63, b"nobody-here"), (0, b""), (0, b"\xff"), (0, b"server")):
            for kind in ON_PEOPLE:
                with self.subTest(target=target, kind=kind):
                    self.refused("NO_SUCH_PERSON", self.owner.act, kind, *target)

    def test_who_is_not_in_the_room_is_not_kicked_but_banned(self):
        stranger = self.person("eve")
        self.refused("NO_SUCH_PERSON", self.owner.act, "Kick", 0, stranger.name)
        self.owner.act("Ban", 0, stranger.name, "Key")
        self.refused("JOIN_DENIED", stranger.ask, "Join", Record(code=self.owner.code, stay="Resident", secret=None))

    def test_to_take_back_what_nobody_has_is_refused(self):
        for kind in ("Unban", "Unmute", "Deop"):
            self.refused("NO_SUCH_PERSON", self.owner.act, kind, 0, self.name(self.member))

    def test_an_act_that_finds_its_wish_done_is_accepted(self):
        for _ in range(2):
            self.owner.act("Op", 0, self.name(self.member))
            self.owner.act("Mute", 0, self.name(self.other))
            self.owner.act("Lock")
        for _ in range(2):
            self.owner.act("Unlock")

    def test_an_act_under_its_id_again_is_the_same_by_number_or_name(self):
        person, name = self.member.session.person, self.name(self.member)
        accepted = self.owner.post(wire.body("Act", ("Mute", 0, name)), n=10)
        self.assertEqual(self.owner.post(wire.body("Act", ("Mute", person, name)), n=10), accepted)
        self.assertEqual(self.owner.post(wire.body("Act", ("Mute", 0, name)), n=10), accepted)
        self.refused("ID_REUSED", self.owner.post, wire.body("Act", ("Unmute", 0, name)), n=10)

    def test_an_act_concerns_every_member_of_the_key(self):
        second = self.person("second", key=self.member.session.key).join(self.owner.code)
        self.owner.act("Mute", 0, self.name(self.member))
        self.refused("MUTED", second.say, "hello?")
        self.owner.act("Kick", 0, self.name(self.member))
        for view in (self.member, second):
            view.session.until(lambda: view.ended)
        newcomer = self.person("new").join(self.owner.code)
        self.owner.wait_for(newcomer.cursor)
        self.assertEqual(set(self.owner.members), set(newcomer.members))


class Removing(Acts):
    def test_who_is_removed_gets_everything_up_to_the_act_and_nothing_after_it(self):
        self.owner.say("before")
        kick = self.owner.act("Kick", 0, self.name(self.member))
        self.owner.say("after")
        self.member.session.until(lambda: self.member.ended)
        self.member.session.settle()
        self.assertEqual((self.member.ended, self.member.cursor), ("Removed", kick.seq))
        self.assertEqual(self.member.texts(), ["before"])

    def test_who_was_kicked_is_out_in_every_respect(self):
        self.owner.act("Kick", 0, self.name(self.member))
        self.member.session.until(lambda: self.member.ended)
        asked = [
            (self.member.say, "hello"),
            (self.member.history,),
            (self.member.search, "hello"),
            (self.member.read, 1),
            (self.member.invite,),
            (self.member.leave,),
            (self.member.forget,),
        ]
        for ask, *arguments in asked:
            self.refused("NOT_MEMBER", ask, *arguments)
        self.refused("JOIN_DENIED", self.join, self.member)
        fields = {"room": self.member.id, "after": self.member.cursor, "stay": "Resident"}
        self.refused("ROOM_ENDED", self.member.session.ask, "Resume", **fields)
        self.assertEqual(self.again(self.member.session).welcome.rooms, [])

    def test_another_name_of_the_key_is_kept_out_too(self):
        self.owner.act("Kick", 0, self.name(self.member))
        second = self.person("second", key=self.member.session.key)
        self.refused("JOIN_DENIED", second.ask, "Join", Record(code=self.owner.code, stay="Resident", secret=None))

    def test_a_ban_holds_until_it_is_lifted(self):
        self.owner.act("Ban", 0, self.name(self.member), "Key")
        self.refused("JOIN_DENIED", self.join, self.member)
        self.owner.act("Unban", 0, self.name(self.member))
        self.assertEqual(self.join(self.member).state.role, "Member")

    def test_the_address_of_the_server_s_own_machine_is_not_banned(self):
        self.refused("NOT_ALLOWED", self.owner.act, "Ban", 0, self.name(self.member), "Address")

    def test_a_visitor_is_removed_too(self):
        visit = self.person("vic").join(self.owner.code, stay="Visitor")
        self.owner.act("Kick", 0, visit.session.name)
        self.refused("NOT_MEMBER", visit.say, "hello")


class Muting(Acts):
    def test_who_is_muted_says_nothing_but_may_delete_and_forget(self):
        message = self.member.say("said before").seq
        self.owner.act("Mute", 0, self.name(self.member))
        self.refused("MUTED", self.member.say, "hello")
        self.refused("MUTED", self.member.reply, message, "hello")
        self.refused("MUTED", self.member.edit, message, "hello")
        self.refused("MUTED", self.member.react, message, "👍")
        self.refused("MUTED", self.member.post, wire.body("Topic", b"hello"))
        self.refused("MUTED", self.member.post, wire.body("Action", b"waves"))
        self.member.delete(message)
        self.member.forget()
        self.owner.act("Unmute", 0, self.name(self.member))
        self.member.say("hello")

    def test_who_is_muted_keeps_no_order(self):
        self.owner.act("Op", 0, self.name(self.member))
        self.owner.act("Mute", 0, self.name(self.member))
        self.refused("MUTED", self.member.act, "Lock")

    def test_leaving_does_not_give_the_voice_back(self):
        self.owner.act("Mute", 0, self.name(self.member))
        self.member.leave()
        back = self.member.session.join(self.member.code)
        self.assertEqual(back.members[self.member.session.person].voice, "Muted")
        self.refused("MUTED", back.say, "hello")

    def test_an_open_room_has_no_secret_to_replace(self):
        self.refused("NOT_PRIVATE", self.owner.act, "Rekey")
