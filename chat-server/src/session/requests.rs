//! Saying and reading: post, act, history, ping.

use super::dispatch::{Later, Outcome};
use super::{Farewell, Session};
use crate::log::{End, Finding, Range, ReadError};
use crate::mailbox::{Arrivals, Decided, Decision, Denied};
use crate::people::{People, Person};
use crate::refusals;
use crate::room::{Room, Said, Whom};
use crate::transport::Stream;
use bytes::Bytes;
use chat_proto::entry::{Edit, React, Reply};
use chat_proto::frame::{Accepted, History, Pong, Post};
use chat_proto::limits::{PAGE_BYTES, PAGE_ENTRIES};
use chat_proto::wire::Capped;
use chat_proto::{
    Act, Emoji, EntryBody, PersonId, PostId, Refused, RoomId, Seq, Target, Text, Topic, UnixMillis, codec,
};
use futures_util::FutureExt;
use futures_util::future::OptionFuture;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;

/// What is left to be answered. Has memory of its own: it is rare.
type Rest<'a> = Pin<Box<dyn Future<Output = Result<(), Farewell>> + Send + 'a>>;

impl<S: Stream> Session<S> {
    /// Takes a post, or says why not. A post that is taken is answered when it is committed.
    pub(super) fn on_post(&mut self, request: u32, post: Post, now: UnixMillis) -> Option<Later<'_>> {
        let Post { room, id, body } = post;
        let (body, refused) = match judged(body) {
            Ok(body) => match self.say(request, (room, id), (body, now)) {
                Ok(()) => return None,
                Err(body) => (Some(body), refusals::not_member()),
            },
            Err(refused) => (None, refused),
        };
        // It may have to be waited for, and what was said before does not wait with it.
        self.hand_over();
        Some(Box::pin(self.refuse_unless_known(request, (room, id), body, refused).map(Outcome::from)))
    }

    /// A post was not taken now; but if it was taken before, that is the answer, whatever else is wrong today. A
    /// refusal is final, so when nobody can tell, the session ends without one.
    async fn refuse_unless_known(
        &mut self,
        request: u32,
        (room, id): (RoomId, PostId),
        body: Option<EntryBody>,
        refused: Refused,
    ) -> Result<(), Farewell> {
        match self.find(room, id).await? {
            Finding::Entry(stored) if body.is_some_and(|body| stored.says(&body)) => {
                let durability = self.shared.rooms.logs().durability();
                self.answer(request, &Accepted { id, seq: stored.seq, durability });
            }
            Finding::Entry(_) => self.refuse(request, &refusals::id_reused()),
            Finding::Dropped => self.refuse(request, &refusals::id_too_old()),
            Finding::Nothing => self.refuse(request, &refused),
        }
        Ok(())
    }

    /// Gives back what somebody may not say who is not in the room.
    fn say(
        &mut self,
        request: u32,
        (room, id): (RoomId, PostId),
        (body, time): (EntryBody, UnixMillis),
    ) -> Result<(), EntryBody> {
        if self.is_saying_elsewhere(room) {
            self.hand_over();
        }
        let Some(member) = &mut self.member else { return Err(body) };
        let Some(room) = member.deliveries.room(room) else { return Err(body) };
        let (body, whom) = addressed(&self.shared.people, room, body);
        let speaker = (&**member.deliveries.person(), &member.mailbox);
        let may_wait = member.saying.get_or_insert_default().add(room, speaker, Said { request, id, body, whom, time });
        member.unanswered += 1;
        if !may_wait {
            self.hand_over();
        }
        Ok(())
    }

    async fn find(&mut self, room: RoomId, id: PostId) -> Result<Finding, ReadError> {
        let person = self.member().deliveries.person_id();
        match self.shared.rooms.by_id(room) {
            Some(room) => room.find(person, id).await,
            None => Ok(Finding::Nothing),
        }
    }

    /// Answers the posts that were decided, tells of rooms that the person was added to, and ends the session if
    /// another one is here in its place.
    pub(super) async fn on_arrivals(&mut self) -> Result<(), Farewell> {
        let rest = self.take_arrivals()?;
        OptionFuture::from(rest).await.unwrap_or(Ok(()))
    }

    /// What is left is returned, if something has to be looked up.
    fn take_arrivals(&mut self) -> Result<Option<Rest<'_>>, Farewell> {
        let Some(member) = &mut self.member else { return Ok(None) };
        let Arrivals { mut decisions, added } = member.mailbox.take();
        member.unanswered -= decisions.len();
        self.traffic.outbound.expect_answers(decisions.len());
        for room in added {
            self.on_added(room);
        }
        match self.answer_posts(&mut decisions)? {
            Some(denied) => Ok(Some(Box::pin(self.look_up(denied, decisions)))),
            None => self.make_way().map(|()| None),
        }
    }

    /// Ends the session if another one is here in its place. Asked after all that had arrived was taken.
    fn make_way(&self) -> Result<(), Farewell> {
        match self.member.as_ref().is_some_and(|member| member.mailbox.is_replaced()) {
            true => Err(self.on_replaced()),
            false => Ok(()),
        }
    }

    /// Answers posts, up to one for which something has to be looked up.
    fn answer_posts(&mut self, decisions: &mut VecDeque<Decision>) -> Result<Option<(u32, Box<Denied>)>, Farewell> {
        while let Some(Decision { request, decided }) = decisions.pop_front() {
            match decided {
                Decided::Accepted(accepted) => self.answer(request, &accepted),
                Decided::Refused(refused) => self.refuse(request, &refused),
                Decided::Denied(denied) => return Ok(Some((request, denied))),
                Decided::Unknown => return Err(Farewell::OutcomeUnknown),
            }
        }
        Ok(None)
    }

    /// Looks something up, and then answers the others.
    async fn look_up(&mut self, denied: (u32, Box<Denied>), mut others: VecDeque<Decision>) -> Result<(), Farewell> {
        let mut next = Some(denied);
        while let Some((request, denied)) = next {
            let Denied { room, id, body, refused } = *denied;
            self.refuse_unless_known(request, (room, id), Some(body), refused).await?;
            next = self.answer_posts(&mut others)?;
        }
        self.make_way()
    }

    pub(super) async fn on_history(&mut self, request: u32, history: History) -> Result<(), Refused> {
        let room = self.readable(history.room)?;
        if history.before <= history.after {
            return Err(refusals::bad_range(history.after, history.before));
        }
        let slice = room.page(range_of(&history)).await.map_err(refusals::storage_failed)?;
        // Whoever was removed meanwhile gets nothing that may have been said since.
        self.readable(history.room)?;
        self.traffic.outbound.push(codec::page(request, room.id, slice.oldest, &slice.entries));
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "a row of the dispatch table like the others")]
    pub(super) fn on_ping(&mut self, request: u32) -> Result<(), Refused> {
        let heads = Capped::new(self.member().deliveries.heads());
        self.answer(request, &Pong { server_time: self.shared.environment.now(), heads });
        Ok(())
    }
}

/// Looks up whom an act is about, and writes down who that is.
fn addressed(people: &People, room: &Room, mut body: EntryBody) -> (EntryBody, Option<Box<Whom>>) {
    let EntryBody::Act(act) = &mut body else { return (body, None) };
    let whom = room.listed(act).or_else(|| {
        let person = meant(people, room, act.target()?)?;
        Some(Whom::from(&*person))
    });
    if let Some((target, whom)) = act.target_mut().zip(whom.as_ref()) {
        *target = whom.target();
    }
    (body, whom.map(Box::new))
}

/// Who is meant: by number, or without one by what a name looks like. A number alone finds only who is here; whoever
/// counted through all numbers would learn every name on the server.
fn meant(people: &People, room: &Room, target: &Target) -> Option<Arc<Person>> {
    let called = || people.called(&target.name);
    match target.person {
        PersonId(0) => called(),
        number => {
            let here = people.numbered(number).filter(|person| room.is_here(person.key));
            here.or_else(|| called().filter(|person| person.id == number))
        }
    }
}

/// What may be posted, cleaned.
fn judged(body: EntryBody) -> Result<EntryBody, Refused> {
    match body {
        EntryBody::Message(written) => Ok(EntryBody::Message(cleaned(written)?)),
        EntryBody::Action(written) => Ok(EntryBody::Action(cleaned(written)?)),
        EntryBody::Topic(written) => {
            let topic = Topic::parse(&written).map_err(refusals::text)?;
            Ok(EntryBody::Topic(topic.as_str().to_owned().into()))
        }
        EntryBody::Act(Act::Own(_)) => Err(refusals::not_by_hand()),
        EntryBody::Act(act) => Ok(EntryBody::Act(act)),
        EntryBody::Forget => Ok(EntryBody::Forget),
        EntryBody::Reply(Reply { to, text: written }) => Ok(EntryBody::Reply(Reply { to, text: cleaned(written)? })),
        EntryBody::Edit(Edit { target, text: written }) => {
            Ok(EntryBody::Edit(Edit { target, text: cleaned(written)? }))
        }
        EntryBody::Delete(delete) => Ok(EntryBody::Delete(delete)),
        EntryBody::React(React { target, emoji, state }) => {
            let emoji = Emoji::parse(&emoji).map_err(refusals::emoji)?.to_string().into();
            Ok(EntryBody::React(React { target, emoji, state }))
        }
        other => Err(refusals::unsupported_entry(other.kind())),
    }
}

/// What was written, as it was written where there is nothing to clean.
fn cleaned(written: Bytes) -> Result<Bytes, Refused> {
    match Text::judge(&written).map_err(refusals::text)? {
        Cow::Borrowed(_) => Ok(written),
        Cow::Owned(text) => Ok(text.into()),
    }
}

fn range_of(history: &History) -> Range {
    Range {
        after: history.after,
        before: Seq(history.before.0),
        from: End::Newest,
        entries: (history.limit as usize).clamp(1, PAGE_ENTRIES),
        bytes: PAGE_BYTES,
    }
}
