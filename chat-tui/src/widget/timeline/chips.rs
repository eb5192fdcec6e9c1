//! The line below a message: its reactions, with those of one's own that are still on their way.

use super::fold::list;
use super::{Item, Look, Pending, Row, Timeline, What};
use crate::wrap;
use chat_proto::entry::{EntryBody, React, ReactionState};
use chat_proto::limits::EMOJI_PER_MESSAGE;

/// Columns before the first one of a row.
const INDENT: usize = 2;
/// Columns between two.
const GAP: usize = 2;

/// An emoji and how many gave it; who, where the reader wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    pub text: String,
    pub is_own: bool,
    /// Whether its author waits for an answer about it.
    pub is_waiting: bool,
}

/// What is known of one emoji, before it becomes words.
struct Count<'a> {
    emoji: &'a str,
    names: Vec<&'a str>,
    is_own: bool,
    is_waiting: bool,
}

impl Timeline {
    /// The rows of the reactions to what block `index` says.
    pub(super) fn reaction_rows(&self, index: usize, look: &Look, rows: &mut Vec<Row>) {
        let counts = self.counts(index);
        let is_telling = self.is_selected(index);
        let mut chips: Vec<Chip> = counts.iter().take(EMOJI_PER_MESSAGE).map(|count| count.chip(is_telling)).collect();
        if let Some(more) = counts.len().checked_sub(EMOJI_PER_MESSAGE).filter(|more| *more > 0) {
            chips.push(Chip { text: format!("+{more}"), is_own: false, is_waiting: false });
        }
        let columns = usize::from(look.text_columns()).saturating_sub(INDENT);
        let lines = lines(chips, columns).into_iter().enumerate();
        rows.extend(lines.map(|(i, chips)| Row::Reactions { block: index, chips, is_first: i == 0 }));
    }

    /// The reactions as they will be once everything has arrived.
    fn counts(&self, index: usize) -> Vec<Count<'_>> {
        let Some(Item { first, what: What::Said(said), .. }) = self.items.get(index) else { return Vec::new() };
        let counted = said.reactions().iter().map(|reaction| {
            let others = reaction.people.iter().skip(usize::from(reaction.is_own));
            let own = reaction.is_own.then_some("you");
            Count {
                emoji: reaction.emoji.as_str(),
                names: own.into_iter().chain(others.map(|(_, name)| name.as_str())).collect(),
                is_own: reaction.is_own,
                is_waiting: false,
            }
        });
        let mut counts: Vec<_> = counted.collect();
        for pending in self.pending.iter().filter(|pending| pending.body.target() == Some(*first)) {
            take_in(&mut counts, pending);
        }
        counts
    }
}

/// Counts a reaction of one's own that the log does not show yet.
fn take_in<'a>(counts: &mut Vec<Count<'a>>, pending: &'a Pending) {
    let EntryBody::React(React { emoji, state, .. }) = &pending.body else { return };
    let Some(emoji) = std::str::from_utf8(emoji).ok().filter(|_| !pending.needs_decision()) else { return };
    let at = counts.iter().position(|count| count.emoji == emoji).unwrap_or_else(|| {
        counts.push(Count { emoji, names: Vec::new(), is_own: false, is_waiting: true });
        counts.len() - 1
    });
    let count = &mut counts[at];
    count.is_waiting = true;
    match (state, count.is_own) {
        (ReactionState::On, false) => count.names.insert(0, "you"),
        (ReactionState::Off, true) => drop(count.names.remove(0)),
        _ => {}
    }
    count.is_own = *state == ReactionState::On;
}

impl Count<'_> {
    fn chip(&self, is_telling: bool) -> Chip {
        let emoji = wrap::apart(self.emoji);
        let behind = if is_telling { list(&self.names) } else { self.names.len().to_string() };
        Chip { text: format!("{emoji} {behind}"), is_own: self.is_own, is_waiting: self.is_waiting }
    }
}

/// As many on each line as fit.
fn lines(chips: Vec<Chip>, columns: usize) -> Vec<Vec<Chip>> {
    let mut lines: Vec<Vec<Chip>> = Vec::new();
    let mut used = 0;
    for chip in chips {
        let text = wrap::cut(&chip.text, columns).into_owned();
        let needed = wrap::width(&text);
        let chip = Chip { text, ..chip };
        if let Some(line) = lines.last_mut().filter(|_| used + GAP + needed <= columns) {
            used += GAP + needed;
            line.push(chip);
        } else {
            used = needed;
            lines.push(vec![chip]);
        }
    }
    lines
}
