//! What the types for text and names promise for every input.

use chat_proto::limits::{EMOJI_BYTES, MARKS_PER_BASE, NAME_BYTES, NAME_COLUMNS, TEXT_BYTES, TEXT_LINES, TOPIC_BYTES};
use chat_proto::text::{Text, Topic, visible, visible_line};
use chat_proto::{Emoji, Invite, Nick, RoomCode};
use unicode_normalization::char::is_combining_mark;
use unicode_width::UnicodeWidthStr;

pub(crate) fn is_judged_and_shown(bytes: &[u8]) {
    message(bytes);
    topic(bytes);
    name(bytes);
    code(bytes);
    reaction(bytes);
    invite(bytes);
    shown(bytes);
}

/// Cleaned once and for all, within its limits, and shown at the other end as it was accepted.
pub(crate) fn message(written: &[u8]) {
    let Ok(text) = Text::parse(written) else { return };
    let lines = text.as_str().split('\n').count();
    assert!(text.as_str().len() <= TEXT_BYTES && lines <= TEXT_LINES);
    assert_eq!(visible(text.as_str().as_bytes()), text.as_str());
    assert_eq!(Text::parse(text.as_str().as_bytes()), Ok(text));
}

pub(crate) fn topic(written: &[u8]) {
    let Ok(topic) = Topic::parse(written) else { return };
    assert!(topic.as_str().len() <= TOPIC_BYTES);
    assert_eq!(visible_line(topic.as_str().as_bytes()), topic.as_str());
    assert_eq!(Topic::parse(topic.as_str().as_bytes()), Ok(topic));
}

/// Taken once and for all, shown as it was taken, and not told from itself in other letters.
pub(crate) fn name(typed: &[u8]) {
    let Ok(name) = Nick::parse(typed) else { return };
    assert!(name.as_str().width() <= NAME_COLUMNS && name.as_str().len() <= NAME_BYTES);
    assert_eq!(visible_line(name.as_str().as_bytes()), name.as_str());
    for variant in [name.as_str().to_owned(), name.as_str().to_uppercase(), name.as_str().to_lowercase()] {
        if let Ok(variant) = Nick::parse(variant.as_bytes()) {
            assert_eq!(variant.key(), name.key(), "{variant} and {name}");
        }
    }
    assert_eq!(Nick::parse(name.as_str().as_bytes()), Ok(name));
}

pub(crate) fn code(typed: &[u8]) {
    let Ok(code) = RoomCode::parse(typed) else { return };
    assert!(code.bytes().iter().all(|letter| RoomCode::ALPHABET.contains(letter)));
    assert_eq!(RoomCode::parse(code.to_string().as_bytes()), Ok(code));
}

pub(crate) fn reaction(written: &[u8]) {
    let Ok(emoji) = Emoji::parse(written) else { return };
    assert!(emoji.as_str().len() <= EMOJI_BYTES);
    assert_eq!(visible_line(emoji.as_str().as_bytes()), emoji.as_str());
}

/// Read again as it is written. Whether a server can have this name is not judged here, so it may end in what is taken
/// off around an invite.
pub(crate) fn invite(pasted: &[u8]) {
    let Ok(invite) = Invite::parse(&String::from_utf8_lossy(pasted)) else { return };
    let is_bare = |c: char| c.is_alphanumeric() || matches!(c, '.' | ':' | '-' | '[' | ']');
    if invite.server.chars().all(is_bare) {
        assert_eq!(Invite::parse(&invite.to_string()), Ok(invite));
    }
}

/// Made visible once and for all; neither hides nor moves a cursor.
pub(crate) fn shown(received: &[u8]) {
    let shown = visible(received);
    assert_eq!(shown.chars().find(|c| hides_or_moves(*c)), None, "{shown:?}");
    assert!(most_marks_on_one_base(&shown) <= MARKS_PER_BASE, "{shown:?}");
    assert_eq!(visible(shown.as_bytes()), shown);

    let line = visible_line(received);
    assert_eq!(line.chars().find(|c| c.is_control()), None, "{line:?}");
    assert_eq!(visible_line(line.as_bytes()), line);
}

fn hides_or_moves(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}' | '\u{e0000}'..='\u{e007f}')
}

fn most_marks_on_one_base(text: &str) -> usize {
    let marks_or_bases = text.chars().filter(|c| !matches!(c, '\u{200c}' | '\u{200d}'));
    let mut most = 0;
    let mut marks = 0;
    for c in marks_or_bases {
        match c {
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {}
            c if is_combining_mark(c) => marks += 1,
            _ => marks = 0,
        }
        most = most.max(marks);
    }
    most
}
