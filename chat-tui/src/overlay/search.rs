//! What a search found, the newest first: each message with its neighbours, to be chosen from.

mod draw;
mod words;

pub use draw::{draw, keep_in_bounds, page};

use crate::link::Command;
use crate::quest::Quest;
use crate::widget::timeline::name;
use crate::wrap;
use chat_proto::entry::{Entry, EntryBody, PersonId, RoomId, Seq, UnixMillis};
use chat_proto::frame::{self, Beyond, Excerpt};
use chat_proto::text::visible_line;
use words::Words;

/// Hits that are listed; whoever has more needs other words.
const HITS_MAX: usize = 1_000;
/// So many hits before the last one, the next ones are asked for.
const AHEAD: usize = 5;

/// A search, and what it found so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub room: RoomId,
    pub quest: Quest,
    /// As it was typed.
    title: String,
    words: Words,
    hits: Vec<Hit>,
    /// How many were found, also those that are not shown.
    found: usize,
    chosen: usize,
    /// The hit at the top of the list.
    top: usize,
    stage: Stage,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// For what is before this place.
    Asked(Seq),
    /// Before this place there is more.
    More(Seq),
    All,
    /// The server gave up.
    Unsearched,
    /// There is no place for more.
    Full,
    /// What was asked for before this place; the sentence says why there is no answer.
    Refused(Seq, String),
}

/// A message as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hit {
    before: Option<Said>,
    found: Said,
    after: Option<Said>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    seq: Seq,
    time: UnixMillis,
    person: PersonId,
    name: String,
    text: String,
}

impl Search {
    /// A search that is being asked for.
    pub fn new(room: RoomId, quest: Quest, typed: &str) -> Self {
        Self {
            room,
            words: Words::of(&quest.words),
            quest,
            title: visible_line(typed.as_bytes()),
            hits: Vec::new(),
            found: 0,
            chosen: 0,
            top: 0,
            stage: Stage::Asked(Seq(u64::MAX)),
        }
    }

    /// Takes in an answer, if it is the one that is waited for, but for what is not to be shown.
    pub fn take_in(
        &mut self,
        before: Seq,
        hits: Vec<frame::Hit>,
        beyond: Beyond,
        is_shown: impl Fn(PersonId, Seq) -> bool,
    ) {
        if self.stage != Stage::Asked(before) {
            return;
        }
        self.found += hits.len();
        let before = hits.last().map_or(before, |last| last.found.seq);
        self.hits.extend(hits.into_iter().filter_map(|hit| Hit::from(hit).only(&is_shown)));
        self.hits.truncate(HITS_MAX);
        self.stage = match beyond {
            Beyond::More if self.found >= HITS_MAX => Stage::Full,
            Beyond::More => Stage::More(before),
            Beyond::Nothing => Stage::All,
            Beyond::Unsearched => Stage::Unsearched,
        };
    }

    /// There will be no answer.
    pub fn refuse(&mut self, sentence: &str) {
        if let Stage::Asked(before) = self.stage {
            self.stage = Stage::Refused(before, visible_line(sentence.as_bytes()));
        }
    }

    /// Moves the choice by so many hits.
    pub fn choose(&mut self, by: isize) {
        self.chosen = self.chosen.saturating_add_signed(by).min(self.hits.len().saturating_sub(1));
        if let (Stage::Refused(before, _), false) = (&self.stage, self.hits.is_empty()) {
            self.stage = Stage::More(*before);
        }
    }

    /// What is asked of the link, if an answer is waited for.
    pub fn request(&self) -> Option<Command> {
        match self.stage {
            Stage::Asked(before) => Some(Command::Search { room: self.room, quest: self.quest.clone(), before }),
            _ => None,
        }
    }

    /// The question for what comes after the last hit, if it is to be asked now. It counts as asked.
    pub fn ask_for_more(&mut self) -> Option<Command> {
        let Stage::More(before) = self.stage else { return None };
        if self.chosen + AHEAD < self.hits.len() {
            return None;
        }
        self.stage = Stage::Asked(before);
        self.request()
    }

    /// The place of the chosen message.
    pub fn chosen(&self) -> Option<Seq> {
        self.hits.get(self.chosen).map(|hit| hit.found.seq)
    }

    /// What its author erased is not to be seen here either.
    pub fn erase(&mut self, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| entry.body == EntryBody::Forget) {
            let is_left = |person: PersonId, seq: Seq| person != entry.author.person || seq >= entry.seq;
            let hits = std::mem::take(&mut self.hits).into_iter();
            self.hits = hits.filter_map(|hit| hit.only(is_left)).collect();
        }
        self.chosen = self.chosen.min(self.hits.len().saturating_sub(1));
        self.top = self.top.min(self.chosen);
    }
}

impl Hit {
    /// The same with what is to be shown of it, if it is.
    fn only(mut self, is_shown: impl Fn(PersonId, Seq) -> bool) -> Option<Self> {
        let is_hidden = |said: &mut Said| !is_shown(said.person, said.seq);
        self.before.take_if(is_hidden);
        self.after.take_if(is_hidden);
        is_shown(self.found.person, self.found.seq).then_some(self)
    }
}

impl From<frame::Hit> for Hit {
    fn from(hit: frame::Hit) -> Self {
        Self { before: hit.before.map(Said::from), found: hit.found.into(), after: hit.after.map(Said::from) }
    }
}

impl From<Excerpt> for Said {
    fn from(excerpt: Excerpt) -> Self {
        Self {
            seq: excerpt.seq,
            time: excerpt.time,
            person: excerpt.author.person,
            name: name(&excerpt.author.name),
            text: wrap::apart(&visible_line(&excerpt.text)),
        }
    }
}
