"""What a server's settings bound: refusals and ends that take a small server, or one with little patience."""

import ssl

import document
import wire
from case import Case, shared_server
from client import Refused
from transport import Ended, Late
from wire import Record

# What waits for a peer has to fill every buffer on the way first.
STALL_SECONDS = 60


class Small(Case):
    SETTINGS = {
        "names-per-key": "2",
        "sessions-per-person": "2",
        "members-per-room": "2",
        "rooms-per-key": "3",
        "creates": "4/h",
    }

    def test_a_key_holds_so_many_names(self):
        ann = self.person("ann")
        self.person("anna", key=ann.key)
        self.assertEqual(self.refused("TOO_MANY_NAMES", self.person, "annie", key=ann.key).detail, ("Max", 2))

    def test_a_person_has_so_many_sessions(self):
        ann = self.person("ann")
        self.again(ann)
        third = self.connect()
        refusal = self.refused("TOO_MANY_SESSIONS", third.greet, ann.name.decode(), key=ann.key)
        self.assertEqual(refusal.detail, ("Max", 2))
        self.assert_ends(third, "TOO_MANY_SESSIONS")
        self.assert_lives(ann)

    def test_a_room_has_so_many_members_who_are_present(self):
        mine, theirs = self.room_of("ann", "bob")
        third = self.person("carol")
        join = Record(code=mine.code, stay="Resident", secret=None)
        self.assertEqual(self.refused("ROOM_FULL", third.ask, "Join", join).detail, ("Max", 2))
        theirs.leave()
        self.assertEqual(third.ask("Join", join).room, mine.id)

    def test_a_key_opens_rooms_so_often(self):
        ann = self.person("ann")
        for _ in range(4):
            ann.create().leave()
        create = {"id": 99, "stay": "Resident", "door": "Open", "keep": "Default"}
        refusal = self.refused("RATE_LIMITED", ann.ask, "Create", **create)
        self.assertGreater(refusal.retry_after_ms, 0)

    def test_a_key_has_so_many_rooms_open(self):
        ann = self.person("ann")
        for _ in range(3):
            ann.create()
        create = {"id": 99, "stay": "Resident", "door": "Open", "keep": "Default"}
        self.assertEqual(self.refused("TOO_MANY_ROOMS", ann.ask, "Create", **create).detail, ("Max", 3))


class Full(Case):
    SETTINGS = {"rooms": "1", "guesses": "3/min"}

    def test_a_server_has_so_many_rooms(self):
        ann = self.person("ann")
        room = ann.create()
        create = {"id": 99, "stay": "Resident", "door": "Open", "keep": "Default"}
        self.refused("SERVER_FULL", ann.ask, "Create", **create)
        room.leave()

    def test_wrong_codes_of_an_address_are_counted_and_secrets_are_not(self):
        ann = self.person("ann")
        room = ann.create(door="Private")
        wrong = Record(code=b"2222", stay="Resident", secret=None)
        told = [self.code_of_refusal(ann, wrong) for _ in range(5)]
        self.assertEqual(told[-1], "RATE_LIMITED")
        self.assertLessEqual(told.count("JOIN_DENIED"), 3)
        self.assertGreater(self.refused("RATE_LIMITED", ann.ask, "Join", wrong).retry_after_ms, 0)
        bob = self.person("bob")
        self.refused("JOIN_DENIED", bob.ask, "Join", Record(code=room.code, stay="Resident", secret=bytes(16)))
        joined = bob.join(room.code, secret=room.invite().secret)
        joined.leave()
        room.leave()

    def code_of_refusal(self, session, join):
        with self.assertRaises(Refused) as refused:
            session.ask("Join", join)
        return refused.exception.code


class Rooms(Case):
    SETTINGS = {"rooms-per-key": "100"}

    def test_a_session_is_in_64_rooms_and_direct_ones_do_not_count(self):
        most = document.LIMITS["ROOMS_PER_SESSION"]
        ann = self.person("ann")
        *_, room = [ann.create() for _ in range(most)]
        create = {"id": 99, "stay": "Resident", "door": "Open", "keep": "Default"}
        self.assertEqual(self.refused("TOO_MANY_ROOMS", ann.ask, "Create", **create).detail, ("Max", most))
        ann.open_direct(self.person("bob").join(room.code).session.person)
        self.assertEqual(len(ann.ask("Ping", Record()).heads), most + 1)


class Impatient(Case):
    SETTINGS = {
        "login-timeout": "3s",
        "frame-timeout": "3s",
        "presence-grace": "1s",
        "write-stall": "1s",
    }

    def test_a_login_that_does_not_come_is_timed_out(self):
        stranger = self.connect()
        self.assert_ends(stranger, "TIMED_OUT")

    def test_a_login_that_drips_is_timed_out(self):
        stranger = self.connect()
        hello = wire.frame(1, "Hello", version_min=4, version_max=4, name=b"x" * 60, key=bytes(32), instance=1)
        for byte in hello:
            stranger.connection.write(bytes([byte]))
            try:
                stranger.until(lambda: False, 0.1)
            except Late:
                continue
            except Ended:
                break
        self.assertEqual(stranger.last_words and stranger.last_words.code, "TIMED_OUT")

    def test_a_frame_that_is_begun_and_not_finished_is_timed_out(self):
        for begun in (b"\0\0\0", b"\0\0\x10\0", b"\0\0\x10\0" + bytes(100)):
            with self.subTest(begun), self.others_unaffected():
                ann = self.person("ann")
                ann.connection.write(begun)
                self.assert_ends(ann, "TIMED_OUT")

    def test_a_lost_connection_is_present_for_a_while_and_then_lost(self):
        mine, theirs = self.room_of("ann", "bob")
        theirs.session.close()
        mine.session.until(lambda: mine.said()[-1] == ("Left", "Lost"))
        self.assertEqual(mine.members[theirs.session.person].presence, "Gone")
        back = self.again(theirs.session).resume(mine.id, theirs.cursor)
        self.assertIn(("Left", "Lost"), back.said())

    def test_a_peer_that_reads_nothing_is_cut_off_and_nobody_else(self):
        mine, slow = [self.connect(pace="whole").greet(self.name(name)) for name in ("ann", "slow")]
        mine = mine.create()
        for _ in range(40):
            mine.wait_for(mine.say("x" * 16_000).seq)
        slow = slow.join(mine.code)
        mine.wait_for(slow.cursor)
        page = wire.frame(7, "History", room=mine.id, after=0, before=2**64 - 1, limit=200)
        for _ in range(400):
            slow.session.connection.write_without_reading(page)
        self.assert_was_cut_off(slow.session, mine)

    def assert_was_cut_off(self, slow, mine):
        """Whoever does not read cannot see it; the others are told that they are gone."""
        mine.session.until(lambda: mine.members[slow.person].presence == "Gone", STALL_SECONDS)
        with self.assertRaises(Ended):
            while True:
                frame = slow.connection.read_frame()
                if frame.name == "Refused":
                    self.assertEqual(Refused(frame.body).code, "TOO_SLOW")


class Silent(Case):
    SETTINGS = {"silence": "3s", "guess-wait": "1s"}

    def test_a_peer_that_says_nothing_is_timed_out(self):
        self.assert_ends(self.person("ann"), "TIMED_OUT")

    def test_welcome_tells_how_long_silence_may_be(self):
        self.assertEqual(self.person("ann").welcome.limits.silence_ms, 3000)


class NoPlace(Case):
    """A reserve that no disk has: messages are refused, everything else goes on."""

    def setUp(self):
        super().setUp()
        self.server = shared_server({"disk-reserve": "9999 GiB"}, storage="disk")

    def test_what_cannot_be_stored_is_refused_and_people_come_and_go(self):
        mine, theirs = self.room_of("ann", "bob")
        self.refused("STORAGE_FULL", mine.say, "hello")
        self.assertEqual([name for name, _ in mine.said()].count("Joined"), 2)
        self.assertTrue(mine.history().entries)
        theirs.leave()
        mine.session.until(lambda: mine.said()[-1] == ("Left", "Leave"))


class FewConnections(Case):
    SETTINGS = {"connections": "2", "strangers": "2", "drop-from": "2"}

    def test_a_connection_too_many_is_told_so_and_ended(self):
        ann, bob = self.person("ann"), self.person("bob")
        third = self.connect_too_many()
        self.assertIn(third, ("SERVER_FULL", "access_denied"))
        self.assert_lives(ann)
        self.assert_lives(bob)

    def connect_too_many(self):
        try:
            return self.connect().until_end().code
        except ssl.SSLError as error:
            return "access_denied" if "ACCESS_DENIED" in str(error).upper() else str(error)
