//! `chat-tui --print-config`: what it would start with, as a file that says so.

use super::form::Style;
use super::option::{Group, Row};
use super::options::{Options, ROWS};
use std::fmt::{self, Display, Formatter};

const HEAD: &str = "\
# What chat-tui would start with: put this into ~/.config/chat/config.toml, or
# into a file that --config or CHAT_CONFIG names. What you delete from it is
# the default again. Every option is also a flag (--clock) and a variable
# (CHAT_CLOCK); a flag counts more than a variable, a variable more than the
# file. Sets of colours of your own are files in ~/.config/chat/themes.
";

/// Options as such a file.
pub(super) struct Printed<'a>(pub(super) &'a Options);

impl Display for Printed<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(HEAD)?;
        let mut group: Option<Group> = None;
        for row in ROWS {
            if group != Some(row.group) {
                write!(out, "\n\n# {}\n", row.group.heading())?;
                group = Some(row.group);
            }
            write_row(self.0, row, out)?;
        }
        Ok(())
    }
}

fn write_row(options: &Options, row: &Row, out: &mut Formatter<'_>) -> fmt::Result {
    writeln!(out)?;
    for line in row.doc {
        writeln!(out, "#{line}")?;
    }
    match (row.show)(options) {
        Some(shown) => writeln!(out, "{} = {}", row.key, literal(row.style, &shown)),
        None => writeln!(out, "# {} = {:?}  # not set", row.key, row.value_name),
    }
}

fn literal(style: Style, shown: &str) -> String {
    match style {
        Style::Number => shown.to_owned(),
        Style::Switch => (shown == "on").to_string(),
        Style::Text => toml::Value::from(shown).to_string(),
    }
}
