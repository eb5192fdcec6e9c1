//! Every refusal with its sentence: what is wrong, and where it helps, what to do.

use crate::log::search::SearchError;
use crate::log::{NotWritten, ReadError};
use bytes::Bytes;
use chat_proto::emoji::EmojiError;
use chat_proto::limits::{EDITS_PER_MESSAGE, EMOJI_PER_MESSAGE, REACTIONS_PER_MESSAGE};
use chat_proto::name::{CodeError, NickError};
use chat_proto::text::TextError;
use chat_proto::{Code, Detail, Nick, Refused, RoomCode, Seq, VERSION_MAX, VERSION_MIN};
use std::time::Duration;

/// How long a full server asks a client to wait.
const FULL_RETRY: Duration = Duration::from_secs(5);

/// A refusal that asking again later may turn.
fn until(wait: Duration, refused: Refused) -> Refused {
    // Rounded up: whoever comes back then does not come too early.
    let millis = wait.as_nanos().div_ceil(1_000_000);
    Refused { retry_after_ms: Some(u32::try_from(millis).unwrap_or(u32::MAX)), ..refused }
}

/// A wait as it is said, in whole seconds, minutes or hours, rounded up.
fn spoken(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let minutes = seconds.div_ceil(60);
    match (seconds, minutes) {
        (0..120, _) => format!("{seconds} s"),
        (_, 0..120) => format!("{minutes} min"),
        (_, _) => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

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
        spoken(rests)
    );
    until(rests, Refused::new(Code::TOO_MANY_NAMES, text).with(Detail::Max(max as u64)))
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
    Refused::new(Code::ROOM_ENDED, "this room has ended, or you are no longer let in")
}

pub(crate) fn not_member() -> Refused {
    Refused::new(Code::NOT_MEMBER, "not in this room")
}

pub(crate) fn room_full(max: usize) -> Refused {
    Refused::new(Code::ROOM_FULL, format!("the room is full: {max} are there")).with(Detail::Max(max as u64))
}

pub(crate) fn rooms_full(max: usize) -> Refused {
    let text = format!("the server has {max} rooms, which is the most; try again soon");
    until(FULL_RETRY, Refused::new(Code::SERVER_FULL, text).with(Detail::Max(max as u64)))
}

pub(crate) fn no_free_code() -> Refused {
    until(FULL_RETRY, Refused::new(Code::SERVER_FULL, "no free room code was found; try again soon"))
}

/// Said to a connection that is one too many.
pub(crate) fn server_full() -> Refused {
    until(FULL_RETRY, Refused::new(Code::SERVER_FULL, "the server has as many connections as it may; try again soon"))
}

/// Said to a stranger whose place is another's now.
pub(crate) fn evicted() -> Refused {
    let text = "too many connections have not logged in, and this one's place went to another; try again soon";
    until(FULL_RETRY, Refused::new(Code::SERVER_FULL, text))
}

pub(crate) fn too_many_connections(max: usize) -> Refused {
    let text = format!("your address has {max} connections to this server, which is the most; close one first");
    until(FULL_RETRY, Refused::new(Code::RATE_LIMITED, text).with(Detail::Max(max as u64)))
}

pub(crate) fn connects_too_fast(wait: Duration) -> Refused {
    let text = format!("your address connects too often; try again in {}", spoken(wait));
    until(wait, Refused::new(Code::RATE_LIMITED, text))
}

pub(crate) fn address_punished(wait: Duration) -> Refused {
    let text = format!("logins from your address have failed; try again in {}", spoken(wait));
    until(wait, Refused::new(Code::RATE_LIMITED, text))
}

pub(crate) fn too_many_guesses(wait: Duration) -> Refused {
    let text = format!("too many wrong codes from your address; try again in {}, or use an invite", spoken(wait));
    until(wait, Refused::new(Code::RATE_LIMITED, text))
}

pub(crate) fn creates_too_fast(wait: Duration) -> Refused {
    let text = format!("your key opens rooms too often; try again in {}", spoken(wait));
    until(wait, Refused::new(Code::RATE_LIMITED, text))
}

pub(crate) fn too_many_rooms_opened(max: usize) -> Refused {
    let text = format!("your key has {max} rooms open on this server, which is the most; one of them must end first");
    Refused::new(Code::TOO_MANY_ROOMS, text).with(Detail::Max(max as u64))
}

pub(crate) fn too_many_rooms_opened_from_here(max: usize) -> Refused {
    let text = format!("{max} rooms are open that your address opened, which is the most; one of them must end first");
    Refused::new(Code::TOO_MANY_ROOMS, text).with(Detail::Max(max as u64))
}

pub(crate) fn people_full(max: usize) -> Refused {
    let text = format!("the server remembers {max} names, which is the most, and all are in use; try again soon");
    until(FULL_RETRY, Refused::new(Code::SERVER_FULL, text).with(Detail::Max(max as u64)))
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

pub(crate) fn bad_search(error: SearchError) -> Refused {
    Refused::new(Code::BAD_SEARCH, error.to_string())
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

pub(crate) fn emoji(error: EmojiError) -> Refused {
    Refused::new(Code::INVALID_EMOJI, error.to_string())
}

pub(crate) fn no_such_message() -> Refused {
    Refused::new(Code::NO_SUCH_MESSAGE, "there is no such message here, or it is not kept any more")
}

pub(crate) fn not_yours() -> Refused {
    Refused::new(Code::NOT_YOURS, "only who wrote a message changes it; whoever keeps order here may delete it")
}

pub(crate) fn too_many_edits() -> Refused {
    let text = format!("this message was edited {EDITS_PER_MESSAGE} times, which is the most: say it anew");
    Refused::new(Code::NOT_ALLOWED, text).with(Detail::Max(EDITS_PER_MESSAGE as u64))
}

pub(crate) fn too_many_reactions() -> Refused {
    let text = format!(
        "this message has as many reactions as it may: {EMOJI_PER_MESSAGE} different ones, or {REACTIONS_PER_MESSAGE} in all"
    );
    Refused::new(Code::TOO_MANY_REACTIONS, text)
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

pub(crate) fn not_written(why: NotWritten) -> Refused {
    match why {
        NotWritten::Full => storage_full(),
        NotWritten::Unkeepable => not_kept(),
    }
}

pub(crate) fn storage_full() -> Refused {
    Refused::new(Code::STORAGE_FULL, "the server's disk is full: nothing more is kept until there is place again")
}

fn not_kept() -> Refused {
    Refused::new(Code::INTERNAL, "the server has a defect, and cannot keep this")
}

/// Said to whoever asked, or waits. The operator is told why.
#[expect(clippy::needless_pass_by_value, reason = "turns an error into a refusal")]
pub(crate) fn storage_failed(error: ReadError) -> Refused {
    tracing::error!(%error, "a client was turned away");
    Refused::new(Code::STORAGE_FAILED, "the server cannot read its history; whoever runs it has been told")
}

pub(crate) fn operators_only() -> Refused {
    Refused::new(Code::NOT_ALLOWED, "only the owner and the operators of this room do that")
}

pub(crate) fn owner_only() -> Refused {
    Refused::new(Code::NOT_ALLOWED, "only the owner of this room does that")
}

pub(crate) fn not_against(whom: &str) -> Refused {
    Refused::new(Code::NOT_ALLOWED, format!("operators do not do that to {whom}"))
}

pub(crate) fn not_oneself() -> Refused {
    Refused::new(Code::NOT_ALLOWED, "nobody does that to themselves; to go, leave the room")
}

pub(crate) fn not_by_hand() -> Refused {
    Refused::new(Code::NOT_ALLOWED, "a room passes on by itself, when its owner leaves it")
}

pub(crate) fn between_two() -> Refused {
    Refused::new(
        Code::NOT_ALLOWED,
        "this room is between two people: nobody keeps order in it, and nobody else comes in",
    )
}

pub(crate) fn direct_by_hand() -> Refused {
    Refused::new(Code::NOT_ALLOWED, "a room between two people is opened with somebody, not created")
}

pub(crate) fn not_with_oneself() -> Refused {
    Refused::new(Code::NOT_ALLOWED, "a direct room is for two people, and this is you")
}

/// The same for a number that nobody has: whoever counts through all numbers learns nothing.
pub(crate) fn nobody_here() -> Refused {
    Refused::new(Code::NO_SUCH_PERSON, "nobody of this number is in a room with you")
}

pub(crate) fn too_many_direct_rooms(max: usize) -> Refused {
    let text = format!("at most {max} direct rooms: leave one first");
    Refused::new(Code::TOO_MANY_ROOMS, text).with(Detail::Max(max as u64))
}

pub(crate) fn too_many_direct_rooms_of_other(max: usize) -> Refused {
    let text = format!("they have {max} direct rooms, which is the most; they would have to leave one first");
    Refused::new(Code::TOO_MANY_ROOMS, text).with(Detail::Max(max as u64))
}

pub(crate) fn gone_by_hand() -> Refused {
    Refused::new(Code::NOT_ALLOWED, "nobody says that they are gone: leave, or say that you are away")
}

pub(crate) fn away_too_long(max: usize) -> Refused {
    let text = format!("what you say about being away may have at most {max} bytes");
    Refused::new(Code::TOO_LONG, text).with(Detail::Max(max as u64))
}

pub(crate) fn list_full(max: usize) -> Refused {
    let text = format!("{max} are on this list already, which is the most: take somebody off it first");
    Refused::new(Code::NOT_ALLOWED, text).with(Detail::Max(max as u64))
}

pub(crate) fn own_address(name: &Nick) -> Refused {
    let text =
        format!("{name} comes through the server's own machine, whose address is never banned: ban them without it");
    Refused::new(Code::NOT_ALLOWED, text)
}

pub(crate) fn no_address(name: &Nick) -> Refused {
    let text = format!("it is not known where {name} comes from: ban them without their address");
    Refused::new(Code::NOT_ALLOWED, text)
}

pub(crate) fn muted() -> Refused {
    Refused::new(Code::MUTED, "you are muted in this room: you may read, not write")
}

pub(crate) fn no_such_person(name: &str) -> Refused {
    Refused::new(Code::NO_SUCH_PERSON, format!("nobody on this server is called {name}"))
}

pub(crate) fn not_here(name: &Nick) -> Refused {
    Refused::new(Code::NO_SUCH_PERSON, format!("{name} is not in this room"))
}

pub(crate) fn not_listed(name: &str, what: &str) -> Refused {
    Refused::new(Code::NO_SUCH_PERSON, format!("{name} is not {what}"))
}

/// Says who is banned, as far as a sentence holds it.
pub(crate) fn not_banned<'a>(name: &str, banned: impl Iterator<Item = &'a str>) -> Refused {
    /// What a sentence has room for, beside the longest name and the words.
    const LIST_BYTES: usize = 300;
    let mut banned: Vec<_> = banned.collect();
    banned.sort_unstable();
    let mut bytes = 0;
    let fits = |name: &&&str| {
        bytes += name.len() + ", ".len();
        bytes <= LIST_BYTES
    };
    let count = banned.iter().take_while(fits).count();
    let list = match (&banned[..count], banned.len() - count) {
        ([], 0) => "nobody is".to_owned(),
        (names, 0) => names.join(", "),
        (names, more) => format!("{} and {more} more", names.join(", ")),
    };
    Refused::new(Code::NO_SUCH_PERSON, format!("{name} is not banned here; banned: {list}"))
}

pub(crate) fn not_private() -> Refused {
    Refused::new(Code::NOT_PRIVATE, "this room is open: it has no secret to replace")
}

/// A name in a sentence, if it is one.
pub(crate) fn shown(name: &[u8]) -> String {
    Nick::parse(name).map_or_else(|_| "this person".to_owned(), |name| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::limits::{NAME_BYTES, SENTENCE_BYTES};

    #[test]
    fn however_many_are_banned_the_sentence_that_names_them_has_an_end() {
        let marks = "a\u{323}\u{323}\u{323}\u{323}\u{323}\u{323}\u{323}\u{323}";
        let long = marks.repeat(NAME_BYTES / marks.len());
        assert!(Nick::parse(long.as_bytes()).is_ok(), "a long name is a name");
        let banned = vec![long.as_str(); 1_000];

        let none = not_banned(&long, std::iter::empty());
        let many = not_banned(&long, banned.iter().copied());

        assert!(none.text.ends_with(b"banned: nobody is"));
        assert!(many.text.len() <= SENTENCE_BYTES, "{} bytes", many.text.len());
        assert!(many.text.ends_with(b"998 more"), "{}", String::from_utf8_lossy(&many.text));
    }
}
