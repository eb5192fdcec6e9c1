//! Why a connection is over, and the sentences for it.

use super::{DialError, Distrust, Trouble};
use chat_proto::frame::GoAway;
use chat_proto::text::visible_line;
use chat_proto::{Code, Detail, Nick, Refused, VERSION_MAX, VERSION_MIN};
use std::time::Duration;

/// The longest wait that a server may impose.
const WAIT_MAX: Duration = Duration::from_mins(5);

/// Why a connection is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing answered.
    NoServer(String),
    /// Whoever answered is not trusted.
    Distrusted(Distrust),
    /// It asks for TLS, or expected it.
    NeedsTls(String),
    /// It broke, or the server closed it for a reason that a new connection may mend.
    Lost { sentence: String, retry_after: Option<Duration> },
    /// Something was missing between two entries: a resume fetches it.
    Hole,
    /// The server stops.
    GoAway(Duration),
    /// The server does not keep to the protocol.
    Misbehaves(String),
    /// An unanswered rename turns out to hold: log in again, under the new name.
    Renamed,
    /// No login is possible like this.
    LoginRefused { sentence: String, free_name: Option<Nick> },
    /// A newer session of this client took over.
    Replaced(String),
    /// The name was given up, and the server hangs up.
    GivenUp,
    /// `Bye` was said.
    Bye,
    /// Nobody holds the link any more.
    Abandoned,
}

impl End {
    pub(crate) fn lost(sentence: impl Into<String>) -> Self {
        Self::Lost { sentence: sentence.into(), retry_after: None }
    }

    /// Why there is nobody to greet.
    pub(crate) fn not_dialled(error: DialError) -> Self {
        match error {
            DialError::Distrusted(distrust) => Self::Distrusted(distrust),
            nobody @ (DialError::NoSuchHost { .. } | DialError::NoAnswer { .. }) => Self::NoServer(nobody.to_string()),
            somebody => Self::lost(somebody.to_string()),
        }
    }

    pub(crate) fn misbehaves(sentence: impl Into<String>) -> Self {
        Self::Misbehaves(sentence.into())
    }

    /// A refusal that closes a connection after its login.
    pub(crate) fn closed_by(refused: &Refused) -> Self {
        match refused.code {
            Code::SESSION_REPLACED => Self::Replaced(sentence(refused)),
            _ => Self::Lost { sentence: sentence(refused), retry_after: retry_after(refused) },
        }
    }

    /// A refusal before the login is done.
    pub(crate) fn login_refused_by(refused: &Refused) -> Self {
        match refused.code {
            Code::VERSION => Self::LoginRefused { sentence: version_sentence(refused), free_name: None },
            Code::TLS_REQUIRED => Self::NeedsTls(sentence(refused)),
            Code::NAME_TAKEN | Code::INVALID_NAME | Code::TOO_MANY_NAMES | Code::AUTH_FAILED => {
                Self::LoginRefused { sentence: sentence(refused), free_name: free_name(refused) }
            }
            _ => Self::closed_by(refused),
        }
    }

    /// What to tell the person, and how long to wait at least; `None` if the link ends with the connection.
    pub(crate) fn trouble(&self) -> Option<(Trouble, Duration)> {
        let now = Duration::ZERO;
        match self {
            Self::NoServer(sentence) => Some((Trouble::NoServer(sentence.clone()), now)),
            Self::Lost { sentence, retry_after } => {
                Some((Trouble::Lost(sentence.clone()), retry_after.unwrap_or_default()))
            }
            Self::NeedsTls(sentence) => Some((Trouble::Lost(sentence.clone()), now)),
            Self::Hole => Some((Trouble::Lost("something was missing; it is fetched again".into()), now)),
            Self::GoAway(wait) => Some((Trouble::GoAway, *wait)),
            Self::Misbehaves(sentence) => Some((Trouble::Misbehaves(sentence.clone()), now)),
            Self::Distrusted(_)
            | Self::GivenUp
            | Self::Renamed
            | Self::LoginRefused { .. }
            | Self::Replaced(_)
            | Self::Bye
            | Self::Abandoned => None,
        }
    }

    /// Whether the server is to blame, so that a connection that lived for long proves nothing.
    pub(crate) fn is_offence(&self) -> bool {
        matches!(self, Self::Hole | Self::Misbehaves(_))
    }
}

/// The sentence of a refusal, safe to show.
pub(crate) fn sentence(refused: &Refused) -> String {
    let text = super::clamp::cut(&refused.text, chat_proto::limits::SENTENCE_BYTES);
    match visible_line(&text) {
        empty if empty.trim().is_empty() => {
            format!("the server refused ({})", refused.code.name().unwrap_or("for a reason this client does not know"))
        }
        said => said,
    }
}

/// The free name that a refusal suggests.
pub(crate) fn free_name(refused: &Refused) -> Option<Nick> {
    match &refused.detail {
        Detail::Name(name) => Nick::parse(name).ok(),
        _ => None,
    }
}

/// When asking again may help.
pub(crate) fn retry_after(refused: &Refused) -> Option<Duration> {
    refused.retry_after_ms.map(wait)
}

/// When the server wants us back.
pub(crate) fn reconnect_after(goaway: &GoAway) -> Duration {
    wait(goaway.reconnect_after_ms)
}

fn wait(ms: u32) -> Duration {
    Duration::from_millis(ms.into()).min(WAIT_MAX)
}

fn version_sentence(refused: &Refused) -> String {
    match refused.detail {
        Detail::Versions { max, .. } if max < VERSION_MIN => format!(
            "this server is too old: it speaks protocol {max} at most, this client {VERSION_MIN} at least; \
             upgrade the server"
        ),
        Detail::Versions { min, .. } if min > VERSION_MAX => format!(
            "this client is too old: it speaks protocol {VERSION_MAX} at most, the server {min} at least; \
             upgrade chat-tui"
        ),
        _ => sentence(refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(min: u16, max: u16) -> String {
        let refused = Refused::new(Code::VERSION, "no version in common").with(Detail::Versions { min, max });
        match End::login_refused_by(&refused) {
            End::LoginRefused { sentence, .. } => sentence,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_version_that_is_not_shared_says_which_side_to_upgrade() {
        assert!(versions(7, 9).ends_with("upgrade chat-tui"));
        assert!(versions(0, 0).ends_with("upgrade the server"));
    }

    #[test]
    fn a_sentence_cannot_move_the_cursor_and_is_never_empty() {
        let hostile = Refused::new(Code::INTERNAL, "\x1b[2J\nsorry");
        let silent = Refused::new(Code::ROOM_FULL, "");

        assert_eq!(sentence(&hostile), "␛[2J sorry");
        assert_eq!(sentence(&silent), "the server refused (ROOM_FULL)");
    }

    #[test]
    fn a_wait_of_weeks_is_cut_to_minutes() {
        assert_eq!(reconnect_after(&GoAway { reconnect_after_ms: u32::MAX }), WAIT_MAX);
    }

    #[test]
    fn only_a_login_that_can_never_work_ends_the_link() {
        for (code, ends) in [
            (Code::NAME_TAKEN, true),
            (Code::INVALID_NAME, true),
            (Code::TOO_MANY_NAMES, true),
            (Code::AUTH_FAILED, true),
            (Code::VERSION, true),
            (Code::SESSION_REPLACED, true),
            (Code::SERVER_FULL, false),
            (Code::TOO_MANY_SESSIONS, false),
            (Code::INTERNAL, false),
            (Code(999), false),
        ] {
            let end = End::login_refused_by(&Refused::new(code, "no"));
            assert_eq!(end.trouble().is_none(), ends, "{code:?}");
        }
    }
}
