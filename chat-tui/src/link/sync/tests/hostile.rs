//! A server that mostly answers and now and then says anything at all: no panic, nothing told twice, nothing told out
//! of order, nothing decided twice.

use super::*;
use crate::quest::Quest;
use chat_proto::frame::Door;
use chat_proto::frame::EndReason;
use chat_proto::frame::Keep;
use chat_proto::frame::{Beyond, Excerpt, Found, Hit};
use chat_proto::frame::{Done, Gap, GapKind, GoAway, Invitation, Page, RoomEnded};
use rand::RngExt;
use rand::rngs::StdRng;

const STEPS: usize = 400;
const SEEDS: u64 = 100;
const ELSEWHERE: RoomId = RoomId([8; 16]);

struct Dice(StdRng);

impl Dice {
    fn up_to(&mut self, max: u64) -> u64 {
        self.0.random_range(0..=max)
    }

    fn room(&mut self) -> RoomId {
        if self.up_to(5) == 0 { ELSEWHERE } else { ROOM }
    }

    fn entry(&mut self, seq: u64, prev: u64) -> Entry {
        let post = (self.up_to(2) == 0).then(|| id(self.up_to(30)));
        let author = Author { person: PersonId(1 + self.up_to(1)), name: Bytes::from("anybody") };
        Entry { post, author, ..message(seq, Seq(prev)) }
    }

    /// Entries after `from`.
    fn entries(&mut self, from: u64) -> Vec<Entry> {
        (0..=self.up_to(4)).map(|n| self.entry(from + n + 1, from + n)).collect()
    }

    /// What `asked` may be answered.
    fn answer(&mut self, asked: &ClientFrame, cursor: u64) -> ServerFrame {
        if self.up_to(12) == 0 {
            return self.refused().into();
        }
        match asked {
            ClientFrame::Post(post) => accepted(post.id.n, cursor + 1).into(),
            ClientFrame::History(history) => {
                Page { room: history.room, oldest: Seq(1), entries: Capped::new(self.entries(history.after.0)) }.into()
            }
            ClientFrame::Search(search) => found(search.room, search.before.0.saturating_sub(1)).into(),
            ClientFrame::Leave(_) | ClientFrame::Rename(_) | ClientFrame::Read(_) => Done {}.into(),
            ClientFrame::Invite(invite) => invitation(invite.room).into(),
            ClientFrame::Ping(_) => pong(cursor + self.up_to(20) / 20).into(),
            _ => joined(cursor, cursor).into(),
        }
    }

    /// What follows, or nearly.
    fn news(&mut self, cursor: u64) -> ServerFrame {
        let from = if self.up_to(4) > 0 { cursor } else { self.up_to(40) };
        match self.up_to(9) {
            0 => Gap { room: ROOM, from: Seq(from + 1), to: Seq(from + 3), kind: GapKind::Loadable }.into(),
            _ => Batch { room: ROOM, entries: Capped::new(self.entries(from)) }.into(),
        }
    }

    fn refused(&mut self) -> Refused {
        let at = self.up_to(Code::ALL.len() as u64 - 1) as usize;
        let retry_after_ms = (self.up_to(3) == 0).then_some(1_000);
        Refused { retry_after_ms, ..Refused::new(Code::ALL[at].0, "because") }
    }

    /// Anything.
    fn frame(&mut self) -> ServerFrame {
        let (room, low, high) = (self.room(), self.up_to(40), self.up_to(40));
        match self.up_to(16) {
            15 => found(room, high).into(),
            14 => invitation(room).into(),
            0..=3 => Batch { room, entries: Capped::new(self.entries(low)) }.into(),
            4 | 5 => Joined { room, ..joined(low, high) }.into(),
            6 | 7 => accepted(self.up_to(30), low).into(),
            8 => Gap { room, from: Seq(low), to: Seq(high), kind: GapKind::Loadable }.into(),
            9 => Page { room, oldest: Seq(low), entries: Capped::new(self.entries(low)) }.into(),
            10 => Done {}.into(),
            11 => pong(low).into(),
            12 => RoomEnded { room, reason: EndReason::Removed }.into(),
            13 => GoAway { reconnect_after_ms: 1 }.into(),
            _ => self.refused().into(),
        }
    }

    fn command(&mut self, n: u64) -> Command {
        match self.up_to(16) {
            15 => {
                let quest = Quest { words: "x".into(), from: None, since: None, until: None };
                Command::Search { room: ROOM, quest, before: Seq(self.up_to(40)) }
            }
            16 => Command::Read { room: self.room(), seq: Seq(self.up_to(40)) },
            13 => Command::Return(self.room()),
            14 => Command::Invite(self.room()),
            0 => Command::Create(Door::Open, Keep::Default),
            1 | 2 => Command::Join(code(), None),
            3 => Command::Leave(ROOM),
            4 => Command::History { room: ROOM, after: Seq(self.up_to(9)), before: Seq(self.up_to(40)) },
            5 => Command::Rename(Nick::parse(b"bob").unwrap()),
            6 => Command::Discard(id(self.up_to(30))),
            _ => Command::Post(item(n)),
        }
    }
}

fn found(room: RoomId, seq: u64) -> Found {
    let Entry { seq, time, author, .. } = message(seq, Seq(0));
    let found = Excerpt { seq, time, author, text: Bytes::from("x") };
    Found { room, hits: Capped::new([Hit { before: None, found, after: None }]), beyond: Beyond::More }
}

fn invitation(room: RoomId) -> Invitation {
    Invitation { room, code: code().bytes(), secret: None }
}

/// What the holder of the link may rely on.
#[derive(Default)]
struct Holder {
    /// The last entry or gap of each room that is open.
    cursors: BTreeMap<RoomId, Seq>,
    decided: BTreeMap<u64, Mark>,
}

impl Holder {
    fn take(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Joined { asked: Asked::Resume(room), .. } => assert!(self.cursors.contains_key(&room)),
            LinkEvent::Joined { joined, .. } => drop(self.cursors.insert(joined.room, joined.cursor)),
            LinkEvent::Entries { room, entries } => entries.iter().for_each(|entry| self.follow(room, entry)),
            LinkEvent::Gap { room, from, to, .. } => {
                assert_eq!(from, self.cursors[&room].next());
                self.cursors.insert(room, to);
            }
            LinkEvent::RoomEnded { room, .. } | LinkEvent::Left { room } => {
                assert!(self.cursors.remove(&room).is_some(), "a room ends once");
            }
            LinkEvent::Marked { id, mark, .. } => self.mark(id.n, mark),
            LinkEvent::Members { room, .. } | LinkEvent::Page { room, .. } | LinkEvent::Found { room, .. } => {
                assert!(self.cursors.contains_key(&room));
            }
            _ => {}
        }
    }

    fn follow(&mut self, room: RoomId, entry: &Entry) {
        assert_eq!(entry.prev, self.cursors[&room]);
        assert!(entry.seq > entry.prev);
        self.cursors.insert(room, entry.seq);
    }

    fn mark(&mut self, n: u64, mark: Mark) {
        if let Some(before) = self.decided.get(&n) {
            panic!("post {n} was {before:?} and is {mark:?} now");
        }
        if matches!(mark, Mark::Accepted { .. } | Mark::Refused(_)) {
            self.decided.insert(n, mark);
        }
    }
}

/// One thing that happens. `asked` is what has no answer yet.
fn step(bench: &mut Bench, dice: &mut Dice, asked: &mut Vec<(u32, ClientFrame)>, n: u64) {
    let cursor = bench.core.rooms.get(&ROOM).map_or(0, |room| room.cursor.0);
    let outcome = match dice.up_to(99) {
        0 => Err(End::Bye),
        1..=4 => {
            let request = dice.up_to(9) as u32;
            let frame = dice.frame();
            bench.hear(request, frame)
        }
        5..=9 => {
            bench.now.at += Duration::from_secs(dice.up_to(10));
            bench.core.on_time(bench.now)
        }
        10..=29 => {
            let news = dice.news(cursor);
            bench.hear(0, news)
        }
        30..=59 => {
            bench.command(dice.command(n));
            Ok(())
        }
        _ => {
            asked.extend(bench.take_frames());
            let Some((request, question)) = asked.pop() else { return };
            let answer = dice.answer(&question, cursor);
            bench.hear(request, answer)
        }
    };
    if outcome.is_err() {
        asked.clear();
        bench.core.on_lost();
        // A login as somebody else is the answer to a rename.
        drop(bench.try_login(PersonId(1 + dice.up_to(3) / 3)));
    }
}

#[test]
fn whatever_a_server_says_the_holder_can_rely_on_what_it_is_told() {
    for seed in 0..SEEDS {
        let mut dice = Dice(StdRng::seed_from_u64(seed));
        let (mut bench, mut holder, mut asked) = (Bench::online(), Holder::default(), Vec::new());
        for n in 0..STEPS as u64 {
            step(&mut bench, &mut dice, &mut asked, n);
            for event in bench.take_events() {
                holder.take(event);
            }
        }
        assert!(bench.core.kept().len() <= STEPS, "seed {seed}");
    }
}
