//! The message that the reader has chosen to do something about. It stays chosen whatever else comes, and stays where
//! it is on the screen.

use super::{Anchor, Item, Key, Look, Pending, Row, Said, Timeline, What};
use chat_proto::entry::ReactionState;
use chat_proto::{EntryBody, Seq};

/// Where to look for the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Earlier,
    Later,
}

impl Timeline {
    /// The chosen message, and its place.
    pub fn selected(&self) -> Option<(Seq, &Said)> {
        let seq = self.selected?;
        Some((seq, self.message(seq)?))
    }

    /// What was said at this place, if it is here.
    pub fn message(&self, seq: Seq) -> Option<&Said> {
        match self.items.get(self.index_of(Key::Entry(seq))) {
            Some(Item { first, what: What::Said(said), .. }) if *first == seq => Some(said),
            _ => None,
        }
    }

    /// What stands at this place now, or will once the reader's own changes have arrived.
    pub fn text_of(&self, seq: Seq) -> &str {
        self.text(self.index_of(Key::Entry(seq)))
    }

    pub fn is_selected(&self, index: usize) -> bool {
        self.selected.is_some() && self.items.get(index).map(|item| item.first) == self.selected
    }

    /// The newest message that is one of those.
    pub fn newest(&self, is_meant: impl Fn(&Said) -> bool) -> Option<Seq> {
        self.items.iter().rev().find_map(|item| match &item.what {
            What::Said(said) if is_meant(said) => Some(item.first),
            _ => None,
        })
    }

    /// Whether the reader is about to take back a reaction that is on its way, or there.
    pub fn has_reacted(&self, seq: Seq, emoji: &str) -> bool {
        let posted = self.pending.iter().rev().filter(|pending| !pending.needs_decision());
        let latest = posted.filter(|pending| pending.body.target() == Some(seq)).find_map(|it| it.reaction(emoji));
        latest.unwrap_or_else(|| {
            let mut reactions = self.message(seq).map_or(&[][..], Said::reactions).iter();
            reactions.any(|reaction| reaction.is_own && reaction.emoji.as_str() == emoji)
        })
    }

    /// Chooses the next message; without one so far, the one that the reader jumped to, or the last on the screen.
    /// Behind the newest, none.
    pub fn select_next(&mut self, look: &Look, direction: Direction) {
        let next = match (self.selected, direction) {
            (None, _) => self.marked_on_screen(look).or_else(|| self.last_on_screen(look)),
            (Some(seq), Direction::Earlier) => self.said_before(self.index_of(Key::Entry(seq))).or(Some(seq)),
            (Some(seq), Direction::Later) => self.said_after(self.index_of(Key::Entry(seq)) + 1),
        };
        match next {
            Some(seq) => self.select(look, seq),
            None => drop(self.unselect(look)),
        }
    }

    /// Chooses this message, and brings it into sight.
    pub fn select(&mut self, look: &Look, seq: Seq) {
        (self.selected, self.marked, self.sought) = (Some(seq), None, None);
        self.hold_still(look);
        self.bring_into_sight(look, seq);
    }

    /// Whether a message was chosen.
    pub fn unselect(&mut self, look: &Look) -> bool {
        let was_any = self.selected.take().is_some();
        if was_any {
            self.scroll(look, 0);
        }
        was_any
    }

    /// The message in this row of the pane, and whether it is the line of the one that it answers.
    pub fn message_at(&self, look: &Look, row: u16) -> Option<(Seq, bool)> {
        let window = self.window(look);
        let (block, is_quote) = match window.get(usize::from(row))? {
            Row::Quote { block, .. } => (*block, true),
            Row::Name { block } | Row::Text { block, .. } | Row::Reactions { block, .. } => (*block, false),
            _ => return None,
        };
        self.seq_of(block).map(|seq| (seq, is_quote))
    }

    /// What comes in meanwhile moves nothing.
    fn hold_still(&mut self, look: &Look) {
        if let (Anchor::End, Some(top)) = (self.anchor, self.top(look)) {
            self.anchor = self.hold(look, top);
        }
    }

    fn bring_into_sight(&mut self, look: &Look, seq: Seq) {
        let index = self.index_of(Key::Entry(seq));
        let Some((top, row)) = self.top(look) else { return };
        let block = self.block(index, look);
        let (above, own) = (block.above.cast_signed(), (block.rows.len() - block.above).cast_signed());
        let key = Key::Entry(seq);
        let seen = self.blocks_seen(look);
        if index < top || index == top && row > block.above {
            self.anchor = Anchor::At { key, row: -above };
        } else if index >= seen.end {
            self.anchor = Anchor::At { key, row: own - isize::from(look.rows.cast_signed()) };
        }
    }

    fn last_on_screen(&self, look: &Look) -> Option<Seq> {
        let seen = self.blocks_seen(look);
        let last = seen.end.min(self.items.len());
        (seen.start..last).rev().find_map(|block| self.seq_of(block)).or_else(|| self.said_before(last))
    }

    fn marked_on_screen(&self, look: &Look) -> Option<Seq> {
        self.blocks_seen(look).filter(|block| self.is_marked(*block)).find_map(|block| self.seq_of(block))
    }

    fn seq_of(&self, block: usize) -> Option<Seq> {
        match self.items.get(block) {
            Some(Item { first, what: What::Said(_), .. }) => Some(*first),
            _ => None,
        }
    }

    fn said_before(&self, index: usize) -> Option<Seq> {
        (self.first_shown()..index).rev().find_map(|block| self.seq_of(block))
    }

    fn said_after(&self, index: usize) -> Option<Seq> {
        (index..self.items.len()).find_map(|block| self.seq_of(block))
    }
}

impl Pending {
    /// Whether it gives or takes back this emoji.
    fn reaction(&self, emoji: &str) -> Option<bool> {
        match &self.body {
            EntryBody::React(react) if react.emoji == emoji => Some(react.state == ReactionState::On),
            _ => None,
        }
    }
}
