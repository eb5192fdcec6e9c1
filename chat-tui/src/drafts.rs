//! What was being written when the program ended, for the room to have it again.
//!
//! ```text
//! chat drafts 1
//! {"room":"0707…","server":"chat.example.org:7000","writer":"…","at":1795352400000,"text":"half a sen","reply":7}
//! ```
//!
//! One line a room, for everybody who writes under one home: two programs in the same room share it, and the last that
//! wrote there counts. What lets somebody into a room is never kept.

use crate::about::About;
use crate::command::is_command;
use crate::destination::is_invite;
use crate::shared_file::Lines;
use chat_proto::{Fingerprint, RoomId, Seq, UnixMillis};
use serde::{Deserialize, Serialize};

/// As many as a person has rooms, and some more; the newest stay.
pub const DRAFTS_MAX: usize = 100;
/// After this, nobody knows any more what they wanted to say: 30 days.
const KEPT_MILLIS: i64 = 30 * 24 * 60 * 60 * 1000;

/// What is being written, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub text: String,
    pub about: Option<About>,
}

/// Where, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// `host:port`.
    pub server: String,
    pub room: RoomId,
    pub writer: Fingerprint,
}

/// What lies on a desk now: nothing, if it was sent or cleared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub desk: Desk,
    pub draft: Option<Draft>,
    pub at: UnixMillis,
}

/// All there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drafts(Vec<Kept>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    desk: Desk,
    draft: Draft,
    at: UnixMillis,
}

#[derive(Serialize, Deserialize)]
struct Row {
    room: String,
    server: String,
    writer: String,
    at: i64,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edit: Option<Seq>,
    /// What was being written before the edit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    before: String,
}

impl Draft {
    /// What is to be kept of what stands in a line: nothing of an empty one, of a command, nor of what lets others in.
    pub fn of(text: &str, about: Option<&About>) -> Option<Self> {
        let text = if is_command(text) { "" } else { text };
        let before = if let Some(About::Edit { draft, .. }) = about { draft.as_str() } else { "" };
        let is_any = !text.trim().is_empty() || !before.trim().is_empty();
        let is_secret = is_invite(text) || is_invite(before);
        (is_any && !is_secret).then(|| Self { text: text.to_owned(), about: about.cloned() })
    }
}

impl Drafts {
    pub fn get(&self, desk: &Desk) -> Option<&Draft> {
        self.0.iter().find(|kept| kept.desk == *desk).map(|kept| &kept.draft)
    }

    pub fn is_any_in(&self, room: RoomId) -> bool {
        self.0.iter().any(|kept| kept.desk.room == room)
    }

    /// Takes in what lies there now, and drops what is too old or too much.
    pub fn apply(&mut self, change: &Change) {
        let Change { desk, draft, at } = change;
        self.0.retain(|kept| kept.desk != *desk && at.0.saturating_sub(kept.at.0) < KEPT_MILLIS);
        self.0.extend(draft.clone().map(|draft| Kept { desk: desk.clone(), draft, at: *at }));
        let surplus = self.0.len().saturating_sub(DRAFTS_MAX);
        self.0.drain(..surplus);
    }
}

impl Lines for Drafts {
    const HEADER: &str = "chat drafts 1";

    fn take(&mut self, line: &str) -> Option<()> {
        let kept = kept(serde_json::from_str(line).ok()?)?;
        self.0.push(kept);
        Some(())
    }

    fn write(&self, out: &mut String) {
        for kept in &self.0 {
            out.push_str(&serde_json::to_string(&row(kept)).expect("strings and numbers always have a JSON form"));
            out.push('\n');
        }
    }
}

fn row(Kept { desk, draft, at }: &Kept) -> Row {
    let (reply, edit, before) = match &draft.about {
        Some(About::Reply { to }) => (Some(*to), None, ""),
        Some(About::Edit { target, draft }) => (None, Some(*target), draft.as_str()),
        None => (None, None, ""),
    };
    Row {
        room: desk.room.to_string(),
        server: desk.server.clone(),
        writer: desk.writer.to_string(),
        at: at.0,
        text: draft.text.clone(),
        reply,
        edit,
        before: before.to_owned(),
    }
}

fn kept(row: Row) -> Option<Kept> {
    let desk = Desk { room: RoomId::parse(&row.room)?, server: row.server, writer: Fingerprint::parse(&row.writer)? };
    let about = match (row.reply, row.edit) {
        (Some(to), _) => Some(About::Reply { to }),
        (None, Some(target)) => Some(About::Edit { target, draft: row.before }),
        (None, None) => None,
    };
    Some(Kept { desk, draft: Draft { text: row.text, about }, at: UnixMillis(row.at) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(room: u8) -> Desk {
        Desk { server: "localhost:7000".into(), room: RoomId([room; 16]), writer: Fingerprint::of(b"alice") }
    }

    fn change(room: u8, text: &str, at: i64) -> Change {
        Change { desk: desk(room), draft: Draft::of(text, None), at: UnixMillis(at) }
    }

    #[test]
    fn what_lets_somebody_in_is_never_kept_however_it_is_written() {
        let invite = "chat://example.org/AB3Z#CQkJCQkJCQkJCQkJCQkJCQ";
        for text in [format!("/join {invite}"), format!("come here: {invite}"), invite.to_uppercase()] {
            assert_eq!(Draft::of(&text, None), None, "{text}");
            let edit = About::Edit { target: Seq(1), draft: text };
            assert_eq!(Draft::of("hello", Some(&edit)), None);
        }
    }

    #[test]
    fn nothing_is_no_draft_but_what_waits_behind_an_edit_is_one() {
        let edit = |draft: &str| About::Edit { target: Seq(1), draft: draft.to_owned() };

        assert_eq!(Draft::of(" \n", None), None);
        assert_eq!(Draft::of("", Some(&About::Reply { to: Seq(1) })), None);
        assert_eq!(Draft::of("", Some(&edit(""))), None);
        assert!(Draft::of("", Some(&edit("waits"))).is_some());
    }

    #[test]
    fn a_command_is_no_draft_and_what_only_looks_like_one_is() {
        let edit = About::Edit { target: Seq(1), draft: "waits".to_owned() };

        assert_eq!(Draft::of("/kick bob", None), None);
        assert_eq!(Draft::of("/", Some(&About::Reply { to: Seq(1) })), None);
        assert_eq!(Draft::of("/quit", Some(&edit)), Draft::of("", Some(&edit)), "what waits behind it is kept");
        assert_eq!(Draft::of("//etc/hosts", None).unwrap().text, "//etc/hosts");
    }

    #[test]
    fn a_room_server_and_person_have_one_draft_and_others_have_theirs() {
        let mut drafts = Drafts::default();
        drafts.apply(&change(1, "first", 1));
        drafts.apply(&change(1, "second", 2));
        drafts.apply(&change(2, "elsewhere", 3));

        assert_eq!(drafts.get(&desk(1)).unwrap().text, "second");
        assert_eq!(drafts.get(&Desk { writer: Fingerprint::of(b"bob"), ..desk(1) }), None);
        assert_eq!(drafts.get(&Desk { server: "example.org:7000".into(), ..desk(1) }), None);

        drafts.apply(&change(1, "", 4));
        assert_eq!((drafts.get(&desk(1)), drafts.0.len()), (None, 1));
    }

    #[test]
    fn a_hundred_of_the_last_thirty_days_are_kept() {
        let mut drafts = Drafts::default();
        for room in 0..130 {
            drafts.apply(&change(room, "x", i64::from(room)));
        }
        assert_eq!((drafts.0.len(), drafts.get(&desk(29)), drafts.get(&desk(30)).is_some()), (DRAFTS_MAX, None, true));

        drafts.apply(&change(200, "x", KEPT_MILLIS + 128));
        assert_eq!(drafts.0.len(), 2, "that of just then, and this one");
    }
}
