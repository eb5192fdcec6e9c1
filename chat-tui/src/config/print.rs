//! `chat-tui --print-config`: what it would start with, as a file that says so.

use super::file::KEYS;
use super::form::Style;
use super::option::{Group, Row};
use super::options::{Options, ROWS};
use crate::keymap::{Action, BINDINGS, Context, Key, Keymap};
use std::fmt::{self, Display, Formatter};

const HEAD: &str = "\
# What chat-tui would start with: put this into ~/.config/chat/config.toml, or
# into a file that --config or CHAT_CONFIG names. What you delete from it is
# the default again. Every option is also a flag (--clock) and a variable
# (CHAT_CLOCK); a flag counts more than a variable, a variable more than the
# file. Sets of colours of your own are files in ~/.config/chat/themes.
";

const KEYS_HEAD: &str = "

# What keys do
#
# A line here gives a key to something to do, and takes it from whatever it did in
# the same place. \"none\" takes a key away. [keys] holds wherever there is such a
# thing to be done; [keys.room] and the others hold in one place. What there is to
# do, with the keys that it has from the beginning:
#
";

/// Options and keys as such a file.
pub(super) struct Printed<'a> {
    pub(super) options: &'a Options,
    pub(super) keys: &'a Keymap,
}

impl Display for Printed<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(HEAD)?;
        let mut group: Option<Group> = None;
        for row in ROWS {
            if group != Some(row.group) {
                write!(out, "\n\n# {}\n", row.group.heading())?;
                group = Some(row.group);
            }
            write_row(self.options, row, out)?;
        }
        write_keys(self.keys, out)
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

fn write_keys(keys: &Keymap, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str(KEYS_HEAD)?;
    for row in BINDINGS {
        for key in row.keys {
            writeln!(out, "# {:10} {:16} = {:?}", row.context.name(), quoted(key), row.action.name())?;
        }
    }
    writeln!(out, "\n[{KEYS}]")?;
    write_changes(keys, None, out)?;
    for context in Context::ALL {
        if keys.changes().iter().any(|change| change.context == Some(context)) {
            writeln!(out, "\n[{KEYS}.{}]", context.name())?;
            write_changes(keys, Some(context), out)?;
        }
    }
    Ok(())
}

fn write_changes(keys: &Keymap, context: Option<Context>, out: &mut Formatter<'_>) -> fmt::Result {
    let mut changes = keys.changes().iter().filter(|change| change.context == context);
    changes
        .try_for_each(|change| writeln!(out, "{} = {:?}", quoted(&change.key), change.to.map_or("none", Action::name)))
}

fn quoted(key: &Key) -> String {
    let shown = key.to_string();
    toml::Value::from(if shown.chars().count() == 1 { shown } else { shown.to_lowercase() }).to_string()
}

fn literal(style: Style, shown: &str) -> String {
    match style {
        Style::Number => shown.to_owned(),
        Style::Switch => (shown == "on").to_string(),
        Style::Text => toml::Value::from(shown).to_string(),
    }
}
