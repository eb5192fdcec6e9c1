//! Everything either end may say. The kinds are the rows of the two tables at the end of this file; their bodies stand
//! in [`client`] and [`server`].

pub mod client;
pub mod server;

pub use client::*;
pub use server::*;

use crate::refusal::Refused;
use crate::wire::{self, WireError};
use bytes::Bytes;
use serde::Serialize;

/// One direction's frames.
pub trait Frame: Sized {
    /// The kind that stands on the wire.
    fn kind(&self) -> u16;

    /// Appends the body's bytes to `out`.
    fn encode_body(&self, out: &mut Vec<u8>);

    /// The frame of this kind with this body, or `None` if the kind is not known.
    ///
    /// # Errors
    /// [`WireError`] if the body is not exactly one value of the kind.
    fn decode(kind: u16, body: Bytes) -> Result<Option<Self>, WireError>;
}

/// What the frames of one kind carry.
pub trait Body: Serialize {
    /// All kinds of its direction.
    type Frame: Frame;

    /// The kind that stands on the wire.
    const KIND: u16;
}

macro_rules! frames {
    (@read $body:ident, $bytes:ident) => { wire::decode(&$bytes) };
    (@read $body:ident, $bytes:ident, $read:ident) => { $body::$read($bytes) };
    ($(#[$doc:meta])* $name:ident { $($kind:literal $body:ident $(by $read:ident)?,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant is documented at its body")]
        pub enum $name { $($body($body),)* }

        impl $name {
            /// Every kind with its name.
            pub const KINDS: &[(u16, &str)] = &[$(($kind, stringify!($body)),)*];
        }

        impl Frame for $name {
            fn kind(&self) -> u16 {
                match self { $(Self::$body(_) => $kind,)* }
            }

            fn encode_body(&self, out: &mut Vec<u8>) {
                match self { $(Self::$body(body) => wire::encode_into(body, out),)* }
            }

            fn decode(kind: u16, body: Bytes) -> Result<Option<Self>, WireError> {
                match kind {
                    $($kind => frames!(@read $body, body $(, $read)?).map(Self::$body).map(Some),)*
                    _ => Ok(None),
                }
            }
        }

        $(impl Body for $body {
            type Frame = $name;

            const KIND: u16 = $kind;
        }

        impl From<$body> for $name {
            fn from(body: $body) -> Self {
                Self::$body(body)
            }
        })*
    };
}

frames! {
    /// What a client may say.
    ClientFrame {
        0x01 Hello,
        0x02 Login,
        0x03 Create,
        0x04 Join,
        0x05 Resume,
        0x06 Leave,
        0x07 Post by sharing,
        0x08 History,
        0x09 Rename,
        0x0a Ping,
        0x0b Bye,
        0x0c Invite,
        0x0d Names,
        0x0e GiveUp,
        0x0f Search,
        0x10 Read,
        0x11 OpenDirect,
        0x12 Typing,
        0x13 SetPresence,
    }
}

frames! {
    /// What a server may say.
    ServerFrame {
        0x81 Challenge,
        0x82 Welcome,
        0x83 Joined,
        0x84 Members,
        0x85 Batch,
        0x86 Gap,
        0x87 Accepted,
        0x88 Page,
        0x89 Done,
        0x8a Pong,
        0x8b Refused,
        0x8c RoomEnded,
        0x8d GoAway,
        0x8e Invitation,
        0x8f NameList,
        0x90 Found,
        0x91 RoomAdded,
        0x92 Signal,
    }
}
