//! Who wrote here, whether they are still here or not.

use super::{Said, Timeline, What};
use chat_proto::{Nick, PersonId};
use std::collections::BTreeSet;

/// Messages whose authors are remembered for completion.
const AUTHORS_OF: usize = 200;

impl Timeline {
    /// Who wrote under this name, or one that looks like it; the last one who did.
    pub fn author(&self, name: &Nick) -> Option<(PersonId, &str)> {
        let key = name.key();
        let mut others: BTreeSet<&str> = BTreeSet::new();
        self.all_said().rev().find_map(|said| {
            let is_new = others.insert(&said.name);
            let is_meant = is_new && Nick::parse(said.name.as_bytes()).is_ok_and(|name| name.key() == key);
            said.person.filter(|_| is_meant).map(|person| (person, said.name.as_str()))
        })
    }

    /// Who wrote the newest messages here, each once.
    pub fn authors(&self) -> BTreeSet<&str> {
        self.all_said().rev().take(AUTHORS_OF).filter(|said| !said.is_own).map(|said| said.name.as_str()).collect()
    }

    /// What somebody was called when they last wrote.
    pub fn name_of(&self, person: PersonId) -> Option<&str> {
        self.all_said().rev().find(|said| said.person == Some(person)).map(|said| said.name.as_str())
    }

    fn all_said(&self) -> impl DoubleEndedIterator<Item = &Said> {
        let items = self.items.iter().flat_map(|item| match &item.what {
            What::Hidden(items) => items.as_slice(),
            _ => std::slice::from_ref(item),
        });
        items.filter_map(|item| if let What::Said(said) = &item.what { Some(said) } else { None })
    }
}
