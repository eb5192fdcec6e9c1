//! Slash commands: one row each. The parser, completion and the help overlay read this table.

mod arguments;
mod search;

pub use search::search;

use crate::attendance;
use crate::destination::Destination;
use crate::export::Wanted;
use crate::level::Level;
use crate::quest::{Moment, Typed};
use crate::share::View;
use arguments::{
    at, ban, bare, create, ignore, invite, join, me, message, name, nick, notify, react, reply, theme, topic,
};
use chat_proto::frame::{Door, Keep};
use chat_proto::{Act, Emoji, Nick, Text, Topic};

/// What a command asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Help,
    Me(Text),
    /// To the selected message, or the last of somebody else.
    Reply(Text),
    EditLast,
    React(Emoji),
    Join(Destination),
    Create(Door, Keep),
    Invite(View),
    Leave,
    Nick(Nick),
    ShowTopic,
    Topic(Topic),
    /// Its target has a name, and nobody has looked yet who that is.
    Act(Act),
    Whois(Nick),
    WhoAmI,
    Ignore(Nick),
    ShowIgnored,
    Unignore(Nick),
    /// To somebody alone, with something to say or without.
    Message(Nick, Option<Text>),
    Away(Topic),
    Back,
    Search(Typed),
    Mentions,
    At(Moment),
    /// To a room that is called like this.
    Switch(String),
    Export(Wanted),
    ShowLevel,
    SetLevel(Level),
    ListThemes,
    Theme(String),
    Forget,
    Quit,
    Clear,
    Plain,
    Resend,
    Discard,
}

/// A row of the table.
#[derive(Debug)]
pub struct Command {
    /// What is typed after the slash; the first is the one that help shows.
    pub names: &'static [&'static str],
    pub args: &'static str,
    pub help: &'static str,
    parse: fn(&str) -> Result<Action, String>,
}

/// What is wanted first comes first: where somebody looks for a command, not all of them fit.
pub const COMMANDS: &[Command] = &[
    Command {
        names: &["join", "j"],
        args: "<code | invite>",
        help: "enter another room, or go back to one",
        parse: join,
    },
    Command {
        names: &["create"],
        args: "[private] [7d | forever]",
        help: "open a new room: by invite alone, keeping what is said so long",
        parse: create,
    },
    Command {
        names: &["msg", "dm", "query"],
        args: "<name> [text]",
        help: "speak with somebody alone; without a text, go there",
        parse: message,
    },
    Command { names: &["invite"], args: "[qr]", help: "show and copy the line that brings others here", parse: invite },
    Command {
        names: &["search"],
        args: "<words> [from:name] [since:day] [before:day]",
        help: "look for messages: words, begin*, \"a phrase\"; days as 2026-11-15, today, yesterday",
        parse: |args| Typed::parse(args).map(Action::Search),
    },
    Command {
        names: &["theme"],
        args: "[name | auto]",
        help: "choose what everything looks like; alone, try them all",
        parse: theme,
    },
    Command {
        names: &["away"],
        args: "[word]",
        help: "tell others that you are away, and why",
        parse: |args| attendance::word(args).map(Action::Away),
    },
    Command {
        names: &["back"],
        args: "",
        help: "tell them that you are here again",
        parse: |args| bare(args, Action::Back),
    },
    Command { names: &["help"], args: "", help: "show keys and commands", parse: |args| bare(args, Action::Help) },
    Command {
        names: &["switch", "rooms"],
        args: "[room]",
        help: "go to a room by its code, topic or name; alone, list them",
        parse: |args| Ok(Action::Switch(args.to_owned())),
    },
    Command { names: &["topic"], args: "[text | -]", help: "show, set or clear the topic", parse: topic },
    Command { names: &["leave", "part"], args: "", help: "give up this room", parse: |args| bare(args, Action::Leave) },
    Command { names: &["nick"], args: "<name>", help: "take another name", parse: nick },
    Command {
        names: &["notify"],
        args: "[all | mentions | nothing]",
        help: "show or set what of this room calls you",
        parse: notify,
    },
    Command { names: &["me"], args: "<does>", help: "say what you do: /me waves", parse: me },
    Command { names: &["reply"], args: "<text>", help: "answer the selected message, or the last one", parse: reply },
    Command {
        names: &["edit"],
        args: "",
        help: "put your last message otherwise",
        parse: |args| bare(args, Action::EditLast),
    },
    Command {
        names: &["react"],
        args: "<:name: | emoji>",
        help: "react to the selected message, or the last one; again: take it back",
        parse: react,
    },
    Command {
        names: &["mentions"],
        args: "",
        help: "list what names you, in every room that is open",
        parse: |args| bare(args, Action::Mentions),
    },
    Command {
        names: &["at"],
        args: "<time>",
        help: "go to what was said then: 14:05, yesterday 14:05, 2026-11-20, 2026-11-20 14:05",
        parse: |args| Moment::parse(args).map(Action::At),
    },
    Command {
        names: &["export"],
        args: "<file> [--json]",
        help: "write what this room keeps into a new file, as text or, for a program, as JSON lines",
        parse: |args| Wanted::parse(args).map(Action::Export),
    },
    Command {
        names: &["forget"],
        args: "",
        help: "erase everything that you have said in this room",
        parse: |args| bare(args, Action::Forget),
    },
    Command {
        names: &["clear"],
        args: "",
        help: "empty the screen, keep the history",
        parse: |args| bare(args, Action::Clear),
    },
    Command {
        names: &["plain"],
        args: "",
        help: "lines of text instead of the screen, as for a screen reader; again: back",
        parse: |args| bare(args, Action::Plain),
    },
    Command {
        names: &["whois"],
        args: "<name>",
        help: "show a person's fingerprint, and what is known of them",
        parse: |args| name(args).map(Action::Whois),
    },
    Command {
        names: &["whoami"],
        args: "",
        help: "show your fingerprint, and the names of your key",
        parse: |args| bare(args, Action::WhoAmI),
    },
    Command {
        names: &["ignore"],
        args: "[name]",
        help: "hide what somebody says, under any name; alone, list whom",
        parse: ignore,
    },
    Command {
        names: &["unignore"],
        args: "<name>",
        help: "show it again",
        parse: |args| name(args).map(Action::Unignore),
    },
    Command {
        names: &["kick"],
        args: "<name>",
        help: "remove somebody, who may return after a while",
        parse: |args| at(args, Act::Kick),
    },
    Command {
        names: &["ban"],
        args: "<name> [address]",
        help: "keep somebody's key out; with address, everybody from there",
        parse: ban,
    },
    Command { names: &["unban"], args: "<name>", help: "take a ban back", parse: |args| at(args, Act::Unban) },
    Command { names: &["op"], args: "<name>", help: "let somebody keep order too", parse: |args| at(args, Act::Op) },
    Command { names: &["deop"], args: "<name>", help: "take that back", parse: |args| at(args, Act::Deop) },
    Command { names: &["mute"], args: "<name>", help: "let somebody only read", parse: |args| at(args, Act::Mute) },
    Command { names: &["unmute"], args: "<name>", help: "let them speak again", parse: |args| at(args, Act::Unmute) },
    Command {
        names: &["lock"],
        args: "",
        help: "close the door: only members come in",
        parse: |args| bare(args, Action::Act(Act::Lock)),
    },
    Command { names: &["unlock"], args: "", help: "open it again", parse: |args| bare(args, Action::Act(Act::Unlock)) },
    Command {
        names: &["rekey"],
        args: "",
        help: "replace a private room's secret: older invites no longer work",
        parse: |args| bare(args, Action::Act(Act::Rekey)),
    },
    Command {
        names: &["resend"],
        args: "",
        help: "send a message that was left over",
        parse: |args| bare(args, Action::Resend),
    },
    Command {
        names: &["discard"],
        args: "",
        help: "discard a message that was not sent",
        parse: |args| bare(args, Action::Discard),
    },
    Command { names: &["quit", "exit"], args: "", help: "end the program", parse: |args| bare(args, Action::Quit) },
];

/// A line as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// To be said: the line itself, or what stands behind the first slash of `//`.
    Say(String),
    Do(Action),
}

/// Reads a line. `//x` says `/x`; what looks like a command but is none is never said.
///
/// # Errors
/// A sentence for whoever typed it.
pub fn parse(line: &str) -> Result<Line, String> {
    let Some(rest) = line.strip_prefix('/') else { return Ok(Line::Say(line.to_owned())) };
    if rest.starts_with('/') {
        return Ok(Line::Say(rest.to_owned()));
    }
    let (name, args) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match named(name) {
        Some(command) => (command.parse)(args.trim()).map(Line::Do),
        None => Err(format!("there is no command /{name}: /help lists them, //{name} says it")),
    }
}

/// Whether this line is carried out, or would be, and not said.
pub fn is_command(line: &str) -> bool {
    line.starts_with('/') && !line.starts_with("//")
}

/// The command that this line begins with, as it was called, if something stands behind its name.
pub fn begun(line: &str) -> Option<(&str, &'static Command)> {
    let (name, _) = line.strip_prefix('/')?.split_once(char::is_whitespace)?;
    Some((name, named(name)?))
}

fn named(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.names.contains(&name.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests;
