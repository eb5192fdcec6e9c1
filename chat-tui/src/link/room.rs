//! One room as the link knows it: where it stands, and the cursor that never passes an entry it has not handed on.

use super::clamp;
use super::end::End;
use chat_proto::frame::{Durability, Gap, Joined, Member};
use chat_proto::{Entry, RoomCode, Seq};
use tokio::time::Instant;

/// Whether this connection is in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not in it.
    Away,
    /// Not let in just now; ask again then.
    Later(Instant),
    /// In it, and everything after the cursor comes.
    Here,
}

#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) code: RoomCode,
    pub(crate) standing: Standing,
    /// The last entry that was handed on, or the end of a gap that was.
    pub(crate) cursor: Seq,
    pub(crate) durability: Durability,
    /// The server said that our cursor is no place in its log.
    pub(crate) is_cursor_unknown: bool,
    members: usize,
}

impl Room {
    /// A room just entered.
    ///
    /// # Errors
    /// [`End::Misbehaves`] if what the server says cannot be.
    pub(crate) fn enter(joined: &Joined) -> Result<Self, End> {
        let code = RoomCode::parse(&joined.code).map_err(|_| End::misbehaves("a room without a code"))?;
        Ok(Self {
            code,
            standing: Standing::Here,
            cursor: joined.cursor,
            durability: joined.state.label.durability,
            is_cursor_unknown: false,
            members: 0,
        })
    }

    /// The same room over a new connection. The cursor stays ours: what the server sends must follow on it.
    pub(crate) fn resume(&mut self, joined: &Joined) -> Result<(), End> {
        let entered = Self::enter(joined)?;
        let cursor = if self.starts_over() { entered.cursor } else { self.cursor };
        *self = Self { cursor, ..entered };
        Ok(())
    }

    /// Whether the next `Joined` is the first of which anything holds: nothing was handed on, or it holds no more.
    pub(crate) fn starts_over(&self) -> bool {
        self.is_cursor_unknown || self.cursor == Seq::START
    }

    pub(crate) fn is_here(&self) -> bool {
        self.standing == Standing::Here
    }

    /// Keeps of `entries` what is new. All or nothing: the cursor stays if one of them is bad.
    ///
    /// # Errors
    /// [`End::Hole`] if one does not follow on the last; [`End::Misbehaves`] if it follows on nothing.
    pub(crate) fn take(&mut self, entries: Vec<Entry>) -> Result<Vec<Entry>, End> {
        self.must_be_here()?;
        let mut cursor = self.cursor;
        let mut taken = Vec::with_capacity(entries.len());
        for entry in entries.into_iter().map(clamp::entry).filter(|entry| entry.seq > self.cursor) {
            if entry.prev >= entry.seq {
                return Err(End::misbehaves(format!("entry {} after entry {}", entry.seq, entry.prev)));
            }
            if entry.seq <= cursor {
                continue;
            }
            if entry.prev != cursor {
                return Err(End::Hole);
            }
            cursor = entry.seq;
            taken.push(entry);
        }
        self.cursor = cursor;
        Ok(taken)
    }

    /// Moves over a gap; the part of it that is news, if any.
    pub(crate) fn skip(&mut self, gap: &Gap) -> Result<Option<Gap>, End> {
        self.must_be_here()?;
        if gap.to < gap.from {
            return Err(End::misbehaves("a gap that ends before it starts"));
        }
        if gap.to <= self.cursor {
            return Ok(None);
        }
        if gap.from > self.cursor.next() {
            return Err(End::Hole);
        }
        let from = self.cursor.next();
        self.cursor = gap.to;
        Ok(Some(Gap { from, ..gap.clone() }))
    }

    /// Counts and cleans a part of the member list.
    pub(crate) fn meet(&mut self, members: Vec<Member>) -> Result<Vec<Member>, End> {
        self.must_be_here()?;
        self.members += members.len();
        match self.members > clamp::MEMBERS_MAX {
            true => Err(End::misbehaves(format!("more than {} members in a room", clamp::MEMBERS_MAX))),
            false => Ok(members.into_iter().map(clamp::member).collect()),
        }
    }

    fn must_be_here(&self) -> Result<(), End> {
        match self.is_here() {
            true => Ok(()),
            false => Err(End::misbehaves("news of a room before its answer")),
        }
    }
}
