//! What a server is asked for where something is looked for, and what it answers.

use crate::scene::{ROOM, TWO_O_CLOCK, bytes};
use chat_proto::entry::{Author, PersonId, Seq, UnixMillis};
use chat_proto::frame::{Beyond, Excerpt, Hit};
use chat_tui::link::LinkEvent;
use chat_tui::quest::Quest;

const HOUR: i64 = 3_600_000;
/// Before this place stands everything.
pub(crate) const FIRST: Seq = Seq(u64::MAX);

pub(crate) fn quest(words: &str) -> Quest {
    Quest { words: words.into(), from: None, since: None, until: None }
}

pub(crate) fn excerpt(seq: u64, time: i64, (person, name): (u64, &str), text: &str) -> Excerpt {
    let author = Author { person: PersonId(person), name: bytes(name) };
    Excerpt { seq: Seq(seq), time: UnixMillis(time), author, text: bytes(text) }
}

/// What was said in this place of the days before: the later, the later.
pub(crate) fn said(seq: u64, author: (u64, &str), text: &str) -> Excerpt {
    excerpt(seq, TWO_O_CLOCK - 400 * HOUR + HOUR * seq.cast_signed(), author, text)
}

/// What bob said, between carol and alice.
pub(crate) fn hit(seq: u64, text: &str) -> Hit {
    Hit {
        before: Some(said(seq - 1, (3, "carol"), "what was said just before")),
        found: said(seq, (2, "bob"), text),
        after: Some(said(seq + 1, (1, "alice"), "and what I answered")),
    }
}

/// The answer of the server.
pub(crate) fn found(words: &str, before: Seq, hits: Vec<Hit>, beyond: Beyond) -> LinkEvent {
    LinkEvent::Found { room: ROOM, quest: quest(words), before, hits, beyond }
}
