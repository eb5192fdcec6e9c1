//! What the word before the cursor may become: a command, somebody's name, an emoji. Offered in a list as it is typed,
//! and gone through with Tab.

use super::Buffer;
use super::shortcode;
use crate::command;
use crate::emoji;
use std::ops::Range;

/// Who everybody in the room is, behind an `@`.
const HERE: &str = "here";
/// Names, and emoji, that there are to choose from.
const CHOICES_MAX: usize = 20;
/// Letters of an emoji's name from which on it is no smiley of one's own, like `:d`.
const EMOJI_LETTERS_MIN: usize = 2;

/// One of the things that the word may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What takes the place of the word.
    pub text: String,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Command {
        args: &'static str,
        help: &'static str,
    },
    Name,
    /// With the name of it.
    Emoji(&'static str),
}

/// What there is to choose from, and how far somebody is with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    choices: Vec<Choice>,
    step: Step,
    /// Where the word, or the choice that replaced it, stands.
    range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Offered,
    /// Enter and Tab take it.
    Chosen(usize),
    /// It stands in the line.
    Written(usize),
}

/// A word, by what it may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word<'a> {
    Command(&'a str),
    /// Behind an `@`.
    Called(&'a str),
    /// Behind a colon.
    Emoji(&'a str),
    First(&'a str),
    Other(&'a str),
}

impl Completion {
    /// Whatever the word before the cursor could become; nothing if nothing fits. `names` are those that begin so.
    pub fn find(buffer: &Buffer, names: impl FnOnce(&str) -> Vec<String>) -> Option<Self> {
        let before = &buffer.text()[..buffer.cursor()];
        let (word, start) = word(before);
        let choices = match word {
            Word::Command(part) => commands(part),
            Word::Emoji(part) => emoji(part),
            Word::Called(part) => called(part, names),
            Word::First(part) => named(part, ": ", names),
            Word::Other(part) => named(part, " ", names),
        };
        (!choices.is_empty()).then_some(Self { choices, step: Step::Offered, range: start..before.len() })
    }

    /// The same of a word whose sign says that it is to become something.
    pub fn offer(buffer: &Buffer, names: impl FnOnce(&str) -> Vec<String>) -> Option<Self> {
        let is_meant = match word(&buffer.text()[..buffer.cursor()]).0 {
            Word::Command(_) => !buffer.text().contains('\n'),
            Word::Called(_) => true,
            Word::Emoji(part) => part.len() >= EMOJI_LETTERS_MIN,
            Word::First(_) | Word::Other(_) => false,
        };
        if is_meant { Self::find(buffer, names) } else { None }
    }

    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// The one that is chosen, or stands in the line.
    pub fn chosen(&self) -> Option<usize> {
        match self.step {
            Step::Offered => None,
            Step::Chosen(at) | Step::Written(at) => Some(at),
        }
    }

    /// Whether Tab has anywhere to go from here.
    pub(super) fn goes_on(&self) -> bool {
        self.choices.len() > 1
    }

    /// To the one so many places on, around the ends. What stands in the line makes place for it.
    pub(super) fn step(&mut self, by: isize, buffer: &mut Buffer) {
        let from = match self.chosen() {
            Some(at) => at.cast_signed() + by,
            None if by < 0 => by,
            None => by - 1,
        };
        let at = from.rem_euclid(self.choices.len().cast_signed()).cast_unsigned();
        match self.step {
            Step::Offered | Step::Chosen(_) => self.step = Step::Chosen(at),
            Step::Written(_) => self.write(at, buffer),
        }
    }

    /// Tab: the chosen one is written; if it is already, the next one.
    pub(super) fn write_next(&mut self, buffer: &mut Buffer) {
        let at = match self.step {
            Step::Offered => 0,
            Step::Chosen(at) => at,
            Step::Written(at) => (at + 1) % self.choices.len(),
        };
        self.write(at, buffer);
    }

    /// Puts this one in the place of the word, or of the one before.
    pub(super) fn write(&mut self, at: usize, buffer: &mut Buffer) {
        let text = &self.choices[at].text;
        buffer.replace(self.range.clone(), text);
        self.range.end = self.range.start + text.len();
        self.step = Step::Written(at);
    }

    /// What was chosen and is not written yet.
    pub(super) fn unwritten(&self) -> Option<usize> {
        if let Step::Chosen(at) = self.step { Some(at) } else { None }
    }
}

/// The word that reaches to the end of `before`, and where it begins.
fn word(before: &str) -> (Word<'_>, usize) {
    if let Some(start) = shortcode::start_of_name(before).filter(|start| start + 1 < before.len()) {
        return (Word::Emoji(&before[start + 1..]), start);
    }
    let start = before
        .rfind(char::is_whitespace)
        .map_or(0, |space| space + before[space..].chars().next().map_or(1, char::len_utf8));
    let word = &before[start..];
    let word = match (word.strip_prefix('/'), word.strip_prefix('@')) {
        (Some(part), _) if start == 0 => Word::Command(part),
        (_, Some(part)) => Word::Called(part),
        _ if start == 0 => Word::First(word),
        _ => Word::Other(word),
    };
    (word, start)
}

fn commands(part: &str) -> Vec<Choice> {
    let found = command::search(part).into_iter();
    let choice = |(name, command): (&str, &command::Command)| Choice {
        text: format!("/{name} "),
        what: What::Command { args: command.args, help: command.help },
    };
    found.map(choice).collect()
}

fn emoji(part: &str) -> Vec<Choice> {
    let found = emoji::search(part).into_iter().take(CHOICES_MAX);
    found.map(|named| Choice { text: named.emoji.to_owned(), what: What::Emoji(named.name) }).collect()
}

fn called(part: &str, names: impl FnOnce(&str) -> Vec<String>) -> Vec<Choice> {
    let mut names = names(part);
    names.truncate(CHOICES_MAX - 1);
    names.extend(Some(HERE).filter(|here| here.starts_with(&part.to_lowercase())).map(str::to_owned));
    names.into_iter().map(|name| Choice { text: format!("@{name} "), what: What::Name }).collect()
}

/// A name without a sign: only of what has been begun.
fn named(part: &str, behind: &str, names: impl FnOnce(&str) -> Vec<String>) -> Vec<Choice> {
    if part.is_empty() {
        return Vec::new();
    }
    let names = names(part).into_iter().take(CHOICES_MAX);
    names.map(|name| Choice { text: format!("{name}{behind}"), what: What::Name }).collect()
}
