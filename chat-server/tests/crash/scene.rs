//! What everybody knows: where the server is now, which rooms there are, and whether it is time to finish.

use chat_proto::{RoomId, Seq};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::watch;

/// Rooms with their newest entries.
pub(crate) type Heads = HashMap<RoomId, Seq>;

#[derive(Clone)]
pub(crate) struct Scene(Arc<Inner>);

struct Inner {
    port: watch::Sender<Option<u16>>,
    codes: Vec<watch::Sender<Option<[u8; 4]>>>,
    accepted: watch::Sender<u64>,
    is_closing: watch::Sender<bool>,
    heads: watch::Sender<Option<Heads>>,
}

impl Scene {
    pub(crate) fn new(rooms: usize) -> Self {
        Self(Arc::new(Inner {
            port: watch::Sender::new(None),
            codes: (0..rooms).map(|_| watch::Sender::new(None)).collect(),
            accepted: watch::Sender::new(0),
            is_closing: watch::Sender::new(false),
            heads: watch::Sender::new(None),
        }))
    }

    pub(crate) fn open_at(&self, port: u16) {
        self.0.port.send_replace(Some(port));
    }

    pub(crate) fn shut(&self) {
        self.0.port.send_replace(None);
    }

    /// Where the server is, once there is one.
    pub(crate) async fn port(&self) -> u16 {
        let mut port = self.0.port.subscribe();
        port.wait_for(Option::is_some).await.expect("the scene is there").expect("waited for")
    }

    pub(crate) fn room_is(&self, room: usize, code: [u8; 4]) {
        self.0.codes[room].send_replace(Some(code));
    }

    /// The code of a room, once it was opened.
    pub(crate) async fn code(&self, room: usize) -> [u8; 4] {
        let mut code = self.0.codes[room].subscribe();
        code.wait_for(Option::is_some).await.expect("the scene is there").expect("waited for")
    }

    /// The codes of all rooms.
    pub(crate) fn codes(&self) -> Vec<[u8; 4]> {
        self.0.codes.iter().map(|code| code.borrow().expect("opened by now")).collect()
    }

    pub(crate) fn has_accepted(&self) {
        self.0.accepted.send_modify(|count| *count += 1);
    }

    /// Changes with every post that is accepted from now on.
    pub(crate) fn accepted(&self) -> watch::Receiver<u64> {
        self.0.accepted.subscribe()
    }

    /// Nobody begins anything new.
    pub(crate) fn close(&self) {
        self.0.is_closing.send_replace(true);
    }

    pub(crate) fn is_closing(&self) -> bool {
        *self.0.is_closing.borrow()
    }

    /// Nothing more will be said.
    pub(crate) fn tell_heads(&self, heads: Heads) {
        self.0.heads.send_replace(Some(heads));
    }

    /// Told once nothing more will be said.
    pub(crate) fn heads(&self) -> watch::Receiver<Option<Heads>> {
        self.0.heads.subscribe()
    }
}

/// Falls the same way for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Others, that fall in their own way.
    pub(crate) fn fork(&mut self) -> Self {
        Self::new(self.roll(u64::MAX))
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
