//! Whom this person does not want to hear: by key, whatever it calls itself, on every server.
//!
//! ```text
//! chat ignored 1
//! XHU5…43 characters…q0w bob
//! ```

use crate::shared_file::Lines;
use chat_proto::{Fingerprint, Nick};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Keys that one person may ignore.
pub const IGNORED_MAX: usize = 1_000;

/// What is to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Add(Fingerprint, Nick),
    Remove(Fingerprint),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ignored {
    /// With the name under which it was met.
    keys: BTreeMap<Fingerprint, Nick>,
}

impl Ignored {
    pub fn contains(&self, key: &Fingerprint) -> bool {
        self.keys.contains_key(key)
    }

    /// The key that is ignored under this name, or one that looks like it.
    pub fn named(&self, name: &Nick) -> Option<Fingerprint> {
        self.keys.iter().find(|(_, known)| known.key() == name.key()).map(|(key, _)| *key)
    }

    pub fn names(&self) -> impl Iterator<Item = &Nick> {
        self.keys.values()
    }

    pub fn is_full(&self) -> bool {
        self.keys.len() >= IGNORED_MAX
    }

    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Add(key, name) if !self.is_full() => drop(self.keys.insert(*key, name.clone())),
            Change::Add(..) => {}
            Change::Remove(key) => drop(self.keys.remove(key)),
        }
    }
}

impl Lines for Ignored {
    const HEADER: &str = "chat ignored 1";

    fn take(&mut self, line: &str) -> Option<()> {
        let (key, name) = line.split_once(' ')?;
        self.keys.insert(Fingerprint::parse(key)?, Nick::parse(name.as_bytes()).ok()?);
        Some(())
    }

    fn write(&self, out: &mut String) {
        for (key, name) in &self.keys {
            writeln!(out, "{key} {name}").expect("a string takes everything");
        }
    }
}
