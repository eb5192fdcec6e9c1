//! The keys: one table. Dispatch and the help overlay read it.

use crate::widget::composer::Edit;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;

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

/// A key as it is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A row of the table.
#[derive(Debug)]
pub struct Binding {
    /// All do the same; the first is the one that help shows.
    pub keys: &'static [Key],
    pub context: Context,
    pub action: Action,
    /// Empty: not worth a line in the help overlay.
    pub help: &'static str,
}

const fn key(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::NONE }
}
const fn ctrl(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL }
}
const fn alt(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::ALT }
}
const fn with(modifiers: KeyModifiers, code: KeyCode) -> Key {
    Key { code, modifiers }
}
const fn row(keys: &'static [Key], context: Context, action: Action, help: &'static str) -> Binding {
    Binding { keys, context, action, help }
}

const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const ALT: KeyModifiers = KeyModifiers::ALT;
use Context::{
    Anywhere, Connecting, Distrust, Find, Help, Invite, Links, Picker, Prompt, Question, Room, Search, Selected,
    Switcher, Themes, Typing,
};
use KeyCode::{BackTab, Backspace, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up};

pub const BINDINGS: &[Binding] = &[
    row(&[key(Enter)], Room, Action::Send, "send"),
    row(&[with(ALT, Enter), ctrl('j')], Room, Action::Newline, "new line"),
    row(&[key(Tab)], Room, Action::Complete, "complete a name or a command"),
    row(&[key(Up)], Room, Action::Up, "a row up; on an empty line, what you wrote before"),
    row(&[key(Down)], Room, Action::Down, ""),
    row(&[key(PageUp)], Room, Action::PageUp, "scroll up; older messages load as you go"),
    row(&[key(PageDown)], Room, Action::PageDown, "scroll down"),
    row(&[with(ALT, Home)], Room, Action::Oldest, "to the oldest message here"),
    row(&[with(ALT, End)], Room, Action::Newest, "to the newest message"),
    row(&[alt('u')], Room, Action::Unread, "to the first unread message"),
    row(&[with(ALT, Up)], Room, Action::SelectEarlier, "select a message; what can be done about it stands below"),
    row(&[with(ALT, Down)], Room, Action::SelectLater, "the message after it; behind the last, back to writing"),
    row(&[ctrl('f')], Room, Action::Find, "find in this room; Right still moves by a character"),
    row(&[alt('a')], Room, Action::News, "to the next room with something new; then back"),
    row(&[alt('k')], Room, Action::Switch, "to a room by a few letters of its name"),
    row(&[alt('1')], Room, Action::Room(0), "to the first room; Alt-2 to Alt-9 to the others"),
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
    row(&[alt('e')], Room, Action::EditUnsent, "edit a message that was not sent"),
    row(&[alt('s')], Room, Action::SendUnsent, "send a message that was left over"),
    row(&[alt('x')], Room, Action::DiscardUnsent, "discard a message that was not sent"),
    row(&[key(F(5))], Room, Action::Mend, "reconnect now; after a room, open a new one"),
    row(&[key(Esc)], Room, Action::Dismiss, "to the newest message; again: everything is read"),
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
    row(&[alt('1')], Prompt, Action::Recent(0), "back to the first room of the list; Alt-2 to Alt-5 to the others"),
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
    row(&[key(Esc)], Find, Action::Dismiss, "stay there; Ctrl-C goes back to where you were"),
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

const fn ch(letter: char) -> Key {
    key(KeyCode::Char(letter))
}

impl Context {
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
            Themes => &[Themes, Anywhere],
            Links => &[Links, Anywhere],
            Picker => &[Picker, Anywhere],
            Typing => &[Typing, Anywhere],
            Anywhere => &[Anywhere],
        }
    }
}

/// What a key means here.
pub fn action(context: Context, event: KeyEvent) -> Option<Action> {
    let pressed = Key::from(event);
    let in_context = |at: &Context| BINDINGS.iter().find(|row| row.context == *at && row.keys.contains(&pressed));
    context.chain().iter().find_map(in_context).map(|row| row.action)
}

/// The character that a key types, if it types one.
pub fn typed(event: KeyEvent) -> Option<char> {
    match event.code {
        KeyCode::Char(c) if (event.modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        // AltGr is Ctrl+Alt on some terminals.
        KeyCode::Char(c) if event.modifiers == CTRL | ALT && !c.is_ascii_alphanumeric() => Some(c),
        _ => None,
    }
}

impl From<KeyEvent> for Key {
    /// Shift is in the character already, and in `BackTab`; elsewhere it makes no difference here.
    fn from(event: KeyEvent) -> Self {
        let modifiers = event.modifiers & (CTRL | ALT);
        let code = match event.code {
            KeyCode::Char(c) if !modifiers.is_empty() => KeyCode::Char(c.to_ascii_lowercase()),
            Tab if event.modifiers.contains(KeyModifiers::SHIFT) => BackTab,
            code => code,
        };
        Self { code, modifiers }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(CTRL) {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(ALT) {
            f.write_str("Alt-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.modifiers.is_empty() => write!(f, "{c}"),
            KeyCode::Char(c) => write!(f, "{}", c.to_ascii_uppercase()),
            PageUp => f.write_str("PgUp"),
            PageDown => f.write_str("PgDn"),
            BackTab => f.write_str("Shift-Tab"),
            F(number) => write!(f, "F{number}"),
            code => write!(f, "{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for context in
            [Room, Prompt, Connecting, Help, Question, Distrust, Invite, Search, Find, Switcher, Themes, Links, Picker]
        {
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
        let is_typed_in = |context| matches!(context, Room | Prompt | Find | Switcher | Typing | Anywhere);
        let bound = BINDINGS.iter().filter(|row| is_typed_in(row.context));
        for key in bound.flat_map(|row| row.keys) {
            assert!(!matches!(key, Key { code: KeyCode::Char(_), modifiers: KeyModifiers::NONE }), "{key}");
        }
    }

    #[test]
    fn a_key_is_named_as_it_is_pressed() {
        let names = [ctrl('a'), with(ALT, Enter), key(PageUp), key(BackTab), key(F(8)), with(CTRL, Left)];

        assert_eq!(names.map(|key| key.to_string()), ["Ctrl-A", "Alt-Enter", "PgUp", "Shift-Tab", "F8", "Ctrl-Left"]);
    }

    #[test]
    fn capitals_with_a_modifier_are_the_same_key() {
        let event = KeyEvent::new(KeyCode::Char('C'), CTRL | KeyModifiers::SHIFT);

        assert_eq!(action(Room, event), Some(Action::Interrupt));
    }
}
