//! Where a storm takes its choices from: a seed, or a tape that a fuzzer wrote.

use bytes::Bytes;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

pub(crate) trait Chance {
    /// One of so many.
    fn below(&mut self, end: u64) -> u64;

    /// Text as somebody writes it who means harm, or knows no better.
    fn text(&mut self) -> Bytes;
}

const TEXTS: [&str; 16] = [
    "",
    "hello alice",
    "one\r\ntwo\t",
    "\u{1b}[2J\u{1b}]52;c;b3duZWQ=\u{7}",
    "\u{202e}evil\u{2066}",
    "z\u{301}\u{301}\u{301}\u{301}",
    "結果 שלום مرحبا",
    "👩\u{200d}👩\u{200d}👧 🏳\u{fe0f}\u{200d}🌈 🇩🇪",
    "**bold _and_ `code`** ~~x~~ ||y||",
    "```\nfn main() {}\n```",
    "> said\n- one\n1. two\n# three",
    "https://a.example/?q=結 <https://b.example> [c](https://d.example)",
    "@alice @here @\u{1b}",
    "\n\n\n\n",
    "/me waves",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
];

impl Chance for StdRng {
    fn below(&mut self, end: u64) -> u64 {
        self.random_range(0..end)
    }

    fn text(&mut self) -> Bytes {
        let pieces = self.random_range(1..4);
        let piece = |rng: &mut Self| *TEXTS.choose(rng).expect("tables have rows");
        (0..pieces).map(|_| piece(self)).collect::<String>().into()
    }
}

/// Choices that stand in bytes. Behind its end, everything is the first of its kind, and nothing is written.
pub(crate) struct Tape<'a>(pub(crate) &'a [u8]);

impl Tape<'_> {
    pub(crate) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }
}

impl Chance for Tape<'_> {
    fn below(&mut self, end: u64) -> u64 {
        let chosen = match end {
            ..=0x100 => u64::from(self.next()),
            _ => u64::from(u16::from_be_bytes([self.next(), self.next()])),
        };
        chosen % end
    }

    fn text(&mut self) -> Bytes {
        let length = usize::from(self.next()).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        Bytes::copy_from_slice(text)
    }
}
