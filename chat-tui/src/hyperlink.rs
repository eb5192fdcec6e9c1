//! Links that the terminal opens: what is one, and where on the screen it stands (OSC 8).

use crate::config::form::Words;
use std::fmt::Write as _;
use std::ops::Range;

/// What a link may lead to. Nothing here runs a program or reads a file by itself.
const SCHEMES: [&str; 6] = ["https", "http", "mailto", "ftp", "gemini", "gopher"];
/// Terminals cut or drop longer ones.
const URI_BYTES_MAX: usize = 2000;

/// Whether links are given to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Links {
    /// To one that is not known to be harmed by them.
    #[default]
    Auto,
    On,
    Off,
}

impl Words for Links {
    const WORDS: &'static [(&'static str, Self)] = &[("auto", Self::Auto), ("on", Self::On), ("off", Self::Off)];
    const VALUE_NAME: &'static str = "auto|on|off";
    const EXPECTS: &'static str = "auto, on or off";
}

/// An address that may be given to a terminal: printable ASCII, of a known scheme, of bounded length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri(String);

/// A link on the screen. Several rows of one link have the same id, so that the terminal shows them as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub row: u16,
    pub columns: Range<u16>,
    pub uri: Uri,
    pub id: u64,
}

impl Uri {
    /// Whatever is not printable ASCII is escaped as the standard for addresses has it.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let scheme = scheme.to_ascii_lowercase();
        let is_known = SCHEMES.contains(&scheme.as_str());
        let rest = if scheme == "mailto" { Some(rest) } else { rest.strip_prefix("//") };
        if !is_known || !rest?.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
            return None;
        }
        let uri = escaped(text);
        (uri.len() <= URI_BYTES_MAX).then_some(Self(uri))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn escaped(text: &str) -> String {
    let mut uri = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'!'..=b'~' => uri.push(char::from(byte)),
            _ => write!(uri, "%{byte:02X}").expect("a string takes everything"),
        }
    }
    uri
}

/// Whether addresses that begin so lead anywhere.
pub fn is_scheme(letters: &str) -> bool {
    SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(letters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_printable_ascii_reaches_the_terminal() {
        let uri = Uri::parse("https://example.org/日\u{1b}]8;;\u{7}\u{202e} x").unwrap();

        assert_eq!(uri.as_str(), "https://example.org/%E6%97%A5%1B]8;;%07%E2%80%AE%20x");
    }

    #[test]
    fn an_endless_address_is_no_link() {
        assert_eq!(Uri::parse(&format!("https://example.org/{}", "a".repeat(URI_BYTES_MAX))), None);
    }
}
