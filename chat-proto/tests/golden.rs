//! The bytes of the protocol, frozen: what `tests/golden/*.hex` says is what goes over the wire, in both directions.
//!
//! A row that no longer holds is a new protocol version, never a new golden file.

#[path = "golden/table.rs"]
mod table;
#[path = "golden/values.rs"]
mod values;

use bytes::{Bytes, BytesMut};
use chat_proto::codec::{self, FrameCodec, Payload};
use chat_proto::entry::{Act, BanScope, LeaveReason, ReactionState};
use chat_proto::frame::{
    Beyond, Door, Durability, EndReason, GapKind, Keep, Lock, Presence, Role, SignalKind, Stay, TypingState, Voice,
};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use chat_proto::wire::{self, encode};
use chat_proto::{ClientFrame, Detail, Entry, EntryBody, Frame, ServerFrame};
use std::collections::BTreeSet;
use table::{CLIENT, SERVER, rows};
use tokio_util::codec::Decoder;
use values::Row;

const ENTRIES: &str = include_str!("golden/entries.hex");
const CHOICES: &str = include_str!("golden/choices.hex");

#[test]
fn every_client_frame_has_the_frozen_bytes() {
    frames_are_frozen(CLIENT, &values::client_frames(), ClientFrame::KINDS);
}

#[test]
fn every_server_frame_has_the_frozen_bytes() {
    frames_are_frozen(SERVER, &values::server_frames(), ServerFrame::KINDS);
}

#[test]
fn every_entry_has_the_frozen_bytes() {
    let entries = values::entries();

    let encoded: Vec<_> = entries.iter().map(|(label, entry)| (*label, codec::entry_bytes(entry).to_vec())).collect();
    assert_eq!(rows(ENTRIES), encoded);
    for ((label, bytes), (_, entry)) in rows(ENTRIES).iter().zip(&entries) {
        assert_eq!(&wire::decode::<Entry>(bytes).unwrap(), entry, "{label}");
    }
}

#[test]
fn every_kind_of_entry_is_frozen() {
    let frozen: BTreeSet<_> =
        values::entries().iter().map(|(_, entry)| (entry.body.kind(), name(&entry.body))).collect();

    let known: BTreeSet<_> = EntryBody::KINDS.iter().copied().chain([(900, "Unknown")]).collect();
    assert_eq!(frozen, known);
}

#[test]
fn every_choice_and_every_width_of_number_is_frozen() {
    assert_eq!(rows(CHOICES), choices());
}

fn frames_are_frozen<F>(golden: &str, frames: &[Row<F>], kinds: &[(u16, &str)])
where
    F: Frame + PartialEq + std::fmt::Debug,
{
    let encoded: Vec<_> =
        frames.iter().map(|(label, request, frame)| (*label, codec::to_bytes(*request, frame).to_vec())).collect();
    assert_eq!(rows(golden), encoded);

    for ((label, bytes), (_, request, frame)) in rows(golden).iter().zip(frames) {
        let raw = whole_frame(bytes);
        assert_eq!(raw.request, *request, "{label}");
        assert_eq!(F::decode(raw.kind, raw.body).expect("a body of its kind").as_ref(), Some(frame), "{label}");
    }

    let frozen: Vec<_> = frames.iter().map(|(label, _, frame)| (frame.kind(), *label)).collect();
    assert_eq!(frozen, kinds, "a row for each kind");
}

fn whole_frame(bytes: &[u8]) -> chat_proto::RawFrame {
    let mut inbox = BytesMut::from(bytes);
    let payload =
        FrameCodec::new(FRAME_BYTES_FROM_SERVER).decode(&mut inbox).expect("a short prefix").expect("a whole frame");
    assert!(inbox.is_empty(), "the prefix covers the frame");
    match payload {
        Payload::Frame(raw) => raw,
        Payload::Empty => panic!("a golden frame is not empty"),
    }
}

/// Written out without a wildcard: a new kind does not compile until it has a name here, and then needs its row.
fn name(body: &EntryBody) -> &'static str {
    match body {
        EntryBody::Message(_) => "Message",
        EntryBody::Action(_) => "Action",
        EntryBody::Topic(_) => "Topic",
        EntryBody::Act(_) => "Act",
        EntryBody::Forget => "Forget",
        EntryBody::Reply(_) => "Reply",
        EntryBody::Edit(_) => "Edit",
        EntryBody::Delete(_) => "Delete",
        EntryBody::React(_) => "React",
        EntryBody::Erased => "Erased",
        EntryBody::Opened => "Opened",
        EntryBody::Joined(_) => "Joined",
        EntryBody::Left(_) => "Left",
        EntryBody::Renamed(_) => "Renamed",
        EntryBody::Unknown { .. } => "Unknown",
    }
}

/// Every variant of the closed sets that frames are made of, and numbers at the edges of their widths.
fn choices() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("Stay::Resident", encode(&Stay::Resident)),
        ("Stay::Watcher", encode(&Stay::Watcher)),
        ("Stay::Visitor", encode(&Stay::Visitor)),
        ("Keep::Default", encode(&Keep::Default)),
        ("Keep::Millis(604800000)", encode(&Keep::Millis(604_800_000))),
        ("Keep::Forever", encode(&Keep::Forever)),
        ("Durability::Memory", encode(&Durability::Memory)),
        ("Durability::Disk", encode(&Durability::Disk)),
        ("Durability::Replicated", encode(&Durability::Replicated)),
        ("Role::Member", encode(&Role::Member)),
        ("Role::Operator", encode(&Role::Operator)),
        ("Role::Owner", encode(&Role::Owner)),
        ("Presence::Here", encode(&Presence::Here)),
        ("Presence::Gone", encode(&Presence::Gone)),
        ("Presence::Idle", encode(&Presence::Idle)),
        ("Presence::Away(lunch)", encode(&Presence::Away(Bytes::from_static(b"lunch")))),
        ("TypingState::Writing", encode(&TypingState::Writing)),
        ("TypingState::Stopped", encode(&TypingState::Stopped)),
        ("SignalKind::Typing", encode(&SignalKind::Typing)),
        ("SignalKind::Stopped", encode(&SignalKind::Stopped)),
        ("SignalKind::Presence(Idle)", encode(&SignalKind::Presence(Presence::Idle))),
        ("ReactionState::On", encode(&ReactionState::On)),
        ("ReactionState::Off", encode(&ReactionState::Off)),
        ("GapKind::Loadable", encode(&GapKind::Loadable)),
        ("GapKind::Purged", encode(&GapKind::Purged)),
        ("LeaveReason::Quit", encode(&LeaveReason::Quit)),
        ("LeaveReason::Lost", encode(&LeaveReason::Lost)),
        ("LeaveReason::Leave", encode(&LeaveReason::Leave)),
        ("Voice::Free", encode(&Voice::Free)),
        ("Voice::Muted", encode(&Voice::Muted)),
        ("Door::Open", encode(&Door::Open)),
        ("Door::Private", encode(&Door::Private)),
        ("Door::Direct", encode(&Door::Direct)),
        ("Lock::Unlocked", encode(&Lock::Unlocked)),
        ("Lock::Locked", encode(&Lock::Locked)),
        ("EndReason::Over", encode(&EndReason::Over)),
        ("EndReason::Removed", encode(&EndReason::Removed)),
        ("Beyond::Nothing", encode(&Beyond::Nothing)),
        ("Beyond::More", encode(&Beyond::More)),
        ("Beyond::Unsearched", encode(&Beyond::Unsearched)),
        ("BanScope::Key", encode(&BanScope::Key)),
        ("BanScope::Address", encode(&BanScope::Address)),
        ("Act::Kick(bob)", encode(&Act::Kick(values::bob()))),
        ("Act::Ban(bob)", encode(&Act::Ban(values::bob(), BanScope::Key))),
        ("Act::Unban(bob)", encode(&Act::Unban(values::bob()))),
        ("Act::Mute(bob)", encode(&Act::Mute(values::bob()))),
        ("Act::Unmute(bob)", encode(&Act::Unmute(values::bob()))),
        ("Act::Op(bob)", encode(&Act::Op(values::bob()))),
        ("Act::Deop(bob)", encode(&Act::Deop(values::bob()))),
        ("Act::Own(bob)", encode(&Act::Own(values::bob()))),
        ("Act::Lock", encode(&Act::Lock)),
        ("Act::Unlock", encode(&Act::Unlock)),
        ("Act::Rekey", encode(&Act::Rekey)),
        ("Detail::None", encode(&Detail::None)),
        ("Detail::Max(16384)", encode(&Detail::Max(16_384))),
        ("Detail::Head(1000)", encode(&Detail::Head(1_000))),
        ("Detail::Kind(900)", encode(&Detail::Kind(900))),
        ("Detail::Versions(2..=3)", encode(&Detail::Versions { min: 2, max: 3 })),
        ("Detail::Name(alice-2)", encode(&Detail::Name(Bytes::from_static(b"alice-2")))),
        ("Option::None", encode(&None::<u32>)),
        ("Option::Some(1500)", encode(&Some(1_500_u32))),
        ("u64::250", encode(&250_u64)),
        ("u64::251", encode(&251_u64)),
        ("u64::65535", encode(&65_535_u64)),
        ("u64::65536", encode(&65_536_u64)),
        ("u64::4294967295", encode(&4_294_967_295_u64)),
        ("u64::4294967296", encode(&4_294_967_296_u64)),
        ("i64::0", encode(&0_i64)),
        ("i64::-1", encode(&-1_i64)),
        ("i64::1", encode(&1_i64)),
        ("i64::-150", encode(&-150_i64)),
    ]
}
