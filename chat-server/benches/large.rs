//! What a large history costs: a search of a million messages, and the memory of a server that has them.
//!
//! `cargo bench -p chat-server --bench large [DIR]`: in `DIR` on the disk that is to be measured, or the system's
//! directory for temporary files. Takes some minutes and about 300 MB there.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark ends when something is wrong, and prints")]

use bytes::Bytes;
use chat_proto::frame::{Beyond, Keep, Search};
use chat_proto::{Author, EntryBody, Nick, PersonId, PostId, RoomCode, RoomId, Seq, UnixMillis};
use chat_server::log::record::{Fact, MemberRecord, PersonRecord, Record, RoomRecord, Whereabouts};
use chat_server::log::search::{Query, Whose};
use chat_server::log::sqlite::{DiskLimits, Retention, SqliteLogs};
use chat_server::log::{Draft, Log, Logs, Reach};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const MESSAGES: u64 = 1_000_000;
const BATCH: u64 = 200;
const PEOPLE: u64 = 50;
/// About as many words as people use, the most common one thousands of times as often as the rarest.
const VOCABULARY: u64 = 50_000;
const WORDS: usize = 11;
const SEARCHES: u64 = 1_000;

/// What is looked for.
type Kind = fn(&mut Dice) -> Query;

fn main() {
    let place = std::env::args().skip(1).find(|word| !word.starts_with('-')).map(PathBuf::from);
    let place = place.unwrap_or_else(std::env::temp_dir).join(format!("chat-large-{}", std::process::id()));
    std::fs::create_dir_all(&place).unwrap();
    let (empty, large) = (place.join("empty"), place.join("large"));
    fill(&large);
    println!("a server, started and left alone for a while");
    for (name, data) in [("empty", &empty), ("large", &large)] {
        let (ready, resident) = server(&place, data);
        println!("  {name}  ready after {:>6.0} ms, {resident} KiB resident", ready.as_secs_f64() * 1e3);
    }
    std::fs::remove_dir_all(&place).unwrap();
}

fn fill(place: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let logs = open(place);
    let code = RoomCode::from_random(1);
    let log = logs.open(RoomId([1; 16]), &RoomRecord { code, keep: Keep::Default, state: state() });
    move_in(&logs, &log);
    let mut dice = Dice(7);
    let began = Instant::now();
    for batch in 0..MESSAGES / BATCH {
        append(&log, (1..=BATCH).map(|n| draft(batch * BATCH + n, &mut dice)).collect());
    }
    println!("{MESSAGES} messages written in {:.0} s", began.elapsed().as_secs_f64());
    // A room is searched when all of it is in the index.
    let rarest = query(&format!("{}x", word(VOCABULARY)), None);
    while runtime.block_on(log.search(rarest.clone())).unwrap().beyond == Beyond::Unsearched {}
    println!("and in the index after {:.0} s", began.elapsed().as_secs_f64());
    let rows: [(&str, Kind); 5] = [
        ("a word", |dice| query(&dice.word(), None)),
        ("two words", |dice| query(&format!("{} {}", dice.word(), dice.word()), None)),
        ("a phrase", |dice| query(&format!("\"{} {}\"", dice.word(), dice.word()), None)),
        ("a beginning", |dice| query(&format!("{}*", &dice.word()[..3]), None)),
        ("word and name", |dice| query(&dice.word(), Some(dice.below(PEOPLE)))),
    ];
    println!("the first page of a search, ms");
    println!("  {:<14} {:>6} {:>6} {:>6}  given up", "for", "p50", "p95", "p99");
    let mut all = Vec::new();
    for (name, make) in rows {
        let queries: Vec<_> = (0..SEARCHES).map(|_| make(&mut dice)).collect();
        let times: Vec<_> = queries.into_iter().map(|query| timed(&runtime, &log, query)).collect();
        print(name, &times);
        all.extend(times);
    }
    print("all of them", &all);
    runtime.block_on(logs.close());
}

fn timed(runtime: &tokio::runtime::Runtime, log: &Arc<dyn Log>, query: Query) -> (Duration, Beyond) {
    let began = Instant::now();
    let found = runtime.block_on(log.search(query)).unwrap();
    (began.elapsed(), found.beyond)
}

fn print(name: &str, times: &[(Duration, Beyond)]) {
    let mut sorted: Vec<_> = times.iter().map(|(time, _)| time.as_secs_f64() * 1e3).collect();
    sorted.sort_by(f64::total_cmp);
    let [p50, p95, p99] = [50, 95, 99].map(|percent| sorted[sorted.len() * percent / 100]);
    let given_up = times.iter().filter(|(_, beyond)| *beyond == Beyond::Unsearched).count();
    println!("  {name:<14} {p50:>6.1} {p95:>6.1} {p99:>6.1}  {given_up} of {}", times.len());
}

fn open(place: &Path) -> SqliteLogs {
    let retain = Retention { age: None, bytes: None };
    let limits = DiskLimits { retain, keep_most: None, reserve_bytes: Some(0), waits: Duration::from_hours(1) };
    SqliteLogs::open(place, limits, Duration::ZERO).unwrap()
}

/// A room without members would be over.
fn move_in(logs: &SqliteLogs, log: &Arc<dyn Log>) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let (id, now) = (PersonId(1), UnixMillis(i64::try_from(now).unwrap()));
    let name = Nick::parse(b"person-0").unwrap();
    drop(logs.keep(vec![Fact::Person(PersonRecord { id, key: [0; 32], name, last_seen: now, has_been_seen: true })]));
    let whereabouts = Whereabouts::Gone { since: now };
    log.keep(vec![Record::Member(MemberRecord { person: id, standing: 1, whereabouts, read: Seq(0) })]);
}

/// As a server writes it, which is to take the room over.
fn state() -> String {
    let key = "00".repeat(32);
    format!(
        "{{\"opened\":{{\"person\":1,\"request\":1,\"key\":\"{key}\",\"address\":\"127.0.0.1/32\",\"time\":0}},\
         \"owner\":\"{key}\",\"door\":\"open\"}}"
    )
}

fn append(log: &Arc<dyn Log>, drafts: Vec<Draft>) {
    let (done, waits) = mpsc::channel();
    log.append(drafts.into(), Box::new(move |_| done.send(()).unwrap()));
    waits.recv().unwrap();
}

fn draft(n: u64, dice: &mut Dice) -> Draft {
    let person = dice.below(PEOPLE);
    let author = Arc::new(Author { person: PersonId(person + 1), name: format!("person-{person}").into() });
    let text = (0..WORDS).map(|_| dice.word()).collect::<Vec<_>>().join(" ");
    let post = Some(PostId { instance: person, n });
    Draft {
        time: UnixMillis(n.cast_signed()),
        author,
        post,
        body: EntryBody::Message(text.into()),
        reach: Reach::Own,
        records: Vec::new(),
    }
}

fn query(words: &str, from: Option<u64>) -> Query {
    let words = words.to_owned().into();
    let search =
        Search { room: RoomId([1; 16]), words, from: Bytes::new(), since: None, until: None, before: Seq(u64::MAX) };
    let speaker = from.map(|person| Whose {
        name: Nick::parse(format!("person-{person}").as_bytes()).unwrap(),
        person: Some(PersonId(person + 1)),
    });
    Query::parse(&search, speaker).unwrap()
}

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// A word as people use them: the n-th about as often as 1/n.
    fn word(&mut self) -> String {
        #[expect(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "both ends are small")]
        let rank = (VOCABULARY as f64).powf(self.below(1 << 30) as f64 / (1_u64 << 30) as f64) as u64;
        word(rank)
    }
}

/// Three syllables and more.
fn word(mut rank: u64) -> String {
    let mut word = String::new();
    rank += 1_000;
    while rank > 0 {
        word.push(char::from(b"bdfgklmnprstvz"[(rank % 14) as usize]));
        word.push(char::from(b"aeiou"[(rank / 14 % 5) as usize]));
        rank /= 70;
    }
    word
}

/// How long a server takes to serve, and what it holds in memory after a while.
fn server(state: &Path, data: &Path) -> (Duration, u64) {
    let began = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(["--port", "0", "--bind", "127.0.0.1", "--retain", "forever", "--data"]).arg(data);
    let mut server = Server(command.env("STATE_DIRECTORY", state).stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    while !lines.next().unwrap().unwrap().contains("chat-tui --server") {}
    let ready = began.elapsed();
    std::thread::sleep(Duration::from_secs(3));
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.0.id())).unwrap();
    let fields: BTreeMap<_, _> = status.lines().filter_map(|line| line.split_once(':')).collect();
    (ready, fields["VmRSS"].trim().trim_end_matches(" kB").parse().unwrap())
}

/// Ends with the measurement.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
