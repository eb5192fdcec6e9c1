"""Section 4: who somebody is, and how they show it."""

from nacl.signing import SigningKey

import client
import document
from case import Case
from wire import Record


class Greeting(Case):
    def stranger(self, key=None):
        session = self.connect()
        session.key, session.instance = key or SigningKey.generate(), client.random_number()
        return session

    def test_a_login_is_welcomed_with_the_limits_of_the_document(self):
        welcome = self.person("ann").welcome
        expected = {
            "frame_bytes": "FRAME_BYTES_FROM_CLIENT",
            "text_bytes": "TEXT_BYTES",
            "text_lines": "TEXT_LINES",
            "topic_bytes": "TOPIC_BYTES",
            "name_columns": "NAME_COLUMNS",
            "posts_unanswered": "POSTS_UNANSWERED",
            "page_entries": "PAGE_ENTRIES",
            "rooms": "ROOMS_PER_SESSION",
            "heartbeat_ms": "HEARTBEAT",
            "silence_ms": "SILENCE",
        }
        self.assertEqual(vars(welcome.limits), {field: document.LIMITS[name] for field, name in expected.items()})
        self.assertEqual(welcome.rooms, [])

    def test_a_person_keeps_their_number_and_two_people_have_two(self):
        ann, bob = self.person("ann"), self.person("bob")
        self.assertEqual(self.again(ann).person, ann.person)
        self.assertNotEqual(ann.person, bob.person)

    def test_one_key_may_hold_several_names_and_they_are_several_people(self):
        ann = self.person("ann")
        other = self.person("other", key=ann.key)
        self.assertNotEqual(other.person, ann.person)
        names = {held.name for held in other.ask("Names", Record()).names}
        self.assertEqual(names, {ann.name, other.name})

    def test_welcome_lists_the_rooms_of_a_member(self):
        room = self.person("ann").create()
        last = room.say("hello").seq
        [listed] = self.again(room.session).welcome.rooms
        self.assertEqual((listed.room, listed.code, listed.head, listed.direct), (room.id, room.code, last, None))

    def test_being_a_member_is_not_yet_being_in_the_room(self):
        room = self.person("ann").create()
        second = self.again(room.session)
        room.say("hello")
        second.settle()
        self.assertEqual(second.unasked, [])

    # Versions

    def test_the_highest_version_of_both_is_spoken(self):
        for lowest, highest in ((4, 4), (1, 4), (4, 9), (0, 65535)):
            with self.subTest(lowest=lowest, highest=highest):
                stranger = self.stranger()
                challenge, hello = stranger.hello(self.name("ann"), lowest, highest)
                self.assertEqual(challenge[0], 4)
                self.assertTrue(stranger.login(challenge, hello).person)

    def test_without_a_common_version_the_server_tells_its_own_and_closes(self):
        for lowest, highest in ((1, 3), (5, 9), (5, 3)):
            with self.subTest(lowest=lowest, highest=highest), self.others_unaffected():
                stranger = self.stranger()
                refusal = self.refused("VERSION", stranger.hello, "ann", lowest, highest)
                self.assertEqual(refusal.detail, ("Versions", 4, 4))
                self.assert_ends(stranger, "VERSION")

    # Signatures

    def assert_proves_nothing(self, stranger, signature):
        self.refused("AUTH_FAILED", stranger.ask, "Login", signature=signature)
        self.assert_ends(stranger, "AUTH_FAILED")

    def signature(self, stranger, challenge, hello, key=None):
        binding = stranger.connection.channel.binding()
        return (key or stranger.key).sign(client.transcript(binding, challenge, hello)).signature

    def test_a_signature_by_another_key_proves_nothing(self):
        with self.others_unaffected():
            stranger = self.stranger()
            spoken = stranger.hello(self.name("ann"))
            self.assert_proves_nothing(stranger, self.signature(stranger, *spoken, key=SigningKey.generate()))

    def test_a_signature_over_another_nonce_proves_nothing(self):
        first = self.stranger()
        recorded = self.signature(first, *first.hello(self.name("ann")))
        second = self.stranger(first.key)
        second.hello(self.name("ann"))
        self.assert_proves_nothing(second, recorded)

    def test_a_signature_over_another_name_proves_nothing(self):
        stranger = self.stranger()
        challenge, _ = stranger.hello(self.name("ann"))
        other = Record(version_min=4, version_max=4, name=b"other", key=bytes(stranger.key.verify_key), instance=1)
        self.assert_proves_nothing(stranger, self.signature(stranger, challenge, client.shape("Hello").write(other)))

    def test_a_signature_with_another_binding_proves_nothing(self):
        stranger = self.stranger()
        spoken = stranger.hello(self.name("ann"))
        signed = stranger.key.sign(client.transcript(b"\x01" * 32, *spoken))
        self.assert_proves_nothing(stranger, signed.signature)

    def test_a_signature_of_another_length_proves_nothing(self):
        for count in (0, 63, 65):
            with self.subTest(count=count):
                stranger = self.stranger()
                right = self.signature(stranger, *stranger.hello(self.name("ann")))
                self.assert_proves_nothing(stranger, (right + b"\0")[:count])

    def test_a_second_form_of_a_signature_proves_nothing(self):
        order = 2**252 + 27742317777372353535851937790883648493
        stranger = self.stranger()
        right = self.signature(stranger, *stranger.hello(self.name("ann")))
        other = right[:32] + (int.from_bytes(right[32:], "little") + order).to_bytes(32, "little")
        self.assert_proves_nothing(stranger, other)

    def test_a_weak_key_proves_nothing(self):
        for key in (bytes(32), b"\x01" + bytes(31)):
            stranger = self.connect()
            stranger.ask("Hello", version_min=4, version_max=4, name=b"weak", key=key, instance=1)
            self.assert_proves_nothing(stranger, key + bytes(32))

    # Names

    def test_a_name_that_is_none_is_told_and_another_can_be_said(self):
        stranger = self.stranger()
        spoken = stranger.hello("no name")
        self.refused("INVALID_NAME", stranger.login, *spoken)
        other = stranger.hello(self.name("ann"))
        self.assertNotEqual(other[0], spoken[0], "the nonce is used once")
        self.assertTrue(stranger.login(*other).person)

    def test_a_name_that_is_taken_is_told_with_a_free_one(self):
        ann = self.person("ann")
        stranger = self.stranger()
        refusal = self.refused("NAME_TAKEN", lambda: stranger.login(*stranger.hello(ann.name)))
        kind, free = refusal.detail
        self.assertEqual(kind, "Name")
        self.assertEqual(stranger.login(*stranger.hello(free)).name, free)

    # The order of things

    def test_before_welcome_everything_else_is_refused_and_the_third_time_ends_it(self):
        with self.others_unaffected():
            stranger = self.stranger()
            self.refused("NOT_AUTHENTICATED", stranger.ask, "Ping", Record())
            self.refused("NOT_AUTHENTICATED", stranger.answer, stranger.send_raw(900, b""))
            self.refused("NOT_AUTHENTICATED", stranger.ask, "Join", code=b"AB3Z", stay="Resident", secret=None)
            self.assert_ends(stranger, "NOT_AUTHENTICATED")

    def test_a_login_after_two_of_those_is_welcome(self):
        stranger = self.stranger()
        for _ in range(2):
            self.refused("NOT_AUTHENTICATED", stranger.ask, "Names", Record())
        self.assertTrue(stranger.login(*stranger.hello(self.name("ann"))).person)

    def test_a_login_before_a_hello_is_refused(self):
        stranger = self.stranger()
        self.refused("NOT_AUTHENTICATED", stranger.ask, "Login", signature=bytes(64))
        self.assertTrue(stranger.login(*stranger.hello(self.name("ann"))).person)

    def test_a_second_hello_is_refused_and_the_first_still_counts(self):
        stranger = self.stranger()
        spoken = stranger.hello(self.name("ann"))
        self.refused("ALREADY_AUTHENTICATED", stranger.hello, self.name("ann"))
        self.assertTrue(stranger.login(*spoken).person)

    def test_after_welcome_hello_and_login_are_refused_and_the_third_time_ends_it(self):
        with self.others_unaffected():
            ann = self.person("ann")
            self.refused("ALREADY_AUTHENTICATED", ann.hello, ann.name)
            self.refused("ALREADY_AUTHENTICATED", ann.ask, "Login", signature=bytes(64))
            self.assert_lives(ann)
            self.refused("ALREADY_AUTHENTICATED", ann.hello, ann.name)
            self.assert_ends(ann, "ALREADY_AUTHENTICATED")

    def test_bye_before_welcome_ends_the_connection(self):
        stranger = self.stranger()
        self.assertIsNone(stranger.bye())


class Sessions(Case):
    def test_the_same_instance_again_replaces_the_older_session(self):
        older = self.person("ann")
        newer = self.again(older, instance=older.instance)
        self.assert_ends(older, "SESSION_REPLACED")
        self.assert_lives(newer)

    def test_two_instances_live_side_by_side_and_are_one_member(self):
        mine, theirs = self.room_of("ann", "bob")
        second = self.again(mine.session).join(mine.code)
        self.assertEqual(len(second.members), 2)
        theirs.wait_for(second.say("from the second").seq)
        mine.wait_for(theirs.cursor)
        self.assertEqual([name for name, _ in theirs.said()].count("Joined"), 2)
        self.assertEqual(mine.texts(), ["from the second"])

    def test_what_the_replaced_session_was_in_goes_on_without_a_word(self):
        mine, theirs = self.room_of("ann", "bob")
        newer = self.again(mine.session, instance=mine.session.instance)
        resumed = newer.resume(mine.id, mine.cursor)
        theirs.wait_for(resumed.say("here").seq)
        self.assertNotIn("Left", [name for name, _ in theirs.said()])

    def test_bye_ends_the_connection_and_tells_the_others(self):
        mine, theirs = self.room_of("ann", "bob")
        self.assertIsNone(mine.session.bye())
        theirs.session.until(lambda: theirs.said()[-1] == ("Left", "Quit"))
        self.assertEqual(theirs.members[mine.session.person].presence, "Gone")

    def test_a_person_with_another_session_is_still_present_after_bye(self):
        mine, theirs = self.room_of("ann", "bob")
        second = self.again(mine.session).join(mine.code)
        mine.session.bye()
        theirs.wait_for(second.say("still here").seq)
        self.assertNotIn("Left", [name for name, _ in theirs.said()])
