//! Readers that stop: each logs in, says and asks for much, and takes nothing of it. What a server holds for one of
//! them is what still comes when it is asked to stop, because by then it takes nothing more in.

use crate::fact::{Chronicle, Client, Fact, Wire};
use crate::line::Line;
use crate::machine::{Machine, Place};
use chat_proto::frame::{ClientFrame, History, Post};
use chat_proto::{EntryBody, PostId, RoomId, Seq};
use ed25519_dalek::SigningKey;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::future::pending;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tokio::io::{DuplexStream, duplex};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How many there are.
const HOARDERS: u8 = 4;
/// No client of anybody else's has such a number.
const INSTANCES: u64 = 900_000;
const FAR_AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 9, 9, 10));
/// What is on its way to one of them: next to nothing.
const PIPE_BYTES: usize = 256;
/// What each says, and how often it asks for all of that.
const POSTS: u64 = 12;
const POST_BYTES: usize = 12_000;
const PAGES: usize = 40;
/// Longer than a server waits for somebody who takes nothing.
const STAYS: Duration = Duration::from_secs(25);
/// By then every session has heard of a stop, and none has given up saying goodbye.
const HEEDED: Duration = Duration::from_secs(1);

pub(crate) struct Hoarder {
    number: u8,
    dice: StdRng,
    machine: Machine,
    chronicle: Chronicle,
    is_calm: CancellationToken,
    posted: u64,
}

impl Hoarder {
    /// As many as there are.
    pub(crate) fn all(
        dice: &mut StdRng,
        machine: &Machine,
        chronicle: &Chronicle,
        is_calm: &CancellationToken,
    ) -> Vec<Self> {
        let hoarder = |number| Self {
            number,
            dice: StdRng::from_rng(dice),
            machine: machine.clone(),
            chronicle: chronicle.clone(),
            is_calm: is_calm.clone(),
            posted: 0,
        };
        (0..HOARDERS).map(hoarder).collect()
    }

    /// Comes again and again, for ever.
    pub(crate) async fn hoard(mut self) {
        loop {
            let pause = Duration::from_millis(self.dice.random_range(0..60_000));
            self.is_calm.run_until_cancelled(sleep(pause)).await;
            sleep(HEEDED).await;
            let (stream, theirs) = duplex(PIPE_BYTES);
            if let Some(place) = self.machine.attach(theirs, FAR_AWAY) {
                place.cut.run_until_cancelled(self.visit(Line::over(stream), &place)).await;
            }
        }
    }

    /// One connection. What waited for it is told if the server was stopped meanwhile.
    async fn visit(&mut self, mut line: Line<DuplexStream>, place: &Place) -> Option<()> {
        let room = self.enter(&mut line).await?;
        let stay = place.stopping.run_until_cancelled(self.pour_in(&mut line, room));
        timeout(STAYS, stay).await.ok()?;
        sleep(HEEDED).await;
        let bytes = line.left().await;
        self.chronicle.note(&Fact::Held { server: place.server, bytes });
        Some(())
    }

    /// Into a room of its own.
    async fn enter(&self, line: &mut Line<DuplexStream>) -> Option<RoomId> {
        let key = SigningKey::from_bytes(&[100 + self.number; 32]);
        line.log_in(&format!("hoarder-{}", self.number), &key, self.client().instance).await?;
        line.open().await
    }

    /// Says and asks for much, for as long as anybody listens, and stays.
    async fn pour_in(&mut self, line: &mut Line<DuplexStream>, room: RoomId) {
        // Whoever is not listened to any more stays as well.
        let _ = self.say_much(line, room).await;
        pending::<()>().await;
    }

    async fn say_much(&mut self, line: &mut Line<DuplexStream>, room: RoomId) -> Option<()> {
        while self.posted < POSTS {
            self.posted += 1;
            let id = PostId { instance: self.client().instance, n: self.posted };
            let post = ClientFrame::from(Post { room, id, body: EntryBody::Message(vec![b'x'; POST_BYTES].into()) });
            self.chronicle.note(&Fact::Reached(self.wire(), 4, &post));
            line.say(4, post).await?;
        }
        for _ in 0..PAGES {
            line.say(5, History { room, after: Seq::START, before: Seq(u64::MAX), limit: u32::MAX }).await?;
        }
        Some(())
    }

    fn client(&self) -> Client {
        Client { person: usize::from(u8::MAX - self.number), instance: INSTANCES + u64::from(self.number) }
    }

    /// It is none of the network's.
    fn wire(&self) -> Wire {
        Wire { number: u64::MAX, client: self.client() }
    }
}
