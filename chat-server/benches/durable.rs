//! How fast posts become durable, beside SQLite itself doing the same; and what a page of history costs.
//!
//! `cargo bench -p chat-server --bench durable [DIR]`: in `DIR` on the disk that is to be measured, or the system's
//! directory for temporary files.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark ends when something is wrong, and prints")]
#![expect(clippy::cast_precision_loss, reason = "nobody posts 2^52 times")]

use chat_proto::frame::Keep;
use chat_proto::{Author, EntryBody, PersonId, PostId, RoomCode, RoomId, Seq, UnixMillis};
use chat_server::log::record::RoomRecord;
use chat_server::log::sqlite::{DiskLimits, Retention, SqliteLogs};
use chat_server::log::{Draft, End, Log, Logs, Outcome, Range, Reach};
use rusqlite::{Connection, TransactionBehavior};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

const SCHEMA: &str =
    concat!(include_str!("../src/log/sqlite/schema/first.sql"), include_str!("../src/log/sqlite/schema/pointers.sql"));
const TEXT: &str = "a line of ordinary length, as people write them to each other";
const GROUPS: [u8; 3] = [1, 16, 64];
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(1);
const PAGES: u64 = 500;
const PACED_POSTS: u32 = 1_000;
const PACED_SECONDS: u32 = 10;
const PACED_ROOMS: u8 = 250;
const FSYNCS: u64 = 2_000;

fn main() {
    let place = std::env::args().skip(1).find(|word| !word.starts_with('-')).map(PathBuf::from);
    let place = place.unwrap_or_else(std::env::temp_dir).join(format!("chat-durable-{}", std::process::id()));
    std::fs::create_dir_all(&place).unwrap();
    println!("durable posts per second in {}", place.display());
    println!("  {:>5}  {:>8}  {:>8}  {:>6}", "group", "log", "SQLite", "share");
    for group in GROUPS {
        // In turn, because the disk is not ours alone.
        let rounds: Vec<_> = (0..ROUNDS).map(|_| (posts(&place, group), inserts(&place, group))).collect();
        let (log, raw) = (middle(rounds.iter().map(|round| round.0)), middle(rounds.iter().map(|round| round.1)));
        println!("  {group:>5}  {log:>8.0}  {raw:>8.0}  {:>5.0}%", 100.0 * log / raw);
    }
    let (fsync, acknowledged) = (fsyncs(&place), acknowledgements(&place));
    println!("p99 at {PACED_POSTS} posts per second: {acknowledged:.1} ms; of an fsync alone: {fsync:.1} ms");
    println!("a page of history");
    for entries in [1_000, 1_000_000] {
        println!("  of {entries:>9} entries  {:>8.0} µs", pages(&place, entries) * 1e6);
    }
    std::fs::remove_dir_all(&place).unwrap();
}

/// Posts per second of so many rooms, in each of which a post is written as soon as the one before is.
fn posts(place: &Path, rooms: u8) -> f64 {
    let place = fresh(place);
    let logs = open(&place);
    let counted = Arc::new(Count::default());
    let rooms: Vec<_> = (0..rooms).map(|id| room(&logs, id)).collect();
    let began = Instant::now();
    for log in &rooms {
        post(log, 1, &counted);
    }
    std::thread::sleep(ROUND);
    counted.is_over.store(true, Ordering::Relaxed);
    let rate = counted.posts.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    close(&logs);
    rate
}

#[derive(Default)]
struct Count {
    posts: AtomicU64,
    is_over: AtomicBool,
}

fn post(log: &Arc<dyn Log>, n: u64, count: &Arc<Count>) {
    let (next, count) = (Arc::clone(log), Arc::clone(count));
    let done = move |outcome| {
        assert!(matches!(outcome, Outcome::Committed { .. }), "{outcome:?}");
        count.posts.fetch_add(1, Ordering::Relaxed);
        if !count.is_over.load(Ordering::Relaxed) {
            post(&next, n + 1, &count);
        }
    };
    log.append([draft(n)].into(), Box::new(done));
}

/// Milliseconds until a post is durable, 99 of 100 times, if they come at a steady pace.
fn acknowledgements(place: &Path) -> f64 {
    let place = fresh(place);
    let logs = open(&place);
    let rooms: Vec<_> = (0..PACED_ROOMS).map(|id| room(&logs, id)).collect();
    let (done, times) = mpsc::channel();
    let began = Instant::now();
    for post in 0..PACED_POSTS * PACED_SECONDS {
        let due = began + Duration::from_secs(1) / PACED_POSTS * post;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let (done, asked) = (done.clone(), Instant::now());
        // Long after the post before in the same room.
        let log = &rooms[(post % u32::from(PACED_ROOMS)) as usize];
        log.append([draft(u64::from(post) + 1)].into(), Box::new(move |_| done.send(asked.elapsed()).unwrap()));
    }
    drop(done);
    let p99 = percentile_99(times.iter());
    close(&logs);
    p99
}

/// Milliseconds that the disk takes to write a page through, 99 of 100 times.
fn fsyncs(place: &Path) -> f64 {
    let file = File::create(fresh(place).join("page")).unwrap();
    percentile_99((0..FSYNCS).map(|page| {
        let began = Instant::now();
        file.write_all_at(&[7; 4096], page * 4096).unwrap();
        file.sync_all().unwrap();
        began.elapsed()
    }))
}

fn percentile_99(times: impl Iterator<Item = Duration>) -> f64 {
    let mut times: Vec<_> = times.map(|time| time.as_secs_f64() * 1e3).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() * 99 / 100]
}

/// Rows per second of SQLite alone, so many to a commit.
fn inserts(place: &Path, group: u8) -> f64 {
    let mut file = Connection::open(fresh(place).join("raw.db")).unwrap();
    file.pragma_update(None, "journal_mode", "wal").unwrap();
    file.pragma_update(None, "synchronous", "full").unwrap();
    file.execute_batch(SCHEMA).unwrap();
    let began = Instant::now();
    let mut n = 0;
    while began.elapsed() < ROUND {
        let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        for room in 0..i64::from(group) {
            insert(&transaction, room, n);
        }
        transaction.commit().unwrap();
        n += 1;
    }
    (n * i64::from(group)) as f64 / began.elapsed().as_secs_f64()
}

fn insert(file: &Connection, room: i64, n: i64) {
    let sql = "INSERT INTO entries (place, prev, time, person, name, instance, n, kind, body) \
               VALUES (?1, ?2, 0, 1, x'616c696365', 5, ?3, 1, ?4)";
    let place = room << 40 | (n + 1);
    file.prepare_cached(sql).unwrap().execute((place, n, n, TEXT.as_bytes())).unwrap();
}

/// Seconds that a page takes, anywhere in a room of so many entries.
fn pages(place: &Path, entries: u64) -> f64 {
    let place = fresh(place);
    let logs = open(&place);
    room(&logs, 1);
    close(&logs);
    drop(logs);
    fill(&place, entries);
    let logs = open(&place);
    let log = logs.restore().rooms.remove(0).log;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let times = (0..PAGES).map(|page| {
        // Somewhere else every time.
        let before = Seq(page.wrapping_mul(0x9e37_79b9_7f4a_7c15) % entries + 2);
        let began = Instant::now();
        runtime.block_on(log.read(Range { before, from: End::Newest, ..Range::last_page() })).unwrap();
        began.elapsed().as_secs_f64()
    });
    let middle = middle(times);
    close(&logs);
    middle
}

/// Behind the server's back, as a million posts would take their time.
fn fill(place: &Path, entries: u64) {
    let sql = "WITH RECURSIVE seqs (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM seqs WHERE seq < ?1) \
               INSERT INTO entries (place, prev, time, person, name, instance, n, kind, body) \
               SELECT (1 << 40) | seq, seq - 1, seq, 1, x'616c696365', 5, seq, 1, ?2 FROM seqs";
    let file = Connection::open(place.join("chat.db")).unwrap();
    file.execute(sql, (entries.cast_signed(), TEXT.as_bytes())).unwrap();
    // As if it had all been indexed.
    file.execute("UPDATE logs SET indexed = ?1", [entries.cast_signed()]).unwrap();
}

fn open(place: &Path) -> SqliteLogs {
    let retain = Retention { age: None, bytes: None };
    let limits = DiskLimits { retain, keep_most: None, reserve_bytes: Some(0), waits: Duration::from_hours(1) };
    SqliteLogs::open(place, limits, Duration::ZERO).unwrap()
}

fn close(logs: &SqliteLogs) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(logs.close());
}

fn fresh(place: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let place = place.join(COUNT.fetch_add(1, Ordering::Relaxed).to_string());
    std::fs::create_dir(&place).unwrap();
    place
}

fn room(logs: &SqliteLogs, id: u8) -> Arc<dyn Log> {
    let code = RoomCode::from_random(id.into());
    logs.open(RoomId([id; 16]), &RoomRecord { code, keep: Keep::Default, state: String::new() })
}

fn draft(n: u64) -> Draft {
    let author = Arc::new(Author { person: PersonId(1), name: "alice".into() });
    let body = EntryBody::Message(TEXT.into());
    Draft {
        time: UnixMillis(0),
        author,
        post: Some(PostId { instance: 5, n }),
        body,
        reach: Reach::Own,
        records: Vec::new(),
    }
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
