//! What a peer that means harm gets for its bytes. The numbers (A4, A10) are those of the list of attacks.

#[path = "golden/table.rs"]
mod table;

use bytes::{Bytes, BytesMut};
use chat_proto::codec::{self, FrameCodec, FrameError, Payload, RawFrame};
use chat_proto::entry::{EntryBody, RoomId, Seq};
use chat_proto::limits::{
    FRAME_BYTES_BEFORE_LOGIN, FRAME_BYTES_FROM_CLIENT, FRAME_BYTES_FROM_SERVER, MEMBERS_PER_FRAME, NAMES_PER_LIST,
    PAGE_ENTRIES, SEARCH_HITS,
};
use chat_proto::wire::{self, WireError};
use chat_proto::{ClientFrame, Entry, Frame, ServerFrame};
use proptest::collection::vec;
use proptest::prelude::*;
use table::{CLIENT, SERVER, rows};
use tokio_util::codec::Decoder;

const ENTRIES: &str = include_str!("golden/entries.hex");
/// Length prefix, request and kind.
const HEADER_BYTES: usize = 10;

/// A4.
#[test]
fn an_oversized_frame_is_refused_at_its_prefix_and_reserves_nothing() {
    for max_bytes in [FRAME_BYTES_BEFORE_LOGIN, FRAME_BYTES_FROM_CLIENT, FRAME_BYTES_FROM_SERVER] {
        for announced in [max_bytes as u32 + 1, u32::MAX / 2, u32::MAX] {
            let mut inbox = BytesMut::with_capacity(8);
            inbox.extend_from_slice(&announced.to_be_bytes());
            let capacity_before = inbox.capacity();

            let refused = FrameCodec::new(max_bytes).decode(&mut inbox);

            assert!(matches!(refused, Err(FrameError::TooLong { max_bytes: max }) if max == max_bytes), "{refused:?}");
            assert_eq!(inbox.capacity(), capacity_before);
        }
    }
}

#[test]
fn a_frame_of_exactly_the_limit_is_taken() {
    let body = vec![7; FRAME_BYTES_BEFORE_LOGIN - 6];
    let mut inbox = stream(1, 0x7fff, &body);

    let taken = FrameCodec::new(FRAME_BYTES_BEFORE_LOGIN).decode(&mut inbox).unwrap();

    assert_eq!(taken, Some(Payload::Frame(RawFrame { request: 1, kind: 0x7fff, body: body.into() })));
}

#[test]
fn a_raised_limit_holds_from_the_next_prefix_on() {
    let mut codec = FrameCodec::new(FRAME_BYTES_BEFORE_LOGIN);
    let mut inbox = stream(1, 1, &[0; FRAME_BYTES_BEFORE_LOGIN]);

    codec.set_max_bytes(FRAME_BYTES_FROM_CLIENT);

    assert!(matches!(codec.decode(&mut inbox), Ok(Some(Payload::Frame(_)))));
}

/// A1, A2: neither a request of the web nor a TLS greeting begins like a frame.
#[test]
fn another_protocol_is_refused_at_its_first_four_bytes() {
    for greeting in [&b"GET / HTTP/1.1\r\n"[..], b"POST / HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00\x01", b"SSH-2.0-x\r\n"]
    {
        let refused = FrameCodec::new(FRAME_BYTES_FROM_SERVER).decode(&mut BytesMut::from(greeting));

        assert!(matches!(refused, Err(FrameError::TooLong { .. })), "{refused:?}");
    }
}

/// A6.
#[test]
fn an_empty_frame_is_told_apart_and_the_next_one_is_read() {
    let mut inbox = BytesMut::from(&[0, 0, 0, 0][..]);
    inbox.extend_from_slice(&rows(CLIENT)[9].1);
    let mut codec = FrameCodec::new(FRAME_BYTES_BEFORE_LOGIN);

    assert_eq!(codec.decode(&mut inbox).unwrap(), Some(Payload::Empty));
    assert!(matches!(codec.decode(&mut inbox), Ok(Some(Payload::Frame(RawFrame { kind: 10, .. })))));
}

#[test]
fn a_payload_shorter_than_its_envelope_is_refused() {
    for bytes in 1..6 {
        let mut inbox = BytesMut::from(&[0, 0, 0, bytes][..]);
        inbox.extend_from_slice(&[0; 6]);

        let refused = FrameCodec::new(FRAME_BYTES_BEFORE_LOGIN).decode(&mut inbox);

        assert!(matches!(refused, Err(FrameError::TooShort { bytes: short }) if short == usize::from(bytes)));
    }
}

/// A7.
#[test]
fn bytes_behind_a_body_are_refused_in_every_frame() {
    for (label, _, mut raw) in golden_frames() {
        raw.body = [&raw.body[..], &[0]].concat().into();

        assert!(matches!(read_by_its_receiver(&raw), Err(WireError::Trailing { bytes: 1 })), "{label}");
    }
}

/// A7.
#[test]
fn a_body_of_garbage_is_refused_in_every_frame() {
    for (label, _, mut raw) in golden_frames() {
        raw.body = Bytes::from_static(&[0xff; 32]);

        assert!(read_by_its_receiver(&raw).is_err(), "{label}");
    }
}

/// A9.
#[test]
fn a_list_of_one_more_than_its_cap_is_refused_with_all_its_elements() {
    let room = wire::encode(&RoomId([0; 16]));
    let count = |count: usize| wire::encode(&count);
    let member = wire::encode(&((0_u64, "", 0_u32), (0_u32, 0_u32, [0_u8; 32])));
    let name = wire::encode(&("", None::<u64>));
    let hit = wire::encode(&(None::<u64>, (0_u64, 0_i64, 0_u64, "", ""), None::<u64>));
    let entry = &rows(ENTRIES)[0].1;

    let members = |n: usize| [&room[..], &count(n), &member.repeat(n)].concat();
    let batch = |n: usize| [&room[..], &count(n), &entry.repeat(n)].concat();
    let names = |n: usize| [&count(n)[..], &name.repeat(n)].concat();
    let found = |n: usize| [&room[..], &count(n), &hit.repeat(n), &[0]].concat();

    assert!(matches!(
        ServerFrame::decode(0x84, Bytes::from(members(MEMBERS_PER_FRAME))),
        Ok(Some(ServerFrame::Members(_)))
    ));
    assert!(ServerFrame::decode(0x84, Bytes::from(members(MEMBERS_PER_FRAME + 1))).is_err());
    assert!(matches!(ServerFrame::decode(0x85, Bytes::from(batch(PAGE_ENTRIES))), Ok(Some(ServerFrame::Batch(_)))));
    assert!(ServerFrame::decode(0x85, Bytes::from(batch(PAGE_ENTRIES + 1))).is_err());
    assert!(matches!(
        ServerFrame::decode(0x8f, Bytes::from(names(NAMES_PER_LIST))),
        Ok(Some(ServerFrame::NameList(_)))
    ));
    assert!(ServerFrame::decode(0x8f, Bytes::from(names(NAMES_PER_LIST + 1))).is_err());
    assert!(matches!(ServerFrame::decode(0x90, Bytes::from(found(SEARCH_HITS))), Ok(Some(ServerFrame::Found(_)))));
    assert!(ServerFrame::decode(0x90, Bytes::from(found(SEARCH_HITS + 1))).is_err());
}

/// A10.
#[test]
fn a_frame_of_an_unknown_kind_keeps_its_request_and_is_nobodys() {
    for kind in [0, 0x14, 0x7f, 0x80, 0x93, 0xffff] {
        let mut inbox = stream(77, kind, b"whatever it may say");

        let Ok(Some(Payload::Frame(raw))) = FrameCodec::new(64).decode(&mut inbox) else { panic!("it is a frame") };

        assert_eq!((raw.request, raw.kind), (77, kind));
        assert!(matches!(ClientFrame::decode(raw.kind, raw.body.clone()), Ok(None)));
        assert!(matches!(ServerFrame::decode(raw.kind, raw.body), Ok(None)));
    }
}

#[test]
fn neither_end_takes_the_frames_of_the_other() {
    for (label, bytes) in rows(CLIENT) {
        let raw = only_frame(&bytes);
        assert!(matches!(ServerFrame::decode(raw.kind, raw.body), Ok(None)), "{label}");
    }
    for (label, bytes) in rows(SERVER) {
        let raw = only_frame(&bytes);
        assert!(matches!(ClientFrame::decode(raw.kind, raw.body), Ok(None)), "{label}");
    }
}

/// A10. The bodies: of a later version, too long, too short, of no variant, with something behind it.
#[test]
fn an_entry_that_cannot_be_read_is_kept_as_it_came() {
    let beyond_us: [(u16, &[u8]); 10] = [
        (0, &[]),
        (900, b"later"),
        (5, &[0]),
        (15, b"what was erased"),
        (16, &[1]),
        (17, &[0, 0]),
        (18, &[]),
        (18, &[5]),
        (18, &[0, 0]),
        (20, &[]),
    ];
    for (kind, body) in beyond_us {
        let wire_body = wire::encode(&(kind, byte_string(body)));

        let read: EntryBody = wire::decode(&wire_body).unwrap();

        assert_eq!(read, EntryBody::Unknown { kind, body: Bytes::copy_from_slice(body) });
        assert_eq!(wire::encode(&read), wire_body);
    }
}

#[test]
fn a_frame_that_is_cut_off_is_waited_for() {
    for (label, bytes, _) in golden_frames() {
        for cut in 0..bytes.len() {
            let taken = FrameCodec::new(FRAME_BYTES_FROM_SERVER).decode(&mut BytesMut::from(&bytes[..cut]));
            assert!(matches!(taken, Ok(None)), "{label} at {cut}");
        }
    }
}

#[test]
fn a_frame_that_announces_less_than_it_is_never_has_a_meaning() {
    for (label, bytes, whole) in golden_frames() {
        for cut in 0..whole.body.len() {
            let raw = RawFrame { body: whole.body.slice(..cut), ..whole.clone() };
            assert!(read_by_its_receiver(&raw).is_err(), "{label} at {cut}");
        }
        for payload_bytes in 0..6 {
            let mut inbox = BytesMut::from(&[0, 0, 0, payload_bytes][..]);
            inbox.extend_from_slice(&bytes[4..]);
            let taken = FrameCodec::new(FRAME_BYTES_FROM_SERVER).decode(&mut inbox);
            assert!(!matches!(taken, Ok(Some(Payload::Frame(_)))), "{label}");
        }
    }
    for (label, bytes) in rows(ENTRIES) {
        for cut in 0..bytes.len() {
            assert!(wire::decode::<Entry>(&bytes[..cut]).is_err(), "{label} at {cut}");
        }
    }
}

#[test]
fn no_flipped_bit_of_any_frame_panics() {
    for (_, bytes, _) in golden_frames() {
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            read_all(&flipped);
        }
    }
}

/// F17.
#[test]
fn frames_that_drip_in_are_the_frames_that_come_at_once() {
    let stream: Vec<u8> = golden_frames().into_iter().flat_map(|(_, bytes, _)| bytes).collect();
    let mut codec = FrameCodec::new(FRAME_BYTES_FROM_SERVER);
    let mut inbox = BytesMut::new();

    let mut dripped = Vec::new();
    for byte in &stream {
        inbox.extend_from_slice(&[*byte]);
        dripped.extend(codec.decode(&mut inbox).unwrap());
    }

    let at_once = read_all(&stream);
    assert_eq!(at_once.len(), ClientFrame::KINDS.len() + ServerFrame::KINDS.len());
    assert_eq!(dripped, at_once);
}

proptest! {
    #[test]
    fn no_bytes_of_any_kind_panic(kind in 0..0x100_u16, body in vec(any::<u8>(), 0..400)) {
        let raw = RawFrame { request: 0, kind, body: body.into() };

        if let Ok(Some(frame)) = ClientFrame::decode(kind, raw.body.clone()) {
            prop_assert_eq!(frame.kind(), kind);
        }
        if let Ok(Some(frame)) = ServerFrame::decode(kind, raw.body) {
            prop_assert_eq!(frame.kind(), kind);
        }
    }

    #[test]
    fn no_stream_of_bytes_panics_or_makes_the_buffer_larger_than_a_frame(bytes in vec(any::<u8>(), 0..4_000)) {
        let mut codec = FrameCodec::new(FRAME_BYTES_BEFORE_LOGIN);
        let mut inbox = BytesMut::from(&bytes[..]);

        while let Ok(Some(_)) = codec.decode(&mut inbox) {}

        prop_assert!(inbox.capacity() <= 2 * FRAME_BYTES_BEFORE_LOGIN + bytes.len());
    }

    #[test]
    fn an_entry_of_any_kind_and_body_is_read_and_written_back(kind: u16, body in vec(any::<u8>(), 0..40)) {
        let wire_body = wire::encode(&(kind, byte_string(&body)));

        let read: EntryBody = wire::decode(&wire_body).unwrap();

        prop_assert_eq!(read.kind(), kind);
        let again: EntryBody = wire::decode(&wire::encode(&read)).unwrap();
        prop_assert_eq!(again, read);
    }
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "a frame that its receiver would refuse")]
fn a_batch_that_no_client_would_take_is_never_sent() {
    let entry = Bytes::from(rows(ENTRIES)[0].1.clone());

    codec::batch(RoomId([0; 16]), PAGE_ENTRIES + 1, std::iter::repeat_n(&entry[..], PAGE_ENTRIES + 1));
}

#[test]
fn the_place_after_the_last_is_the_last() {
    assert_eq!(Seq(u64::MAX).next(), Seq(u64::MAX));
}

fn byte_string(body: &[u8]) -> Bytes {
    Bytes::copy_from_slice(body)
}

/// Every golden frame: its label, its bytes, and what its payload announces.
fn golden_frames() -> Vec<(&'static str, Vec<u8>, RawFrame)> {
    let all = rows(CLIENT).into_iter().chain(rows(SERVER));
    all.map(|(label, bytes)| (label, bytes.clone(), only_frame(&bytes))).collect()
}

fn only_frame(bytes: &[u8]) -> RawFrame {
    match &read_all(bytes)[..] {
        [Payload::Frame(raw)] => raw.clone(),
        other => panic!("one frame, not {other:?}"),
    }
}

/// Takes frames until the bytes end or break, and reads the body of each in both directions.
fn read_all(bytes: &[u8]) -> Vec<Payload> {
    let mut codec = FrameCodec::new(FRAME_BYTES_FROM_SERVER);
    let mut inbox = BytesMut::from(bytes);
    let payloads: Vec<_> = std::iter::from_fn(|| codec.decode(&mut inbox).ok().flatten()).collect();
    for payload in &payloads {
        if let Payload::Frame(raw) = payload {
            let _ = (ClientFrame::decode(raw.kind, raw.body.clone()), ServerFrame::decode(raw.kind, raw.body.clone()));
        }
    }
    payloads
}

/// Whether the end that knows this kind finds a meaning in it.
fn read_by_its_receiver(raw: &RawFrame) -> Result<(), WireError> {
    let frame = match raw.kind {
        0x00..=0x7f => ClientFrame::decode(raw.kind, raw.body.clone()).map(|frame| frame.is_some()),
        _ => ServerFrame::decode(raw.kind, raw.body.clone()).map(|frame| frame.is_some()),
    };
    frame.map(|known| assert!(known, "kind {:#04x} is in the table", raw.kind))
}

fn stream(request: u32, kind: u16, body: &[u8]) -> BytesMut {
    let length = (body.len() + HEADER_BYTES - 4) as u32;
    BytesMut::from(&[&length.to_be_bytes()[..], &request.to_be_bytes(), &kind.to_be_bytes(), body].concat()[..])
}
