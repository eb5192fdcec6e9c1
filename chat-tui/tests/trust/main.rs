//! Who is trusted, and what is said to whom: real TLS over the loopback, against servers of the tests' own.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod between;
mod meeting;
mod programs;
mod real;
mod returning;
mod server;
mod speaking;

use chat_proto::frame::Stay;
use chat_proto::{Fingerprint, Nick};
use chat_tui::known_servers::{KnownServers, Voucher};
use chat_tui::link::{
    self, Command, Distrust, Encryption, Environment, LinkEvent, Roots, Security, Target, Tcp, Tls, Trouble, Trust,
    wall_clock,
};
use ed25519_dalek::SigningKey;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// Longer than any single step of a test takes.
const SOON: Duration = Duration::from_secs(20);

/// A client's data directory, gone when dropped; and whom it believes.
struct Person {
    home: PathBuf,
    roots: Roots,
}

impl Person {
    /// Believes nobody, and has met nobody.
    fn new() -> Self {
        Self::believing(Roots::these([]))
    }

    fn believing(roots: Roots) -> Self {
        let home = std::env::temp_dir().join(format!("chat-trust-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(home.join("chat")).unwrap();
        Self { home, roots }
    }

    fn file(&self) -> PathBuf {
        self.home.join("chat/known_servers")
    }

    fn servers(&self) -> KnownServers {
        KnownServers::at(self.file())
    }

    /// Of a link of theirs.
    fn tls(&self) -> Tls {
        Tls::believing(self.roots.clone())
    }

    /// What stands in the file about this server.
    fn knows(&self, server: &str) -> Option<Voucher> {
        self.servers().read().unwrap().find(server).unwrap().map(|known| known.voucher)
    }

    fn learn(&self, server: &str, voucher: Voucher) {
        self.servers().replace(server, voucher, wall_clock()).unwrap();
    }

    /// Dials as to another machine.
    fn dial(&self, server: &str) -> Line {
        self.dial_with(server, None, Encryption::Always)
    }

    fn dial_invited(&self, server: &str, key: Fingerprint) -> Line {
        self.dial_with(server, Some(key), Encryption::ByAddress)
    }

    fn dial_with(&self, server: &str, key: Option<Fingerprint>, encryption: Encryption) -> Line {
        let name = Nick::parse(b"alice").unwrap();
        let target = Target { server: server.into(), key, name, stay: Stay::Resident };
        let tcp = Tcp { server: server.into(), key, encryption, tls: self.tls(), known: self.servers() };
        let environment = Environment::of_this_machine(5, None);
        let (commands, events) = link::spawn_over(tcp, target, SigningKey::from_bytes(&[3; 32]), environment);
        Line { commands, events }
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.home));
    }
}

/// A link.
struct Line {
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<LinkEvent>,
}

impl Line {
    async fn event(&mut self) -> LinkEvent {
        tokio::time::timeout(SOON, self.events.recv()).await.expect("an event comes").expect("the link lives")
    }

    async fn ask(&self, command: Command) {
        self.commands.send(command).await.unwrap();
    }

    /// The first event that `is_meant` accepts.
    async fn event_where(&mut self, is_meant: impl Fn(&LinkEvent) -> bool) -> LinkEvent {
        loop {
            let event = self.event().await;
            if is_meant(&event) {
                return event;
            }
        }
    }

    /// What protects the connection, if the first thing that happens is that there is one.
    async fn security(&mut self) -> Security {
        match self.event().await {
            LinkEvent::Up { security, .. } => security,
            other => panic!("{other:?}"),
        }
    }

    async fn trust(&mut self) -> Trust {
        match self.security().await {
            Security::Tls { trust, .. } => trust,
            Security::Plain => panic!("it is plain"),
        }
    }

    /// Why the server is not trusted, if that is the first thing that happens; and the link has ended then.
    async fn distrust(&mut self) -> Distrust {
        match self.event().await {
            LinkEvent::Distrusted(distrust) => {
                assert_eq!(self.events.recv().await, None, "the link has ended");
                distrust
            }
            other => panic!("{other:?}"),
        }
    }

    async fn trouble(&mut self) -> Trouble {
        match self.event().await {
            LinkEvent::Down { trouble, .. } => trouble,
            other => panic!("{other:?}"),
        }
    }
}
