//! The options as flags: made of the table, beside what clap derives.

use super::form::Style;
use super::option::{Group, Row};
use super::options::{Options, ROWS};
use clap::builder::PossibleValuesParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

/// What the command line says about options: keys with values as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Flags(Vec<(&'static str, String)>);

impl Flags {
    /// What was typed for this option.
    pub(super) fn of(&self, row: &Row) -> Option<&str> {
        self.0.iter().find(|(key, _)| *key == row.key).map(|(_, value)| value.as_str())
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let typed = ROWS.iter().filter_map(|row| Some((row.key, typed(matches, row)?)));
        Ok(Self(typed.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        command.args(ROWS.iter().flat_map(flags_of))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn typed(matches: &ArgMatches, row: &Row) -> Option<String> {
    let is_off = row.style == Style::Switch && matches.value_source(row.off_key) == Some(ValueSource::CommandLine);
    match is_off {
        true => Some("off".to_owned()),
        false => matches.get_one::<String>(row.key).cloned(),
    }
}

fn flags_of(row: &'static Row) -> Vec<Arg> {
    let value = Arg::new(row.key).long(row.key).value_name(row.value_name).help(help_of(row));
    let words = (row.words)();
    let value = match words.is_empty() {
        true => value.value_parser(move |text: &str| tried(row, text)),
        // The value's name in the help lists them already.
        false => value.value_parser(PossibleValuesParser::new(words)).hide_possible_values(true),
    };
    let value = match row.group {
        Group::Person => value,
        Group::Screen | Group::Notices => value.help_heading(row.group.heading()).hide_short_help(true),
    };
    match row.style {
        Style::Switch => vec![switch(value), off_switch(row)],
        Style::Text | Style::Number => vec![value],
    }
}

fn switch(value: Arg) -> Arg {
    value.num_args(0..=1).require_equals(true).default_missing_value("on")
}

fn off_switch(row: &'static Row) -> Arg {
    Arg::new(row.off_key).long(row.off_key).action(ArgAction::SetTrue).hide(true).conflicts_with(row.key)
}

fn help_of(row: &Row) -> String {
    let about = row.about();
    let about = about.strip_suffix('.').unwrap_or(&about);
    match (row.show)(&Options::default()) {
        Some(default) => format!("{about} [default: {default}] [env: {}]", row.variable()),
        None => format!("{about} [env: {}]", row.variable()),
    }
}

fn tried(row: &Row, text: &str) -> Result<String, String> {
    match (row.set)(&mut Options::default(), text) {
        Some(()) => Ok(text.to_owned()),
        None => Err(format!("not {}", row.expects)),
    }
}
