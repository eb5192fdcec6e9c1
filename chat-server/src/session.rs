//! One connection's life, from accept to its named end.
//!
//! Everything a peer sends is read in one place and handled in one place; whatever is to be sent is put into one queue
//! and written by the loop, so that reading never waits for writing and a stuck peer cannot hold up a stop.

mod deadlines;
mod delivery;
mod direct;
mod dispatch;
mod entering;
mod event;
mod farewell;
mod finding;
mod goodbye;
mod greeting;
mod guessing;
mod inbox;
mod naming;
mod opening;
mod outbound;
mod requests;
mod saying;
mod signals;
mod traffic;

pub(crate) use farewell::Farewell;
pub(crate) use opening::{Accepted, Doorstep};
pub(crate) use outbound::Budget;

use crate::config::Config;
use crate::environment::Environment;
use crate::guard::{Guard, Guesses, Notices, Place};
use crate::mailbox::Mailbox;
use crate::network::Network;
use crate::people::{Attendance, People};
use crate::room::SessionId;
use crate::rooms::Rooms;
use crate::stop::Stop;
use crate::transport::Stream;
use chat_proto::frame::Body;
use chat_proto::limits::{FRAME_BYTES_BEFORE_LOGIN, POSTS_UNANSWERED};
use chat_proto::login::Binding;
use chat_proto::{Payload, Refused, ServerFrame, UnixMillis};
use delivery::Deliveries;
use dispatch::{Later, Paces};
use event::Event;
use futures_util::FutureExt;
use futures_util::future::OptionFuture;
use greeting::Newcomer;
use guessing::Guess;
use inbox::Inbox;
use outbound::Outbound;
use saying::Saying;
use std::future::poll_fn;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use tokio::time::{Instant, Sleep};
use traffic::Traffic;

/// Frames handled before the session looks around again.
const FRAMES_PER_TURN: u8 = 32;
/// Empty frames after which a peer is sent away.
const EMPTY_FRAMES_MAX: u8 = 100;

/// What all sessions of a server share.
pub(crate) struct Shared {
    /// Every limit.
    pub config: Arc<Config>,
    /// Clock and randomness.
    pub environment: Arc<dyn Environment>,
    /// Names ↔ keys.
    pub people: People,
    /// Code → room.
    pub rooms: Arc<Rooms>,
    /// What waits to be written to all.
    pub budget: Arc<Budget>,
    /// Numbers sessions.
    pub last_session: AtomicU64,
    /// Who may connect.
    pub guard: Guard,
    /// How often codes may be guessed.
    pub guesses: Arc<Guesses>,
    /// What the operator is told.
    pub notices: Arc<Notices>,
    /// When all of them end.
    pub stop: Stop,
}

impl Shared {
    /// Makes the peer's address pay for how its session ended.
    fn punish(&self, peer: IpAddr, farewell: &Farewell) {
        if let Some(offence) = farewell.offence() {
            self.guard.punish(peer, offence);
        }
    }
}

/// One connection.
// In memory as it stands here, and what it consists of as well: a delivery finds what it needs in one place. Where many
// are served, none of it is in the processor's cache, and each line of that takes as long as a tenth of all
// instructions.
#[repr(C)]
pub(crate) struct Session<S> {
    id: SessionId,
    /// Where it comes from: limits count by it.
    peer: IpAddr,
    /// Until login.
    newcomer: Option<Box<Newcomer>>,
    /// A code that waits to be tried; nothing more is read before it was.
    guess: Option<Box<Guess>>,
    paces: Paces,
    heard_at: Instant,
    /// Since when a frame has been incomplete.
    frame_since: Option<Instant>,
    paused_until: Option<Instant>,
    alarm: Pin<Box<Sleep>>,

    traffic: Traffic<S>,
    /// Whether the inbox may hold another whole frame.
    has_frames: bool,
    empty_frames: u8,
    premature_frames: u8,
    shared: Arc<Shared>,
    /// Present from login on.
    member: Option<LoggedIn>,

    /// Held for as long as the connection is.
    _place: Place,
}

/// What a session has once it knows its person.
#[repr(C)]
struct LoggedIn {
    mailbox: Arc<Mailbox>,
    // Dropped first to last: the rooms are left before the person counts as absent.
    deliveries: Deliveries,
    attendance: Attendance,
    unanswered: usize,
    /// Made when something is said: most say nothing for long.
    saying: Option<Box<Saying>>,
}

impl<S: Stream> Session<S> {
    /// A session on an accepted connection.
    fn new(accepted: Accepted<S>, binding: Binding, shared: Arc<Shared>) -> Self {
        let Accepted { stream, peer, at, place, stranger } = accepted;
        let evicted = Box::pin(stranger.evicted());
        let newcomer = Newcomer { evicted, _place: stranger, binding, accepted_at: at, claim: None };
        let inbox = Inbox::new(FRAME_BYTES_BEFORE_LOGIN);
        let outbound = Outbound::new(Arc::clone(&shared.budget));
        Self {
            id: SessionId(shared.last_session.fetch_add(1, Ordering::Relaxed)),
            peer,
            traffic: Traffic::new(stream, inbox, outbound),
            newcomer: Some(Box::new(newcomer)),
            guess: None,
            member: None,
            paces: Paces::new(&shared.config),
            empty_frames: 0,
            premature_frames: 0,
            heard_at: at,
            frame_since: None,
            paused_until: None,
            has_frames: false,
            alarm: Box::pin(tokio::time::sleep_until(at + shared.config.login_timeout)),
            _place: place,
            shared,
        }
    }

    /// Serves the connection until it is to end, and says why.
    async fn run(&mut self) -> Farewell {
        // Once: the stop itself is looked at whenever the session is awake.
        let mut place = Box::pin(self.shared.stop.place());
        Stop::wake_me(place.as_mut()).await;
        loop {
            // A defect ends the session that met it, and no other.
            let turn = AssertUnwindSafe(self.turn()).catch_unwind().await;
            if let Err(farewell) = turn.unwrap_or(Err(Farewell::Crashed)) {
                return farewell;
            }
        }
    }

    /// Ends it with its last words.
    async fn end(&mut self, farewell: Farewell) -> Farewell {
        tracing::debug!(session = self.id.0, peer = %self.peer, %farewell, "session ends");
        self.shared.punish(self.peer, &farewell);
        self.say_goodbye(&farewell).await;
        farewell
    }

    /// What counts as the peer's address.
    fn network(&self) -> Network {
        Network::of(self.peer)
    }

    /// Waits for one thing to happen and handles it. A session is as large as the largest future that it may wait in,
    /// and most do nothing but wait here: what they do now and then has memory of its own.
    async fn turn(&mut self) -> Result<(), Farewell> {
        let event = self.next_event().await?;
        match event {
            Event::Heard(0) => Err(Farewell::PeerClosed),
            Event::Heard(_) | Event::Frames => self.on_frames().await,
            Event::OutlookChanged => Ok(()),
            Event::FellBehind => Box::pin(self.catch_up()).await,
            Event::Arrived => self.on_arrivals().await,
            Event::Called(turn) => Box::pin(self.on_called(turn)).map(Ok).await,
            Event::Evicted => Err(Farewell::Evicted),
            Event::Alarm => self.on_alarm(),
            Event::Stop => Err(Farewell::ServerStopping),
        }
    }

    /// Whether the peer may say more now.
    fn may_listen(&self) -> bool {
        self.traffic.outbound.has_room() && !self.is_held_up()
    }

    /// Whether the peer is too fast, or waits for enough answers or its turn.
    fn is_held_up(&self) -> bool {
        let is_full = self.member.as_ref().is_some_and(|member| member.unanswered >= POSTS_UNANSWERED);
        self.paused_until.is_some() || is_full || self.guess.is_some()
    }

    async fn on_frames(&mut self) -> Result<(), Farewell> {
        // What is said in one turn is said at one time, unless something has to be waited for.
        let mut now = self.shared.environment.now();
        self.has_frames = true;
        for _ in 0..FRAMES_PER_TURN {
            let (request, later) = self.next_request(now)?;
            let outcome = OptionFuture::from(later).await;
            if let Some(outcome) = outcome {
                self.conclude(request, outcome)?;
                now = self.shared.environment.now();
                // Others may have to wait as well, and all of them would have more than all may.
                self.traffic.outbound.tell_budget();
            }
            if !self.has_frames {
                break;
            }
            self.frame_since = None;
            if !self.may_listen() {
                break;
            }
        }
        self.heard_at = Instant::now();
        let is_partial = !self.has_frames && self.traffic.inbox.is_within_frame();
        self.frame_since = is_partial.then(|| self.frame_since.unwrap_or_else(Instant::now));
        let was_one = self.flush_rooms();
        self.on_arrivals().await?;
        if was_one && self.member.as_ref().is_some_and(|member| member.unanswered == 0) {
            // It is answered already: the others hear it first, because whoever waits for their own says the next thing
            // as soon as they have it. Of what is said at once, as much as possible is to leave in one write.
            let_others_go_first().await;
        }
        Ok(())
    }

    /// Handles the next frame, if there is a whole one, or begins to.
    fn next_request(&mut self, now: UnixMillis) -> Result<(u32, Option<Later<'_>>), Farewell> {
        match self.traffic.inbox.next_frame()? {
            Some(Payload::Frame(frame)) => Ok((frame.request, self.on_frame(frame, now)?)),
            Some(Payload::Empty) => self.on_empty_frame().map(|()| (0, None)),
            None => {
                self.has_frames = false;
                Ok((0, None))
            }
        }
    }

    fn on_empty_frame(&mut self) -> Result<(), Farewell> {
        self.empty_frames += 1;
        if self.empty_frames >= EMPTY_FRAMES_MAX {
            return Err(Farewell::EmptyFrames);
        }
        self.refuse(0, &farewell::empty_frame());
        Ok(())
    }

    fn on_replaced(&self) -> Farewell {
        match self.member.as_ref().is_some_and(|member| member.deliveries.person().is_forgotten()) {
            true => Farewell::NameGivenUp,
            false => Farewell::Replaced,
        }
    }

    async fn catch_up(&mut self) -> Result<(), Farewell> {
        match &mut self.member {
            Some(member) => Ok(member.deliveries.catch_up(&mut self.traffic.outbound).await?),
            None => Ok(()),
        }
    }

    fn answer<B: Body<Frame = ServerFrame>>(&mut self, request: u32, body: &B) {
        tracing::trace!(session = self.id.0, request, kind = B::KIND, "answer");
        self.traffic.outbound.answer(request, body);
    }

    fn refuse(&mut self, request: u32, refused: &Refused) {
        tracing::debug!(session = self.id.0, request, code = refused.code.0, "refused");
        self.answer(request, refused);
    }
}

/// Has this task wait until those that stand before it in its thread's queue have had their turn. Unlike tokio's own
/// way to yield it does not also wait for a look at the sockets, during which no other thread could take the task over.
async fn let_others_go_first() {
    let mut has_yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
