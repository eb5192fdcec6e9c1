//! What people write: judged and cleaned by the same functions at both ends, because neither trusts the other.
//!
//! The server refuses what is not text ([`Text::parse`]); the client shows whatever comes, with everything that could
//! move a cursor or hide made visible or taken away ([`visible`]).

use crate::limits::{MARKS_PER_BASE, TEXT_BYTES, TEXT_LINES, TOPIC_BYTES};
use std::fmt;
use unicode_normalization::char::is_combining_mark;
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
        let text = clean(strict(written)?);
        if is_blank(&text) {
            return Err(TextError::Empty);
        }
        within(text.len(), TEXT_BYTES, |max, bytes| TextError::TooManyBytes { max, bytes })?;
        within(text.split('\n').count(), TEXT_LINES, |max, lines| TextError::TooManyLines { max, lines })?;
        Ok(Self(text))
    }

    /// The message.
    pub fn as_str(&self) -> &str {
        &self.0
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
        let written = strict(written)?;
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

fn strict(written: &[u8]) -> Result<&str, TextError> {
    let text = std::str::from_utf8(written).map_err(|_| TextError::Invalid)?;
    match text.chars().any(is_control) {
        true => Err(TextError::Invalid),
        false => Ok(text),
    }
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

/// Takes away what hides, reorders or piles up. Idempotent.
fn clean(text: &str) -> String {
    without_loose_joiners(&without_hidden(text))
}

/// Drops what is never seen but changes what is: bidi controls, tags, byte-order marks, zero-width space, and marks
/// beyond what a base character carries.
fn without_hidden(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut marks = 0;
    let mut selected = false;
    for c in text.chars().map(|c| if matches!(c, '\u{2028}' | '\u{2029}') { '\n' } else { c }) {
        if is_hidden(c) {
            continue;
        }
        if is_variation_selector(c) {
            if !selected && !kept.is_empty() {
                kept.push(c);
            }
            selected = true;
            continue;
        }
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        selected = selected && marks > 0;
        if marks <= MARKS_PER_BASE {
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
        | '\u{e0000}'..='\u{e007f}'         // tags
    )
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// Keeps joiners only where they join: ZWJ inside a cluster (emoji families, Indic conjuncts), ZWNJ between letters.
fn without_loose_joiners(text: &str) -> String {
    if !text.contains([ZERO_WIDTH_JOINER, ZERO_WIDTH_NON_JOINER]) {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    for (cluster_start, cluster) in text.grapheme_indices(true) {
        for (offset, c) in cluster.char_indices() {
            let within = cluster[offset + c.len_utf8()..].chars().next();
            let next = text[cluster_start + offset + c.len_utf8()..].chars().next();
            let joins = match c {
                ZERO_WIDTH_JOINER => within.is_some_and(is_base),
                ZERO_WIDTH_NON_JOINER => kept.chars().next_back().is_some_and(is_letter) && next.is_some_and(is_letter),
                _ => true,
            };
            if joins {
                kept.push(c);
            }
        }
    }
    kept
}

fn is_base(c: char) -> bool {
    !is_combining_mark(c) && !is_variation_selector(c) && !matches!(c, ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER)
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || is_combining_mark(c)
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
