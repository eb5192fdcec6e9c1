//! How people write a value: `on`, `24h`, `~/keys/chat`. A form shows every value so that it reads it back.

use std::marker::PhantomData;
use std::path::PathBuf;

/// What a value is in TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Text,
    Number,
    Switch,
}

/// How a kind of value is written.
pub trait Form {
    type Value;
    const STYLE: Style = Style::Text;
    /// Stands for a value in the help.
    const VALUE_NAME: &'static str;
    /// What a value must be, as in "is not ...".
    const EXPECTS: &'static str;

    fn parse(text: &str) -> Option<Self::Value>;
    /// None for a value that is none.
    fn show(value: &Self::Value) -> Option<String>;

    /// The words there are to choose from, if there are few.
    fn words() -> Vec<&'static str> {
        Vec::new()
    }
}

/// One of a few words.
pub trait Words: Copy + PartialEq + 'static {
    const WORDS: &'static [(&'static str, Self)];
    /// As in the help: `24h|12h`.
    const VALUE_NAME: &'static str;
    const EXPECTS: &'static str;
}

pub struct Switch;
pub struct Count;
pub struct Path;
pub struct Server;
/// Judged where it is used, as if it was typed there.
pub struct Typed;
pub struct OneOf<W>(PhantomData<W>);
/// What is none unless it is given.
pub struct OrNone<F>(PhantomData<F>);

impl Form for Switch {
    type Value = bool;
    const STYLE: Style = Style::Switch;
    const VALUE_NAME: &'static str = "on|off";
    const EXPECTS: &'static str = "on or off";

    fn parse(text: &str) -> Option<bool> {
        match text.to_lowercase().as_str() {
            "on" | "true" | "yes" | "1" => Some(true),
            "off" | "false" | "no" | "0" => Some(false),
            _ => None,
        }
    }

    fn show(value: &bool) -> Option<String> {
        Some(if *value { "on" } else { "off" }.to_owned())
    }

    fn words() -> Vec<&'static str> {
        vec!["on", "off"]
    }
}

impl Form for Count {
    type Value = usize;
    const STYLE: Style = Style::Number;
    const VALUE_NAME: &'static str = "COUNT";
    const EXPECTS: &'static str = "a number, 1 to 1000000";

    fn parse(text: &str) -> Option<usize> {
        text.parse().ok().filter(|count| (1..=1_000_000).contains(count))
    }

    fn show(value: &usize) -> Option<String> {
        Some(value.to_string())
    }
}

impl Form for Path {
    type Value = PathBuf;
    const VALUE_NAME: &'static str = "FILE";
    const EXPECTS: &'static str = "a path";

    fn parse(text: &str) -> Option<PathBuf> {
        (!text.is_empty()).then(|| PathBuf::from(text))
    }

    /// What was parsed is UTF-8, so nothing is lost.
    fn show(value: &PathBuf) -> Option<String> {
        Some(value.to_string_lossy().into_owned())
    }
}

impl Form for Typed {
    type Value = String;
    const VALUE_NAME: &'static str = "NAME";
    const EXPECTS: &'static str = "a name";

    fn parse(text: &str) -> Option<String> {
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn show(value: &String) -> Option<String> {
        Some(value.clone())
    }
}

impl Form for Server {
    type Value = String;
    const VALUE_NAME: &'static str = "HOST:PORT";
    const EXPECTS: &'static str = "a server, like chat.example.org:7000";

    fn parse(text: &str) -> Option<String> {
        Typed::parse(text)
    }

    fn show(value: &String) -> Option<String> {
        Typed::show(value)
    }
}

impl<W: Words> Form for OneOf<W> {
    type Value = W;
    const VALUE_NAME: &'static str = W::VALUE_NAME;
    const EXPECTS: &'static str = W::EXPECTS;

    fn parse(text: &str) -> Option<W> {
        W::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
    }

    fn show(value: &W) -> Option<String> {
        W::WORDS.iter().find(|(_, known)| known == value).map(|(word, _)| (*word).to_owned())
    }

    fn words() -> Vec<&'static str> {
        W::WORDS.iter().map(|(word, _)| *word).collect()
    }
}

impl<F: Form> Form for OrNone<F> {
    type Value = Option<F::Value>;
    const STYLE: Style = F::STYLE;
    const VALUE_NAME: &'static str = F::VALUE_NAME;
    const EXPECTS: &'static str = F::EXPECTS;

    fn parse(text: &str) -> Option<Self::Value> {
        F::parse(text).map(Some)
    }

    fn show(value: &Self::Value) -> Option<String> {
        value.as_ref().and_then(F::show)
    }

    fn words() -> Vec<&'static str> {
        F::words()
    }
}
