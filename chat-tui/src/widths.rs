//! How wide this terminal draws what terminals disagree about: emoji that are put together, flags, signs.
//!
//! ```text
//! layout: columns of a cluster, the same everywhere ([`crate::wrap`])
//! here:   what is printed in these columns, so that the terminal keeps to them
//! ```
//!
//! Nothing is laid out by what was measured: a cluster that the terminal draws wider than its columns is shown in a
//! form that keeps to them, whatever the terminal.

use crate::wrap;
use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Clusters that terminals draw differently, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One wide emoji: 😀.
    Emoji,
    /// A sign that a selector makes an emoji: ☺️.
    Presentation,
    /// A digit in a box: 1️⃣.
    Keycap,
    /// Two letters that make a flag: 🇪🇺.
    Flag,
    /// Several emoji that a joiner makes one: 👨‍👩‍👧.
    Family,
    /// An emoji with a colour of skin: 👍🏽.
    SkinTone,
    /// Wide letters: 界.
    Wide,
    /// Signs and letters that are wide on some East Asian terminals: ─, ✓, α.
    Ambiguous,
}

/// One of each kind, with the columns that the layout gives it.
pub const SAMPLES: [(Kind, &str, u8); 8] = [
    (Kind::Emoji, "😀", 2),
    (Kind::Presentation, "☺\u{fe0f}", 2),
    (Kind::Keycap, "1\u{fe0f}\u{20e3}", 2),
    (Kind::Flag, "🇪🇺", 2),
    (Kind::Family, "👨\u{200d}👩\u{200d}👧", 2),
    (Kind::SkinTone, "👍🏽", 2),
    (Kind::Wide, "界", 2),
    (Kind::Ambiguous, "─", 1),
];

/// What was measured of each kind, in the order of [`SAMPLES`]; nothing by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Widths([Option<u8>; SAMPLES.len()]);

/// What is printed for a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyph<'a> {
    pub text: Cow<'a, str>,
    /// Whether the cursor stands behind its columns afterwards.
    pub is_certain: bool,
}

impl Widths {
    /// As they were measured, in the order of [`SAMPLES`].
    pub fn new(measured: [Option<u8>; SAMPLES.len()]) -> Self {
        Self(measured)
    }

    pub fn measured(&self) -> [Option<u8>; SAMPLES.len()] {
        self.0
    }

    /// Whether this kind was measured to be as wide as its place.
    pub fn keeps(&self, kind: Kind) -> bool {
        self.0[kind as usize] == Some(SAMPLES[kind as usize].2)
    }

    /// A text as it is laid out: emoji that a joiner makes one stand apart, unless this terminal makes one of them.
    pub fn laid_out(&self, text: String) -> String {
        if self.keeps(Kind::Family) { text } else { wrap::apart(&text) }
    }

    /// One column, and nothing to think about.
    pub fn is_plain(&self, symbol: &str) -> bool {
        match symbol.as_bytes() {
            [b' '..=b'~'] => true,
            _ => self.glyph(symbol).is_certain && symbol.width() == 1,
        }
    }

    /// What to print for a cluster so that it keeps to its columns.
    pub fn glyph<'a>(&self, symbol: &'a str) -> Glyph<'a> {
        let Some(kind) = kind(symbol) else { return of_no_kind(symbol) };
        if self.keeps(kind) {
            return certain(symbol);
        }
        match kind {
            Kind::Flag => certain(symbol.chars().map(letter_of).collect::<String>()),
            Kind::SkinTone => self.glyph(before(symbol, is_skin)),
            Kind::Family => self.glyph(before(symbol, |c| c == JOINER)),
            Kind::Ambiguous if self.0[kind as usize] == Some(2) => narrow(symbol),
            Kind::Emoji | Kind::Presentation | Kind::Keycap | Kind::Wide | Kind::Ambiguous => uncertain(symbol),
        }
    }
}

/// What stands for the signs of this program where they would be too wide.
const NARROW: [(&str, &str); 12] = [
    ("─━═╌", "-"),
    ("│┃║▌▐", "|"),
    ("╭╮╰╯┌┐└┘├┤┬┴┼", "+"),
    ("●★•◆■", "*"),
    ("○◌◐□", "o"),
    ("✓", "v"),
    ("✗×⊘", "x"),
    ("…·", "."),
    ("→›", ">"),
    ("←‹", "<"),
    ("↓", "v"),
    ("↑", "^"),
];

const JOINER: char = '\u{200d}';

/// Letters with marks, and whatever else has no kind: no more of it than would fit if nothing in it were joined.
fn of_no_kind(symbol: &str) -> Glyph<'_> {
    if is_narrow(symbol) {
        return certain(symbol);
    }
    let columns = symbol.width().clamp(1, 2);
    let mut used = 0;
    let beyond = symbol.char_indices().find(|(_, c)| {
        used += c.width().unwrap_or(0);
        used > columns
    });
    uncertain(&symbol[..beyond.map_or(symbol.len(), |(at, _)| at)])
}

/// A sign that the terminal draws two columns wide, in one.
fn narrow(symbol: &str) -> Glyph<'_> {
    match NARROW.iter().find(|(signs, _)| signs.contains(symbol)) {
        Some((_, narrow)) => certain(*narrow),
        None => uncertain(symbol),
    }
}

fn kind(symbol: &str) -> Option<Kind> {
    let mut chars = symbol.chars();
    let first = chars.next()?;
    let is_single = chars.next().is_none();
    let has = |wanted: fn(char) -> bool| symbol.chars().any(wanted);
    match () {
        () if is_single => kind_of_one(first),
        () if has(is_regional) => Some(Kind::Flag),
        () if has(|c| c == JOINER) && first.width() == Some(2) => Some(Kind::Family),
        () if has(|c| c == '\u{20e3}') => Some(Kind::Keycap),
        () if has(is_skin) => Some(Kind::SkinTone),
        () if has(|c| c == JOINER) => None,
        () if has(|c| c == '\u{fe0f}') => Some(Kind::Presentation),
        () => None,
    }
}

fn kind_of_one(c: char) -> Option<Kind> {
    match (c.width(), c.width_cjk()) {
        _ if is_regional(c) => Some(Kind::Flag),
        (Some(2), _) if is_pictographic(c) => Some(Kind::Emoji),
        (Some(2), _) => Some(Kind::Wide),
        (Some(1), Some(2)) => Some(Kind::Ambiguous),
        _ => None,
    }
}

/// One character that is narrow everywhere, with nothing but marks that take no column.
fn is_narrow(symbol: &str) -> bool {
    let mut chars = symbol.chars();
    let is_one = |c: char| c.width() == Some(1) && c.width_cjk() == Some(1);
    let is_mark = |c: char| matches!(c, '\u{300}'..='\u{36f}');
    chars.next().is_some_and(is_one) && chars.all(is_mark)
}

fn is_pictographic(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2300}'..='\u{2bff}')
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

fn is_skin(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// The letter that a flag is made of.
fn letter_of(c: char) -> char {
    match is_regional(c) {
        true => char::from(b'A' + (u32::from(c) - 0x1f1e6) as u8),
        false => ' ',
    }
}

fn before(symbol: &str, is_end: fn(char) -> bool) -> &str {
    symbol.find(is_end).map_or(symbol, |end| &symbol[..end])
}

fn certain<'a>(text: impl Into<Cow<'a, str>>) -> Glyph<'a> {
    Glyph { text: text.into(), is_certain: true }
}

fn uncertain(text: &str) -> Glyph<'_> {
    Glyph { text: text.into(), is_certain: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreeing() -> Widths {
        Widths::new(SAMPLES.map(|(_, _, columns)| Some(columns)))
    }

    #[test]
    fn each_sample_is_of_its_kind_and_as_wide_as_it_is_laid_out() {
        for (of, sample, columns) in SAMPLES {
            assert_eq!(kind(sample), Some(of), "{sample}");
            assert_eq!(wrap::width(sample), usize::from(columns), "{sample}");
        }
    }

    #[test]
    fn what_the_terminal_draws_as_it_is_laid_out_is_printed_as_it_is() {
        for (_, sample, _) in SAMPLES {
            assert_eq!(agreeing().glyph(sample), certain(sample));
        }
    }

    #[test]
    fn what_may_be_too_wide_is_printed_in_a_form_that_is_not() {
        let table = [("🇪🇺", "EU"), ("👍🏽", "👍"), ("👨\u{200d}👩\u{200d}👧", "👨"), ("🇪", "E")];
        for (symbol, printed) in table {
            assert_eq!(Widths::default().glyph(symbol).text, printed);
        }
    }

    #[test]
    fn a_family_stands_together_only_where_it_is_known_to_be_one() {
        let family = "👨\u{200d}👩\u{200d}👧".to_owned();

        assert_eq!(agreeing().laid_out(family.clone()), family);
        assert_eq!(Widths::default().laid_out(family), "👨👩👧");
    }

    #[test]
    fn nothing_that_was_not_measured_is_certain_but_letters_and_marks() {
        let unknown = Widths::default();
        for symbol in ["😀", "☺\u{fe0f}", "界", "─", "ක්\u{200d}ෂ", "नि"] {
            assert!(!unknown.glyph(symbol).is_certain, "{symbol}");
        }
        for symbol in ["a", "é", "e\u{301}", "ж\u{301}", " "] {
            assert!(unknown.glyph(symbol).is_certain || symbol.starts_with('ж'), "{symbol}");
        }
    }

    #[test]
    fn where_signs_are_wide_the_programs_own_are_ascii() {
        let mut measured = agreeing().measured();
        measured[Kind::Ambiguous as usize] = Some(2);
        let wide = Widths::new(measured);

        for sign in ["─", "│", "╭", "●", "✓", "✗", "…", "→", "↓"] {
            if kind(sign) == Some(Kind::Ambiguous) {
                assert!(wide.glyph(sign).text.is_ascii(), "{sign}");
            }
        }
    }

    #[test]
    fn no_form_is_wider_than_its_columns_wherever_nothing_is_joined() {
        let clusters =
            ["🇪🇺", "👍🏽", "👨\u{200d}👩\u{200d}👧", "ක්\u{200d}ෂ", "நி", "ஸ்ரீ", "한", "กำ", "1\u{fe0f}\u{20e3}"];
        for cluster in clusters {
            let printed = Widths::default().glyph(cluster);
            let apart: usize = printed.text.chars().filter_map(UnicodeWidthChar::width).sum();
            assert!(apart <= wrap::width(cluster).max(1), "{cluster} as {}", printed.text);
        }
    }
}
