//! What wakes the client. A closed set: everything that happens reaches `update` as one of these.

use crate::export::FileEvent;
use crate::hyperlink::Uri;
use crate::link::LinkEvent;
use chat_proto::{Invite, UnixMillis};

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// By this client's wall clock.
    pub at: UnixMillis,
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// A key, a paste, the mouse, a new size: from the terminal.
    Terminal(crossterm::event::Event),
    /// A whole line, from where no keys come: another program, a file, the simplest of terminals.
    Line(String),
    /// From the link.
    Link(LinkEvent),
    /// Hosting, as asked for by `Effect::Host`.
    Host(HostEvent),
    /// What became of a file, as asked for by `Effect::File`.
    File(FileEvent),
    /// Whatever opens links did not open this one.
    NotOpened(Uri),
    /// A deadline that `State::wake_at` named has come (a minute turned, a retry counts down).
    Tick,
    /// Somebody outside asks the program to end: SIGTERM, SIGHUP, a vanished terminal.
    Hangup,
}

/// What became of `Effect::Host`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEvent {
    /// This process serves at the address now; the invite names the server, as others reach it.
    Hosting { address: String, invite: Invite },
    /// Somebody else answers at the address already: joined as a guest.
    Guest { address: String },
    /// It could not be done; the sentence says why.
    Failed(String),
}
