//! Whether the index holds the words of the messages, and no others.
//!
//! Neither fits into memory: of both a sum is made that does not depend on the order, room by room.

use super::Findings;
use crate::log::sqlite::visiting::VisitError;
use crate::log::sqlite::words::Spoken;
use rusqlite::Connection;
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Of the words of one room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Digest {
    words: u64,
    sum: u64,
}

/// What the index should hold.
#[derive(Default)]
pub(super) struct Digests {
    rooms: BTreeMap<i64, Digest>,
    /// Of which it holds what they said before.
    stale: HashSet<i64>,
}

impl Digests {
    /// It should hold of some messages what they said before.
    pub(super) fn stale(file: &Connection) -> rusqlite::Result<Self> {
        let mut digests = Self::default();
        let mut statement = file.prepare("SELECT place, author, text FROM stale")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (place, author, text): (i64, String, String) = row.try_into()?;
            digests.expect_words(place, &author, &text);
            digests.stale.insert(place);
        }
        Ok(digests)
    }

    /// These words should be there.
    pub(super) fn expect(&mut self, spoken: &Spoken) {
        if !self.stale.contains(&spoken.place) {
            self.expect_words(spoken.place, &spoken.author(), &spoken.words());
        }
    }

    fn expect_words(&mut self, place: i64, author: &str, text: &str) {
        for (column, text) in [("author", author), ("text", text)] {
            for (offset, word) in (0..).zip(text.split(' ').filter(|word| !word.is_empty())) {
                self.add(place, column, offset, word);
            }
        }
    }

    pub(super) fn check(&self, file: &Connection, findings: &mut Findings<'_>) -> Result<(), VisitError> {
        let found = Self::found(file)?;
        let differ = self.rooms.iter().filter(|(room, digest)| found.rooms.get(room) != Some(*digest));
        let surplus = found.rooms.iter().filter(|(room, _)| !self.rooms.contains_key(room));
        for (room, _) in differ.chain(surplus) {
            findings.add(format_args!("room number {room}: the index of words does not agree with its messages"))?;
        }
        Ok(())
    }

    fn found(file: &Connection) -> rusqlite::Result<Self> {
        let mut digests = Self::default();
        let mut statement = file.prepare("SELECT doc, col, offset, term FROM found")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (place, offset) = (row.get(0)?, row.get(2)?);
            digests.add(place, row.get_ref(1)?.as_str()?, offset, row.get_ref(3)?.as_str()?);
        }
        Ok(digests)
    }

    fn add(&mut self, place: i64, column: &str, offset: i64, word: &str) {
        let mut hasher = DefaultHasher::new();
        (place, column, offset, word).hash(&mut hasher);
        let digest = self.rooms.entry(place >> 40).or_default();
        digest.words += 1;
        digest.sum = digest.sum.wrapping_add(hasher.finish());
    }
}
