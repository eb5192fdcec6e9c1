//! Keeping order, giving up names and changing what was said, over a real server: what one client does, others see.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod acts;
mod messages;
mod names;

use chat_proto::entry::Target;
use chat_proto::frame::Keep;
use chat_proto::frame::{Door, Stay};
use chat_proto::{Act, Entry, EntryBody, Nick, PersonId, PostId, RoomCode, RoomId};
use chat_server::{Config, Server, System};
use chat_tui::link::{self, Command, Environment, LinkEvent, Mark, OutboxItem, wall_clock};
use ed25519_dalek::SigningKey;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a port of its own, gone when dropped.
struct Place {
    address: String,
    stop: CancellationToken,
}

impl Place {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stop = CancellationToken::new();
        let server = Server::new(Config::default(), System, stop.clone());
        tokio::spawn(async move { server.serve(listener).await });
        Self { address, stop }
    }

    /// Somebody with a key of their own, logged in.
    async fn person(&self, key: u8, name: &str) -> Person {
        let target = link::Target {
            server: self.address.clone(),
            key: None,
            name: Nick::parse(name.as_bytes()).unwrap(),
            stay: Stay::Resident,
        };
        let environment = Environment::of_this_machine(rand::random(), None);
        let (commands, events) = link::spawn(target, SigningKey::from_bytes(&[key; 32]), environment);
        let mut person = Person { commands, events, me: PersonId(0), room: None, posts: 0 };
        let up = person.until(|event| matches!(event, LinkEvent::Up { .. })).await;
        let LinkEvent::Up { person: me, .. } = up else { unreachable!("it was looked for") };
        person.me = me;
        person
    }

    /// Alice, who owns a room, and bob, who is in it.
    async fn room(&self) -> (Person, Person, RoomCode) {
        let mut alice = self.person(1, "alice").await;
        alice.ask(Command::Create(Door::Open, Keep::Default)).await;
        let code = alice.joined().await;
        let mut bob = self.person(2, "bob").await;
        bob.ask(Command::Join(code, None)).await;
        bob.joined().await;
        (alice, bob, code)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Person {
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<LinkEvent>,
    me: PersonId,
    room: Option<RoomId>,
    posts: u64,
}

impl Person {
    async fn ask(&self, command: Command) {
        self.commands.send(command).await.unwrap();
    }

    /// The first event that is meant; earlier ones are passed over.
    async fn until(&mut self, is_meant: impl Fn(&LinkEvent) -> bool) -> LinkEvent {
        let meant = async {
            loop {
                let event = self.events.recv().await.expect("the link lives");
                if is_meant(&event) {
                    return event;
                }
            }
        };
        tokio::time::timeout(PATIENCE, meant).await.expect("the event comes in time")
    }

    async fn joined(&mut self) -> RoomCode {
        match self.until(|event| matches!(event, LinkEvent::Joined { .. } | LinkEvent::Refused { .. })).await {
            LinkEvent::Joined { joined, .. } => {
                self.room = Some(joined.room);
                RoomCode::parse(&joined.code).unwrap()
            }
            other => panic!("not let in: {other:?}"),
        }
    }

    /// Tries to enter; the sentence, if it was refused.
    async fn try_join(&mut self, code: RoomCode) -> Result<(), String> {
        self.ask(Command::Join(code, None)).await;
        match self.until(|event| matches!(event, LinkEvent::Joined { .. } | LinkEvent::Refused { .. })).await {
            LinkEvent::Refused { sentence, .. } => Err(sentence),
            _ => Ok(()),
        }
    }

    /// Posts this, and says what became of it.
    async fn posts(&mut self, body: EntryBody) -> Mark {
        self.posts += 1;
        let id = PostId { instance: u64::from(self.me.0 as u32) + 1_000, n: self.posts };
        let item = OutboxItem { room: self.room.unwrap(), id, body, written: wall_clock() };
        self.ask(Command::Post(item)).await;
        let decided = |mark: &Mark| matches!(mark, Mark::Accepted { .. } | Mark::Refused(_) | Mark::Unknown(_));
        let is_decided =
            |event: &LinkEvent| matches!(event, LinkEvent::Marked { id: of, mark, .. } if *of == id && decided(mark));
        match self.until(is_decided).await {
            LinkEvent::Marked { mark, .. } => mark,
            other => panic!("{other:?}"),
        }
    }

    async fn does(&mut self, act: Act) {
        let mark = self.posts(EntryBody::Act(act.clone())).await;
        assert!(matches!(mark, Mark::Accepted { .. }), "{act:?}: {mark:?}");
    }

    async fn may_not(&mut self, act: Act) {
        let mark = self.posts(EntryBody::Act(act.clone())).await;
        assert!(matches!(mark, Mark::Refused(_)), "{act:?}: {mark:?}");
    }

    async fn says(&mut self, text: &str) -> Mark {
        self.posts(EntryBody::Message(text.to_owned().into())).await
    }

    /// The next act that stands in the room.
    async fn sees(&mut self) -> Entry {
        let act_of = |entry: &&Entry| matches!(entry.body, EntryBody::Act(_));
        let event = self
            .until(|event| matches!(event, LinkEvent::Entries { entries, .. } if entries.iter().any(|it| act_of(&it))))
            .await;
        let LinkEvent::Entries { entries, .. } = event else { unreachable!("it was looked for") };
        entries.iter().find(act_of).unwrap().clone()
    }
}

/// Whoever is called so; the server finds them.
fn named(name: &str) -> Target {
    Target { person: PersonId(0), name: name.to_owned().into() }
}
