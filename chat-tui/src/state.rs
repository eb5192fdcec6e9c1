//! Everything the client knows: plain data, changed by `update` alone.

mod goal;
mod start;

pub use goal::Goal;
pub use start::{Face, Start, Surroundings, Wish};

use crate::attendance::Attendance;
use crate::config::Options;
use crate::drafts::Drafts;
use crate::emoji::Named;
use crate::export::Export;
use crate::find::Find;
use crate::hyperlink::Uri;
use crate::keymap::{Context, Keymap};
use crate::known_conversations::KnownConversations;
use crate::link::{Distrust, OutboxItem, Security, Trouble};
use crate::looks::Looks;
use crate::overlay::Overlay;
use crate::overlay::invite::{Invitation, Purpose};
use crate::overlay::react::Picker;
use crate::overlay::search::Search;
use crate::overlay::switcher::Switcher;
use crate::people::People;
use crate::quest::Quest;
use crate::recent::Recent;
use crate::room::Room;
use crate::screen::panels::Panel;
use crate::screen::prompt::Prompt;
use crate::theme::Theme;
use crate::trust;
use crate::update::Returning;
use crate::widget::composer::Composer;
use crate::widget::timeline::{Count, Reader};
use crate::widths::Widths;
use crate::zone::Zone;
use chat_proto::entry::{EntryBody, PersonId, PostId, RoomId, UnixMillis};
use chat_proto::frame::{HeldName, Keep};
use chat_proto::{Fingerprint, Invite, Nick, Text};
use std::collections::BTreeMap;
use std::time::Duration;

/// Without a key for so long, nobody may be there.
const UNATTENDED_MILLIS: i64 = 60_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub now: UnixMillis,
    /// Counts the pictures: while it stays, the one that is shown is that of this state.
    pub picture: u64,
    pub columns: u16,
    pub rows: u16,
    pub face: Face,
    /// What is shown: the chosen one, or one that is tried.
    pub theme: Theme,
    pub looks: Looks,
    /// How the terminal draws what terminals disagree about.
    pub widths: Widths,
    pub zone: Zone,
    /// What this person wants everywhere.
    pub options: Options,
    pub keys: Keymap,
    pub instance: u64,
    pub screen: Screen,
    pub prompt: Prompt,
    /// How long rooms that are opened in the prompt are to keep what is said.
    pub keep: Keep,
    pub overlay: Option<Overlay>,
    /// What is being attempted until the room opens, and what failed of it opens the prompt.
    pub attempt: Option<Goal>,
    /// Where the link there is goes, with which key, and under which name.
    pub dialed: Option<(String, Option<Fingerprint>, Nick)>,
    pub link: Link,
    /// The rooms of the last days, the newest first.
    pub recent: Vec<Recent>,
    /// What is known of conversations of two.
    pub conversations: KnownConversations,
    pub returning: Returning,
    /// What is being written, as far as it is kept.
    pub drafts: Drafts,
    /// When what is written beyond that is to be kept.
    pub keep_drafts_at: Option<UnixMillis>,
    /// What the invite that was asked for is wanted for.
    pub invite_for: Option<Purpose>,
    /// What the overlay of that name shows.
    pub invitation: Option<Invitation>,
    /// What the overlay of that name shows.
    pub search: Option<Search>,
    /// What is being looked for in the room on the screen, in place of the composer.
    pub find: Option<Find>,
    /// The time that the reader wants to go to, and that the server is asked about.
    pub sought_time: Option<(RoomId, Quest)>,
    /// What the overlay of that name shows.
    pub switcher: Switcher,
    /// What is being written into a file.
    pub export: Option<Export>,
    /// What the overlay of reactions shows.
    pub picker: Option<Picker>,
    /// What the reader reacted with, the last first.
    pub reacted_with: Vec<Named>,
    /// The links that the overlay of that name shows.
    pub links: Vec<Uri>,
    pub can_open_links: bool,
    pub person: Option<PersonId>,
    pub name: Option<Nick>,
    pub key: Fingerprint,
    pub attendance: Attendance,
    pub people: People,
    /// The names of the key, since somebody asked for them.
    pub names: Option<Vec<HeldName>>,
    pub server: Server,
    /// The server of this process, since it serves.
    pub hosted: Option<Hosted>,
    /// What protects the connection there is, or was last; nothing until whoever is dialed has been met.
    pub security: Option<Security>,
    /// The server that was not trusted, until somebody goes on.
    pub distrusted: Option<Distrusted>,
    pub rooms: BTreeMap<RoomId, Room>,
    /// The server that the rooms are on: whoever was logged in to last, also when the link has ended.
    pub rooms_server: Option<String>,
    pub current: Option<RoomId>,
    /// The conversations of two that the reader is a member of, with the key of the other one; entered or not.
    pub directs: BTreeMap<RoomId, Fingerprint>,
    /// Who is to be spoken with as soon as the server has opened a conversation with them.
    pub approaches: Vec<Approach>,
    /// Where the reader was before they went after what is new elsewhere.
    pub went_from: Option<RoomId>,
    /// How many posts this instance has made. One count for all rooms, so that an id alone names a post.
    pub posted: u64,
    /// What would be written where there is no room.
    no_room_composer: Composer,
    pub notice: Option<Notice>,
    /// What could not be read at the start, until it was told in a room: the prompt may be on the screen for no time.
    pub flaw: Option<String>,
    /// What is to be told as soon as there is a room to tell it in.
    pub untold: Vec<String>,
    pub are_rooms_wanted: bool,
    pub are_members_wanted: bool,
    /// The panel that is shown where only one has a place.
    pub preferred_panel: Panel,
    pub focus: Focus,
    /// When the reader was last called while nobody looked.
    pub called_at: Option<UnixMillis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    Prompt,
    /// Flags said enough: no prompt, no room yet.
    Connecting,
    Room,
}

/// How the server came to be the one it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// Nobody chose, or somebody asked to host there: if none answers, hosting is offered.
    Usual,
    Chosen,
    /// It runs in this process.
    Here,
}

/// Whether somebody looks at the terminal, as far as it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// It has told nothing yet, and perhaps never will.
    Untold,
    Here,
    Away,
}

/// The connection, as far as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// There is none, and none is wanted.
    Idle,
    Connecting,
    Up {
        latency: Option<Duration>,
    },
    Down {
        trouble: Trouble,
        retry_at: UnixMillis,
    },
    /// For good, until somebody asks for another.
    Ended(String),
}

impl Link {
    /// Whole seconds until the next attempt, if one is waited for.
    pub fn retry_seconds(&self, now: UnixMillis) -> Option<i64> {
        match self {
            Self::Down { retry_at, .. } => Some((retry_at.0.saturating_sub(now.0).max(0) + 999) / 1000),
            _ => None,
        }
    }
}

/// Somebody who is to be spoken with alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approach {
    pub person: PersonId,
    /// As they were called.
    pub name: String,
    /// What is to be said to them first.
    pub text: Option<Text>,
    /// The room that was on the screen when this was wanted.
    pub from: Option<RoomId>,
}

/// A sentence above the composer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    Hint(String),
    /// A hint that is no answer to what was done: it stays until there is another notice.
    Standing(String),
    Problem(String),
}

/// The server of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosted {
    /// Where this client reaches it.
    pub address: String,
    /// How others do.
    pub invite: Invite,
}

/// A server that was not trusted, and what was to be done there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distrusted {
    pub distrust: Distrust,
    /// None if there was a room already.
    pub goal: Option<Goal>,
}

impl State {
    /// The state before the first event; [`crate::update::begin`] makes the first steps.
    pub fn new(start: Start) -> Self {
        let remembered = start.kept.theme.as_deref();
        let (looks, unknown_theme) = Looks::new(start.themes, &start.options, remembered, &start.around);
        let flaw = start.kept.problem.or(unknown_theme);
        Self {
            now: start.around.now,
            picture: 0,
            columns: start.around.columns,
            rows: start.around.rows,
            face: start.around.face,
            widths: start.around.widths,
            theme: looks.theme(),
            keys: start.keys,
            looks,
            zone: start.around.zone.with_clock(start.options.clock),
            instance: start.instance,
            screen: Screen::Prompt,
            prompt: Prompt::new(&start.name, &start.server),
            keep: start.keep,
            overlay: None,
            attempt: None,
            dialed: None,
            link: Link::Idle,
            recent: start.recent,
            conversations: start.kept.conversations,
            returning: Returning::default(),
            drafts: start.kept.drafts,
            keep_drafts_at: None,
            invite_for: None,
            invitation: None,
            search: None,
            find: None,
            sought_time: None,
            switcher: Switcher::default(),
            export: None,
            picker: None,
            reacted_with: Vec::new(),
            links: Vec::new(),
            can_open_links: start.around.can_open_links,
            person: None,
            name: None,
            key: start.key,
            attendance: Attendance::new(start.around.now, start.options.idle),
            people: People::new(start.kept.known, start.kept.ignored),
            names: None,
            server: if start.is_server_given && !start.is_host { Server::Chosen } else { Server::Usual },
            hosted: None,
            security: None,
            distrusted: None,
            rooms: BTreeMap::new(),
            rooms_server: None,
            current: None,
            directs: BTreeMap::new(),
            approaches: Vec::new(),
            went_from: None,
            posted: 0,
            no_room_composer: Composer::default(),
            notice: flaw.clone().map(Notice::Problem),
            flaw,
            untold: Vec::new(),
            are_rooms_wanted: start.options.rooms,
            are_members_wanted: start.options.people,
            preferred_panel: Panel::Members,
            focus: Focus::Untold,
            called_at: None,
            options: start.options,
        }
    }

    pub fn room(&self) -> Option<&Room> {
        self.rooms.get(&self.current?)
    }

    pub fn room_mut(&mut self) -> Option<&mut Room> {
        self.rooms.get_mut(&self.current?)
    }

    /// The rooms as they are listed and numbered: in the order in which they were entered, the direct ones behind.
    pub fn rooms_in_order(&self) -> Vec<&Room> {
        let mut rooms: Vec<&Room> = self.rooms.values().collect();
        rooms.sort_by_key(|room| (room.direct.is_some(), room.entered));
        rooms
    }

    /// The how many-th room the next one is.
    pub fn next_entered(&self) -> usize {
        let rooms = self.rooms.values().map(|room| room.entered + 1).max();
        let returning = self.returning.last_place().map(|place| place + 1);
        rooms.max(returning).unwrap_or(0)
    }

    /// What is new in all rooms.
    pub fn news(&self) -> Count {
        self.rooms.values().map(Room::news).fold(Count::default(), Count::and)
    }

    /// What is new in the rooms that are not on the screen.
    pub fn news_elsewhere(&self) -> Count {
        let others = self.rooms.values().filter(|room| self.current != Some(room.id));
        others.map(Room::news).fold(Count::default(), Count::and)
    }

    /// Where something is written for the room on the screen.
    pub fn composer(&self) -> &Composer {
        self.room().map_or(&self.no_room_composer, |room| &room.composer)
    }

    pub fn composer_mut(&mut self) -> &mut Composer {
        match self.current.and_then(|current| self.rooms.get_mut(&current)) {
            Some(room) => &mut room.composer,
            None => &mut self.no_room_composer,
        }
    }

    /// Whether sending what is written should be asked about first.
    pub fn is_long(&self) -> bool {
        let (lines, bytes) = (self.options.ask_lines, self.options.ask_bytes);
        self.composer().lines() > lines || self.composer().text().len() > bytes
    }

    pub fn reader(&self) -> Reader<'_> {
        Reader { person: self.person, name: self.name.as_ref(), people: &self.people, widths: self.widths }
    }

    pub fn is_plain(&self) -> bool {
        self.face != Face::Screen
    }

    /// Whether what the room shows is read. A terminal that tells nothing counts as looked at.
    pub fn is_read(&self) -> bool {
        self.screen == Screen::Room && self.overlay.is_none() && self.focus != Focus::Away
    }

    /// Whether nobody looks at the terminal. One that tells nothing counts as left alone after a while without a key.
    pub fn is_unattended(&self) -> bool {
        match self.focus {
            Focus::Here => false,
            Focus::Away => true,
            Focus::Untold => self.now.0.saturating_sub(self.attendance.touched().0) > UNATTENDED_MILLIS,
        }
    }

    /// Whether what is typed is looked for instead of said.
    pub fn is_finding(&self) -> bool {
        self.find.as_ref().is_some_and(|find| self.current == Some(find.room))
    }

    pub fn is_up(&self) -> bool {
        matches!(self.link, Link::Up { .. })
    }

    /// The sentence to show: how far something is that takes its time, unless there is something else to tell.
    pub fn told(&self) -> Option<Notice> {
        let way = || self.keys.say(Context::Room, "{interrupt} stops it");
        let progress = || self.export.as_ref().map(|export| Notice::Hint(format!("{}.  {}", export.progress(), way())));
        self.notice.clone().or_else(progress)
    }

    /// What was hinted at was about what was done before.
    pub fn forget_hint(&mut self) {
        self.notice.take_if(|notice| !matches!(notice, Notice::Standing(_)));
    }

    /// The id of the next post, used up by asking.
    pub fn next_post(&mut self) -> PostId {
        self.posted += 1;
        PostId { instance: self.instance, n: self.posted }
    }

    /// A post to a room, written now.
    pub fn outbox_item(&mut self, room: RoomId, body: EntryBody) -> OutboxItem {
        OutboxItem { room, id: self.next_post(), body, written: self.now }
    }

    /// People who lose their server when this program ends.
    pub fn guests(&self) -> usize {
        let most = self.rooms.values().map(|room| room.members.present().saturating_sub(1)).max();
        if self.server == Server::Here { most.unwrap_or(0) } else { 0 }
    }

    /// Rooms that end when this program does, as far as it is known who is in them.
    pub fn rooms_that_end(&self) -> Vec<&Room> {
        self.rooms.values().filter(|room| room.members.is_known() && room.ends_with_reader()).collect()
    }

    /// How much is lost, or not done, when this program ends: reasons to ask before.
    pub fn stakes(&self) -> usize {
        self.guests() + self.rooms_that_end().len()
    }

    pub fn undelivered(&self) -> usize {
        self.rooms.values().map(|room| room.timeline.undelivered()).sum()
    }

    /// What is left on the terminal at the end: what somebody needs outside of here, whole and to be copied.
    pub fn last_words(&self) -> Option<String> {
        self.distrusted.as_ref().map(|distrusted| trust::as_text(&distrusted.distrust))
    }

    /// When something happens by itself next: a retry counts down, the server is to be told what was read, something is
    /// looked for further.
    pub fn wake_at(&self) -> Option<UnixMillis> {
        let told =
            self.rooms.values().filter(|room| self.is_up() && !room.is_over).filter_map(|room| room.tell_read_at);
        let finds = self.find.as_ref().and_then(|find| find.wake_at(self.now));
        let drafts = self.keep_drafts_at.into_iter();
        told.chain(self.counts_down_at()).chain(finds).chain(self.signals_at()).chain(drafts).min()
    }

    /// When somebody will have stopped writing on this screen, or the reader will have been idle for long.
    fn signals_at(&self) -> Option<UnixMillis> {
        let typing = self.room().and_then(|room| room.typing.ends_at());
        let idle = self.is_up().then(|| self.attendance.changes_at()).flatten();
        typing.into_iter().chain(idle).min()
    }

    fn counts_down_at(&self) -> Option<UnixMillis> {
        match &self.link {
            Link::Down { retry_at, .. } if *retry_at > self.now => {
                let remaining = retry_at.0 - self.now.0;
                let to_next_second = (remaining - 1) % 1000 + 1;
                Some(UnixMillis(self.now.0 + to_next_second))
            }
            _ => None,
        }
    }
}
