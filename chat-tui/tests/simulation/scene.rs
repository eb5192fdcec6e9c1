//! One run: what a seed decides, from the first connection to the judgement.

use crate::bug::Bug;
use crate::disk::{Disk, Habits};
use crate::fact::{Bounds, Chronicle, Client, Fact, Trace, Verdict};
use crate::hoarder::Hoarder;
use crate::hostile;
use crate::machine::Machine;
use crate::network::Network;
use crate::person::{self, Circle, Person, Rumour};
use chat_server::Config;
use chat_server::config::Rate;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Twice the longest wait of a link, and 5 s.
const SETTLED_AFTER: Duration = Duration::from_secs(65);
/// Whoever has much left to say in a room says it in so long.
const SAID_WITHIN: Duration = Duration::from_secs(5);

/// Runs the world of one seed on a clock that nobody waits for.
pub(crate) fn run(seed: u64, bug: Option<Bug>, trace: Trace) -> Verdict {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
    let directory = person::directory();
    let verdict = runtime.block_on(async {
        let chronicle = Chronicle::new(trace);
        play(seed, bug, &chronicle, &directory).await;
        chronicle.verdict()
    });
    person::clear(&directory);
    verdict
}

async fn play(seed: u64, bug: Option<Bug>, chronicle: &Chronicle, directory: &std::path::Path) {
    let mut dice = StdRng::seed_from_u64(seed);
    let is_calm = CancellationToken::new();
    let (is_late, is_over) = (CancellationToken::new(), CancellationToken::new());
    let bounds = bounds(&mut StdRng::seed_from_u64(seed ^ 2));
    chronicle.note(&Fact::Promised(bounds));
    let config = bounded(config(&mut dice), bounds, bug);
    let disk = Disk::new(&mut dice, chronicle, habits(&mut StdRng::seed_from_u64(seed ^ 1), bug), &is_calm);
    let machine = Machine::new(config.clone(), disk.clone(), &mut dice, chronicle, bug);
    let network = Network::new(&machine, &mut dice, chronicle, &is_calm, bug);
    let circle = Circle {
        network: network.clone(),
        chronicle: chronicle.clone(),
        wall: machine.wall().clone(),
        rumour: Rumour::default(),
        is_calm: is_calm.clone(),
        is_late: is_late.clone(),
        is_over: is_over.clone(),
        bug,
        directory: directory.to_owned(),
    };
    let count = dice.random_range(2..6);
    // The last one may be the first one's other terminal.
    let twin = dice.random_bool(0.3).then_some(0);
    let people: Vec<_> = (0..count)
        .map(|number| (number, number))
        .chain(twin.map(|person| (count, person)))
        .map(|(number, person)| tokio::spawn(Person::new(number, person, &mut dice, &circle).chat()))
        .collect();
    tokio::spawn(hostile::harm(machine.clone(), StdRng::from_rng(&mut dice), is_calm.clone()));
    for hoarder in Hoarder::all(&mut dice, &machine, chronicle, &is_calm) {
        tokio::spawn(hoarder.hoard());
    }
    let troubles = Duration::from_secs(dice.random_range(60..600));
    trouble(&machine, &mut dice, Instant::now() + troubles).await;
    machine.start();
    chronicle.note(&Fact::Calm);
    network.calm();
    let judged = Instant::now() + SETTLED_AFTER;
    tokio::time::sleep_until(judged - SAID_WITHIN).await;
    is_late.cancel();
    tokio::time::sleep_until(judged).await;
    is_over.cancel();
    let mut running: Vec<Client> = Vec::new();
    for person in people {
        running.push(person.await.expect("nobody panics"));
    }
    chronicle.note(&Fact::Judged { kept: &disk.kept(&config), running: &running });
    // What is held in the end is seen at a stop like every other.
    machine.stop().await;
    tokio::time::sleep(SETTLED_AFTER).await;
}

/// The server's machine has a bad time until then.
async fn trouble(machine: &Machine, dice: &mut StdRng, until: Instant) {
    loop {
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..120_000))).await;
        if Instant::now() >= until {
            return;
        }
        match dice.random_range(0..10) {
            0..5 => machine.crash(),
            5..7 => machine.stop().await,
            // A day on, a day back, or a little.
            _ => machine.jump([86_400_000, -86_400_000, 500, -500][dice.random_range(0..4)]),
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..40_000))).await;
        machine.start();
    }
}

/// Little or what is usual, for each and for all.
fn bounds(dice: &mut StdRng) -> Bounds {
    Bounds {
        each: [16 * 1024, 1024 * 1024][dice.random_range(0..2)],
        all: [256 * 1024, 256 * 1024 * 1024][dice.random_range(0..2)],
    }
}

fn bounded(config: Config, Bounds { each, all }: Bounds, bug: Option<Bug>) -> Config {
    let (each, all) = match bug {
        Some(Bug::Hoards) => (usize::MAX, usize::MAX),
        Some(Bug::Squanders) => (each, usize::MAX),
        _ => (each, all),
    };
    Config { outbound_bytes: each, outbound_total_bytes: all, ..config }
}

/// A server whose limits are soon met, and that lets people who hurry do so.
fn config(dice: &mut StdRng) -> Config {
    let unhurried = Rate::per_second(10_000.0).with_burst(10_000.0);
    Config {
        ring_batches: if dice.random_bool(0.5) { 2 } else { 64 },
        history_entries: if dice.random_bool(0.3) { 40 } else { 10_000 },
        kick_rest: Duration::from_secs(dice.random_range(1..90)),
        presence_grace: Duration::from_secs(dice.random_range(1..90)),
        // As with a directory for data: a clock that leaps by a day makes nobody somebody else.
        person_memory: Some(Duration::from_hours(30 * 24)),
        guesses: unhurried,
        guesses_lasting: unhurried,
        guesses_total: unhurried,
        creates: unhurried,
        posts: Rate::per_second(30.0).with_burst(30.0),
        allow_plain: true,
        ..Config::default()
    }
}

fn habits(dice: &mut StdRng, bug: Option<Bug>) -> Habits {
    Habits {
        write_millis: [0, 5, 400][dice.random_range(0..3)],
        read_millis: [0, 5, 200][dice.random_range(0..3)],
        trouble: [0, 5, 30][dice.random_range(0..3)],
        bug,
    }
}
