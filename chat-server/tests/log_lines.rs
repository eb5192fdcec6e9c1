//! What the operator reads: nobody writes it but the server, and no flood fills it.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use bytes::Bytes;
use chat_proto::frame::{Join, Login, Post, Rename, Stay};
use chat_proto::{Code, EntryBody, PostId, ServerFrame, login};
use chat_server::Config;
use chat_server::config::Rate;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{World, key_of, unhurried};
use tokio::time::sleep;

/// What the log has.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Everything that this thread's server says from now on.
    fn start() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// A46.
#[tokio::test(start_paused = true)]
async fn nothing_that_a_peer_writes_makes_a_line_of_the_log_and_no_body_stands_in_it() {
    let (log, _guard) = Log::start();
    let world = World::new();
    let forged = "x\n2026-11-22T14:03:07Z ERROR forged: \u{1b}[2J\r\n";
    let mut mallory = world.connect_from("192.0.2.1");
    let mut hello = mallory.hello("", &key_of("mallory"));
    hello.name = Bytes::from_static(forged.as_bytes());
    let ServerFrame::Challenge(challenge) = mallory.ask(hello.clone()).await else { panic!("a challenge") };
    let signature = login::sign(&key_of("mallory"), &challenge, &hello, &login::PLAIN);
    assert_eq!(mallory.refusal_of(Login { signature }).await, Code::INVALID_NAME);
    mallory.login("mallory", &key_of("mallory")).await.unwrap();
    let room = mallory.create().await;
    mallory.say(room.room, 1, "a secret body").await;
    for text in [forged, "\u{1b}]52;c;Zm9yZ2Vk\u{7}"] {
        let body = EntryBody::Message(Bytes::from_static(text.as_bytes()));
        mallory.ask(Post { room: room.room, id: PostId { instance: 1, n: 1 }, body }).await;
        let code = Bytes::from_static(text.as_bytes());
        assert_eq!(mallory.refusal_of(Join { code, stay: Stay::Resident, secret: None }).await, Code::INVALID_CODE);
        mallory.ask(Rename { name: Bytes::from_static(text.as_bytes()) }).await;
    }
    mallory.send_bytes(forged.as_bytes()).await;
    mallory.rest().await;
    sleep(Duration::from_secs(2)).await;

    let text = log.text();

    assert!(text.lines().count() > 5, "{text}");
    assert!(!text.contains("forged") && !text.contains("secret body") && !text.contains('\u{1b}'), "{text}");
    for line in text.lines() {
        assert!(line.starts_with("20") && line.contains(" chat_server::"), "{line:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_one_line_of_the_log_a_second_with_a_count() {
    let (log, _guard) = Log::start();
    let world = World::with(Config { connections: 1, new_connections: Rate::UNLIMITED, ..unhurried() });
    let _only = world.connect();
    sleep(Duration::from_millis(1_500)).await;
    for _ in 0..1_000 {
        drop(world.connect_from("192.0.2.7"));
    }
    sleep(Duration::from_secs(2)).await;

    let text = log.text();

    let lines: Vec<_> = text.lines().filter(|line| line.contains("the server is full")).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("count=1000") && lines[0].contains("last=192.0.2.7/32"), "{}", lines[0]);
}
