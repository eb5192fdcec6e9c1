//! Somebody in one room who keeps account of what they said, and of what became of it.

use crate::support::expect_joined;
use crate::support::line::Line;
use chat_proto::frame::{Create, Door, Keep, Post, Resume, Stay};
use chat_proto::{Code, Entry, EntryBody, PostId, RoomId, Seq, ServerFrame};
use std::collections::{BTreeMap, HashMap};

pub(crate) struct Speaker {
    pub(crate) line: Line,
    pub(crate) room: RoomId,
    pub(crate) code: [u8; 4],
    name: &'static str,
    instance: u64,
    /// The text of post `n` stands at `n - 1`.
    said: Vec<String>,
    fates: BTreeMap<u64, Fate>,
    /// Requests of this line that wait, and for which post.
    asked: HashMap<u32, u64>,
    /// Their own posts, as they were shown to them.
    shown: BTreeMap<u64, Seq>,
}

/// What became of a post, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Accepted(Seq),
    Refused(Code),
}

/// The connection ended without an answer, perhaps with a word.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cut(pub(crate) Option<Code>);

impl Speaker {
    /// Somebody who opens a room.
    pub(crate) async fn new(port: u16, name: &'static str, instance: u64) -> Self {
        let (mut line, _) = Line::open(port, name, instance).await.expect("a server");
        let create = Create { id: instance, stay: Stay::Resident, door: Door::Open, keep: Keep::Default };
        let joined = expect_joined(line.ask(create).await.expect("a server"));
        let (room, code) = (joined.room, joined.code);
        let (said, fates, asked, shown) = (Vec::new(), BTreeMap::new(), HashMap::new(), BTreeMap::new());
        Self { line, room, code, name, instance, said, fates, asked, shown }
    }

    /// Comes back after a cut.
    pub(crate) async fn return_to(&mut self, port: u16) {
        self.line = Line::open(port, self.name, self.instance).await.expect("a server").0;
        self.asked.clear();
        let resume = Resume { room: self.room, after: Seq::START, stay: Stay::Resident };
        expect_joined(self.line.ask(resume).await.expect("a server"));
    }

    /// Says something new.
    pub(crate) async fn say(&mut self, text: impl Into<String>) -> Result<Fate, Cut> {
        let n = self.begin(text).await.map_err(|_| Cut(None))?;
        self.fate(n).await
    }

    /// Says something new, and does not wait for the answer.
    pub(crate) async fn begin(&mut self, text: impl Into<String>) -> std::io::Result<u64> {
        self.said.push(text.into());
        let n = self.said.len() as u64;
        self.send(n).await.map(|()| n)
    }

    /// Sends again, in order, whatever is undecided.
    pub(crate) async fn repeat(&mut self) -> Result<(), Cut> {
        let undecided: Vec<u64> = (1..=self.said.len() as u64).filter(|n| !self.fates.contains_key(n)).collect();
        for n in undecided {
            self.send(n).await.map_err(|_| Cut(None))?;
            self.fate(n).await?;
        }
        Ok(())
    }

    async fn send(&mut self, n: u64) -> std::io::Result<()> {
        let id = PostId { instance: self.instance, n };
        let body = EntryBody::Message(self.said[n as usize - 1].clone().into());
        let request = self.line.send(Post { room: self.room, id, body }).await?;
        self.asked.insert(request, n);
        Ok(())
    }

    /// Waits for what becomes of a post.
    pub(crate) async fn fate(&mut self, n: u64) -> Result<Fate, Cut> {
        let mut last_word = None;
        loop {
            if let Some(fate) = self.fates.get(&n) {
                return Ok(*fate);
            }
            let Ok((request, frame)) = self.line.read().await else { return Err(Cut(last_word)) };
            last_word = self.take(request, frame).or(last_word);
        }
    }

    /// Returns the word that a connection may end with.
    fn take(&mut self, request: u32, frame: ServerFrame) -> Option<Code> {
        match frame {
            ServerFrame::Accepted(accepted) => self.settle(request, Fate::Accepted(accepted.seq)),
            ServerFrame::Refused(refused) if refused.code == Code::OUTCOME_UNKNOWN => return Some(refused.code),
            ServerFrame::Refused(refused) if request != 0 => self.settle(request, Fate::Refused(refused.code)),
            ServerFrame::Refused(refused) => return Some(refused.code),
            ServerFrame::Batch(batch) => self.look_at(&batch.entries),
            _ => {}
        }
        None
    }

    fn settle(&mut self, request: u32, fate: Fate) {
        let n = self.asked.remove(&request).expect("an answer to a post");
        self.fates.insert(n, fate);
    }

    fn look_at(&mut self, entries: &[Entry]) {
        let mine = entries.iter().filter_map(|entry| Some((entry.post?, entry.seq)));
        self.shown.extend(mine.filter(|(id, _)| id.instance == self.instance).map(|(id, seq)| (id.n, seq)));
    }

    /// Holds the account against the log (I1 to I4, I8), and says how many posts are in it.
    pub(crate) async fn compare(&mut self) -> usize {
        let log = self.line.history(self.room).await.expect("a server");
        let mine =
            log.iter().filter_map(|entry| Some((entry.post.filter(|id| id.instance == self.instance)?.n, entry)));
        let mine: Vec<(u64, &Entry)> = mine.collect();

        assert!(mine.windows(2).all(|pair| pair[0].0 < pair[1].0), "each once, in order");
        let stored: BTreeMap<u64, &Entry> = mine.iter().copied().collect();
        for (n, text) in (1..).zip(&self.said) {
            let fate = self.fates.get(&n);
            let entry = stored.get(&n);
            match fate {
                Some(Fate::Accepted(seq)) => assert_eq!(entry.map(|entry| entry.seq), Some(*seq), "{n} was accepted"),
                Some(Fate::Refused(code)) => assert_eq!(entry, None, "{n} was refused with {code:?}"),
                None => {}
            }
            if let Some(entry) = entry {
                assert_eq!(entry.body, EntryBody::Message(text.clone().into()), "{n}");
            }
        }
        for (n, seq) in &self.shown {
            assert_eq!(stored.get(n).map(|entry| entry.seq), Some(*seq), "{n} was shown");
        }
        stored.len()
    }

    /// How many were accepted.
    pub(crate) fn accepted(&self) -> usize {
        self.fates.values().filter(|fate| matches!(fate, Fate::Accepted(_))).count()
    }
}
