//! What happens in a room, as lines: what its timeline has that was not told, and what becomes of one's own posts.

use super::people::{self, PeopleTold};
use super::{Layout, SAYS, WARNS};
use crate::afterthought::{Afterthought, Done};
use crate::link::Mark;
use crate::room::Room;
use crate::state::State;
use crate::widget::timeline::{Gap, Item, Pending, Said, What, comings_and_goings};
use crate::wrap;
use crate::zone::Zone;
use chat_proto::text::visible_line;
use chat_proto::{PostId, Seq, UnixMillis};
use std::collections::BTreeMap;

/// What is told of what was said before somebody came.
const BEFORE_MAX: usize = 20;
/// Of a post that something is told about.
const QUOTE_COLUMNS: usize = 60;
/// Of a post that is answered: the answer follows.
const ANSWERED_COLUMNS: usize = 40;

/// How far a room was told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// None before anything was.
    place: Option<Place>,
    day: Option<String>,
    /// So many of what was done to messages.
    afterthoughts: usize,
    people: PeopleTold,
    posts: BTreeMap<PostId, Fate>,
    is_over: bool,
}

/// Up to where in the timeline. Lines of the program's own have the place of the entry before them, and comings and
/// goings grow: so both are counted.
#[derive(Debug, Clone, Copy)]
struct Place {
    seq: Seq,
    items_there: usize,
    changes: usize,
}

/// How much of an item is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    /// So many comings and goings of it were told.
    Behind(usize),
}

/// What was told of a post that the log does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Nothing,
    Waits,
    Undecided,
}

/// Who asks for a decision, and how it is given.
const WAYS_OUT: &str = "/discard forgets it, /resend sends what was only left over";

impl Told {
    pub(super) fn tell_heading(&mut self, room: &Room, layout: Layout, lines: &mut Vec<String>) {
        lines.extend(layout.lines(SAYS, &people::heading(room)));
        self.people.are_counted_in_heading(room);
    }

    pub(super) fn tell(&mut self, state: &State, room: &Room, layout: Layout, lines: &mut Vec<String>) {
        self.tell_items(state, room, layout, lines);
        self.people.tell(state, room, layout, lines);
        self.tell_posts(state, room, layout, lines);
        if !std::mem::replace(&mut self.is_over, room.is_over) && room.is_over {
            let words = room.farewell.as_deref().unwrap_or("this room is over: /create opens a new one");
            lines.extend(layout.lines(WARNS, words));
        }
    }

    fn tell_items(&mut self, state: &State, room: &Room, layout: Layout, lines: &mut Vec<String>) {
        let (items, afterthoughts) = match self.place {
            Some(place) => (news(room, place), self.afterthoughts),
            // What was said before is told with the last of it, or its beginning would be cut off.
            None if !room.is_caught_up() => return,
            None => (latest(room, layout, lines), room.afterthoughts.count()),
        };
        for (item, part) in items {
            self.tell_day(item, &state.zone, layout, lines);
            lines.extend(item_lines(item, part, state, room, layout));
        }
        let heard = room.afterthoughts.after(afterthoughts).filter(|it| !state.people.is_ignored(it.person));
        lines.extend(heard.flat_map(|it| afterthought_lines(it, state, room, layout)));
        self.afterthoughts = room.afterthoughts.count();
        self.place = Some(place(room));
    }

    fn tell_day(&mut self, item: &Item, zone: &Zone, layout: Layout, lines: &mut Vec<String>) {
        let Some(day) = item.time().map(|time| zone.day(time)) else { return };
        if self.day.as_ref() != Some(&day) {
            lines.extend(layout.lines(SAYS, &day));
            self.day = Some(day);
        }
    }

    fn tell_posts(&mut self, state: &State, room: &Room, layout: Layout, lines: &mut Vec<String>) {
        let pending = room.timeline.pending();
        self.posts.retain(|id, _| pending.iter().any(|post| post.id == *id));
        for post in pending {
            let fate = fate(post, state);
            let told = self.posts.insert(post.id, fate).unwrap_or(Fate::Nothing);
            if fate != told {
                lines.extend(fate_words(post, fate).iter().flat_map(|words| layout.lines(WARNS, words)));
            }
        }
    }
}

impl Part {
    fn told(self) -> usize {
        match self {
            Self::Whole => 0,
            Self::Behind(changes) => changes,
        }
    }
}

fn place(room: &Room) -> Place {
    let seq = room.timeline.end();
    let items_there = room.timeline.from(seq).count();
    let changes = match room.timeline.from(seq).last().map(|item| &item.what) {
        Some(What::Fold { changes, .. }) => changes.len(),
        _ => 0,
    };
    Place { seq, items_there, changes }
}

/// What came since.
fn news(room: &Room, place: Place) -> Vec<(&Item, Part)> {
    let mut told = place.items_there;
    let is_new = |item: &&Item| {
        let is_told = item.last == place.seq && told > 0;
        told -= usize::from(is_told);
        !is_told
    };
    let part = |item: &Item| match item.first <= place.seq && item.last > place.seq {
        true => Part::Behind(place.changes),
        false => Part::Whole,
    };
    room.timeline.from(place.seq).filter(is_new).map(|item| (item, part(item))).collect()
}

/// The last of what was said before, for whoever comes.
fn latest<'a>(room: &'a Room, layout: Layout, lines: &mut Vec<String>) -> Vec<(&'a Item, Part)> {
    let all = room.timeline.items().len();
    let untold = all.saturating_sub(BEFORE_MAX);
    let items: Vec<_> = room.timeline.items().skip(untold).map(|item| (item, Part::Whole)).collect();
    if untold > 0 {
        lines.extend(layout.lines(SAYS, "what was said before is not repeated here; /search finds it"));
    }
    items
}

fn item_lines(item: &Item, part: Part, state: &State, room: &Room, layout: Layout) -> Vec<String> {
    let clock = item.time().map(|time| clock(time, &state.zone)).unwrap_or_default();
    let says = |words: &str| layout.lines(&format!("{clock}{SAYS}"), words);
    match &item.what {
        // What has only grown was told.
        What::Said(_) | What::System { .. } | What::Hidden(_) | What::Erased(_) if part != Part::Whole => Vec::new(),
        What::Silent => Vec::new(),
        What::Said(said) => said_lines(said, &clock, state, room, layout),
        What::Fold { changes, .. } => comings_and_goings(&changes[part.told().min(changes.len())..])
            .iter()
            .flat_map(|words| says(words.trim_start_matches(['→', '←', '↔', ' '])))
            .collect(),
        What::System { text, .. } => says(text),
        What::Hidden(_) => says("somebody whom you ignore said something"),
        What::Erased(erased) => says(&erased.sentence()),
        What::Gap(Gap::Purged) => says("older messages are gone"),
        What::Gap(_) => says("more was said here than is told; /search finds it"),
    }
}

fn clock(time: UnixMillis, zone: &Zone) -> String {
    format!("{} ", zone.clock(time).trim_start())
}

/// `14:03 bob: `, `14:03 bob to alice ("what was asked"): `, `14:03 * carol `; with a mark if the key is not the one of
/// last time.
fn said_lines(said: &Said, clock: &str, state: &State, room: &Room, layout: Layout) -> Vec<String> {
    let doubt = if said.person.is_some_and(|person| state.people.is_changed(person)) { "!" } else { "" };
    let speaker = format!("{}{doubt}", said.name);
    match said.answers() {
        _ if said.is_action => layout.lines(&format!("{clock}* {speaker} "), &said.text),
        Some(to) => {
            let (to, answered) = answered(room, to);
            layout.lines(&format!("{clock}{speaker} to {to}"), &format!("({answered}): {}", said.text))
        }
        None => layout.lines(&format!("{clock}{speaker}: "), &said.text),
    }
}

/// Who is answered, and what they had said, in quotes that it does not close.
fn answered(room: &Room, to: Seq) -> (String, String) {
    let quote = room.timeline.quote(to);
    match quote.name {
        Some(name) => {
            let words = wrap::cut(&quote.text, ANSWERED_COLUMNS).replace('"', "'");
            (format!("{name} "), format!("\"{words}\""))
        }
        None => (String::new(), quote.text),
    }
}

fn afterthought_lines(it: &Afterthought, state: &State, room: &Room, layout: Layout) -> Vec<String> {
    let who = format!("{}{}", clock(it.time, &state.zone), it.name);
    let message = room.timeline.message(it.target);
    let about = |link: &str| message.map(|said| format!(" {link} {}: ", said.name)).unwrap_or_default();
    let quote = || room.timeline.quote(it.target).text;
    let excerpt = || message.map(|_| wrap::cut(&quote(), QUOTE_COLUMNS).into_owned()).unwrap_or_default();
    match (&it.done, message) {
        (Done::Edited, Some(said)) => layout.lines(&format!("{who} edited: "), &said.text),
        // It was deleted since, and that is told.
        (Done::Edited, None) => Vec::new(),
        (Done::Deleted, _) => layout.lines(&format!("{who} deleted a message"), ""),
        (Done::Reacted(emoji), _) => layout.lines(&format!("{who} reacted {emoji}{}", about("to")), &excerpt()),
        (Done::TookBack(emoji), _) => layout.lines(&format!("{who} took {emoji} back{}", about("from")), &excerpt()),
    }
}

fn fate(post: &Pending, state: &State) -> Fate {
    match &post.mark {
        mark if matches!(mark, Mark::Waiting | Mark::OnTheWire) && !state.is_up() => Fate::Waits,
        Mark::Refused(_) | Mark::Unknown(_) | Mark::Stale => Fate::Undecided,
        Mark::Waiting | Mark::OnTheWire | Mark::Accepted { .. } => Fate::Nothing,
    }
}

fn fate_words(post: &Pending, fate: Fate) -> Option<String> {
    let quote = wrap::cut(post.said.text.lines().next().unwrap_or_default(), QUOTE_COLUMNS).into_owned();
    let why = |reason: &str| visible_line(reason.as_bytes());
    match (fate, &post.mark) {
        (Fate::Nothing, _) => None,
        (Fate::Waits, _) => Some(format!("not sent yet, waiting for the connection: {quote}")),
        (Fate::Undecided, Mark::Refused(reason)) => Some(format!("not sent: {}: {quote}\n{WAYS_OUT}", why(reason))),
        (Fate::Undecided, Mark::Unknown(reason)) => {
            Some(format!("may have been delivered: {}: {quote}\n{WAYS_OUT}", why(reason)))
        }
        (Fate::Undecided, _) => Some(format!("written a while ago, not sent yet: {quote}\n{WAYS_OUT}")),
    }
}
