//! What stands behind a command, read. Every error is a sentence for whoever typed it.

use super::Action;
use crate::destination::Destination;
use crate::emoji;
use crate::keep;
use crate::level::Level;
use crate::share::View;
use chat_proto::entry::{BanScope, Target};
use chat_proto::frame::{Door, Keep};
use chat_proto::name::NickError;
use chat_proto::{Act, Emoji, Nick, PersonId, Text, Topic};
pub(super) fn bare(args: &str, action: Action) -> Result<Action, String> {
    match args {
        "" => Ok(action),
        _ => Err("this command takes nothing behind it".to_owned()),
    }
}

pub(super) fn notify(args: &str) -> Result<Action, String> {
    match (args, Level::parse(args)) {
        ("", _) => Ok(Action::ShowLevel),
        (_, Some(level)) => Ok(Action::SetLevel(level)),
        (_, None) => Err("say /notify all, /notify mentions or /notify nothing".to_owned()),
    }
}

pub(super) fn me(args: &str) -> Result<Action, String> {
    match args {
        "" => Err("say what you do: /me waves".to_owned()),
        _ => Text::parse(args.as_bytes()).map(Action::Me).map_err(|error| error.to_string()),
    }
}

pub(super) fn reply(args: &str) -> Result<Action, String> {
    match args {
        "" => Err("say what you answer: /reply yes".to_owned()),
        _ => Text::parse(args.as_bytes()).map(Action::Reply).map_err(|error| error.to_string()),
    }
}

pub(super) fn react(args: &str) -> Result<Action, String> {
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

pub(super) fn join(args: &str) -> Result<Action, String> {
    Destination::parse(args).map(Action::Join).map_err(|error| error.to_string())
}

pub(super) fn create(args: &str) -> Result<Action, String> {
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

pub(super) fn invite(args: &str) -> Result<Action, String> {
    match args {
        "" => Ok(Action::Invite(View::Line)),
        "qr" => Ok(Action::Invite(View::Qr)),
        _ => Err("/invite shows the line, /invite qr its QR code".to_owned()),
    }
}

pub(super) fn nick(args: &str) -> Result<Action, String> {
    Nick::parse(args.as_bytes()).map(Action::Nick).map_err(|error| error.to_string())
}

pub(super) fn topic(args: &str) -> Result<Action, String> {
    match args {
        "" => Ok(Action::ShowTopic),
        "-" => Ok(Action::Topic(Topic::default())),
        _ => Topic::parse(args.as_bytes()).map(Action::Topic).map_err(|error| error.to_string()),
    }
}

/// The name of somebody, as it is typed or completed: with or without `@`.
pub(super) fn name(args: &str) -> Result<Nick, String> {
    let name = args.strip_prefix('@').unwrap_or(args);
    Nick::parse(name.as_bytes()).map_err(|error| match error {
        // Whoever looks for somebody wants to take no name.
        NickError::Reserved => format!("there is nobody called {name}: nobody can take this name"),
        error => error.to_string(),
    })
}

pub(super) fn message(args: &str) -> Result<Action, String> {
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

pub(super) fn at(args: &str, act: fn(Target) -> Act) -> Result<Action, String> {
    name(args).map(|name| Action::Act(act(Target { person: PersonId(0), name: name.to_string().into() })))
}

pub(super) fn ban(args: &str) -> Result<Action, String> {
    match args.split_once(char::is_whitespace).map(|(name, scope)| (name, scope.trim_start())) {
        None => at(args, |target| Act::Ban(target, BanScope::Key)),
        Some((name, "address")) => at(name, |target| Act::Ban(target, BanScope::Address)),
        Some(_) => Err("say /ban bob, or /ban bob address".to_owned()),
    }
}

pub(super) fn ignore(args: &str) -> Result<Action, String> {
    match args {
        "" => Ok(Action::ShowIgnored),
        _ => name(args).map(Action::Ignore),
    }
}

pub(super) fn theme(args: &str) -> Result<Action, String> {
    match args {
        "" => Ok(Action::ListThemes),
        _ if args.contains(char::is_whitespace) => Err("say /theme, or /theme light".to_owned()),
        _ => Ok(Action::Theme(args.to_owned())),
    }
}
