//! Somebody who chats over bad weather: a real link, and what it showed.

use crate::chaos::Chaos;
use crate::view::View;
use crate::{PEOPLE, POSTS_EACH, body};
use chat_proto::frame::Stay;
use chat_proto::{Nick, PostId, RoomCode, RoomId, UnixMillis};
use chat_server::Server;
use chat_tui::link::{self, Command, Environment, LinkEvent, OutboxItem, Target};
use ed25519_dalek::SigningKey;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::mpsc;

pub(crate) struct Person {
    pub(crate) number: usize,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) events: mpsc::Receiver<LinkEvent>,
    pub(crate) dice: StdRng,
    pub(crate) view: View,
}

impl Person {
    pub(crate) fn new(number: usize, server: &Server, seed: u64, is_calm: &Arc<AtomicBool>) -> Self {
        let seed = seed * 100 + number as u64;
        let environment = Environment { instance: number as u64, outbox: None, wall: Arc::new(|| UnixMillis(0)), seed };
        let name = Nick::parse(format!("person-{number}").as_bytes()).unwrap();
        let target = Target { server: String::new(), key: None, name, stay: Stay::Resident };
        let key = SigningKey::from_bytes(&[number as u8 + 1; 32]);
        let chaos = Chaos::new(server.clone(), seed, Arc::clone(is_calm));
        let (commands, events) = link::spawn_over(chaos, target, key, environment);
        Self { number, commands, events, dice: StdRng::seed_from_u64(seed), view: View::default() }
    }

    pub(crate) async fn ask(&self, command: Command) {
        self.commands.send(command).await.expect("the link lives");
    }

    pub(crate) async fn hear(&mut self) -> LinkEvent {
        self.events.recv().await.expect("the link lives")
    }

    /// In the room, with the code that lets the others in. Its first entries are there: who has none yet comes back like
    /// somebody new, to the last page.
    pub(crate) async fn enter(&mut self, command: Command) -> (RoomId, RoomCode) {
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
    pub(crate) async fn chat(&mut self, room: RoomId) {
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
    pub(crate) async fn read_all(&mut self) {
        while self.view.posts().len() < PEOPLE * POSTS_EACH as usize {
            let event = self.hear().await;
            self.view.take(event);
        }
    }
}
