//! Invites: one line that says where a server is, how to know it, and how to come into a room.
//!
//! ```text
//! chat://chat.example.org:7000/AB3Z?key=<fingerprint>#<secret>
//!        server                room      of the server  of a private room
//! ```
//!
//! The secret stands behind `#`, which programs that open links do not send anywhere. Room, key and secret may be
//! missing: `chat://localhost:7000` is only a server.

use crate::fingerprint::Fingerprint;
use crate::limits::SECRET_BYTES;
use crate::name::{CodeError, RoomCode};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;

const SCHEME: &str = "chat://";

/// What lets into a private room. Equal in constant time; never shown by `Debug`.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Secret(pub [u8; SECRET_BYTES]);

impl Secret {
    /// Reads what [`fmt::Display`] writes: 22 characters of URL-safe base64.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        // How long a comparison takes must not tell how much of a guess was right.
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Why something typed is no invite. Each is a sentence for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// Another scheme, or none.
    #[error("an invite begins with chat://")]
    Scheme,
    /// Nothing between the slashes.
    #[error("this invite names no server")]
    NoServer,
    /// What stands behind the slash.
    #[error("the room in this invite is none: {0}")]
    Room(#[from] CodeError),
    /// What stands behind `key=`.
    #[error("the key in this invite is damaged; ask for a new one")]
    Key,
    /// What stands behind `#`.
    #[error("the secret in this invite is damaged; ask for a new one")]
    Secret,
}

/// One line that others paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// `host` or `host:port` as typed; the client judges it.
    pub server: String,
    /// The room; none to ask for it.
    pub code: Option<RoomCode>,
    /// The server's key; none if everybody's certificate roots vouch for it.
    pub key: Option<Fingerprint>,
    /// Of a private room.
    pub secret: Option<Secret>,
}

impl Invite {
    /// Whether something typed is meant to be an invite, and not a code.
    pub fn is_meant(typed: &str) -> bool {
        typed.trim().get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
    }

    /// Reads an invite as pasted, with space or quotes around it. Parameters of later versions are ignored.
    ///
    /// # Errors
    /// [`InviteError`], whose text says what to do.
    pub fn parse(typed: &str) -> Result<Self, InviteError> {
        let typed = typed.trim().trim_matches(['"', '\'', '<', '>']);
        if !Self::is_meant(typed) {
            return Err(InviteError::Scheme);
        }
        let (rest, secret) = cut(&typed[SCHEME.len()..], '#');
        let (rest, query) = cut(rest, '?');
        let (server, code) = cut(rest, '/');
        if server.is_empty() {
            return Err(InviteError::NoServer);
        }
        let code = code.filter(|code| !code.is_empty()).map(|code| RoomCode::parse(code.as_bytes())).transpose()?;
        let key = query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("key=")));
        let key = key.map(|key| Fingerprint::parse(key).ok_or(InviteError::Key)).transpose()?;
        let secret = secret.map(|secret| Secret::parse(secret).ok_or(InviteError::Secret)).transpose()?;
        Ok(Self { server: server.to_owned(), code, key, secret })
    }
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

impl fmt::Display for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.server)?;
        if let Some(code) = self.code {
            write!(f, "/{code}")?;
        }
        if let Some(key) = self.key {
            write!(f, "?key={key}")?;
        }
        self.secret.map_or(Ok(()), |secret| write!(f, "#{secret}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Invite {
        Invite {
            server: "chat.example.org:7000".into(),
            code: RoomCode::parse(b"AB3Z").ok(),
            key: Some(Fingerprint::of(b"key")),
            secret: Some(Secret([9; SECRET_BYTES])),
        }
    }

    #[test]
    fn an_invite_is_read_as_it_is_written_whatever_is_missing() {
        for invite in [
            whole(),
            Invite { secret: None, ..whole() },
            Invite { key: None, ..whole() },
            Invite { code: None, ..whole() },
            Invite { server: "[::1]:7000".into(), ..whole() },
            Invite { code: None, key: None, secret: None, ..whole() },
        ] {
            assert_eq!(Invite::parse(&invite.to_string()), Ok(invite.clone()), "{invite}");
        }
    }

    #[test]
    fn an_invite_is_read_as_it_is_pasted() {
        for pasted in
            [format!("  '{}'\n", whole()), whole().to_string().replace("chat:", "CHAT:").replace("AB3Z", "ab3z")]
        {
            assert_eq!(Invite::parse(&pasted), Ok(whole()), "{pasted}");
        }
        let later = whole().to_string().replace("?key", "?expires=5&key");
        assert_eq!(Invite::parse(&later), Ok(whole()));
    }

    #[test]
    fn a_damaged_invite_says_what_is_wrong_with_it() {
        let invite = whole().to_string();
        for (pasted, error) in [
            ("AB3Z", InviteError::Scheme),
            ("http://localhost/AB3Z", InviteError::Scheme),
            ("chat://", InviteError::NoServer),
            ("chat:///AB3Z", InviteError::NoServer),
            ("chat://localhost/AB3", InviteError::Room(CodeError::Length)),
            ("chat://localhost/AB3Z?key=abc", InviteError::Key),
            (&invite[..invite.len() - 1], InviteError::Secret),
            ("chat://localhost/AB3Z#", InviteError::Secret),
        ] {
            assert_eq!(Invite::parse(pasted), Err(error), "{pasted}");
        }
    }

    #[test]
    fn a_secret_is_not_shown_by_accident() {
        assert_eq!(format!("{:?}", Secret([9; SECRET_BYTES])), "Secret(..)");
    }
}
