"""Section 7: what is searched for, and how far somebody has read."""

import client
import document
from case import Case
from wire import Record


class Words(Case):
    def setUp(self):
        super().setUp()
        self.room = self.person("ann").create()

    def found(self, *asked, **more):
        return [hit.found.text.decode() for hit in self.room.search(*asked, **more).hits]

    def say_all(self, *texts):
        return [self.room.say(text).seq for text in texts]

    def test_words_are_compared_without_case_and_diacritics(self):
        self.say_all("Über den Wolken", "ＦＵＬＬ width", "plain")
        self.assertEqual(self.found("uber"), ["Über den Wolken"])
        self.assertEqual(self.found("WOLKEN ÜBER"), ["Über den Wolken"])
        self.assertEqual(self.found("full"), ["ＦＵＬＬ width"])
        self.assertEqual(self.found("uber plain"), [])

    def test_words_in_quotes_follow_on_each_other(self):
        self.say_all("did the build pass?", "pass the build")
        self.assertEqual(self.found('"the build pass"'), ["did the build pass?"])
        self.assertEqual(self.found('"build the"'), [])

    def test_a_word_with_something_else_inside_is_a_phrase(self):
        self.say_all("re-use it", "use re it")
        self.assertEqual(self.found("re-use"), ["re-use it"])

    def test_every_character_is_a_word_where_words_are_written_without_spaces(self):
        self.say_all("東京の天気", "京東")
        self.assertEqual(self.found("東京"), ["東京の天気"])
        self.assertEqual(len(self.found("京")), 2)

    def test_a_star_stands_for_what_begins_so(self):
        self.say_all("passed", "compass", "pass")
        self.assertEqual(self.found("pass*"), ["pass", "passed"])
        self.assertEqual(self.found("pass"), ["pass"])
        self.assertEqual(self.found('"pass*"'), ["pass"])

    def test_nothing_is_an_operator_or_a_wildcard(self):
        self.say_all("alpha", "beta", "50%", "a_b")
        for words in ("alpha OR beta", "NOT alpha", "alpha NEAR beta", "' OR 1=1 --"):
            self.assertEqual(self.found(words), [], words)
        self.assertEqual(self.found("50%"), ["50%"])
        self.assertEqual(self.found("a_b"), ["a_b"])

    def test_only_messages_actions_and_replies_are_found_by_what_they_say_now(self):
        [first, second] = self.say_all("needle one", "needle two")
        self.room.reply(first, "needle three")
        self.room.edit(first, "thread")
        self.room.delete(second)
        self.room.post(Record(kind=3, body=b"needle topic"))
        self.room.post(Record(kind=2, body=b"needle action"))
        self.assertEqual(self.found("needle"), ["needle action", "needle three"])
        self.assertEqual(self.found("thread"), ["thread"])

    def test_what_is_no_search_is_refused(self):
        nothing = ["", " ", "!!", "*", '""', "…"]
        too_much = ["a b c d e f g h i", "x" * (document.LIMITS["SEARCH_BYTES"] + 1)]
        for words in (*nothing, *too_much, b"\xff"):
            with self.subTest(words):
                self.refused("BAD_SEARCH", self.room.search, words)
        self.refused("BAD_SEARCH", self.room.search, "word", "no name!")
        self.assertEqual(self.found("a b c d e f g h"), [])


class People(Case):
    def setUp(self):
        super().setUp()
        self.mine, self.theirs = self.room_of("ann", "bob")
        self.mine.say("hello from here")
        self.theirs.say("hello from there")

    def test_from_finds_what_was_said_under_a_name_and_by_whose_name_it_is_now(self):
        old, new = self.theirs.session.name, self.name("robert")
        self.theirs.session.ask("Rename", name=new.encode())
        self.theirs.say("hello under a new name")
        self.assertEqual(len(self.mine.search("hello", new.upper()).hits), 2)
        self.assertEqual([hit.found.text for hit in self.mine.search("hello", old).hits], [b"hello from there"])

    def test_from_alone_finds_all_of_somebody_and_nobody_of_an_unknown_name(self):
        self.assertEqual(len(self.mine.search("", self.theirs.session.name).hits), 1)
        self.assertEqual(self.mine.search("", "nobody-ever").hits, [])


class Pages(Case):
    def setUp(self):
        super().setUp()
        self.room = self.person("ann").create()

    def test_hits_come_newest_first_and_page_on(self):
        places = [self.room.say(f"needle {number}").seq for number in range(45)]
        found, before = [], client.GREATEST
        while True:
            page = self.room.search("needle", before=before)
            self.assertLessEqual(len(page.hits), document.LIMITS["SEARCH_HITS"])
            found += [hit.found.seq for hit in page.hits]
            if page.beyond == "Nothing":
                break
            self.assertEqual(page.beyond, "More")
            before = found[-1]
        self.assertEqual(found, places[::-1])

    def test_a_hit_has_its_neighbours_and_excerpts_around_the_word(self):
        self.room.say("before")
        place = self.room.say("x " * 400 + "needle " + "y " * 400).seq
        self.room.say("z " * 400)
        [hit] = self.room.search("needle").hits
        self.assertEqual((hit.found.seq, hit.before.text), (place, b"before"))
        text = hit.found.text.decode()
        self.assertTrue(text.startswith("…") and text.endswith("…") and "needle" in text, text)
        after = hit.after.text.decode()
        self.assertTrue(after.startswith("z z") and after.endswith("…"), after)
        for excerpt in (hit.found, hit.after):
            self.assertLessEqual(len(excerpt.text), document.LIMITS["EXCERPT_BYTES"])

    def test_times_bound_a_search_and_a_time_alone_finds_all_of_it(self):
        first = self.room.wait_for(self.room.say("first").seq).entries[-1]
        self.room.say("second")
        self.assertEqual(len(self.room.search(since=first.time).hits), 2)
        self.assertEqual(self.room.search(until=first.time).hits, [])
        self.assertEqual(self.room.search("first", since=first.time + 10**9).hits, [])

    def test_before_0_finds_nothing(self):
        self.room.say("needle")
        self.assertEqual(self.room.search("needle", before=0).hits, [])


class Read(Case):
    def read(self, session, room):
        return self.again(session).resume(room.id).joined.state.read

    def test_how_far_somebody_read_is_kept_for_them_and_never_falls(self):
        mine, theirs = self.room_of("ann", "bob")
        self.assertEqual(self.read(mine.session, mine), 0)
        last = mine.say("hello").seq
        mine.read(last)
        mine.read(last - 1)
        self.assertEqual(self.read(mine.session, mine), last)
        self.assertEqual(self.read(theirs.session, mine), 0)

    def test_what_is_above_the_head_counts_as_the_head_and_nobody_is_told(self):
        mine, theirs = self.room_of("ann", "bob")
        mine.read(client.GREATEST)
        theirs.session.settle()
        told = len(theirs.session.unasked)
        resumed = self.again(mine.session).resume(mine.id)
        self.assertEqual(resumed.joined.state.read, resumed.joined.head)
        theirs.session.settle()
        self.assertEqual(len(theirs.session.unasked), told)
