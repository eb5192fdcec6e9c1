//! Every refusal with its sentence: what is wrong, and where it helps, what to do.

use bytes::Bytes;
use chat_proto::name::{CodeError, NickError};
use chat_proto::text::TextError;
use chat_proto::{Code, Detail, Nick, Refused, RoomCode, Seq, VERSION_MAX, VERSION_MIN};
use std::time::Duration;

/// How long a full server asks a client to wait.
const FULL_RETRY_MS: u32 = 5_000;

pub(crate) fn not_authenticated() -> Refused {
    Refused::new(Code::NOT_AUTHENTICATED, "log in first")
}

pub(crate) fn already_authenticated() -> Refused {
    Refused::new(Code::ALREADY_AUTHENTICATED, "already logged in")
}

pub(crate) fn auth_failed() -> Refused {
    Refused::new(Code::AUTH_FAILED, "the signature does not prove the key")
}

pub(crate) fn tls_required() -> Refused {
    let text = "this server expects TLS from other machines; use a newer chat-tui, which speaks it by itself, \
                or let the server be started with --allow-plain";
    Refused::new(Code::TLS_REQUIRED, text)
}

pub(crate) fn version(min: u16, max: u16) -> Refused {
    let old = if max < VERSION_MIN { "client" } else { "server" };
    let text = format!(
        "the server speaks versions {VERSION_MIN} to {VERSION_MAX} of the protocol, the client {min} to {max}: \
         upgrade the {old}"
    );
    Refused::new(Code::VERSION, text).with(Detail::Versions { min: VERSION_MIN, max: VERSION_MAX })
}

pub(crate) fn invalid_name(error: NickError) -> Refused {
    Refused::new(Code::INVALID_NAME, error.to_string())
}

pub(crate) fn name_taken(name: &Nick, free: Option<Nick>) -> Refused {
    let detail = free.map_or(Detail::None, |free| Detail::Name(Bytes::from(free.to_string())));
    Refused::new(Code::NAME_TAKEN, format!("the name {name} is taken")).with(detail)
}

pub(crate) fn too_many_names(max: usize) -> Refused {
    let text = format!("your key holds {max} names on this server already, which is the most");
    Refused::new(Code::TOO_MANY_NAMES, text).with(Detail::Max(max as u64))
}

pub(crate) fn too_many_names_resting(max: usize, rests: Duration) -> Refused {
    let text = format!(
        "your key holds {max} names on this server, with those that it gave up, which is the most; the next of them is \
         free in {}",
        hours_and_minutes(rests)
    );
    let retry_after_ms = u32::try_from(rests.as_millis()).unwrap_or(u32::MAX);
    let refused = Refused::new(Code::TOO_MANY_NAMES, text).with(Detail::Max(max as u64));
    Refused { retry_after_ms: Some(retry_after_ms), ..refused }
}

pub(crate) fn too_many_sessions(max: usize) -> Refused {
    let text = format!("at most {max} sessions under one name at once");
    Refused::new(Code::TOO_MANY_SESSIONS, text).with(Detail::Max(max as u64))
}

pub(crate) fn unsupported_frame(kind: u16) -> Refused {
    let text = format!("this server does not know frames of kind {kind}");
    Refused::new(Code::UNSUPPORTED, text).with(Detail::Kind(kind))
}

pub(crate) fn unsupported_entry(kind: u16) -> Refused {
    let text = format!("entries of kind {kind} cannot be posted to this server");
    Refused::new(Code::UNSUPPORTED, text).with(Detail::Kind(kind))
}

pub(crate) fn invalid_code(error: CodeError) -> Refused {
    Refused::new(Code::INVALID_CODE, error.to_string())
}

pub(crate) fn join_denied(code: RoomCode) -> Refused {
    Refused::new(Code::JOIN_DENIED, format!("no room {code} on this server"))
}

pub(crate) fn room_ended() -> Refused {
    Refused::new(Code::ROOM_ENDED, "this room is over, and its history is gone")
}

pub(crate) fn not_member() -> Refused {
    Refused::new(Code::NOT_MEMBER, "not in this room")
}

pub(crate) fn room_full(max: usize) -> Refused {
    Refused::new(Code::ROOM_FULL, format!("the room is full: {max} are there")).with(Detail::Max(max as u64))
}

pub(crate) fn rooms_full(max: usize) -> Refused {
    let text = format!("the server has {max} rooms, which is the most; try again soon");
    let refused = Refused::new(Code::SERVER_FULL, text).with(Detail::Max(max as u64));
    Refused { retry_after_ms: Some(FULL_RETRY_MS), ..refused }
}

pub(crate) fn no_free_code() -> Refused {
    let refused = Refused::new(Code::SERVER_FULL, "no free room code was found; try again soon");
    Refused { retry_after_ms: Some(FULL_RETRY_MS), ..refused }
}

/// Said to a connection that is one too many.
pub(crate) fn server_full() -> Refused {
    let refused = Refused::new(Code::SERVER_FULL, "the server has as many connections as it may; try again soon");
    Refused { retry_after_ms: Some(FULL_RETRY_MS), ..refused }
}

pub(crate) fn too_many_rooms(max: usize) -> Refused {
    let text = format!("at most {max} rooms at once: leave one first");
    Refused::new(Code::TOO_MANY_ROOMS, text).with(Detail::Max(max as u64))
}

pub(crate) fn bad_cursor(after: Seq, head: Seq) -> Refused {
    let text = format!("the room's log ends at {head}, before {after}");
    Refused::new(Code::BAD_CURSOR, text).with(Detail::Head(head.0))
}

pub(crate) fn bad_range(after: Seq, before: Seq) -> Refused {
    Refused::new(Code::BAD_RANGE, format!("nothing lies after {after} and before {before}"))
}

pub(crate) fn text(error: TextError) -> Refused {
    let sentence = error.to_string();
    match error {
        TextError::Invalid => Refused::new(Code::INVALID_TEXT, sentence),
        TextError::Empty => Refused::new(Code::EMPTY_MESSAGE, sentence),
        TextError::TooManyBytes { max, .. } | TextError::TooManyLines { max, .. } => {
            Refused::new(Code::TOO_LONG, sentence).with(Detail::Max(max as u64))
        }
    }
}

pub(crate) fn id_reused() -> Refused {
    Refused::new(Code::ID_REUSED, "this id was used for another message, which stands")
}

pub(crate) fn id_too_old() -> Refused {
    Refused::new(Code::ID_TOO_OLD, "this message is so old that nobody knows whether it arrived")
}

pub(crate) fn out_of_order() -> Refused {
    Refused::new(Code::OUT_OF_ORDER, "a later message of yours was taken before this one")
}

/// Whole minutes, rounded up: who asks again then is not sent away once more.
fn hours_and_minutes(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
