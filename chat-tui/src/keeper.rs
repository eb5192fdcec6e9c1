//! Keeps on disk what later runs want to know, on a thread of its own: a lock that somebody else holds never holds up
//! the screen.

use crate::drafts::{self, Drafts};
use crate::ignored::{self, Ignored};
use crate::known_conversations::{Conversation, KnownConversations};
use crate::known_people::{KnownPeople, Meeting};
use crate::known_terminals::{KnownTerminals, Met};
use crate::link::wall_clock;
use crate::looks::Remembered;
use crate::recent::{self, Store};
use crate::shared_file;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// Notes that wait to be written. A server that introduces more people at once than a disk takes is not worth waiting
/// for: what does not fit is not kept.
const WAITING_MAX: usize = 1_024;
/// How long the end of the program waits for what is not written yet.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    Met(Vec<Meeting>),
    Ignored(ignored::Change),
    Recent(recent::Change),
    Conversation(Conversation),
    Draft(drafts::Change),
    Terminal(Met),
    /// The theme that was chosen.
    Theme(String),
}

/// What earlier runs kept of people, terminals and choices, and what was being written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    pub known: KnownPeople,
    pub ignored: Ignored,
    pub terminals: KnownTerminals,
    pub drafts: Drafts,
    pub conversations: KnownConversations,
    /// The theme that was chosen.
    pub theme: Option<String>,
    /// What could not be read, as a sentence.
    pub problem: Option<String>,
}

/// Reads what earlier runs kept in `directory`; nothing without one.
pub fn load(directory: Option<&Path>) -> Kept {
    let Some(directory) = directory else { return Kept::default() };
    let (known, of_known) = shared_file::load(&known_path(directory));
    let (ignored, of_ignored) = shared_file::load(&ignored_path(directory));
    // Of terminals nothing is lost that is not soon found out again; of conversations, the server knows the most.
    let (terminals, _) = shared_file::load(&terminals_path(directory));
    let (conversations, _) = shared_file::load(&conversations_path(directory));
    let (drafts, of_drafts) = shared_file::load(&drafts_path(directory));
    let (remembered, of_theme) = shared_file::load::<Remembered>(&theme_path(directory));
    let problem = of_known.or(of_ignored).or(of_drafts).or(of_theme);
    Kept { known, ignored, terminals, drafts, conversations, theme: remembered.theme, problem }
}

/// Writes notes down in their order.
#[derive(Debug)]
pub struct Keeper {
    notes: mpsc::SyncSender<Note>,
    done: oneshot::Receiver<()>,
}

impl Keeper {
    /// # Errors
    /// There is no thread to be had.
    pub fn start(directory: PathBuf) -> io::Result<Self> {
        let (notes, to_write) = mpsc::sync_channel(WAITING_MAX);
        let (finished, done) = oneshot::channel();
        thread::Builder::new().name("keeper".to_owned()).spawn(move || {
            for note in to_write {
                write(&directory, &note);
            }
            // Nobody may wait for it any more.
            let _ = finished.send(());
        })?;
        Ok(Self { notes, done })
    }

    pub fn keep(&self, note: Note) {
        if self.notes.try_send(note).is_err() {
            tracing::warn!("too much is waiting to be written down for later runs");
        }
    }

    /// Waits until everything is written, but not for ever.
    pub async fn close(self) {
        drop(self.notes);
        let _ = tokio::time::timeout(PATIENCE, self.done).await;
    }
}

fn write(directory: &Path, note: &Note) {
    let written = match note {
        Note::Met(meetings) => {
            shared_file::change(&known_path(directory), |known: &mut KnownPeople| known.remember(meetings))
        }
        Note::Ignored(change) => {
            shared_file::change(&ignored_path(directory), |ignored: &mut Ignored| ignored.apply(change))
        }
        Note::Terminal(met) => {
            shared_file::change(&terminals_path(directory), |known: &mut KnownTerminals| known.remember(met))
        }
        Note::Theme(name) => shared_file::change(&theme_path(directory), |remembered: &mut Remembered| {
            remembered.theme = Some(name.clone());
        }),
        Note::Conversation(it) => {
            shared_file::change(&conversations_path(directory), |known: &mut KnownConversations| known.remember(it))
        }
        Note::Draft(change) => shared_file::change(&drafts_path(directory), |drafts: &mut Drafts| drafts.apply(change)),
        Note::Recent(change) => Store::new(directory).change(change.clone(), wall_clock()),
    };
    if let Err(error) = written {
        tracing::warn!(%error, "something for later runs could not be written down");
    }
}

fn known_path(directory: &Path) -> PathBuf {
    directory.join("known_people")
}

fn terminals_path(directory: &Path) -> PathBuf {
    directory.join("terminals")
}

fn conversations_path(directory: &Path) -> PathBuf {
    directory.join("known_conversations")
}

fn drafts_path(directory: &Path) -> PathBuf {
    directory.join("drafts")
}

fn theme_path(directory: &Path) -> PathBuf {
    directory.join("theme")
}

fn ignored_path(directory: &Path) -> PathBuf {
    directory.join("ignored")
}
