//! What people say whom the reader ignores: kept, counted, and told in one line.

use super::fold::list;
use super::{Erased, Item, Said, Timeline, What};
use crate::people::People;
use std::collections::VecDeque;

/// Messages that one line stands for; more begin a new one.
pub(super) const HIDDEN_MAX: usize = 1_000;

impl Item {
    /// The same, hidden if its author is ignored.
    pub(super) fn heard(self, people: &People) -> Self {
        let is_hidden = match &self.what {
            What::Said(said) => !said.is_own && said.person.is_some_and(|person| people.is_ignored(person)),
            _ => false,
        };
        match is_hidden {
            true => Self { first: self.first, last: self.last, what: What::Hidden(vec![self]) },
            false => self,
        }
    }

    fn laid_open(self) -> Vec<Self> {
        match self.what {
            What::Hidden(items) => items,
            _ => vec![self],
        }
    }
}

impl Timeline {
    /// Hides, shows and erases anew what was said, now that others are ignored than before, or somebody has erased what
    /// they said.
    pub fn hear(&mut self, people: &People) {
        let items = std::mem::take(&mut self.items);
        let mut heard = VecDeque::with_capacity(items.len());
        for item in items.into_iter().flat_map(Item::laid_open) {
            super::intake::push(&mut heard, self.without_forgotten(item).heard(people));
        }
        self.items = heard;
        self.entries = self.items.iter().map(Item::entries).sum();
        self.bytes = self.items.iter().map(Item::bytes).sum();
        self.forget_unheard();
    }
}

/// The line: "3 messages of bob are hidden".
pub(super) fn sentence(items: &[Item]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for item in items {
        let (What::Said(Said { name, .. }) | What::Erased(Erased { name, .. })) = &item.what else { continue };
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    match items.len() {
        1 => format!("a message of {} is hidden", list(&names)),
        many => format!("{many} messages of {} are hidden", list(&names)),
    }
}
