//! How far one room has been searched.

use crate::link::Command;
use crate::quest::Quest;
use chat_proto::entry::{RoomId, Seq};
use chat_proto::frame::Beyond;
use chat_proto::text::visible_line;

/// A room that is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) room: RoomId,
    /// What finds the room, as it may be shown.
    pub(super) code: String,
    pub(super) quest: Quest,
    pub(super) stage: Stage,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stage {
    /// For what is before this place.
    Asked(Seq),
    /// Before this place there is more.
    More(Seq),
    All,
    /// The server gave up.
    Unsearched,
    /// There is no place for more.
    Full,
    /// What was asked for before this place; the sentence says why there is no answer.
    Refused(Seq, String),
}

impl Source {
    /// Not searched yet, and asked for.
    pub(super) fn new(room: RoomId, code: &str, quest: Quest) -> Self {
        Self { room, code: code.to_owned(), quest, stage: Stage::Asked(Seq(u64::MAX)) }
    }

    /// The question that waits for its answer, if one does.
    pub(super) fn request(&self) -> Option<Command> {
        match self.stage {
            Stage::Asked(before) => Some(Command::Search { room: self.room, quest: self.quest.clone(), before }),
            _ => None,
        }
    }

    /// Asks for more, if there is more.
    pub(super) fn go_on(&mut self) -> Option<Command> {
        let Stage::More(before) = self.stage else { return None };
        self.stage = Stage::Asked(before);
        self.request()
    }

    /// What lies beyond the answer whose last hit is at `last`.
    pub(super) fn answered(&mut self, last: Seq, beyond: Beyond, is_full: impl FnOnce() -> bool) {
        self.stage = match beyond {
            Beyond::More if is_full() => Stage::Full,
            Beyond::More => Stage::More(last),
            Beyond::Nothing => Stage::All,
            Beyond::Unsearched => Stage::Unsearched,
        };
    }

    /// There will be no answer.
    pub(super) fn refuse(&mut self, sentence: &str) {
        if let Stage::Asked(before) = self.stage {
            self.stage = Stage::Refused(before, visible_line(sentence.as_bytes()));
        }
    }

    /// What was refused may be asked again.
    pub(super) fn retry(&mut self) {
        if let Stage::Refused(before, _) = self.stage {
            self.stage = Stage::More(before);
        }
    }
}

impl Stage {
    /// Of several rooms, that is told which matters most to whoever waits.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::All => 0,
            Self::Unsearched => 1,
            Self::Full => 2,
            Self::More(_) => 3,
            Self::Refused(..) => 4,
            Self::Asked(_) => 5,
        }
    }
}
