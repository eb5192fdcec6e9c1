//! Whatever a server may send a client, and the entries in it.

use crate::stream::{body, frames};
use bytes::Bytes;
use chat_proto::codec::{self, entry_bytes};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use chat_proto::{Entry, ServerFrame, wire};

/// Read as a stream, as a kind with a body, so that nobody has to guess a length first, and as an entry.
pub(crate) fn is_read_or_refused(bytes: &[u8]) {
    for frame in frames(bytes, FRAME_BYTES_FROM_SERVER) {
        is_the_frame_of_its_entries(&frame);
    }
    if let [kind, rest @ ..] = bytes
        && let Some(frame) = body(u16::from(*kind), &Bytes::copy_from_slice(rest))
    {
        is_the_frame_of_its_entries(&frame);
    }
    if let Ok(entry) = wire::decode::<Entry>(bytes) {
        is_itself_when_it_is_kept(&entry);
    }
}

fn is_the_frame_of_its_entries(frame: &ServerFrame) {
    match frame {
        ServerFrame::Batch(batch) => {
            assert_eq!(
                codec::batch(batch.room, batch.entries.len(), kept(&batch.entries).iter().map(AsRef::as_ref)),
                codec::to_bytes(0, frame)
            );
        }
        ServerFrame::Page(page) => {
            assert_eq!(codec::page(7, page.room, page.oldest, &kept(&page.entries)), codec::to_bytes(7, frame));
        }
        _ => {}
    }
}

fn kept(entries: &[Entry]) -> Vec<Bytes> {
    entries.iter().inspect(|entry| is_itself_when_it_is_kept(entry)).map(entry_bytes).collect()
}

fn is_itself_when_it_is_kept(entry: &Entry) {
    assert_eq!(wire::decode::<Entry>(&entry_bytes(entry)).ok().as_ref(), Some(entry));
}
