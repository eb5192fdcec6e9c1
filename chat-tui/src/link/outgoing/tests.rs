//! Whatever is done to an outbox, against a little model of what it owes: the posts that nobody has decided.

use super::*;
use bytes::Bytes;
use chat_proto::EntryBody;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const ROOMS: [RoomId; 3] = [RoomId([0; 16]), RoomId([1; 16]), RoomId([2; 16])];
const MINUTE_MS: i64 = 60 * 1000;

/// One thing that happens. Numbers choose among what there is.
#[derive(Debug, Clone, Copy)]
enum Step {
    Write(usize),
    SendNext(usize, usize),
    Answer(usize),
    Doubt(usize),
    Discard(usize),
    /// The person sends what is old, after all.
    SendStale(usize),
    Cut,
    Enter(usize),
    End(usize),
    Wait(i64),
    /// The program ends, and another run takes over what it left.
    Restart,
    /// Another link takes the place of this one, and is given a post before it finds what was left.
    Relink(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owed {
    room: RoomId,
    sent: bool,
    written: UnixMillis,
}

struct Model {
    outgoing: Outgoing,
    owed: BTreeMap<PostId, Owed>,
    /// Rooms that this run was in, those it is in, and those that are over.
    known: BTreeSet<RoomId>,
    here: BTreeSet<RoomId>,
    over: BTreeSet<RoomId>,
    /// Posts of a room that is over, which stand in another.
    stranded: BTreeSet<PostId>,
    last: PostId,
    now: UnixMillis,
}

impl Model {
    fn new() -> Self {
        Self {
            outgoing: Outgoing::default(),
            owed: BTreeMap::new(),
            known: BTreeSet::new(),
            here: BTreeSet::new(),
            over: BTreeSet::new(),
            stranded: BTreeSet::new(),
            last: PostId { instance: 1, n: 0 },
            now: UnixMillis(1_800_000_000_000),
        }
    }

    fn happen(&mut self, step: Step) {
        match step {
            Step::Write(room) => self.write(ROOMS[room]),
            Step::SendNext(room, window) => self.send_next(ROOMS[room], window),
            Step::Answer(nth) => self.answer(nth),
            Step::Doubt(nth) => self.doubt(nth),
            Step::Discard(nth) => self.discard(nth),
            Step::SendStale(nth) => self.send_stale(nth),
            Step::Cut => self.cut(),
            Step::Enter(room) => self.enter(ROOMS[room]),
            Step::End(room) => self.end(ROOMS[room]),
            Step::Wait(minutes) => self.now.0 += minutes * MINUTE_MS,
            Step::Restart => self.restart(),
            Step::Relink(room) => self.relink(ROOMS[room]),
        }
    }

    fn write(&mut self, room: RoomId) {
        if self.over.contains(&room) {
            return;
        }
        self.last.n += 1;
        let item =
            OutboxItem { room, id: self.last, body: EntryBody::Message(Bytes::from("hello")), written: self.now };
        let mark = if self.known.contains(&room) { self.outgoing.post(item) } else { self.outgoing.hold(item) };
        assert_eq!(mark, Mark::Waiting);
        self.owed.insert(self.last, Owed { room, sent: false, written: self.now });
    }

    /// Never more than the window allows, never before an older one that waits, and never what is in doubt.
    fn send_next(&mut self, room: RoomId, window: usize) {
        if !self.here.contains(&room) {
            return;
        }
        let in_room = |model: &Self, is: &Mark| {
            let marks = model.owed.iter().filter(|(_, owed)| owed.room == room);
            marks.filter(|(id, _)| model.outgoing.mark_of(room, **id).as_ref() == Some(is)).map(|(id, _)| *id).collect()
        };
        let waiting: Vec<PostId> = in_room(self, &Mark::Waiting);
        let on_the_wire: Vec<PostId> = in_room(self, &Mark::OnTheWire);

        let Some(item) = self.outgoing.next(room, window) else {
            assert!(waiting.is_empty() || on_the_wire.len() >= window, "{waiting:?} wait for nothing");
            return;
        };

        assert!(on_the_wire.len() < window && waiting.contains(&item.id));
        let is_older = |id: &&PostId| id.instance == item.id.instance && id.n < item.id.n;
        assert_eq!(waiting.iter().find(is_older), None, "and {:?} goes first", item.id);
        self.owed.get_mut(&item.id).unwrap().sent = true;
    }

    fn answer(&mut self, nth: usize) {
        let Some(id) = self.nth(nth, |mark| *mark == Mark::OnTheWire) else { return };
        assert!(self.outgoing.settle(self.owed[&id].room, id));
        self.owed.remove(&id);
    }

    fn doubt(&mut self, nth: usize) {
        let Some(id) = self.nth(nth, |mark| *mark == Mark::OnTheWire) else { return };
        assert!(self.outgoing.give_up(self.owed[&id].room, id, "who knows".into()).is_some());
    }

    fn discard(&mut self, nth: usize) {
        let Some(id) = self.nth(nth, |_| true) else { return };
        self.outgoing.discard(id);
        self.owed.remove(&id);
    }

    fn send_stale(&mut self, nth: usize) {
        let Some(id) = self.nth(nth, |mark| *mark == Mark::Stale) else { return };
        let item = self.outgoing.kept().into_iter().find(|kept| kept.item.id == id).unwrap().item;
        assert_eq!(self.outgoing.post(item), Mark::Waiting);
    }

    fn cut(&mut self) {
        self.here.clear();
        let interrupted: BTreeSet<PostId> = self.outgoing.interrupted().into_iter().map(|(_, id)| id).collect();
        assert!(interrupted.iter().all(|id| self.owed[id].sent));
    }

    fn enter(&mut self, room: RoomId) {
        if self.over.contains(&room) {
            return;
        }
        self.known.insert(room);
        self.here.insert(room);
        for (item, mark) in self.outgoing.restore(room, self.now) {
            assert_eq!(self.owed[&item.id].room, room);
            self.is_told_as_it_is(item.id, &mark);
        }
        let open: Vec<RoomId> = ROOMS.into_iter().filter(|room| !self.over.contains(room)).collect();
        for (item, mark) in self.outgoing.strand(room, &open) {
            self.is_told_as_it_is(item.id, &mark);
            let owed = self.owed.get_mut(&item.id).unwrap();
            assert!(self.over.contains(&owed.room) || self.stranded.contains(&item.id));
            owed.room = room;
            self.stranded.insert(item.id);
        }
    }

    /// What may be in the log is never called refused, and what cannot be there is never doubtful.
    fn is_told_as_it_is(&self, id: PostId, mark: &Mark) {
        let sent = self.owed[&id].sent;
        assert!(!(sent && matches!(mark, Mark::Refused(_))) && (sent || !matches!(mark, Mark::Unknown(_))), "{mark:?}");
    }

    fn end(&mut self, room: RoomId) {
        if !self.known.remove(&room) {
            return;
        }
        self.here.remove(&room);
        self.over.insert(room);
        for (id, mark) in self.outgoing.room_over(room) {
            self.is_told_as_it_is(id, &mark);
            if matches!(mark, Mark::Refused(_)) {
                self.owed.remove(&id);
            }
        }
    }

    fn restart(&mut self) {
        let left = self.end_link();
        self.last = PostId { instance: self.last.instance + 1, n: 0 };
        self.adopt(left);
    }

    fn relink(&mut self, room: RoomId) {
        let left = self.end_link();
        self.write(room);
        self.adopt(left);
    }

    fn end_link(&mut self) -> Vec<Kept> {
        self.known.clear();
        self.here.clear();
        std::mem::take(&mut self.outgoing).kept()
    }

    /// What is too old for anybody to read it there is given up; the rest is what it was.
    fn adopt(&mut self, left: Vec<Kept>) {
        let abandoned = self.outgoing.adopt(left, self.now);
        let before = self.owed.len();
        self.owed.retain(|_, owed| self.now.0 - owed.written.0 <= ABANDONED_AFTER_MS);
        assert_eq!(abandoned, before - self.owed.len());
    }

    /// One of those that stand so.
    fn nth(&self, nth: usize, stands: impl Fn(&Mark) -> bool) -> Option<PostId> {
        let mark = |(id, owed): (&PostId, &Owed)| Some((*id, self.outgoing.mark_of(owed.room, *id)?));
        let those: Vec<_> = self.owed.iter().filter_map(mark).filter(|(_, mark)| stands(mark)).collect();
        those.get(nth % those.len().max(1)).map(|(id, _)| *id)
    }

    fn holds_what_is_owed(&self) {
        let kept = self.outgoing.kept();
        let held: BTreeMap<PostId, Owed> = kept.iter().map(|kept| (kept.item.id, owed(kept))).collect();
        assert_eq!(held, self.owed);
        assert_eq!(held.len(), kept.len(), "each once");
        for (at, earlier) in kept.iter().enumerate().filter(|(_, kept)| !self.stranded.contains(&kept.item.id)) {
            let (room, id) = (earlier.item.room, earlier.item.id);
            let comes_first = |later: &&Kept| {
                (later.item.room, later.item.id.instance) == (room, id.instance) && later.item.id.n < id.n
            };
            let is_own = |later: &&Kept| !self.stranded.contains(&later.item.id);
            assert_eq!(kept[at..].iter().filter(is_own).find(comes_first), None, "behind {id:?}");
        }
    }
}

fn owed(kept: &Kept) -> Owed {
    Owed { room: kept.item.room, sent: kept.sent, written: kept.item.written }
}

fn step() -> impl Strategy<Value = Step> {
    let room = || 0..ROOMS.len();
    prop_oneof![
        6 => room().prop_map(Step::Write),
        6 => (room(), 1..4_usize).prop_map(|(room, window)| Step::SendNext(room, window)),
        3 => (0..9_usize).prop_map(Step::Answer),
        1 => (0..9_usize).prop_map(Step::Doubt),
        1 => (0..9_usize).prop_map(Step::Discard),
        1 => (0..9_usize).prop_map(Step::SendStale),
        1 => Just(Step::Cut),
        4 => room().prop_map(Step::Enter),
        1 => room().prop_map(Step::End),
        1 => prop_oneof![Just(1_i64), Just(11), Just(31 * 24 * 60)].prop_map(Step::Wait),
        1 => Just(Step::Restart),
        1 => room().prop_map(Step::Relink),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_post_leaves_only_when_it_is_decided_and_goes_out_in_the_order_it_was_written(steps in vec(step(), 1..80)) {
        let mut model = Model::new();
        for step in steps {
            let before = model.outgoing.kept();
            model.happen(step);
            model.holds_what_is_owed();
            let is_told = model.outgoing.take_changed() || matches!(step, Step::Restart | Step::Relink(_));
            prop_assert!(is_told || before == model.outgoing.kept(), "{:?} is not on disk", step);
        }
    }
}
