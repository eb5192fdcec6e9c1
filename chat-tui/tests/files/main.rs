//! What the client keeps on disk: its identity, the servers it knows, its outbox, the log of a server it hosts; and
//! what it writes for somebody.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod drafts;
mod export;
mod hosting;
mod identity;
mod known_servers;
mod outbox;
mod people;
mod recent;
mod themes;

use std::path::PathBuf;

/// A directory of a test's own, gone when dropped.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("chat-files-{:016x}", rand::random::<u64>()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
