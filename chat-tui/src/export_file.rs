//! A file that is written for somebody: never one that was there before, and nothing is left of it unless it is whole.

use crate::export::{FileEvent, FileStep};
use chat_proto::text::visible_line;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file there is, as far as it was written. Dropped before it is finished, it is removed.
#[derive(Debug)]
struct Draft {
    file: File,
    path: PathBuf,
    is_whole: bool,
}

/// A place for one file at a time.
#[derive(Debug, Default)]
pub struct Desk(Option<Draft>);

impl Desk {
    /// Does what is asked.
    pub fn carry_out(&mut self, step: FileStep, home: Option<OsString>) -> FileEvent {
        let done = match step {
            FileStep::Create(typed) => self.create(&typed, home),
            FileStep::Write(bytes) => self.write(&bytes),
            FileStep::Finish => self.finish(),
            FileStep::Discard => {
                self.0 = None;
                Ok(())
            }
        };
        match done {
            Ok(()) => FileEvent::Ready,
            Err(sentence) => {
                self.0 = None;
                FileEvent::Failed(visible_line(sentence.as_bytes()))
            }
        }
    }

    fn create(&mut self, typed: &str, home: Option<OsString>) -> Result<(), String> {
        let path = path(typed, home)?;
        // A link at its place is something that is there, wherever it leads.
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(|error| not_made(&path, &error))?;
        self.0 = Some(Draft { file, path, is_whole: false });
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let Some(draft) = &mut self.0 else { return Ok(()) };
        draft.file.write_all(bytes).map_err(|error| not_written(&draft.path, &error))
    }

    fn finish(&mut self) -> Result<(), String> {
        let Some(draft) = &mut self.0 else { return Ok(()) };
        draft.file.sync_all().map_err(|error| not_written(&draft.path, &error))?;
        draft.is_whole = true;
        self.0 = None;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_whole {
            // Somebody else may have removed it already.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Where a name leads that somebody typed: `~` is home, and what is relative begins where the program was started.
fn path(typed: &str, home: Option<OsString>) -> Result<PathBuf, String> {
    match typed.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            let home =
                home.filter(|home| !home.is_empty()).ok_or("nobody knows where ~ is here: write the whole path")?;
            Ok(Path::new(&home).join(rest.trim_start_matches('/')))
        }
        _ => Ok(PathBuf::from(typed)),
    }
}

fn not_made(path: &Path, error: &io::Error) -> String {
    let (shown, parent) = (path.display(), path.parent().filter(|parent| *parent != Path::new("")));
    let parent = parent.map_or_else(|| "this directory".to_owned(), |parent| parent.display().to_string());
    match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::IsADirectory if path.is_dir() => {
            format!("{shown} is a directory: name a file in it, like {}", path.join("notes.txt").display())
        }
        ErrorKind::AlreadyExists => format!("{shown} is there already and was not touched: choose another name"),
        ErrorKind::NotFound => format!("there is no directory {parent}: make it first, or choose another one"),
        ErrorKind::IsADirectory => format!("{shown} is a directory: name a file in it"),
        ErrorKind::NotADirectory => format!("{parent} is no directory: choose another one"),
        ErrorKind::PermissionDenied => format!("you may not write into {parent}: choose another directory"),
        ErrorKind::ReadOnlyFilesystem => format!("nothing can be written into {parent}: choose another directory"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => format!("there is no space left for {shown}"),
        ErrorKind::InvalidFilename => format!("{shown} is too long for the name of a file: choose a shorter one"),
        _ => format!("{shown} cannot be made: {error}"),
    }
}

fn not_written(path: &Path, error: &io::Error) -> String {
    let shown = path.display();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!("the disk is full: what was written of {shown} is removed again")
        }
        ErrorKind::FileTooLarge => format!("{shown} would be too large: what was written of it is removed again"),
        _ => format!("{shown} cannot be written: {error}; what was written of it is removed again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_and_nothing_is_left() {
        let path = std::env::temp_dir().join(format!("chat-full-{:016x}", rand::random::<u64>()));
        std::fs::write(&path, "what fitted").unwrap();
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut desk = Desk(Some(Draft { file, path: path.clone(), is_whole: false }));

        let event = desk.carry_out(FileStep::Write(vec![0; 10]), None);

        assert!(matches!(&event, FileEvent::Failed(sentence) if sentence.contains("the disk is full")), "{event:?}");
        assert!(!path.exists());
        assert_eq!(desk.carry_out(FileStep::Finish, None), FileEvent::Ready, "there is nothing to finish");
    }
}
