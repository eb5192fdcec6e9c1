"""Section 8: the end of a server, and what is there when it starts again."""

from case import RUN, Case, new_server


class Stopping(Case):
    """Each test has a server of its own, for it ends it."""

    def setUp(self):
        super().setUp()
        self.server = new_server({})
        self.addCleanup(lambda: self.assertIsNone(self.server.stop()))

    def test_everybody_is_told_when_to_come_back_and_the_server_ends_well(self):
        mine, theirs = self.room_of("ann", "bob")
        self.server.ask_to_stop()
        for view in (mine, theirs):
            self.assertIsNone(view.session.until_end())
            [farewell] = view.session.told("GoAway")
            self.assertGreaterEqual(farewell.reconnect_after_ms, 0)
        self.assertEqual(self.server.exit_code(), 0)


class Restarting(Case):
    """Only what is on disk outlives the process."""

    def setUp(self):
        super().setUp()
        if RUN.storage != "disk":
            self.skipTest("rooms in memory are gone with the server")
        self.server = new_server({})
        self.addCleanup(lambda: self.assertIsNone(self.server.stop()))
        self.mine, self.theirs = self.room_of("ann", "bob")

    def test_what_was_accepted_is_there_after_a_server_that_was_stopped(self):
        cursor = self.theirs.cursor
        self.mine.say("last words")
        self.server.ask_to_stop()
        self.assertEqual(self.server.exit_code(), 0)
        self.server.again()
        self.assertEqual(self.again(self.theirs.session).resume(self.mine.id, cursor).texts(), ["last words"])

    def killed_and_back(self):
        """Without a word, as power goes."""
        self.server.kill()
        self.server.again()
        return self.again(self.mine.session, instance=self.mine.session.instance)

    def test_what_was_accepted_is_there_once_after_the_server_was_killed(self):
        said = [self.mine.say(str(number)).seq for number in range(20)]
        back = self.killed_and_back()
        self.assertEqual([(it.room, it.head) for it in back.welcome.rooms], [(self.mine.id, said[-1])])
        room = back.resume(self.mine.id, 0)
        self.assertEqual(room.texts(), [str(number) for number in range(20)])

    def test_a_post_sent_again_after_a_restart_is_answered_as_before(self):
        accepted = self.mine.say("once", n=5)
        room = self.killed_and_back().resume(self.mine.id, self.mine.cursor)
        self.assertEqual(room.say("once", n=5), accepted)
        self.refused("ID_REUSED", room.say, "twice", n=5)
        self.refused("OUT_OF_ORDER", room.say, "earlier", n=4)

    def test_whoever_resumes_after_a_restart_misses_nothing(self):
        cursor = self.mine.cursor
        self.mine.say("before the end")
        room = self.killed_and_back().resume(self.mine.id, cursor)
        room.wait_for(room.say("after it", n=100).seq)
        self.assertEqual(room.texts(), ["before the end", "after it"])

    def test_names_and_rights_outlive_the_process(self):
        self.mine.act("Mute", 0, self.theirs.session.name)
        room = self.killed_and_back().resume(self.mine.id)
        self.assertEqual(room.joined.state.role, "Owner")
        self.assertEqual(room.members[self.theirs.session.person].voice, "Muted")
        self.refused("NAME_TAKEN", self.connect().greet, self.theirs.session.name.decode())

    def test_what_was_erased_stays_erased(self):
        gone = self.theirs.say("gone soon").seq
        self.theirs.delete(gone)
        self.theirs.say("forgotten")
        self.theirs.forget()
        room = self.killed_and_back().resume(self.mine.id)
        self.assertEqual(room.texts(), [])
        self.assertEqual(room.search("forgotten").hits + room.search("gone").hits, [])
