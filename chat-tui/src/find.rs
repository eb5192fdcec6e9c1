//! Finding in a room: what is looked for, what was found of it here and on the server, and which of it the reader looks
//! at.
//!
//! ```text
//! here   | 90 | 72 | 41 | …        messages that the client holds, found step by step
//! away   | 30 | 12 | …             messages that only the server has, found when typing pauses
//! ```

use crate::fold::{Needle, folded};
use crate::quest::Quest;
use crate::widget::composer::{Buffer, Edit};
use crate::widget::timeline::{Anchor, Step, Timeline};
use chat_proto::entry::{RoomId, Seq, UnixMillis};
use chat_proto::frame::Beyond;
use chat_proto::limits::SEARCH_BYTES;
use unicode_normalization::char::is_combining_mark;

/// Bytes that can be looked for: what a server takes, with what is put around it.
pub const LINE_BYTES: usize = 200;
/// Hits that are counted.
const HITS_MAX: usize = 10_000;
/// How long typing pauses before the server is asked.
const PAUSE_MILLIS: i64 = 300;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    pub room: RoomId,
    pub line: Buffer,
    needle: Option<Needle>,
    /// Places of what was found here, the newest first.
    here: Vec<Seq>,
    /// Up to here, everything was looked through or will be.
    seen: Seq,
    /// Before this place, it was not yet.
    next: Option<Seq>,
    /// Places of what only the server has, the newest first.
    away: Vec<Seq>,
    stage: Stage,
    chosen: Option<Seq>,
    /// The reader wants to go on as soon as there is where to.
    is_waiting: bool,
    /// Where the reader was.
    pub origin: Anchor,
    /// The last place that was on the screen then.
    bottom: Seq,
}

/// How far the server has looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It need not look.
    Idle,
    /// It cannot be asked.
    Unasked,
    /// It is to be asked at this time.
    Due(UnixMillis),
    /// Asked for what is before this place.
    Asked(Seq),
    /// Before this place there is more.
    More(Seq),
    /// It has found all, or as much as it could.
    Done,
}

impl Find {
    pub fn new(room: RoomId, origin: Anchor, bottom: Seq) -> Self {
        Self {
            room,
            line: Buffer::default(),
            needle: None,
            here: Vec::new(),
            seen: Seq::START,
            next: None,
            away: Vec::new(),
            stage: Stage::Idle,
            chosen: None,
            is_waiting: false,
            origin,
            bottom,
        }
    }

    pub fn needle(&self) -> Option<&Needle> {
        self.needle.as_ref()
    }

    pub fn chosen(&self) -> Option<Seq> {
        self.chosen
    }

    /// Puts this where the cursor is, as far as it fits; it is one line.
    pub fn insert(&mut self, text: &str) {
        let room = LINE_BYTES.saturating_sub(self.line.text().len());
        let text = &text[..text.floor_char_boundary(room)];
        self.line.insert(&text.replace(['\n', '\t'], " "));
    }

    pub fn edit(&mut self, edit: Edit) {
        if edit == Edit::Paste {
            let cut = self.line.cut_text().to_owned();
            return self.insert(&cut);
        }
        self.line.edit(edit);
    }

    /// The line is another one: everything is looked for anew. Whether it is.
    pub fn begin(&mut self, timeline: &Timeline, now: UnixMillis) -> bool {
        let needle = Needle::of(self.line.text());
        if needle == self.needle {
            return false;
        }
        self.needle = needle;
        (self.chosen, self.is_waiting) = (None, false);
        self.away.clear();
        let is_away = timeline.missing_up_to().is_some() && self.quest().is_some();
        self.stage = if is_away { Stage::Due(UnixMillis(now.0.saturating_add(PAUSE_MILLIS))) } else { Stage::Idle };
        self.look_again(timeline);
        true
    }

    /// What is here is not what it was: it is looked through again.
    pub fn look_again(&mut self, timeline: &Timeline) {
        self.here.clear();
        self.seen = timeline.end();
        self.next = self.needle.is_some().then_some(Seq(u64::MAX));
    }

    /// Looks through some more of what is here, and chooses what the reader looked for first.
    pub fn step(&mut self, timeline: &Timeline) {
        let Some(needle) = &self.needle else { return };
        let new = timeline.find_after(self.seen, needle);
        self.seen = timeline.end();
        drop(self.here.splice(..0, new));
        if let Some(before) = self.next {
            let Step { hits, next } = timeline.find_before(before.min(self.seen.next()), needle);
            self.here.extend(hits);
            self.next = next.filter(|_| self.here.len() < HITS_MAX);
        }
        self.here.truncate(HITS_MAX);
        self.away.retain(|seq| !timeline.is_here(*seq));
    }

    /// What the reader is to be taken to, if it is known and they are not there: what is nearest to where they were, or
    /// what they waited for.
    pub fn arrive(&mut self) -> Option<Seq> {
        match self.chosen {
            None => self.choose(self.older_than(self.bottom.next()).or_else(|| self.oldest_found())),
            Some(_) if self.is_waiting => self.older(),
            Some(_) => None,
        }
    }

    /// Only if nothing older can come any more.
    fn oldest_found(&self) -> Option<Seq> {
        self.here.last().copied().filter(|_| !self.may_find_more())
    }

    /// To the next older hit; if there is none yet, as soon as there is one.
    pub fn older(&mut self) -> Option<Seq> {
        let older = self.chosen.and_then(|chosen| self.older_than(chosen));
        self.is_waiting = older.is_none() && self.may_find_more();
        self.choose(older)
    }

    pub fn newer(&mut self) -> Option<Seq> {
        self.is_waiting = false;
        let chosen = self.chosen?;
        let newer = |hits: &[Seq]| hits.iter().rev().find(|seq| **seq > chosen).copied();
        self.choose(newer(&self.here).into_iter().chain(newer(&self.away)).min())
    }

    fn choose(&mut self, seq: Option<Seq>) -> Option<Seq> {
        if seq.is_some() {
            (self.chosen, self.is_waiting) = (seq, false);
        }
        seq
    }

    fn older_than(&self, before: Seq) -> Option<Seq> {
        let older = |hits: &[Seq]| hits.get(hits.partition_point(|seq| *seq >= before)).copied();
        // What was not looked through yet may be newer than what the server has found.
        let is_known = |seq: &Seq| self.next.is_none_or(|next| *seq >= next);
        older(&self.here).into_iter().chain(older(&self.away).filter(is_known)).max()
    }

    /// Whether hits may still come by themselves, or by asking.
    pub fn may_find_more(&self) -> bool {
        self.next.is_some() || matches!(self.stage, Stage::Due(_) | Stage::Asked(_) | Stage::More(_))
    }

    /// When it goes on by itself.
    pub fn wake_at(&self, now: UnixMillis) -> Option<UnixMillis> {
        match (self.next, self.stage) {
            (Some(_), _) => Some(now),
            (None, Stage::Due(at)) => Some(at),
            _ => None,
        }
    }

    /// What the server is to be asked: the same as words, of which the last may go on. None if no word is in it.
    pub fn quest(&self) -> Option<Quest> {
        let folded = folded(self.line.text());
        let is_gap = |c: char| !(c.is_alphanumeric() || is_combining_mark(c));
        let words: Vec<&str> = folded.split(is_gap).filter(|word| !word.is_empty()).collect();
        // What has something else than white space inside is one phrase.
        let words = format!("{}*", words.join("-"));
        (2..=SEARCH_BYTES).contains(&words.len()).then_some(Quest { words, from: None, since: None, until: None })
    }

    /// The question for the server, if it is time. It counts as asked.
    pub fn ask(&mut self, now: UnixMillis, missing_up_to: Option<Seq>) -> Option<(Quest, Seq)> {
        let before = match self.stage {
            Stage::Due(at) if at <= now => missing_up_to?.next(),
            Stage::More(before) if self.is_waiting && self.next.is_none() => before,
            _ => return None,
        };
        let quest = self.quest()?;
        self.stage = Stage::Asked(before);
        Some((quest, before))
    }

    /// The server has found these; whether they are shown is judged already.
    pub fn take_in(&mut self, before: Seq, last: Option<Seq>, hits: impl Iterator<Item = Seq>, beyond: Beyond) {
        if self.stage != Stage::Asked(before) {
            return;
        }
        self.away.extend(hits);
        self.stage = match (beyond, last) {
            (Beyond::More, Some(last)) if self.away.len() < HITS_MAX => Stage::More(last),
            _ => Stage::Done,
        };
    }

    /// There is no answer, and will be none.
    pub fn give_up_asking(&mut self) {
        if matches!(self.stage, Stage::Due(_) | Stage::Asked(_) | Stage::More(_)) {
            (self.stage, self.is_waiting) = (Stage::Unasked, false);
        }
    }

    /// Whether the server is to be asked now.
    pub fn is_due(&self, now: UnixMillis) -> bool {
        matches!(self.stage, Stage::Due(at) if at <= now)
    }

    /// How far it is: "3 of 17", "17 and 20+ on the server", in a long form and in a short one.
    pub fn count(&self) -> Option<[String; 2]> {
        self.needle.as_ref()?;
        let more = if self.next.is_some() || self.here.len() >= HITS_MAX { "+" } else { "" };
        let (here, away) = (self.here.len(), self.away.len());
        let at = self.chosen.and_then(|chosen| self.here.binary_search_by(|seq| chosen.cmp(seq)).ok());
        let long = match (at, here) {
            (Some(at), _) => format!("{} of {here}{more}", at + 1),
            (None, 0) if more.is_empty() && away == 0 && !self.may_find_more() => "nothing found".to_owned(),
            (None, 0) if away == 0 => "looking…".to_owned(),
            (None, _) => format!("{here}{more} here"),
        };
        let away = match (self.stage, away) {
            (Stage::Idle | Stage::Due(_), _) | (Stage::Done, 0) => String::new(),
            (Stage::Unasked, _) => " · the server cannot be asked".to_owned(),
            (Stage::Asked(_), _) => " · asking the server…".to_owned(),
            (Stage::More(_), away) => format!(" · {away}+ more on the server"),
            (Stage::Done, away) => format!(" · {away} more on the server"),
        };
        Some([format!("{long}{away}"), long])
    }
}
