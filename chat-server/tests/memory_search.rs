//! Looking for words in a log in memory, and erasing them.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

use chat_proto::frame::{Beyond, Hit, Keep, Search};
use chat_proto::limits::{EXCERPT_BYTES, SEARCH_HITS};
use chat_proto::{Author, Entry, EntryBody, PersonId, PostId, RoomCode, RoomId, Seq, UnixMillis, wire};
use chat_server::config::MemoryLimits;
use chat_server::log::memory::MemoryLogs;
use chat_server::log::record::RoomRecord;
use chat_server::log::search::{Findings, Query, Speaker};
use chat_server::log::{Draft, Log, Logs, Outcome, Range, Verdict};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const ALICE: (u64, &str) = (1, "alice");
const BOB: (u64, &str) = (2, "bob");

const ROOMY: MemoryLimits =
    MemoryLimits { room_entries: 10_000, room_bytes: 8 << 20, total_bytes: 512 << 20, waits: Duration::from_mins(1) };

struct Room {
    logs: MemoryLogs,
    log: Arc<dyn Log>,
}

impl Room {
    fn new() -> Self {
        let logs = MemoryLogs::new(ROOMY);
        let code = RoomCode::parse(b"ABCD").unwrap();
        let log = logs.open(RoomId([1; 16]), &RoomRecord { code, keep: Keep::Default, state: String::new() });
        Self { logs, log }
    }

    /// Said one after the other, a second apart.
    fn with(messages: &[((u64, &str), &str)]) -> Self {
        let room = Self::new();
        for (seq, (author, text)) in (1..).zip(messages) {
            room.append(seq, *author, EntryBody::Message(text.to_string().into()));
        }
        room
    }

    fn append(&self, n: u64, author: (u64, &str), body: EntryBody) -> Verdict {
        let verdict = Arc::new(Mutex::new(None));
        let done = Arc::clone(&verdict);
        let draft = Draft {
            time: UnixMillis(n.cast_signed() * 1_000),
            author: Author { person: PersonId(author.0), name: author.1.to_owned().into() },
            post: Some(PostId { instance: 1, n }),
            body,
            records: Vec::new(),
        };
        let completion = move |outcome| {
            let Outcome::Committed { verdicts, .. } = outcome else { panic!("memory takes everything") };
            *done.lock().unwrap() = Some(verdicts[0]);
        };
        self.log.append(vec![draft], Box::new(completion));
        let verdict = verdict.lock().unwrap().take();
        verdict.unwrap()
    }

    async fn search(&self, search: &Search, from: Option<Speaker>) -> Findings {
        self.log.search(Query::parse(search, from).unwrap()).await.unwrap()
    }

    async fn seqs(&self, words: &str) -> Vec<u64> {
        seqs(&self.search(&sought(words), None).await)
    }

    async fn bodies(&self) -> Vec<EntryBody> {
        let range = Range { after: Seq(0), ..Range::last_page() };
        let entries = self.log.read(range).await.unwrap().entries;
        entries.iter().map(|stored| wire::decode::<Entry>(&stored.bytes).unwrap().body).collect()
    }
}

fn sought(words: &str) -> Search {
    Search {
        room: RoomId([1; 16]),
        words: words.to_owned().into(),
        from: String::new().into(),
        since: None,
        until: None,
        before: Seq(u64::MAX),
    }
}

fn seqs(findings: &Findings) -> Vec<u64> {
    findings.hits.iter().map(|hit| hit.found.seq.0).collect()
}

#[tokio::test]
async fn the_newest_message_with_all_words_comes_first() {
    let room = Room::with(&[(ALICE, "the plan"), (BOB, "a plan"), (BOB, "nothing"), (ALICE, "Plan, the: übung")]);

    assert_eq!(room.seqs("plan").await, [4, 2, 1]);
    assert_eq!(room.seqs("PLAN the").await, [4, 1]);
    assert_eq!(room.seqs("\"the plan\"").await, [1]);
    assert_eq!(room.seqs("pla* ubung").await, [4]);
    assert_eq!(room.seqs("pla").await, [] as [u64; 0]);
}

#[tokio::test]
async fn a_hit_shows_what_was_said_around_it() {
    let room = Room::with(&[(ALICE, "before")]);
    room.append(2, BOB, EntryBody::Topic("finds".into()));
    room.append(3, BOB, EntryBody::Action("finds it".into()));
    room.append(4, BOB, EntryBody::Opened);
    room.append(5, ALICE, EntryBody::Message("after".into()));

    let Findings { hits, beyond } = room.search(&sought("finds"), None).await;

    let texts =
        |hit: &Hit| [hit.before.clone(), Some(hit.found.clone()), hit.after.clone()].map(|said| said.unwrap().text);
    assert_eq!(hits.iter().map(texts).collect::<Vec<_>>(), [["before", "finds it", "after"]]);
    assert_eq!(beyond, Beyond::Nothing);
}

#[tokio::test]
async fn the_first_and_the_last_message_have_nothing_around_them() {
    let room = Room::with(&[(ALICE, "word")]);

    let hits = room.search(&sought("word"), None).await.hits;

    assert_eq!((&hits[0].before, &hits[0].after), (&None, &None));
}

#[tokio::test]
async fn more_hits_than_a_page_are_found_page_by_page() {
    let messages: Vec<_> = (0..2 * SEARCH_HITS + 5).map(|_| (ALICE, "word")).collect();
    let room = Room::with(&messages);

    let first = room.search(&sought("word"), None).await;
    let last = first.hits.last().unwrap().found.seq;
    let second = room.search(&Search { before: last, ..sought("word") }, None).await;
    let next = second.hits.first().unwrap();
    assert_eq!(next.after.as_ref().unwrap().seq, last);
    let last = second.hits.last().unwrap().found.seq;
    let third = room.search(&Search { before: last, ..sought("word") }, None).await;

    assert_eq!([first.beyond, second.beyond, third.beyond], [Beyond::More, Beyond::More, Beyond::Nothing]);
    assert_eq!(seqs(&third), [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn times_and_people_bound_what_is_found() {
    let room = Room::with(&[(ALICE, "a"), (BOB, "a"), ((1, "renamed"), "a"), ((3, "Alice"), "a"), (ALICE, "a")]);
    let speaker = |person| Some(Speaker { name: chat_proto::Nick::parse(b"alice").unwrap(), person });
    let within = Search { since: Some(UnixMillis(2_000)), until: Some(UnixMillis(5_000)), ..sought("") };

    assert_eq!(seqs(&room.search(&within, speaker(Some(PersonId(1)))).await), [4, 3]);
    assert_eq!(seqs(&room.search(&sought("a"), speaker(None)).await), [5, 4, 1]);
}

#[tokio::test]
async fn a_long_message_is_shown_where_the_word_stands() {
    let room = Room::with(&[(ALICE, &format!("{} needle", "hay ".repeat(1_000)))]);

    let hits = room.search(&sought("needle"), None).await.hits;

    assert!(hits[0].found.text.ends_with(b"needle") && hits[0].found.text.len() <= EXCERPT_BYTES);
}

#[tokio::test]
async fn whoever_forgets_erases_what_they_said_before() {
    let room = Room::with(&[(ALICE, "word"), (BOB, "word"), (ALICE, "word")]);
    room.append(4, ALICE, EntryBody::Topic("word".into()));
    room.append(5, ALICE, EntryBody::Action("word".into()));

    room.append(6, ALICE, EntryBody::Forget);
    room.append(7, ALICE, EntryBody::Message("word again".into()));

    let text = |text: &'static str| EntryBody::Message(text.into());
    let topic = EntryBody::Topic("word".into());
    let erased = || EntryBody::Erased;
    assert_eq!(
        room.bodies().await,
        [erased(), text("word"), erased(), topic, erased(), EntryBody::Forget, text("word again")]
    );
    assert_eq!(room.seqs("word").await, [7, 2]);
}

#[tokio::test]
async fn what_was_erased_and_is_sent_again_is_known() {
    let room = Room::with(&[(ALICE, "word")]);
    room.append(2, ALICE, EntryBody::Forget);

    let again = room.append(1, ALICE, EntryBody::Message("word".into()));

    assert_eq!(again, Verdict::Known(Seq(1)));
    assert_eq!(room.bodies().await, [EntryBody::Erased, EntryBody::Forget]);
}

#[tokio::test]
async fn what_is_erased_keeps_its_place_and_gives_its_bytes_back() {
    let long = "word ".repeat(1_000);
    let room = Room::with(&[(BOB, "first"), (ALICE, &long)]);
    let before = room.logs.total_bytes();

    room.append(3, ALICE, EntryBody::Forget);

    let slice = room.log.read(Range::last_page()).await.unwrap();
    let entry: Entry = wire::decode(&slice.entries[1].bytes).unwrap();
    assert_eq!(
        (entry.seq, entry.prev, entry.time, entry.author.person),
        (Seq(2), Seq(1), UnixMillis(2_000), PersonId(1))
    );
    assert_eq!(entry.post, Some(PostId { instance: 1, n: 2 }));
    assert!(room.logs.total_bytes() < before - long.len() + 300);
    room.logs.erase(RoomId([1; 16]));
    assert_eq!(room.logs.total_bytes(), 0);
}
