//! Whether a history is what a server wrote: not only a sound file, but one whose entries, marks and words agree.
//!
//! Reads all of it, at one moment; a server that runs meanwhile goes on, with a longer write-ahead log.

mod index;
mod rooms;
mod tables;

use super::visiting::{self, VisitError};
use index::Digests;
use rusqlite::Connection;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

/// Findings that are written out; the rest is counted.
const WRITTEN_MAX: usize = 100;

/// What a history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// What was written.
    Whole,
    /// Not what was written, in at least one place.
    Damaged,
}

/// What is wrong, a line each.
struct Findings<'a> {
    out: &'a mut dyn Write,
    count: usize,
}

/// Checks the history in the directory `place`; writes what it finds, a line each, and at last how much there is.
///
/// # Errors
/// [`VisitError`]: it cannot be read far enough to tell.
pub fn check(place: &Path, out: &mut dyn Write) -> Result<Health, VisitError> {
    let file = visiting::open(place)?;
    let mut findings = Findings { out, count: 0 };
    check_file(&file, &mut findings)?;
    // What follows would only stumble over it.
    if findings.count == 0 {
        check_content(&file, &mut findings)?;
    }
    findings.finish(&file)
}

fn check_file(file: &Connection, findings: &mut Findings<'_>) -> Result<(), VisitError> {
    let mut statement = file.prepare("PRAGMA integrity_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let says: String = row.get(0)?;
        if says != "ok" {
            findings.add(format_args!("the file: {says}"))?;
        }
    }
    Ok(())
}

fn check_content(file: &Connection, findings: &mut Findings<'_>) -> Result<(), VisitError> {
    let moment = file.unchecked_transaction()?;
    let mut digests = Digests::stale(file)?;
    rooms::check(&moment, &mut digests, findings)?;
    digests.check(&moment, findings)?;
    tables::check(&moment, findings)
}

impl Findings<'_> {
    fn add(&mut self, finding: fmt::Arguments<'_>) -> io::Result<()> {
        self.count += 1;
        match self.count <= WRITTEN_MAX {
            true => writeln!(self.out, "{finding}"),
            false => Ok(()),
        }
    }

    fn finish(self, file: &Connection) -> Result<Health, VisitError> {
        let Self { out, count } = self;
        if let Some(more) = count.checked_sub(WRITTEN_MAX).filter(|more| *more > 0) {
            writeln!(out, "and {more} more")?;
        }
        if count > 0 {
            writeln!(out, "damaged: put it back from a backup")?;
            return Ok(Health::Damaged);
        }
        let rows = |table| file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
        writeln!(out, "whole: rooms {}, entries {}, people {}", rows("rooms")?, rows("entries")?, rows("people")?)?;
        Ok(Health::Whole)
    }
}

#[cfg(test)]
mod tests;
