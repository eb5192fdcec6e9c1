//! What actions and places are called in the file of options. A name that was released stays.

use super::{Action, Context, Dealing};
use crate::widget::composer::Edit;

const ROOMS: [&str; 9] = ["room-1", "room-2", "room-3", "room-4", "room-5", "room-6", "room-7", "room-8", "room-9"];
const LINKS: [&str; 9] = ["link-1", "link-2", "link-3", "link-4", "link-5", "link-6", "link-7", "link-8", "link-9"];
const RECENT: [&str; 5] = ["recent-1", "recent-2", "recent-3", "recent-4", "recent-5"];

impl Action {
    pub fn name(self) -> &'static str {
        match self {
            Self::Help => "help",
            Self::Redraw => "redraw",
            Self::Suspend => "suspend",
            Self::Interrupt => "interrupt",
            Self::Edit(edit) => edit_name(edit),
            Self::Newline => "newline",
            Self::Send => "send",
            Self::Complete => "complete",
            Self::Up => "up",
            Self::Down => "down",
            Self::PageUp => "page-up",
            Self::PageDown => "page-down",
            Self::Oldest => "oldest",
            Self::Newest => "newest",
            Self::Unread => "unread",
            Self::Find => "find",
            Self::Older => "older",
            Self::Newer => "newer",
            Self::ToggleMembers => "toggle-people",
            Self::ToggleRooms => "toggle-rooms",
            Self::Room(at) => ROOMS[at],
            Self::NextRoom => "next-room",
            Self::PreviousRoom => "previous-room",
            Self::News => "news",
            Self::Switch => "switch",
            Self::EditUnsent => "edit-unsent",
            Self::SendUnsent => "send-unsent",
            Self::DiscardUnsent => "discard-unsent",
            Self::Mend => "mend",
            Self::Dismiss => "dismiss",
            Self::NextField => "next-field",
            Self::PreviousField => "previous-field",
            Self::Go => "go",
            Self::TakeOffer => "take-offer",
            Self::Recent(at) => RECENT[at],
            Self::Leave => "leave",
            Self::Yes => "yes",
            Self::No => "no",
            Self::Discard => "discard",
            Self::Turn => "turn",
            Self::SelectEarlier => "select-earlier",
            Self::SelectLater => "select-later",
            Self::Unselect => "unselect",
            Self::Reply => "reply",
            Self::EditMessage => "edit-message",
            Self::Delete => "delete",
            Self::React => "react",
            Self::Copy => "copy",
            Self::Open => "open",
            Self::Original => "original",
            Self::Enter => "enter",
            Self::Link(at) => LINKS[at],
            Self::Crowd => "people",
            Self::Deal(dealing) => dealing_name(dealing),
        }
    }
}

fn dealing_name(dealing: Dealing) -> &'static str {
    match dealing {
        Dealing::Message => "message",
        Dealing::Whois => "whois",
        Dealing::Mention => "mention",
        Dealing::Ignore => "ignore",
        Dealing::Kick => "kick",
        Dealing::Ban => "ban",
        Dealing::Mute => "mute",
        Dealing::Operator => "operator",
    }
}

fn edit_name(edit: Edit) -> &'static str {
    match edit {
        Edit::LineStart => "line-start",
        Edit::LineEnd => "line-end",
        Edit::Left => "left",
        Edit::Right => "right",
        Edit::WordLeft => "word-left",
        Edit::WordRight => "word-right",
        Edit::DeleteLeft => "delete-left",
        Edit::DeleteRight => "delete-right",
        Edit::CutToLineStart => "cut-to-line-start",
        Edit::CutToLineEnd => "cut-to-line-end",
        Edit::CutWord => "cut-word",
        Edit::CutWordLeft => "cut-word-left",
        Edit::CutWordRight => "cut-word-right",
        Edit::Paste => "paste",
    }
}

impl Context {
    pub fn name(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere",
            Self::Typing => "typing",
            Self::Room => "room",
            Self::Selected => "selected",
            Self::Prompt => "prompt",
            Self::Connecting => "connecting",
            Self::Help => "help",
            Self::Question => "question",
            Self::Distrust => "distrust",
            Self::Invite => "invite",
            Self::Search => "search",
            Self::Find => "find",
            Self::Switcher => "switcher",
            Self::Crowd => "people",
            Self::Themes => "themes",
            Self::Links => "links",
            Self::Picker => "picker",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::BINDINGS;
    use super::*;

    #[test]
    fn every_place_of_the_table_has_a_name_by_which_it_is_found() {
        for row in BINDINGS {
            assert_eq!(Context::named(row.context.name()), Some(row.context));
        }
    }

    #[test]
    fn two_actions_never_share_a_name() {
        for (one, other) in BINDINGS.iter().flat_map(|one| BINDINGS.iter().map(move |other| (one, other))) {
            assert_eq!(one.action == other.action, one.action.name() == other.action.name(), "{:?}", one.action);
        }
    }
}
