//! Commands by what is typed of them: the letters of a name, or a word of what they do.

use super::{COMMANDS, Command};
use crate::fuzzy;
use std::cmp::Reverse;

/// Letters of what a command does that tell it from others.
const WORD_MIN: usize = 3;

/// How likely it is meant; the first is the likeliest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    Whole,
    Beginning,
    /// With how well.
    Letters(Reverse<usize>),
    /// What it does is called so.
    Word,
}

/// The commands that may be meant, the likeliest first, each under a name that begins so, if one does. All of them for
/// nothing.
pub fn search(part: &str) -> Vec<(&'static str, &'static Command)> {
    let part = part.to_lowercase();
    let mut found: Vec<_> = COMMANDS.iter().filter_map(|command| found(command, &part)).collect();
    // Stable: what is equally likely stays in the order of the table.
    found.sort_by_key(|(matched, ..)| *matched);
    found.into_iter().map(|(_, name, command)| (name, command)).collect()
}

fn found(command: &'static Command, part: &str) -> Option<(Match, &'static str, &'static Command)> {
    let by_name = command.names.iter().filter_map(|name| matched(name, part)).min();
    let matched = by_name.or_else(|| is_word_of(command.help, part).then_some(Match::Word))?;
    // Under the first name that begins so, which is the one that help shows if it does.
    let begun = command.names.iter().find(|name| name.starts_with(part));
    Some((matched, begun.unwrap_or(&command.names[0]), command))
}

fn matched(name: &str, part: &str) -> Option<Match> {
    match name.strip_prefix(part) {
        Some("") => Some(Match::Whole),
        Some(_) => Some(Match::Beginning),
        None => fuzzy::score(part, name).map(|score| Match::Letters(Reverse(score))),
    }
}

fn is_word_of(help: &str, part: &str) -> bool {
    part.len() >= WORD_MIN
        && help.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(part: &str) -> Vec<&'static str> {
        search(part).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn all_are_found_by_nothing_and_those_that_are_wanted_first_stand_first() {
        assert_eq!(names("").len(), COMMANDS.len());
        assert_eq!(names("")[..8], ["join", "create", "msg", "invite", "search", "theme", "away", "back"]);
    }

    #[test]
    fn a_whole_name_goes_before_its_beginning_and_that_before_single_letters() {
        assert_eq!(names("me")[..3], ["me", "mentions", "theme"]);
        assert_eq!(names("th"), ["theme", "switch"]);
        assert_eq!(names("AW")[0], "away");
        assert_eq!(names("xprt"), ["export"]);
    }

    #[test]
    fn a_command_is_found_by_each_of_its_names_and_shown_under_that_one() {
        for (part, name) in
            [("dm", "dm"), ("q", "query"), ("roo", "rooms"), ("par", "part"), ("j", "join"), ("ex", "exit")]
        {
            assert!(names(part).contains(&name), "{part}: {:?}", names(part));
        }
    }

    #[test]
    fn a_command_is_found_by_a_word_of_what_it_does() {
        assert!(names("alone").contains(&"msg"));
        assert!(names("order").contains(&"op"));
        assert!(names("finger").contains(&"whoami"));
        assert_eq!(names("nothing_is_called_so"), [""; 0]);
    }
}
