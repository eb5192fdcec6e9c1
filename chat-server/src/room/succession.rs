//! Who owns a room after its owner: the longest-standing operator, else the longest-standing member.
//!
//! An owner is gone when they `/leave`, or when nobody with their key was present for as long as the configuration
//! says. Who succeeds is found only when the entry that tells it is about to be written: the act before it may have
//! removed the one who would have been next.

use super::State;
use super::gathering::Judgement;
use super::item::Item;
use super::membership::Membership;
use super::order::Whom;
use chat_proto::frame::{Role, Voice};
use chat_proto::{Act, EntryBody, UnixMillis};
use std::sync::Arc;
use tokio::time::Instant;

impl State {
    /// Passes the room on if its owner has stayed away for too long, and somebody is there to have it.
    pub(super) fn note_absence(&mut self, now: Instant, time: UnixMillis) {
        if self.presences.is_key_present(self.order.owner()) {
            self.owner_seen = now;
        }
        let is_owned = !self.order.is_direct;
        if is_owned && now.duration_since(self.owner_seen) >= self.owner_away && self.heir().is_some() {
            // Asked again only after as long a time, however long the entry takes.
            self.owner_seen = now;
            self.writing.note_succession(time, self.order.owner());
        }
    }

    /// Fills in who succeeds. Nothing if nobody does, and the owner remains; nor if somebody did already, because the
    /// same owner went twice.
    pub(super) fn settle_succession(&self, note: &mut Item) -> Judgement {
        let Some(heir) = self.heir().filter(|_| self.order.owns(note.aside.key)) else { return Judgement::Void };
        let whom = Whom::from(&*heir.person);
        note.draft.author = Arc::new(heir.person.author());
        note.draft.body = EntryBody::Act(Act::Own(whom.target()));
        note.aside.whom = Some(Box::new(whom));
        Judgement::ToBeWritten
    }

    /// An operator was trusted with order, so one who is away comes before a member who is present; whoever was muted
    /// comes last.
    fn heir(&self) -> Option<&Membership> {
        let heirs = self.presences.members().filter(|member| !self.order.owns(member.person.key));
        heirs.min_by_key(|member| {
            let key = member.person.key;
            let is_muted = self.order.voice_of(key) == Voice::Muted;
            let is_operator = self.order.role_of(key) == Role::Operator;
            (is_muted, !is_operator, !member.is_present(), member.standing)
        })
    }
}
