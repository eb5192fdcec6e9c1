//! A small file that every client of a person reads when it starts and changes now and then.
//!
//! ```text
//! state directory/ignored               the lines; written whole to `ignored.tmp`, then renamed
//!                 ignored.lock          locked while somebody changes it
//!                 ignored.unreadable    what was there and could not be read, put aside
//! ```
//!
//! A change is made to what is in the file now, not to what was read at the start: two clients lose nothing of each
//! other.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// More than the longest of these files has: a wrong one is not read whole.
const BYTES_MAX: u64 = 8 * 1024 * 1024;

/// What such a file holds.
pub trait Lines: Default {
    /// What it is, and in which version: the first line.
    const HEADER: &str;

    /// Takes in one line, without its end. Nothing if it is none of ours.
    fn take(&mut self, line: &str) -> Option<()>;

    /// Every line that [`Self::take`] would take in, each with its end.
    fn write(&self, out: &mut String);
}

/// What is in the file, and a sentence about it if it could not be read. Nothing if there is no file.
pub fn load<T: Lines>(path: &Path) -> (T, Option<String>) {
    match read(path) {
        Ok(contents) => (contents, None),
        Err(error) => (T::default(), Some(format!("{} cannot be read: {error}", path.display()))),
    }
}

/// Changes what is in the file, while nobody else does. What cannot be read is put aside first.
pub fn change<T: Lines>(path: &Path, change: impl FnOnce(&mut T)) -> io::Result<()> {
    let lock = lock(path)?;
    let mut contents: T = match read(path) {
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            put_aside(path)?;
            T::default()
        }
        read => read?,
    };
    change(&mut contents);
    replace(path, text(&contents).as_bytes())?;
    drop(lock);
    Ok(())
}

/// Waits until nobody else changes the file, which need not be there, and keeps everybody else from it until it is
/// dropped.
pub fn lock(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(beside(path, "lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// Puts `contents` into the file, for its owner alone: all of it or none. Whoever does this has the [`lock`].
pub fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    // Where somebody keeps the file elsewhere and links to it, the link stays.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let temporary = beside(&path, "tmp");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(contents)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)
}

/// Moves the file out of the way, to where a person finds it.
pub fn put_aside(path: &Path) -> io::Result<()> {
    std::fs::rename(path, beside(path, "unreadable"))
}

fn read<T: Lines>(path: &Path) -> io::Result<T> {
    let mut text = String::new();
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(T::default()),
        file => file?.take(BYTES_MAX).read_to_string(&mut text)?,
    };
    parse(&text).ok_or_else(|| ErrorKind::InvalidData.into())
}

fn parse<T: Lines>(text: &str) -> Option<T> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    if lines.next() != Some(T::HEADER) {
        return None;
    }
    let mut contents = T::default();
    lines.try_for_each(|line| contents.take(line))?;
    Some(contents)
}

fn text<T: Lines>(contents: &T) -> String {
    let mut text = format!("{}\n", T::HEADER);
    contents.write(&mut text);
    text
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}
