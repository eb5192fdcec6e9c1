//! What terminals answered in earlier runs, by the names they give themselves: so that one which does not answer in
//! time is waited for once.
//!
//! ```text
//! xterm-kitty | 2 2 2 2 2 2 2 1                  columns of the samples; the bar is a tab
//! xterm-256color foot 1.16 | - 1795352400000     did not answer then
//! ```

use crate::shared_file::Lines;
use crate::widths::{SAMPLES, Widths};
use chat_proto::UnixMillis;
use std::fmt::Write;

/// Terminals of one person; more push out the first.
const TERMINALS_MAX: usize = 64;
const NAME_BYTES_MAX: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownTerminals(Vec<Met>);

/// A terminal that was asked, and its widths if it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    pub name: String,
    pub widths: Option<Widths>,
    /// When it was asked; kept only of one that did not answer.
    pub asked: UnixMillis,
}

impl KnownTerminals {
    pub fn get(&self, name: &str) -> Option<&Met> {
        self.0.iter().find(|met| met.name == name)
    }

    pub fn remember(&mut self, met: &Met) {
        self.0.retain(|known| known.name != met.name);
        self.0.push(met.clone());
        let surplus = self.0.len().saturating_sub(TERMINALS_MAX);
        self.0.drain(..surplus);
    }
}

impl Lines for KnownTerminals {
    const HEADER: &str = "chat terminals 1";

    fn take(&mut self, line: &str) -> Option<()> {
        let (name, told) = line.split_once('\t').filter(|(name, _)| name.len() <= NAME_BYTES_MAX)?;
        let name = name.to_owned();
        self.remember(&match told.strip_prefix("- ") {
            Some(asked) => Met { name, widths: None, asked: UnixMillis(asked.parse().ok()?) },
            None => Met { name, widths: Some(widths(told)?), asked: UnixMillis(0) },
        });
        Some(())
    }

    fn write(&self, out: &mut String) {
        for Met { name, widths, asked } in &self.0 {
            let told = widths.map_or_else(|| format!("- {}", asked.0), written);
            writeln!(out, "{name}\t{told}").expect("a string takes everything");
        }
    }
}

fn widths(told: &str) -> Option<Widths> {
    let columns = told.split(' ').map(|columns| match columns {
        "?" => Some(None),
        columns => columns.parse().ok().map(Some),
    });
    let columns: Vec<Option<u8>> = columns.collect::<Option<_>>()?;
    <[Option<u8>; SAMPLES.len()]>::try_from(columns).ok().map(Widths::new)
}

fn written(widths: Widths) -> String {
    widths.measured().map(|columns| columns.map_or_else(|| "?".to_owned(), |columns| columns.to_string())).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(name: &str, widths: Option<Widths>) -> Met {
        Met { name: name.to_owned(), widths, asked: UnixMillis(0) }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut known = KnownTerminals::default();
        known.remember(&met(
            "xterm-kitty",
            Some(Widths::new([Some(2), Some(1), None, Some(4), None, None, Some(2), Some(1)])),
        ));
        known.remember(&met("xterm 1.2", None));
        let mut text = String::new();
        known.write(&mut text);

        let mut read = KnownTerminals::default();
        text.lines().for_each(|line| read.take(line).unwrap());

        assert_eq!(read, known);
        assert_eq!(text, "xterm-kitty\t2 1 ? 4 ? ? 2 1\nxterm 1.2\t- 0\n");
    }

    #[test]
    fn a_line_that_is_damaged_is_none() {
        for line in ["", "xterm", "xterm\t2 2", "xterm\tx", "xterm\t-", "xterm\t- x", "xterm\t2 2 2 2 2 2 2 999"] {
            assert_eq!(KnownTerminals::default().take(line), None, "{line:?}");
        }
    }

    #[test]
    fn the_newest_terminals_stay() {
        let mut known = KnownTerminals::default();
        for n in 0..100 {
            known.remember(&met(&n.to_string(), None));
        }

        assert_eq!((known.get("35"), known.get("36").is_some(), known.get("99").is_some()), (None, true, true));
    }
}
