"""Sections 5 and 7: every view of a room is the same log in the same order, and what is missing is told."""

import client
import document
import wire
from case import Case, shared_server

PAGE = document.LIMITS["PAGE_ENTRIES"]


def numbered(count, first=0):
    return [wire.body("Message", str(number).encode()) for number in range(first, first + count)]


def post_all(room, bodies):
    """All at once; ends when all are in the room."""
    accepted = [room.session.answer(request) for request in [room.send_post(body) for body in bodies]]
    return room.wait_for(accepted[-1].seq)


class Pages(Case):
    def setUp(self):
        super().setUp()
        self.room = post_all(self.person("ann").create(), numbered(450))
        self.log = self.room.entries

    def test_pages_back_to_the_beginning_are_the_log(self):
        pages, before = [], client.GREATEST
        while entries := self.room.history(before=before).entries:
            pages = entries + pages
            before = entries[0].seq
        self.assertEqual(pages, self.log)

    def test_a_page_has_the_newest_of_its_range(self):
        page = self.room.history(after=self.log[9].seq, before=self.log[100].seq, limit=20).entries
        self.assertEqual(page, self.log[80:100])

    def test_no_page_has_more_entries_than_the_limit_of_pages(self):
        self.assertEqual(len(self.room.history(limit=2**32 - 1).entries), PAGE)

    def test_a_limit_of_0_counts_as_1(self):
        self.assertEqual(self.room.history(limit=0).entries, self.log[-1:])

    def test_a_page_has_no_more_bytes_than_it_may(self):
        post_all(self.room, [wire.body("Message", b"x" * 16_000)] * 20)
        page = self.room.history().entries
        written = sum(len(wire.ENTRY.write(entry)) for entry in page)
        self.assertLessEqual(written, document.LIMITS["PAGE_BYTES"])
        self.assertGreater(written, document.LIMITS["PAGE_BYTES"] - 17_000)

    def test_an_empty_range_is_refused_and_one_without_entries_is_an_empty_page(self):
        for after, before in ((5, 5), (6, 5), (client.GREATEST, 0)):
            self.refused("BAD_RANGE", self.room.history, after=after, before=before)
        self.assertEqual(self.room.history(after=5, before=6).entries, [])
        self.assertEqual(self.room.history(after=10**9).entries, [])

    def test_a_page_tells_the_oldest_that_is_kept(self):
        self.assertEqual(self.room.history().oldest, self.log[0].seq)

    def test_a_thousand_pages_at_once_come_among_what_others_say(self):
        asked = [self.room.session.send("History", room=self.room.id, after=0, before=99, limit=5) for _ in range(1000)]
        theirs = self.person("bob").join(self.room.code)
        self.room.wait_for(theirs.say("meanwhile").seq)
        pages = [self.room.session.answer(request).entries for request in asked]
        self.assertEqual(len({str(page) for page in pages}), 1)


class Resuming(Case):
    def setUp(self):
        super().setUp()
        self.room = self.person("ann").create()
        self.theirs = self.person("bob").join(self.room.code)

    def resumed(self, after):
        return self.again(self.theirs.session).resume(self.room.id, after)

    def test_whoever_resumes_gets_what_they_missed_and_nothing_twice(self):
        post_all(self.room, numbered(10))
        self.theirs.wait_for(self.room.say("last").seq)
        cursor = self.theirs.entries[5].seq
        again = self.resumed(cursor)
        self.assertEqual(again.joined.cursor, cursor)
        self.assertEqual(again.entries, self.theirs.entries[6:])

    def test_resuming_from_the_head_brings_nothing_but_what_follows(self):
        self.theirs.wait_for(self.room.say("last").seq)
        again = self.resumed(self.theirs.cursor)
        self.assertEqual(again.entries, [])
        again.wait_for(self.room.say("next").seq)
        self.assertEqual(again.texts(), ["next"])

    def test_resuming_from_0_is_joining(self):
        post_all(self.room, numbered(250))
        again = self.resumed(0)
        self.assertEqual(again.texts()[-1], "249")
        self.assertEqual(again.gaps, [])
        self.assertLessEqual(len(again.entries), PAGE)

    def test_a_place_above_the_head_is_refused_with_the_head(self):
        session = self.again(self.theirs.session)
        head = self.room.say("last").seq
        for after in (head + 1, client.GREATEST):
            fields = {"room": self.room.id, "after": after, "stay": "Resident"}
            self.assertEqual(self.refused("BAD_CURSOR", session.ask, "Resume", **fields).detail, ("Head", head))

    def test_up_to_2000_missed_entries_come_in_full_and_more_leave_a_loadable_gap(self):
        start = self.theirs.cursor
        post_all(self.room, numbered(document.LIMITS["RESUME_ENTRIES"]))
        whole = self.resumed(start)
        self.assertEqual(whole.gaps, [])
        self.assertEqual(len(whole.entries), 2000)
        post_all(self.room, numbered(1))
        cut = self.resumed(start)
        [gap] = cut.gaps
        self.assertEqual((getattr(gap, "from"), gap.kind), (start + 1, "Loadable"))
        self.assertLessEqual(len(cut.entries), PAGE)
        self.assertEqual(cut.history(after=start, before=gap.to + 1, limit=1).entries[0].seq, gap.to)

    def test_a_session_that_reads_nothing_for_a_while_misses_nothing(self):
        speaker = self.connect(pace="whole").greet(self.name("fast")).join(self.room.code)
        self.room.session.bye()
        post_all(speaker, [wire.body("Message", b"%d %s" % (number, b"x" * 8000)) for number in range(250)])
        self.theirs.wait_for(speaker.say("last").seq)
        numbers = [text.split()[0] for text in self.theirs.texts()]
        self.assertEqual(numbers, [*map(str, range(250)), "last"])

    def test_pong_tells_how_far_each_room_was_written(self):
        other = self.theirs.session.create()
        self.theirs.wait_for(self.room.say("hello").seq)
        heads = {head.room: head.head for head in self.theirs.session.ask("Ping", client.Record()).heads}
        self.assertEqual(heads, {self.room.id: self.theirs.cursor, other.id: other.cursor})

    def test_a_cut_in_the_middle_of_talk_loses_nothing_and_doubles_nothing(self):
        speaker, bodies = self.person("carol").join(self.room.code), numbered(100)
        instance = speaker.session.instance
        for start in range(0, 100, 20):
            for n in range(start, start + 20):
                speaker.send_post(bodies[n], n=n + 1)
            # Nobody knows how many of those arrived, so all are sent again.
            speaker.session.close()
            speaker = self.again(speaker.session, instance=instance).resume(self.room.id, speaker.cursor)
            for n in range(start, start + 20):
                speaker.post(bodies[n], n=n + 1)
        self.theirs.wait_for(self.room.say("last").seq)
        self.assertEqual(self.theirs.texts()[:-1], [str(number) for number in range(100)])


class Purged(Case):
    """A history of 50 entries, which only a room in memory has."""

    def setUp(self):
        super().setUp()
        self.server = shared_server({"history-entries": "50"}, storage="memory")
        self.room, self.theirs = self.room_of("ann", "bob")
        self.start = self.theirs.cursor
        self.first = self.room.say("first", n=1)
        self.room.posts = iter(range(2, 1000))
        post_all(self.room, numbered(200))

    def test_a_resume_from_before_what_is_kept_is_told_by_a_purged_gap(self):
        again = self.again(self.theirs.session).resume(self.room.id, self.start)
        [gap] = again.gaps
        self.assertEqual((getattr(gap, "from"), gap.kind), (self.start + 1, "Purged"))
        self.assertEqual(again.entries[0].prev, gap.to)
        self.assertEqual(again.joined.oldest, again.entries[0].seq)
        self.assertEqual(again.texts()[-1], "199")

    def test_nothing_below_the_oldest_is_in_a_page(self):
        page = self.room.history()
        self.assertEqual(page.entries[0].seq, page.oldest)
        self.assertEqual(self.room.history(before=page.oldest).entries, [])
        self.assertLessEqual(len(page.entries), 50)
        self.assertEqual(self.room.joined.state.label.keeps_entries, 50)

    def test_an_id_of_what_is_no_longer_kept_is_too_old(self):
        self.refused("ID_TOO_OLD", self.room.say, "first", n=1)
        self.theirs.wait_for(self.room.say("end").seq)
        self.assertEqual(self.theirs.texts().count("first"), 1)

    def test_what_is_no_longer_kept_cannot_be_changed_but_answered(self):
        self.refused("NO_SUCH_MESSAGE", self.room.edit, self.first.seq, "other")
        self.refused("NO_SUCH_MESSAGE", self.room.delete, self.first.seq)
        self.refused("NO_SUCH_MESSAGE", self.room.react, self.first.seq, "👍")
        self.theirs.wait_for(self.room.reply(self.first.seq, "I remember that").seq)
