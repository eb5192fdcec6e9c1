//! Slash commands: one row each. The parser, completion and the help overlay read this table.

use crate::attendance;
use crate::destination::Destination;
use crate::emoji;
use crate::export::Wanted;
use crate::keep;
use crate::level::Level;
use crate::quest::{Moment, Typed};
use crate::share::View;
use chat_proto::entry::{BanScope, Target};
use chat_proto::frame::{Door, Keep};
use chat_proto::{Act, Emoji, Nick, PersonId, Text, Topic};

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

pub const COMMANDS: &[Command] = &[
    Command { names: &["help"], args: "", help: "show keys and commands", parse: |args| bare(args, Action::Help) },
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
        names: &["join", "j"],
        args: "<code | invite>",
        help: "enter another room, or go back to one",
        parse: join,
    },
    Command {
        names: &["switch", "rooms"],
        args: "[room]",
        help: "go to a room by its code, topic or name; alone, list them",
        parse: |args| Ok(Action::Switch(args.to_owned())),
    },
    Command {
        names: &["create"],
        args: "[private] [7d | forever]",
        help: "open a new room: by invite alone, keeping what is said so long",
        parse: create,
    },
    Command { names: &["invite"], args: "[qr]", help: "show and copy the line that brings others here", parse: invite },
    Command { names: &["leave", "part"], args: "", help: "give up this room", parse: |args| bare(args, Action::Leave) },
    Command { names: &["nick"], args: "<name>", help: "take another name", parse: nick },
    Command { names: &["topic"], args: "[text | -]", help: "show, set or clear the topic", parse: topic },
    Command {
        names: &["notify"],
        args: "[all | mentions | nothing]",
        help: "show or set what of this room calls you",
        parse: notify,
    },
    Command {
        names: &["kick"],
        args: "<name>",
        help: "remove somebody, who may return after 10 minutes",
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
        names: &["msg", "dm", "query"],
        args: "<name> [text]",
        help: "speak with somebody alone; without a text, go there",
        parse: message,
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
    Command {
        names: &["search"],
        args: "<words> [from:name] [since:day] [before:day]",
        help: "look for messages: words, begin*, \"a phrase\"; days as 2026-11-15, today, yesterday",
        parse: |args| Typed::parse(args).map(Action::Search),
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
        names: &["theme"],
        args: "[name | auto]",
        help: "choose what everything looks like; alone, try them all",
        parse: theme,
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
    match COMMANDS.iter().find(|command| command.names.contains(&name.to_lowercase().as_str())) {
        Some(command) => (command.parse)(args.trim()).map(Line::Do),
        None => Err(format!("there is no command /{name}: /help lists them, //{name} says it")),
    }
}

/// Every name, for completion.
pub fn names() -> Vec<&'static str> {
    COMMANDS.iter().flat_map(|command| command.names.iter().copied()).collect()
}

fn bare(args: &str, action: Action) -> Result<Action, String> {
    match args {
        "" => Ok(action),
        _ => Err("this command takes nothing behind it".to_owned()),
    }
}

fn notify(args: &str) -> Result<Action, String> {
    match (args, Level::parse(args)) {
        ("", _) => Ok(Action::ShowLevel),
        (_, Some(level)) => Ok(Action::SetLevel(level)),
        (_, None) => Err("say /notify all, /notify mentions or /notify nothing".to_owned()),
    }
}

fn me(args: &str) -> Result<Action, String> {
    match args {
        "" => Err("say what you do: /me waves".to_owned()),
        _ => Text::parse(args.as_bytes()).map(Action::Me).map_err(|error| error.to_string()),
    }
}

fn reply(args: &str) -> Result<Action, String> {
    match args {
        "" => Err("say what you answer: /reply yes".to_owned()),
        _ => Text::parse(args.as_bytes()).map(Action::Reply).map_err(|error| error.to_string()),
    }
}

fn react(args: &str) -> Result<Action, String> {
    let name = args.trim_matches(':');
    let named = emoji::named(name).unwrap_or(args);
    let unknown = |_| match name {
        "" => "say with which emoji: /react :tada:, or :ta and Tab for its name".to_owned(),
        _ => format!(
            "there is no emoji of the name {name}; /react :tada: reacts with one, :ta and Tab completes its name"
        ),
    };
    Emoji::parse(named.as_bytes()).map(Action::React).map_err(unknown)
}

fn join(args: &str) -> Result<Action, String> {
    Destination::parse(args).map(Action::Join).map_err(|error| error.to_string())
}

fn create(args: &str) -> Result<Action, String> {
    match args {
        "" => Ok(Action::Create(Door::Open, Keep::Default)),
        "private" => Ok(Action::Create(Door::Private, Keep::Default)),
        _ => create_kept(args),
    }
}

/// With a span behind it.
fn create_kept(args: &str) -> Result<Action, String> {
    let (door, span) = match args.strip_prefix("private ") {
        Some(span) => (Door::Private, span),
        None => (Door::Open, args),
    };
    let keep = keep::parse(span).map_err(|error| format!("/create, /create private, or a span behind it: {error}"))?;
    Ok(Action::Create(door, keep))
}

fn invite(args: &str) -> Result<Action, String> {
    match args {
        "" => Ok(Action::Invite(View::Line)),
        "qr" => Ok(Action::Invite(View::Qr)),
        _ => Err("/invite shows the line, /invite qr its QR code".to_owned()),
    }
}

fn nick(args: &str) -> Result<Action, String> {
    Nick::parse(args.as_bytes()).map(Action::Nick).map_err(|error| error.to_string())
}

fn topic(args: &str) -> Result<Action, String> {
    match args {
        "" => Ok(Action::ShowTopic),
        "-" => Ok(Action::Topic(Topic::default())),
        _ => Topic::parse(args.as_bytes()).map(Action::Topic).map_err(|error| error.to_string()),
    }
}

/// A name, as it is typed or completed: with or without `@`.
fn name(args: &str) -> Result<Nick, String> {
    let name = args.strip_prefix('@').unwrap_or(args);
    Nick::parse(name.as_bytes()).map_err(|error| error.to_string())
}

fn message(args: &str) -> Result<Action, String> {
    let (typed, text) = args.split_once(char::is_whitespace).unwrap_or((args, ""));
    if typed.is_empty() {
        return Err("say with whom: /msg bob, or /msg bob hello".to_owned());
    }
    let name = name(typed)?;
    match text.trim() {
        "" => Ok(Action::Message(name, None)),
        text => {
            let text = Text::parse(text.as_bytes()).map_err(|error| error.to_string())?;
            Ok(Action::Message(name, Some(text)))
        }
    }
}

fn at(args: &str, act: fn(Target) -> Act) -> Result<Action, String> {
    name(args).map(|name| Action::Act(act(Target { person: PersonId(0), name: name.to_string().into() })))
}

fn ban(args: &str) -> Result<Action, String> {
    match args.split_once(char::is_whitespace).map(|(name, scope)| (name, scope.trim_start())) {
        None => at(args, |target| Act::Ban(target, BanScope::Key)),
        Some((name, "address")) => at(name, |target| Act::Ban(target, BanScope::Address)),
        Some(_) => Err("say /ban bob, or /ban bob address".to_owned()),
    }
}

fn ignore(args: &str) -> Result<Action, String> {
    match args {
        "" => Ok(Action::ShowIgnored),
        _ => name(args).map(Action::Ignore),
    }
}

fn theme(args: &str) -> Result<Action, String> {
    match args {
        "" => Ok(Action::ListThemes),
        _ if args.contains(char::is_whitespace) => Err("say /theme, or /theme light".to_owned()),
        _ => Ok(Action::Theme(args.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        Text::parse(text.as_bytes()).unwrap()
    }

    fn target(name: &str) -> Target {
        Target { person: PersonId(0), name: name.to_owned().into() }
    }

    #[test]
    fn every_command_is_understood() {
        let table = [
            ("/help", Action::Help),
            ("/me waves", Action::Me(text("waves"))),
            ("/reply  yes, it did", Action::Reply(text("yes, it did"))),
            ("/edit", Action::EditLast),
            ("/react :tada:", Action::React(Emoji::parse("🎉".as_bytes()).unwrap())),
            ("/react 🎉", Action::React(Emoji::parse("🎉".as_bytes()).unwrap())),
            ("/join ab3z", Action::Join(Destination::parse("AB3Z").unwrap())),
            ("/j AB3Z ", Action::Join(Destination::parse("AB3Z").unwrap())),
            ("/join chat://h/AB3Z", Action::Join(Destination::parse("chat://h:7000/AB3Z").unwrap())),
            ("/switch release", Action::Switch("release".into())),
            ("/rooms", Action::Switch(String::new())),
            ("/notify", Action::ShowLevel),
            ("/notify nothing", Action::SetLevel(Level::Nothing)),
            ("/create", Action::Create(Door::Open, Keep::Default)),
            ("/create private", Action::Create(Door::Private, Keep::Default)),
            ("/create 7d", Action::Create(Door::Open, Keep::Millis(604_800_000))),
            ("/create private  forever", Action::Create(Door::Private, Keep::Forever)),
            ("/invite", Action::Invite(View::Line)),
            ("/invite qr", Action::Invite(View::Qr)),
            ("/leave", Action::Leave),
            ("/nick bob", Action::Nick(Nick::parse(b"bob").unwrap())),
            ("/topic", Action::ShowTopic),
            ("/topic release planning", Action::Topic(Topic::parse(b"release planning").unwrap())),
            ("/topic -", Action::Topic(Topic::default())),
            ("/kick bob", Action::Act(Act::Kick(target("bob")))),
            ("/kick @Bob ", Action::Act(Act::Kick(target("Bob")))),
            ("/ban bob", Action::Act(Act::Ban(target("bob"), BanScope::Key))),
            ("/ban bob  address", Action::Act(Act::Ban(target("bob"), BanScope::Address))),
            ("/unban bob", Action::Act(Act::Unban(target("bob")))),
            ("/op bob", Action::Act(Act::Op(target("bob")))),
            ("/deop bob", Action::Act(Act::Deop(target("bob")))),
            ("/mute bob", Action::Act(Act::Mute(target("bob")))),
            ("/unmute bob", Action::Act(Act::Unmute(target("bob")))),
            ("/lock", Action::Act(Act::Lock)),
            ("/unlock", Action::Act(Act::Unlock)),
            ("/rekey", Action::Act(Act::Rekey)),
            ("/whois bob", Action::Whois(Nick::parse(b"bob").unwrap())),
            ("/whoami", Action::WhoAmI),
            ("/ignore bob", Action::Ignore(Nick::parse(b"bob").unwrap())),
            ("/ignore", Action::ShowIgnored),
            ("/unignore bob", Action::Unignore(Nick::parse(b"bob").unwrap())),
            ("/msg bob", Action::Message(Nick::parse(b"bob").unwrap(), None)),
            ("/dm @bob hi there", Action::Message(Nick::parse(b"bob").unwrap(), Some(text("hi there")))),
            ("/query bob", Action::Message(Nick::parse(b"bob").unwrap(), None)),
            ("/away", Action::Away(Topic::default())),
            ("/away at lunch", Action::Away(Topic::parse(b"at lunch").unwrap())),
            ("/back", Action::Back),
            ("/search a from:bob", Action::Search(Typed::parse("a from:bob").unwrap())),
            ("/mentions", Action::Mentions),
            ("/theme", Action::ListThemes),
            ("/at yesterday 14:05", Action::At(Moment::parse("yesterday 14:05").unwrap())),
            ("/export ~/notes.txt", Action::Export(Wanted::parse("~/notes.txt").unwrap())),
            ("/theme light", Action::Theme("light".into())),
            ("/forget", Action::Forget),
            ("/clear", Action::Clear),
            ("/plain", Action::Plain),
            ("/resend", Action::Resend),
            ("/discard", Action::Discard),
            ("/quit", Action::Quit),
            ("/exit", Action::Quit),
            ("/QUIT", Action::Quit),
        ];
        for (line, action) in table {
            assert_eq!(parse(line), Ok(Line::Do(action)), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_command_is_a_sentence() {
        let lines = [
            "/me",
            "/reply",
            "/edit it",
            "/react",
            "/react :nothing_is_called_so:",
            "/join",
            "/join ABC",
            "/join 0000",
            "/join chat://h",
            "/join chat://h/AB3Z#x",
            "/create secret",
            "/create private soon",
            "/create 7d private",
            "/invite bob",
            "/nick",
            "/nick a b",
            "/quit now",
            "/notify some",
            "/nope",
            "/",
            "/kick",
            "/kick bob now",
            "/ban",
            "/ban bob addr",
            "/ban bob address now",
            "/op a/b",
            "/lock now",
            "/rekey bob",
            "/whois",
            "/whoami bob",
            "/ignore a b",
            "/unignore",
            "/msg",
            "/msg a/b hi",
            "/back now",
            "/search",
            "/search x since:soon",
            "/mentions bob",
            "/at",
            "/at noon",
            "/export",
            "/export --json",
            "/theme very light",
            "/forget bob",
        ];
        for line in lines {
            let sentence = parse(line).unwrap_err();
            assert!(sentence.contains(' '), "{line}: {sentence}");
        }
    }

    #[test]
    fn two_slashes_say_one() {
        assert_eq!(parse("//etc/hosts"), Ok(Line::Say("/etc/hosts".into())));
        assert_eq!(parse("a /quit"), Ok(Line::Say("a /quit".into())));
    }

    #[test]
    fn no_name_stands_twice_in_the_table() {
        let mut all = names();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
