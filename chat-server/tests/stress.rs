//! Many threads and restless clients: whatever they do at once, every view is the log, every acceptance holds, and in
//! the end nobody is left behind.

mod support;

use chat_proto::frame::{EndReason, History, Join, Joined, Leave, Ping, Post, Resume, Stay};
use chat_proto::{Act, Code, Entry, EntryBody, PostId, RoomId, Seq, ServerFrame};
use chat_server::Config;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use support::{Peer, World, called, gist, unhurried};

const CLIENTS: u64 = 8;
const STEPS: usize = 150;

/// A client of one room that keeps the client's rule, and changes its mind all the time.
struct Restless {
    world: Arc<World>,
    name: String,
    room: Joined,
    peer: Peer,
    cursor: Seq,
    last_n: u64,
    dice: u64,
    /// (seq, text)
    accepted: Vec<(Seq, String)>,
}

impl Restless {
    /// Two of them are one person.
    async fn new(world: Arc<World>, room: Joined, number: u64) -> Self {
        let name = format!("person{}", number / 2);
        let peer = connect(&world, &name, 1_000 + number).await;
        let (cursor, last_n, dice, accepted) = (room.cursor, 0, 0x9e37_79b9 * (number + 1), Vec::new());
        Self { world, name, room, peer, cursor, last_n, dice, accepted }
    }

    async fn run(mut self) -> Vec<(Seq, String)> {
        self.join(Stay::Resident).await;
        for _ in 0..STEPS {
            match self.roll(12) {
                0..=6 => self.post().await,
                7 => self.leave_and_join().await,
                8 => self.reconnect(false).await,
                9 => self.reconnect(true).await,
                10 => self.change_stay().await,
                _ => tokio::task::yield_now().await,
            }
        }
        self.peer.bye().await;
        self.accepted
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % sides
    }

    fn ask_to_join(&self, stay: Stay) -> Join {
        Join { code: self.room.code.to_vec().into(), stay, secret: None }
    }

    async fn join(&mut self, stay: Stay) {
        for _ in 0..STEPS {
            let request = self.peer.send(self.ask_to_join(stay)).await;
            if self.is_in(request).await {
                return;
            }
        }
        panic!("the other session of this person does not leave that often");
    }

    async fn is_in(&mut self, request: u32) -> bool {
        match self.answer_to(request).await {
            ServerFrame::Joined(_) => true,
            // The other session of this person left in the moment in which this one came in.
            ServerFrame::Refused(refused) if refused.code == Code::JOIN_DENIED => false,
            other => panic!("joined, not {other:?}"),
        }
    }

    async fn post(&mut self) {
        self.last_n += 1;
        let id = PostId { instance: self.peer.instance, n: self.last_n };
        let text = format!("{}:{}", id.instance, id.n);
        let body = EntryBody::Message(text.clone().into());
        let request = self.peer.send(Post { room: self.room.room, id, body }).await;
        match self.answer_to(request).await {
            ServerFrame::Accepted(accepted) => self.accepted.push((accepted.seq, text)),
            // The other session of this person left.
            ServerFrame::Refused(refused) if refused.code == Code::NOT_MEMBER => self.join(Stay::Resident).await,
            other => panic!("accepted, not {other:?}"),
        }
    }

    async fn leave_and_join(&mut self) {
        let leave = self.peer.send(Leave { room: self.room.room }).await;
        let join = self.peer.send(self.ask_to_join(Stay::Resident)).await;
        self.answer_to(leave).await;
        if !self.is_in(join).await {
            self.join(Stay::Resident).await;
        }
    }

    /// Comes back as the same client, after the old connection was cut or while it is still there.
    async fn reconnect(&mut self, is_cut: bool) {
        let instance = self.peer.instance;
        if is_cut {
            self.peer = self.world.connect();
        }
        self.peer = connect(&self.world, &self.name, instance).await;
        let resume = Resume { room: self.room.room, after: self.cursor, stay: Stay::Resident };
        let request = self.peer.send(resume).await;
        match self.answer_to(request).await {
            ServerFrame::Joined(_) => {}
            // The other session of this person left.
            ServerFrame::Refused(refused) if refused.code == Code::ROOM_ENDED => self.join(Stay::Resident).await,
            other => panic!("joined, not {other:?}"),
        }
    }

    async fn change_stay(&mut self) {
        let stay = [Stay::Resident, Stay::Watcher, Stay::Visitor][self.roll(3) as usize];
        self.join(stay).await;
        self.join(Stay::Resident).await;
    }

    /// Reads on to an answer, and judges what comes before it by the client's rule.
    async fn answer_to(&mut self, request: u32) -> ServerFrame {
        loop {
            let (id, frame) = self.peer.read().await.expect("an answer before the end");
            match &frame {
                ServerFrame::Joined(joined) => self.cursor = joined.cursor,
                ServerFrame::Gap(gap) => self.cursor = gap.to,
                ServerFrame::Batch(batch) => batch.entries.iter().for_each(|entry| self.take(entry)),
                _ => {}
            }
            if id == request {
                return frame;
            }
        }
    }

    fn take(&mut self, entry: &Entry) {
        if entry.seq > self.cursor {
            assert_eq!(entry.prev, self.cursor, "each follows on the one before");
            self.cursor = entry.seq;
        }
    }
}

async fn connect(world: &World, name: &str, instance: u64) -> Peer {
    let mut peer = world.connect_through(8 * 1024);
    peer.instance = instance;
    peer.logged_in(name).await
}

/// The whole log, as one sees it who is there all the time.
async fn log_as_seen(mut peer: Peer, last: Seq) -> HashMap<Seq, String> {
    let mut seen: Vec<Entry> = Vec::new();
    while seen.last().is_none_or(|entry| entry.seq < last) {
        seen.extend(peer.entries(1).await);
    }
    assert!(seen.windows(2).all(|pair| pair[1].prev == pair[0].seq));
    peer.bye().await;
    seen.iter().map(|entry| (entry.seq, gist(entry))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_clients_do_at_once_every_view_is_the_log_and_nobody_stays_behind() {
    for _ in 0..3 {
        let world = Arc::new(World::with(Config { ring_batches: 2, outbound_bytes: 8 * 1024, ..unhurried() }));
        let (mut opener, room) = world.opener("opener").await;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (world, room) = (Arc::clone(&world), room.clone());
                tokio::spawn(async move { Restless::new(world, room, number).await.run().await })
            })
            .collect();

        let mut accepted = Vec::new();
        for client in clients {
            accepted.extend(client.await.expect("no client was wronged"));
        }
        let last = opener.say(room.room, 1, "the end").await.seq;
        let log = log_as_seen(opener, last).await;

        for (seq, text) in &accepted {
            assert!(log[seq].ends_with(&format!(": {text}")), "{text} stands at {seq}, not {}", log[seq]);
        }
        let said = log.values().filter(|gist| gist.contains(": ")).count();
        assert_eq!(said, accepted.len() + 1, "no post stands there twice");
        let mut late = world.person("late").await;
        let join = Join { code: room.code.to_vec().into(), stay: Stay::Resident, secret: None };
        assert_eq!(late.refusal_of(join).await, Code::JOIN_DENIED, "the last one's Bye ended the room");
    }
}

/// Talks until that is refused, and returns what it saw up to its removal.
async fn talk_until_removed(mut peer: Peer, room: RoomId) -> (Peer, Vec<Entry>) {
    let mut n = 0;
    let id = |peer: &Peer, n| PostId { instance: peer.instance, n };
    peer.instance += 1_000_000;
    loop {
        n += 1;
        let body = EntryBody::Message("what do you mean?".into());
        let post = Post { room, id: id(&peer, n), body };
        match peer.ask(post).await {
            ServerFrame::Accepted(_) => {}
            ServerFrame::Refused(refused) if refused.code == Code::NOT_MEMBER => break,
            other => panic!("accepted or not a member, not {other:?}"),
        }
    }
    let (seen, reason) = peer.until_ended().await;
    assert_eq!(reason, EndReason::Removed);
    (peer, seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_kicked_in_mid_sentence_hears_nothing_after_it_and_says_nothing_after_it() {
    let limits = Config { ring_batches: 4, outbound_bytes: 8 * 1024, kick_rest: Duration::ZERO, ..unhurried() };
    let world = World::with(limits);
    let (mut alice, room) = world.opener("alice").await;
    let mut bob = world.person("bob").await;
    for n in 1..=100 {
        bob.join(room.code).await;
        let bystander = world.guest("carol", room.code).await.0;
        let talk = tokio::spawn(talk_until_removed(bob, room.room));
        for _ in 0..n % 7 {
            alice.ask(Ping {}).await;
        }

        let kicked = alice.order(room.room, 2 * n, Act::Kick(called("bob"))).await.expect("a member");
        alice.say(room.room, 2 * n + 1, "he is gone").await;
        alice.kept.clear();

        let (back, seen) = talk.await.expect("bob was not wronged");
        bob = back;
        bob.kept.clear();
        assert!(seen.iter().all(|entry| entry.seq <= kicked.seq), "round {n}");
        bystander.bye().await;
    }
    let ask = History { room: room.room, after: Seq::START, before: Seq(u64::MAX), limit: 200 };
    let ServerFrame::Page(page) = alice.ask(ask).await else { panic!("a page") };
    let told = page.entries.iter().map(gist).filter(|gist| !gist.contains("carol"));
    let is_in = told.fold(true, |is_in, gist| {
        assert!(is_in || !gist.starts_with("bob: "), "he speaks although he is not there");
        (is_in || gist == "bob joined") && gist != "alice kicks bob"
    });
    assert!(!is_in);
}
