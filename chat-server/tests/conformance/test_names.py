"""Sections 9 and 14: what is a name, whose it is, and for how long."""

from case import Case
from nacl.signing import SigningKey
from wire import Record


class Names(Case):
    def claim(self, name, key=None):
        return self.connect().greet(name, key=key)

    def test_what_is_no_name_is_refused(self):
        nothing = ["", " ", "-", "_", "-_-"]
        characters = ["a b", "a\n", "a\t", "a\0b", "@ann", "/ann", "#ann", "a.b", "a:b", "*"]
        hidden = ["a\u200bb", "a\u202eb", "a\ufeffb"]
        reserved = ["server", "System", "YOU", "me", "here", "all", "everyone", "nobody"]
        scripts = ["еvan", "аlice", "aя", "한국a"]
        for name in (*nothing, *characters, *hidden, *reserved, *scripts, "x" * 25, "日" * 13, "👍", b"\xff", b"a\xc3"):
            with self.subTest(name):
                self.refused("INVALID_NAME", self.claim, name)

    def test_what_is_a_name_is_taken(self):
        for name in ("x" * 18, "hé", "日本", "ひらカタ漢", "имя", "שם", "a-b_c", "7"):
            fresh = self.name(name)
            self.assertEqual(self.claim(fresh).name.decode(), fresh)

    def test_a_name_is_put_into_normal_form_kc(self):
        number = self.name("")
        self.assertEqual(self.claim("ａｎｎ" + number).name.decode(), "ann" + number)

    def test_names_that_look_alike_are_one_name(self):
        number = self.name("pa")
        self.claim(number)
        for alike in (number.upper(), "ｐａ" + number[2:], "ра" + number[2:]):
            with self.subTest(alike):
                self.refused("NAME_TAKEN", self.claim, alike)

    def test_a_free_name_is_offered_that_is_free(self):
        name = self.name("ann")
        self.claim(name)
        offered = set()
        for _ in range(3):
            kind, free = self.refused("NAME_TAKEN", self.claim, name).detail
            self.assertEqual(kind, "Name")
            offered.add(free)
            self.claim(free)
        self.assertEqual(len(offered), 3)

    # Renaming

    def test_a_rename_is_told_in_every_room_with_the_old_name_as_author(self):
        mine, theirs = self.room_of("ann", "bob")
        other = mine.session.create()
        their_other = theirs.session.join(other.code)
        old, new = mine.session.name, self.name("anna").encode()
        mine.session.ask("Rename", name=new)
        for view in (theirs, their_other):
            theirs.session.until(lambda: view.said()[-1] == ("Renamed", new))
            self.assertEqual(view.entries[-1].author, Record(person=mine.session.person, name=old))
        theirs.wait_for(mine.say("hello").seq)
        self.assertEqual(theirs.entries[-1].author.name, new)

    def test_a_rename_is_refused_like_the_name_of_a_hello(self):
        ann, bob = self.person("ann"), self.person("bob")
        self.refused("INVALID_NAME", ann.ask, "Rename", name=b"server")
        self.refused("INVALID_NAME", ann.ask, "Rename", name=b"\xff")
        self.refused("NAME_TAKEN", ann.ask, "Rename", name=bob.name)

    def test_the_old_name_rests_with_its_key_and_can_be_taken_again(self):
        ann = self.person("ann")
        old, new = ann.name, self.name("anna").encode()
        room = ann.create()
        ann.ask("Rename", name=new)
        held = {it.name: it.rests_ms for it in ann.ask("Names", Record()).names}
        self.assertIsNone(held[new])
        self.assertGreater(held[old], 0)
        self.refused("NAME_TAKEN", self.claim, old.decode())
        ann.ask("Rename", name=old)
        ann.until(lambda: room.said()[-2:] == [("Renamed", new), ("Renamed", old)])

    # Giving up

    def test_giving_up_a_name_leaves_every_room_and_ends_the_connection(self):
        mine, theirs = self.room_of("ann", "bob")
        theirs.session.ask("GiveUp", Record())
        self.assert_ends(theirs.session)
        mine.session.until(lambda: mine.said()[-1] == ("Left", "Leave"))
        self.assertNotIn(theirs.session.person, mine.members)

    def test_a_name_that_was_in_a_room_rests_and_its_key_takes_it_again(self):
        mine, theirs = self.room_of("ann", "bob")
        name, key = theirs.session.name.decode(), theirs.session.key
        theirs.session.ask("GiveUp", Record())
        self.refused("NAME_TAKEN", self.claim, name)
        self.assertEqual(self.claim(name, key).name.decode(), name)

    def test_a_name_that_was_in_no_room_is_anybody_s_at_once(self):
        ann = self.person("ann")
        ann.ask("GiveUp", Record())
        self.assertEqual(self.claim(ann.name.decode(), SigningKey.generate()).name, ann.name)

    def test_the_other_sessions_of_who_gives_up_are_ended(self):
        ann = self.person("ann")
        second = self.again(ann)
        ann.ask("GiveUp", Record())
        self.assert_ends(second, "SESSION_REPLACED")
