//! The same weather, and clients that crash in the middle of it: what they had taken is said by their next run.

use crate::body;
use crate::chaos::Chaos;
use crate::person::Person;
use chat_proto::frame::Door;
use chat_proto::frame::Keep;
use chat_proto::frame::Stay;
use chat_proto::{EntryBody, Nick, PostId, RoomCode, RoomId, UnixMillis};
use chat_server::{Config, Server, System};
use chat_tui::link::{self, Command, Environment, LinkEvent, OutboxItem, Target};
use ed25519_dalek::SigningKey;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const CRASHERS: u64 = 2;
const POSTS_EACH: u64 = 60;

/// Somebody whose client does not live long.
struct Crasher {
    number: u64,
    chaos: Arc<Chaos>,
    directory: PathBuf,
    dice: StdRng,
    lives: u64,
}

/// One run of it.
struct Life {
    instance: u64,
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<LinkEvent>,
}

impl Crasher {
    fn start(&mut self) -> Life {
        self.lives += 1;
        let instance = self.number * 1_000 + self.lives;
        let environment = Environment {
            instance,
            outbox: Some(self.directory.clone()),
            wall: Arc::new(|| UnixMillis(0)),
            seed: instance,
        };
        let name = Nick::parse(format!("crasher-{}", self.number).as_bytes()).unwrap();
        let target = Target { server: "the server".into(), key: None, name, stay: Stay::Resident };
        let key = SigningKey::from_bytes(&[self.number as u8 + 100; 32]);
        let (commands, events) = link::spawn_over(Arc::clone(&self.chaos), target, key, environment);
        Life { instance, commands, events }
    }

    /// Says everything, over as many lives as it takes; each post is taken by a link, but perhaps not sent by it.
    async fn chat(mut self, room: RoomId, code: RoomCode) -> BTreeMap<PostId, EntryBody> {
        let mut said = BTreeMap::new();
        let mut life = self.start();
        life.commands.send(Command::Join(code, None)).await.unwrap();
        let mut n = 0;
        for _ in 0..POSTS_EACH {
            n += 1;
            let id = PostId { instance: life.instance, n };
            said.insert(id, body(id));
            life.say(OutboxItem { room, id, body: body(id), written: UnixMillis(0) }).await;
            life.live(Duration::from_millis(self.dice.random_range(0..3_000))).await;
            if self.dice.random_bool(0.2) {
                drop(life);
                tokio::time::sleep(Duration::from_millis(1)).await;
                life = self.start();
                life.commands.send(Command::Join(code, None)).await.unwrap();
                n = 0;
            }
        }
        // The last run lives on until everything is said.
        tokio::spawn(async move {
            let Life { commands: _held, mut events, .. } = life;
            while events.recv().await.is_some() {}
        });
        said
    }
}

impl Life {
    /// Until the link has it: a message that no link took is a line in a composer.
    async fn say(&mut self, item: OutboxItem) {
        let id = item.id;
        self.commands.send(Command::Post(item)).await.unwrap();
        loop {
            match self.events.recv().await {
                Some(LinkEvent::Marked { id: marked, .. }) if marked == id => return,
                Some(_) => {}
                None => panic!("the link ended"),
            }
        }
    }

    async fn live(&mut self, time: Duration) {
        let lived = async { while self.events.recv().await.is_some() {} };
        assert!(tokio::time::timeout(time, lived).await.is_err(), "the link ended");
    }
}

pub(crate) async fn run(seed: u64) {
    let stop = CancellationToken::new();
    let server = Server::new(Config::default(), System, stop.clone());
    let is_calm = Arc::new(AtomicBool::new(false));
    let directory = std::env::temp_dir().join(format!("chat-crash-{:016x}", rand::random::<u64>()));
    // One who stays sees everything.
    let mut witness = Person::new(0, &server, seed, &is_calm);
    let (room, code) = witness.enter(Command::Create(Door::Open, Keep::Default)).await;
    let crashers = (1..=CRASHERS).map(|number| {
        let chaos = Chaos::new(server.clone(), seed * 1_000 + number, Arc::clone(&is_calm));
        let (dice, directory) = (StdRng::seed_from_u64(seed + number), directory.clone());
        tokio::spawn(Crasher { number, chaos: Arc::new(chaos), directory, dice, lives: 0 }.chat(room, code))
    });
    let mut said = BTreeMap::new();
    for crasher in crashers.collect::<Vec<_>>() {
        said.extend(crasher.await.expect("every check holds"));
    }
    is_calm.store(true, Ordering::Relaxed);
    while witness.view.posts().len() < said.len() {
        let event = witness.hear().await;
        witness.view.take(event);
    }
    stop.cancel();
    drop(std::fs::remove_dir_all(&directory));

    let in_log: BTreeMap<_, _> =
        witness.view.entries.iter().filter_map(|it| Some((it.post?, it.body.clone()))).collect();
    assert_eq!(in_log, said);
    assert_eq!(witness.view.posts().len(), said.len(), "something was said twice");
}
