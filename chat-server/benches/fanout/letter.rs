//! What is sent: who sent it, as which of theirs, and when; then letters up to its length.

use std::fmt::Write;
use std::time::Duration;

/// The shortest that holds it all.
const HEAD_BYTES: usize = 35;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Which of the senders of its room.
    pub(crate) sender: u32,
    /// Rising by one.
    pub(crate) n: u32,
    /// On the clock of the one who measures.
    pub(crate) posted: Duration,
}

impl Letter {
    /// A line of text of so many bytes.
    pub(crate) fn text(self, bytes: usize) -> String {
        let Self { sender, n, posted } = self;
        let mut text = String::with_capacity(bytes);
        write!(text, "{sender:08x} {n:08x} {:016x} ", posted.as_nanos() as u64).unwrap();
        text.extend(std::iter::repeat_n('x', bytes - HEAD_BYTES));
        text
    }

    pub(crate) fn read(text: &[u8]) -> Self {
        assert!(text[HEAD_BYTES..].iter().all(|letter| *letter == b'x'), "a text that nobody sent");
        let number = |at: std::ops::Range<usize>| {
            u64::from_str_radix(str::from_utf8(&text[at]).unwrap(), 16).expect("a text that somebody sent")
        };
        Self { sender: number(0..8) as u32, n: number(9..17) as u32, posted: Duration::from_nanos(number(18..34)) }
    }
}
