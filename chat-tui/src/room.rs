//! A room, as far as this client knows it: a fold over its entries, on top of the summary that came with the join.

use crate::about::About;
use crate::afterthought::Afterthoughts;
use crate::fuzzy::begins;
use crate::level::Level;
use crate::removal::{self, Removal};
use crate::widget::composer::Composer;
use crate::widget::members::Members;
use crate::widget::timeline::{Count, Timeline, name};
use crate::widget::typing::Typing;
use bytes::Bytes;
use chat_proto::entry::{Act, Entry, EntryBody, PersonId, RoomId, UnixMillis};
use chat_proto::frame::{Door, Durability, Joined, Keep, Label, Lock, Peer};
use chat_proto::limits::TOPIC_BYTES;
use chat_proto::text::visible_line;
use chat_proto::{Nick, RoomCode, Seq};

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
    /// What is said where the room is over for this person, and perhaps not for others.
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

    /// How far the reader had read when they came. Whoever has read nothing has not been here, unless what is said is
    /// for them alone.
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

    /// The names that begin so and may be meant here: of members, then of who wrote lately and is none any more.
    pub fn names(&self, part: &str) -> Vec<&str> {
        let mut names = self.members.names_like(part);
        for name in self.timeline.authors().into_iter().filter(|name| begins(part, name)) {
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

    /// Nobody is let back in, for a reason that the server does not tell; perhaps the log did.
    pub fn has_no_return(&mut self) {
        let known = self.removal.as_ref().map(|removal| removal::sentence(&self.called(), Some(removal)));
        self.farewell = Some(known.unwrap_or_else(|| removal::ended_or_shut(self.called())));
    }

    /// Why nothing can be done here any more, as far as it is known.
    pub fn end(&self) -> &str {
        self.farewell.as_deref().unwrap_or("this room is over")
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

    /// Whether nobody but its reader is here, and nobody has said anything.
    pub fn waits_for_others(&self) -> bool {
        self.direct.is_none() && !self.is_over && self.members.present() == 1 && self.timeline.is_unspoken()
    }

    /// What a room that follows this one is to keep. A room in memory made no choice.
    pub fn keep(&self) -> Keep {
        match (self.label.durability, self.label.keeps_ms) {
            (Durability::Memory, _) => Keep::Default,
            (_, Some(ms)) => Keep::Millis(ms),
            (_, None) => Keep::Forever,
        }
    }

    /// There is a link to somewhere else now.
    pub fn has_been_left_behind(&mut self) {
        if !self.is_over {
            self.farewell = Some(format!("you are no longer connected to {}", self.called()));
        }
        self.members.close();
        (self.is_over, self.is_end_seen) = (true, true);
    }

    /// This person is not let in again; the room may well go on.
    pub fn has_shut_out_reader(&mut self) {
        self.farewell = Some(format!("you are no longer in {}", self.called()));
    }

    /// The end of the log when the room was entered.
    pub fn head(&self) -> Seq {
        self.head
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
