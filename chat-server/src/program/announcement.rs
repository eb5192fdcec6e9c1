//! What is printed at the start: what is served, and what to paste to come in.

use super::socket::Origin;
use chat_proto::Invite;
use chat_server::public_address::PublicAddress;
use chat_server::{Config, Tls};
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Where clients look for a server by themselves.
const DEFAULT_PORT: u16 = 7000;
/// Where a second line of the same thing begins.
const CONTINUED: &str = "\n              ";
/// Addresses that stand for the network beyond this machine; nothing is ever sent to them (RFC 5737, RFC 3849).
const BEYOND: [(IpAddr, SocketAddr); 2] = [
    (IpAddr::V4(Ipv4Addr::UNSPECIFIED), SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9)),
    (IpAddr::V6(Ipv6Addr::UNSPECIFIED), SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)), 9)),
];

/// What a start has to say.
pub(crate) struct Announcement<'a> {
    pub(crate) config: &'a Config,
    pub(crate) address: SocketAddr,
    pub(crate) origin: Origin,
    pub(crate) tls: &'a Tls,
    pub(crate) history: String,
}

impl Announcement<'_> {
    /// Prints it.
    pub(crate) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "chat-server {}", env!("CARGO_PKG_VERSION"))?;
        writeln!(out, "  listening   {} ({}){}", self.address, self.scope(), self.ownership())?;
        writeln!(out, "  encryption  TLS 1.3, key {}{CONTINUED}{}", self.tls.fingerprint(), self.certificate())?;
        if self.config.allow_plain {
            writeln!(out, "              not required: --allow-plain lets others do without it")?;
        }
        writeln!(out, "  history     {}", self.history.replace('\n', CONTINUED))?;
        writeln!(out, "  stop        Ctrl-C")?;
        if let Some(invite) = self.invite() {
            writeln!(out, "open a room from anywhere with{}:", self.advice())?;
            writeln!(out, "  chat-tui --server '{invite}' --create")?;
        }
        if let Some(command) = self.local_command() {
            writeln!(out, "open a room on this machine with:")?;
            writeln!(out, "  {command}")?;
        }
        out.flush()
    }

    /// A guessed address is not what the certificate is for.
    fn advice(&self) -> &'static str {
        match (&self.config.tls_cert, &self.config.public_address) {
            (Some(_), None) => " (--public-address takes the name in the certificate)",
            _ => "",
        }
    }

    fn scope(&self) -> &'static str {
        match self.address.ip() {
            ip if ip.is_unspecified() => "all interfaces",
            ip if ip.is_loopback() => "this machine only",
            _ => "this address only",
        }
    }

    fn ownership(&self) -> &'static str {
        match self.origin {
            Origin::Own => "",
            Origin::HandedOver => ", on a socket that was handed over",
        }
    }

    fn certificate(&self) -> String {
        match &self.config.tls_cert {
            Some(certificate) => format!("certificate {}", certificate.display()),
            None => format!("kept in {}", self.tls.directory().display()),
        }
    }

    /// What others paste, if there is a way for others to come in.
    fn invite(&self) -> Option<Invite> {
        let port = self.address.port();
        let server = match &self.config.public_address {
            Some(public) => public.with_port(port),
            None if self.address.ip().is_loopback() => return None,
            None if self.address.ip().is_unspecified() => towards_the_network(port),
            None => self.address.to_string(),
        };
        // A certificate that others vouch for is renewed, often with another key.
        let key = self.config.tls_cert.is_none().then(|| self.tls.fingerprint());
        Some(Invite { server, code: None, key, secret: None })
    }

    fn local_command(&self) -> Option<String> {
        let (ip, port) = (self.address.ip(), self.address.port());
        let is_found = ip.is_unspecified() || ip == Ipv4Addr::LOCALHOST || ip == Ipv6Addr::LOCALHOST;
        match is_found {
            true if port == DEFAULT_PORT => Some("chat-tui --create".to_owned()),
            _ if ip.is_unspecified() => Some(format!("chat-tui --server localhost:{port} --create")),
            _ if ip.is_loopback() => Some(format!("chat-tui --server {} --create", self.address)),
            _ => None,
        }
    }
}

/// This machine's address on the way to others, else its name.
fn towards_the_network(port: u16) -> String {
    let towards = |(from, to): (IpAddr, SocketAddr)| {
        let socket = UdpSocket::bind((from, 0)).ok()?;
        // Decides on the way out; a datagram socket sends nothing when it connects.
        socket.connect(to).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    match BEYOND.into_iter().find_map(towards) {
        Some(ip) => SocketAddr::new(ip, port).to_string(),
        None => name_of_this_machine().with_port(port),
    }
}

fn name_of_this_machine() -> PublicAddress {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    name.parse().unwrap_or_else(|_| "localhost".parse().expect("this is a name"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_server::config::Command;
    use std::ffi::OsString;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// What a server prints that was started so, and the fingerprint of its key.
    fn printed(args: &[&str], address: &str) -> (String, String) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let state = std::env::temp_dir().join(format!("chat-server-announcement-{}-{count}", std::process::id()));
        let tls = Tls::load_or_make(&state).expect("a key");
        std::fs::remove_dir_all(&state).expect("it was made just now");
        let program = [&["chat-server"], args].concat();
        let Ok(Command::Serve(config)) = Command::read(program.into_iter().map(OsString::from), |_| None) else {
            panic!("settings to serve with");
        };
        let address = address.parse().expect("an address");
        let mut out = Vec::new();
        let (origin, history) = (Origin::Own, "in memory".to_owned());
        let announcement = Announcement { config: &config, address, origin, tls: &tls, history };
        announcement.print(&mut out).expect("memory takes it");
        (String::from_utf8(out).expect("text"), tls.fingerprint().to_string())
    }

    #[test]
    fn a_server_for_all_prints_a_line_for_others_and_a_line_for_this_machine() {
        for (address, local) in [
            ("[::]:7000", "chat-tui --create"),
            ("0.0.0.0:7000", "chat-tui --create"),
            ("0.0.0.0:7001", "chat-tui --server localhost:7001 --create"),
        ] {
            let (printed, key) = printed(&["--public-address", "chat.example.org"], address);
            let port = &address[address.len() - 4..];

            assert!(printed.contains(&format!("{address} (all interfaces)")), "{printed}");
            let others = format!("  chat-tui --server 'chat://chat.example.org:{port}?key={key}' --create\n");
            assert!(printed.contains(&others), "{printed}");
            assert!(printed.ends_with(&format!("  {local}\n")), "{printed}");
        }
    }

    #[test]
    fn an_address_that_others_can_use_is_guessed() {
        let (printed, key) = printed(&[], "0.0.0.0:7000");

        let invite = printed.split('\'').nth(1).and_then(|line| Invite::parse(line).ok()).expect("an invite");
        assert!(invite.server.ends_with(":7000") && !invite.server.starts_with("0.0.0.0"), "{printed}");
        assert_eq!(invite.key.map(|key| key.to_string()), Some(key));
    }

    #[test]
    fn a_server_at_one_address_prints_that() {
        let (printed, key) = printed(&[], "192.0.2.7:7000");

        assert!(printed.contains("192.0.2.7:7000 (this address only)"), "{printed}");
        assert!(printed.ends_with(&format!("  chat-tui --server 'chat://192.0.2.7:7000?key={key}' --create\n")));
    }

    #[test]
    fn what_is_not_encrypted_is_said() {
        assert!(printed(&["--allow-plain"], "[::]:7000").0.contains("--allow-plain"));
        assert!(!printed(&[], "[::]:7000").0.contains("--allow-plain"));
    }
}
