//! Somebody with a real link, who believes nothing: whatever it tells is judged as it comes.

use super::PATIENCE;
use super::book::{Book, body};
use chat_proto::frame::Stay;
use chat_proto::{Entry, Nick, PostId, RoomCode, RoomId, Seq};
use chat_tui::link::{self, Asked, Command, Dialer, Environment, LinkEvent, Mark, OutboxItem, Target, wall_clock};
use ed25519_dalek::SigningKey;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// The book of a room, in which all of its people write.
pub type SharedBook = Arc<Mutex<Book>>;

pub struct Person {
    pub number: u64,
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<LinkEvent>,
    book: SharedBook,
    pub room: Option<RoomId>,
    /// The last entry that was shown since the room was entered.
    pub last: Option<Seq>,
    /// Posts that were shown since the room was entered.
    pub shown: usize,
    said: u64,
    /// Of what was said.
    undecided: BTreeSet<u64>,
    /// How often the connection was lost.
    pub losses: usize,
}

impl Person {
    pub fn new(number: u64, dialer: impl Dialer, book: &SharedBook) -> Self {
        let name = Nick::parse(format!("person-{number}").as_bytes()).unwrap();
        let target = Target { server: String::new(), key: None, name, stay: Stay::Resident };
        let mut key = [1; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        let environment = Environment { instance: number, outbox: None, wall: Arc::new(wall_clock), seed: number };
        let (commands, events) = link::spawn_over(dialer, target, SigningKey::from_bytes(&key), environment);
        Self {
            number,
            commands,
            events,
            book: Arc::clone(book),
            room: None,
            last: None,
            shown: 0,
            said: 0,
            undecided: BTreeSet::new(),
            losses: 0,
        }
    }

    pub async fn ask(&self, command: Command) {
        self.commands.send(command).await.expect("the link lives");
    }

    /// The next event, judged.
    pub async fn hear(&mut self) -> LinkEvent {
        let event = timeout(PATIENCE, self.events.recv()).await;
        let event = event.unwrap_or_else(|_| panic!("person {} waited in vain", self.number)).expect("the link lives");
        self.judge(&event);
        event
    }

    /// Whatever is told within this time.
    pub async fn listen(&mut self, time: Duration) {
        drop(timeout(time, async { while self.events_go_on().await {} }).await);
    }

    async fn events_go_on(&mut self) -> bool {
        self.hear().await;
        true
    }

    pub async fn until(&mut self, is_meant: impl Fn(&LinkEvent) -> bool) -> LinkEvent {
        loop {
            let event = self.hear().await;
            if is_meant(&event) {
                return event;
            }
        }
    }

    /// In a room; the code lets others in.
    pub async fn enter(&mut self, command: Command) -> RoomCode {
        self.ask(command).await;
        match self.until(|event| matches!(event, LinkEvent::Joined { .. })).await {
            LinkEvent::Joined { joined, .. } => RoomCode::parse(&joined.code).unwrap(),
            _ => unreachable!("it was waited for"),
        }
    }

    pub async fn leave(&mut self) {
        self.ask(Command::Leave(self.room.expect("somebody in a room"))).await;
        self.until(|event| matches!(event, LinkEvent::Left { .. })).await;
    }

    pub fn said(&self) -> usize {
        self.said as usize
    }

    /// How much of what was said is not known to be in the log.
    pub fn unsettled(&self) -> usize {
        self.undecided.len()
    }

    /// Says the next thing, and does not wait for what becomes of it.
    pub async fn say(&mut self) {
        let room = self.room.expect("somebody in a room");
        self.said += 1;
        self.undecided.insert(self.said);
        let id = PostId { instance: self.number, n: self.said };
        self.ask(Command::Post(OutboxItem { room, id, body: body(id), written: wall_clock() })).await;
    }

    /// Until what was said is in the log, and so many posts were shown.
    pub async fn settle(&mut self, shown: usize) {
        while !self.undecided.is_empty() || self.shown < shown {
            self.hear().await;
        }
    }

    /// Until everything up to this place was shown.
    pub async fn read_to(&mut self, place: Seq) {
        while self.last < Some(place) {
            self.hear().await;
        }
    }

    fn judge(&mut self, event: &LinkEvent) {
        match event {
            LinkEvent::Joined { asked: Asked::Resume(_), joined } => assert_eq!(self.room, Some(joined.room)),
            LinkEvent::Joined { joined, .. } => (self.room, self.last, self.shown) = (Some(joined.room), None, 0),
            LinkEvent::Entries { entries, .. } => entries.iter().for_each(|entry| self.follow(entry)),
            LinkEvent::Marked { id, mark, .. } => self.mark(*id, mark),
            LinkEvent::Left { .. } => (self.room, self.last) = (None, None),
            LinkEvent::Down { .. } => self.losses += 1,
            LinkEvent::Up { .. }
            | LinkEvent::Latency(_)
            | LinkEvent::Members { .. }
            | LinkEvent::Signal { .. }
            | LinkEvent::Notice(_) => {}
            other => panic!("person {} did nothing that leads to {other:?}", self.number),
        }
    }

    fn follow(&mut self, entry: &Entry) {
        if let Some(last) = self.last {
            assert_eq!(entry.prev, last, "to person {} an entry is missing, or comes twice", self.number);
        }
        self.last = Some(entry.seq);
        self.shown += usize::from(entry.post.is_some());
        self.book.lock().unwrap().show(entry);
    }

    fn mark(&mut self, id: PostId, mark: &Mark) {
        match mark {
            Mark::Waiting | Mark::OnTheWire => {}
            Mark::Accepted { seq, .. } => {
                assert!(self.undecided.remove(&id.n), "{id:?} is accepted twice");
                self.book.lock().unwrap().place(id, *seq);
            }
            other => panic!("{id:?} may not end as {other:?}"),
        }
    }
}
