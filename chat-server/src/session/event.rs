//! What a session waits for.
//!
//! What goes out is looked at whenever the session is woken; whatever else may happen rings its [bell](crate::bell), and is
//! looked at if that has rung.

use super::delivery::Deliveries;
use super::greeting::Newcomer;
use super::guessing::Guess;
use super::{LoggedIn, Session};
use crate::bell::{For, Rung};
use crate::guard::Turn;
use crate::mailbox::Mailbox;
use crate::transport::Stream;
use futures_util::future::OptionFuture;
use futures_util::task::waker_ref;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
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

/// What a session waits for now and then: nothing comes of it otherwise.
type Perhaps<F> = OptionFuture<Pin<Box<F>>>;

impl<S: Stream> Session<S> {
    /// Waits for the next thing that happens.
    pub(super) async fn next_event(&mut self) -> io::Result<Event> {
        self.set_alarm();
        // Looked at once: it may change in this very moment, because all sessions share a part of it.
        let outlook = self.traffic.outlook(self.member.as_ref().map(|member| &member.deliveries));
        let may_listen = outlook.has_room && !self.is_held_up();
        let has_frames = may_listen && self.has_frames;
        let Self { shared, traffic, newcomer, guess, member, alarm, .. } = self;
        let (mut called, mut evicted) = (called(guess.as_deref_mut()), evicted(newcomer.as_deref()));
        let (mut deliveries, mailbox) = LoggedIn::parts(member.as_mut());
        let event = poll_fn(move |cx| {
            if shared.stop.has_come() {
                return Poll::Ready(Ok(Event::Stop));
            }
            // Who has not logged in has no news either.
            let rung = mailbox.map_or(Rung::EVERYTHING, |mailbox| mailbox.rung());
            if !has_frames {
                let news = (deliveries.as_deref_mut(), rung.is_for(For::News));
                if let Poll::Ready(out) = traffic.poll_out(cx, news, outlook) {
                    return Poll::Ready(out.map(|()| Event::OutlookChanged));
                }
            }
            if !rung.is_for(For::AnythingElse) {
                return Poll::Pending;
            }
            let bell = mailbox.map(waker_ref);
            let cx = &mut Context::from_waker(bell.as_deref().unwrap_or(cx.waker()));
            if let Poll::Ready(Some(turn)) = Pin::new(&mut called).poll(cx) {
                return Poll::Ready(Ok(Event::Called(turn)));
            }
            if let Poll::Ready(Some(())) = Pin::new(&mut evicted).poll(cx) {
                return Poll::Ready(Ok(Event::Evicted));
            }
            if alarm.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(Event::Alarm));
            }
            if mailbox.is_some_and(|mailbox| mailbox.take_mark()) {
                return Poll::Ready(Ok(Event::Arrived));
            }
            if has_frames {
                return Poll::Ready(Ok(Event::Frames));
            }
            if may_listen && let Poll::Ready(heard) = traffic.poll_in(cx) {
                return Poll::Ready(heard.map(Event::Heard));
            }
            match outlook.has_room && outlook.is_behind {
                true => Poll::Ready(Ok(Event::FellBehind)),
                false => Poll::Pending,
            }
        });
        let event = event.await;
        mailbox.inspect(|mailbox| mailbox.hush());
        event
    }
}

impl LoggedIn {
    /// What a session waits for, apart from each other.
    #[expect(clippy::needless_pass_by_value, reason = "an optional exclusive borrow is passed like any other")]
    fn parts(member: Option<&mut Self>) -> (Option<&mut Deliveries>, Option<&Arc<Mailbox>>) {
        match member {
            Some(Self { deliveries, mailbox, .. }) => (Some(deliveries), Some(mailbox)),
            None => (None, None),
        }
    }
}

fn called(guess: Option<&mut Guess>) -> Perhaps<impl Future<Output = Turn>> {
    guess.map(|guess| Box::pin(guess.waiting.turn())).into()
}

fn evicted(newcomer: Option<&Newcomer>) -> Perhaps<impl Future<Output = ()>> {
    newcomer.map(|newcomer| Box::pin(newcomer.place.evicted())).into()
}
