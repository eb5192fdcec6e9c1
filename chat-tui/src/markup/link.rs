//! Addresses in what somebody wrote: where one begins, and where its sentence goes on.

use crate::hyperlink::{self, Uri};
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// Letters before a colon that may be a scheme.
const SCHEME_MAX: usize = 8;
/// Brackets that belong to an address only in pairs.
const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];

/// The address with its scheme before this colon of the line.
pub(super) fn around(line: &str, colon: usize) -> Option<Range<usize>> {
    let letters = line.as_bytes()[..colon].iter().rev().take(SCHEME_MAX).take_while(|byte| byte.is_ascii_alphabetic());
    let start = colon - letters.count();
    let range = hyperlink::is_scheme(&line[start..colon]).then(|| start..colon + 1 + length(&line[colon + 1..]))?;
    Uri::parse(&line[range.clone()]).map(|_| range)
}

/// The address that stands in parentheses, alone, from here on.
pub(super) fn within_parentheses(line: &str, start: usize) -> Option<Range<usize>> {
    let rest = line[start..].strip_prefix('(')?;
    let scheme = rest.bytes().take(SCHEME_MAX).take_while(u8::is_ascii_alphabetic).count();
    let is_followed = rest[scheme..].starts_with(':');
    let address = is_followed.then(|| around(line, start + 1 + scheme)).flatten()?;
    line[address.end..].starts_with(')').then_some(address)
}

/// Bytes of the address at the beginning, without what only ends the sentence around it.
fn length(text: &str) -> usize {
    let mut open = [0_usize; BRACKETS.len()];
    let mut length = 0;
    for (at, c) in text.char_indices() {
        let opens = BRACKETS.iter().position(|(open, _)| *open == c);
        let closes = BRACKETS.iter().position(|(_, close)| *close == c);
        match (opens, closes) {
            _ if is_end(c) => break,
            (Some(bracket), _) => open[bracket] += 1,
            (_, Some(bracket)) if open[bracket] == 0 => break,
            (_, Some(bracket)) => {
                open[bracket] -= 1;
                length = at + c.len_utf8();
            }
            _ if is_trailing(c) => {}
            _ => length = at + c.len_utf8(),
        }
    }
    length
}

fn is_end(c: char) -> bool {
    let is_wide_sign = !c.is_alphanumeric() && c.width() == Some(2);
    is_wide_sign || c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\')
}

/// Not at the end of an address, though people write them right behind one.
fn is_trailing(c: char) -> bool {
    matches!(c, '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~' | '…')
}
