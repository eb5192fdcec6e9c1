//! What a search found, the newest first: each message with its neighbours, to be chosen from.

mod draw;
mod source;
mod words;

pub use draw::{draw, keep_in_bounds, page};

use crate::link::Command;
use crate::quest::Quest;
use crate::widget::timeline::{self, name};
use crate::wrap;
use chat_proto::entry::{Entry, EntryBody, PersonId, RoomId, Seq, UnixMillis};
use chat_proto::frame::{self, Beyond, Excerpt};
use chat_proto::text::visible_line;
use source::{Source, Stage};
use words::Words;

/// Hits that are listed; whoever has more needs other words.
const HITS_MAX: usize = 1_000;
/// So many hits before the last one, the next ones are asked for.
const AHEAD: usize = 5;

/// A search, and what it found so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    heading: &'static str,
    /// What is looked for, as it was typed.
    title: String,
    words: Words,
    sources: Vec<Source>,
    /// Whose messages are no hits, whatever is in them.
    except: Option<PersonId>,
    hits: Vec<Hit>,
    /// How many were found, also those that are not shown.
    found: usize,
    chosen: usize,
    /// The hit at the top of the list.
    top: usize,
}

/// A message as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hit {
    room: RoomId,
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
    /// A search of one room that is being asked for.
    pub fn new(room: RoomId, code: &str, quest: Quest, typed: &str) -> Self {
        Self {
            title: visible_line(typed.as_bytes()),
            ..Self::of("Search", &quest.words.clone(), vec![(room, code, quest)])
        }
    }

    /// What names somebody in these rooms, but for what they say themselves.
    pub fn mentions<'a>(
        name: &str,
        person: Option<PersonId>,
        rooms: impl IntoIterator<Item = (RoomId, &'a str)>,
    ) -> Self {
        let quest = Quest { words: name.to_owned(), from: None, since: None, until: None };
        let sources: Vec<_> = rooms.into_iter().map(|(room, code)| (room, code, quest.clone())).collect();
        let title = match sources.len() {
            1 => format!("of {name}"),
            rooms => format!("of {name}, in {rooms} rooms"),
        };
        Self { title, except: person, ..Self::of("Mentions", name, sources) }
    }

    fn of(heading: &'static str, words: &str, sources: Vec<(RoomId, &str, Quest)>) -> Self {
        let sources = sources.into_iter().map(|(room, code, quest)| Source::new(room, code, quest)).collect();
        Self {
            heading,
            title: String::new(),
            words: Words::of(words),
            sources,
            except: None,
            hits: Vec::new(),
            found: 0,
            chosen: 0,
            top: 0,
        }
    }

    /// Takes in what is here already: the server tells what stands around it, and what else there is.
    pub fn hold<'a>(&mut self, room: RoomId, said: impl Iterator<Item = (Seq, &'a timeline::Said)>) {
        let held = said.take(HITS_MAX).filter_map(|(seq, said)| Hit::held(room, seq, said)).collect();
        self.merge(held);
    }

    /// Whether this is an answer to it.
    pub fn is_asked(&self, room: RoomId, quest: &Quest) -> bool {
        self.sources.iter().any(|source| source.room == room && source.quest == *quest)
    }

    /// Takes in an answer, if it is the one that is waited for, but for what is not to be shown.
    pub fn take_in(
        &mut self,
        (room, before): (RoomId, Seq),
        hits: Vec<frame::Hit>,
        beyond: Beyond,
        is_shown: impl Fn(PersonId, Seq) -> bool,
    ) {
        let mut sources = self.sources.iter_mut();
        let Some(source) = sources.find(|source| source.room == room && source.stage == Stage::Asked(before)) else {
            return;
        };
        self.found += hits.len();
        let last = hits.last().map_or(before, |last| last.found.seq);
        source.answered(last, beyond, || self.found >= HITS_MAX);
        let hits = hits.into_iter().filter(|hit| Some(hit.found.author.person) != self.except);
        self.merge(hits.filter_map(|hit| Hit::of(room, hit).only(&is_shown)).collect());
    }

    /// What was found in several rooms is one list; the reader's choice stays the same. What was here already is told
    /// with what stands around it.
    fn merge(&mut self, hits: Vec<Hit>) {
        let chosen = self.hits.get(self.chosen).map(Hit::place);
        self.hits.retain(|held| !hits.iter().any(|hit| hit.place() == held.place()));
        self.hits.extend(hits);
        self.hits.sort_by_key(|hit| std::cmp::Reverse(hit.order(self.sources.len())));
        self.hits.truncate(HITS_MAX);
        // Whoever has chosen nothing yet looks at the newest.
        if self.chosen > 0 {
            let again = self.hits.iter().position(|hit| Some(hit.place()) == chosen);
            self.chosen = again.unwrap_or(self.chosen.min(self.hits.len().saturating_sub(1)));
        }
    }

    /// There will be no answer from this room.
    pub fn refuse(&mut self, room: RoomId, sentence: &str) {
        self.sources.iter_mut().filter(|source| source.room == room).for_each(|source| source.refuse(sentence));
    }

    /// Nobody can be asked about this room any more: what is here is all.
    pub fn end_at_hand(&mut self, room: RoomId) {
        self.sources.iter_mut().filter(|source| source.room == room).for_each(|source| source.stage = Stage::All);
    }

    /// The room is left. Whether there is another one.
    pub fn forget(&mut self, room: RoomId) -> bool {
        self.sources.retain(|source| source.room != room);
        self.hits.retain(|hit| hit.room != room);
        self.keep_choice();
        !self.sources.is_empty()
    }

    /// Moves the choice by so many hits.
    pub fn choose(&mut self, by: isize) {
        self.chosen = self.chosen.saturating_add_signed(by).min(self.hits.len().saturating_sub(1));
        if !self.hits.is_empty() {
            self.sources.iter_mut().for_each(Source::retry);
        }
    }

    /// What is asked of the link and waits for an answer.
    pub fn requests(&self) -> impl Iterator<Item = Command> {
        self.sources.iter().filter_map(Source::request)
    }

    /// The questions for what comes after the last hit, if they are to be asked now. They count as asked.
    pub fn ask_for_more(&mut self) -> Vec<Command> {
        if self.chosen + AHEAD < self.hits.len() {
            return Vec::new();
        }
        self.sources.iter_mut().filter_map(Source::go_on).collect()
    }

    /// The place of the chosen message.
    pub fn chosen(&self) -> Option<(RoomId, Seq)> {
        self.hits.get(self.chosen).map(Hit::place)
    }

    /// What its author erased is not to be seen here either.
    pub fn erase(&mut self, room: RoomId, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| entry.body == EntryBody::Forget) {
            let is_left = |person: PersonId, seq: Seq| person != entry.author.person || seq >= entry.seq;
            let hits = std::mem::take(&mut self.hits).into_iter();
            self.hits = hits.filter_map(|hit| if hit.room == room { hit.only(is_left) } else { Some(hit) }).collect();
        }
        self.keep_choice();
    }

    fn keep_choice(&mut self) {
        self.chosen = self.chosen.min(self.hits.len().saturating_sub(1));
        self.top = self.top.min(self.chosen);
    }

    /// How far it is, in the room that matters most.
    fn stage(&self) -> &Stage {
        let stages = self.sources.iter().map(|source| &source.stage);
        stages.max_by_key(|stage| stage.weight()).unwrap_or(&Stage::All)
    }

    /// What finds the room of a hit, if it could be in another one.
    fn code(&self, hit: &Hit) -> Option<&str> {
        let source = self.sources.iter().find(|source| source.room == hit.room && self.sources.len() > 1);
        source.map(|source| source.code.as_str())
    }
}

impl Hit {
    fn of(room: RoomId, hit: frame::Hit) -> Self {
        Self { room, before: hit.before.map(Said::from), found: hit.found.into(), after: hit.after.map(Said::from) }
    }

    /// One that is here; none if nobody is known to have said it.
    fn held(room: RoomId, seq: Seq, said: &timeline::Said) -> Option<Self> {
        let found = Said {
            seq,
            time: said.time,
            person: said.person?,
            name: said.name.clone(),
            text: visible_line(said.text.as_bytes()),
        };
        Some(Self { room, before: None, found, after: None })
    }

    fn place(&self) -> (RoomId, Seq) {
        (self.room, self.found.seq)
    }

    /// Within a room, the log's order; between rooms, that of time.
    fn order(&self, rooms: usize) -> (UnixMillis, Seq) {
        let time = if rooms > 1 { self.found.time } else { UnixMillis(0) };
        (time, self.found.seq)
    }

    /// The same with what is to be shown of it, if it is.
    fn only(mut self, is_shown: impl Fn(PersonId, Seq) -> bool) -> Option<Self> {
        let is_hidden = |said: &mut Said| !is_shown(said.person, said.seq);
        self.before.take_if(is_hidden);
        self.after.take_if(is_hidden);
        is_shown(self.found.person, self.found.seq).then_some(self)
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
