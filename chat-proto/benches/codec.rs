//! What one thread does in a second: `cargo bench -p chat-proto`.
//!
//! Figures for comparing two builds on one quiet machine, and no pass or fail.

use bytes::{Bytes, BytesMut};
use chat_proto::codec::{self, FrameCodec, Payload};
use chat_proto::entry::{Author, Entry, EntryBody, PersonId, PostId, RoomId, Seq, UnixMillis};
use chat_proto::{Frame, ServerFrame, Text, text};
use std::hint::black_box;
use std::time::{Duration, Instant};
use tokio_util::codec::Decoder;

const ROOM: RoomId = RoomId([7; 16]);
const BATCH_ENTRIES: usize = 64;
const MEASURED_FOR: Duration = Duration::from_millis(500);

fn main() {
    let message = "the build is green, and the tests ran on both machines; shall we ship it on Monday? 👋";
    let entry = entry(message);
    let encoded = vec![codec::entry_bytes(&entry); BATCH_ENTRIES];
    let batch = codec::batch(ROOM, encoded.len(), encoded.iter().map(AsRef::as_ref));
    let pasted = message.repeat(16 * 1024 / message.len());

    measure("judge and clean a message of 90 bytes", || Text::parse(black_box(message.as_bytes())));
    measure("judge and clean a message of 16 KiB", || Text::parse(black_box(pasted.as_bytes())));
    measure("make 16 KiB visible", || text::visible(black_box(pasted.as_bytes())));
    measure("encode an entry", || codec::entry_bytes(black_box(&entry)));
    measure("put 64 encoded entries into a batch", || {
        codec::batch(ROOM, encoded.len(), black_box(&encoded).iter().map(AsRef::as_ref))
    });
    measure("read a batch of 64 entries", || read(black_box(&batch)));
}

fn entry(message: &str) -> Entry {
    Entry {
        seq: Seq(100_001),
        prev: Seq(100_000),
        time: UnixMillis(1_795_356_180_000),
        author: Author { person: PersonId(7), name: Bytes::from_static(b"alice") },
        post: Some(PostId { instance: u64::MAX, n: 1_000 }),
        body: EntryBody::Message(Bytes::copy_from_slice(message.as_bytes())),
    }
}

fn read(batch: &Bytes) -> Option<ServerFrame> {
    let mut inbox = BytesMut::from(&batch[..]);
    let payload = FrameCodec::new(batch.len()).decode(&mut inbox).expect("within the limit");
    let Some(Payload::Frame(raw)) = payload else { panic!("a whole frame") };
    ServerFrame::decode(raw.kind, raw.body).expect("a batch")
}

#[expect(clippy::print_stdout, reason = "a benchmark is run to be read")]
fn measure<T>(what: &str, mut work: impl FnMut() -> T) {
    let started = Instant::now();
    let mut rounds = 0_u32;
    while started.elapsed() < MEASURED_FOR {
        black_box(work());
        rounds += 1;
    }
    println!("{what:<40} {:>12.3?}", started.elapsed() / rounds);
}
