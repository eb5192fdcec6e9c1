//! What is beyond the process, for the chat screen: links to servers, and a server of its own.

use crate::address::{dialed_address, server_address};
use crate::app::{LinkEnds, World};
use crate::event::HostEvent;
use crate::export::{FileEvent, FileStep};
use crate::export_file::Desk;
use crate::host::{self, Host, Hosting};
use crate::hyperlink::Uri;
use crate::keeper::{Keeper, Note};
use crate::link::{self, Encryption, Environment, OutboxItem, Target, Tcp};
use crate::opener;
use crate::outbox::{Kept, Outbox};
use crate::place::Homeless;
use chat_proto::frame::Stay;
use chat_proto::{Fingerprint, Nick};
use ed25519_dalek::SigningKey;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long the guests of a hosted server may take to be told that it stops.
const DRAIN: Duration = Duration::from_secs(1);

/// This machine, for one run of the client.
pub struct ThisMachine {
    key: SigningKey,
    instance: u64,
    encryption: Encryption,
    /// Where the outbox, and the key and log of a server are kept. Without it there is no server, and an outbox in
    /// memory.
    state: Option<PathBuf>,
    host: Arc<Mutex<Option<Host>>>,
    /// None without a place to keep things.
    keeper: Option<Keeper>,
    desk: Arc<Mutex<Desk>>,
}

impl ThisMachine {
    /// For the person who holds `key`. `instance` names this run.
    pub fn new(key: SigningKey, instance: u64, encryption: Encryption, state: Option<PathBuf>) -> Self {
        let keeper = state.clone().and_then(|state| Keeper::start(state).ok());
        Self { key, instance, encryption, state, host: Arc::default(), keeper, desk: Arc::default() }
    }

    /// Writes down what is still to be kept, and ends the hosted server, if there is one, after telling its guests.
    pub async fn close(self) {
        if let Some(keeper) = self.keeper {
            keeper.close().await;
        }
        let host = self.host.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(host) = host {
            host.close(DRAIN).await;
        }
    }
}

impl World for ThisMachine {
    fn dial(&mut self, server: String, key: Option<Fingerprint>, name: Nick) -> LinkEnds {
        let server = dialed_address(&server);
        let outbox = self.state.as_ref().map(|state| state.join("outbox"));
        let environment = Environment::of_this_machine(self.instance, outbox);
        let target = Target { server, key, name, stay: Stay::Resident };
        let tcp = Tcp::to(&target, self.encryption);
        let (commands, events) = link::spawn_over(tcp, target, self.key.clone(), environment);
        LinkEnds { commands, events }
    }

    fn host(&mut self, server: String) -> oneshot::Receiver<HostEvent> {
        let (told, tells) = oneshot::channel();
        let (state, slot) = (self.state.clone(), Arc::clone(&self.host));
        tokio::spawn(async move {
            // Nobody listens any more if the client ends meanwhile; the server is closed with it.
            drop(told.send(try_host(&server, state.as_deref(), &slot).await));
        });
        tells
    }

    fn keep(&mut self, note: Note) {
        if let Some(keeper) = &self.keeper {
            keeper.keep(note);
        }
    }

    fn file(&mut self, step: FileStep) -> oneshot::Receiver<FileEvent> {
        let (told, tells) = oneshot::channel();
        let desk = Arc::clone(&self.desk);
        // A disk may take its time: the screen does not wait for it.
        tokio::task::spawn_blocking(move || {
            let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody listens any more if the client ends meanwhile; what is not whole goes with it.
            drop(told.send(desk.carry_out(step, std::env::var_os("HOME"))));
        });
        tells
    }

    fn open(&mut self, link: &Uri) -> io::Result<()> {
        opener::open(link)
    }

    fn shelve(&mut self, server: &str, name: Nick, posts: Vec<OutboxItem>) {
        let Some(state) = &self.state else { return };
        let server = dialed_address(server);
        let kept: Vec<_> = posts.into_iter().map(|item| Kept { item, sent: false, is_unknown: false }).collect();
        let shelved = Outbox::open(&state.join("outbox"), server, name.to_string());
        if let Err(error) = shelved.and_then(|mut outbox| outbox.save(&kept)) {
            tracing::warn!(%error, "unsent messages could not be written down");
        }
    }
}

async fn try_host(server: &str, state: Option<&Path>, slot: &Mutex<Option<Host>>) -> HostEvent {
    let address = match server_address(server) {
        Ok(address) => address,
        Err(error) => return HostEvent::Failed(error.to_string()),
    };
    // A server without a key that stays the same would be another one each time.
    let Some(state) = state else { return HostEvent::Failed(Homeless.to_string()) };
    match host::host(&address, state).await {
        Ok(Hosting::Here(host)) => {
            let invite = host.invite().clone();
            slot.lock().unwrap_or_else(PoisonError::into_inner).replace(host);
            HostEvent::Hosting { address, invite }
        }
        Ok(Hosting::Elsewhere) => HostEvent::Guest { address },
        Err(error) => HostEvent::Failed(error.to_string()),
    }
}
