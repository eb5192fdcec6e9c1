//! Somebody who chats: a real link, what is done with it, and everything it tells.

use crate::bug::Bug;
use crate::fact::{Chronicle, Client, Fact};
use crate::machine::WallClock;
use crate::network::Network;
use chat_proto::entry::{Act, Delete, Edit, React, ReactionState, Reply, Target};
use chat_proto::frame::{Door, Keep, Stay};
use chat_proto::{EntryBody, Nick, PersonId, PostId, RoomCode, RoomId, Seq};
use chat_tui::link::{self, Asked, Command, Environment, LinkEvent, OutboxItem, Target as Server};
use ed25519_dalek::SigningKey;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// How often somebody who is not in a room that they know tries to come in.
const TRY_AGAIN: Duration = Duration::from_secs(20);

/// The codes of the rooms that there are, as people tell each other.
pub(crate) type Rumour = Arc<Mutex<BTreeMap<RoomId, RoomCode>>>;

/// What everybody shares.
#[derive(Clone)]
pub(crate) struct Circle {
    pub(crate) network: Network,
    pub(crate) chronicle: Chronicle,
    pub(crate) wall: WallClock,
    pub(crate) rumour: Rumour,
    pub(crate) is_calm: CancellationToken,
    /// Whoever is out of a room by now stays out: what they have left to say there would not be said in the end.
    pub(crate) is_late: CancellationToken,
    pub(crate) is_over: CancellationToken,
    pub(crate) bug: Option<Bug>,
    /// Where outboxes are kept.
    pub(crate) directory: PathBuf,
}

pub(crate) struct Person {
    /// Names the terminal.
    number: usize,
    /// Whose it is: two terminals may be one person's.
    whose: usize,
    lives: u64,
    dice: StdRng,
    circle: Circle,
    life: Option<Life>,
}

/// One running client.
struct Life {
    client: Client,
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<LinkEvent>,
    posted: u64,
    rooms: BTreeMap<RoomId, Seen>,
    /// Codes that the server was asked to let them in with.
    asked: BTreeSet<RoomCode>,
    me: Option<PersonId>,
}

/// What somebody has seen of a room.
#[derive(Default)]
struct Seen {
    /// What was said, and by whom.
    messages: Vec<(Seq, PersonId)>,
    people: BTreeMap<PersonId, bytes::Bytes>,
}

/// What somebody does next.
#[derive(Debug, Clone, Copy)]
enum Doing {
    Says,
    Answers,
    Edits,
    Reacts,
    Deletes,
    Forgets,
    Kicks,
    Leaves,
    LooksBack,
    Crashes,
    Quits,
    Freezes,
    LosesNetwork,
    IsCut,
}

/// How likely each is, of a thousand.
const DOINGS: &[(Doing, u32)] = &[
    (Doing::Says, 560),
    (Doing::Answers, 80),
    (Doing::Edits, 80),
    (Doing::Reacts, 80),
    (Doing::Deletes, 30),
    (Doing::Forgets, 5),
    (Doing::Kicks, 15),
    (Doing::Leaves, 10),
    (Doing::LooksBack, 40),
    (Doing::Crashes, 20),
    (Doing::Quits, 15),
    (Doing::Freezes, 15),
    (Doing::LosesNetwork, 25),
    (Doing::IsCut, 25),
];

impl Person {
    /// The how many-th terminal of all, and whose it is.
    pub(crate) fn new(number: usize, whose: usize, dice: &mut StdRng, circle: &Circle) -> Self {
        Self { number, whose, lives: 0, dice: StdRng::from_rng(dice), circle: circle.clone(), life: None }
    }

    /// Chats until the run is over; what is running then.
    pub(crate) async fn chat(mut self) -> Client {
        self.begin();
        if self.number == 0 {
            self.ask(Command::Create(Door::Open, Keep::Default)).await;
        }
        let mut look_at = Instant::now();
        let mut act_at = Instant::now() + self.pause();
        loop {
            let (is_calm, is_late) = (self.circle.is_calm.is_cancelled(), self.circle.is_late.is_cancelled());
            let (is_over, life) = (self.circle.is_over.clone(), self.life.as_mut().expect("somebody is running"));
            tokio::select! {
                biased;
                () = is_over.cancelled() => return life.client,
                event = life.events.recv() => self.hear(event.expect("a link ends only when it is told to")).await,
                () = sleep_until(look_at), if !is_late => {
                    look_at = Instant::now() + TRY_AGAIN;
                    self.come_in().await;
                }
                () = sleep_until(act_at), if !is_calm => {
                    self.act().await;
                    act_at = Instant::now() + self.pause();
                }
            }
        }
    }

    fn pause(&mut self) -> Duration {
        let most = if self.dice.random_bool(0.2) { 20_000 } else { 2_000 };
        Duration::from_millis(self.dice.random_range(0..most))
    }

    /// A new client, which knows what the one before it wrote down.
    fn begin(&mut self) {
        self.lives += 1;
        let client = Client { person: self.whose, instance: self.number as u64 * 1_000 + self.lives };
        let wall = self.circle.wall.clone();
        let environment = Environment {
            instance: client.instance,
            outbox: Some(self.outbox()),
            wall: Arc::new(move || wall.now()),
            seed: self.dice.random(),
        };
        let name = Nick::parse(format!("person-{}", self.whose).as_bytes()).expect("a name");
        let target = Server { server: "the server".into(), key: None, name, stay: Stay::Resident };
        let key = SigningKey::from_bytes(&[self.whose as u8 + 1; 32]);
        let (commands, events) = link::spawn_over(self.circle.network.line(client), target, key, environment);
        self.life = Some(Life {
            client,
            commands,
            events,
            posted: 0,
            rooms: BTreeMap::new(),
            asked: BTreeSet::new(),
            me: None,
        });
    }

    fn outbox(&self) -> PathBuf {
        self.circle.directory.join(self.whose.to_string())
    }

    fn life(&mut self) -> &mut Life {
        self.life.as_mut().expect("somebody is running")
    }

    async fn ask(&mut self, command: Command) {
        let life = self.life.as_ref().expect("somebody is running");
        self.circle.chronicle.note(&Fact::Asked(life.client, &command));
        // A client that was frozen does not take commands for a while.
        life.commands.send(command).await.expect("a link ends only when it is told to");
    }

    async fn hear(&mut self, event: LinkEvent) {
        let client = self.life().client;
        self.circle.chronicle.note(&Fact::Told(client, &event));
        match event {
            LinkEvent::Up { person, rooms, .. } => {
                self.life().me = Some(person);
                for membership in rooms {
                    if !self.life().rooms.contains_key(&membership.room) {
                        self.ask(Command::Return(membership.room)).await;
                    }
                }
            }
            LinkEvent::Joined { joined, .. } => {
                let code = RoomCode::parse(&joined.code).expect("a code");
                self.circle.rumour.lock().unwrap().insert(joined.room, code);
                self.life().asked.remove(&code);
                self.life().rooms.insert(joined.room, Seen::default());
            }
            LinkEvent::Members { room, members } => {
                if let Some(seen) = self.life().rooms.get_mut(&room) {
                    seen.people.extend(members.into_iter().map(|member| (member.person, member.name)));
                }
            }
            LinkEvent::Entries { room, entries } => {
                if let Some(seen) = self.life().rooms.get_mut(&room) {
                    let said = entries.iter().filter(|entry| is_said(&entry.body));
                    seen.messages.extend(said.map(|entry| (entry.seq, entry.author.person)));
                    seen.people.extend(entries.iter().map(|entry| (entry.author.person, entry.author.name.clone())));
                }
            }
            LinkEvent::RoomEnded { room, .. } | LinkEvent::NoReturn { room, .. } | LinkEvent::Left { room } => {
                self.life().rooms.remove(&room);
            }
            LinkEvent::Refused { asked: Asked::Join(code), .. } => drop(self.life().asked.remove(&code)),
            _ => {}
        }
    }

    /// Tries to come into every room that somebody knows of.
    async fn come_in(&mut self) {
        let known = self.circle.rumour.lock().unwrap().clone();
        for (room, code) in known {
            let life = self.life();
            if !life.rooms.contains_key(&room) && life.asked.insert(code) {
                self.ask(Command::Join(code, None)).await;
            }
        }
    }

    async fn act(&mut self) {
        if self.circle.is_calm.is_cancelled() {
            return;
        }
        let doing = DOINGS.choose_weighted(&mut self.dice, |(_, weight)| *weight).expect("something to do").0;
        match doing {
            Doing::Crashes => self.crash(),
            Doing::Quits => self.quit().await,
            Doing::Freezes => {
                let time = Duration::from_millis(self.dice.random_range(0..60_000));
                // Whoever sleeps through the calm is a fault that goes on.
                self.circle.is_calm.clone().run_until_cancelled(tokio::time::sleep(time)).await;
            }
            Doing::LosesNetwork => {
                let time = Duration::from_millis(self.dice.random_range(0..120_000));
                self.circle.network.take_down(self.whose, time);
            }
            Doing::IsCut => self.circle.network.cut(self.whose),
            doing => self.act_in_room(doing).await,
        }
    }

    async fn act_in_room(&mut self, doing: Doing) {
        let rooms: Vec<RoomId> = self.life().rooms.keys().copied().collect();
        let Some(room) = rooms.choose(&mut self.dice).copied() else { return };
        match doing {
            Doing::Leaves => self.ask(Command::Leave(room)).await,
            Doing::LooksBack => {
                let before = self.life().rooms[&room].messages.first().map_or(Seq(u64::MAX), |(seq, _)| *seq);
                self.ask(Command::History { room, after: Seq::START, before }).await;
            }
            doing => {
                if let Some(body) = self.body(room, doing) {
                    self.post(room, body).await;
                }
            }
        }
    }

    async fn post(&mut self, room: RoomId, body: EntryBody) {
        let written = self.circle.wall.now();
        let life = self.life();
        life.posted += 1;
        let id = PostId { instance: life.client.instance, n: life.posted };
        self.ask(Command::Post(OutboxItem { room, id, body, written })).await;
    }

    fn body(&mut self, room: RoomId, doing: Doing) -> Option<EntryBody> {
        let text = self.words();
        let (life, dice) = (self.life.as_ref()?, &mut self.dice);
        let (seen, me) = (life.rooms.get(&room)?, life.me?);
        let mine: Vec<Seq> = seen.messages.iter().filter(|(_, author)| *author == me).map(|(seq, _)| *seq).collect();
        let any = seen.messages.choose(dice).map(|(seq, _)| *seq);
        let mine = mine.choose(dice).copied();
        Some(match doing {
            Doing::Answers => EntryBody::Reply(Reply { to: any?, text }),
            Doing::Edits => EntryBody::Edit(Edit { target: mine?, text }),
            Doing::Reacts => {
                let state = if dice.random_bool(0.7) { ReactionState::On } else { ReactionState::Off };
                EntryBody::React(React { target: any?, emoji: "👍".into(), state })
            }
            Doing::Deletes => EntryBody::Delete(Delete { target: mine? }),
            Doing::Forgets => EntryBody::Forget,
            Doing::Kicks => {
                let others: Vec<_> = seen.people.iter().filter(|(person, _)| **person != me).collect();
                let (person, name) = others.choose(dice)?;
                EntryBody::Act(Act::Kick(Target { person: **person, name: (*name).clone() }))
            }
            _ => EntryBody::Message(text),
        })
    }

    /// Something to say: some of it long, so that cuts fall within frames.
    fn words(&mut self) -> bytes::Bytes {
        let length = if self.dice.random_bool(0.1) { 3_000 } else { 60 };
        let letters = "x".repeat(self.dice.random_range(0..length));
        format!("{} of {} {letters}", self.life().posted + 1, self.life().client.instance).into()
    }

    /// The client is gone, as it stood; another begins.
    fn crash(&mut self) {
        let client = self.life.take().expect("somebody is running").client;
        self.circle.chronicle.note(&Fact::Over(client));
        if self.circle.bug == Some(Bug::LosesOutbox) {
            drop(std::fs::remove_dir_all(self.outbox()));
        }
        self.begin();
    }

    /// The client ends in order; another begins.
    async fn quit(&mut self) {
        self.ask(Command::Bye).await;
        while let Some(event) = self.life().events.recv().await {
            self.hear_last(&event);
        }
        self.crash();
    }

    fn hear_last(&mut self, event: &LinkEvent) {
        let client = self.life().client;
        self.circle.chronicle.note(&Fact::Told(client, event));
    }
}

fn is_said(body: &EntryBody) -> bool {
    matches!(body, EntryBody::Message(_) | EntryBody::Action(_) | EntryBody::Reply(_))
}

/// An empty directory that no other run has.
pub(crate) fn directory() -> PathBuf {
    let directory = std::env::temp_dir().join(format!("chat-simulation-{}", std::process::id()));
    drop(std::fs::remove_dir_all(&directory));
    directory
}

/// Takes a directory away that a run has used.
pub(crate) fn clear(directory: &Path) {
    drop(std::fs::remove_dir_all(directory));
}
