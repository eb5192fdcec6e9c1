//! `chat-tui trust`: which key a server is known by, and another one in its place.

use super::Ending;
use crate::config;
use crate::known_servers::{Known, KnownServers, KnownServersError, Voucher};
use crate::link::wall_clock;
use chat_proto::Fingerprint;
use std::io::{self, Write};

/// Carries out `order` on `servers`, and prints to `out` what was done.
pub fn run(order: &config::Trust, servers: &KnownServers, out: impl Write) -> Ending {
    let server = order.server.server.to_lowercase();
    let done = match (order.forget, order.key.or(order.server.key)) {
        (true, _) => forget(&server, servers),
        (false, Some(key)) => accept(&server, key, servers),
        (false, None) => show(&server, servers),
    };
    match done {
        Ok(Some(words)) => print(out, &words),
        Ok(None) => Ending::Refused(format!("nothing is known of {server}")),
        Err(error) => Ending::Refused(error.to_string()),
    }
}

fn show(server: &str, servers: &KnownServers) -> Result<Option<String>, KnownServersError> {
    let page = servers.read()?;
    Ok(page.find(server)?.map(|known| format!("{server} {}", described(known))))
}

fn accept(server: &str, key: Fingerprint, servers: &KnownServers) -> Result<Option<String>, KnownServersError> {
    let before = servers.replace(server, Voucher::Key(key), wall_clock())?;
    let before = before.map_or_else(|| "nothing was known of it".to_owned(), |known| described(&known));
    Ok(Some(format!("{server} is trusted with the key {key} from now on\nbefore: {before}")))
}

fn forget(server: &str, servers: &KnownServers) -> Result<Option<String>, KnownServersError> {
    let known = servers.forget(server)?;
    Ok(known.map(|known| format!("{server} is forgotten\nbefore: {}", described(&known))))
}

fn described(known: &Known) -> String {
    let since = if known.date.is_empty() { String::new() } else { format!(" since {}", known.date) };
    match known.voucher {
        Voucher::Key(key) => format!("has the key {key}{since}"),
        Voucher::Roots => format!("is vouched for by the certificate roots of the system{since}"),
    }
}

fn print(mut out: impl Write, words: &str) -> Ending {
    match writeln!(out, "{words}") {
        Ok(()) => Ending::Done,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ending::Done,
        Err(error) => Ending::Refused(format!("cannot print: {error}")),
    }
}
