//! Every way for a session to end, and what is said last.

use super::Shared;
use crate::environment::random;
use crate::guard::Offence;
use crate::log::ReadError;
use crate::refusals;
use crate::room::Departure;
use chat_proto::frame::GoAway;
use chat_proto::wire::WireError;
use chat_proto::{Code, Detail, FrameError, Refused, ServerFrame};

/// When clients may come back after a stop, at most: spread over five seconds per thousand, so that they do not all
/// come at once and a small room is back at once.
const RECONNECT_SPREAD_MS_PER_CLIENT: usize = 5;

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Farewell {
    /// The peer said so.
    #[error("bye")]
    Bye,
    /// The peer closed the connection.
    #[error("closed by the peer")]
    PeerClosed,
    /// The connection broke.
    #[error("broken: {0}")]
    Broken(std::io::Error),
    /// The server stops.
    #[error("the server stops")]
    ServerStopping,
    /// A newer session of the same running client has taken over.
    #[error("replaced by a newer session of the same client")]
    Replaced,
    /// Another session of this person has given up their name.
    #[error("the name was given up")]
    NameGivenUp,
    /// A length prefix or an envelope that cannot be.
    #[error("bad framing: {0}")]
    BadFraming(FrameError),
    /// A body that is not what its kind says.
    #[error("bad frame: {0}")]
    BadFrame(WireError),
    /// Too many frames without a byte in them.
    #[error("too many empty frames")]
    EmptyFrames,
    /// Refused in a way that ends the connection.
    #[error("refused: code {}", refused.code.0)]
    Refused {
        /// The request that was refused.
        request: u32,
        /// Why.
        refused: Refused,
    },
    /// No login in time.
    #[error("no login in time")]
    LoginTimedOut,
    /// The place among the strangers is another's now.
    #[error("evicted: another stranger took the place")]
    Evicted,
    /// A frame was begun and not finished in time.
    #[error("a frame was not finished in time")]
    FrameTimedOut,
    /// No sign of life for too long.
    #[error("silent for too long")]
    Silent,
    /// The peer took next to nothing for too long.
    #[error("took next to nothing for too long")]
    TooSlow,
    /// A handshake was begun with a server without TLS.
    #[error("TLS is not served")]
    TlsDeclined,
    /// Nobody knows what became of a post.
    #[error("the outcome of a post is not known")]
    OutcomeUnknown,
    /// What follows in a room cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// A defect of the server.
    #[error("a defect of the server")]
    Crashed,
}

impl From<std::io::Error> for Farewell {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<FrameError> for Farewell {
    fn from(error: FrameError) -> Self {
        Self::BadFraming(error)
    }
}

impl From<WireError> for Farewell {
    fn from(error: WireError) -> Self {
        Self::BadFrame(error)
    }
}

impl Farewell {
    /// How the session leaves its rooms.
    pub(crate) fn departure(&self) -> Departure {
        match self {
            Self::Bye => Departure::Bye,
            _ => Departure::Lost,
        }
    }

    /// Whether anybody is there to hear last words.
    pub(crate) fn is_peer_there(&self) -> bool {
        !matches!(self, Self::PeerClosed | Self::Broken(_) | Self::TlsDeclined)
    }

    /// Whether the peer is worth hearing out. Not one of thousands that only hold places.
    pub(crate) fn is_heard_out(&self) -> bool {
        !matches!(self, Self::Evicted)
    }

    /// What the peer's address has to pay for.
    pub(crate) fn offence(&self) -> Option<Offence> {
        match self {
            Self::Refused { refused, .. } if refused.code == Code::AUTH_FAILED => Some(Offence::BadSignature),
            Self::LoginTimedOut => Some(Offence::LoginTimedOut),
            Self::Crashed => Some(Offence::Crash),
            _ => None,
        }
    }

    /// The request that the last frame answers; 0 for none.
    pub(crate) fn request(&self) -> u32 {
        match self {
            Self::Refused { request, .. } => *request,
            _ => 0,
        }
    }

    /// The last frame.
    pub(crate) fn last_frame(&self, shared: &Shared) -> Option<ServerFrame> {
        let refused = |code, text: &str| Some(Refused::new(code, text).into());
        match self {
            Self::Bye | Self::PeerClosed | Self::Broken(_) | Self::TlsDeclined => None,
            Self::ServerStopping => Some(go_away(shared)),
            Self::Replaced => refused(Code::SESSION_REPLACED, "this client has connected again elsewhere"),
            // The same code, so that no client comes back by itself and claims the name anew.
            Self::NameGivenUp => refused(Code::SESSION_REPLACED, "another client of yours has given up this name"),
            Self::BadFraming(error) => bad_framing(error).map(ServerFrame::from),
            Self::BadFrame(_) => refused(Code::BAD_FRAME, "the body of a frame is not what its kind says"),
            Self::EmptyFrames => Some(empty_frame().into()),
            Self::Refused { refused, .. } => Some(refused.clone().into()),
            Self::LoginTimedOut => refused(Code::TIMED_OUT, "no login came in time"),
            Self::Evicted => Some(refusals::evicted().into()),
            Self::FrameTimedOut => refused(Code::TIMED_OUT, "a frame was begun but not finished in time"),
            Self::Silent => refused(Code::TIMED_OUT, "no sign of life came in time"),
            Self::TooSlow => refused(Code::TOO_SLOW, "too little of what was sent to this client was taken in time"),
            Self::OutcomeUnknown => refused(
                Code::OUTCOME_UNKNOWN,
                "it is not known whether the message was stored; connect again and send it under the same id",
            ),
            Self::Unreadable(error) => Some(refusals::storage_failed(error.clone()).into()),
            Self::Crashed => {
                refused(Code::INTERNAL, "the server has a defect, which ended this connection; connect again")
            }
        }
    }
}

/// What an empty frame is answered.
pub(super) fn empty_frame() -> Refused {
    Refused::new(Code::EMPTY_FRAME, "a frame has at least a request and a kind")
}

fn bad_framing(error: &FrameError) -> Option<Refused> {
    match error {
        FrameError::TooLong { max_bytes } => {
            Some(Refused::new(Code::FRAME_TOO_LARGE, error.to_string()).with(Detail::Max(*max_bytes as u64)))
        }
        FrameError::TooShort { .. } => Some(Refused::new(Code::BAD_FRAME, error.to_string())),
        FrameError::Io(_) => None,
    }
}

fn go_away(shared: &Shared) -> ServerFrame {
    let spread_ms = (shared.guard.connected() * RECONNECT_SPREAD_MS_PER_CLIENT).max(1);
    let jitter_ms = u32::from_le_bytes(random(&*shared.environment)) as usize % spread_ms;
    GoAway { reconnect_after_ms: jitter_ms as u32 }.into()
}
