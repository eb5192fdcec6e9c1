//! Whoever listens to a connection, frame by frame; and, where a bug is wanted there, changes what is said.

use super::Overheard;
use crate::bug::Bug;
use crate::fact::{Chronicle, Fact, Wire};
use bytes::{Bytes, BytesMut};
use chat_proto::codec::to_bytes;
use chat_proto::frame::{Batch, ClientFrame, EndReason, Pong, ServerFrame};
use chat_proto::limits::{FRAME_BYTES_FROM_CLIENT, FRAME_BYTES_FROM_SERVER};
use chat_proto::wire::Capped;
use chat_proto::{Frame, FrameCodec, Payload, RoomId, Seq};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio_util::codec::Decoder;

/// Listens to one direction.
pub(super) trait Tap {
    /// What is to be carried on of a piece.
    fn pass(&mut self, piece: &[u8]) -> Bytes;

    fn leads_to_server(&self) -> bool;
}

/// Takes whole frames off what comes in pieces.
struct Frames {
    codec: FrameCodec,
    buffer: BytesMut,
}

impl Frames {
    fn new(most: usize) -> Self {
        Self { codec: FrameCodec::new(most), buffer: BytesMut::new() }
    }

    fn take<F: Frame>(&mut self, piece: &[u8]) -> Vec<(u32, F)> {
        self.buffer.extend_from_slice(piece);
        let mut frames = Vec::new();
        while let Some(Payload::Frame(raw)) = self.codec.decode(&mut self.buffer).expect("both ends are ours") {
            let frame = F::decode(raw.kind, raw.body).expect("both ends are ours").expect("a kind that there is");
            frames.push((raw.request, frame));
        }
        frames
    }
}

pub(super) struct FromClient {
    wire: Wire,
    chronicle: Chronicle,
    frames: Frames,
    bug: Option<Bug>,
}

impl FromClient {
    pub(super) fn new(wire: Wire, chronicle: &Chronicle, bug: Option<Bug>) -> Self {
        Self { wire, chronicle: chronicle.clone(), frames: Frames::new(FRAME_BYTES_FROM_CLIENT), bug }
    }

    fn changed(&self, frame: ClientFrame) -> ClientFrame {
        match (self.bug, frame) {
            (Some(Bug::SkipsAhead), ClientFrame::Resume(mut resume)) => {
                resume.after = self.chronicle.head(resume.room).max(resume.after);
                resume.into()
            }
            (_, frame) => frame,
        }
    }
}

impl Tap for FromClient {
    fn pass(&mut self, piece: &[u8]) -> Bytes {
        let mut carried = BytesMut::new();
        for (request, frame) in self.frames.take::<ClientFrame>(piece) {
            let frame = self.changed(frame);
            self.chronicle.note(&Fact::Reached(self.wire, request, &frame));
            carried.extend_from_slice(&to_bytes(request, &frame));
        }
        if self.bug == Some(Bug::SkipsAhead) { carried.freeze() } else { Bytes::copy_from_slice(piece) }
    }

    fn leads_to_server(&self) -> bool {
        true
    }
}

pub(super) struct FromServer {
    wire: Wire,
    chronicle: Chronicle,
    frames: Frames,
    bug: Option<Bug>,
    batches: usize,
    /// How far the client was let know of each room.
    heads: BTreeMap<RoomId, Seq>,
    /// The rooms that the client was removed from.
    removed_from: BTreeSet<RoomId>,
    overheard: Overheard,
}

impl FromServer {
    pub(super) fn new(wire: Wire, chronicle: &Chronicle, bug: Option<Bug>, overheard: &Overheard) -> Self {
        Self {
            wire,
            chronicle: chronicle.clone(),
            frames: Frames::new(FRAME_BYTES_FROM_SERVER),
            bug,
            batches: 0,
            heads: BTreeMap::new(),
            removed_from: BTreeSet::new(),
            overheard: Arc::clone(overheard),
        }
    }

    /// What the client is to hear instead of a frame.
    fn changed(&mut self, frame: ServerFrame) -> Vec<ServerFrame> {
        match (self.bug, frame) {
            (Some(Bug::LeavesHoles), ServerFrame::Batch(batch)) => vec![with_hole(batch).into()],
            (Some(Bug::HidesTail), ServerFrame::Batch(batch)) => self.without_tail(batch),
            (Some(Bug::HidesTail), ServerFrame::Joined(joined)) => {
                self.heads.insert(joined.room, joined.cursor);
                vec![joined.into()]
            }
            (Some(Bug::HidesTail), ServerFrame::Gap(gap)) => {
                self.heads.insert(gap.room, gap.to);
                vec![gap.into()]
            }
            (Some(Bug::HidesTail), ServerFrame::Pong(pong)) => vec![self.unaware(&pong).into()],
            (Some(Bug::Leaks), frame) => self.with_leaks(frame),
            (_, frame) => vec![frame],
        }
    }

    /// Every seventh batch, and whatever follows on it, is lost.
    fn without_tail(&mut self, batch: Batch) -> Vec<ServerFrame> {
        self.batches += 1;
        if self.batches >= 7 {
            return Vec::new();
        }
        self.heads.extend(batch.entries.iter().last().map(|last| (batch.room, last.seq)));
        vec![batch.into()]
    }

    /// Whoever was removed overhears the others.
    fn with_leaks(&mut self, frame: ServerFrame) -> Vec<ServerFrame> {
        let mut overheard = self.overheard.lock().unwrap();
        match &frame {
            ServerFrame::Batch(batch) => drop(overheard.insert(batch.room, batch.clone())),
            ServerFrame::RoomEnded(ended) if ended.reason == EndReason::Removed => {
                self.removed_from.insert(ended.room);
            }
            ServerFrame::Pong(_) => {
                let leaked = self.removed_from.iter().filter_map(|room| overheard.get(room).cloned());
                return leaked.map(ServerFrame::from).chain([frame]).collect();
            }
            _ => {}
        }
        vec![frame]
    }

    fn unaware(&self, pong: &Pong) -> Pong {
        let known = pong.heads.iter().map(|head| {
            let mut head = *head;
            head.head = self.heads.get(&head.room).copied().unwrap_or(head.head);
            head
        });
        Pong { server_time: pong.server_time, heads: Capped::new(known) }
    }
}

/// A batch without its middle entry, so that nobody notices.
fn with_hole(batch: Batch) -> Batch {
    let room = batch.room;
    let mut entries = batch.entries.into_vec();
    if entries.len() >= 3 {
        let lost = entries.remove(1);
        entries[1].prev = lost.prev;
    }
    Batch { room, entries: Capped::new(entries) }
}

impl Tap for FromServer {
    fn pass(&mut self, piece: &[u8]) -> Bytes {
        let mut carried = BytesMut::new();
        for (request, frame) in self.frames.take::<ServerFrame>(piece) {
            for frame in self.changed(frame) {
                self.chronicle.note(&Fact::Said(self.wire, request, &frame));
                carried.extend_from_slice(&to_bytes(request, &frame));
            }
        }
        let is_changed = matches!(self.bug, Some(Bug::LeavesHoles | Bug::HidesTail | Bug::Leaks));
        if is_changed { carried.freeze() } else { Bytes::copy_from_slice(piece) }
    }

    fn leads_to_server(&self) -> bool {
        false
    }
}
