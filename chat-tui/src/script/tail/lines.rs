//! An entry as a line: for a program, or for a person.

use crate::act;
use crate::zone::Zone;
use chat_proto::entry::{React, ReactionState};
use chat_proto::text::{is_shown, visible, visible_line};
use chat_proto::{Act, Entry, EntryBody, Invite, LeaveReason, RoomCode, UnixMillis};
use chrono::{DateTime, Local, SecondsFormat, TimeZone, Utc};
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};

pub(super) struct Lines {
    pub(super) is_json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    seq: u64,
    id: Option<String>,
    time: String,
    author: &'a str,
    kind: &'a str,
    text: &'a str,
    /// Of an act: what was done, and to whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    /// Of a reply: what it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u64>,
    /// Of an edit, a deletion or a reaction: what it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<u64>,
    /// Of a reaction: whether it is there from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
}

impl Lines {
    /// The code of a room just made.
    pub(super) fn code(&self, out: &mut impl Write, code: RoomCode) -> io::Result<()> {
        match self.is_json {
            true => writeln!(out, "{}", serde_json::json!({ "code": code.to_string() })),
            false => writeln!(out, "{code}"),
        }
    }

    /// What lets others into a private room just made.
    pub(super) fn invite(&self, out: &mut impl Write, code: RoomCode, invite: &Invite) -> io::Result<()> {
        let (code, invite) = (code.to_string(), invite.to_string());
        match self.is_json {
            true => writeln!(out, "{}", serde_json::json!({ "code": code, "invite": invite })),
            false => writeln!(out, "{invite}"),
        }
    }

    pub(super) fn entry(&self, out: &mut impl Write, entry: &Entry) -> io::Result<()> {
        match self.is_json {
            true => json(out, entry),
            false => plain(out, entry, &Local),
        }
    }
}

/// As it was said: a program must clean what it shows.
pub(crate) fn json(out: &mut impl Write, entry: &Entry) -> io::Result<()> {
    let author = String::from_utf8_lossy(&entry.author.name);
    let (kind, text) = told(&author, &entry.body);
    let act = if let EntryBody::Act(act) = &entry.body { Some(act) } else { None };
    let row = Row {
        seq: entry.seq.0,
        id: entry.post.map(|id| format!("{}-{}", id.instance, id.n)),
        time: at(entry.time).to_rfc3339_opts(SecondsFormat::Millis, true),
        author: &author,
        kind,
        text: &text,
        act: act.map(Act::word),
        target: act.and_then(Act::target).map(|target| String::from_utf8_lossy(&target.name).into_owned()),
        to: if let EntryBody::Reply(reply) = &entry.body { Some(reply.to.0) } else { None },
        of: entry.body.target().map(|seq| seq.0),
        state: if let EntryBody::React(react) = &entry.body { Some(react.state.word()) } else { None },
    };
    row.serialize(&mut Serializer::with_formatter(&mut *out, Harmless))?;
    out.write_all(b"\n")
}

/// JSON that shows what it says when it ends on a terminal: what JSON lets through, and a terminal obeys or hides, is
/// written as its number, and reads the same.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        fragment.chars().try_for_each(|c| match is_shown(c) {
            true => write!(out, "{c}"),
            false => c.encode_utf16(&mut units).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}")),
        })
    }
}

fn plain<Z: TimeZone<Offset: std::fmt::Display>>(out: &mut impl Write, entry: &Entry, zone: &Z) -> io::Result<()> {
    lines(out, &at(entry.time).with_timezone(zone).format("%H:%M").to_string(), entry)
}

/// The same for a file, which is read on other days.
pub(crate) fn dated(out: &mut impl Write, entry: &Entry, zone: &Zone) -> io::Result<()> {
    lines(out, &zone.local(entry.time).format("%Y-%m-%d %H:%M").to_string(), entry)
}

/// Safe to show: nothing that was said can move a cursor, and its further lines cannot pass for somebody else's.
fn lines(out: &mut impl Write, time: &str, entry: &Entry) -> io::Result<()> {
    let name = visible_line(&entry.author.name);
    let said = said(&name, &entry.body);
    let mut lines = said.split('\n');
    writeln!(out, "{time} {}", lines.next().unwrap_or_default())?;
    let indent = time.len() + 3;
    lines.try_for_each(|line| writeln!(out, "{:indent$}{line}", ""))
}

fn said(name: &str, body: &EntryBody) -> String {
    match body {
        EntryBody::Message(text) => format!("{name}  {}", visible(text)),
        EntryBody::Action(text) => format!("* {name} {}", visible(text)),
        EntryBody::Topic(topic) if topic.is_empty() => format!("- {name} cleared the topic"),
        EntryBody::Topic(topic) => format!("- {name} set the topic: {}", visible_line(topic)),
        EntryBody::Act(act) => format!("- {}", act::told(name, act)),
        EntryBody::Reply(reply) => format!("{name}  {}", visible(&reply.text)),
        EntryBody::Edit(edit) if edit.text.is_empty() => format!("- {name} erased what stood here"),
        EntryBody::Edit(edit) => format!("{name} (edited)  {}", visible(&edit.text)),
        EntryBody::Delete(_) => format!("- {name} deleted a message"),
        EntryBody::React(react) => format!("- {name} {}", reacted(react)),
        EntryBody::Forget => format!("- {name} erased what they had said"),
        EntryBody::Erased => format!("- {name} erased what stood here"),
        EntryBody::Opened => format!("- {name} opened the room"),
        EntryBody::Joined(_) => format!("- {name} joined"),
        EntryBody::Left(reason) => format!("- {name} {}", went(*reason)),
        EntryBody::Renamed(new) => format!("- {name} is now {}", visible_line(new)),
        EntryBody::Unknown { .. } => format!("- {name} did something that needs a newer client"),
    }
}

fn reacted(react: &React) -> String {
    let emoji = visible_line(&react.emoji);
    match react.state {
        ReactionState::On => format!("reacted {emoji}"),
        ReactionState::Off => format!("took {emoji} back"),
    }
}

fn went(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Quit => "quit",
        LeaveReason::Lost => "was cut off",
        LeaveReason::Leave => "left the room",
    }
}

fn told<'a>(author: &str, body: &'a EntryBody) -> (&'static str, Cow<'a, str>) {
    match body {
        EntryBody::Message(text) => ("message", String::from_utf8_lossy(text)),
        EntryBody::Action(text) => ("action", String::from_utf8_lossy(text)),
        EntryBody::Topic(topic) => ("topic", String::from_utf8_lossy(topic)),
        EntryBody::Act(act) => ("act", act::told(author, act).into()),
        EntryBody::Reply(reply) => ("reply", String::from_utf8_lossy(&reply.text)),
        EntryBody::Edit(edit) => ("edit", String::from_utf8_lossy(&edit.text)),
        EntryBody::Delete(_) => ("delete", "".into()),
        EntryBody::React(react) => ("react", String::from_utf8_lossy(&react.emoji)),
        EntryBody::Forget => ("forget", "".into()),
        EntryBody::Erased => ("erased", "".into()),
        EntryBody::Opened => ("opened", "".into()),
        EntryBody::Joined(_) => ("joined", "".into()),
        EntryBody::Left(reason) => ("left", reason.word().into()),
        EntryBody::Renamed(name) => ("renamed", String::from_utf8_lossy(name)),
        EntryBody::Unknown { .. } => ("unknown", "".into()),
    }
}

fn at(time: UnixMillis) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(time.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fixtures::message;
    use bytes::Bytes;
    use chat_proto::entry::{Delete, Edit, Reply, Target};
    use chat_proto::frame::{Role, Voice};
    use chat_proto::{Arrival, PersonId, PostId, Seq};

    const ARRIVAL: Arrival = Arrival { key: [0; 32], role: Role::Member, voice: Voice::Free };

    fn entry(body: EntryBody) -> Entry {
        Entry { body, time: UnixMillis(1_795_356_123_045), ..message(7, Seq(6)) }
    }

    fn printed(write: impl Fn(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn text(text: &'static str) -> Bytes {
        Bytes::from(text)
    }

    #[test]
    fn a_message_is_one_json_object_per_line() {
        let entry =
            Entry { post: Some(PostId { instance: 18, n: 3 }), ..entry(EntryBody::Message(text("a\n\"b\" \x1b"))) };

        let line = printed(|out| json(out, &entry));

        let object = concat!(
            r#"{"seq":7,"id":"18-3","time":"2026-11-22T14:02:03.045Z","author":"bob","kind":"message","#,
            r#""text":"a\n\"b\" \u001b"}"#,
            "\n"
        );
        assert_eq!(line, object);
    }

    #[test]
    fn a_line_for_a_program_moves_no_cursor_and_hides_nothing_either_and_reads_as_it_was_said() {
        let hostile = "a\u{9b}2J \u{7f}\u{202e}b\u{2028}\u{e0041} 👍ü";

        let line = printed(|out| json(out, &entry(EntryBody::Message(text(hostile)))));

        assert!(line.contains(r"a\u009b2J \u007f\u202eb\u2028\udb40\udc41 👍ü"), "{line}");
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["text"], hostile);
    }

    #[test]
    fn every_kind_has_its_name_and_its_text() {
        for (body, kind, said) in [
            (EntryBody::Action(text("waves")), "action", "waves"),
            (EntryBody::Topic(text("ships")), "topic", "ships"),
            (EntryBody::Forget, "forget", ""),
            (EntryBody::Reply(Reply { to: Seq(3), text: text("yes") }), "reply", "yes"),
            (EntryBody::Edit(Edit { target: Seq(3), text: text("no") }), "edit", "no"),
            (EntryBody::Delete(Delete { target: Seq(3) }), "delete", ""),
            (reaction(ReactionState::On), "react", "👍"),
            (EntryBody::Erased, "erased", ""),
            (EntryBody::Opened, "opened", ""),
            (EntryBody::Joined(ARRIVAL), "joined", ""),
            (EntryBody::Left(LeaveReason::Lost), "left", "lost"),
            (EntryBody::Renamed(text("rob")), "renamed", "rob"),
            (EntryBody::Unknown { kind: 99, body: text("?") }, "unknown", ""),
        ] {
            let line = printed(|out| json(out, &entry(body.clone())));
            let object: serde_json::Value = serde_json::from_str(&line).unwrap();
            assert_eq!((&object["kind"], &object["text"]), (&kind.into(), &said.into()));
            assert_eq!(object["id"], serde_json::Value::Null);
        }
    }

    fn reaction(state: ReactionState) -> EntryBody {
        EntryBody::React(React { target: Seq(3), emoji: text("👍"), state })
    }

    #[test]
    fn what_points_at_an_entry_tells_a_program_at_which() {
        for (body, end) in [
            (EntryBody::Reply(Reply { to: Seq(3), text: text("yes") }), "\"text\":\"yes\",\"to\":3}\n"),
            (EntryBody::Edit(Edit { target: Seq(3), text: text("no") }), "\"text\":\"no\",\"of\":3}\n"),
            (EntryBody::Delete(Delete { target: Seq(3) }), "\"text\":\"\",\"of\":3}\n"),
            (reaction(ReactionState::Off), "\"text\":\"👍\",\"of\":3,\"state\":\"off\"}\n"),
        ] {
            let line = printed(|out| json(out, &entry(body.clone())));
            assert!(line.ends_with(end), "{line}");
        }
    }

    fn act() -> EntryBody {
        EntryBody::Act(Act::Kick(Target { person: PersonId(9), name: text("carol") }))
    }

    #[test]
    fn an_act_tells_a_program_what_was_done_and_to_whom() {
        let line = printed(|out| json(out, &entry(act())));

        assert!(
            line.ends_with("\"kind\":\"act\",\"text\":\"bob removed carol\",\"act\":\"kick\",\"target\":\"carol\"}\n"),
            "{line}"
        );
        let line = printed(|out| json(out, &entry(EntryBody::Act(Act::Lock))));
        assert!(line.contains("\"act\":\"lock\"}"), "{line}");
    }

    #[test]
    fn a_message_for_a_person_cannot_move_the_cursor_or_pass_for_another() {
        let hostile = entry(EntryBody::Message(text("hi\x1b[2J\n14:02 alice  I owe bob")));

        let lines = printed(|out| plain(out, &hostile, &Utc));

        assert_eq!(lines, "14:02 bob  hi␛[2J\n        14:02 alice  I owe bob\n");
    }

    #[test]
    fn a_line_of_a_file_bears_its_day() {
        let entry = entry(EntryBody::Message(text("hi\n2026-11-22 14:02 alice  bye")));

        let lines = printed(|out| dated(out, &entry, &Zone::fixed(3600)));

        assert_eq!(lines, "2026-11-22 15:02 bob  hi\n                   2026-11-22 14:02 alice  bye\n");
    }

    #[test]
    fn what_is_not_said_is_told_in_words() {
        for (body, line) in [
            (EntryBody::Action(text("waves")), "14:02 * bob waves\n"),
            (EntryBody::Topic(text("ships")), "14:02 - bob set the topic: ships\n"),
            (EntryBody::Topic(Bytes::new()), "14:02 - bob cleared the topic\n"),
            (EntryBody::Forget, "14:02 - bob erased what they had said\n"),
            (EntryBody::Erased, "14:02 - bob erased what stood here\n"),
            (EntryBody::Joined(ARRIVAL), "14:02 - bob joined\n"),
            (EntryBody::Left(LeaveReason::Quit), "14:02 - bob quit\n"),
            (act(), "14:02 - bob removed carol\n"),
            (EntryBody::Reply(Reply { to: Seq(3), text: text("yes") }), "14:02 bob  yes\n"),
            (EntryBody::Edit(Edit { target: Seq(3), text: text("no") }), "14:02 bob (edited)  no\n"),
            (EntryBody::Edit(Edit { target: Seq(3), text: Bytes::new() }), "14:02 - bob erased what stood here\n"),
            (EntryBody::Delete(Delete { target: Seq(3) }), "14:02 - bob deleted a message\n"),
            (reaction(ReactionState::On), "14:02 - bob reacted 👍\n"),
            (reaction(ReactionState::Off), "14:02 - bob took 👍 back\n"),
            (EntryBody::Renamed(text("r\nob")), "14:02 - bob is now r ob\n"),
        ] {
            assert_eq!(printed(|out| plain(out, &entry(body.clone()), &Utc)), line);
        }
    }

    #[test]
    fn an_invite_stands_alone_on_its_line_and_beside_its_code_for_a_program() {
        let (code, invite) = (RoomCode::parse(b"AB3Z").unwrap(), Invite::parse("chat://h:7000/AB3Z").unwrap());

        assert_eq!(printed(|out| Lines { is_json: false }.invite(out, code, &invite)), "chat://h:7000/AB3Z\n");
        let object = "{\"code\":\"AB3Z\",\"invite\":\"chat://h:7000/AB3Z\"}\n";
        assert_eq!(printed(|out| Lines { is_json: true }.invite(out, code, &invite)), object);
    }

    #[test]
    fn a_code_stands_alone_on_its_line() {
        let code = RoomCode::parse(b"AB3Z").unwrap();

        assert_eq!(printed(|out| Lines { is_json: false }.code(out, code)), "AB3Z\n");
        assert_eq!(printed(|out| Lines { is_json: true }.code(out, code)), "{\"code\":\"AB3Z\"}\n");
    }
}
