//! The room: its data, and where the parts of its screen stand.

use crate::about::About;
use crate::afterthought::Afterthoughts;
use crate::deed::{self, Deed};
use crate::find::Find;
use crate::keymap::Context;
use crate::level::Level;
use crate::overlay::{Overlay, crowd};
use crate::removal::{self, Removal};
use crate::screen::panels::Panels;
use crate::state::{Link, Notice, State};
use crate::theme::{Ground, Ink};
use crate::view::Drawn;
use crate::widget::composer::Composer;
use crate::widget::members::{self, Members};
use crate::widget::timeline::{self, Count, Crowd, Look, Timeline, name};
use crate::widget::typing::Typing;
use crate::widget::{composer, find, paint, rooms, status};
use crate::wrap;
use bytes::Bytes;
use chat_proto::entry::{Act, Entry, EntryBody, PersonId, RoomId, UnixMillis};
use chat_proto::frame::{Door, Durability, Joined, Keep, Label, Lock, Peer};
use chat_proto::limits::TOPIC_BYTES;
use chat_proto::text::visible_line;
use chat_proto::{Nick, RoomCode, Seq};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// From here on, a line divides timeline and composer, and hints stand below.
const FRILLS_FROM_ROWS: u16 = 12;
/// What is said where the room has ended, for whatever reason: nothing of it is kept.
const OVER_AND_GONE: &str = "this room is over, and its history is gone from the server";
const OVER: &str = "this room is over";
/// From here on, there is place for all of it.
const OVER_COLUMNS: u16 = 82;
/// Remarks that wait for the last page: each is about a whole list of people.
const REMARKS_MAX: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    pub id: RoomId,
    /// The how many-th room it is that was entered.
    pub entered: usize,
    /// With whom, if it is a direct room.
    pub direct: Option<Peer>,
    /// What of it calls the reader, if they chose.
    pub level: Option<Level>,
    /// What finds the room, as it may be shown.
    pub code: String,
    pub topic: String,
    /// What is kept of it, and how long.
    pub label: Label,
    /// Who may come in, and whether anybody may.
    pub door: Door,
    pub lock: Lock,
    pub members: Members,
    /// Who is writing just now.
    pub typing: Typing,
    pub timeline: Timeline,
    /// What was done to messages since they were said.
    pub afterthoughts: Afterthoughts,
    /// What is being written here.
    pub composer: Composer,
    /// When others were last told that something is.
    pub writing_told_at: Option<UnixMillis>,
    /// The message that it is about, if it is about one.
    pub about: Option<About>,
    /// How far the reader has read, as far as the server knows or is about to be told.
    pub read: Seq,
    /// When the server is to be told, if it does not know yet.
    pub tell_read_at: Option<UnixMillis>,
    /// What the summary knows; later entries change it.
    head: Seq,
    /// The room is over, or this person is out of it: nothing can be said any more.
    pub is_over: bool,
    /// The reader has seen that it is.
    pub is_end_seen: bool,
    /// Lines of the program's own, until the last page of the room is here.
    remarks: Vec<(UnixMillis, String)>,
    /// The removal of this person, as the log told it.
    removal: Option<Removal>,
    /// What is said where the room is over because this person was removed from it.
    pub farewell: Option<String>,
}

impl Room {
    pub fn new(joined: &Joined, entered: usize) -> Self {
        let mut room = Self {
            id: joined.room,
            entered,
            direct: None,
            level: None,
            code: String::new(),
            topic: String::new(),
            label: joined.state.label,
            door: joined.state.door,
            lock: joined.state.lock,
            members: Members::default(),
            typing: Typing::default(),
            timeline: Timeline::default(),
            afterthoughts: Afterthoughts::default(),
            composer: Composer::default(),
            writing_told_at: None,
            about: None,
            read: joined.state.read,
            tell_read_at: None,
            head: Seq::START,
            is_over: false,
            is_end_seen: false,
            remarks: Vec::new(),
            removal: None,
            farewell: None,
        };
        room.summarise(joined);
        room
    }

    /// The room as of now; the member list and missed entries follow.
    pub fn summarise(&mut self, joined: &Joined) {
        self.code = name(&joined.code);
        self.direct = joined.state.direct.clone().filter(|_| joined.state.door == Door::Direct);
        self.topic = topic(&joined.state.topic);
        self.label = joined.state.label;
        (self.door, self.lock) = (joined.state.door, joined.state.lock);
        self.head = joined.head;
        if joined.head < self.read {
            // The log lost its end.
            self.read = joined.state.read;
        }
        (self.is_over, self.is_end_seen) = (false, false);
        (self.removal, self.farewell) = (None, None);
        self.members.expect_list();
    }

    /// What finds the room, or whom it is with.
    pub fn called(&self) -> String {
        match &self.direct {
            Some(peer) => format!("@{}", name(&peer.name)),
            None => self.code.clone(),
        }
    }

    /// The other one of a direct room.
    pub fn peer(&self) -> Option<PersonId> {
        self.direct.as_ref().map(|peer| peer.person)
    }

    /// Whether the other one of a direct room has left it.
    pub fn is_deserted(&self) -> bool {
        self.peer().is_some_and(|peer| self.members.is_known() && self.members.get(peer).is_none())
    }

    /// Somebody is called so now.
    pub fn follow_peer(&mut self, person: PersonId, name: &Bytes) {
        if let Some(peer) = self.direct.as_mut().filter(|peer| peer.person == person) {
            peer.name = name.clone();
        }
    }

    /// Whether this was said to the reader alone.
    pub fn is_addressed(&self, entry: &Entry, reader: Option<PersonId>) -> bool {
        let is_said = matches!(entry.body, EntryBody::Message(_) | EntryBody::Action(_) | EntryBody::Reply(_));
        self.direct.is_some() && is_said && reader != Some(entry.author.person)
    }

    /// What of it calls the reader: what they chose, or what one is told to whom it is said.
    pub fn level(&self) -> Level {
        let usual = if self.direct.is_some() { Level::All } else { Level::Mentions };
        self.level.unwrap_or(usual)
    }

    /// What is unread, unless the reader wants to hear nothing of it.
    pub fn news(&self) -> Count {
        match self.level() {
            Level::Nothing => Count::default(),
            Level::All | Level::Mentions => self.timeline.unread(),
        }
    }

    /// Whether something unread here is for the reader.
    pub fn calls(&self) -> bool {
        let news = self.news();
        news.mentions > 0 || self.direct.is_some() && !news.is_none()
    }

    /// What an entry changes beside the timeline, if the summary does not know it already. Whether it is that new.
    pub fn fold(&mut self, entry: &Entry, reader: Option<PersonId>) -> bool {
        if entry.seq <= self.head {
            return false;
        }
        self.members.fold(entry);
        self.typing.fold(entry.author.person, &entry.body);
        match &entry.body {
            EntryBody::Topic(text) => self.topic = topic(text),
            EntryBody::Act(Act::Lock) => self.lock = Lock::Locked,
            EntryBody::Act(Act::Unlock) => self.lock = Lock::Unlocked,
            _ => {}
        }
        self.removal = Removal::of(entry, reader).or(self.removal.take());
        true
    }

    /// Settles what is read; the server is to be told by then.
    pub fn note_read(&mut self, tell_at: UnixMillis) {
        self.timeline.settle_reading();
        if self.timeline.read_to() > self.read {
            self.read = self.timeline.read_to();
            self.tell_read_at.get_or_insert(tell_at);
        }
    }

    /// How far the reader had read when they came. Whoever has read nothing has not been here, unless what is said is for
    /// them alone.
    pub fn had_read(&self, read: Seq) -> Option<Seq> {
        Some(read).filter(|read| self.direct.is_some() || *read != Seq::START)
    }

    /// Tells the reader something, behind what was said by now: as soon as that is here.
    pub fn remark(&mut self, time: UnixMillis, words: String) {
        if self.remarks.len() < REMARKS_MAX {
            self.remarks.push((time, words));
        }
        self.tell_remarks();
    }

    /// Entries have come: perhaps those that a remark waited for.
    pub fn tell_remarks(&mut self) {
        if self.timeline.end() >= self.head {
            self.remarks.drain(..).for_each(|(time, words)| self.timeline.remark(time, words));
        }
    }

    /// Who is called so here, or wrote under this name, with how they are shown.
    pub fn find(&self, name: &Nick) -> Option<(PersonId, String)> {
        let member = self.members.named(name);
        let member = member.and_then(|id| Some((id, self.members.get(id)?.name.clone())));
        let author = || self.timeline.author(name).map(|(person, name)| (person, name.to_owned()));
        member.or_else(author).or_else(|| self.peer_called(name))
    }

    /// The other one of a direct room, if they are called so; also when they have left.
    fn peer_called(&self, typed: &Nick) -> Option<(PersonId, String)> {
        let peer = self.direct.as_ref()?;
        let is_meant = Nick::parse(&peer.name).is_ok_and(|known| known.key() == typed.key());
        is_meant.then(|| (peer.person, name(&peer.name)))
    }

    /// Every name that may be meant here: of members, then of who wrote lately and is none any more.
    pub fn names(&self) -> Vec<&str> {
        let mut names = self.members.names();
        for name in self.timeline.authors() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether everything is here that was said before somebody came.
    pub fn is_caught_up(&self) -> bool {
        self.timeline.end() >= self.head
    }

    /// This person was removed; the log has said by whom.
    pub fn has_removed_reader(&mut self) {
        self.farewell = Some(removal::sentence(&self.called(), self.removal.as_ref()));
    }

    /// Over, but its author has to decide about something that was not sent here.
    pub fn holds_unsent(&self) -> bool {
        self.is_over && self.timeline.undecided().is_some()
    }

    /// Whether the room ends when its reader goes: in memory, it lives as long as somebody is there.
    pub fn ends_with_reader(&self) -> bool {
        self.direct.is_none()
            && self.label.durability == Durability::Memory
            && !self.is_over
            && self.members.present() <= 1
    }

    /// What a room that follows this one is to keep. A room in memory made no choice.
    pub fn keep(&self) -> Keep {
        match (self.label.durability, self.label.keeps_ms) {
            (Durability::Memory, _) => Keep::Default,
            (_, Some(ms)) => Keep::Millis(ms),
            (_, None) => Keep::Forever,
        }
    }

    /// This person is not let in again; the room may well go on.
    pub fn has_shut_out_reader(&mut self) {
        self.farewell = Some(format!("you are no longer in {}", self.called()));
    }

    /// The code, if it is one that can be typed.
    pub fn typed_code(&self) -> Option<RoomCode> {
        self.own_code().filter(|_| self.direct.is_none())
    }

    /// The code that the room has, whether it finds anything or not.
    pub fn own_code(&self) -> Option<RoomCode> {
        RoomCode::parse(self.code.as_bytes()).ok()
    }
}

fn topic(received: &[u8]) -> String {
    visible_line(&received[..received.len().min(TOPIC_BYTES)])
}

/// Where the parts of the screen stand. Parts without a place are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    pub status: Rect,
    pub rooms: Rect,
    pub timeline: Rect,
    pub members: Rect,
    pub banner: Rect,
    pub notice: Rect,
    pub rule: Rect,
    pub about: Rect,
    pub composer: Rect,
    pub hints: Rect,
}

impl Places {
    pub fn of(state: &State) -> Self {
        let (columns, rows) = (state.columns, state.rows);
        let has_frills = rows >= FRILLS_FROM_ROWS;
        let composer = if state.is_finding() { 1 } else { state.composer().height(columns) };
        let composer = composer.clamp(1, (rows / 3).max(1));
        let mut bottom = rows;
        let mut take = |height: u16| {
            let height = height.min(bottom.saturating_sub(2));
            bottom -= height;
            Rect { x: 0, y: bottom, width: columns, height }
        };
        let hints = take(u16::from(has_frills));
        let composer = take(composer);
        let about = take(u16::from(state.room().is_some_and(|room| room.about.is_some())));
        let rule = take(u16::from(has_frills));
        let notice = take(notice_rows(state));
        let banner = take(u16::from(banner(state).is_some()));
        let panels = Panels::of(state);
        let middle = columns - panels.rooms - panels.members;
        let timeline = Rect { x: panels.rooms, y: 1.min(rows), width: middle, height: bottom.saturating_sub(1) };
        Self {
            status: Rect { x: 0, y: 0, width: columns, height: 1.min(rows) },
            rooms: Rect { x: 0, width: panels.rooms, ..timeline },
            members: Rect { x: timeline.right(), width: panels.members, ..timeline },
            timeline,
            banner,
            notice,
            rule,
            about,
            composer,
            hints,
        }
    }

    pub fn look<'a>(&self, state: &'a State) -> Look<'a> {
        Look { columns: self.timeline.width, rows: self.timeline.height, zone: &state.zone, theme: state.theme }
    }
}

fn notice_rows(state: &State) -> u16 {
    state.told().map_or(0, |notice| rows_of(&notice, state.columns).min(most_rows(&notice, state.rows)))
}

/// Whether a notice can be shown whole.
pub fn fits(notice: &Notice, state: &State) -> bool {
    rows_of(notice, state.columns) <= most_rows(notice, state.rows)
}

fn rows_of(notice: &Notice, columns: u16) -> u16 {
    let (Notice::Hint(words) | Notice::Standing(words) | Notice::Problem(words)) = notice;
    wrap::rows(words, notice_columns(columns)).len() as u16
}

/// Keys and invites are long, and of no use in part; but a notice must not push away what it is about.
fn most_rows(notice: &Notice, rows: u16) -> u16 {
    match notice {
        Notice::Hint(_) | Notice::Problem(_) => (rows / 3).max(3),
        Notice::Standing(_) => (rows / 2).max(3),
    }
}

fn notice_columns(columns: u16) -> usize {
    usize::from(columns.saturating_sub(5).max(1))
}

/// What is wrong with the room or the link, and what happens next.
fn banner(state: &State) -> Option<String> {
    let (room, columns) = (state.room()?, state.columns);
    if room.is_over {
        let over = || if columns < OVER_COLUMNS { OVER } else { OVER_AND_GONE }.to_owned();
        let words = room.farewell.clone().unwrap_or_else(over);
        let way = state.keys.say(Context::Room, "{mend} opens a new one");
        return Some(format!("{}.  {way}", capitalised(&words)));
    }
    match &state.link {
        Link::Up { .. } | Link::Idle => None,
        Link::Connecting => Some("Connecting…".to_owned()),
        Link::Down { trouble, retry_at } => {
            let seconds = (retry_at.0.saturating_sub(state.now.0).max(0) + 999) / 1000;
            let trouble = capitalised(&trouble.sentence());
            let way = state.keys.say(Context::Room, "{mend} tries now");
            Some(match seconds {
                0 => format!("Reconnecting…  {trouble}"),
                _ => format!("Reconnecting in {seconds} s…  {trouble}.  {way}"),
            })
        }
        Link::Ended(why) => {
            let way = state.keys.say(Context::Room, "{mend} connects again");
            Some(format!("Not connected.  {way}  {}", visible_line(why.as_bytes())))
        }
    }
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Draws the room, and says where the cursor and the links are.
pub fn draw(state: &State, cells: &mut Buffer) -> Drawn {
    let Some(room) = state.room() else { return Drawn::default() };
    let places = Places::of(state);
    status::draw(state, room, places.status, cells);
    let finding = state.find.as_ref().filter(|_| state.is_finding());
    let needle = finding.and_then(Find::needle);
    let crowd = Crowd { reader: state.reader(), members: &room.members };
    let links = timeline::draw(&room.timeline, crowd, needle, &places.look(state), &state.keys, places.timeline, cells);
    if !places.rooms.is_empty() {
        rooms::draw(state, places.rooms, cells);
    }
    if !places.members.is_empty() {
        members::draw(&room.members, state.reader(), state.theme, (places.members, None), cells);
    }
    draw_banner(state, places.banner, cells);
    draw_notice(state, places.notice, cells);
    paint::rule(cells, places.rule, places.rule.y, 0, places.rule.width, state.theme.ink(Ink::Rule));
    draw_about(state, room, places.about, cells);
    draw_hints(state, places.hints, cells);
    let cursor = match finding {
        Some(finding) => find::draw(finding, state.theme, places.composer, cells),
        None => composer::draw(state.composer(), state.theme, places.composer, cells),
    };
    Drawn { cursor, links }
}

fn draw_banner(state: &State, area: Rect, cells: &mut Buffer) {
    let Some(words) = banner(state) else { return };
    cells.set_style(area.intersection(cells.area), state.theme.ground(Ground::Mention));
    let words = format!("▌ {words}");
    let words = wrap::cut(&words, usize::from(area.width));
    paint::text(cells, area, (area.x, area.y), &words, state.theme.ink(Ink::Warning));
}

fn draw_notice(state: &State, area: Rect, cells: &mut Buffer) {
    let notice = state.told();
    let (sign, words, ink) = match &notice {
        Some(Notice::Hint(words) | Notice::Standing(words)) => ("·", words, Ink::Muted),
        Some(Notice::Problem(words)) => ("✗", words, Ink::Error),
        None => return,
    };
    paint::text(cells, area, (area.x + 1, area.y), sign, state.theme.ink(ink));
    let columns = notice_columns(area.width);
    let rows = wrap::rows(words, columns);
    let are_all_shown = rows.len() <= usize::from(area.height);
    for (y, row) in (area.top()..area.bottom()).zip(rows) {
        // What does not fit ends in an ellipsis instead of in the middle.
        let is_cut = y + 1 == area.bottom() && !are_all_shown;
        let row = if is_cut { wrap::cut(&words[row.start..], columns) } else { words[row].into() };
        paint::text(cells, area, (area.x + 3, y), &row, state.theme.ink(ink));
    }
}

/// Which message is answered or edited, and how to leave that.
fn draw_about(state: &State, room: &Room, area: Rect, cells: &mut Buffer) {
    let Some((what, text)) = room.about.as_ref().map(|about| about.line(room)) else { return };
    let keys = state.keys.list(Context::Room, if area.width < 30 { "" } else { "{dismiss} cancels " });
    let end = paint::pieces_right(cells, area, area.y, &[(&keys, state.theme.ink(Ink::Faint))]);
    let left = Rect { width: end.saturating_sub(area.x + 2), ..area };
    let behind = paint::text(cells, left, (left.x + 3, left.y), &what, state.theme.ink(Ink::Accent));
    let text = wrap::cut(&text, usize::from(left.right().saturating_sub(behind + 1)));
    paint::text(cells, left, (behind + 1, left.y), &text, state.theme.ink(Ink::Muted));
}

/// What can be done about the selected message; as much of it in words as there is place for.
fn draw_deeds(state: &State, deeds: &[Deed], area: Rect, cells: &mut Buffer) {
    let words: usize = deeds.iter().map(|deed| deed.words().1.len() + 3).sum();
    let columns = usize::from(area.width);
    let has_words = words <= columns;
    let gap = if words + deeds.len() + 9 <= columns { "  " } else { " " };
    let (accent, muted) = (state.theme.ink(Ink::Accent), state.theme.ink(Ink::Muted));
    let key = |name: &str| state.keys.key(Context::Selected, name).map(|key| key.to_string());
    let keyed: Vec<_> = deeds.iter().map(|deed| deed.words()).map(|(name, word)| (key(name), word)).collect();
    let back = key("unselect").unwrap_or_default();
    let mut pieces = Vec::new();
    for (letter, word) in keyed.iter().filter_map(|(letter, word)| Some((letter.as_deref()?, *word))) {
        pieces.push((letter, accent));
        pieces.extend([(" ", muted), (word, muted)].into_iter().filter(|_| has_words));
        pieces.push((gap, muted));
    }
    if !has_words || gap == "  " {
        pieces.extend([(back.as_str(), accent), (" back ", muted)]);
    }
    paint::pieces_right(cells, area, area.y, &pieces);
}

fn keys(state: &State, columns: u16) -> String {
    let has_rooms = state.rooms.len() > 1;
    let words = match columns {
        0..12 => "",
        12..30 => "{help} help ",
        30..38 => "{send} send · {help} help ",
        38..63 if has_rooms => "{select-earlier} select · {switch} rooms · {help} help ",
        38..63 => "{send} send · {select-earlier} select · {help} help ",
        63..77 if has_rooms => "{send} send · {select-earlier} select a message · {switch} rooms · {help} help ",
        77..97 if has_rooms => {
            "{send} send · {select-earlier} select a message · {find} find · {switch} rooms · {help} help "
        }
        63..83 => "{send} send · {select-earlier} select a message · {find} find · {help} help ",
        _ if has_rooms => {
            "{send} send · {newline} new line · {select-earlier} select a message · {find} find · {switch} rooms · {help} help "
        }
        _ => "{send} send · {newline} new line · {select-earlier} select a message · {find} find · {help} help ",
    };
    state.keys.list(Context::Room, words)
}

/// Who is writing, and beside it as many keys as there is place for.
fn draw_hints(state: &State, area: Rect, cells: &mut Buffer) {
    let deeds = deed::possible(state);
    if !deeds.is_empty() {
        return draw_deeds(state, &deeds, area, cells);
    }
    let typing = state.room().and_then(|room| room.typing.words(&room.members, state.reader())).unwrap_or_default();
    let typing = wrap::cut(&typing, usize::from(area.width.saturating_sub(2)));
    let taken = paint::text(cells, area, (area.x + 1, area.y), &typing, state.theme.ink(Ink::Muted));
    let beside = Rect { x: taken, width: area.right().saturating_sub(taken), ..area };
    let words = match beside.width {
        columns if matches!(state.overlay, Some(Overlay::Crowd(_))) => crowd::keys(state, columns),
        columns if state.is_finding() => find::keys(&state.keys, columns),
        columns => keys(state, columns),
    };
    paint::pieces_right(cells, beside, area.y, &[(&words, state.theme.ink(Ink::Faint))]);
}
