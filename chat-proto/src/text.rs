//! What people write: judged and cleaned by the same functions at both ends, because neither trusts the other.
//!
//! The server refuses what is not text ([`Text::parse`]); the client shows whatever comes, with everything that could
//! move a cursor or hide made visible or taken away ([`visible`]).

use crate::limits::{MARKS_PER_BASE, TEXT_BYTES, TEXT_LINES, TOPIC_BYTES};
use bytes::Bytes;
use std::borrow::Cow;
use std::fmt;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

/// Why bytes are not a message or a topic. Each is a sentence for the person who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Not UTF-8, or a control character.
    #[error("only text can be sent: UTF-8 without control characters other than newline and tab")]
    Invalid,
    /// Nothing that could be seen.
    #[error("there is nothing to see in this message")]
    Empty,
    /// Too many bytes.
    #[error("at most {max} bytes, and this has {bytes}")]
    TooManyBytes {
        /// The limit.
        max: usize,
        /// What came.
        bytes: usize,
    },
    /// Too many lines.
    #[error("at most {max} lines, and this has {lines}")]
    TooManyLines {
        /// The limit.
        max: usize,
        /// What came.
        lines: usize,
    },
}

/// A message: 1 byte to 16 KiB, at most 400 lines, something to see, nothing that hides or moves a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text(String);

impl Text {
    /// Judges and cleans a message. Cleaning twice changes nothing more.
    ///
    /// # Errors
    /// [`TextError`]: a message is refused whole, never cut.
    pub fn parse(written: &[u8]) -> Result<Self, TextError> {
        let text = clean(strict(utf8(written)?)?);
        if is_blank(&text) {
            return Err(TextError::Empty);
        }
        has_size(text.as_bytes())?;
        Ok(Self(text))
    }

    /// The bytes of the same message: borrowed where it is plain to see that there is nothing to clean.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn judge(written: &[u8]) -> Result<Cow<'_, [u8]>, TextError> {
        if !is_plain(written) || !written.iter().any(u8::is_ascii_graphic) {
            return Self::parse(written).map(|text| Cow::Owned(text.0.into()));
        }
        has_size(written)?;
        Ok(Cow::Borrowed(written))
    }

    /// The message.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Text> for Bytes {
    fn from(text: Text) -> Self {
        text.0.into()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A room's topic: one line of at most 256 bytes; empty for none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Topic(String);

impl Topic {
    /// Judges and cleans a topic; space around it goes.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn parse(written: &[u8]) -> Result<Self, TextError> {
        let written = strict(utf8(written)?)?;
        if written.contains(['\n', '\t', '\u{2028}', '\u{2029}']) {
            return Err(TextError::Invalid);
        }
        let topic = clean(written).trim().to_owned();
        within(topic.len(), TOPIC_BYTES, |max, bytes| TextError::TooManyBytes { max, bytes })?;
        match is_blank(&topic) {
            true => Ok(Self::default()),
            false => Ok(Self(topic)),
        }
    }

    /// The topic.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn within(is: usize, max: usize, error: fn(usize, usize) -> TextError) -> Result<(), TextError> {
    if is > max { Err(error(max, is)) } else { Ok(()) }
}

/// Whether a message is short enough.
fn has_size(text: &[u8]) -> Result<(), TextError> {
    within(text.len(), TEXT_BYTES, |max, bytes| TextError::TooManyBytes { max, bytes })?;
    // What has fewer bytes does not have more lines.
    if text.len() < TEXT_LINES {
        return Ok(());
    }
    let lines = text.split(|byte| *byte == b'\n').count();
    within(lines, TEXT_LINES, |max, lines| TextError::TooManyLines { max, lines })
}

fn utf8(written: &[u8]) -> Result<&str, TextError> {
    std::str::from_utf8(written).map_err(|_| TextError::Invalid)
}

fn strict(text: &str) -> Result<&str, TextError> {
    if text.contains(is_control) { Err(TextError::Invalid) } else { Ok(text) }
}

/// Whatever came from a peer, as it may be shown: control characters as pictures of themselves, the rest cleaned as in
/// a [`Text`]. Never empty of what a control character would have done: ESC shows as `␛`.
pub fn visible(received: &[u8]) -> String {
    clean(&String::from_utf8_lossy(received).chars().map(picture).collect::<String>())
}

/// The same on one line: newlines and tabs become spaces. For names, topics and sentences.
pub fn visible_line(received: &[u8]) -> String {
    visible(received).replace(['\n', '\t'], " ")
}

/// Whether a terminal shows it as what it is: neither a control character, nor one that hides or reorders others.
pub fn is_shown(c: char) -> bool {
    !c.is_control() && !is_hidden(c) && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether it is what is written most: ASCII without control characters, in which nothing hides either.
fn is_plain(text: &[u8]) -> bool {
    // All of it is looked at, many at once: quicker than to look for the first that is not, which is seldom there.
    text.iter().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~' | b'\n' | b'\t'))
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

fn picture(c: char) -> char {
    match c {
        '\0'..='\u{1f}' if is_control(c) => {
            char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        '\u{7f}' => '␡',
        c if is_control(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// Takes away what hides, reorders or piles up.
///
/// Idempotent, because neither step makes work for the other: the first looks past joiners, the second takes away
/// nothing else.
fn clean(text: &str) -> String {
    without_loose_joiners(&without_hidden(text))
}

/// Drops what is never seen but changes what is: bidi controls, tags, byte-order marks, zero-width space, marks beyond
/// what a base character carries, and variation selectors that select nothing.
fn without_hidden(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut marks = 0;
    let mut selectable = false;
    for c in text.chars().map(|c| if matches!(c, '\u{2028}' | '\u{2029}') { '\n' } else { c }) {
        let keep = if is_hidden(c) {
            false
        } else if is_joiner(c) {
            // Were it a base, it would carry another eight marks, and be gone when they are counted next.
            true
        } else if is_variation_selector(c) {
            std::mem::take(&mut selectable)
        } else if is_combining_mark(c) {
            marks += 1;
            marks <= MARKS_PER_BASE
        } else {
            marks = 0;
            selectable = !c.is_whitespace();
            true
        };
        if keep {
            kept.push(c);
        }
    }
    kept
}

fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{00ad}'                          // soft hyphen
        | '\u{061c}'                        // Arabic letter mark
        | '\u{180e}'                        // Mongolian vowel separator
        | '\u{200b}' | '\u{200e}' | '\u{200f}' // zero-width space, direction marks
        | '\u{202a}'..='\u{202e}'           // bidi embeddings and overrides
        | '\u{2060}'..='\u{206f}'           // word joiner, invisible operators, bidi isolates, deprecated controls
        | '\u{feff}'                        // byte-order mark
        | '\u{fff9}'..='\u{fffb}'           // interlinear annotation
        | '\u{1bca0}'..='\u{1bca3}'         // shorthand controls
        | '\u{1d173}'..='\u{1d17a}'         // musical controls
        | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}' // tags, and what is reserved beside them
    )
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';

fn is_joiner(c: char) -> bool {
    matches!(c, ZERO_WIDTH_NON_JOINER | ZERO_WIDTH_JOINER)
}

/// Keeps joiners only where they change what a reader sees: ZWJ between the emoji of a family, both between letters of
/// the scripts that join, and ZWJ behind a virama, where it makes a half form even at the end of a word.
fn without_loose_joiners(text: &str) -> String {
    if !text.contains(is_joiner) {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    for cluster in text.grapheme_indices(true) {
        for (at, c) in cluster.1.char_indices() {
            let after = at + c.len_utf8();
            let within = cluster.1[after..].chars().next();
            let next = text[cluster.0 + after..].chars().next();
            if !is_joiner(c) || joins(c, kept.chars().next_back(), within, next) {
                kept.push(c);
            }
        }
    }
    kept
}

/// `within` is the next character of the same cluster: a cluster goes on behind a ZWJ only where emoji are joined.
fn joins(joiner: char, previous: Option<char>, within: Option<char>, next: Option<char>) -> bool {
    let between_letters = previous.is_some_and(is_of_joining_script) && next.is_some_and(is_of_joining_script);
    let between_emoji = within.is_some_and(|c| !is_joiner(c) && !is_combining_mark(c));
    let behind_virama = previous.is_some_and(|c| canonical_combining_class(c) == VIRAMA);
    between_letters || (joiner == ZERO_WIDTH_JOINER && (between_emoji || behind_virama))
}

/// The combining class that Unicode gives to viramas and to nothing else.
const VIRAMA: u8 = 9;

/// Letters and marks of the scripts whose letters change by their neighbours: Arabic and its kin, and those of India,
/// Tibet, South-East Asia and Mongolia.
fn is_of_joining_script(c: char) -> bool {
    let script = matches!(c,
        '\u{0600}'..='\u{109f}' | '\u{1700}'..='\u{1cff}' | '\u{a840}'..='\u{abff}' | '\u{fb50}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefc}' | '\u{10a00}'..='\u{11fff}' | '\u{1e900}'..='\u{1e95f}');
    script && (c.is_alphabetic() || is_combining_mark(c))
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || is_combining_mark(c)
            || is_variation_selector(c)
            // Fillers and the empty braille pattern: letters that show nothing.
            || matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}' | '\u{200c}' | '\u{200d}')
    })
}
