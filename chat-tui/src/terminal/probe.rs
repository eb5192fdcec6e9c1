//! What the terminal is asked before anything is painted: how wide some glyphs are, and on what it paints. Bytes out,
//! bytes in; what a person typed meanwhile is told apart from the answers.
//!
//! ```text
//! out | a sample, "where is the cursor?" | … | "which background?" | "what are you?" |    one write
//! in  | CSI 2 ; 3 R                      | … | OSC 11 ; rgb:…      | CSI ? … c       |    in this order
//! ```
//!
//! Every terminal answers the last question, so that its answer ends the waiting.

use crate::theme::Background;
use crate::widths::{SAMPLES, Widths};
use std::fmt::Write;

/// The samples stand in the second row: in the first, the answer would look like a key (Shift-F3 is `CSI 1 ; 2 R`).
const ROW: &str = "2";
/// A sample is no wider; a larger number is no answer.
const COLUMNS_MAX: u8 = 8;
/// No answer and no key is longer.
const SEQUENCE_BYTES_MAX: usize = 64;
/// No answer of any terminal, nor anything that a person types in a moment, is more.
const TYPED_BYTES_MAX: usize = 4 * 1024;

const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;

/// Everything that is asked, for an empty screen with a hidden cursor; it is as empty afterwards.
pub(super) fn question() -> String {
    // Concealed: nothing flashes.
    let mut question = format!("\x1b[{ROW};1H\x1b[8m");
    for (_, sample, _) in SAMPLES {
        write!(question, "\r{sample}\x1b[6n").expect("a string takes everything");
    }
    question + "\r\x1b[0m\x1b[2K\x1b[1;1H\x1b]11;?\x1b\\\x1b[c"
}

/// What is known when the waiting ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answers {
    /// None if the terminal did not answer to the end.
    pub(super) widths: Option<Widths>,
    pub(super) background: Background,
    /// What a person typed meanwhile.
    pub(super) typed: Vec<u8>,
    /// What the reader of events will meet.
    pub(super) rest: Rest,
}

/// What is still to come of the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Nothing,
    /// All of some answers.
    Whole,
    /// The end of an answer that began with `OSC`.
    OfString,
    /// The end of an answer that began with `CSI`.
    OfSequence,
}

#[derive(Debug, Default)]
pub(super) struct Probe {
    columns: Vec<Option<u8>>,
    background: Background,
    is_over: bool,
    typed: Vec<u8>,
    at: At,
}

/// Where in a sequence the next byte stands.
#[derive(Debug, Default)]
enum At {
    #[default]
    Text,
    Escape,
    Sequence(Vec<u8>),
    String(Vec<u8>),
    /// An escape within a string: its end, if a backslash follows.
    StringEscape(Vec<u8>),
}

impl Probe {
    /// Whether the last question was answered.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    pub(super) fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    pub(super) fn end(mut self) -> Answers {
        let rest = match std::mem::take(&mut self.at) {
            At::Text if self.is_over => Rest::Nothing,
            At::Text => Rest::Whole,
            At::Escape => {
                self.keep(&[ESCAPE]);
                if self.is_over { Rest::Nothing } else { Rest::Whole }
            }
            At::Sequence(_) => Rest::OfSequence,
            At::String(_) | At::StringEscape(_) => Rest::OfString,
        };
        // With one answer too few, nobody knows which is missing.
        let measured = <[Option<u8>; SAMPLES.len()]>::try_from(self.columns).ok().filter(|_| self.is_over);
        Answers { widths: measured.map(Widths::new), background: self.background, typed: self.typed, rest }
    }

    fn take(&mut self, byte: u8) {
        self.at = match (std::mem::take(&mut self.at), byte) {
            (At::Text, ESCAPE) => At::Escape,
            (At::Text, byte) => self.typed_at(At::Text, &[byte]),
            (At::Escape, b'[') => At::Sequence(Vec::new()),
            (At::Escape, b']') => At::String(Vec::new()),
            (At::Escape, ESCAPE) => self.typed_at(At::Escape, &[ESCAPE]),
            (At::Escape, byte) => self.typed_at(At::Text, &[ESCAPE, byte]),
            (At::Sequence(mut body), 0x40..=0x7e) if !(body.is_empty() && byte == b'[') => {
                body.push(byte);
                self.sequence(&body);
                At::Text
            }
            (At::Sequence(body), byte) => At::Sequence(longer(body, byte)),
            (At::String(body), BELL) | (At::StringEscape(body), _) => self.string(&body),
            (At::String(body), ESCAPE) => At::StringEscape(body),
            (At::String(body), byte) => At::String(longer(body, byte)),
        };
    }

    fn typed_at(&mut self, at: At, bytes: &[u8]) -> At {
        self.keep(bytes);
        at
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.typed.len() < TYPED_BYTES_MAX {
            self.typed.extend_from_slice(bytes);
        }
    }

    fn sequence(&mut self, body: &[u8]) {
        let text = String::from_utf8_lossy(body);
        if let Some(column) = text.strip_suffix('R').and_then(|at| at.strip_prefix(ROW)?.strip_prefix(';')) {
            let columns = column.parse::<u8>().ok().and_then(|column| column.checked_sub(1));
            self.columns.push(columns.filter(|columns| *columns <= COLUMNS_MAX));
            self.columns.truncate(SAMPLES.len() + 1);
        } else if text.starts_with('?') && text.ends_with('c') {
            self.is_over = true;
        } else if body.len() < SEQUENCE_BYTES_MAX {
            self.keep(&[b"\x1b[", body].concat());
        }
    }

    fn string(&mut self, body: &[u8]) -> At {
        if let Some(colour) = std::str::from_utf8(body).ok().and_then(|text| text.strip_prefix("11;")) {
            self.background = background(colour);
        }
        At::Text
    }
}

fn longer(mut body: Vec<u8>, byte: u8) -> Vec<u8> {
    if body.len() < SEQUENCE_BYTES_MAX {
        body.push(byte);
    }
    body
}

/// `rgb:17/19/22`, with one to four digits each; also `rgba:` with a fourth.
fn background(colour: &str) -> Background {
    let parts = colour.strip_prefix("rgba:").or_else(|| colour.strip_prefix("rgb:"));
    let shares: Option<Vec<f64>> = parts.and_then(|parts| parts.split('/').map(share).collect());
    match shares.as_deref() {
        // As bright as the eye finds it (ITU-R BT.601).
        Some([red, green, blue, ..]) if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 => Background::Light,
        Some([_, _, _, ..]) => Background::Dark,
        _ => Background::Unknown,
    }
}

fn share(digits: &str) -> Option<f64> {
    let most = 16_u32.checked_pow(digits.len() as u32).filter(|_| (1..=4).contains(&digits.len()))? - 1;
    let value = u32::from_str_radix(digits, 16).ok()?;
    Some(f64::from(value) / f64::from(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widths::Kind;

    const DARK: &str = "\x1b]11;rgb:0f0f/1111/1717\x1b\\";
    const DEVICE: &str = "\x1b[?62;22c";

    /// What a terminal answers that draws the samples so wide.
    fn answers(columns: [u8; SAMPLES.len()]) -> String {
        columns.map(|columns| format!("\x1b[2;{}R", columns + 1)).concat()
    }

    fn probed(bytes: &str) -> Answers {
        let mut probe = Probe::default();
        probe.read(bytes.as_bytes());
        probe.end()
    }

    #[test]
    fn one_write_asks_everything_and_ends_in_what_every_terminal_answers() {
        let question = question();

        assert_eq!(question.matches("\x1b[6n").count(), SAMPLES.len());
        assert!(question.ends_with("\x1b[2K\x1b[1;1H\x1b]11;?\x1b\\\x1b[c"));
    }

    #[test]
    fn a_terminal_that_answers_all_is_known() {
        let told = probed(&(answers([2, 1, 1, 4, 6, 4, 2, 1]) + DARK + DEVICE));

        let widths = told.widths.unwrap();
        assert!(widths.keeps(Kind::Emoji) && widths.keeps(Kind::Ambiguous));
        assert!(!widths.keeps(Kind::Family) && !widths.keeps(Kind::Flag));
        assert_eq!((told.background, told.rest), (Background::Dark, Rest::Nothing));
        assert_eq!(told.typed, b"");
    }

    #[test]
    fn what_was_typed_in_between_is_kept_in_its_order() {
        let (columns, rest) = (answers([2; 8]), format!("{DARK}{DEVICE}"));
        let (some, others) = columns.split_at(12);

        let told = probed(&format!("h\u{e9}{some}\x1b[A{others}\x1b[1;2R{rest}!\r"));

        assert_eq!(String::from_utf8(told.typed).unwrap(), "h\u{e9}\x1b[A\x1b[1;2R!\r");
        assert!(told.widths.is_some());
    }

    #[test]
    fn answers_may_come_in_pieces_of_any_size() {
        let all = format!("{}{DARK}{DEVICE}", answers([2; 8]));
        let mut probe = Probe::default();

        all.bytes().for_each(|byte| probe.read(&[byte]));

        assert!(probe.is_over());
        assert_eq!(probe.end(), probed(&all));
    }

    #[test]
    fn a_terminal_that_answers_only_some_is_not_believed() {
        for bytes in [String::new(), answers([2; 8]), format!("\x1b[2;3R{DEVICE}"), DEVICE.to_owned()] {
            assert_eq!(probed(&bytes).widths, None, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_still_to_come_is_known() {
        let table = [
            (String::new(), Rest::Whole),
            ("\x1b[2;3".to_owned(), Rest::OfSequence),
            ("\x1b]11;rgb:0f".to_owned(), Rest::OfString),
            (DEVICE.to_owned(), Rest::Nothing),
        ];
        for (bytes, rest) in table {
            assert_eq!(probed(&bytes).rest, rest, "{bytes:?}");
        }
    }

    #[test]
    fn hostile_answers_are_none() {
        let huge = "\x1b[2;99999999999999999999R".repeat(8) + DEVICE;
        assert_eq!(probed(&huge).widths.map(|widths| widths.measured()), Some([None; 8]));

        let wide = "\x1b[2;200R\x1b[2;0R".repeat(4) + DEVICE;
        assert_eq!(probed(&wide).widths.map(|widths| widths.measured()), Some([None; 8]));

        let many = "\x1b[2;3R".repeat(100_000) + DEVICE;
        assert_eq!(probed(&many).widths, None);

        let endless = format!("\x1b]11;{}\x07\x1b[{}c{DEVICE}", "x".repeat(100_000), "1;".repeat(100_000));
        let told = probed(&endless);
        assert_eq!((told.background, told.typed.len()), (Background::Unknown, 0));
    }

    #[test]
    fn a_background_is_light_or_dark_however_it_is_written() {
        let table = [
            ("rgb:ffff/ffff/ffff", Background::Light),
            ("rgb:fd/f6/e3", Background::Light),
            ("rgba:0000/0000/0000/ffff", Background::Dark),
            ("rgb:f/0/0", Background::Dark),
            ("rgb:zz/00/00", Background::Unknown),
            ("rgb:00000/0/0", Background::Unknown),
            ("#ffffff", Background::Unknown),
            ("", Background::Unknown),
        ];
        for (colour, expected) in table {
            assert_eq!(background(colour), expected, "{colour}");
        }
    }
}
