//! What is beyond the process, for the chat screen: links to servers, and a server of its own.

use crate::app::{LinkEnds, World};
use crate::config::server_address;
use crate::event::HostEvent;
use crate::host::{self, Host, Hosting};
use crate::link::{self, Environment, OutboxItem, Target};
use crate::outbox::{Kept, Outbox};
use crate::recent::{Change, Store};
use chat_proto::frame::Stay;
use chat_proto::{Fingerprint, Nick};
use ed25519_dalek::SigningKey;
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
    /// Where outbox and log are kept; in memory and not at all if there is no such place.
    state: Option<PathBuf>,
    host: Arc<Mutex<Option<Host>>>,
}

impl ThisMachine {
    /// For the person who holds `key`. `instance` names this run.
    pub fn new(key: SigningKey, instance: u64, state: Option<PathBuf>) -> Self {
        Self { key, instance, state, host: Arc::default() }
    }

    /// Ends the hosted server, if there is one, after telling its guests.
    pub async fn close(self) {
        let host = self.host.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(host) = host {
            host.close(DRAIN).await;
        }
    }
}

impl World for ThisMachine {
    fn dial(&mut self, server: String, key: Option<Fingerprint>, name: Nick) -> LinkEnds {
        // What is no address is told by the link: nobody is there.
        let server = server_address(&server).unwrap_or(server);
        let outbox = self.state.as_ref().map(|state| state.join("outbox"));
        let environment = Environment::of_this_machine(self.instance, outbox);
        let (commands, events) =
            link::spawn(Target { server, key, name, stay: Stay::Resident }, self.key.clone(), environment);
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

    fn shelve(&mut self, server: &str, name: Nick, posts: Vec<OutboxItem>) {
        let Some(state) = &self.state else { return };
        let server = server_address(server).unwrap_or_else(|_| server.to_owned());
        let kept: Vec<_> = posts.into_iter().map(|item| Kept { item, sent: false, is_unknown: false }).collect();
        let shelved = Outbox::open(&state.join("outbox"), server, name.to_string());
        if let Err(error) = shelved.and_then(|mut outbox| outbox.save(&kept)) {
            tracing::warn!(%error, "unsent messages could not be written down");
        }
    }

    fn recall(&mut self, change: Change) {
        let Some(state) = &self.state else { return };
        if let Err(error) = Store::new(state).change(change, link::wall_clock()) {
            tracing::warn!(%error, "a room of the last days could not be written down");
        }
    }
}

async fn try_host(server: &str, state: Option<&Path>, slot: &Mutex<Option<Host>>) -> HostEvent {
    let address = match server_address(server) {
        Ok(address) => address,
        Err(error) => return HostEvent::Failed(error.to_string()),
    };
    match host::host(&address, state).await {
        Ok(Hosting::Here(host)) => {
            slot.lock().unwrap_or_else(PoisonError::into_inner).replace(host);
            HostEvent::Hosting { address }
        }
        Ok(Hosting::Elsewhere) => HostEvent::Guest { address },
        Err(error) => HostEvent::Failed(error.to_string()),
    }
}
