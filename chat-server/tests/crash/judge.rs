//! Holds what everybody says against the log, as the last server shows it.

use chat_proto::{Entry, EntryBody, PostId, RoomId, Seq};
use std::collections::{BTreeMap, HashMap};

pub(crate) type Logs = HashMap<RoomId, Vec<Entry>>;

/// What somebody posted, and what the servers said to it.
pub(crate) struct Account {
    name: String,
    instance: u64,
    pub(crate) room: Option<RoomId>,
    /// What post `n` says stands at `n - 1`.
    pub(crate) posted: Vec<EntryBody>,
    /// By `n`.
    pub(crate) accepted: BTreeMap<u64, Seq>,
}

impl Account {
    pub(crate) fn new(name: &str, instance: u64) -> Self {
        let (posted, accepted) = (Vec::new(), BTreeMap::new());
        Self { name: name.to_owned(), instance, room: None, posted, accepted }
    }
}

/// What somebody was shown.
#[derive(Default)]
pub(crate) struct View {
    /// From where on they read a room.
    pub(crate) since: HashMap<RoomId, Seq>,
    pub(crate) shown: HashMap<(RoomId, Seq), Entry>,
    /// Gaps: from, to.
    pub(crate) left_out: Vec<(RoomId, Seq, Seq)>,
}

/// Says how many posts it has judged.
pub(crate) fn judge(logs: &Logs, accounts: &[Account], views: &[View]) -> usize {
    for log in logs.values() {
        is_one_chain(log);
    }
    for account in accounts {
        holds(account, logs);
    }
    for view in views {
        is_the_log(view, logs);
    }
    let posts = accounts.iter().map(|account| account.posted.len()).sum();
    let said = logs.values().flatten().filter(|entry| entry.post.is_some()).count();
    assert_eq!(said, posts, "messages that nobody posted");
    posts
}

/// I1.
fn is_one_chain(log: &[Entry]) {
    assert_eq!(log[0].prev, Seq::START, "nothing is old enough to be purged");
    for pair in log.windows(2) {
        assert_eq!(pair[1].prev, pair[0].seq);
        assert!(pair[0].seq < pair[1].seq && pair[0].time <= pair[1].time);
    }
}

/// I2, I3, I9: every post is there once, in order, where it was said to be, and all were answered.
fn holds(account: &Account, logs: &Logs) {
    let Account { name, instance, posted, accepted, .. } = account;
    let log = &logs[&account.room.expect("everybody found their room")];
    let theirs = log.iter().filter_map(|entry| Some((entry, entry.post.filter(|id| id.instance == *instance)?)));

    let stored: Vec<(u64, Seq, EntryBody)> =
        theirs.map(|(entry, PostId { n, .. })| (n, entry.seq, entry.body.clone())).collect();

    let due: Vec<(u64, Seq, EntryBody)> = (1..)
        .zip(posted)
        .map(|(n, body)| {
            let seq = *accepted.get(&n).unwrap_or_else(|| panic!("{name}: {n} was never answered"));
            (n, seq, body.clone())
        })
        .collect();
    let differs = due.iter().zip(&stored).find(|(due, stored)| due != stored);
    assert_eq!(differs, None, "{name}: on the left what was accepted, on the right what is in the log");
    assert_eq!(due.len(), stored.len(), "{name}");
}

/// I4, I5: whatever was shown is in the log as it was shown, and nothing in between was kept back.
fn is_the_log(view: &View, logs: &Logs) {
    for (room, log) in logs {
        let since = view.since[room];
        let is_left_out = |seq| view.left_out.iter().any(|(of, from, to)| of == room && *from <= seq && seq <= *to);
        let due: HashMap<Seq, &Entry> =
            log.iter().filter(|entry| entry.seq > since).map(|entry| (entry.seq, entry)).collect();
        for ((_, seq), entry) in view.shown.iter().filter(|((of, _), _)| of == room) {
            assert_eq!(Some(&entry), due.get(seq), "on the left what was shown, on the right what is in the log");
        }
        for seq in due.keys().filter(|seq| !is_left_out(**seq)) {
            assert!(view.shown.contains_key(&(*room, *seq)), "{seq} was not shown");
        }
    }
}
