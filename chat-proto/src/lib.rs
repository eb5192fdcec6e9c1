//! The protocol between a chat client and a chat server: what may be said, and its bytes.
//!
//! ```text
//! frame     | length: u32 BE | payload: `length` bytes                          |
//! payload   | request: u32 BE (0 = none) | kind: u16 BE | body: bincode of kind |
//! ```
//!
//! ```text
//! client                                server
//!   Hello{versions, name, key}   ->
//!                                <-  Challenge{version, nonce}
//!   Login{signature}             ->
//!                                <-  Welcome{person, limits, rooms}
//!   Create | Join | Resume       ->
//!                                <-  Joined, Members*, Gap*, Batch*   (then Batch for ever)
//!   Post{room, id, body}         ->
//!                                <-  Accepted{id, seq}  or  Refused{code, text}
//! ```
//!
//! Everything that happens in a room is an [`Entry`] in that room's log. Every request is answered exactly once, by its
//! result or by [`Refused`], or the connection ends. The server uses the highest version that both ends speak.
//!
//! This crate knows no sockets and no tasks. The bytes are documented in `docs/protocol.md`, frozen in `tests/golden`.

#![warn(missing_docs)]

pub mod codec;
pub mod emoji;
pub mod entry;
pub mod fingerprint;
pub mod fold;
pub mod frame;
pub mod invite;
pub mod limits;
pub mod login;
pub mod name;
pub mod refusal;
pub mod text;
pub mod wire;

pub use codec::{FrameCodec, FrameError, Payload, RawFrame};
pub use emoji::Emoji;
pub use entry::{
    Act, Arrival, Author, Entry, EntryBody, EntryRef, LeaveReason, PersonId, PostId, RoomId, Seq, Target, UnixMillis,
};
pub use fingerprint::Fingerprint;
pub use frame::{ClientFrame, Frame, ServerFrame};
pub use invite::{Invite, Secret};
pub use name::{Nick, RoomCode};
pub use refusal::{Code, Detail, Refused};
pub use text::{Text, Topic};

/// The lowest protocol version that this crate speaks.
pub const VERSION_MIN: u16 = 4;
/// The highest protocol version that this crate speaks.
pub const VERSION_MAX: u16 = 4;
