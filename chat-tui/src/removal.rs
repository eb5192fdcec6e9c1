//! Being removed from a room, in words. That it happened, the server says at once; who did it, the log said before.

use crate::widget::timeline::name;
use chat_proto::entry::{Act, Entry, EntryBody, LeaveReason, PersonId};
use chat_proto::frame::EndReason;

/// What the log said about a removal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    by: String,
    how: How,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Kicked,
    Banned,
    /// By themselves, in another session.
    Left,
}

impl Removal {
    /// The removal of this person, if the entry is one.
    pub fn of(entry: &Entry, person: Option<PersonId>) -> Option<Self> {
        let (how, whom) = match &entry.body {
            EntryBody::Act(act @ Act::Kick(_)) => (How::Kicked, act.target()?.person),
            EntryBody::Act(act @ Act::Ban(..)) => (How::Banned, act.target()?.person),
            EntryBody::Left(LeaveReason::Leave) => (How::Left, entry.author.person),
            _ => return None,
        };
        (Some(whom) == person).then(|| Self { by: name(&entry.author.name), how })
    }
}

/// What somebody who was removed from the room with this code is told, as far as it is known.
pub fn sentence(code: &str, removal: Option<&Removal>) -> String {
    match removal {
        None => format!("you were removed from {code}"),
        Some(Removal { by, how: How::Kicked }) => {
            format!("you were removed from {code} by {by}; you can come back after a while")
        }
        Some(Removal { by, how: How::Banned }) => format!("you were banned from {code} by {by}"),
        Some(Removal { how: How::Left, .. }) => format!("you left {code} elsewhere"),
    }
}

/// Whoever is not let back in is not told why.
pub fn ended_or_shut(code: impl std::fmt::Display) -> String {
    format!("{code} has ended, or you are no longer let in")
}

/// Why nothing more comes from the room with this code.
pub fn ended(code: impl std::fmt::Display, reason: EndReason, removal: Option<&Removal>) -> String {
    match reason {
        EndReason::Over => format!("the room {code} has ended"),
        EndReason::Removed => sentence(&code.to_string(), removal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fixtures::message;
    use chat_proto::entry::{Author, BanScope};
    use chat_proto::{Seq, Target};

    const ME: Option<PersonId> = Some(PersonId(1));

    fn act(act: Act) -> Entry {
        Entry { body: EntryBody::Act(act), ..message(7, Seq(6)) }
    }

    fn left(person: u64) -> Entry {
        let author = Author { person: PersonId(person), ..message(7, Seq(6)).author };
        Entry { body: EntryBody::Left(LeaveReason::Leave), author, ..message(7, Seq(6)) }
    }

    fn target(person: u64) -> Target {
        Target { person: PersonId(person), name: "alice".into() }
    }

    #[test]
    fn who_did_it_and_for_how_long_is_said_as_far_as_it_is_known() {
        for (entry, told) in [
            (act(Act::Kick(target(1))), "you were removed from AB3Z by bob; you can come back after a while"),
            (act(Act::Ban(target(1), BanScope::Address)), "you were banned from AB3Z by bob"),
            (left(1), "you left AB3Z elsewhere"),
            (left(3), "you were removed from AB3Z"),
            (act(Act::Mute(target(1))), "you were removed from AB3Z"),
            (act(Act::Kick(target(3))), "you were removed from AB3Z"),
            (message(7, Seq(6)), "you were removed from AB3Z"),
        ] {
            assert_eq!(sentence("AB3Z", Removal::of(&entry, ME).as_ref()), told);
        }
    }

    #[test]
    fn nobody_is_meant_before_the_login() {
        assert_eq!(Removal::of(&act(Act::Kick(target(1))), None), None);
    }
}
