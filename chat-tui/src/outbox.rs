//! The outbox on disk: messages that are not acknowledged survive the end of the program, with their ids.
//!
//! ```text
//! state directory/outbox/4f1c….json    the messages; written whole to a temporary file, then renamed
//!                        4f1c….lock    locked as long as its owner runs
//! ```
//!
//! Each running link has a file of its own, so no two ever write the same one. A file whose lock is free has lost its
//! owner; the next link of the same server and name takes its messages over. They are safe in the new file before the
//! old one goes: a crash in between leaves them twice, which their ids make harmless, and never not at all.
//!
//! What is said does not wait for the disk: if the machine itself goes down, what was said in the last seconds and not
//! accepted may be lost. What the program that ran before left is not risked again.

mod file;

use file::{Contents, Unreadable};
pub use file::{Kept, OutboxItem};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The outbox of one running link. Unlocked when dropped; its file goes if nothing is in it.
#[derive(Debug)]
pub struct Outbox {
    server: String,
    name: String,
    path: PathBuf,
    is_empty: bool,
    _lock: File,
}

/// What earlier runs left.
#[derive(Debug, Default)]
pub struct Adopted {
    pub items: Vec<Kept>,
    /// Sentences about files that could not be read.
    pub notices: Vec<String>,
}

impl Outbox {
    /// An empty outbox in `directory`, which is made if it is not there.
    pub fn open(directory: &Path, server: String, name: String) -> io::Result<Self> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let path = directory.join(format!("{:016x}.json", rand::random::<u64>()));
        let lock = open_lock(&path)?;
        lock.try_lock().map_err(|_| io::Error::other("another process took the same random file name"))?;
        Ok(Self { server, name, path, is_empty: true, _lock: lock })
    }

    /// From now on this outbox belongs to this name. Whether that is another one than before: then what is on disk is
    /// to be saved again.
    pub fn rename(&mut self, name: &str) -> bool {
        let is_other = self.name != name;
        name.clone_into(&mut self.name);
        is_other
    }

    /// Makes `items` what is on disk. No file at all if there are none.
    pub fn save(&mut self, items: &[Kept]) -> io::Result<()> {
        self.is_empty = items.is_empty();
        match self.is_empty {
            true => gone(std::fs::remove_file(&self.path)),
            false => self.write(items),
        }
    }

    fn write(&self, items: &[Kept]) -> io::Result<()> {
        let temporary = self.path.with_extension("tmp");
        let bytes = file::to_json(&self.server, &self.name, items);
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        io::Write::write_all(&mut file, &bytes)?;
        std::fs::rename(&temporary, &self.path)
    }

    /// Takes over the messages of this server and name whose owner is gone; `own` is what this outbox holds.
    pub fn adopt(&mut self, own: Vec<Kept>) -> Adopted {
        let mut adopted = Adopted::default();
        let mut orphans = Vec::new();
        for path in self.others() {
            let Some(lock) = lock_if_orphaned(&path) else { continue };
            match file::read(&path) {
                Ok(Some(contents)) if self.owns(&contents) => {
                    adopted.items.extend(contents.items);
                    orphans.push((path, lock));
                }
                Ok(_) => {}
                Err(error) => adopted.notices.push(set_aside(&path, &error)),
            }
        }
        if !orphans.is_empty() {
            self.take_over(own, orphans, &mut adopted);
        }
        adopted
    }

    fn take_over(&mut self, own: Vec<Kept>, orphans: Vec<(PathBuf, File)>, adopted: &mut Adopted) {
        let all: Vec<_> = own.into_iter().chain(adopted.items.iter().cloned()).collect();
        if let Err(error) = self.save(&all).and_then(|()| self.make_safe()) {
            adopted.notices.push(format!("messages of an earlier run stay in their old file: {error}"));
            return;
        }
        for (path, lock) in orphans {
            remove(&path);
            drop(lock);
        }
    }

    /// Waits until what is on disk would be there after a power loss.
    fn make_safe(&self) -> io::Result<()> {
        if self.is_empty {
            return Ok(());
        }
        File::open(&self.path)?.sync_all()?;
        // Not every file system knows how to do this with a directory.
        drop(File::open(self.directory()).and_then(|directory| directory.sync_all()));
        Ok(())
    }

    fn owns(&self, contents: &Contents) -> bool {
        contents.server == self.server && contents.name == self.name
    }

    fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    fn others(&self) -> Vec<PathBuf> {
        let Ok(files) = std::fs::read_dir(self.directory()) else { return Vec::new() };
        let paths = files.filter_map(|file| file.ok().map(|file| file.path()));
        let mut others: Vec<_> =
            paths.filter(|path| path.extension().is_some_and(|it| it == "json") && *path != self.path).collect();
        others.sort();
        others
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        if self.is_empty {
            remove(&self.path);
        }
    }
}

fn lock_path(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(lock_path(path))
}

fn lock_if_orphaned(path: &Path) -> Option<File> {
    let lock = open_lock(path).ok()?;
    match lock.try_lock() {
        Ok(()) => Some(lock),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => None,
    }
}

/// The messages first: whoever finds the lock alone finds nothing to send.
fn remove(path: &Path) {
    // What cannot be removed is found again next time; its ids keep it from being said twice.
    drop(std::fs::remove_file(path));
    drop(std::fs::remove_file(lock_path(path)));
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn set_aside(path: &Path, error: &Unreadable) -> String {
    let aside = path.with_extension("unreadable");
    match std::fs::rename(path, &aside) {
        Ok(()) => format!("unsent messages of an earlier run could not be read ({error}); kept in {}", aside.display()),
        Err(_) => format!("unsent messages in {} could not be read ({error})", path.display()),
    }
}
