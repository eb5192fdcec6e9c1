//! A theme's file: roles and what they look like.
//!
//! ```toml
//! about = "mine"
//! inherit = "dark"                      # what is not said here is as there
//! names = ["#fb9ba3", "#9acb7f"]
//!
//! [ink]
//! text = "#d8dee9"                      # what comes near it, where there are fewer colours, is found
//! strong = { colour = "#eceff6", indexed = 255, sixteen = "bright-white", bold = true }
//!
//! [ground]
//! base = "default"
//! ```

use super::palette::{Paint, Palette};
use super::role::{Ground, Ink};
use super::tone::{EXPECTS, Tone};
use crate::document::{Document, Mistake, Pair};
use crate::nearest::suggestion;
use chat_proto::text::visible_line;
use ratatui::style::Modifier;
use std::path::Path;
use toml::de::DeValue;

/// What can stand in a theme outside of its tables, and the tables.
const PARTS: [&str; 5] = ["about", "inherit", "names", "ink", "ground"];
const WEIGHTS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];
/// More hues than that nobody tells apart.
const HUES_MAX: usize = 64;

/// A pair, and what is wrong with it.
type Wrong<'d> = (Pair<'d>, String);

/// Reads the theme of this name, whose file at `path` has this text. `inherited` finds what it may build upon.
pub(super) fn read(
    name: &str,
    path: &Path,
    text: &str,
    inherited: impl Fn(&str) -> Result<Palette, String>,
) -> Result<Palette, Mistake> {
    let document = Document::parse(path, text)?;
    let pairs = document.pairs();
    let base = base(&pairs, inherited).map_err(|(pair, words)| document.mistake(pair, words))?;
    let mut palette = Palette { name: name.to_owned(), about: String::new(), ..base };
    for pair in pairs {
        part(&mut palette, pair).map_err(|(pair, words)| document.mistake(pair, words))?;
    }
    Ok(palette)
}

/// What the theme builds upon: dark, unless it says otherwise.
fn base<'d>(pairs: &[Pair<'d>], inherited: impl Fn(&str) -> Result<Palette, String>) -> Result<Palette, Wrong<'d>> {
    match pairs.iter().find(|pair| pair.key == "inherit") {
        Some(pair) => inherited(text(*pair)?).map_err(|words| (*pair, words)),
        None => Ok(inherited(super::DARK).unwrap_or_else(|_| Palette::plain())),
    }
}

fn part<'d>(palette: &mut Palette, pair: Pair<'d>) -> Result<(), Wrong<'d>> {
    match pair.key {
        "about" => palette.about = visible_line(text(pair)?.as_bytes()),
        "inherit" => {}
        "names" => palette.hues = hues(pair)?,
        "ink" => {
            for pair in table(pair)? {
                let ink =
                    Ink::named(pair.key).ok_or_else(|| unknown(pair, "ink", Ink::ALL.iter().map(|ink| ink.name())))?;
                palette.inks[ink as usize] = paint(pair, palette.inks[ink as usize])?;
            }
        }
        "ground" => {
            for pair in table(pair)? {
                let names = Ground::ALL.iter().map(|ground| ground.name());
                let ground = Ground::named(pair.key).ok_or_else(|| unknown(pair, "ground", names))?;
                palette.grounds[ground as usize] = paint(pair, palette.grounds[ground as usize])?;
            }
        }
        _ => return Err(unknown(pair, "part of a theme", PARTS.into_iter())),
    }
    Ok(())
}

/// A colour alone keeps the weight there is; a table says all of it.
fn paint(pair: Pair, before: Paint) -> Result<Paint, Wrong> {
    let Some(pairs) = pair.table() else { return Ok(Paint { tone: tone(pair)?, ..before }) };
    let is_there = |key: &str| pairs.iter().find(|pair| pair.key == key);
    let colour = is_there("colour").ok_or_else(|| (pair, format!("{}: colour is missing", pair.key)))?;
    let mut paint = Paint { tone: tone(*colour)?, weight: Modifier::empty() };
    for pair in pairs {
        match (pair.key, WEIGHTS.iter().find(|(key, _)| *key == pair.key)) {
            ("colour", _) => {}
            ("indexed", _) => paint.tone.indexed = tone(pair)?.indexed,
            ("sixteen", _) => paint.tone.sixteen = tone(pair)?.sixteen,
            (_, Some((_, weight))) => paint.weight.set(*weight, switch(pair)?),
            (_, None) => return Err(unknown(pair, "key of a colour", keys_of_a_colour())),
        }
    }
    Ok(paint)
}

fn keys_of_a_colour() -> impl Iterator<Item = &'static str> {
    ["colour", "indexed", "sixteen"].into_iter().chain(WEIGHTS.iter().map(|(key, _)| *key))
}

fn hues(pair: Pair) -> Result<Vec<Tone>, Wrong> {
    let wrong = || (pair, format!("names is a list of 1 to {HUES_MAX} colours"));
    let list = pair.items().filter(|list| (1..=HUES_MAX).contains(&list.len())).ok_or_else(wrong)?;
    let plain = Paint { tone: Tone::DEFAULT, weight: Modifier::empty() };
    list.into_iter().map(|hue| paint(hue, plain).map(|paint| paint.tone)).collect()
}

fn tone(pair: Pair) -> Result<Tone, Wrong> {
    let parsed = match pair.value {
        DeValue::String(text) => Tone::parse(text),
        DeValue::Integer(number) => Tone::parse(&number.to_string()),
        _ => None,
    };
    parsed.ok_or_else(|| (pair, format!("{}: {} is not {EXPECTS}", pair.key, pair.shown())))
}

fn text(pair: Pair<'_>) -> Result<&str, Wrong<'_>> {
    pair.value.as_str().ok_or_else(|| (pair, format!("{}: {} is not a text", pair.key, pair.shown())))
}

fn switch(pair: Pair) -> Result<bool, Wrong> {
    pair.value.as_bool().ok_or_else(|| (pair, format!("{}: {} is not true or false", pair.key, pair.shown())))
}

fn table(pair: Pair) -> Result<Vec<Pair>, Wrong> {
    pair.table().ok_or_else(|| (pair, format!("{} is a table: [{}]", pair.key, pair.key)))
}

fn unknown<'d>(pair: Pair<'d>, what: &str, known: impl Iterator<Item = &'static str>) -> Wrong<'d> {
    let known: Vec<&str> = known.collect();
    let meant = suggestion(pair.key, known.iter().copied());
    (pair, format!("there is no {what} {:?}{meant} (there are {})", pair.key, known.join(", ")))
}
