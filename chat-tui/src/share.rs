//! What is told about an invite: the line that others paste, and who comes in with it.

use crate::address::{DEFAULT_SERVER, dialed_address};
use crate::link::{Security, Trust};
use chat_proto::frame::{Door, Lock};
use chat_proto::{Fingerprint, Invite, RoomCode, Secret};
use std::net::IpAddr;

/// How an invite is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Line,
    Qr,
}

impl View {
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Line => Self::Qr,
            Self::Qr => Self::Line,
        }
    }
}

/// The invite to a room on `server`, which was dialed as typed and turned out to be as `security` says.
pub fn invite(server: &str, security: Option<Security>, code: RoomCode, secret: Option<Secret>) -> Invite {
    Invite { code: Some(code), secret, ..self::server(server, security) }
}

/// The same to no room.
pub fn server(server: &str, security: Option<Security>) -> Invite {
    Invite { server: dialed_address(server), code: None, key: key(security), secret: None }
}

/// What others must be told to know the server; nothing if their own system can tell them.
fn key(security: Option<Security>) -> Option<Fingerprint> {
    match security {
        Some(Security::Tls { trust: Trust::Roots, .. } | Security::Plain) | None => None,
        Some(Security::Tls { key, .. }) => Some(key),
    }
}

/// The command that others paste into a shell.
pub fn line(invite: &Invite) -> String {
    // Quoted: to a shell, `?` and `#` are more than letters.
    format!("chat-tui --join '{invite}'")
}

/// The same, as short as it can be said.
pub fn short_line(invite: &Invite) -> String {
    match invite {
        Invite { server, code: Some(code), key: None, secret: None } if server == DEFAULT_SERVER => {
            format!("chat-tui --join {code}")
        }
        _ => line(invite),
    }
}

/// Who comes in with an invite to a room with this door.
pub fn who(door: Door, lock: Lock) -> &'static str {
    match (door, lock) {
        (Door::Direct, _) => "This is between two people: nobody else comes in.",
        (_, Lock::Locked) => "The room is locked: until /unlock, only its members come in.",
        (Door::Open, Lock::Unlocked) => "The room is open to anyone with the code.",
        (Door::Private, Lock::Unlocked) => "Whoever has this line can come in; the code alone lets nobody in.",
    }
}

/// What is said of an invite that names this machine ([`is_local`]).
pub const LOCAL: &str = "The line names this machine: elsewhere, put the server's address in its place.";

/// Whether the invite names this machine, whatever machine it is pasted on.
pub fn is_local(invite: &Invite) -> bool {
    let host = invite.server.rsplit_once(':').map_or(invite.server.as_str(), |(host, _)| host);
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    plain.eq_ignore_ascii_case("localhost") || plain.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> RoomCode {
        RoomCode::parse(b"AB3Z").unwrap()
    }

    fn tls(trust: Trust) -> Security {
        Security::Tls { key: Fingerprint::of(b"key"), trust }
    }

    #[test]
    fn an_invite_names_the_key_unless_everybody_can_check_it_or_there_is_none() {
        let key = Some(Fingerprint::of(b"key"));
        for (security, named) in [
            (Some(tls(Trust::Roots)), None),
            (Some(tls(Trust::Known)), key),
            (Some(tls(Trust::Invited)), key),
            (Some(tls(Trust::FirstContact)), key),
            (Some(Security::Plain), None),
            (None, None),
        ] {
            assert_eq!(invite("example.org", security, code(), None).key, named, "{security:?}");
        }
    }

    #[test]
    fn an_invite_names_the_port_whoever_dialed_without_one() {
        let invite = invite("example.org", None, code(), Some(Secret([9; 16])));

        assert_eq!(line(&invite), "chat-tui --join 'chat://example.org:7000/AB3Z#CQkJCQkJCQkJCQkJCQkJCQ'");
    }

    #[test]
    fn only_on_the_usual_server_a_code_says_it_all() {
        let usual = invite("localhost", None, code(), None);
        assert_eq!(short_line(&usual), "chat-tui --join AB3Z");

        let private = Invite { secret: Some(Secret([9; 16])), ..usual.clone() };
        let elsewhere = Invite { server: "example.org:7000".into(), ..usual };
        assert_eq!(short_line(&private), line(&private));
        assert_eq!(short_line(&elsewhere), "chat-tui --join 'chat://example.org:7000/AB3Z'");
    }

    #[test]
    fn an_address_of_this_machine_is_known_as_such() {
        for (server, expected) in [
            ("localhost:7000", true),
            ("127.0.0.1:7001", true),
            ("[::1]:7000", true),
            ("example.org:7000", false),
            ("192.168.1.20:7000", false),
        ] {
            assert_eq!(is_local(&invite(server, None, code(), None)), expected, "{server}");
        }
    }
}
