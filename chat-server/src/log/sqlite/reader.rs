//! Reads, beside the writer: a few connections, each used by one read at a time, on threads that may block.

use super::connection::{self, Identity};
use crate::log::ReadError;
use rusqlite::Connection;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Semaphore;

/// Reads at the same time: they wait for the disk, not for the processor.
const READERS: usize = 4;
/// Searches among them. They take as long as they may, and whoever joins or reads on is not to wait for all of them.
const SEARCHES: usize = 2;

/// The connections that only read.
pub(super) struct Readers {
    turns: Arc<Semaphore>,
    searches: Semaphore,
    pool: Arc<Pool>,
}

struct Pool {
    file: PathBuf,
    identity: Identity,
    /// None once it is closed.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(file: PathBuf, identity: Identity) -> Self {
        let pool = Pool { file, identity, idle: Mutex::new(Some(Vec::new())) };
        let (turns, searches) = (Arc::new(Semaphore::new(READERS)), Semaphore::new(SEARCHES));
        Self { turns, searches, pool: Arc::new(pool) }
    }

    /// Reads in one transaction: what is read was true at one moment. It ends with the call, so that the write-ahead
    /// log can begin again.
    ///
    /// # Errors
    /// [`ReadError`]: the file cannot be read, or is closed.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ReadError> {
        self.lend(|file| read(&*file.transaction()?)).await
    }

    /// Lends a connection out to a search.
    ///
    /// # Errors
    /// [`ReadError`]: the file cannot be read, or is closed.
    pub(super) async fn search<T: Send + 'static>(
        &self,
        search: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ReadError> {
        let _turn = self.searches.acquire().await.map_err(|_| closed())?;
        self.lend(search).await
    }

    async fn lend<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ReadError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| closed())?;
        let pool = Arc::clone(&self.pool);
        let reading = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            pool.lend(read)
        });
        reading.await.map_err(|_| closed())?
    }

    /// Ends all reads that have not begun, and lets go of the file.
    pub(super) fn close(&self) {
        self.searches.close();
        self.turns.close();
        self.pool.lock().take();
    }
}

impl Pool {
    /// A connection that failed is not used again.
    fn lend<T>(&self, read: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, ReadError> {
        let idle = self.lock().as_mut().and_then(Vec::pop);
        let mut connection = idle.map_or_else(|| self.connect(), Ok)?;
        let result = read(&mut connection).map_err(unreadable)?;
        if let Some(idle) = self.lock().as_mut() {
            idle.push(connection);
        }
        Ok(result)
    }

    /// Another file under the same name is not ours to read.
    fn connect(&self) -> Result<Connection, ReadError> {
        let connection = connection::reader(&self.file).map_err(unreadable)?;
        self.identity.check().map_err(unreadable)?;
        Ok(connection)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.idle.lock().expect("no panic under this lock")
    }
}

fn closed() -> ReadError {
    ReadError("it is closed".to_owned())
}

fn unreadable(error: impl fmt::Display) -> ReadError {
    ReadError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::sqlite::fixture::Directory;
    use std::sync::mpsc;
    use std::time::Duration;

    #[tokio::test]
    async fn whoever_reads_does_not_wait_for_everybody_who_searches() {
        let directory = Directory::new();
        let _server = directory.connect();
        let identity = Identity::of(&directory.file()).unwrap();
        let readers = Arc::new(Readers::new(directory.file(), identity));
        let searches: Vec<_> = (0..2 * READERS)
            .map(|_| {
                let (end, ended) = mpsc::channel::<()>();
                let readers = Arc::clone(&readers);
                let search = async move { readers.search(move |_| Ok(ended.recv())).await };
                (end, tokio::spawn(search))
            })
            .collect();
        tokio::task::yield_now().await;

        let read = readers.read(|file| file.query_row("SELECT 1", [], |row| row.get::<_, i64>(0)));
        let read = tokio::time::timeout(Duration::from_secs(10), read).await;

        for (end, search) in searches {
            drop(end);
            assert!(search.await.unwrap().is_ok());
        }
        assert!(matches!(read, Ok(Ok(1))), "{read:?}");
    }
}
