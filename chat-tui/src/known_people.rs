//! Whom this person has met: which key stood behind which name on which server, and since when.
//!
//! ```text
//! chat known people 1
//! localhost:7000 bob XHU5…43 characters…q0w 1795352400000
//! ```
//!
//! A name means what it looks like ([`Nick::key`]): whoever looks like bob is compared with bob.

use crate::shared_file::Lines;
use chat_proto::{Fingerprint, Nick, UnixMillis};
use std::collections::BTreeMap;
use std::fmt::Write;

/// People remembered, over all servers.
pub const KNOWN_MAX: usize = 10_000;
/// How many are left when the oldest had to go.
const KEPT: usize = KNOWN_MAX - KNOWN_MAX / 10;

/// Who stood behind a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub name: Nick,
    pub key: Fingerprint,
    /// When this key was first met under this name, by this machine's clock.
    pub since: UnixMillis,
}

/// What is to be remembered of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    pub server: String,
    pub known: Known,
    pub manner: Manner,
}

/// How somebody was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// For the first time: whoever was met before under this name, by another client meanwhile, stays known.
    First,
    /// With another key than before, and the reader has looked at it.
    Seen,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownPeople {
    /// By server, and by the look of the name.
    people: BTreeMap<(String, String), Known>,
}

impl KnownPeople {
    /// Who was met under this name, or one that looks like it.
    pub fn get(&self, server: &str, name: &Nick) -> Option<&Known> {
        self.people.get(&(server.to_owned(), name.key()))
    }

    /// Remembers these; the oldest are forgotten for it if there are too many.
    pub fn remember(&mut self, meetings: &[Meeting]) {
        for Meeting { server, known, manner } in meetings {
            let at = (server.clone(), known.name.key());
            match manner {
                Manner::First => drop(self.people.entry(at).or_insert_with(|| known.clone())),
                Manner::Seen => drop(self.people.insert(at, known.clone())),
            }
        }
        self.trim();
    }

    /// The server with the most people gives way: one that makes people up does not make us forget those of others.
    /// Some more go than must, so that the next ones do not begin with counting.
    fn trim(&mut self) {
        if self.people.len() <= KNOWN_MAX {
            return;
        }
        while self.people.len() > KEPT {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            self.people.keys().for_each(|(server, _)| *counts.entry(server).or_default() += 1);
            let mut sizes: Vec<(usize, &str)> = counts.into_iter().map(|(server, count)| (count, server)).collect();
            sizes.sort_unstable();
            let Some((largest, server)) = sizes.pop() else { return };
            // Down to the next largest, so that the whole is counted once per server and not once per person.
            let next = sizes.pop().map_or(0, |(count, _)| count);
            let excess = (self.people.len() - KEPT).min((largest - next).max(1));
            let server = server.to_owned();
            self.forget_oldest(&server, excess);
        }
    }

    fn forget_oldest(&mut self, server: &str, count: usize) {
        let of_server = self.people.iter().filter(|((at, _), _)| at == server);
        let mut oldest: Vec<(UnixMillis, (String, String))> =
            of_server.map(|(at, known)| (known.since, at.clone())).collect();
        oldest.sort_unstable();
        for (_, at) in oldest.into_iter().take(count) {
            self.people.remove(&at);
        }
    }

    pub fn len(&self) -> usize {
        self.people.len()
    }

    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }
}

impl Lines for KnownPeople {
    const HEADER: &str = "chat known people 1";

    fn take(&mut self, line: &str) -> Option<()> {
        let fields: Vec<&str> = line.split(' ').collect();
        let [server, name, key, since] = fields[..] else { return None };
        let name = Nick::parse(name.as_bytes()).ok()?;
        let known = Known { key: Fingerprint::parse(key)?, since: UnixMillis(since.parse().ok()?), name: name.clone() };
        if self.people.len() < KNOWN_MAX {
            self.people.insert((server.to_owned(), name.key()), known);
        }
        Some(())
    }

    fn write(&self, out: &mut String) {
        for ((server, _), Known { name, key, since }) in &self.people {
            writeln!(out, "{server} {name} {key} {}", since.0).expect("a string takes everything");
        }
    }
}
