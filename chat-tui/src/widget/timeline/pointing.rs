//! Entries that point at a message, folded into it.
//!
//! A message that is here has taken in everything that points at it up to the end of the timeline: what is said while
//! it is here comes to it in order, and a page of history brings with its messages whatever had changed them by then.
//! What comes while a page is under way may be newer than the page: it waits for it. What points at anything else
//! changes nothing here.

use super::intake::name;
use super::{Gap, Item, Key, Reader, Timeline, What};
use chat_proto::entry::{Edit, Entry, EntryBody, PersonId};
use chat_proto::{Seq, UnixMillis};
use std::collections::VecDeque;

/// What may wait for a page; with more, the page is asked for again.
const STRAYS_MAX: usize = 1_000;

impl Timeline {
    /// Takes in an entry, if it is one that points. What is told of it, if anything is.
    pub(super) fn point(&mut self, entry: &Entry, reader: Reader) -> Option<What> {
        let target = entry.body.target()?;
        let index = self.index_of(Key::Entry(target));
        let item = self.items.get_mut(index).filter(|item| item.first <= target)?;
        if item.what == What::Gap(Gap::Loading) {
            self.wait_for_page(index, entry);
            return None;
        }
        let bytes = item.bytes();
        let told = told(item, target, entry);
        change(item, target, entry, reader);
        self.bytes = self.bytes - bytes + self.items[index].bytes();
        if matches!(entry.body, EntryBody::Delete(_)) {
            self.join_tombstones(index);
            self.forget_unheard();
        }
        told
    }

    fn wait_for_page(&mut self, index: usize, entry: &Entry) {
        match self.strays.len() < STRAYS_MAX {
            true => self.strays.push(entry.clone()),
            false => self.items[index].what = What::Gap(Gap::Loadable),
        }
    }

    /// Lets a page take in what came while it was under way.
    pub(super) fn catch_up(&mut self, page: &mut VecDeque<Item>, reader: Reader) {
        for entry in std::mem::take(&mut self.strays) {
            point_within(page, &entry, reader);
        }
    }

    /// Tombstones of one person that follow one another are one.
    fn join_tombstones(&mut self, index: usize) {
        for at in [Some(index), index.checked_sub(1)].into_iter().flatten() {
            let Some(behind) = self.items.get(at + 1).map(|behind| (behind.last, behind.what.clone())) else {
                continue;
            };
            if let ((last, What::Erased(more)), Some(Item { last: end, what: What::Erased(erased), .. })) =
                (behind, self.items.get_mut(at))
                && erased.person == more.person
            {
                erased.messages += more.messages;
                *end = last;
                self.bytes -= self.items[at + 1].bytes();
                self.items.remove(at + 1);
            }
        }
    }
}

/// Lets the messages of a page take in an entry that points at one of them. What is told of it, if anything is.
pub(super) fn point_within(page: &mut VecDeque<Item>, entry: &Entry, reader: Reader) -> Option<What> {
    let target = entry.body.target()?;
    let index = page.partition_point(|item| item.last < target);
    let item = page.get_mut(index).filter(|item| item.first <= target)?;
    let told = told(item, target, entry);
    change(item, target, entry, reader);
    told
}

/// Who takes away what somebody else said is told.
fn told(item: &Item, target: Seq, entry: &Entry) -> Option<What> {
    let EntryBody::Delete(_) = entry.body else { return None };
    let (person, author) = author(item, target)?;
    let is_anothers = person != entry.author.person;
    is_anothers.then(|| deleted(&name(&entry.author.name), author, entry.time))
}

fn deleted(who: &str, author: &str, time: UnixMillis) -> What {
    What::System { time, text: format!("{who} deleted a message of {author}") }
}

/// Who said, or had said, what stands at this place.
fn author(item: &Item, target: Seq) -> Option<(PersonId, &str)> {
    match &item.what {
        What::Said(said) if item.first == target => Some((said.person?, &said.name)),
        What::Erased(erased) => Some((erased.person, &erased.name)),
        What::Hidden(items) => items.iter().find(|item| item.first == target).and_then(|item| author(item, target)),
        _ => None,
    }
}

fn change(item: &mut Item, target: Seq, entry: &Entry, reader: Reader) {
    match &mut item.what {
        What::Hidden(items) => {
            let hidden = items.iter_mut().filter(|item| item.first == target);
            hidden.for_each(|item| change_said(item, entry, reader));
        }
        _ if item.first == target => change_said(item, entry, reader),
        _ => {}
    }
}

fn change_said(item: &mut Item, entry: &Entry, reader: Reader) {
    let What::Said(said) = &mut item.what else { return };
    let person = entry.author.person;
    match &entry.body {
        // Nobody changes the words of others, whatever a server says.
        EntryBody::Edit(_) if said.person != Some(person) => {}
        EntryBody::Edit(Edit { text, .. }) if text.is_empty() => item.what = said.erased(),
        EntryBody::Edit(Edit { text, .. }) => {
            said.text = reader.shown(text);
            said.attach().is_edited = true;
            said.is_mention = !said.is_own && reader.is_named_in(&said.text);
        }
        EntryBody::Delete(_) => item.what = said.erased(),
        EntryBody::React(react) => said.react(entry, react, reader),
        _ => {}
    }
}
