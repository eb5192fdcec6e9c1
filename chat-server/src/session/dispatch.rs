//! What a client may ask: one line per kind of frame.

use super::{Farewell, LoggedIn, Session};
use crate::config::Config;
use crate::pace::Pace;
use crate::refusals;
use crate::transport::Stream;
use chat_proto::{ClientFrame, Frame as _, RawFrame, Refused, UnixMillis};
use futures_util::FutureExt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// How fast a session may ask for what.
pub(super) struct Paces {
    requests: Pace,
    /// Made when it is needed: most say nothing for long.
    others: Option<Box<OtherPaces>>,
}

struct OtherPaces {
    posts: Pace,
    post_bytes: Pace,
    pages: Pace,
}

impl Paces {
    /// Every bucket full.
    pub(super) fn new(config: &Config) -> Self {
        Self { requests: Pace::new(config.requests), others: None }
    }

    fn others(&mut self, config: &Config) -> &mut OtherPaces {
        self.others.get_or_insert_with(|| {
            Box::new(OtherPaces {
                posts: Pace::new(config.posts),
                post_bytes: Pace::new(config.post_bytes),
                pages: Pace::new(config.pages),
            })
        })
    }
}

/// What will become of a request. Has memory of its own: most requests wait for nothing.
pub(super) type Later<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// What became of a request.
pub(super) enum Outcome {
    /// It is answered, or will be.
    Taken,
    /// It is to be refused.
    Refused(Refused),
    /// It ends the session.
    Over(Farewell),
}

impl From<Result<(), Refused>> for Outcome {
    fn from(taken: Result<(), Refused>) -> Self {
        taken.map_or_else(Self::Refused, |()| Self::Taken)
    }
}

impl From<Result<(), Farewell>> for Outcome {
    fn from(taken: Result<(), Farewell>) -> Self {
        taken.map_or_else(Self::Over, |()| Self::Taken)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a row of the dispatch table ends with it")]
fn later<'a>(outcome: impl Future<Output: Into<Outcome>> + Send + 'a) -> Result<Option<Later<'a>>, Farewell> {
    Ok(Some(Box::pin(outcome.map(Into::into))))
}

impl OtherPaces {
    fn take_post(&mut self, bytes: f64) -> Option<Duration> {
        self.posts.take(1.0).max(self.post_bytes.take(bytes))
    }
}

impl<S: Stream> Session<S> {
    /// Handles a frame, or begins to: what is left to be waited for is returned.
    pub(super) fn on_frame(&mut self, frame: RawFrame, now: UnixMillis) -> Result<Option<Later<'_>>, Farewell> {
        let RawFrame { request, kind, body } = frame;
        let bytes = body.len();
        let Some(frame) = ClientFrame::decode(kind, body)? else {
            return self.on_unknown(request, kind).map(|()| None);
        };
        let is_greeting = matches!(frame, ClientFrame::Hello(_) | ClientFrame::Login(_) | ClientFrame::Bye(_));
        if !is_greeting && self.newcomer.is_some() {
            return self.on_premature(request, refusals::not_authenticated()).map(|()| None);
        }
        self.keep_pace(&frame, bytes);
        if !matches!(frame, ClientFrame::Post(_)) {
            self.hand_over();
        }
        let outcome = match frame {
            ClientFrame::Hello(hello) => self.on_hello(request, hello).into(),
            ClientFrame::Login(login) => return later(self.on_login(request, login)),
            ClientFrame::Bye(_) => Outcome::Over(Farewell::Bye),
            ClientFrame::Create(create) => return later(self.on_create(request, create)),
            ClientFrame::Join(join) => return later(self.on_join(request, join)),
            ClientFrame::Resume(resume) => return later(self.on_resume(request, resume)),
            ClientFrame::Leave(leave) => return later(self.on_leave(request, leave)),
            ClientFrame::Post(post) => return Ok(self.on_post(request, post, now)),
            ClientFrame::History(history) => return later(self.on_history(request, history)),
            ClientFrame::Rename(rename) => return later(self.on_rename(request, rename)),
            ClientFrame::Ping(_) => self.on_ping(request).into(),
            ClientFrame::Invite(invite) => self.on_invite(request, &invite).into(),
            ClientFrame::Search(search) => return later(self.on_search(request, search)),
            ClientFrame::Read(read) => self.on_read_up_to(request, &read).into(),
            ClientFrame::Names(_) => self.on_names(request).into(),
            ClientFrame::GiveUp(_) => return later(self.on_give_up(request)),
            ClientFrame::OpenDirect(open) => return later(self.on_open_direct(request, open)),
            ClientFrame::Typing(typing) => self.on_typing(request, typing).into(),
            ClientFrame::SetPresence(set) => self.on_set_presence(request, set).into(),
        };
        self.conclude(request, outcome).map(|()| None)
    }

    /// Says what became of a request.
    pub(super) fn conclude(&mut self, request: u32, outcome: Outcome) -> Result<(), Farewell> {
        match outcome {
            Outcome::Taken => {}
            Outcome::Refused(refused) => self.refuse(request, &refused),
            Outcome::Over(farewell) => return Err(farewell),
        }
        Ok(())
    }

    /// Slow down first: whoever is too fast is read later.
    #[expect(clippy::cast_precision_loss, reason = "a frame's length is far below 2^52")]
    fn keep_pace(&mut self, frame: &ClientFrame, bytes: usize) {
        let (paces, config) = (&mut self.paces, &self.shared.config);
        let pause = match frame {
            ClientFrame::Post(_) => paces.others(config).take_post(bytes as f64),
            // Both read the log.
            ClientFrame::History(_) | ClientFrame::Search(_) => paces.others(config).pages.take(1.0),
            // They write an entry like a post does.
            ClientFrame::Leave(_) | ClientFrame::Rename(_) | ClientFrame::GiveUp(_) => {
                paces.others(config).posts.take(1.0)
            }
            _ => paces.requests.take(1.0),
        };
        self.pause(pause);
    }

    fn on_unknown(&mut self, request: u32, kind: u16) -> Result<(), Farewell> {
        if self.newcomer.is_some() {
            return self.on_premature(request, refusals::not_authenticated());
        }
        let pause = self.paces.requests.take(1.0);
        self.pause(pause);
        self.refuse(request, &refusals::unsupported_frame(kind));
        Ok(())
    }

    pub(super) fn member(&mut self) -> &mut LoggedIn {
        self.member.as_mut().expect("only a person's frames are dispatched")
    }
}
