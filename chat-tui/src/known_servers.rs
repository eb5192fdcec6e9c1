//! Which server has which key: `known_servers`, in the data directory beside the identity.
//!
//! ```text
//! # a comment
//! chat.example.org:7000 <fingerprint> 2026-11-23
//! chat.example.net:7000 roots 2026-11-23            the certificate roots vouched for it
//! ```
//!
//! Read at each dial. Written whole to a temporary file, then renamed, under the lock of `known_servers.lock`: two
//! clients never lose each other's lines. Lines that are none are kept as they are.

use crate::place::{self, Homeless};
use crate::shared_file;
use chat_proto::{Fingerprint, UnixMillis};
use chrono::DateTime;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const FILE: &str = "known_servers";
/// What stands in the place of a key where the roots vouch.
const ROOTS: &str = "roots";
const COMMENT: u8 = b'#';
const HEAD: &[u8] = b"# Servers and their keys, as this person met them. chat-tui trust shows and changes a line.\n";
/// Ten thousand servers.
const BYTES_MAX: u64 = 1024 * 1024;

/// Why nobody can tell which servers are known. Never a reason to trust one. Each is a sentence for a person.
#[derive(Debug, thiserror::Error)]
pub enum KnownServersError {
    #[error(transparent)]
    Homeless(#[from] Homeless),
    #[error("cannot read the known servers in {path}: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error("{path} is larger than {BYTES_MAX} bytes, so it is no file of known servers; move it away")]
    TooLarge { path: String },
    #[error("line {line} of {path} is about {server}, and damaged; mend it, or: chat-tui trust --forget {server}")]
    Damaged { line: usize, path: String, server: String },
    #[error("cannot write the known servers to {path}: {source}")]
    Unwritable { path: String, source: io::Error },
}

/// What vouched for a server when it was last new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voucher {
    /// Its key alone.
    Key(Fingerprint),
    /// The certificate roots of the system, whatever its key.
    Roots,
}

/// A server that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub voucher: Voucher,
    /// The day it was written down, like `2026-11-23`; empty if somebody left it out.
    pub date: String,
}

/// The file, and what could not be written to it.
#[derive(Debug, Clone)]
pub struct KnownServers {
    path: Result<PathBuf, Homeless>,
    /// Servers whose line would not go to the disk: they are known for as long as this is, so that cutting a connection
    /// does not make a first contact of the next one.
    unwritten: Arc<Mutex<Vec<(String, Voucher, UnixMillis)>>>,
}

impl KnownServers {
    /// In the data directory of whoever runs the program.
    pub fn usual() -> Self {
        Self::new(place::data().map(|directory| directory.join(FILE)))
    }

    /// In this file, which need not be there.
    pub fn at(path: PathBuf) -> Self {
        Self::new(Ok(path))
    }

    fn new(path: Result<PathBuf, Homeless>) -> Self {
        Self { path, unwritten: Arc::default() }
    }

    /// What stands in it now, and what should.
    pub fn read(&self) -> Result<Page, KnownServersError> {
        let mut page = Page::read(self.path()?)?;
        for (server, voucher, now) in self.unwritten().iter() {
            if matches!(page.find(server), Ok(None)) {
                page.add(server, *voucher, *now);
            }
        }
        Ok(page)
    }

    /// Writes `server` down, unless it stands there already: then nothing changes, and this is what stands there.
    pub fn remember(
        &self,
        server: &str,
        voucher: Voucher,
        now: UnixMillis,
    ) -> Result<Option<Known>, KnownServersError> {
        let written = self.change(|page| {
            let known = page.find(server)?.cloned();
            if known.is_none() {
                page.add(server, voucher, now);
            }
            Ok(known)
        });
        if let Err(KnownServersError::Unwritable { .. }) = written {
            self.unwritten().push((server.to_owned(), voucher, now));
        }
        written
    }

    /// Writes `server` down in the place of what stood there, which is returned.
    pub fn replace(&self, server: &str, voucher: Voucher, now: UnixMillis) -> Result<Option<Known>, KnownServersError> {
        self.change(|page| {
            let before = page.remove(server);
            page.add(server, voucher, now);
            Ok(before)
        })
    }

    /// Strikes `server` out, also where its line is damaged; returns what stood there.
    pub fn forget(&self, server: &str) -> Result<Option<Known>, KnownServersError> {
        self.change(|page| Ok(page.remove(server)))
    }

    fn unwritten(&self) -> MutexGuard<'_, Vec<(String, Voucher, UnixMillis)>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self) -> Result<&Path, KnownServersError> {
        self.path.as_deref().map_err(|homeless| (*homeless).into())
    }

    /// Reads, changes and writes, while nobody else does.
    fn change<T>(&self, act: impl FnOnce(&mut Page) -> Result<T, KnownServersError>) -> Result<T, KnownServersError> {
        let path = self.path()?;
        let unwritable = |source| KnownServersError::Unwritable { path: shown(path), source };
        let lock = shared_file::lock(path).map_err(unwritable)?;
        let mut page = self.read()?;
        let outcome = act(&mut page)?;
        if page.is_changed {
            shared_file::replace(path, &page.bytes()).map_err(unwritable)?;
        }
        drop(lock);
        Ok(outcome)
    }
}

/// What stands in the file at one time.
#[derive(Debug)]
pub struct Page {
    path: PathBuf,
    lines: Vec<Line>,
    is_changed: bool,
}

/// A line, and what it says.
#[derive(Debug)]
struct Line {
    bytes: Vec<u8>,
    server: String,
    says: Says,
}

#[derive(Debug)]
enum Says {
    /// A comment, or nothing.
    Nothing,
    Known(Known),
    /// Something that nobody understands.
    Damaged,
}

impl Page {
    fn read(path: &Path) -> Result<Self, KnownServersError> {
        let unreadable = |source| KnownServersError::Unreadable { path: shown(path), source };
        let mut bytes = Vec::new();
        match File::open(path) {
            Ok(file) => file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?,
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Err(error) => return Err(unreadable(error)),
        };
        if bytes.len() as u64 > BYTES_MAX {
            return Err(KnownServersError::TooLarge { path: shown(path) });
        }
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').map(Line::read).collect();
        Ok(Self { path: path.to_owned(), lines, is_changed: false })
    }

    /// What is known of `server` (`host:port`, in any case).
    ///
    /// # Errors
    /// [`KnownServersError::Damaged`] if a line names it and says no more: whoever damaged it may be who answers.
    pub fn find(&self, server: &str) -> Result<Option<&Known>, KnownServersError> {
        let server = server.to_lowercase();
        let mut about = self.lines.iter().enumerate().filter(|(_, line)| line.server == server);
        match about.next() {
            Some((_, Line { says: Says::Known(known), .. })) => Ok(Some(known)),
            Some((at, _)) => Err(KnownServersError::Damaged { line: at + 1, path: shown(&self.path), server }),
            None => Ok(None),
        }
    }

    /// A sentence about each line that nobody understands.
    pub fn complaints(&self) -> Vec<String> {
        let damaged = self.lines.iter().enumerate().filter(|(_, line)| matches!(line.says, Says::Damaged));
        damaged.map(|(at, _)| format!("line {} of {} is damaged, and passed over", at + 1, shown(&self.path))).collect()
    }

    fn add(&mut self, server: &str, voucher: Voucher, now: UnixMillis) {
        self.end_last_line();
        let key = match voucher {
            Voucher::Key(key) => key.to_string(),
            Voucher::Roots => ROOTS.to_owned(),
        };
        let line = format!("{} {key} {}\n", server.to_lowercase(), day(now));
        self.lines.push(Line::read(line.as_bytes()));
        self.is_changed = true;
    }

    fn remove(&mut self, server: &str) -> Option<Known> {
        let server = server.to_lowercase();
        let struck: Vec<Line> = self.lines.extract_if(.., |line| line.server == server).collect();
        self.is_changed |= !struck.is_empty();
        struck.into_iter().find_map(|line| if let Says::Known(known) = line.says { Some(known) } else { None })
    }

    /// Somebody's editor may have left out the newline at the end.
    fn end_last_line(&mut self) {
        if let Some(line) = self.lines.last_mut().filter(|line| !line.bytes.ends_with(b"\n")) {
            line.bytes.push(b'\n');
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let has_head = self.lines.first().is_some_and(|line| line.bytes.first() == Some(&COMMENT));
        let head = if has_head { &[] } else { HEAD };
        let lines = self.lines.iter().map(|line| line.bytes.as_slice());
        std::iter::once(head).chain(lines).collect::<Vec<_>>().concat()
    }
}

impl Line {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut words = text.split_whitespace();
        let server = words.next().unwrap_or_default().to_lowercase();
        let says = match server.as_bytes().first() {
            None | Some(&COMMENT) => return Self { bytes: bytes.to_vec(), server: String::new(), says: Says::Nothing },
            Some(_) => known(words).map_or(Says::Damaged, Says::Known),
        };
        Self { bytes: bytes.to_vec(), server, says }
    }
}

/// What stands behind the server.
fn known<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<Known> {
    let voucher = match words.next()? {
        ROOTS => Voucher::Roots,
        key => Voucher::Key(Fingerprint::parse(key)?),
    };
    let date = words.next().unwrap_or_default().to_owned();
    words.next().is_none().then_some(Known { voucher, date })
}

fn day(now: UnixMillis) -> String {
    DateTime::from_timestamp_millis(now.0).unwrap_or_default().format("%Y-%m-%d").to_string()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
