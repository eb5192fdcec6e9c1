//! What hostile bodies cost in memory (A8, A9): measured, by an allocator that counts.

#[path = "golden/table.rs"]
mod table;

use bytes::Bytes;
use chat_proto::entry::{PersonId, RoomId, Seq, UnixMillis};
use chat_proto::frame::{
    Batch, Body, ClientFrame, Found, Frame, Hello, Join, Joined, Login, Members, NameList, Page, Pong, Post, Rename,
    Search, ServerFrame, Welcome,
};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use chat_proto::refusal::Refused;
use chat_proto::wire;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use table::{CLIENT, SERVER, rows};

/// What a body may cost whose counts are lies: the error, and room for the elements of one honest list.
const LIE_BYTES_MAX: usize = 64 * 1024;

#[test]
fn a_huge_count_is_refused_and_reserves_nothing() {
    for (what, kind, before_the_count) in claims() {
        for count in [1_u64 << 40, 1 << 63, u64::MAX, FRAME_BYTES_FROM_SERVER as u64 + 1] {
            let body = Bytes::from([&before_the_count[..], &wire::encode(&count), &[0; 64]].concat());

            let (refusal, peak_bytes) = measured(|| refusal(kind, &body));

            let refusal = refusal.expect("a lie");
            let is_for_the_count = refusal.contains("LimitExceeded") || refusal.contains("invalid length");
            assert!(is_for_the_count, "{what} of {count}: {refusal}");
            assert!(peak_bytes < LIE_BYTES_MAX, "{what} of {count} took {peak_bytes} bytes");
        }
    }
}

#[test]
fn a_count_that_the_limit_allows_reserves_no_more_than_the_limit() {
    for (what, kind, before_the_count) in claims() {
        for count in [201_u64, 4_096, 65_536, FRAME_BYTES_FROM_SERVER as u64 - 512] {
            let body = Bytes::from([&before_the_count[..], &wire::encode(&count), &[0; 64]].concat());

            let (refusal, peak_bytes) = measured(|| refusal(kind, &body));

            assert!(refusal.is_some(), "{what} of {count}");
            assert!(peak_bytes < FRAME_BYTES_FROM_SERVER + LIE_BYTES_MAX, "{what} of {count} took {peak_bytes} bytes");
        }
    }
}

#[test]
fn a_huge_number_anywhere_in_any_frame_reserves_nothing() {
    for (label, frame) in rows(CLIENT).into_iter().chain(rows(SERVER)) {
        let kind = u16::from_be_bytes([frame[8], frame[9]]);
        let body = &frame[10..];
        for at in 0..body.len() {
            for count in [1_u64 << 40, 1 << 63, u64::MAX] {
                let lie = Bytes::from([&body[..at], &wire::encode(&count), &body[at + 1..]].concat());

                let (_, peak_bytes) = measured(|| refusal(kind, &lie));

                assert!(peak_bytes < LIE_BYTES_MAX, "{label} at {at} took {peak_bytes} bytes");
            }
        }
    }
}

#[test]
fn the_most_elements_that_a_frame_may_have_stay_small() {
    // Number, name, presence, role, voice, key.
    let member = [0; 37];
    let members = [&wire::encode(&RoomId([0; 16]))[..], &wire::encode(&200_u64), &member.repeat(200)].concat();
    let entry = [0, 0, 0, 0, 0, 0, 16, 0];
    let batch = [&wire::encode(&RoomId([0; 16]))[..], &wire::encode(&200_u64), &entry.repeat(200)].concat();

    // A hit between two others, none of which says anything.
    let hit = [&[1][..], &[0; 5], &[0; 5], &[1], &[0; 5]].concat();
    let found = [&wire::encode(&RoomId([0; 16]))[..], &wire::encode(&20_u64), &hit.repeat(20), &[0]].concat();

    for (kind, body) in [(Members::KIND, members), (Batch::KIND, batch), (Found::KIND, found)] {
        let body = Bytes::from(body);
        let (refusal, peak_bytes) = measured(|| refusal(kind, &body));

        assert_eq!(refusal, None, "kind {kind:#04x}");
        assert!(peak_bytes < LIE_BYTES_MAX, "kind {kind:#04x} took {peak_bytes} bytes");
    }
}

#[test]
fn the_measure_sees_what_is_reserved() {
    let (vec, peak_bytes) = measured(|| vec![0_u8; 1 << 20]);

    assert_eq!(vec.len(), 1 << 20);
    assert!(peak_bytes >= 1 << 20);
}

/// Every list and every byte string on the wire: its name, its kind, and the bytes of the body before its count.
fn claims() -> Vec<(&'static str, u16, Vec<u8>)> {
    let room = RoomId([7; 16]);
    let limits = [0_u32; 10];
    let entry_head = (Seq(1), Seq(0), UnixMillis(0), PersonId(7));
    let excerpt_head = (Seq(1), UnixMillis(0), PersonId(7));
    let joined_head = (room, [0_u8; 4], Seq(1), Seq(1), Seq(0));
    vec![
        ("hello.name", Hello::KIND, wire::encode(&(1_u16, 1_u16))),
        ("login.signature", Login::KIND, vec![]),
        ("join.code", Join::KIND, vec![]),
        ("post.body", Post::KIND, wire::encode(&(room, 0_u64, 1_u64, 1_u16))),
        ("post.body unknown", Post::KIND, wire::encode(&(room, 0_u64, 1_u64, 900_u16))),
        ("post.body act", Post::KIND, wire::encode(&(room, 0_u64, 1_u64, 4_u16))),
        ("rename.name", Rename::KIND, vec![]),
        ("names", NameList::KIND, vec![]),
        ("names.name", NameList::KIND, wire::encode(&1_u64)),
        ("welcome.name", Welcome::KIND, wire::encode(&7_u64)),
        ("welcome.rooms", Welcome::KIND, wire::encode(&(7_u64, "alice", limits, 0_u32, 0_i64))),
        ("joined.topic", Joined::KIND, wire::encode(&joined_head)),
        ("members", Members::KIND, wire::encode(&room)),
        ("members.name", Members::KIND, wire::encode(&(room, 1_u64, 7_u64))),
        ("batch", Batch::KIND, wire::encode(&room)),
        ("batch.author", Batch::KIND, wire::encode(&(room, 1_u64, entry_head))),
        ("batch.body", Batch::KIND, wire::encode(&(room, 1_u64, entry_head, "alice", 0_u8, 1_u16))),
        ("page", Page::KIND, wire::encode(&(room, Seq(1)))),
        ("page.author", Page::KIND, wire::encode(&(room, Seq(1), 1_u64, entry_head))),
        ("pong", Pong::KIND, wire::encode(&0_i64)),
        ("search.words", Search::KIND, wire::encode(&room)),
        ("search.from", Search::KIND, wire::encode(&(room, "words"))),
        ("found", Found::KIND, wire::encode(&room)),
        ("found.author", Found::KIND, wire::encode(&(room, 1_u64, 0_u8, excerpt_head))),
        ("found.text", Found::KIND, wire::encode(&(room, 1_u64, 0_u8, excerpt_head, "alice"))),
        ("refused.text", Refused::KIND, wire::encode(&1_u16)),
        ("refused.detail", Refused::KIND, wire::encode(&(1_u16, "no", 0_u8, 5_u32))),
    ]
}

/// Why the end that knows this kind refuses this body, if it does.
fn refusal(kind: u16, body: &Bytes) -> Option<String> {
    let client = ClientFrame::decode(kind, body.clone()).map(|frame| frame.is_some());
    let server = ServerFrame::decode(kind, body.clone()).map(|frame| frame.is_some());
    match (client, server) {
        (Err(error), _) | (_, Err(error)) => Some(error.to_string()),
        (Ok(client), Ok(server)) => {
            assert!(client || server, "kind {kind:#04x} is in a table");
            None
        }
    }
}

/// What `work` returns, and the most bytes that this thread held more than before.
fn measured<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE_BYTES.get();
    PEAK_BYTES.set(before);
    let done = work();
    (done, (PEAK_BYTES.get() - before).cast_unsigned())
}

thread_local! {
    static LIVE_BYTES: Cell<isize> = const { Cell::new(0) };
    static PEAK_BYTES: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

#[expect(unsafe_code, reason = "the one way to see what decoding reserves; every call goes to the system's allocator")]
// SAFETY: as the system's, with counting before and after. The counters neither allocate nor have a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE_BYTES.get() + layout.size().cast_signed();
        LIVE_BYTES.set(live);
        PEAK_BYTES.set(PEAK_BYTES.get().max(live));
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE_BYTES.set(LIVE_BYTES.get() - layout.size().cast_signed());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}
