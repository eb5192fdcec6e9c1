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
mod view;

use chaos::Chaos;
use chat_proto::frame::Stay;
use chat_proto::{EntryBody, Nick, PostId, RoomCode, RoomId, UnixMillis};
use chat_server::{Config, Server, System};
use chat_tui::link::{self, Command, Environment, LinkEvent, OutboxItem, Target};
use ed25519_dalek::SigningKey;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Barrier, mpsc};
use tokio_util::sync::CancellationToken;
use view::View;

const PEOPLE: usize = 5;
const POSTS_EACH: u64 = 200;
/// Seeds of an ordinary run.
const SEEDS: std::ops::Range<u64> = 0..6;
/// Longer than all waits of all cuts together. Costs nothing on a paused clock.
const FOR_EVER: Duration = Duration::from_hours(24);

struct Person {
    number: usize,
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<LinkEvent>,
    dice: StdRng,
    view: View,
}

impl Person {
    fn new(number: usize, server: &Server, seed: u64, is_calm: &Arc<AtomicBool>) -> Self {
        let seed = seed * 100 + number as u64;
        let environment = Environment { instance: number as u64, outbox: None, wall: Arc::new(|| UnixMillis(0)), seed };
        let name = Nick::parse(format!("person-{number}").as_bytes()).unwrap();
        let target = Target { server: String::new(), name, stay: Stay::Resident };
        let key = SigningKey::from_bytes(&[number as u8 + 1; 32]);
        let chaos = Chaos::new(server.clone(), seed, Arc::clone(is_calm));
        let (commands, events) = link::spawn_over(chaos, target, key, environment);
        Self { number, commands, events, dice: StdRng::seed_from_u64(seed), view: View::default() }
    }

    async fn ask(&self, command: Command) {
        self.commands.send(command).await.expect("the link lives");
    }

    async fn hear(&mut self) -> LinkEvent {
        self.events.recv().await.expect("the link lives")
    }

    /// In the room, with the code that lets the others in. Its first entries are there: who has none yet comes back like
    /// somebody new, to the last page.
    async fn enter(&mut self, command: Command) -> (RoomId, RoomCode) {
        self.ask(command).await;
        let mut entered = None;
        loop {
            let event = self.hear().await;
            if let LinkEvent::Joined { joined, .. } = &event {
                entered = Some((joined.room, RoomCode::parse(&joined.code).unwrap()));
            }
            self.view.take(event);
            if let Some(entered) = entered.filter(|_| !self.view.entries.is_empty()) {
                return entered;
            }
        }
    }

    /// Says everything, at a speed of their own.
    async fn chat(&mut self, room: RoomId) {
        for n in 1..=POSTS_EACH {
            let pause = Duration::from_millis(self.dice.random_range(0..400));
            let until = tokio::time::Instant::now() + pause;
            while let Ok(event) = tokio::time::timeout_at(until, self.hear()).await {
                self.view.take(event);
            }
            let id = PostId { instance: self.number as u64, n };
            self.ask(Command::Post(OutboxItem { room, id, body: body(id), written: UnixMillis(0) })).await;
        }
        while (self.view.accepted.len() as u64) < POSTS_EACH {
            let event = self.hear().await;
            self.view.take(event);
        }
    }

    /// Reads until everything that was said is there.
    async fn read_all(&mut self) {
        while self.view.posts().len() < PEOPLE * POSTS_EACH as usize {
            let event = self.hear().await;
            self.view.take(event);
        }
    }
}

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
    let (room, code) = people[0].enter(Command::Create).await;
    let (all_in, all_said) = (Arc::new(Barrier::new(PEOPLE)), Arc::new(Barrier::new(PEOPLE)));
    let tasks = people.into_iter().map(|mut person| {
        let (all_in, all_said, is_calm) = (Arc::clone(&all_in), Arc::clone(&all_said), Arc::clone(&is_calm));
        tokio::spawn(async move {
            if person.number > 0 {
                person.enter(Command::Join(code)).await;
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

#[test]
fn nothing_said_is_lost_or_doubled_whatever_the_network_does() {
    let chosen = std::env::var("CHAT_CUT_SEED").ok().and_then(|seed| seed.parse().ok());
    for seed in chosen.map_or(SEEDS, |seed| seed..seed + 1) {
        let _named = Named(seed);
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
        runtime.block_on(async {
            tokio::time::timeout(FOR_EVER, run(seed)).await.expect("everything arrives once the network is calm");
        });
    }
}
