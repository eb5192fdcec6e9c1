//! A room of a server that passes on what is said in text: how its messages begin, and how long they are.

use crate::inbox::Inbox;

/// What stands around the text of a message.
const END: &str = "\r\n";

pub(crate) struct Channel {
    pub(crate) name: String,
    /// What stands before the length of each message.
    head: Vec<u8>,
    inbox: Inbox,
}

impl Channel {
    /// The channel of a room, whose messages begin with what `head` makes of its name, a length and the end of a line.
    pub(crate) fn of(room: u32, head: impl Fn(&str) -> String) -> Self {
        let name = format!("room-{room:05}");
        Self { head: head(&name).into_bytes(), name, inbox: Inbox::default() }
    }

    /// Hands over the text of each message. `other` says how long in front is what is no message, if it is all there.
    pub(crate) fn read(&mut self, came: &[u8], each: &mut dyn FnMut(&[u8]), other: impl Fn(&[u8]) -> Option<usize>) {
        let Self { head, inbox, .. } = self;
        inbox.take(came, |bytes| {
            let Some(rest) = bytes.strip_prefix(head.as_slice()) else { return other(bytes) };
            let (length, line) = number(rest)?;
            let whole = line + length + END.len();
            each(&rest.get(..whole)?[line..line + length]);
            Some(head.len() + whole)
        });
    }
}

/// The number that is a line, and how long the line is.
pub(crate) fn number(bytes: &[u8]) -> Option<(usize, usize)> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let line = digits + END.len();
    let number = bytes[..digits].iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
    (line <= bytes.len()).then_some((number, line))
}
