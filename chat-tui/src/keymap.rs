//! The keys: one table. What was bound otherwise is laid over it ([`Keymap`]); dispatch, hints and the help read that.

mod bound;
mod key;
mod name;
mod rebinding;

pub use bound::{Bound, Keymap};
pub use key::{Key, typed};

use crate::widget::composer::Edit;
use crossterm::event::KeyCode;
use key::{ALT, CTRL, alt, ch, ctrl, key, with};

/// Where a key means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    /// Always.
    Anywhere,
    /// Where text is typed: in the room and in the fields of the prompt.
    Typing,
    Room,
    /// In the room, while a message is selected.
    Selected,
    Prompt,
    Connecting,
    /// The help overlay.
    Help,
    /// A question.
    Question,
    /// A server that is not trusted.
    Distrust,
    /// The invite overlay.
    Invite,
    /// What a search found.
    Search,
    /// The line in which something is looked for in the room.
    Find,
    /// The switcher.
    Switcher,
    /// The list of people, with one of them chosen.
    Crowd,
    /// The list of themes.
    Themes,
    /// The links of a message.
    Links,
    /// Something to react with.
    Picker,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Help,
    Redraw,
    Suspend,
    Interrupt,
    Edit(Edit),
    Newline,
    Send,
    Complete,
    Up,
    Down,
    PageUp,
    PageDown,
    Oldest,
    Newest,
    Unread,
    Find,
    Older,
    Newer,
    ToggleMembers,
    ToggleRooms,
    /// Into the list of people.
    Crowd,
    Deal(Dealing),
    /// To the room that stands at this place of the list, from 0.
    Room(usize),
    NextRoom,
    PreviousRoom,
    News,
    Switch,
    EditUnsent,
    SendUnsent,
    DiscardUnsent,
    Mend,
    Dismiss,
    NextField,
    PreviousField,
    Go,
    TakeOffer,
    /// Back to the room that stands at this place of the list, from 0.
    Recent(usize),
    Leave,
    Yes,
    No,
    /// Throws away what is asked about.
    Discard,
    /// Shows the other side.
    Turn,
    SelectEarlier,
    SelectLater,
    Unselect,
    Reply,
    EditMessage,
    Delete,
    React,
    Copy,
    Open,
    /// To the message that this one answers.
    Original,
    /// What Enter does while a message is selected.
    Enter,
    /// The link that stands at this place of the list, from 0.
    Link(usize),
}

/// What is done with whoever is chosen in the list of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dealing {
    Message,
    Whois,
    Mention,
    Ignore,
    Kick,
    Ban,
    /// Or lets them speak again.
    Mute,
    /// Or takes it back.
    Operator,
}

/// A row of the table.
#[derive(Debug)]
pub struct Binding {
    /// All do the same; the first is the one that help shows.
    pub keys: &'static [Key],
    pub context: Context,
    pub action: Action,
    /// Empty: not worth a line in the help overlay. Other keys are named in it by what they do: `{help}`.
    pub help: &'static str,
}

const fn row(keys: &'static [Key], context: Context, action: Action, help: &'static str) -> Binding {
    Binding { keys, context, action, help }
}

use Context::{
    Anywhere, Connecting, Crowd, Distrust, Find, Help, Invite, Links, Picker, Prompt, Question, Room, Search, Selected,
    Switcher, Themes, Typing,
};
use KeyCode::{BackTab, Backspace, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up};

pub const BINDINGS: &[Binding] = &[
    row(&[key(Enter)], Room, Action::Send, "send"),
    row(&[with(ALT, Enter), ctrl('j')], Room, Action::Newline, "new line"),
    row(&[key(Tab)], Room, Action::Complete, "complete a command, a name or an emoji; again: the next"),
    row(
        &[key(Up)],
        Room,
        Action::Up,
        "a row up; in the list of what fits, to choose; on an empty line, what you wrote before",
    ),
    row(&[key(Down)], Room, Action::Down, ""),
    row(&[key(PageUp)], Room, Action::PageUp, "scroll up; older messages load as you go"),
    row(&[key(PageDown)], Room, Action::PageDown, "scroll down"),
    row(&[with(ALT, Home)], Room, Action::Oldest, "to the oldest message here"),
    row(&[with(ALT, End)], Room, Action::Newest, "to the newest message"),
    row(&[alt('u')], Room, Action::Unread, "to the first unread message"),
    row(&[with(ALT, Up)], Room, Action::SelectEarlier, "select a message; what can be done about it stands below"),
    row(&[with(ALT, Down)], Room, Action::SelectLater, "the message after it; behind the last, back to writing"),
    row(&[ctrl('f')], Room, Action::Find, "find in this room; {right} still moves by a character"),
    row(&[alt('a')], Room, Action::News, "to the next room with something new; then back"),
    row(&[alt('k')], Room, Action::Switch, "to a room by a few letters of its name"),
    row(&[alt('1')], Room, Action::Room(0), "to the first room; {room-2} to {room-9} to the others"),
    row(&[alt('2')], Room, Action::Room(1), ""),
    row(&[alt('3')], Room, Action::Room(2), ""),
    row(&[alt('4')], Room, Action::Room(3), ""),
    row(&[alt('5')], Room, Action::Room(4), ""),
    row(&[alt('6')], Room, Action::Room(5), ""),
    row(&[alt('7')], Room, Action::Room(6), ""),
    row(&[alt('8')], Room, Action::Room(7), ""),
    row(&[alt('9')], Room, Action::Room(8), ""),
    row(&[ctrl('n')], Room, Action::NextRoom, "to the next room"),
    row(&[ctrl('p')], Room, Action::PreviousRoom, "to the room before"),
    row(&[key(F(7))], Room, Action::ToggleRooms, "show or hide the rooms"),
    row(&[key(F(8))], Room, Action::ToggleMembers, "show or hide who is here"),
    row(&[key(F(9))], Room, Action::Crowd, "choose somebody in the list: speak alone, look, mention, ignore"),
    row(&[alt('e')], Room, Action::EditUnsent, "edit a message that was not sent"),
    row(&[alt('s')], Room, Action::SendUnsent, "send a message that was left over"),
    row(&[alt('x')], Room, Action::DiscardUnsent, "discard a message that was not sent"),
    row(&[key(F(5))], Room, Action::Mend, "reconnect now; after a room, open a new one"),
    row(
        &[key(Esc)],
        Room,
        Action::Dismiss,
        "close the list of what fits; to the newest message; again: everything is read",
    ),
    row(&[ch('r')], Selected, Action::Reply, "reply to it"),
    row(&[ch('e')], Selected, Action::EditMessage, "edit it, if it is yours"),
    row(&[ch('d')], Selected, Action::Delete, "delete it for everybody, after asking"),
    row(&[ch('+')], Selected, Action::React, "react, or take it back"),
    row(&[ch('y')], Selected, Action::Copy, "copy it"),
    row(&[ch('o')], Selected, Action::Open, "open its link"),
    row(&[ch('g')], Selected, Action::Original, "to the message that it answers"),
    row(&[key(Enter)], Selected, Action::Enter, ""),
    row(&[key(Up)], Selected, Action::SelectEarlier, ""),
    row(&[key(Down)], Selected, Action::SelectLater, ""),
    row(&[key(Esc)], Selected, Action::Unselect, "back to writing; so does any other character"),
    row(&[ctrl('c')], Anywhere, Action::Interrupt, "clear the line; again: quit"),
    row(&[ctrl('z')], Anywhere, Action::Suspend, "suspend; fg comes back"),
    row(&[ctrl('l')], Anywhere, Action::Redraw, "draw the screen again"),
    row(&[key(F(1))], Anywhere, Action::Help, "this help"),
    row(&[ctrl('a'), key(Home)], Typing, Action::Edit(Edit::LineStart), "start of the line"),
    row(&[ctrl('e'), key(End)], Typing, Action::Edit(Edit::LineEnd), "end of the line"),
    row(&[ctrl('b'), key(Left)], Typing, Action::Edit(Edit::Left), ""),
    row(&[key(Right)], Typing, Action::Edit(Edit::Right), ""),
    row(&[alt('b'), with(CTRL, Left), with(ALT, Left)], Typing, Action::Edit(Edit::WordLeft), "a word back"),
    row(&[alt('f'), with(CTRL, Right), with(ALT, Right)], Typing, Action::Edit(Edit::WordRight), "a word forward"),
    row(&[key(Backspace), ctrl('h')], Typing, Action::Edit(Edit::DeleteLeft), ""),
    row(&[ctrl('d'), key(Delete)], Typing, Action::Edit(Edit::DeleteRight), ""),
    row(&[ctrl('u')], Typing, Action::Edit(Edit::CutToLineStart), "cut to the start of the line"),
    row(&[ctrl('k')], Typing, Action::Edit(Edit::CutToLineEnd), "cut to the end of the line"),
    row(&[ctrl('w')], Typing, Action::Edit(Edit::CutWord), "cut back to white space"),
    row(&[with(ALT, Backspace), with(CTRL, Backspace)], Typing, Action::Edit(Edit::CutWordLeft), "cut a word back"),
    row(&[alt('d'), with(CTRL, Delete)], Typing, Action::Edit(Edit::CutWordRight), "cut a word forward"),
    row(&[ctrl('y')], Typing, Action::Edit(Edit::Paste), "put back what was cut or cleared"),
    row(&[key(Tab), key(Down)], Prompt, Action::NextField, "next field"),
    row(&[key(BackTab), key(Up)], Prompt, Action::PreviousField, "previous field"),
    row(&[key(Enter)], Prompt, Action::Go, "go"),
    row(&[key(F(2))], Prompt, Action::TakeOffer, "take what is offered"),
    row(&[ctrl('f')], Prompt, Action::Edit(Edit::Right), ""),
    row(
        &[alt('1')],
        Prompt,
        Action::Recent(0),
        "back to the first room of the list; {recent-2} to {recent-5} to the others",
    ),
    row(&[alt('2')], Prompt, Action::Recent(1), ""),
    row(&[alt('3')], Prompt, Action::Recent(2), ""),
    row(&[alt('4')], Prompt, Action::Recent(3), ""),
    row(&[alt('5')], Prompt, Action::Recent(4), ""),
    row(&[key(Esc)], Prompt, Action::Leave, "quit"),
    row(&[key(Esc)], Connecting, Action::Leave, "back to the prompt"),
    row(&[key(Esc), key(Enter), ch('q')], Help, Action::Dismiss, ""),
    row(&[key(Up), ch('k')], Help, Action::Up, ""),
    row(&[key(Down), ch('j')], Help, Action::Down, ""),
    row(&[key(PageUp), ch('b')], Help, Action::PageUp, ""),
    row(&[key(PageDown), ch(' ')], Help, Action::PageDown, ""),
    row(&[key(Home), with(ALT, Home)], Help, Action::Oldest, ""),
    row(&[key(End), with(ALT, End)], Help, Action::Newest, ""),
    row(&[key(Enter), ch('y')], Question, Action::Yes, ""),
    row(&[key(Esc), ch('n')], Question, Action::No, ""),
    row(&[ch('x')], Question, Action::Discard, ""),
    row(&[key(Enter), key(F(5))], Distrust, Action::Mend, ""),
    row(&[key(Esc), ch('q')], Distrust, Action::Dismiss, ""),
    row(&[key(Up), ch('k')], Distrust, Action::Up, ""),
    row(&[key(Down), ch('j')], Distrust, Action::Down, ""),
    row(&[key(PageUp), ch('b')], Distrust, Action::PageUp, ""),
    row(&[key(PageDown), ch(' ')], Distrust, Action::PageDown, ""),
    row(&[key(Esc), key(Enter)], Invite, Action::Dismiss, ""),
    row(&[ch('q')], Invite, Action::Turn, ""),
    row(&[key(Enter), ch('m')], Crowd, Action::Deal(Dealing::Message), ""),
    row(&[ch('w')], Crowd, Action::Deal(Dealing::Whois), ""),
    row(&[ch('@')], Crowd, Action::Deal(Dealing::Mention), ""),
    row(&[ch('i')], Crowd, Action::Deal(Dealing::Ignore), ""),
    row(&[ch('k')], Crowd, Action::Deal(Dealing::Kick), ""),
    row(&[ch('b')], Crowd, Action::Deal(Dealing::Ban), ""),
    row(&[ch('u')], Crowd, Action::Deal(Dealing::Mute), ""),
    row(&[ch('o')], Crowd, Action::Deal(Dealing::Operator), ""),
    row(&[key(Up)], Crowd, Action::Up, ""),
    row(&[key(Down)], Crowd, Action::Down, ""),
    row(&[key(PageUp)], Crowd, Action::PageUp, ""),
    row(&[key(PageDown)], Crowd, Action::PageDown, ""),
    row(&[key(Home)], Crowd, Action::Oldest, ""),
    row(&[key(End)], Crowd, Action::Newest, ""),
    row(&[key(Esc), key(F(8)), key(F(9)), ch('q')], Crowd, Action::Dismiss, ""),
    row(&[key(Enter)], Switcher, Action::Go, ""),
    row(&[key(Esc), alt('k')], Switcher, Action::Dismiss, ""),
    row(&[key(Up), ctrl('p')], Switcher, Action::Up, ""),
    row(&[key(Down), ctrl('n')], Switcher, Action::Down, ""),
    row(&[key(PageUp)], Switcher, Action::PageUp, ""),
    row(&[key(PageDown)], Switcher, Action::PageDown, ""),
    row(&[key(Enter)], Search, Action::Go, ""),
    row(&[key(Esc), ch('q')], Search, Action::Dismiss, ""),
    row(&[key(Up), ch('k')], Search, Action::Up, ""),
    row(&[key(Down), ch('j')], Search, Action::Down, ""),
    row(&[key(PageUp), ch('b')], Search, Action::PageUp, ""),
    row(&[key(PageDown), ch(' ')], Search, Action::PageDown, ""),
    row(&[key(Home), with(ALT, Home)], Search, Action::Oldest, ""),
    row(&[key(End), with(ALT, End)], Search, Action::Newest, ""),
    row(&[key(Enter), key(Up), ctrl('r'), ctrl('f')], Find, Action::Older, "to the next older message that has it"),
    row(&[key(Down), with(ALT, Enter), ctrl('s')], Find, Action::Newer, "to the next newer one"),
    row(&[key(PageUp)], Find, Action::PageUp, ""),
    row(&[key(PageDown)], Find, Action::PageDown, ""),
    row(&[key(Esc)], Find, Action::Dismiss, "stay there; {interrupt} goes back to where you were"),
    row(&[key(Enter)], Themes, Action::Go, ""),
    row(&[key(Esc), ch('q')], Themes, Action::Dismiss, ""),
    row(&[key(Up), ch('k')], Themes, Action::Up, ""),
    row(&[key(Down), ch('j')], Themes, Action::Down, ""),
    row(&[key(Home), with(ALT, Home)], Themes, Action::Oldest, ""),
    row(&[key(End), with(ALT, End)], Themes, Action::Newest, ""),
    row(&[key(Enter), ch('1')], Links, Action::Link(0), ""),
    row(&[ch('2')], Links, Action::Link(1), ""),
    row(&[ch('3')], Links, Action::Link(2), ""),
    row(&[ch('4')], Links, Action::Link(3), ""),
    row(&[ch('5')], Links, Action::Link(4), ""),
    row(&[ch('6')], Links, Action::Link(5), ""),
    row(&[ch('7')], Links, Action::Link(6), ""),
    row(&[ch('8')], Links, Action::Link(7), ""),
    row(&[ch('9')], Links, Action::Link(8), ""),
    row(&[key(Enter)], Picker, Action::Go, ""),
    row(&[key(Esc)], Picker, Action::Dismiss, ""),
    row(&[key(Left), key(BackTab)], Picker, Action::PreviousField, ""),
    row(&[key(Right), key(Tab)], Picker, Action::NextField, ""),
    row(&[key(Up)], Picker, Action::Up, ""),
    row(&[key(Down)], Picker, Action::Down, ""),
    row(&[key(Backspace), ctrl('h')], Picker, Action::Edit(Edit::DeleteLeft), ""),
    row(&[key(Esc), ch('q')], Links, Action::Dismiss, ""),
];

impl Context {
    pub const ALL: [Self; 17] = [
        Anywhere, Typing, Room, Selected, Prompt, Connecting, Help, Question, Distrust, Invite, Search, Find, Switcher,
        Crowd, Themes, Links, Picker,
    ];

    /// The contexts whose keys hold here, the nearest first.
    fn chain(self) -> &'static [Context] {
        match self {
            Room => &[Room, Typing, Anywhere],
            // Its letters come before what they would type, and its Esc before the room's.
            Selected => &[Selected, Room, Typing, Anywhere],
            Prompt => &[Prompt, Typing, Anywhere],
            Connecting => &[Connecting, Anywhere],
            Help => &[Help, Anywhere],
            Question => &[Question, Anywhere],
            Distrust => &[Distrust, Anywhere],
            Invite => &[Invite, Anywhere],
            Search => &[Search, Anywhere],
            Find => &[Find, Typing, Anywhere],
            Switcher => &[Switcher, Typing, Anywhere],
            Crowd => &[Crowd, Anywhere],
            Themes => &[Themes, Anywhere],
            Links => &[Links, Anywhere],
            Picker => &[Picker, Anywhere],
            Typing => &[Typing, Anywhere],
            Anywhere => &[Anywhere],
        }
    }

    /// Whether a key that types something types it here.
    pub(super) fn is_typed_in(self) -> bool {
        match self {
            Anywhere | Picker => true,
            // A letter that does something about a message types nothing.
            Selected => false,
            _ => self.chain().contains(&Typing),
        }
    }

    /// Whether a key may not mean one thing here and another there. What is selected lays its keys over those of the
    /// room.
    pub(super) fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Selected, Room | Typing) | (Room | Typing, Selected) => false,
            _ => self.chain().contains(&other) || other.chain().contains(&self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyEvent, KeyModifiers};

    #[test]
    fn no_key_means_two_things_in_one_place() {
        // What is selected lays its keys over those of the room.
        for context in Context::ALL.into_iter().filter(|context| *context != Selected) {
            let rows = BINDINGS.iter().filter(|row| context.chain().contains(&row.context));
            let keys: Vec<String> = rows.flat_map(|row| row.keys.iter().map(Key::to_string)).collect();
            for (i, key) in keys.iter().enumerate() {
                assert!(!keys[..i].contains(key), "{key} stands twice in {context:?}");
            }
        }
    }

    #[test]
    fn no_letter_means_two_things_about_a_message() {
        let rows = BINDINGS.iter().filter(|row| row.context == Selected);
        let keys: Vec<String> = rows.flat_map(|row| row.keys.iter().map(Key::to_string)).collect();
        let once: std::collections::BTreeSet<&String> = keys.iter().collect();

        assert_eq!(once.len(), keys.len(), "{keys:?}");
    }

    #[test]
    fn keys_that_type_are_bound_only_where_nothing_is_typed() {
        let bound = BINDINGS.iter().filter(|row| row.context.is_typed_in());
        for key in bound.flat_map(|row| row.keys) {
            assert!(!key.types(), "{key}");
        }
    }

    #[test]
    fn capitals_with_a_modifier_are_the_same_key() {
        let event = KeyEvent::new(KeyCode::Char('C'), CTRL | KeyModifiers::SHIFT);

        assert_eq!(Keymap::default().action(Room, event), Some(Action::Interrupt));
    }
}
