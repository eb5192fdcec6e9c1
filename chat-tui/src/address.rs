//! Addresses of servers, as people type them.

use chat_proto::Fingerprint;
use chat_proto::invite::{Invite, InviteError};
use std::net::Ipv6Addr;

/// The port of a server that does not say otherwise.
const PORT: u16 = 7000;
/// The server if none is named.
pub const DEFAULT_SERVER: &str = "localhost:7000";

/// Why something typed is no address. Each is a sentence for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("a server is needed, like localhost:7000 or chat.example.org")]
    Empty,
    #[error("a port is a number from 1 to 65535")]
    Port,
    #[error("a host has letters, digits, dots and dashes; an IPv6 address stands in brackets, like [::1]:7000")]
    Host,
    #[error(transparent)]
    Invite(#[from] InviteError),
    #[error("this invite leads to a room: it belongs behind --join, and a server alone is chat://host:port?key=…")]
    Room,
}

/// A server, and the key that it must have if an invite named one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `host:port`.
    pub server: String,
    pub key: Option<Fingerprint>,
}

impl Address {
    /// Reads an address as [`server_address`] does, or an invite that names no room.
    pub fn parse(typed: &str) -> Result<Self, AddressError> {
        if !Invite::is_meant(typed) {
            return Ok(Self { server: server_address(typed)?, key: None });
        }
        match Invite::parse(typed)? {
            Invite { server, code: None, key, secret: None } => Ok(Self { server: server_address(&server)?, key }),
            _ => Err(AddressError::Room),
        }
    }
}

/// The address as [`server_address`] makes it. What is none stays as it is: whoever dials it tells.
pub fn dialed_address(typed: &str) -> String {
    server_address(typed).unwrap_or_else(|_| typed.to_owned())
}

/// Whether two addresses, as typed, are one server.
pub fn is_same_server(typed: &str, other: &str) -> bool {
    dialed_address(typed) == dialed_address(other)
}

/// `host:port`, from `host`, `host:port`, `[::1]`, `[::1]:port` or a bare IPv6 address, with space around it.
/// However it is typed, one server has one spelling: what is known of it is found under that.
pub fn server_address(typed: &str) -> Result<String, AddressError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(AddressError::Empty);
    }
    if let Ok(address) = typed.parse::<Ipv6Addr>() {
        return Ok(format!("[{address}]:{PORT}"));
    }
    let (host, port) = match typed.strip_prefix('[') {
        Some(rest) => bracketed(rest)?,
        None => named(typed)?,
    };
    Ok(format!("{host}:{port}"))
}

fn bracketed(rest: &str) -> Result<(String, u16), AddressError> {
    let (inside, behind) = rest.split_once(']').ok_or(AddressError::Host)?;
    // A link-local address carries its zone.
    let (address, zone) = inside.split_once('%').map_or((inside, None), |(address, zone)| (address, Some(zone)));
    let address: Ipv6Addr = address.parse().map_err(|_| AddressError::Host)?;
    if !zone.is_none_or(is_host) {
        return Err(AddressError::Host);
    }
    let zone = zone.map_or_else(String::new, |zone| format!("%{zone}"));
    let port = match behind {
        "" => PORT,
        _ => port(behind.strip_prefix(':').ok_or(AddressError::Port)?)?,
    };
    Ok((format!("[{address}{zone}]"), port))
}

fn named(typed: &str) -> Result<(String, u16), AddressError> {
    let (host, port) = match typed.split_once(':') {
        Some((host, digits)) => (host, port(digits)?),
        None => (typed, PORT),
    };
    match is_host(host) {
        true => Ok((host.to_lowercase(), port)),
        false => Err(AddressError::Host),
    }
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

fn port(digits: &str) -> Result<u16, AddressError> {
    match digits.parse() {
        Ok(0) | Err(_) => Err(AddressError::Port),
        Ok(port) => Ok(port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invite_to_a_server_is_an_address_with_a_key() {
        let key = Fingerprint::of(b"key");

        let address = Address::parse(&format!(" chat://Chat.example.org?key={key} "));

        assert_eq!(address, Ok(Address { server: "chat.example.org:7000".into(), key: Some(key) }));
        assert_eq!(Address::parse("example"), Ok(Address { server: "example:7000".into(), key: None }));
    }

    #[test]
    fn an_invite_to_a_room_or_a_damaged_one_is_no_address() {
        for (typed, error) in [
            ("chat://localhost/AB3Z", AddressError::Room),
            ("chat://localhost#AAAAAAAAAAAAAAAAAAAAAA", AddressError::Room),
            ("chat://localhost?key=short", AddressError::Invite(InviteError::Key)),
            ("chat://a b", AddressError::Host),
        ] {
            assert_eq!(Address::parse(typed), Err(error), "{typed}");
        }
    }

    #[test]
    fn one_server_has_one_spelling() {
        for (typed, meant) in [
            ("Chat.Example.ORG:07443", "chat.example.org:7443"),
            ("[0:0:0:0:0:0:0:1]:7000", "[::1]:7000"),
            ("2001:DB8:0::1", "[2001:db8::1]:7000"),
            ("[FE80:0::1%eth0]", "[fe80::1%eth0]:7000"),
        ] {
            assert_eq!(server_address(typed).as_deref(), Ok(meant), "{typed}");
        }
    }

    #[test]
    fn a_zone_has_letters_and_digits_like_a_host() {
        for typed in ["[fe80::1%e'x]", "[fe80::1%\x1b[2J]", "[fe80::1%a b]", "[fe80::1%a\nb]", "[fe80::1%]"] {
            assert_eq!(server_address(typed), Err(AddressError::Host), "{typed:?}");
        }
    }

    #[test]
    fn an_address_is_understood_as_people_type_it() {
        for (typed, meant) in [
            ("localhost", Ok("localhost:7000")),
            (" chat.example.org:7443 ", Ok("chat.example.org:7443")),
            ("10.0.0.7", Ok("10.0.0.7:7000")),
            ("[::1]:7001", Ok("[::1]:7001")),
            ("[::1]", Ok("[::1]:7000")),
            ("::1", Ok("[::1]:7000")),
            ("[fe80::1%eth0]:7000", Ok("[fe80::1%eth0]:7000")),
            ("", Err(AddressError::Empty)),
            ("localhost:", Err(AddressError::Port)),
            ("localhost:0", Err(AddressError::Port)),
            ("localhost:70000", Err(AddressError::Port)),
            ("localhost:7000:7000", Err(AddressError::Port)),
            ("[::1]7000", Err(AddressError::Port)),
            ("[localhost]", Err(AddressError::Host)),
            ("[::1", Err(AddressError::Host)),
            (":7000", Err(AddressError::Host)),
            ("http://localhost", Err(AddressError::Port)),
            ("a b", Err(AddressError::Host)),
            ("\x1b[2J", Err(AddressError::Host)),
        ] {
            assert_eq!(server_address(typed), meant.map(str::to_owned), "{typed:?}");
        }
    }
}
