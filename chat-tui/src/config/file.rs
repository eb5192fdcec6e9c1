//! `config.toml`: a key per option, and the keys of the keyboard in a table.

use super::ConfigError;
use super::form::Style;
use super::option::Row;
use super::options::{Options, ROWS};
use crate::document::{Document, Mistake, Pair};
use crate::keymap::Keymap;
use crate::nearest::suggestion;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use toml::de::DeValue;

/// The table of what keys do.
pub(super) const KEYS: &str = "keys";

/// What nobody writes by hand.
const BYTES_MAX: u64 = 1024 * 1024;

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) options: Options,
    pub(super) keys: Keymap,
}

/// Reads the file that somebody named.
pub(super) fn read(path: &Path) -> Result<Written, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let text = text_of(path).map_err(unreadable)?;
    Ok(parse(path, &text)?)
}

fn text_of(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_string(&mut text)?;
    match text.len() as u64 > BYTES_MAX {
        true => Err(io::Error::other("it is far too long")),
        false => Ok(text),
    }
}

/// Reads the file in its usual place, where it need not be.
pub(super) fn read_if_there(path: &Path) -> Result<Written, ConfigError> {
    match read(path) {
        Err(ConfigError::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(Written::default()),
        read => read,
    }
}

/// What `text`, which stands at `path`, says.
pub(super) fn parse(path: &Path, text: &str) -> Result<Written, Mistake> {
    let document = Document::parse(path, text)?;
    let mut written = Written::default();
    for pair in document.pairs() {
        if pair.key == KEYS {
            written.keys.rebind(&document, pair)?;
            continue;
        }
        let row = known(pair).map_err(|words| document.mistake(pair, words))?;
        set(&mut written.options, row, pair).map_err(|words| document.mistake(pair, words))?;
    }
    Ok(written)
}

fn known(pair: Pair) -> Result<&'static Row, String> {
    ROWS.iter().find(|row| row.key == pair.key).ok_or_else(|| {
        let meant = suggestion(pair.key, ROWS.iter().map(|row| row.key));
        format!("there is no option {:?}{meant} (chat-tui --print-config lists them all)", pair.key)
    })
}

fn set(options: &mut Options, row: &Row, pair: Pair) -> Result<(), String> {
    let text = as_typed(row.style, pair.value);
    let is_set = text.and_then(|text| (row.set)(options, &text));
    is_set.ok_or_else(|| format!("{}: {} is not {}", row.key, pair.shown(), row.expects))
}

/// The value as it would be written on the command line, if TOML's type is one that the option may have.
fn as_typed(style: Style, value: &DeValue) -> Option<String> {
    match (style, value) {
        (Style::Text | Style::Switch, DeValue::String(text)) => Some(text.to_string()),
        (Style::Number, DeValue::Integer(number)) => Some(number.to_string()),
        (Style::Switch, DeValue::Boolean(is_on)) => Some(is_on.to_string()),
        _ => None,
    }
}
