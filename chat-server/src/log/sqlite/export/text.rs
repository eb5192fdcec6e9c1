//! An entry as a line of a chat, or as many lines as it has.

use super::json::rfc_3339;
use crate::log::sqlite::visiting::Visited;
use chat_proto::EntryBody;
use chat_proto::entry::{Act, React, ReactionState};
use chat_proto::text::{visible, visible_line};
use std::io::{self, Write};

/// In front of further lines: none begins where an entry does.
const INDENT: &str = "                       ";

pub(super) fn write(entry: &Visited, out: &mut dyn Write) -> io::Result<()> {
    let time = rfc_3339(entry.time).replace('T', " ");
    let (seconds, _) = time.split_once('.').unwrap_or((&time, ""));
    let said = said(&visible_line(&entry.author.name), &entry.body).replace('\n', &format!("\n{INDENT}"));
    writeln!(out, "{seconds}  {said}")
}

fn said(author: &str, body: &EntryBody) -> String {
    match body {
        EntryBody::Message(text) => format!("<{author}> {}", visible(text)),
        EntryBody::Action(text) => format!("* {author} {}", visible(text)),
        EntryBody::Topic(topic) if topic.is_empty() => format!("-- {author} cleared the topic"),
        EntryBody::Topic(topic) => format!("-- {author} set the topic: {}", visible_line(topic)),
        EntryBody::Act(act) => format!("-- {author}: {}", act_text(act)),
        EntryBody::Reply(reply) => format!("<{author}> (to {}) {}", reply.to, visible(&reply.text)),
        EntryBody::Edit(edit) if edit.text.is_empty() => format!("-- erased by {author}"),
        EntryBody::Edit(edit) => format!("<{author}> ({} edited) {}", edit.target, visible(&edit.text)),
        EntryBody::Delete(delete) => format!("-- {author} deleted {}", delete.target),
        EntryBody::React(react) => format!("-- {author}: {}", reaction_text(react)),
        EntryBody::Forget => format!("-- {author} erased what they had said"),
        EntryBody::Erased => format!("-- erased by {author}"),
        EntryBody::Opened => format!("-- {author} opened the room"),
        EntryBody::Joined(_) => format!("-- {author} joined"),
        EntryBody::Left(reason) => format!("-- {author} left ({})", reason.word()),
        EntryBody::Renamed(name) => format!("-- {author} is called {} now", visible_line(name)),
        EntryBody::Unknown { kind, .. } => format!("-- {author}: something of kind {kind}"),
    }
}

fn reaction_text(react: &React) -> String {
    let emoji = visible_line(&react.emoji);
    match react.state {
        ReactionState::On => format!("{emoji} to {}", react.target),
        ReactionState::Off => format!("no {emoji} to {} any more", react.target),
    }
}

fn act_text(act: &Act) -> String {
    let target = act.target().map(|target| format!(" {}", visible_line(&target.name)));
    format!("{}{}", act.word(), target.unwrap_or_default())
}
