//! What is being written about another message: an answer to it, or other words for it.

use crate::room::Room;
use crate::widget::timeline::Quote;
use chat_proto::Seq;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    Reply {
        to: Seq,
    },
    Edit {
        target: Seq,
        /// What was being written before.
        draft: String,
    },
}

impl About {
    /// The message.
    pub fn seq(&self) -> Seq {
        match self {
            Self::Reply { to } => *to,
            Self::Edit { target, .. } => *target,
        }
    }

    /// What is told above the composer, and the message in one line.
    pub fn line(&self, room: &Room) -> (String, String) {
        let Quote { name, text } = room.timeline.quote(self.seq());
        let what = match (self, name) {
            (Self::Reply { .. }, Some(name)) => format!("replying to {name}:"),
            (Self::Reply { .. }, None) => "replying to".to_owned(),
            (Self::Edit { .. }, _) => "editing:".to_owned(),
        };
        (what, text)
    }
}
