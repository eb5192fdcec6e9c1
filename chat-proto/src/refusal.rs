//! Why a request was refused, or a connection closed: a stable code, a sentence for a person, a detail for a program.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The answer to a request that was not carried out; with request id 0, the reason the connection ends. The same in
/// every version, because it tells that no version is in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// What a program decides by.
    pub code: Code,
    /// What a person reads, UTF-8, at most [`crate::limits::SENTENCE_BYTES`]; whoever shows it cleans it.
    pub text: Bytes,
    /// When asking again may help; none means that it never will.
    pub retry_after_ms: Option<u32>,
    /// The number or name that the sentence mentions.
    pub detail: Detail,
}

impl Refused {
    /// A refusal that names nothing and is final.
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: Bytes::from(text.into()), retry_after_ms: None, detail: Detail::None }
    }

    /// The same, with its number or name.
    #[must_use]
    pub fn with(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }
}

/// What a refusal names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// Nothing.
    None,
    /// The limit that was passed, in the unit of the sentence.
    Max(u64),
    /// The head of the room's log.
    Head(u64),
    /// The kind that this end does not know.
    Kind(u16),
    /// The versions that this end speaks.
    Versions {
        /// Lowest.
        min: u16,
        /// Highest.
        max: u16,
    },
    /// A name that is free, UTF-8.
    Name(Bytes),
}

/// A stable number for a reason. A number is never reused; an unknown one is treated by its sentence alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Code(pub u16);

macro_rules! codes {
    ($($(#[$doc:meta])* $number:literal $name:ident,)*) => {
        impl Code {
            $($(#[$doc])* pub const $name: Self = Self($number);)*

            /// Every code with its name, in the order of their numbers.
            pub const ALL: &[(Self, &str)] = &[$((Self($number), stringify!($name)),)*];
        }
    };
}

codes! {
    /// The payload is no frame: too short, or its body is malformed. Closes.
    1 BAD_FRAME,
    /// The length prefix announces more than is allowed now. Closes.
    2 FRAME_TOO_LARGE,
    /// A frame of no bytes at all. Closes at the hundredth.
    3 EMPTY_FRAME,
    /// A kind that this server does not know.
    4 UNSUPPORTED,
    /// No version in common. Closes.
    5 VERSION,
    /// Log in first. Closes at the third.
    6 NOT_AUTHENTICATED,
    /// Already logged in. Closes at the third.
    7 ALREADY_AUTHENTICATED,
    /// The signature does not prove the key. Closes.
    8 AUTH_FAILED,
    /// Not a name that a person may have.
    9 INVALID_NAME,
    /// Somebody else has this name, or one that looks like it; the detail is a free one.
    10 NAME_TAKEN,
    /// This key holds as many names as it may.
    11 TOO_MANY_NAMES,
    /// Not four characters of the alphabet of codes.
    12 INVALID_CODE,
    /// No room that this person may enter has this code.
    13 JOIN_DENIED,
    /// The room with this id is over and its history gone, or whoever asks is no member of it: to them, both are the
    /// same.
    14 ROOM_ENDED,
    /// Not in this room.
    15 NOT_MEMBER,
    /// The cursor is not a place in this log; the detail is its head.
    16 BAD_CURSOR,
    /// The range of history is empty by construction.
    17 BAD_RANGE,
    /// Not text: invalid UTF-8, or a control character other than newline and tab.
    18 INVALID_TEXT,
    /// Nothing that could be seen.
    19 EMPTY_MESSAGE,
    /// Over the limit in the detail.
    20 TOO_LONG,
    /// This id was used for another body, which stands.
    21 ID_REUSED,
    /// This id is so old that its outcome is no longer known; it was not appended now.
    22 ID_TOO_OLD,
    /// A later post of this instance was accepted already.
    23 OUT_OF_ORDER,
    /// Whether the post was taken is not known; send the same id again. Closes.
    24 OUTCOME_UNKNOWN,
    /// Too often; see `retry_after_ms`.
    25 RATE_LIMITED,
    /// In as many rooms as allowed.
    26 TOO_MANY_ROOMS,
    /// As many sessions of this person as allowed. Closes.
    27 TOO_MANY_SESSIONS,
    /// The room has as many members as allowed.
    28 ROOM_FULL,
    /// The server has as many connections or rooms as allowed. Closes if it was a connection too many.
    29 SERVER_FULL,
    /// The same running client has connected again. Closes.
    30 SESSION_REPLACED,
    /// This peer took next to nothing of what was written to it for too long. Closes.
    31 TOO_SLOW,
    /// A login, a frame or a sign of life did not come in time. Closes.
    32 TIMED_OUT,
    /// A defect of the server. Closes.
    33 INTERNAL,
    /// There is no room to store it.
    34 STORAGE_FULL,
    /// Only the owner and operators of a room do this; against the owner, nobody.
    35 NOT_ALLOWED,
    /// An operator took this person's voice in this room.
    36 MUTED,
    /// Nobody of this name or number is meant by anything here.
    37 NO_SUCH_PERSON,
    /// This server speaks TLS with peers that are not on its own machine. Closes.
    38 TLS_REQUIRED,
    /// The room is open: it has no secret to replace.
    39 NOT_PRIVATE,
    /// What is looked for is no word, no name, or too much at once.
    40 BAD_SEARCH,
    /// What is kept cannot be read; whoever runs the server has to look after it. Closes, unless it answers a request.
    41 STORAGE_FAILED,
    /// What this would change is no message that is kept here.
    42 NO_SUCH_MESSAGE,
    /// Only who wrote a message changes it.
    43 NOT_YOURS,
    /// Not one emoji.
    44 INVALID_EMOJI,
    /// The message has as many reactions as it may.
    45 TOO_MANY_REACTIONS,
}

impl Code {
    /// The name in the table, if this version knows the code.
    pub fn name(self) -> Option<&'static str> {
        Self::ALL.iter().find(|(code, _)| *code == self).map(|(_, name)| *name)
    }
}
