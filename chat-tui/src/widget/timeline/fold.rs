//! Comings and goings that follow one another, told in one line.

use chat_proto::{EntryBody, LeaveReason};

/// Changes that one line tells; more begin a new one.
pub(super) const FOLD_MAX: usize = 64;
/// Names in a list; the rest is a number.
const NAMES_MAX: usize = 5;

/// Somebody came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub name: String,
    pub kind: ChangeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Opened,
    Joined,
    Left(LeaveReason),
}

impl ChangeKind {
    /// The change that an entry tells, if it tells one.
    pub(super) fn of(body: &EntryBody) -> Option<Self> {
        match body {
            EntryBody::Opened => Some(Self::Opened),
            EntryBody::Joined(_) => Some(Self::Joined),
            EntryBody::Left(reason) => Some(Self::Left(*reason)),
            _ => None,
        }
    }
}

/// What became of somebody over all the changes of a fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Opened,
    Joined,
    CameBack,
    CameAndWent,
    /// Not a member any more, which is more than being away.
    CameAndLeft,
    Left(LeaveReason),
}

/// The fold as pieces: `→ alice opened the room`, `→ bob, carol joined`, `← dave left`.
pub(crate) fn sentences(changes: &[Change]) -> Vec<String> {
    let mut groups: Vec<(Outcome, Vec<&str>)> = Vec::new();
    for (name, outcome) in outcomes(changes) {
        match groups.iter_mut().find(|(same, _)| *same == outcome) {
            Some((_, names)) => names.push(name),
            None => groups.push((outcome, vec![name])),
        }
    }
    groups.into_iter().map(|(outcome, names)| outcome.sentence(&list(&names))).collect()
}

fn outcomes(changes: &[Change]) -> Vec<(&str, Outcome)> {
    let mut outcomes: Vec<(&str, ChangeKind, ChangeKind)> = Vec::new();
    for change in changes {
        match outcomes.iter_mut().find(|(name, ..)| *name == change.name) {
            // Whoever opens a room also enters it.
            Some((_, ChangeKind::Opened, _)) if change.kind == ChangeKind::Joined => {}
            Some((_, _, last)) => *last = change.kind,
            None => outcomes.push((&change.name, change.kind, change.kind)),
        }
    }
    outcomes
        .into_iter()
        .flat_map(|(name, first, last)| Outcome::between(first, last).map(move |told| (name, told)))
        .collect()
}

impl Outcome {
    /// What is told: one thing, but whoever opened the room did so whatever came after.
    fn between(first: ChangeKind, last: ChangeKind) -> impl Iterator<Item = Self> {
        let (told, then) = match (first, last) {
            (ChangeKind::Opened, ChangeKind::Left(reason)) => (Self::Opened, Some(Self::Left(reason))),
            (ChangeKind::Opened, _) => (Self::Opened, None),
            (ChangeKind::Left(_), ChangeKind::Joined) => (Self::CameBack, None),
            (_, ChangeKind::Joined | ChangeKind::Opened) => (Self::Joined, None),
            (ChangeKind::Left(_), ChangeKind::Left(reason)) => (Self::Left(reason), None),
            (ChangeKind::Joined, ChangeKind::Left(LeaveReason::Leave)) => (Self::CameAndLeft, None),
            (ChangeKind::Joined, ChangeKind::Left(_)) => (Self::CameAndWent, None),
        };
        std::iter::once(told).chain(then)
    }

    fn sentence(self, names: &str) -> String {
        match self {
            Self::Opened => format!("→ {names} opened the room"),
            Self::Joined => format!("→ {names} joined"),
            Self::CameBack => format!("→ {names} came back"),
            Self::CameAndWent => format!("↔ {names} came and went"),
            Self::CameAndLeft => format!("↔ {names} came and left for good"),
            Self::Left(LeaveReason::Quit) => format!("← {names} quit"),
            Self::Left(LeaveReason::Lost) => format!("← {names} lost the connection"),
            Self::Left(LeaveReason::Leave) => format!("← {names} left for good"),
        }
    }
}

pub(super) fn list(names: &[&str]) -> String {
    match names.len() {
        0..=NAMES_MAX => names.join(", "),
        many => format!("{} and {} others", names[..NAMES_MAX - 1].join(", "), many - NAMES_MAX + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(changes: &[(&str, ChangeKind)]) -> String {
        let changes: Vec<Change> =
            changes.iter().map(|(name, kind)| Change { name: (*name).into(), kind: *kind }).collect();
        sentences(&changes).join(" | ")
    }

    const QUIT: ChangeKind = ChangeKind::Left(LeaveReason::Quit);

    #[test]
    fn people_with_the_same_outcome_share_a_sentence() {
        let changes = [
            ("alice", ChangeKind::Opened),
            ("alice", ChangeKind::Joined),
            ("bob", ChangeKind::Joined),
            ("carol", ChangeKind::Joined),
        ];

        assert_eq!(told(&changes), "→ alice opened the room | → bob, carol joined");
    }

    #[test]
    fn only_the_outcome_of_several_changes_is_told() {
        assert_eq!(told(&[("bob", QUIT), ("bob", ChangeKind::Joined)]), "→ bob came back");
        assert_eq!(told(&[("bob", ChangeKind::Joined), ("bob", QUIT)]), "↔ bob came and went");
        let for_good = ChangeKind::Left(LeaveReason::Leave);
        assert_eq!(told(&[("bob", ChangeKind::Joined), ("bob", for_good)]), "↔ bob came and left for good");
        assert_eq!(told(&[("bob", ChangeKind::Opened), ("bob", QUIT)]), "→ bob opened the room | ← bob quit");
        assert_eq!(told(&[("bob", QUIT), ("bob", ChangeKind::Joined), ("bob", QUIT)]), "← bob quit");
    }

    #[test]
    fn a_crowd_is_a_number() {
        let crowd: Vec<(&str, ChangeKind)> =
            ["a", "b", "c", "d", "e", "f", "g"].into_iter().map(|name| (name, ChangeKind::Joined)).collect();

        assert_eq!(told(&crowd), "→ a, b, c, d and 3 others joined");
    }
}
