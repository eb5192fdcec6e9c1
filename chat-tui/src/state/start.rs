//! What is known before anything happens.

use crate::config::Options;
use crate::keeper::Kept;
use crate::keymap::Keymap;
use crate::recent::Recent;
use crate::theme::{Background, Depth, Themes};
use crate::widths::Widths;
use crate::zone::Zone;
use chat_proto::Fingerprint;
use chat_proto::entry::UnixMillis;
use chat_proto::frame::Keep;

/// What is known before anything happens: what was typed on the command line, and what the terminal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// As typed, or a guess; judged like what is typed in the prompt.
    pub name: String,
    pub room: Wish,
    /// How long rooms that are opened in the prompt are to keep what is said.
    pub keep: Keep,
    pub server: String,
    /// Whether somebody chose the server: then nobody is offered to host one.
    pub is_server_given: bool,
    /// Serve at `server` from inside this process.
    pub is_host: bool,
    /// Random per run: one half of every [`PostId`](chat_proto::PostId).
    pub instance: u64,
    /// This person's own key.
    pub key: Fingerprint,
    /// What earlier runs knew of people.
    pub kept: Kept,
    /// The rooms of the last days, the newest first.
    pub recent: Vec<Recent>,
    /// What this person wants everywhere.
    pub options: Options,
    pub keys: Keymap,
    /// The themes there are.
    pub themes: Themes,
    pub around: Surroundings,
}

/// Where the program runs: the terminal, the zone, the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    pub columns: u16,
    pub rows: u16,
    pub face: Face,
    pub depth: Depth,
    pub background: Background,
    pub widths: Widths,
    pub zone: Zone,
    /// Whether there is something here that opens links, on a screen that the reader sees.
    pub can_open_links: bool,
    pub now: UnixMillis,
}

/// As what the client is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Face {
    /// The whole screen.
    #[default]
    Screen,
    /// Lines, one after the other, on a terminal that could show the screen.
    Plain,
    /// Lines, because nothing there could show more.
    PlainOnly,
}

/// Where somebody wants to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Ask.
    None,
    Create,
    CreatePrivate,
    /// A code or an invite as typed.
    Join(String),
}
