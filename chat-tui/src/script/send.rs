//! `chat-tui send`: one message, its acknowledgement, the end.

use super::account::Account;
use super::{Ending, no_answer_within};
use crate::config::Send;
use crate::link::{Command, LinkEvent, Mark, OutboxItem, wall_clock};
use crate::{removal, trust};
use chat_proto::frame::{EndReason, Stay};
use chat_proto::limits::TEXT_BYTES;
use chat_proto::text::TextError;
use chat_proto::{EntryBody, PostId, RoomId, Text};
use ed25519_dalek::SigningKey;
use std::future::Future;
use std::io::{Read, Write};

/// Reads a message from `input`, no further than is needed to see that it is too long.
pub fn read(input: impl Read) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    input.take(2 * TEXT_BYTES as u64).read_to_end(&mut text)?;
    Ok(text)
}

/// Posts `written`, and says what became of it. Asides go to `aside`. Ends early when `stop` does.
pub async fn run(
    order: &Send,
    written: &[u8],
    key: SigningKey,
    aside: impl Write,
    stop: impl Future<Output = ()>,
) -> Ending {
    let text = match message(written) {
        Ok(text) => text,
        Err(error) => return Ending::Refused(error.to_string()),
    };
    let address = order.who.address(Some(&order.join));
    let account = Account::open(&order.who, address, Stay::Visitor, key, aside);
    let mut errand = Errand { account, text, progress: Progress::Nowhere };
    errand.enter(order).await;
    let ending = tokio::select! {
        ending = errand.done(order) => ending,
        () = tokio::time::sleep(order.timeout) => {
            Ending::Unanswered(errand.progress.doubt(&no_answer_within(order.timeout)))
        }
        () = stop => Ending::Unanswered(errand.progress.doubt("interrupted")),
    };
    errand.account.close().await;
    ending
}

/// How far it is, for the sentence at the end.
enum Progress {
    Nowhere,
    NoConnection(String),
    Posted(RoomId),
    /// The connection was lost since. A visitor's place goes with it, and what the link says of the message then is
    /// about that place: nothing is decided before the room is entered again.
    CutOff(RoomId),
}

impl Progress {
    /// The server, or the room, will not have us (back). What was posted before may have arrived all the same.
    fn shut_out(&self, sentence: String) -> Ending {
        match self {
            Self::Posted(_) | Self::CutOff(_) => Ending::Unanswered(self.doubt(&sentence)),
            Self::Nowhere | Self::NoConnection(_) => Ending::Refused(sentence),
        }
    }

    fn is_posted(&self) -> bool {
        matches!(self, Self::Posted(_) | Self::CutOff(_))
    }

    fn doubt(&self, reason: &str) -> String {
        match self {
            Self::Nowhere => format!("{reason}; the message was not sent"),
            Self::NoConnection(sentence) => format!("{reason}: {sentence}; the message was not sent"),
            Self::Posted(_) | Self::CutOff(_) => format!("{reason}; the message may or may not have arrived"),
        }
    }
}

struct Errand<A> {
    account: Account<A>,
    text: Text,
    progress: Progress,
}

impl<A: Write> Errand<A> {
    async fn enter(&self, order: &Send) {
        self.account.ask(Command::Join(order.join.code, order.join.secret)).await;
    }

    /// Until it is decided.
    async fn done(&mut self, order: &Send) -> Ending {
        while let Some(event) = self.account.next().await {
            match event {
                LinkEvent::Joined { joined, .. } if self.may_post_in(joined.room) => self.post(joined.room).await,
                LinkEvent::Joined { .. } => return Ending::Unanswered(self.progress.doubt("the room ended")),
                LinkEvent::Marked { .. } if matches!(self.progress, Progress::CutOff(_)) => {}
                LinkEvent::Marked { mark, .. } => {
                    if let Some(ending) = decided(mark) {
                        return ending;
                    }
                }
                LinkEvent::Refused { sentence, .. } => return self.progress.shut_out(sentence),
                LinkEvent::LoginRefused { sentence, free_name } => {
                    if self.progress.is_posted() || !self.account.take_name(free_name) {
                        return self.progress.shut_out(sentence);
                    }
                    self.enter(order).await;
                }
                LinkEvent::RoomEnded { reason: EndReason::Removed, .. } => {
                    let code = order.join.code;
                    return self.progress.shut_out(removal::ended(code, EndReason::Removed, None));
                }
                LinkEvent::NoReturn { .. } => self.enter(order).await,
                LinkEvent::RoomEnded { .. } | LinkEvent::Left { .. } => {
                    return Ending::Unanswered(self.progress.doubt("the room ended"));
                }
                LinkEvent::Distrusted(distrust) => return self.progress.shut_out(trust::as_text(&distrust)),
                LinkEvent::Down { trouble, .. } => self.on_down(trouble.sentence()),
                LinkEvent::Ended(sentence) => return Ending::Unanswered(self.progress.doubt(&sentence)),
                _ => {}
            }
        }
        Ending::Unanswered(self.progress.doubt("the connection ended"))
    }

    /// Whether this is the room that was meant: by the second time its code may be another's.
    fn may_post_in(&self, entered: RoomId) -> bool {
        match self.progress {
            Progress::Posted(room) | Progress::CutOff(room) => room == entered,
            Progress::Nowhere | Progress::NoConnection(_) => true,
        }
    }

    /// Always under the same id, so that the server knows whether it was said before.
    async fn post(&mut self, room: RoomId) {
        self.progress = Progress::Posted(room);
        let id = PostId { instance: self.account.instance, n: 1 };
        let body = EntryBody::Message(self.text.as_str().to_owned().into());
        self.account.ask(Command::Post(OutboxItem { room, id, body, written: wall_clock() })).await;
    }

    fn on_down(&mut self, sentence: String) {
        self.progress = match self.progress {
            Progress::Posted(room) | Progress::CutOff(room) => Progress::CutOff(room),
            Progress::Nowhere | Progress::NoConnection(_) => Progress::NoConnection(sentence),
        };
    }
}

fn decided(mark: Mark) -> Option<Ending> {
    match mark {
        Mark::Accepted { .. } => Some(Ending::Done),
        Mark::Refused(sentence) => Some(Ending::Refused(sentence)),
        Mark::Unknown(sentence) => Some(Ending::Unanswered(sentence)),
        Mark::Waiting | Mark::OnTheWire | Mark::Stale => None,
    }
}

/// The message in what was written.
fn message(written: &[u8]) -> Result<Text, TextError> {
    let written = without_last_newline(written);
    match std::str::from_utf8(written) {
        Ok(text) => Text::parse(text.replace("\r\n", "\n").as_bytes()),
        Err(_) => Text::parse(written),
    }
}

/// What `echo` and editors add is not part of the message.
fn without_last_newline(written: &[u8]) -> &[u8] {
    let written = written.strip_suffix(b"\n").unwrap_or(written);
    written.strip_suffix(b"\r").unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_newline_is_taken_away() {
        for (written, meant) in
            [("hi\n", "hi"), ("hi\r\n", "hi"), ("hi\n\n", "hi\n"), ("a\nb", "a\nb"), ("\n", ""), ("", "")]
        {
            assert_eq!(without_last_newline(written.as_bytes()), meant.as_bytes(), "{written:?}");
        }
    }

    #[test]
    fn a_door_that_closes_refuses_the_message_only_before_it_was_posted() {
        let closed = |progress: Progress| progress.shut_out("the room is full".into());

        assert_eq!(closed(Progress::Nowhere), Ending::Refused("the room is full".into()));
        let doubt = "the room is full; the message may or may not have arrived".into();
        assert_eq!(closed(Progress::Posted(RoomId([1; 16]))), Ending::Unanswered(doubt));
    }

    #[test]
    fn line_breaks_of_any_system_are_line_breaks() {
        for (written, meant) in [("a\r\nb\r\n", Some("a\nb")), ("a\nb\n", Some("a\nb")), ("50 %\r100 %\n", None)] {
            let text = message(written.as_bytes());
            assert_eq!(text.ok().as_ref().map(Text::as_str), meant, "{written:?}");
        }
    }

    #[test]
    fn an_endless_input_is_read_no_further_than_needed() {
        assert_eq!(read(std::io::repeat(b'x')).unwrap().len(), 2 * TEXT_BYTES);
    }
}
