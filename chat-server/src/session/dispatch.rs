//! What a client may ask: one line per kind of frame.

use super::{Farewell, LoggedIn, Session};
use crate::config::Config;
use crate::pace::Pace;
use crate::refusals;
use crate::transport::Stream;
use chat_proto::{ClientFrame, Frame as _, RawFrame};
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

impl OtherPaces {
    fn take_post(&mut self, bytes: f64) -> Option<Duration> {
        self.posts.take(1.0).max(self.post_bytes.take(bytes))
    }
}

impl<S: Stream> Session<S> {
    pub(super) async fn on_frame(&mut self, frame: RawFrame) -> Result<(), Farewell> {
        let RawFrame { request, kind, body } = frame;
        match ClientFrame::decode(kind, &body)? {
            Some(frame) => self.dispatch(request, frame, body.len()).await,
            None => self.on_unknown(request, kind),
        }
    }

    async fn dispatch(&mut self, request: u32, frame: ClientFrame, bytes: usize) -> Result<(), Farewell> {
        let is_greeting = matches!(frame, ClientFrame::Hello(_) | ClientFrame::Login(_) | ClientFrame::Bye(_));
        if !is_greeting && self.newcomer.is_some() {
            return self.on_premature(request, refusals::not_authenticated());
        }
        self.keep_pace(&frame, bytes);
        let answered = match frame {
            ClientFrame::Hello(hello) => return self.on_hello(request, hello),
            ClientFrame::Login(login) => return self.on_login(request, &login).await,
            ClientFrame::Bye(_) => return Err(Farewell::Bye),
            ClientFrame::Create(create) => self.on_create(request, &create).await,
            ClientFrame::Join(join) => self.on_join(request, join).await,
            ClientFrame::Resume(resume) => self.on_resume(request, &resume).await,
            ClientFrame::Leave(leave) => self.on_leave(request, &leave).await,
            ClientFrame::Post(post) => return self.on_post(request, post).await,
            ClientFrame::History(history) => self.on_history(request, &history).await,
            ClientFrame::Rename(rename) => self.on_rename(request, &rename).await,
            ClientFrame::Ping(_) => self.on_ping(request),
            ClientFrame::Invite(invite) => self.on_invite(request, &invite),
            ClientFrame::Search(search) => self.on_search(request, &search).await,
            ClientFrame::Read(read) => self.on_read_up_to(request, &read),
            ClientFrame::Names(_) => self.on_names(request),
            ClientFrame::GiveUp(_) => return self.on_give_up(request).await,
            ClientFrame::OpenDirect(open) => self.on_open_direct(request, open).await,
            ClientFrame::Typing(typing) => self.on_typing(request, typing),
            ClientFrame::SetPresence(set) => self.on_set_presence(request, set),
        };
        if let Err(refused) = answered {
            self.refuse(request, refused);
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
        self.refuse(request, refusals::unsupported_frame(kind));
        Ok(())
    }

    pub(super) fn member(&mut self) -> &mut LoggedIn {
        self.member.as_mut().expect("only a person's frames are dispatched")
    }
}
