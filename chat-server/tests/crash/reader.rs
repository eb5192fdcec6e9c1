//! Somebody who reads every room and writes down every entry as it is shown.

use crate::ROOMS;
use crate::judge::View;
use crate::scene::{Heads, Scene};
use crate::support::line::Line;
use crate::writer::join;
use chat_proto::frame::{Batch, Gap, GapKind, Joined, Resume, Stay};
use chat_proto::{RoomId, Seq, ServerFrame};
use std::collections::HashMap;
use std::io;

pub(crate) struct Reader {
    name: String,
    instance: u64,
    /// The rooms, as far as they were found.
    rooms: Vec<Option<RoomId>>,
    cursors: HashMap<RoomId, Seq>,
    view: View,
}

impl Reader {
    pub(crate) fn new(number: u64) -> Self {
        let (name, instance) = (format!("reader{number}"), 2_000 + number);
        Self { name, instance, rooms: vec![None; ROOMS], cursors: HashMap::new(), view: View::default() }
    }

    /// Reads until it has seen the head of every room, and nothing more will come.
    pub(crate) async fn run(mut self, scene: Scene) -> View {
        while !scene.heads().borrow().as_ref().is_some_and(|heads| self.has_seen(heads)) {
            let port = scene.port().await;
            // A line that breaks is the end of that server; there will be another.
            let _ = self.visit(port, &scene).await;
        }
        self.view
    }

    fn has_seen(&self, heads: &Heads) -> bool {
        heads.iter().all(|(room, head)| self.cursors.get(room).is_some_and(|cursor| cursor >= head))
    }

    async fn visit(&mut self, port: u16, scene: &Scene) -> io::Result<()> {
        let (mut line, _) = Line::open(port, &self.name, self.instance).await?;
        for room in 0..ROOMS {
            self.enter(&mut line, room, scene).await?;
        }
        let mut heads = scene.heads();
        while !heads.borrow().as_ref().is_some_and(|heads| self.has_seen(heads)) {
            tokio::select! {
                frame = line.read() => self.take(frame?.1),
                told = heads.changed() => told.expect("the scene is there"),
            }
        }
        Ok(())
    }

    async fn enter(&mut self, line: &mut Line, room: usize, scene: &Scene) -> io::Result<()> {
        let request = match self.rooms[room] {
            Some(room) => line.send(Resume { room, after: self.cursors[&room], stay: Stay::Resident }).await?,
            None => line.send(join(scene.code(room).await)).await?,
        };
        loop {
            match line.read().await? {
                (id, ServerFrame::Joined(joined)) if id == request => {
                    self.begin(room, &joined);
                    return Ok(());
                }
                (_, frame) => self.take(frame),
            }
        }
    }

    fn begin(&mut self, room: usize, joined: &Joined) {
        self.rooms[room] = Some(joined.room);
        self.cursors.insert(joined.room, joined.cursor);
        self.view.since.entry(joined.room).or_insert(joined.cursor);
    }

    fn take(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Batch(batch) => self.read(batch),
            ServerFrame::Gap(gap) => self.step_over(&gap),
            ServerFrame::Members(_) => {}
            other => panic!("{} was told {other:?}", self.name),
        }
    }

    fn read(&mut self, Batch { room, entries }: Batch) {
        for entry in entries.into_vec() {
            let cursor = self.cursors.get_mut(&room).expect("a room that was entered");
            if entry.seq > *cursor {
                assert_eq!(entry.prev, *cursor, "each follows on the one before");
                *cursor = entry.seq;
                self.view.shown.insert((room, entry.seq), entry);
            }
        }
    }

    fn step_over(&mut self, gap: &Gap) {
        assert_eq!(gap.kind, GapKind::Loadable, "nothing is old enough to be purged");
        self.cursors.insert(gap.room, gap.to);
        self.view.left_out.push((gap.room, gap.from, gap.to));
    }
}
