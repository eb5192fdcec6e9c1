//! Where somebody wants to go: four characters, or an invite, which brings its server with it.
//!
//! Wherever a code is accepted, an invite is: on the command line, in the prompt, behind `/join`.

use crate::address::{Address, AddressError, server_address};
use chat_proto::invite::InviteError;
use chat_proto::name::CodeError;
use chat_proto::{Invite, RoomCode, Secret};

const SCHEME: &str = "chat://";

/// A room, and what it takes to come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub code: RoomCode,
    pub secret: Option<Secret>,
    /// The server that an invite names; a bare code is one of the server at hand.
    pub server: Option<Address>,
}

/// Why something typed leads nowhere. Each is a sentence for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    #[error("{0}")]
    Code(#[from] CodeError),
    #[error("{0}")]
    Invite(#[from] InviteError),
    #[error("the server in this invite is none: {0}")]
    Server(#[from] AddressError),
    #[error("this invite names a server, but no room on it; ask for the room's code")]
    NoRoom,
}

impl Destination {
    /// Reads a code or an invite as typed or pasted, also as a whole `chat-tui --join '…'`, and broken into rows by the
    /// window it was copied from.
    ///
    /// # Errors
    /// [`DestinationError`], whose text says what to do.
    pub fn parse(typed: &str) -> Result<Self, DestinationError> {
        match invite_in(typed) {
            Some(invite) => Self::invited(&Invite::parse(&invite)?),
            None => Ok(Self { code: RoomCode::parse(typed.as_bytes())?, secret: None, server: None }),
        }
    }

    fn invited(invite: &Invite) -> Result<Self, DestinationError> {
        let code = invite.code.ok_or(DestinationError::NoRoom)?;
        let server = server_address(&invite.server)?;
        Ok(Self { code, secret: invite.secret, server: Some(Address { server, key: invite.key }) })
    }
}

/// Whether something typed is meant to be an invite, and not a code.
pub fn is_invite(typed: &str) -> bool {
    invite_at(typed).is_some()
}

/// Whether this is a command with an invite behind it: it may let others in, and is not kept.
pub fn is_confidential(line: &str) -> bool {
    line.starts_with('/') && !line.starts_with("//") && is_invite(line)
}

fn invite_at(typed: &str) -> Option<usize> {
    typed.to_ascii_lowercase().find(SCHEME)
}

fn invite_in(typed: &str) -> Option<String> {
    let from = &typed[invite_at(typed)?..];
    Some(from.chars().take_while(|c| !matches!(c, '\'' | '"' | '>')).filter(|c| !c.is_whitespace()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::Fingerprint;

    const SECRET: &str = "CQkJCQkJCQkJCQkJCQkJCQ";

    fn code() -> RoomCode {
        RoomCode::parse(b"AB3Z").unwrap()
    }

    fn invited(server: &str, key: Option<Fingerprint>, secret: Option<Secret>) -> Destination {
        Destination { code: code(), secret, server: Some(Address { server: server.into(), key }) }
    }

    #[test]
    fn a_code_is_one_of_the_server_at_hand() {
        assert_eq!(Destination::parse(" ab3z "), Ok(Destination { code: code(), secret: None, server: None }));
    }

    #[test]
    fn an_invite_brings_its_server_its_key_and_its_secret() {
        let key = Fingerprint::of(b"key");
        let whole = format!("chat://example.org/AB3Z?key={key}#{SECRET}");

        assert_eq!(
            Destination::parse(&whole),
            Ok(invited("example.org:7000", Some(key), Some(Secret([9; 16])))),
            "and a server without a port is on port 7000"
        );
        assert_eq!(Destination::parse("CHAT://[::1]:7001/ab3z"), Ok(invited("[::1]:7001", None, None)));
    }

    #[test]
    fn an_invite_is_understood_as_it_is_copied() {
        let meant = invited("example.org:7000", None, Some(Secret([9; 16])));
        for pasted in [
            format!("chat-tui --join 'chat://example.org:7000/AB3Z#{SECRET}'"),
            format!("chat-tui --join 'chat://example.org:7000/AB3Z#{SECRET}' --name bob\n"),
            format!("<chat://example.org:7000/AB3Z#{SECRET}>"),
            format!("chat://example.org:70\n   00/AB3Z#{}\r\n   {}", &SECRET[..9], &SECRET[9..]),
        ] {
            assert_eq!(Destination::parse(&pasted), Ok(meant.clone()), "{pasted}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_a_sentence() {
        for (typed, sentence) in [
            ("", "a room code is needed: four characters, like AB3Z"),
            ("AB3", "a room code has four characters, like AB3Z"),
            ("http://example.org/AB3Z", "a room code has four characters, like AB3Z"),
            ("chat:///AB3Z", "this invite names no server"),
            ("chat://example.org", "this invite names a server, but no room on it; ask for the room's code"),
            ("chat://example.org/AB0Z", "the room in this invite is none: a room code has letters and the digits 2"),
            ("chat://example.org:0/AB3Z", "the server in this invite is none: a port is a number from 1 to 65535"),
            ("chat://example.org/AB3Z?key=abc", "the key in this invite is damaged; ask for a new one"),
            ("chat://example.org/AB3Z#abc", "the secret in this invite is damaged; ask for a new one"),
        ] {
            let error = Destination::parse(typed).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{typed:?}: {error}");
        }
    }

    #[test]
    fn only_a_command_with_an_invite_is_confidential() {
        assert!(is_confidential("/join chat://example.org/AB3Z#abc"));
        assert!(is_confidential("/JOIN CHAT://example.org/AB3Z"));
        for line in ["/join AB3Z", "come to chat://example.org/AB3Z", "//join chat://example.org/AB3Z", ""] {
            assert!(!is_confidential(line), "{line}");
        }
    }
}
