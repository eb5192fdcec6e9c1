//! `send`, `tail` and `invite` against a real server, in this process, over the loopback.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod follow;
mod inviting;
mod post;
mod relay;
mod removed;

use chat_proto::Nick;
use chat_server::{Config, Server, System};
use chat_tui::config::{self, Invite, Script, Send, Tail};
use chat_tui::script::{Ending, invite, send, tail};
use ed25519_dalek::SigningKey;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

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

    /// `chat-tui send` with these further arguments, by the person with this key.
    async fn send(&self, person: u8, arguments: &[&str]) -> Ending {
        let order = self.order::<Send>("send", arguments);
        let text = order.text.clone().unwrap_or_default();
        send::run(&order, text.as_bytes(), key(person), io::sink(), std::future::pending()).await
    }

    /// `chat-tui invite` with these further arguments: what it printed, and how it ended.
    async fn invite(&self, person: u8, arguments: &[&str]) -> (Vec<String>, Ending) {
        let (order, printed) = (self.order::<Invite>("invite", arguments), Paper::default());
        let paper = invite::Paper::Plain;
        let ending =
            invite::run(&order, key(person), printed.clone(), paper, std::io::sink(), std::future::pending()).await;
        (printed.lines(), ending)
    }

    /// `chat-tui tail` with these further arguments.
    fn tail(&self, person: u8, arguments: &[&str]) -> Follower {
        let order = self.order::<Tail>("tail", arguments);
        let (printed, aside) = (Paper::default(), Paper::default());
        let (out, err) = (printed.clone(), aside.clone());
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let task = tokio::spawn(async move { tail::run(&order, key(person), out, err, stopped).await });
        Follower { printed, aside, stop, task }
    }

    fn order<O: FromScript>(&self, script: &str, arguments: &[&str]) -> O {
        let line = ["chat-tui", script, "--server", &self.address].into_iter().chain(arguments.iter().copied());
        O::from_script(config::Config::read(line, |_| None, None).unwrap().script.unwrap())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

trait FromScript {
    fn from_script(script: Script) -> Self;
}

impl FromScript for Send {
    fn from_script(script: Script) -> Self {
        if let Script::Send(order) = script { order } else { panic!("{script:?}") }
    }
}

impl FromScript for Invite {
    fn from_script(script: Script) -> Self {
        if let Script::Invite(order) = script { order } else { panic!("{script:?}") }
    }
}

impl FromScript for Tail {
    fn from_script(script: Script) -> Self {
        if let Script::Tail(order) = script { order } else { panic!("{script:?}") }
    }
}

/// A running `tail`.
struct Follower {
    printed: Paper,
    aside: Paper,
    stop: CancellationToken,
    task: JoinHandle<Ending>,
}

impl Follower {
    /// Everything printed, as soon as it has so many lines.
    async fn lines(&self, count: usize) -> Vec<String> {
        let enough = async {
            while self.printed.lines().len() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(20), enough).await;
        let lines = self.printed.lines();
        assert!(in_time.is_ok(), "{count} lines expected: {lines:#?}");
        lines
    }

    /// As Ctrl-C does.
    async fn stop(self) -> Ending {
        self.stop.cancel();
        self.task.await.unwrap()
    }
}

/// What was printed; breaks like a closed pipe when torn.
#[derive(Clone, Default)]
struct Paper {
    bytes: Arc<Mutex<Vec<u8>>>,
    torn: CancellationToken,
}

impl Paper {
    fn lines(&self) -> Vec<String> {
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.torn.is_cancelled() {
            true => Err(io::ErrorKind::BrokenPipe.into()),
            false => self.bytes.lock().unwrap().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn key(person: u8) -> SigningKey {
    SigningKey::from_bytes(&[person; 32])
}

/// The texts that people said, in order.
fn said(lines: &[String]) -> Vec<String> {
    let objects = lines.iter().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    objects.filter(|it| it["kind"] == "message").map(|it| it["text"].as_str().unwrap().to_owned()).collect()
}

fn kinds(lines: &[String]) -> Vec<String> {
    let objects = lines.iter().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    objects.filter_map(|it| it["kind"].as_str().map(str::to_owned)).collect()
}

/// Whether this is a name at all, so that a test cannot pass because of a typing error in it.
fn is_name(name: &str) -> bool {
    Nick::parse(name.as_bytes()).is_ok()
}
