//! The file: TOML, a key per setting.

use super::form::Style;
use super::setting::Setting;
use super::{Config, ConfigError, SETTINGS};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use strsim::levenshtein;
use toml::Value;

/// What nobody writes by hand.
const BYTES_MAX: u64 = 1024 * 1024;

/// Puts what the file at `path` says into `config`.
pub(super) fn read(config: &mut Config, path: &Path) -> Result<(), ConfigError> {
    let text = text_of(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    apply(config, path, &text)
}

fn text_of(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_string(&mut text)?;
    match text.len() as u64 > BYTES_MAX {
        true => Err(io::Error::other("it is far too long")),
        false => Ok(text),
    }
}

/// Puts what `text`, which stands at `path`, says into `config`.
pub(super) fn apply(config: &mut Config, path: &Path, text: &str) -> Result<(), ConfigError> {
    let table: toml::Table =
        text.parse().map_err(|source| ConfigError::Malformed { path: path.to_owned(), source: Box::new(source) })?;
    for (key, value) in &table {
        let setting = known(path, key)?;
        let text = written(setting.style, value);
        text.and_then(|text| (setting.set)(config, &text)).ok_or_else(|| ConfigError::Value {
            place: format!("{}: {key}", path.display()),
            given: value.to_string(),
            expects: setting.expects,
        })?;
    }
    Ok(())
}

fn known(path: &Path, key: &str) -> Result<&'static Setting, ConfigError> {
    SETTINGS.iter().find(|setting| setting.key == key).ok_or_else(|| ConfigError::UnknownKey {
        path: path.to_owned(),
        key: key.to_owned(),
        nearest: nearest(key),
    })
}

/// The setting that may have been meant: the one that takes the fewest changes to get to.
fn nearest(typed: &str) -> &'static str {
    let keys = SETTINGS.iter().map(|setting| setting.key);
    keys.min_by_key(|key| levenshtein(typed, key)).expect("there are settings")
}

/// The value as it would be written on the command line, if TOML's type is one that the setting may have.
fn written(style: Style, value: &Value) -> Option<String> {
    match (style, value) {
        (Style::Text | Style::Size | Style::Switch, Value::String(text)) => Some(text.clone()),
        (Style::Number | Style::Size, Value::Integer(number)) => Some(number.to_string()),
        (Style::Switch, Value::Boolean(is_on)) => Some(is_on.to_string()),
        _ => None,
    }
}
