//! Links that the terminal opens: what is one, and where on the screen it stands (OSC 8).

use std::fmt::Write as _;
use std::ops::Range;

/// What a link may lead to. Nothing here runs a program or reads a file by itself.
const SCHEMES: [&str; 6] = ["https", "http", "mailto", "ftp", "gemini", "gopher"];
/// Terminals cut or drop longer ones.
const URI_BYTES_MAX: usize = 2000;
/// Not in an address, though people write them right behind one.
const TRAILING: &[char] = &['.', ',', ':', ';', '!', '?', '\'', '*', '_', '~', '…'];

/// An address that may be given to a terminal: printable ASCII, of a known scheme, of bounded length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri(String);

/// A link in a text: which bytes of it, and where they lead.
pub type Found = (Range<usize>, Uri);

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

/// The links in a text, from the first.
pub fn find(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for (colon, _) in text.match_indices(':') {
        let start = scheme_start(text, colon);
        let is_inside = found.last().is_some_and(|(range, _)| range.end > start);
        let end = start + address_length(&text[start..]);
        if start < colon && !is_inside && end > colon {
            found.extend(Uri::parse(&text[start..end]).map(|uri| (start..end, uri)));
        }
    }
    found
}

fn scheme_start(text: &str, colon: usize) -> usize {
    let letters = text[..colon].bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    colon - letters
}

/// Bytes of the address at the beginning of `text`, without what only ends the sentence around it.
fn address_length(text: &str) -> usize {
    let is_end = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\');
    let mut address = &text[..text.find(is_end).unwrap_or(text.len())];
    loop {
        let shorter = address.trim_end_matches(TRAILING);
        let shorter = without_lone_bracket(shorter);
        if shorter.len() == address.len() {
            return address.len();
        }
        address = shorter;
    }
}

/// A bracket at the end belongs to the address only if it closes one there.
fn without_lone_bracket(address: &str) -> &str {
    for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
        if address.ends_with(close) && address.matches(open).count() < address.matches(close).count() {
            return &address[..address.len() - 1];
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|(range, _)| &text[range]).collect()
    }

    #[test]
    fn an_address_ends_where_its_sentence_goes_on() {
        let table: [(&str, &[&str]); 8] = [
            ("see https://example.org/a.", &["https://example.org/a"]),
            ("(https://example.org/a_(b))", &["https://example.org/a_(b)"]),
            ("<https://example.org>, http://b.org!", &["https://example.org", "http://b.org"]),
            ("write to mailto:bob@example.org?", &["mailto:bob@example.org"]),
            ("HTTPS://EXAMPLE.ORG", &["HTTPS://EXAMPLE.ORG"]),
            ("https://a.org/?to=https://b.org", &["https://a.org/?to=https://b.org"]),
            ("at 14:05 javascript:alert(1) file:///etc/passwd", &[]),
            ("https:// http://", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(found(text), expected, "{text}");
        }
    }

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
