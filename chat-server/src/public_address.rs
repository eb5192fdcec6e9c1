//! Under which address others reach the server, as its operator types it.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// `HOST` or `HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// A name, or an address in the form that stands before a port.
    host: String,
    port: Option<u16>,
}

/// Not a host, nor a host and a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public address is HOST or HOST:PORT, like chat.example.org:7000")]
pub struct PublicAddressError;

impl PublicAddress {
    /// With a port, which is `port` if none was typed.
    pub fn with_port(&self, port: u16) -> String {
        format!("{}:{}", self.host, self.port.unwrap_or(port))
    }
}

impl fmt::Display for PublicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

impl FromStr for PublicAddress {
    type Err = PublicAddressError;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let bare = typed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(typed);
        if let Ok(ip) = bare.parse() {
            return Ok(Self { host: literal(ip), port: None });
        }
        if let Ok(address) = typed.parse::<SocketAddr>() {
            return Ok(Self { host: literal(address.ip()), port: Some(address.port()) });
        }
        let (host, port) = match typed.split_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| PublicAddressError)?)),
            None => (typed, None),
        };
        let is_name = !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || "-._".contains(c));
        if is_name { Ok(Self { host: host.to_owned(), port }) } else { Err(PublicAddressError) }
    }
}

fn literal(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_an_address_with_a_port() {
        for (typed, address) in [
            ("chat.example.org", "chat.example.org:7000"),
            ("chat.example.org:443", "chat.example.org:443"),
            ("192.0.2.7", "192.0.2.7:7000"),
            ("192.0.2.7:1", "192.0.2.7:1"),
            ("2001:db8::1", "[2001:db8::1]:7000"),
            ("[2001:db8::1]", "[2001:db8::1]:7000"),
            ("[2001:db8::1]:1", "[2001:db8::1]:1"),
        ] {
            assert_eq!(typed.parse::<PublicAddress>().map(|it| it.with_port(7000)), Ok(address.to_owned()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for typed in ["", ":7000", "host:", "host:70000", "a b", "chat://host", "host/AB3Z", "[host]:1", "it's"] {
            assert_eq!(typed.parse::<PublicAddress>(), Err(PublicAddressError), "{typed}");
        }
    }
}
