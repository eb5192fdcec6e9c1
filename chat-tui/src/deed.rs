//! What can be done about the selected message, by letter.

use crate::opener;
use crate::state::State;
use crate::widget::timeline::Said;
use chat_proto::frame::{Role, Voice};

/// In the order in which they are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Reply,
    Edit,
    Delete,
    React,
    Copy,
    Open,
    /// To the message that it answers.
    Original,
}

const ALL: [Deed; 7] = [Deed::Reply, Deed::Edit, Deed::Delete, Deed::React, Deed::Copy, Deed::Open, Deed::Original];

impl Deed {
    /// What the keymap calls it, and what it does in a word.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Reply => ("reply", "reply"),
            Self::Edit => ("edit-message", "edit"),
            Self::Delete => ("delete", "delete"),
            Self::React => ("react", "react"),
            Self::Copy => ("copy", "copy"),
            Self::Open => ("open", "open"),
            Self::Original => ("original", "original"),
        }
    }

    /// Why it cannot be done about this message, if it cannot.
    pub fn objection(self, state: &State, said: &Said) -> Option<&'static str> {
        let is_over = state.room().is_none_or(|room| room.is_over);
        match self {
            Self::Reply | Self::Edit | Self::Delete | Self::React if is_over => {
                Some("nothing can be done in this room any more")
            }
            Self::Edit if !said.is_own => Some("only who said it can edit it"),
            Self::Delete if !said.is_own && !keeps_order(state) => {
                Some("only who said it, or who keeps order here, can delete it")
            }
            Self::Open if opener::links(&said.text).is_empty() => Some("there is no link in this message"),
            Self::Original if said.answers().is_none() => Some("this message answers none"),
            _ => None,
        }
    }
}

/// What can be done about the selected message.
pub fn possible(state: &State) -> Vec<Deed> {
    let Some((_, said)) = state.room().and_then(|room| room.timeline.selected()) else { return Vec::new() };
    ALL.into_iter().filter(|deed| deed.objection(state, said).is_none()).collect()
}

fn keeps_order(state: &State) -> bool {
    let me = state.person.and_then(|person| state.room()?.members.get(person));
    me.is_some_and(|me| me.role != Role::Member && me.voice == Voice::Free)
}
