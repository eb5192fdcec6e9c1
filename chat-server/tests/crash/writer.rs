//! Somebody who posts numbered messages to one room, changes some of them, and keeps the client's rules: a post stays
//! in the outbox until it is answered, and is sent again under its id after every cut.

use crate::judge::Account;
use crate::scene::{Dice, Scene};
use crate::support::line::Line;
use crate::{ROOMS, WRITERS};
use chat_proto::entry::{Edit, React, ReactionState, Reply};
use chat_proto::frame::{Accepted, Create, Door, Durability, Join, Joined, Keep, Post, Resume, Stay};
use chat_proto::{Entry, EntryBody, PostId, RoomId, Seq, ServerFrame};
use std::collections::{HashMap, VecDeque};
use std::io;

/// Posts on the way at once, at most.
const WINDOW_MAX: u64 = 6;
/// One message in so many is long.
const LONG: u64 = 16;

pub(crate) struct Writer {
    name: String,
    instance: u64,
    /// Which of the rooms.
    place: usize,
    is_opener: bool,
    dice: Dice,
    /// Where it has been let in.
    room: Option<RoomId>,
    cursor: Seq,
    /// Not answered yet, the oldest first.
    outbox: VecDeque<(u64, EntryBody)>,
    /// How many of the outbox this line has seen, and under which request.
    sent: usize,
    requests: HashMap<u32, u64>,
    account: Account,
}

impl Writer {
    pub(crate) fn new(number: u64, dice: Dice) -> Self {
        debug_assert!(number < WRITERS, "each has a number of their own");
        let (name, instance) = (format!("writer{number}"), 1_000 + number);
        Self {
            account: Account::new(&name, instance),
            name,
            instance,
            place: number as usize % ROOMS,
            is_opener: (number as usize) < ROOMS,
            dice,
            room: None,
            cursor: Seq::START,
            outbox: VecDeque::new(),
            sent: 0,
            requests: HashMap::new(),
        }
    }

    /// Posts until the scene closes, and then until everything is decided.
    pub(crate) async fn run(mut self, scene: Scene) -> Account {
        while !self.is_done(&scene) {
            let port = scene.port().await;
            // A line that breaks is the end of that server; there will be another.
            let _ = self.visit(port, &scene).await;
        }
        self.account
    }

    fn is_done(&self, scene: &Scene) -> bool {
        scene.is_closing() && self.outbox.is_empty()
    }

    async fn visit(&mut self, port: u16, scene: &Scene) -> io::Result<()> {
        let (mut line, _) = Line::open(port, &self.name, self.instance).await?;
        let room = self.enter(&mut line, scene).await?;
        let window = 1 + self.dice.roll(WINDOW_MAX) as usize;
        (self.sent, self.requests) = (0, HashMap::new());
        while !self.is_done(scene) {
            self.write(&mut line, room, window, scene).await?;
            let (request, frame) = line.read().await?;
            self.take(request, frame, scene);
        }
        Ok(())
    }

    /// The first time by its code, or by opening it; and whoever was let in once comes back.
    async fn enter(&mut self, line: &mut Line, scene: &Scene) -> io::Result<RoomId> {
        let request = match self.room {
            Some(room) => line.send(Resume { room, after: self.cursor, stay: Stay::Resident }).await?,
            None if self.is_opener => line.send(self.create()).await?,
            None => line.send(join(scene.code(self.place).await)).await?,
        };
        let joined = joined(line, request).await?;
        if self.room.is_none() {
            scene.room_is(self.place, joined.code);
        }
        self.room = Some(joined.room);
        self.cursor = joined.cursor;
        self.account.room = self.room;
        Ok(joined.room)
    }

    fn create(&self) -> Create {
        Create { id: self.instance, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }
    }

    /// Sends what this line has not seen, in order, and new messages as long as that is the time for it.
    async fn write(&mut self, line: &mut Line, room: RoomId, window: usize, scene: &Scene) -> io::Result<()> {
        while !scene.is_closing() && self.outbox.len() < window {
            self.think_of_something();
        }
        while let Some((n, body)) = self.outbox.get(self.sent) {
            let id = PostId { instance: self.instance, n: *n };
            let request = line.send(Post { room, id, body: body.clone() }).await?;
            self.requests.insert(request, *n);
            self.sent += 1;
        }
        Ok(())
    }

    fn think_of_something(&mut self) {
        let n = self.account.posted.len() as u64 + 1;
        let padding = if self.dice.roll(LONG) == 0 { self.dice.roll(8_000) as usize } else { 0 };
        let text = format!("{} {n}{}", self.name, " and so on".repeat(padding / 10)).into();
        let body = match (self.dice.roll(8), self.newest_message()) {
            (0, Some(target)) => EntryBody::Edit(Edit { target, text }),
            (1, Some(to)) => EntryBody::Reply(Reply { to, text }),
            (2, Some(target)) => EntryBody::React(React { target, emoji: "👍".into(), state: ReactionState::On }),
            _ => EntryBody::Message(text),
        };
        self.account.posted.push(body.clone());
        self.outbox.push_back((n, body));
    }

    /// The last message of theirs that was accepted.
    fn newest_message(&self) -> Option<Seq> {
        let said = |n: &u64| matches!(self.account.posted[*n as usize - 1], EntryBody::Message(_));
        self.account.accepted.iter().rev().find(|(n, _)| said(n)).map(|(_, seq)| *seq)
    }

    fn take(&mut self, request: u32, frame: ServerFrame, scene: &Scene) {
        match frame {
            ServerFrame::Accepted(accepted) => {
                self.settle(request, accepted);
                scene.has_accepted();
            }
            ServerFrame::Batch(batch) => batch.entries.iter().for_each(|entry| self.follow(entry)),
            ServerFrame::Gap(gap) => self.cursor = gap.to,
            ServerFrame::Members(_) => {}
            other => panic!("{} was told {other:?}", self.name),
        }
    }

    fn settle(&mut self, request: u32, accepted: Accepted) {
        let n = self.requests.remove(&request).expect("an answer to a post");
        let place = self.outbox.iter().position(|(unanswered, _)| *unanswered == n).expect("answered once");
        self.outbox.remove(place);
        self.sent -= 1;
        assert_eq!((accepted.id.instance, accepted.id.n), (self.instance, n));
        assert_eq!(accepted.durability, Durability::Disk);
        self.account.accepted.insert(n, accepted.seq);
    }

    fn follow(&mut self, entry: &Entry) {
        if entry.seq > self.cursor {
            assert_eq!(entry.prev, self.cursor, "each follows on the one before");
            self.cursor = entry.seq;
        }
    }
}

pub(crate) fn join(code: [u8; 4]) -> Join {
    Join { code: code.to_vec().into(), stay: Stay::Resident, secret: None }
}

/// The answer of a server that has forgotten neither the room nor who was in it, nor what it has shown them.
async fn joined(line: &mut Line, request: u32) -> io::Result<Joined> {
    loop {
        match line.read().await? {
            (id, ServerFrame::Joined(joined)) if id == request => return Ok(joined),
            (id, other) if id == request => panic!("joined, not {other:?}"),
            _ => {}
        }
    }
}
