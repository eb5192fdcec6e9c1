//! Five people post two hundred messages each over a network that cuts, stalls, splits and swallows. Nothing that
//! anybody says is lost or doubled, and everybody sees the same.
//!
//! Real links, a real server, one process, a paused clock: hours of bad weather take seconds. `CHAT_CUT_SEED=7` runs one
//! seed; a failure names its own.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a helper of a test fails, and says why, as the test does"
)]

mod chaos;
mod crash;
mod person;
mod view;

use chat_proto::frame::Door;
use chat_proto::frame::Keep;
use chat_proto::{EntryBody, PostId};
use chat_server::{Config, Server, System};
use chat_tui::link::Command;
use person::Person;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Barrier;
use tokio_util::sync::CancellationToken;

const PEOPLE: usize = 5;
const POSTS_EACH: u64 = 200;
/// Seeds of an ordinary run.
const SEEDS: std::ops::Range<u64> = 0..6;
/// Longer than all waits of all cuts together. Costs nothing on a paused clock.
const FOR_EVER: Duration = Duration::from_hours(24);

/// What is said under an id: some of it long, so that cuts fall within frames.
fn body(id: PostId) -> EntryBody {
    let length = (id.n * 7919 + id.instance * 104_729) % if id.n.is_multiple_of(10) { 3_000 } else { 60 };
    EntryBody::Message(format!("{}/{} {}", id.instance, id.n, "x".repeat(length as usize)).into())
}

async fn run(seed: u64) {
    let stop = CancellationToken::new();
    let server = Server::new(Config::default(), System, stop.clone());
    let is_calm = Arc::new(AtomicBool::new(false));
    let mut people: Vec<_> = (0..PEOPLE).map(|number| Person::new(number, &server, seed, &is_calm)).collect();
    let (room, code) = people[0].enter(Command::Create(Door::Open, Keep::Default)).await;
    let (all_in, all_said) = (Arc::new(Barrier::new(PEOPLE)), Arc::new(Barrier::new(PEOPLE)));
    let tasks = people.into_iter().map(|mut person| {
        let (all_in, all_said, is_calm) = (Arc::clone(&all_in), Arc::clone(&all_said), Arc::clone(&is_calm));
        tokio::spawn(async move {
            if person.number > 0 {
                person.enter(Command::Join(code, None)).await;
            }
            all_in.wait().await;
            person.chat(room).await;
            all_said.wait().await;
            is_calm.store(true, Ordering::Relaxed);
            person.read_all().await;
            person.view
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut views = Vec::new();
    for task in tasks {
        views.push(task.await.expect("every check holds"));
    }
    stop.cancel();
    for view in &views {
        view.check_bodies(body);
    }
    view::check(&views, POSTS_EACH);
    let cuts: usize = views.iter().map(|view| view.cuts).sum();
    assert!(cuts > 3 * PEOPLE, "only {cuts} connections were cut: the weather was too good to prove anything");
}

/// Says which seed failed, however it failed.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the failing seed: CHAT_CUT_SEED={}", self.0);
        }
    }
}

/// Runs a scene once per seed, each in a runtime of its own with a paused clock.
fn each_seed<F: Future<Output = ()>>(scene: impl Fn(u64) -> F) {
    let chosen = std::env::var("CHAT_CUT_SEED").ok().and_then(|seed| seed.parse().ok());
    for seed in chosen.map_or(SEEDS, |seed| seed..seed + 1) {
        let _named = Named(seed);
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
        runtime.block_on(async {
            tokio::time::timeout(FOR_EVER, scene(seed)).await.expect("everything arrives once the network is calm");
        });
    }
}

#[test]
fn nothing_said_is_lost_or_doubled_whatever_the_network_does() {
    each_seed(run);
}

#[test]
fn nothing_said_is_lost_or_doubled_although_clients_crash() {
    each_seed(crash::run);
}
