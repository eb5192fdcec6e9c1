//! What a session waits for.
//!
//! What goes out is looked at whenever the session is woken; whatever else may happen rings its [bell](crate::bell),
//! and is looked at if that has rung.

use super::Session;
use crate::bell::{For, Rung};
use crate::guard::Turn;
use crate::transport::Stream;
use futures_util::task::waker_ref;
use std::future::{Future as _, poll_fn};
use std::io;
use std::task::{Context, Poll};

/// What has happened.
pub(super) enum Event {
    /// The peer said so many bytes; none is its end.
    Heard(usize),
    /// Frames are left to be handled.
    Frames,
    /// What waits to go out is more, less or older than the session knew, or news is left for which there was no room.
    OutlookChanged,
    /// A log is to be read.
    FellBehind,
    /// Something is in the mailbox.
    Arrived,
    /// A code that waited is to be tried.
    Called(Turn),
    /// The place among the strangers is another's.
    Evicted,
    /// Something is due.
    Alarm,
    /// The server stops.
    Stop,
}

impl<S: Stream> Session<S> {
    /// Waits for the next thing that happens. Whatever it needs for that stands in the session: for most it waits in
    /// vain, and a future that holds it apart is memory that each delivery has to bring up.
    pub(super) async fn next_event(&mut self) -> io::Result<Event> {
        self.set_alarm();
        self.traffic.look_around(self.member.as_ref().map(|member| &member.deliveries));
        let event = poll_fn(|cx| self.poll_event(cx)).await;
        if let Some(member) = &self.member {
            member.mailbox.hush();
        }
        event
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Event>> {
        if self.shared.stop.has_come() {
            return Poll::Ready(Ok(Event::Stop));
        }
        // Who has not logged in has no news either.
        let rung = self.member.as_ref().map_or(Rung::EVERYTHING, |member| member.mailbox.rung());
        if !(self.has_frames && self.may_hear()) {
            let deliveries = self.member.as_mut().map(|member| &mut member.deliveries);
            if let Poll::Ready(out) = self.traffic.poll_out(cx, (deliveries, rung.is_for(For::News))) {
                return Poll::Ready(out.map(|()| Event::OutlookChanged));
            }
        }
        match rung.is_for(For::AnythingElse) {
            true => self.poll_anything_else(cx),
            false => Poll::Pending,
        }
    }

    /// Whether what the peer says may be handled, as far as the session knows.
    fn may_hear(&self) -> bool {
        self.traffic.has_room() && !self.is_held_up()
    }

    fn poll_anything_else(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Event>> {
        let may_hear = self.may_hear();
        let Self { traffic, newcomer, guess, member, alarm, has_frames, .. } = self;
        let mailbox = member.as_ref().map(|member| &member.mailbox);
        let bell = mailbox.map(waker_ref);
        let cx = &mut Context::from_waker(bell.as_deref().unwrap_or(cx.waker()));
        if let Some(guess) = guess
            && let Poll::Ready(turn) = guess.turn.as_mut().poll(cx)
        {
            return Poll::Ready(Ok(Event::Called(turn)));
        }
        if let Some(newcomer) = newcomer
            && newcomer.evicted.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Ok(Event::Evicted));
        }
        if alarm.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(Event::Alarm));
        }
        if mailbox.is_some_and(|mailbox| mailbox.take_mark()) {
            return Poll::Ready(Ok(Event::Arrived));
        }
        if may_hear && *has_frames {
            return Poll::Ready(Ok(Event::Frames));
        }
        if may_hear && let Poll::Ready(heard) = traffic.poll_in(cx) {
            return Poll::Ready(heard.map(Event::Heard));
        }
        match traffic.may_catch_up() {
            true => Poll::Ready(Ok(Event::FellBehind)),
            false => Poll::Pending,
        }
    }
}
