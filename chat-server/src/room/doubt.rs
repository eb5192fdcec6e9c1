//! When nobody knows whether a commit happened: nothing more is written until the log was read again.

use super::Room;
use super::effect::Effect;
use super::gathering::Phase;
use super::item::Item;
use super::writing::take_tickets;
use crate::log::{Range, ReadError, Run, Stored};
use crate::mailbox::Decided;
use chat_proto::{Entry, wire};
use std::sync::Arc;

impl Room {
    /// Said before anybody is told: whoever comes back reads the log.
    pub(super) fn doubt(&self, mut batch: Vec<Item>) {
        let mut tickets = take_tickets(&mut batch);
        {
            let mut state = self.lock();
            state.writing.phase = Phase::Uncertain;
            state.writing.in_doubt = batch;
            state.writing.release();
            tickets.extend(take_tickets(&mut state.writing.withdraw_posts()));
        }
        for ticket in tickets {
            ticket.answer(Decided::Unknown);
        }
    }

    /// Finds out what became of a commit whose outcome was not known, by reading the log again.
    ///
    /// # Errors
    /// [`ReadError`]; nobody knows it yet.
    pub(crate) async fn reconcile(self: &Arc<Self>) -> Result<(), ReadError> {
        if !self.is_uncertain() {
            return Ok(());
        }
        // One at a time: a second reader's news would be old, and a commit may be under way when it is through.
        let _alone = self.reconciling.lock().await;
        while self.is_uncertain() {
            let slice = self.log.read(Range::first_after(self.head())).await?;
            match slice.entries.as_slice() {
                [] => self.resume_writing(),
                entries => self.publish(self.effects_of(entries), &Run::of(entries)),
            }
        }
        self.flush();
        Ok(())
    }

    /// What entries change that were found in the log: what they would have changed if their commit had been known.
    fn effects_of(&self, entries: &[Stored]) -> Vec<Effect> {
        let in_doubt = &mut self.lock().writing.in_doubt;
        let effect = |stored: &Stored| {
            let entry = wire::decode::<Entry>(&stored.bytes).ok()?;
            let item = in_doubt.remove(in_doubt.iter().position(|item| item.became(&entry))?);
            Some(item.aside.effect)
        };
        entries.iter().map(effect).map(|effect| effect.unwrap_or(Effect::Nothing)).collect()
    }

    /// Nothing else is in the log. What the server wrote itself and is not there is written again.
    fn resume_writing(&self) {
        let writing = &mut self.lock().writing;
        writing.phase = Phase::Idle;
        let lost = std::mem::take(&mut writing.in_doubt);
        writing.put_back(lost.into_iter());
    }

    fn is_uncertain(&self) -> bool {
        self.lock().writing.phase == Phase::Uncertain
    }
}
