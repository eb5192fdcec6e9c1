//! What an entry says, and how it stands on the wire.

use super::act::{Act, Role, Voice};
use super::id::Seq;
use crate::wire;
use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;

/// Why somebody is no longer present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeaveReason {
    /// Said `Bye`; may come back.
    Quit,
    /// The connection was cut and did not come back in time; may come back.
    Lost,
    /// Gave up membership.
    Leave,
}

impl LeaveReason {
    /// The word for it that programs read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Quit => "quit",
            Self::Lost => "lost",
            Self::Leave => "leave",
        }
    }
}

/// As whom somebody becomes present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The public key that their name belongs to.
    pub key: [u8; 32],
    /// What they may do.
    pub role: Role,
    /// Whether they may post.
    pub voice: Voice,
}

/// A message that answers another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The message that is answered: one that stands before this entry, whether it is kept or not.
    pub to: Seq,
    /// UTF-8 that [`crate::Text`] judges.
    pub text: Bytes,
}

/// Another text for what somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// A message, an action or a reply of the same author.
    pub target: Seq,
    /// UTF-8 that [`crate::Text`] judges. Empty where it was erased: then the target is erased, too.
    pub text: Bytes,
}

/// Takes away what somebody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delete {
    /// A message, an action or a reply; of the same author, or of anybody if the author keeps order.
    pub target: Seq,
}

/// Whether a reaction is given or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReactionState {
    /// Given.
    On,
    /// Taken back.
    Off,
}

impl ReactionState {
    /// The word for it that programs read.
    pub fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// A reaction to what somebody said. One person gives each emoji once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct React {
    /// A message, an action or a reply.
    pub target: Seq,
    /// UTF-8 that [`crate::Emoji`] judges.
    pub emoji: Bytes,
    /// Whether it is there from now on.
    pub state: ReactionState,
}

/// What an entry says. On the wire `{kind: u16, body: bytes}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "WireBody")]
pub enum EntryBody {
    /// A person wrote this. UTF-8 that [`crate::Text`] judges.
    Message(Bytes),
    /// A person did this ("/me waves"). UTF-8 that [`crate::Text`] judges.
    Action(Bytes),
    /// The topic is now this. UTF-8 that [`crate::Topic`] judges; empty clears it.
    Topic(Bytes),
    /// Order was kept. Posted by the owner or an operator.
    Act(Act),
    /// The author erased every message, action and reply of theirs that stands before this entry: `Erased` stands there
    /// instead, and edits of them are empty.
    Forget,
    /// A person wrote this, as an answer.
    Reply(Reply),
    /// The author put it otherwise.
    Edit(Edit),
    /// What was said is taken away: [`Erased`](Self::Erased) stands there instead, and edits of it are empty.
    Delete(Delete),
    /// The author reacted to what was said, or takes that back.
    React(React),
    /// Here stood a message, an action or a reply that was erased. Only the server writes it, in the place of the old
    /// body.
    Erased,
    /// The room was opened by the author.
    Opened,
    /// The author became present.
    Joined(Arrival),
    /// The author is no longer present.
    Left(LeaveReason),
    /// The author is called this from now on; the entry's author bears the old name.
    Renamed(Bytes),
    /// A kind this version does not know, or whose body it cannot read.
    Unknown {
        /// The kind.
        kind: u16,
        /// Its body, untouched.
        body: Bytes,
    },
}

#[derive(Deserialize)]
struct WireBody {
    kind: u16,
    body: Bytes,
}

/// The same, where it lies.
#[derive(Deserialize)]
pub(crate) struct BorrowedBody<'bytes> {
    pub(crate) kind: u16,
    pub(crate) body: &'bytes [u8],
}

/// The same, borrowed: what is said is not copied before it is written.
#[derive(Serialize)]
struct WireBodyRef<'a> {
    kind: u16,
    body: ByteString<'a>,
}

/// Bytes behind their count, as [`Bytes`] are; serde writes a slice element by element.
struct ByteString<'a>(&'a [u8]);

impl Serialize for ByteString<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// The numbers of the kinds, and what stands behind them: bytes as they are, a value, or nothing.
macro_rules! kinds {
    (@pattern $name:ident nothing $inner:tt) => { Self::$name };
    (@pattern $name:ident $form:ident $inner:tt) => { Self::$name($inner) };
    (@bytes nothing $inner:ident) => { Cow::Borrowed(&[]) };
    (@bytes bytes $inner:ident) => { Cow::Borrowed(&$inner[..]) };
    (@bytes value $inner:ident) => { wire::encode($inner).into() };
    (@read $name:ident nothing $body:ident) => { if $body.is_empty() { Ok(Self::$name) } else { Err($body) } };
    (@read $name:ident bytes $body:ident) => { Ok(Self::$name($body)) };
    (@read $name:ident value $body:ident) => { wire::decode(&$body).map(Self::$name).map_err(|_| $body) };
    ($($kind:literal $name:ident $form:ident,)*) => {
        impl EntryBody {
            /// Every kind that this version knows, with its name.
            pub const KINDS: &[(u16, &str)] = &[$(($kind, stringify!($name)),)*];

            /// The kind that stands on the wire.
            pub fn kind(&self) -> u16 {
                match self {
                    $(kinds!(@pattern $name $form _) => $kind,)*
                    Self::Unknown { kind, .. } => *kind,
                }
            }

            /// The bytes that stand on the wire behind the kind.
            pub fn bytes(&self) -> Cow<'_, [u8]> {
                match self {
                    $(kinds!(@pattern $name $form said) => kinds!(@bytes $form said),)*
                    Self::Unknown { body, .. } => Cow::Borrowed(body),
                }
            }

            /// Gives the body back if it cannot be read.
            fn read(kind: u16, body: Bytes) -> Result<Self, Bytes> {
                match kind {
                    $($kind => kinds!(@read $name $form body),)*
                    _ => Err(body),
                }
            }
        }
    };
}

kinds! {
    1 Message bytes,
    2 Action bytes,
    3 Topic bytes,
    4 Act value,
    5 Forget nothing,
    6 Reply value,
    7 Edit value,
    8 Delete value,
    9 React value,
    15 Erased nothing,
    16 Opened nothing,
    17 Joined value,
    18 Left value,
    19 Renamed bytes,
}

impl EntryBody {
    /// The entry that this one changes, if it changes one. A page that shows the former carries the latter, too.
    pub fn target(&self) -> Option<Seq> {
        match self {
            Self::Edit(edit) => Some(edit.target),
            Self::Delete(delete) => Some(delete.target),
            Self::React(react) => Some(react.target),
            _ => None,
        }
    }

    /// What these bytes say.
    pub(crate) fn of(kind: u16, body: Bytes) -> Self {
        Self::read(kind, body).unwrap_or_else(|body| Self::Unknown { kind, body })
    }
}

impl From<WireBody> for EntryBody {
    fn from(WireBody { kind, body }: WireBody) -> Self {
        Self::of(kind, body)
    }
}

impl Serialize for EntryBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WireBodyRef { kind: self.kind(), body: ByteString(&self.bytes()) }.serialize(serializer)
    }
}
