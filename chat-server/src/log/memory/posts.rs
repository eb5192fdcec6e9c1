//! Which posts a log in memory knows: each whose entry is kept, and of every sender up to which one they are gone.
//!
//! Whoever speaks mostly says one thing after another: what follows on each other takes no memory of its own.

use chat_proto::{PersonId, Seq};
use std::collections::{BTreeMap, VecDeque};

/// Instances per room whose posts are remembered at least as "gone up to". Beyond, the longest silent are forgotten:
/// a client resends for minutes, and it takes this many others to push it out.
const SENDERS_MAX: usize = 16_384;

/// The posts of a log.
#[derive(Default)]
pub(super) struct Posts {
    senders: BTreeMap<Sender, Posted>,
    /// Whose the entries are that are kept, in order, and how many stand together; none for what was not posted.
    kept: VecDeque<(Option<Sender>, usize)>,
}

/// A running client of a person, as the dedupe key knows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sender {
    pub(super) person: PersonId,
    pub(super) instance: u64,
}

/// What is known of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Its entry stands there.
    At(Seq),
    /// Its entry, or that of a later one, was dropped.
    Gone,
    /// A later one was accepted, and it was not.
    Skipped,
    /// Nothing.
    Nothing,
}

/// What is remembered of one sender's posts.
#[derive(Default)]
struct Posted {
    /// Those whose entries are kept, in order.
    known: VecDeque<Streak>,
    /// Entries of posts up to here were dropped.
    gone_up_to: u64,
    /// The highest that was accepted.
    highest: u64,
    last_seq: Seq,
}

/// Posts whose numbers follow on each other, as their entries do.
struct Streak {
    first: u64,
    last: u64,
    /// Where the first one's entry stands.
    seq: Seq,
}

impl Posts {
    /// What an entry takes here that is neither said together with the one before nor with the next.
    pub(super) const BYTES_EACH: usize = size_of::<(Option<Sender>, usize)>() + size_of::<Streak>();

    /// What is known of a sender's `n`th post.
    pub(super) fn look_up(&self, sender: Sender, n: u64) -> Known {
        let Some(posted) = self.senders.get(&sender).filter(|posted| n <= posted.highest) else {
            return Known::Nothing;
        };
        match posted.find(n) {
            Some(seq) => Known::At(seq),
            None if n <= posted.gone_up_to => Known::Gone,
            None => Known::Skipped,
        }
    }

    /// The next entry stands at `seq`: a post that was not known, or none.
    pub(super) fn note(&mut self, post: Option<(Sender, u64)>, seq: Seq) {
        let sender = post.map(|(sender, _)| sender);
        match self.kept.back_mut() {
            Some((same, count)) if *same == sender => *count += 1,
            _ => self.kept.push_back((sender, 1)),
        }
        let Some((sender, n)) = post else { return };
        self.senders.entry(sender).or_default().accept(n, seq);
        if self.senders.len() > SENDERS_MAX {
            self.forget_silent();
        }
    }

    /// So many of the oldest entries are dropped.
    pub(super) fn drop_oldest(&mut self, mut entries: usize) {
        while let Some((sender, count)) = self.kept.front_mut().filter(|_| entries > 0) {
            let dropped = entries.min(*count);
            if let Some(posted) = sender.and_then(|sender| self.senders.get_mut(&sender)) {
                posted.drop_oldest(dropped as u64);
            }
            entries -= dropped;
            *count -= dropped;
            if *count == 0 {
                self.kept.pop_front();
            }
        }
    }

    /// Forgets the longest silent half of the senders that have no entry left.
    fn forget_silent(&mut self) {
        let mut silent: Vec<Seq> =
            self.senders.values().filter(|posted| posted.known.is_empty()).map(|posted| posted.last_seq).collect();
        silent.sort_unstable();
        if let Some(middle) = silent.get(silent.len() / 2).copied() {
            self.senders.retain(|_, posted| !posted.known.is_empty() || posted.last_seq > middle);
        }
    }
}

impl Posted {
    fn accept(&mut self, n: u64, seq: Seq) {
        (self.highest, self.last_seq) = (n, seq);
        match self.known.back_mut() {
            Some(streak) if streak.goes_on_with(n, seq) => streak.last = n,
            _ => self.known.push_back(Streak { first: n, last: n, seq }),
        }
    }

    fn find(&self, n: u64) -> Option<Seq> {
        let streak = self.known.get(self.known.partition_point(|streak| streak.last < n))?;
        Some(streak.place(n.checked_sub(streak.first)?))
    }

    fn drop_oldest(&mut self, mut posts: u64) {
        while let Some(streak) = self.known.front_mut().filter(|_| posts > 0) {
            let behind_the_first = streak.last - streak.first;
            if posts <= behind_the_first {
                self.gone_up_to = streak.first + posts - 1;
                *streak = Streak { first: streak.first + posts, seq: streak.place(posts), ..*streak };
                return;
            }
            self.gone_up_to = streak.last;
            posts -= behind_the_first + 1;
            self.known.pop_front();
        }
        if self.known.is_empty() {
            // With its memory: many have spoken and are silent.
            self.known = VecDeque::new();
        }
    }
}

impl Streak {
    /// Where the entry of the one so many behind the first stands.
    fn place(&self, behind: u64) -> Seq {
        Seq(self.seq.0 + behind)
    }

    fn goes_on_with(&self, n: u64, seq: Seq) -> bool {
        n.checked_sub(1) == Some(self.last) && seq == self.place(n - self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const fn sender(n: u8) -> Sender {
        Sender { person: PersonId(n as u64), instance: 7 }
    }

    #[derive(Debug, Clone)]
    enum Step {
        /// Somebody posts with so many numbers left out; nobody writes what was not posted.
        Note(Option<(u8, u64)>),
        Drop(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => proptest::option::weighted(0.9, (0..3_u8, prop_oneof![3 => Just(0), 1 => 1..4_u64])).prop_map(Step::Note),
            1 => (0..6_usize).prop_map(Step::Drop),
        ]
    }

    proptest! {
        #[test]
        fn every_post_is_known_as_what_became_of_it(steps in vec(step(), 0..64)) {
            let (mut posts, mut head) = (Posts::default(), 0);
            let mut highest = [0; 3];
            // Whose each entry is that is kept, and under which number.
            let mut kept: VecDeque<Option<(u8, u64)>> = VecDeque::new();
            let mut gone = [0; 3];

            for step in steps {
                match step {
                    Step::Note(post) => {
                        head += 1;
                        let post = post.map(|(who, skipped)| (who, highest[usize::from(who)] + 1 + skipped));
                        posts.note(post.map(|(who, n)| (sender(who), n)), Seq(head));
                        post.inspect(|(who, n)| highest[usize::from(*who)] = *n);
                        kept.push_back(post);
                    }
                    Step::Drop(entries) => {
                        posts.drop_oldest(entries);
                        let dropped = kept.drain(..entries.min(kept.len())).flatten();
                        dropped.for_each(|(who, n)| gone[usize::from(who)] = n);
                    }
                }
            }

            let oldest = head + 1 - kept.len() as u64;
            for who in 0..3 {
                let (highest, gone) = (highest[usize::from(who)], gone[usize::from(who)]);
                for n in 0..=highest + 2 {
                    let expected = match kept.iter().position(|post| *post == Some((who, n))) {
                        Some(at) => Known::At(Seq(oldest + at as u64)),
                        None if n > highest || highest == 0 => Known::Nothing,
                        None if n <= gone => Known::Gone,
                        None => Known::Skipped,
                    };
                    prop_assert_eq!(posts.look_up(sender(who), n), expected, "{} {}", who, n);
                }
            }
        }
    }

    #[test]
    fn what_one_client_says_takes_no_more_memory_for_each_post() {
        let mut posts = Posts::default();
        for n in 1..=1_000 {
            posts.note(Some((sender(1), n)), Seq(n));
        }

        assert_eq!((posts.kept.len(), posts.senders[&sender(1)].known.len()), (1, 1));
        assert_eq!(posts.look_up(sender(1), 700), Known::At(Seq(700)));
    }

    #[test]
    fn the_last_number_there_is_is_one_like_others() {
        let mut posts = Posts::default();
        posts.note(Some((sender(1), u64::MAX - 1)), Seq(1));
        posts.note(Some((sender(1), u64::MAX)), Seq(2));

        posts.drop_oldest(1);
        assert_eq!(posts.look_up(sender(1), u64::MAX), Known::At(Seq(2)));
        posts.drop_oldest(1);
        assert_eq!(posts.look_up(sender(1), u64::MAX), Known::Gone);
    }
}
