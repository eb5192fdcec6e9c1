//! F7: somebody reads for a long time, and what is written meanwhile cannot be taken out of the write-ahead log.

use crate::healthy;
use crate::speaker::{Fate, Speaker};
use crate::support::process::data;
use crate::support::scratch::Scratch;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

const MESSAGES: usize = 500;
const AT_ONCE: usize = 20;
/// What a log may grow by before it is begun again: SQLite looks at every thousandth page of 4 KiB, and a commit is
/// written whole.
const SLACK_BYTES: u64 = 6 * 1024 * 1024;

#[tokio::test]
async fn the_write_ahead_log_grows_while_somebody_reads_and_not_after_that() {
    let home = Scratch::new();
    let server = healthy(home.path()).await;
    let mut alice = Speaker::new(server.port, "alice", 77).await;
    let file = data(home.path()).join("chat.db");
    let reader = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM entries").unwrap();

    talk(&mut alice).await;
    let held_bytes = log_bytes(&file);
    reader.execute_batch("COMMIT").unwrap();
    talk(&mut alice).await;
    talk(&mut alice).await;
    let bytes = log_bytes(&file);

    assert!(held_bytes > 7 * 1024 * 1024, "{held_bytes} bytes, so nobody held it");
    assert!(bytes < held_bytes + SLACK_BYTES, "{held_bytes} bytes grew to {bytes}");
    assert_eq!(alice.compare().await, 3 * MESSAGES);
    assert!(server.stop().await.status.success());
}

async fn talk(alice: &mut Speaker) {
    for _ in 0..MESSAGES / AT_ONCE {
        let mut last = 0;
        for _ in 0..AT_ONCE {
            last = alice.begin("a long story. ".repeat(1_150)).await.unwrap();
        }
        assert!(matches!(alice.fate(last).await, Ok(Fate::Accepted(_))));
    }
}

fn log_bytes(file: &Path) -> u64 {
    file.with_extension("db-wal").metadata().unwrap().len()
}
