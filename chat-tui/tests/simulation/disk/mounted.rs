//! A disk as a server uses it: what it hands over waits for its turn, what it reads takes its time.

use super::{Mount, Waits, Write};
use crate::fact::Fact;
use chat_proto::frame::{Durability, Keep, Label};
use chat_proto::{PersonId, PostId, RoomId, UnixMillis};
use chat_server::log::record::{Fact as Kept, Record, Restored, RoomRecord};
use chat_server::log::search::{Findings, Query};
use chat_server::log::{
    Completion, Draft, Finding, Later, Log, Logs, Range, ReadError, Reading, Slice, StorageFailure, Written,
};
use std::sync::Arc;

/// What a server is given.
pub(crate) struct Mounted(pub(crate) Arc<Mount>);

impl Logs for Mounted {
    fn restore(&self) -> Restored {
        self.0.restored.lock().unwrap().take().unwrap_or_default()
    }

    fn open(&self, room: RoomId, record: &RoomRecord) -> Arc<dyn Log> {
        self.0.put(Write::Open(room, record.clone()), Waits::Nobody);
        MountedLog::of(&self.0, room)
    }

    fn erase(&self, room: RoomId) {
        self.0.put(Write::Erase(room), Waits::Nobody);
    }

    fn keep(&self, facts: Vec<Kept>) -> Written {
        let (sender, written) = Written::later();
        self.0.put(Write::Facts(facts), Waits::Sender(sender));
        written
    }

    fn sweep(&self, now: UnixMillis) {
        self.0.inner.sweep(now);
    }

    fn label(&self, keep: Keep) -> Label {
        Label { durability: Durability::Disk, ..self.0.inner.label(keep) }
    }

    fn describe(&self) -> String {
        "on a simulated disk".to_owned()
    }

    fn failed(&self) -> Later<StorageFailure> {
        let broken = self.0.broken.clone();
        Box::pin(async move {
            broken.cancelled().await;
            StorageFailure("the disk is broken".to_owned())
        })
    }

    fn close(&self) -> Later<()> {
        let (sender, written) = Written::later();
        self.0.put(Write::Facts(Vec::new()), Waits::Sender(sender));
        let mount = Arc::clone(&self.0);
        Box::pin(async move {
            tokio::select! {
                () = written.wait() => {}
                () = mount.dead.cancelled() => {}
                () = mount.broken.cancelled() => {}
            }
        })
    }
}

/// One room's log.
pub(super) struct MountedLog {
    mount: Arc<Mount>,
    room: RoomId,
    inner: Arc<dyn Log>,
}

impl MountedLog {
    pub(super) fn of(mount: &Arc<Mount>, room: RoomId) -> Arc<dyn Log> {
        Arc::new(Self { mount: Arc::clone(mount), room, inner: mount.inner_log(room).0 })
    }

    /// What a read finds when it has taken its time.
    fn slowly<'a, T: Send + 'a>(
        &'a self,
        read: impl Future<Output = Result<T, ReadError>> + Send + 'a,
    ) -> Reading<'a, T> {
        let millis = self.mount.disk.habits.read_millis;
        let wait = self.mount.disk.roll(millis);
        Box::pin(async move {
            tokio::time::sleep(wait).await;
            if self.mount.dead.is_cancelled() {
                return Err(ReadError("the server is gone".to_owned()));
            }
            read.await
        })
    }
}

impl Log for MountedLog {
    fn append(&self, drafts: Arc<[Draft]>, done: Completion) {
        for id in drafts.iter().filter_map(|draft| draft.post) {
            let (server, room) = (self.mount.server, self.room);
            self.mount.disk.chronicle.note(&Fact::Submitted { server, room, id });
        }
        self.mount.put(Write::Append(self.room, drafts), Waits::Room(done));
    }

    fn keep(&self, records: Vec<Record>) {
        self.mount.put(Write::Records(self.room, records), Waits::Nobody);
    }

    fn read(&self, range: Range) -> Reading<'_, Slice> {
        self.slowly(async move { Ok(self.mount.undisguised(self.inner.read(range).await?)) })
    }

    fn page(&self, range: Range) -> Reading<'_, Slice> {
        self.slowly(async move { Ok(self.mount.undisguised(self.inner.page(range).await?)) })
    }

    fn find(&self, person: PersonId, post: PostId) -> Reading<'_, Finding> {
        self.slowly(self.inner.find(person, post))
    }

    fn search(&self, query: Query) -> Reading<'_, Findings> {
        self.slowly(self.inner.search(query))
    }
}
