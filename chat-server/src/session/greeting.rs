//! From stranger to person: hello, challenge, login, welcome.

use super::delivery::Deliveries;
use super::{Farewell, LoggedIn, Session};
use crate::environment::random;
use crate::guard::{Notice, Stranger};
use crate::people::{ClaimError, Person};
use crate::refusals;
use crate::room::Room;
use crate::transport::Stream;
use chat_proto::frame::{Challenge, Hello, Limits, Login, Membership, Welcome};
use chat_proto::limits::{
    FRAME_BYTES_FROM_CLIENT, HEARTBEAT, NAME_COLUMNS, PAGE_ENTRIES, POSTS_UNANSWERED, ROOMS_PER_SESSION, TEXT_BYTES,
    TEXT_LINES, TOPIC_BYTES,
};
use chat_proto::login::Binding;
use chat_proto::wire::Capped;
use chat_proto::{Nick, PersonId, Refused, VERSION_MAX, VERSION_MIN, login};
use std::pin::Pin;
use std::sync::Arc;
use tokio::time::Instant;

/// Somebody who has not logged in, with what matters only until then.
pub(super) struct Newcomer {
    /// The place is another's.
    pub(super) evicted: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// The strangers let in at once are few.
    pub(super) _place: Stranger,
    /// What ties the login to the connection.
    pub(super) binding: Binding,
    pub(super) accepted_at: Instant,
    /// What waits for an answer, if anything was said.
    pub(super) claim: Option<Claim>,
}

/// A claim that is to be proved.
pub(super) struct Claim {
    /// Who the peer says to be.
    hello: Hello,
    /// What it must sign.
    challenge: Challenge,
}

impl<S: Stream> Session<S> {
    pub(super) fn on_hello(&mut self, request: u32, hello: Hello) -> Result<(), Farewell> {
        let Some(newcomer) = self.newcomer.as_mut().filter(|newcomer| newcomer.claim.is_none()) else {
            return self.on_premature(request, refusals::already_authenticated());
        };
        let version = common_version(&hello).ok_or_else(|| {
            let refused = refusals::version(hello.version_min, hello.version_max);
            Farewell::Refused { request, refused }
        })?;
        let challenge = Challenge { version, nonce: random(&*self.shared.environment) };
        newcomer.claim = Some(Claim { hello, challenge: challenge.clone() });
        self.answer(request, &challenge);
        Ok(())
    }

    pub(super) async fn on_login(&mut self, request: u32, answer: Login) -> Result<(), Farewell> {
        let Some(newcomer) = &mut self.newcomer else {
            return self.on_premature(request, refusals::already_authenticated());
        };
        // Taken out, so that a nonce answers one login only.
        let Some(Claim { hello, challenge }) = newcomer.claim.take() else {
            return self.on_premature(request, refusals::not_authenticated());
        };
        if !login::proves(&answer.signature, &challenge, &hello, &newcomer.binding) {
            return Err(Farewell::Refused { request, refused: refusals::auth_failed() });
        }
        match self.claim(&hello) {
            Ok(person) => self.welcome(request, person, hello.instance).await,
            Err(refused) => {
                self.refuse(request, &refused);
                Ok(())
            }
        }
    }

    /// A name that cannot be had leaves the door open: another hello may ask for another name.
    fn claim(&self, hello: &Hello) -> Result<Arc<Person>, Refused> {
        let name = Nick::parse(&hello.name).map_err(refusals::invalid_name)?;
        self.shared.people.claim(hello.key, &name).map_err(|error| {
            if matches!(error, ClaimError::Full { .. }) {
                self.shared.notices.note(Notice::PeopleFull, self.network());
            }
            claim_refused(&name, error)
        })
    }

    async fn welcome(&mut self, request: u32, person: Arc<Person>, instance: u64) -> Result<(), Farewell> {
        let shared = Arc::clone(&self.shared);
        let attendance = shared
            .people
            .attend(&person, instance)
            .await
            .map_err(|max| Farewell::Refused { request, refused: refusals::too_many_sessions(max) })?;
        person.came_from(self.peer);
        self.newcomer = None;
        self.traffic.inbox.set_max_frame_bytes(FRAME_BYTES_FROM_CLIENT);
        self.answer(
            request,
            &Welcome {
                person: person.id,
                name: person.author().name,
                limits: self.announced_limits(),
                durability: shared.rooms.logs().durability(),
                server_time: shared.environment.now(),
                rooms: Capped::new(self.memberships(&person)),
            },
        );
        self.member = Some(LoggedIn {
            deliveries: Deliveries::new(self.id, person, Arc::clone(&shared.rooms)),
            mailbox: Arc::clone(attendance.mailbox()),
            attendance,
            unanswered: 0,
            saying: None,
        });
        Ok(())
    }

    fn memberships(&self, person: &Person) -> Vec<Membership> {
        let rooms = person.rooms().into_iter().filter_map(|id| self.shared.rooms.by_id(id));
        let mine = rooms.filter(|room| room.is_member(person.id));
        mine.map(|room| self.membership(&room, person.id)).collect()
    }

    /// A room as one that `person` may resume.
    pub(super) fn membership(&self, room: &Room, person: PersonId) -> Membership {
        let direct = self.peer_in(room, person);
        Membership { room: room.id, code: room.code.bytes(), head: room.head(), direct }
    }

    fn announced_limits(&self) -> Limits {
        Limits {
            frame_bytes: FRAME_BYTES_FROM_CLIENT as u32,
            text_bytes: TEXT_BYTES as u32,
            text_lines: TEXT_LINES as u32,
            topic_bytes: TOPIC_BYTES as u32,
            name_columns: NAME_COLUMNS as u32,
            posts_unanswered: POSTS_UNANSWERED as u32,
            page_entries: PAGE_ENTRIES as u32,
            rooms: ROOMS_PER_SESSION as u32,
            heartbeat_ms: HEARTBEAT.as_millis() as u32,
            silence_ms: self.shared.config.silence.as_millis() as u32,
        }
    }

    /// Something said at the wrong side of the login. Twice is a mistake, three times a wrong peer.
    pub(super) fn on_premature(&mut self, request: u32, refused: Refused) -> Result<(), Farewell> {
        self.premature_frames += 1;
        if self.premature_frames >= 3 {
            return Err(Farewell::Refused { request, refused });
        }
        self.refuse(request, &refused);
        Ok(())
    }
}

/// What is answered to a name that cannot be had.
pub(super) fn claim_refused(name: &Nick, error: ClaimError) -> Refused {
    match error {
        ClaimError::Taken { free } => refusals::name_taken(name, free),
        ClaimError::TooMany { max } => refusals::too_many_names(max),
        ClaimError::Full { max } => refusals::people_full(max),
        ClaimError::TooManyResting { max, rests } => refusals::too_many_names_resting(max, rests),
    }
}

fn common_version(hello: &Hello) -> Option<u16> {
    let highest = hello.version_max.min(VERSION_MAX);
    (highest >= hello.version_min.max(VERSION_MIN)).then_some(highest)
}
