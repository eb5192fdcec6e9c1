//! F1: a server on disk is killed without warning, again and again, while people talk.
//!
//! ```text
//! round     start · 20 people post, resume, send again · 2 read · kill -9 at a random moment
//! the end   start · whatever is unanswered is decided · every account is held against the log
//! ```
//!
//! `CHAT_CRASH_ROUNDS` asks for more rounds than 100. `CHAT_CRASH_SEED` draws the same moments and texts once more;
//! each run prints its own. What the machine does meanwhile it cannot repeat.

#[path = "../support/mod.rs"]
mod support;

mod judge;
mod reader;
mod scene;
mod writer;

use chat_proto::{Entry, RoomId, ServerFrame};
use judge::Account;
use reader::Reader;
use scene::{Dice, Scene};
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use support::line::Line;
use support::process::{Process, command, data, words};
use support::scratch::Scratch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use writer::{Writer, join};

const ROOMS: usize = 4;
const WRITERS: u64 = 20;
const READERS: u64 = 2;
/// A round is over a little later, whatever happened.
const MILLIS_MAX: u64 = 120;
/// One round in so many does not wait until somebody was answered: it ends a server that has hardly started.
const EARLY: u64 = 8;
/// How long a round may take.
const ROUND_MAX: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_accepted_or_shown_is_lost_or_doubled_however_often_the_server_is_killed() {
    let rounds = setting("CHAT_CRASH_ROUNDS").unwrap_or(100);
    let seed = setting("CHAT_CRASH_SEED").unwrap_or_else(now);
    tell(&format!("{rounds} rounds with CHAT_CRASH_SEED={seed}"));
    let time = ROUND_MAX * u32::try_from(rounds).expect("fewer rounds") + ROUND_MAX;

    timeout(time, run(rounds, seed)).await.expect("servers that start and clients that are answered");
}

async fn run(rounds: u64, seed: u64) {
    let scratch = Scratch::new();
    let mut dice = Dice::new(seed);
    let scene = Scene::new(ROOMS);
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        writers.spawn(Writer::new(number, dice.fork()).run(scene.clone()));
    }
    let mut readers = JoinSet::new();
    for number in 0..READERS {
        readers.spawn(Reader::new(number).run(scene.clone()));
    }

    for _ in 0..rounds {
        round(scratch.path(), &scene, &mut dice).await;
        nobody_has_given_up(&mut writers);
        nobody_has_given_up(&mut readers);
    }

    let server = start(scratch.path()).await;
    scene.open_at(server.port);
    scene.close();
    let accounts: Vec<Account> = writers.join_all().await;
    let logs = logs(server.port, &scene).await;
    scene.tell_heads(logs.iter().map(|(room, log)| (*room, log.last().expect("an entry").seq)).collect());
    let views = readers.join_all().await;
    let ended = server.stop().await;
    assert!(ended.status.success(), "{ended:?}");

    let posts = judge::judge(&logs, &accounts, &views);
    is_sound(scratch.path()).await;
    tell(&format!("{posts} posts"));
    assert!(posts as u64 > rounds, "the servers were killed before anybody came to speak");
}

/// One server's life.
async fn round(home: &Path, scene: &Scene, dice: &mut Dice) {
    let server = start(home).await;
    let mut accepted = scene.accepted();
    scene.open_at(server.port);

    if dice.roll(EARLY) != 0 {
        timeout(ROUND_MAX, accepted.changed()).await.expect("somebody who is answered").expect("a scene");
    }
    sleep(Duration::from_millis(dice.roll(MILLIS_MAX))).await;

    scene.shut();
    let ended = server.kill().await;
    assert_eq!(ended.status.code(), None, "it ended by itself: {ended:?}");
    assert_eq!(ended.errors, "", "it had something to say");
}

/// Whoever was told what cannot be, panics.
fn nobody_has_given_up<T: 'static>(people: &mut JoinSet<T>) {
    if let Some(ended) = people.try_join_next() {
        ended.expect("nothing that cannot be");
        panic!("it was not time to finish");
    }
}

async fn start(home: &Path) -> Process {
    Process::start(command(&[], &words(home, &[]))).await.expect("a server that starts without repair")
}

/// What stands in every room now.
async fn logs(port: u16, scene: &Scene) -> HashMap<RoomId, Vec<Entry>> {
    let (mut line, _) = Line::open(port, "judge", 1).await.expect("a server");
    let mut logs = HashMap::new();
    for code in scene.codes() {
        let ServerFrame::Joined(joined) = line.ask(join(code)).await.expect("a server") else { panic!("a room") };
        logs.insert(joined.room, line.history(joined.room).await.expect("a server"));
    }
    logs
}

/// The server's own opinion of what it has written.
async fn is_sound(home: &Path) {
    let check = [env!("CARGO_BIN_EXE_chat-server").into(), "check".into(), "--data".into(), data(home).into()];
    let output = command(&[], &check).output().await.expect("a program");
    assert!(output.status.success(), "{output:?}");
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

#[expect(clippy::print_stderr, reason = "whoever sees this fail needs to know what to repeat")]
fn tell(what: &str) {
    eprintln!("{what}");
}
