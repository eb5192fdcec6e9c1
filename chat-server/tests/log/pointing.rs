//! Entries that point at entries.

use crate::bench::{ALICE, BOB, Bench, Sender, all, append, entry, verdict, within_reason};
use crate::on_every_log;
use chat_proto::entry::{Delete, Edit, React, ReactionState, Reply};
use chat_proto::limits::{
    EDITS_PER_MESSAGE, EMOJI_PER_MESSAGE, PAGE_BYTES, PAGE_ENTRIES, REACTIONS_PER_MESSAGE, TEXT_BYTES,
};
use chat_proto::{Entry, EntryBody, Seq};
use chat_server::log::search::{Query, Term};
use chat_server::log::{Draft, End, Log, Range, Reach, Verdict};
use std::sync::Arc;

on_every_log!(
    whoever_wrote_a_message_edits_it_and_nobody_else,
    whoever_keeps_order_deletes_what_others_said_and_nobody_else_does,
    only_what_was_said_and_is_kept_is_changed,
    a_target_in_the_same_batch_is_one,
    a_reply_answers_whatever_stands_before_it,
    what_is_deleted_is_erased_with_every_edit_of_it,
    a_resend_of_what_was_erased_meanwhile_is_known,
    what_was_edited_is_found_by_what_it_says_now_in_its_own_place,
    what_was_deleted_is_found_no_more_and_stands_around_no_hit,
    a_message_is_edited_so_often_and_no_more,
    a_message_has_so_many_reactions_and_no_more,
    a_page_with_a_reaction_tells_that_it_was_taken_back,
    of_what_was_taken_back_a_page_tells_the_last_hundred,
    a_page_comes_with_what_changes_it_and_still_counts,
    a_page_that_does_not_fit_with_all_that_changes_it_gives_fewer_entries,
    forgetting_erases_replies_and_edits_too,
    whatever_is_said_and_changed_every_reader_sees_the_same,
);

fn edit(target: u64, text: &str) -> EntryBody {
    EntryBody::Edit(Edit { target: Seq(target), text: text.to_owned().into() })
}

fn delete(target: u64) -> EntryBody {
    EntryBody::Delete(Delete { target: Seq(target) })
}

fn reply(to: u64, text: &str) -> EntryBody {
    EntryBody::Reply(Reply { to: Seq(to), text: text.to_owned().into() })
}

fn react(target: u64, emoji: &str, state: ReactionState) -> EntryBody {
    EntryBody::React(React { target: Seq(target), emoji: emoji.to_owned().into(), state })
}

fn on(target: u64, emoji: &str) -> EntryBody {
    react(target, emoji, ReactionState::On)
}

fn off(target: u64, emoji: &str) -> EntryBody {
    react(target, emoji, ReactionState::Off)
}

fn by_order(draft: Draft) -> Draft {
    Draft { reach: Reach::Anybodys, ..draft }
}

async fn whoever_wrote_a_message_edits_it_and_nobody_else(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a")]).await;

    assert_eq!(verdict(&log, BOB.posts(1, edit(1, "b"))).await, Verdict::NotYours);
    assert_eq!(verdict(&log, by_order(BOB.posts(1, edit(1, "b")))).await, Verdict::NotYours);
    assert_eq!(verdict(&log, ALICE.elsewhere().posts(1, edit(1, "b"))).await, Verdict::Appended(Seq(2)));
    assert_eq!(verdict(&log, ALICE.posts(2, edit(1, "c"))).await, Verdict::Appended(Seq(3)));
}

async fn whoever_keeps_order_deletes_what_others_said_and_nobody_else_does(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a"), ALICE.says(2, "b")]).await;

    assert_eq!(verdict(&log, BOB.posts(1, delete(1))).await, Verdict::NotYours);
    assert_eq!(verdict(&log, by_order(BOB.posts(1, delete(1)))).await, Verdict::Appended(Seq(3)));
    assert_eq!(verdict(&log, ALICE.posts(3, delete(2))).await, Verdict::Appended(Seq(4)));
}

async fn only_what_was_said_and_is_kept_is_changed(bench: Bench) {
    let log = bench.room(1);
    let topic = ALICE.posts(1, EntryBody::Topic("t".into()));
    append(&log, vec![topic, ALICE.says(2, "gone"), ALICE.posts(3, edit(2, "soon")), ALICE.posts(4, delete(2))]).await;
    append(&bench.room(2), (1..=20).map(|n| ALICE.says(n, "elsewhere")).collect()).await;

    for target in [0, 1, 2, 3, 4, 5, 6, 20, 1 << 40, (1 << 40) - 1, u64::MAX - 1, u64::MAX] {
        for body in [edit(target, "x"), delete(target), on(target, "👍"), off(target, "👍")] {
            assert_eq!(verdict(&log, ALICE.posts(5, body)).await, Verdict::NoSuchMessage, "{target}");
        }
    }
    append(&log, vec![ALICE.says(5, "a"), ALICE.posts(6, EntryBody::Forget)]).await;
    assert_eq!(verdict(&log, BOB.posts(1, on(5, "👍"))).await, Verdict::NoSuchMessage);
    assert_eq!(verdict(&log, ALICE.posts(7, delete(5))).await, Verdict::NoSuchMessage);
}

async fn a_target_in_the_same_batch_is_one(bench: Bench) {
    let log = bench.room(1);

    let (verdicts, _) = append(
        &log,
        vec![
            ALICE.posts(1, edit(1, "itself")),
            ALICE.says(1, "a"),
            ALICE.posts(2, edit(1, "b")),
            BOB.posts(1, on(1, "👍")),
            ALICE.posts(3, delete(1)),
            ALICE.posts(4, edit(1, "c")),
        ],
    )
    .await;

    assert_eq!(verdicts[0], Verdict::NoSuchMessage);
    assert_eq!(verdicts[1..5], [1, 2, 3, 4].map(|seq| Verdict::Appended(Seq(seq))));
    assert_eq!(verdicts[5], Verdict::NoSuchMessage);
    assert_eq!(bodies(&log).await, [EntryBody::Erased, edit(1, ""), on(1, "👍"), delete(1)]);
}

async fn a_reply_answers_whatever_stands_before_it(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.notes(EntryBody::Opened)]).await;

    for to in [0, 2, 3, u64::MAX] {
        assert_eq!(verdict(&log, BOB.posts(1, reply(to, "x"))).await, Verdict::NoSuchMessage, "{to}");
    }
    assert_eq!(verdict(&log, BOB.posts(1, reply(1, "welcome"))).await, Verdict::Appended(Seq(2)));
    assert_eq!(verdict(&log, BOB.posts(2, edit(2, "hello"))).await, Verdict::Appended(Seq(3)));
}

async fn what_is_deleted_is_erased_with_every_edit_of_it(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a"), ALICE.posts(2, edit(1, "b")), ALICE.posts(3, edit(1, "c"))]).await;

    append(&log, vec![ALICE.posts(4, delete(1))]).await;

    assert_eq!(bodies(&log).await, [EntryBody::Erased, edit(1, ""), edit(1, ""), delete(1)]);
}

async fn a_resend_of_what_was_erased_meanwhile_is_known(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a"), ALICE.posts(2, edit(1, "b")), ALICE.posts(3, delete(1))]).await;

    assert_eq!(verdict(&log, ALICE.says(1, "a")).await, Verdict::Known(Seq(1)));
    assert_eq!(verdict(&log, ALICE.posts(2, edit(1, "b"))).await, Verdict::Known(Seq(2)));
    assert_eq!(verdict(&log, ALICE.posts(2, edit(7, "b"))).await, Verdict::Reused);
    assert_eq!(verdict(&log, ALICE.posts(3, delete(1))).await, Verdict::Known(Seq(3)));
    assert_eq!(verdict(&log, ALICE.posts(3, delete(2))).await, Verdict::Reused);
}

async fn what_was_edited_is_found_by_what_it_says_now_in_its_own_place(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "an old word"), BOB.says(1, "between")]).await;
    assert_eq!(found(&log, "old").await, [(1, "an old word".to_owned())]);

    append(&log, vec![ALICE.posts(2, edit(1, "some word")), ALICE.posts(3, edit(1, "a new word"))]).await;

    assert_eq!(found(&log, "old").await, []);
    assert_eq!(found(&log, "some").await, []);
    assert_eq!(found(&log, "new").await, [(1, "a new word".to_owned())]);
    assert_eq!(around(&log, "between").await, ["a new word"]);
}

async fn what_was_deleted_is_found_no_more_and_stands_around_no_hit(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "gone"), BOB.says(1, "here"), ALICE.posts(2, edit(1, "gone soon"))]).await;
    assert_eq!(found(&log, "gone").await.len(), 1);

    append(&log, vec![ALICE.posts(3, delete(1))]).await;

    assert_eq!(found(&log, "gone").await, []);
    assert_eq!(around(&log, "here").await, [] as [&str; 0]);
}

async fn a_page_with_a_reaction_tells_that_it_was_taken_back(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a"), BOB.posts(1, on(1, "👍")), BOB.says(2, "b"), BOB.posts(3, off(1, "👍"))])
        .await;
    assert_eq!(places(&log, 0, 3).await, [1, 2, 4]);

    append(&log, vec![BOB.posts(4, off(1, "👍"))]).await;
    assert_eq!(places(&log, 0, 3).await, [1, 2, 5]);
    append(&log, vec![BOB.posts(5, on(1, "👍"))]).await;
    assert_eq!(places(&log, 0, 3).await, [1, 2, 6]);
    append(&log, vec![ALICE.posts(2, off(1, "🎉"))]).await;
    assert_eq!(places(&log, 0, 3).await, [1, 2, 6], "nobody gave that");
}

async fn of_what_was_taken_back_a_page_tells_the_last_hundred(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a")]).await;
    let emoji = |n: u32| char::from_u32(0x1f300 + n).unwrap().to_string();

    for n in 0..150 {
        let id = 2 * u64::from(n) + 1;
        append(&log, vec![BOB.posts(id, on(1, &emoji(n))), BOB.posts(id + 1, off(1, &emoji(n)))]).await;
    }

    let page = places(&log, 0, 2).await;
    assert_eq!((page.len(), page[1], page[100]), (101, 103, 301));
}

async fn a_message_is_edited_so_often_and_no_more(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a"), ALICE.says(2, "b")]).await;
    append(&log, (0..EDITS_PER_MESSAGE as u64).map(|n| ALICE.posts(3 + n, edit(1, &n.to_string()))).collect()).await;

    assert_eq!(verdict(&log, ALICE.posts(100, edit(1, "once more"))).await, Verdict::TooManyEdits);
    assert!(matches!(verdict(&log, ALICE.posts(100, edit(2, "another"))).await, Verdict::Appended(_)));
    assert!(matches!(verdict(&log, ALICE.posts(101, delete(1))).await, Verdict::Appended(_)));
    assert_eq!(found(&log, "63").await, []);
}

async fn a_message_has_so_many_reactions_and_no_more(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a"), ALICE.says(2, "b")]).await;
    let emoji = |n: usize| char::from_u32(0x1f600 + u32::try_from(n).unwrap()).unwrap().to_string();
    let person = |n: usize| Sender { person: 100 + n as u64, instance: 1 };

    let different = (0..EMOJI_PER_MESSAGE).map(|n| BOB.posts(n as u64 + 1, on(1, &emoji(n)))).collect();
    append(&log, different).await;
    assert_eq!(verdict(&log, BOB.posts(90, on(1, &emoji(50)))).await, Verdict::TooManyReactions);
    let rest = (EMOJI_PER_MESSAGE..REACTIONS_PER_MESSAGE).map(|n| person(n).posts(1, on(1, &emoji(0)))).collect();
    append(&log, rest).await;

    assert_eq!(verdict(&log, person(0).posts(1, on(1, &emoji(0)))).await, Verdict::TooManyReactions);
    assert!(matches!(verdict(&log, BOB.posts(91, on(1, &emoji(0)))).await, Verdict::Appended(_)), "given already");
    assert!(matches!(verdict(&log, BOB.posts(92, on(2, &emoji(0)))).await, Verdict::Appended(_)), "another message");
    assert!(matches!(verdict(&log, BOB.posts(93, off(1, &emoji(1)))).await, Verdict::Appended(_)));
    assert!(matches!(verdict(&log, person(0).posts(1, on(1, &emoji(50)))).await, Verdict::Appended(_)));
    let page = page(&log, 0, 3).await;
    assert_eq!(
        page.len(),
        2 + REACTIONS_PER_MESSAGE + 2,
        "those of one message, what was taken back, and one of the other"
    );
}

async fn a_page_comes_with_what_changes_it_and_still_counts(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "one"), BOB.says(1, "two"), ALICE.says(2, "three"), ALICE.says(3, "four")]).await;
    let changes = vec![
        ALICE.posts(4, edit(1, "1")),
        ALICE.posts(5, edit(1, "one!")),
        BOB.posts(2, on(1, "👍")),
        BOB.posts(3, off(1, "👍")),
        BOB.posts(4, on(1, "🎉")),
        BOB.posts(5, on(1, "🎉")),
        ALICE.posts(6, on(1, "🎉")),
        ALICE.posts(7, on(2, "🎉")),
        ALICE.posts(8, edit(3, "drei")),
        BOB.posts(6, on(3, "👍")),
        ALICE.posts(9, delete(3)),
        ALICE.posts(10, on(4, "👍")),
        BOB.posts(7, reply(1, "a reply changes nothing")),
    ];
    append(&log, changes).await;

    let gist = |entries: Vec<Entry>| entries.into_iter().map(|entry| (entry.seq.0, entry.body)).collect::<Vec<_>>();
    assert_eq!(
        gist(page(&log, 0, 4).await),
        [
            (1, EntryBody::Message("one".into())),
            (2, EntryBody::Message("two".into())),
            (3, EntryBody::Erased),
            (6, edit(1, "one!")),
            (8, off(1, "👍")),
            (10, on(1, "🎉")),
            (11, on(1, "🎉")),
            (12, on(2, "🎉")),
        ]
    );
    assert_eq!(gist(page(&log, 1, 3).await), [(2, EntryBody::Message("two".into())), (12, on(2, "🎉"))]);
    let through_the_changes = gist(page(&log, 0, 11).await);
    assert_eq!(
        through_the_changes.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(),
        (1..=12).chain([16]).collect::<Vec<_>>()
    );
}

async fn a_page_that_does_not_fit_with_all_that_changes_it_gives_fewer_entries(bench: Bench) {
    let log = bench.room(1);
    let text = "x".repeat(TEXT_BYTES);
    append(&log, (1..=10).map(|n| ALICE.says(n, &text)).collect()).await;
    append(&log, (1..=10).map(|n| ALICE.posts(10 + n, edit(n, &text))).collect()).await;

    let page = page(&log, 0, 11).await;

    let (said, edits): (Vec<_>, Vec<_>) = page.iter().partition(|entry| matches!(entry.body, EntryBody::Message(_)));
    let targets: Vec<_> = edits.iter().map(|edit| edit.body.target().unwrap()).collect();
    assert_eq!(targets, said.iter().map(|entry| entry.seq).collect::<Vec<_>>());
    assert_eq!(said.last().unwrap().seq, Seq(10));
    assert_eq!(said.len(), 7, "14 texts of 16 KiB fit into a frame of 256 KiB");
}

async fn forgetting_erases_replies_and_edits_too(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![BOB.says(1, "b"), ALICE.posts(1, reply(1, "a")), ALICE.posts(2, edit(2, "aa"))]).await;
    append(&log, vec![BOB.posts(2, on(2, "👍")), ALICE.posts(3, EntryBody::Forget)]).await;

    assert_eq!(
        bodies(&log).await,
        [EntryBody::Message("b".into()), EntryBody::Erased, edit(2, ""), on(2, "👍"), EntryBody::Forget]
    );
    assert_eq!(page(&log, 0, 3).await.len(), 2);
    assert_eq!(verdict(&log, ALICE.posts(2, edit(2, "aa"))).await, Verdict::Known(Seq(3)));
}

/// What a reader who has seen everything knows.
#[derive(Default)]
struct Model {
    entries: Vec<(Sender, EntryBody)>,
}

impl Model {
    fn at(&self, seq: u64) -> Option<&(Sender, EntryBody)> {
        self.entries.get(usize::try_from(seq).ok()?.checked_sub(1)?)
    }

    fn is_said(&self, seq: u64) -> bool {
        let said = self.at(seq).map(|(_, body)| body);
        matches!(said, Some(EntryBody::Message(_) | EntryBody::Action(_) | EntryBody::Reply(_)))
    }

    fn verdict(&self, sender: Sender, body: &EntryBody, reach: Reach) -> Verdict {
        let next = self.entries.len() as u64 + 1;
        if let EntryBody::Reply(reply) = body {
            return if (1..next).contains(&reply.to.0) { Verdict::Appended(Seq(next)) } else { Verdict::NoSuchMessage };
        }
        let Some(target) = body.target() else { return Verdict::Appended(Seq(next)) };
        if !self.is_said(target.0) {
            return Verdict::NoSuchMessage;
        }
        let is_theirs = self.at(target.0).unwrap().0.person == sender.person;
        match body {
            EntryBody::Edit(_) if !is_theirs => Verdict::NotYours,
            EntryBody::Delete(_) if !is_theirs && reach == Reach::Own => Verdict::NotYours,
            _ => Verdict::Appended(Seq(next)),
        }
    }

    fn take(&mut self, sender: Sender, body: EntryBody) {
        match &body {
            EntryBody::Delete(delete) => self.erase(|seq, _| seq == delete.target.0),
            EntryBody::Forget => self.erase(|_, person| person == sender.person),
            _ => {}
        }
        self.entries.push((sender, body));
    }

    fn erase(&mut self, is_meant: impl Fn(u64, u64) -> bool) {
        for (seq, (sender, body)) in (1..).zip(&mut self.entries) {
            match body {
                EntryBody::Message(_) | EntryBody::Action(_) | EntryBody::Reply(_) if is_meant(seq, sender.person) => {
                    *body = EntryBody::Erased;
                }
                EntryBody::Edit(edit) if is_meant(edit.target.0, sender.person) => edit.text = "".into(),
                _ => {}
            }
        }
    }

    fn text(&self, seq: u64) -> Option<String> {
        let own = match &self.at(seq)?.1 {
            EntryBody::Message(text) | EntryBody::Action(text) => text,
            EntryBody::Reply(reply) => &reply.text,
            _ => return None,
        };
        let edits = self.entries.iter().filter_map(|(_, body)| match body {
            EntryBody::Edit(edit) if edit.target.0 == seq => Some(&edit.text),
            _ => None,
        });
        Some(String::from_utf8(edits.last().unwrap_or(own).to_vec()).unwrap())
    }

    fn counts(&self, seq: u64) -> bool {
        let (sender, body) = self.at(seq).unwrap();
        let later = &self.entries[usize::try_from(seq).unwrap()..];
        match body {
            EntryBody::Edit(edit) => {
                let again = |(_, body): &(Sender, EntryBody)| matches!(body, EntryBody::Edit(other) if other.target == edit.target);
                self.is_said(edit.target.0) && !later.iter().any(again)
            }
            EntryBody::React(react) => {
                let again = |(other, body): &(Sender, EntryBody)| {
                    matches!(body, EntryBody::React(again) if again.target == react.target && again.emoji == react.emoji)
                        && other.person == sender.person
                };
                let is_on = |body: &EntryBody| matches!(body, EntryBody::React(React { state: ReactionState::On, .. }));
                let earlier = &self.entries[..usize::try_from(seq - 1).unwrap()];
                let was_given = || earlier.iter().any(|said| again(said) && is_on(&said.1));
                let is_told = react.state == ReactionState::On || was_given();
                self.is_said(react.target.0) && is_told && !later.iter().any(again)
            }
            _ => false,
        }
    }

    fn page(&self, after: u64, before: u64) -> Vec<u64> {
        let head = self.entries.len() as u64;
        let behind = (before..=head).filter(|seq| {
            self.counts(*seq) && (after + 1..before).contains(&self.at(*seq).unwrap().1.target().unwrap().0)
        });
        (after + 1..before.min(head + 1)).chain(behind).collect()
    }
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

const WORDS: [&str; 4] = ["apple", "pear", "plum", "quince"];

async fn whatever_is_said_and_changed_every_reader_sees_the_same(bench: Bench) {
    for seed in 1..=3 {
        let log = bench.room(seed);
        let (mut model, mut dice) = (Model::default(), Dice(u64::from(seed) * 0x9e37_79b9));
        for n in 1..=250 {
            step(&log, &mut model, &mut dice, n).await;
            if n % 25 == 0 {
                compare(&log, &model, &mut dice).await;
            }
        }
    }
}

async fn step(log: &Arc<dyn Log>, model: &mut Model, dice: &mut Dice, n: u64) {
    let sender = [ALICE, BOB, ALICE.elsewhere()][dice.roll(3) as usize];
    let target = dice.roll(model.entries.len() as u64 + 2);
    let text = WORDS[dice.roll(4) as usize];
    let body = match dice.roll(40) {
        0 => EntryBody::Forget,
        1..=4 => delete(target),
        5..=14 => edit(target, text),
        15..=19 => reply(target, text),
        20..=25 => on(target, ["👍", "🎉"][dice.roll(2) as usize]),
        26..=28 => off(target, "👍"),
        29 => EntryBody::Topic(text.into()),
        _ => EntryBody::Message(text.into()),
    };
    let reach = if dice.roll(4) == 0 { Reach::Anybodys } else { Reach::Own };
    let expected = model.verdict(sender, &body, reach);
    let draft = Draft { reach, ..sender.posts(n, body.clone()) };
    assert_eq!(verdict(log, draft).await, expected, "{n}: {body:?}");
    if let Verdict::Appended(_) = expected {
        model.take(sender, body);
    }
}

async fn compare(log: &Arc<dyn Log>, model: &Model, dice: &mut Dice) {
    let told: Vec<_> = bodies(log).await;
    assert_eq!(told, model.entries.iter().map(|(_, body)| body.clone()).collect::<Vec<_>>());
    let head = model.entries.len() as u64;
    for _ in 0..5 {
        let after = dice.roll(head);
        let before = after + 1 + dice.roll(50);
        let told: Vec<_> = page(log, after, before).await.iter().map(|entry| entry.seq.0).collect();
        assert_eq!(told, model.page(after, before), "page {after} {before}");
    }
    for word in WORDS {
        let expected = (1..=head).rev().filter(|seq| model.text(*seq).is_some_and(|text| text == word)).take(20);
        let told: Vec<_> = found(log, word).await.into_iter().map(|(seq, _)| seq).collect();
        assert_eq!(told, expected.collect::<Vec<_>>(), "{word}");
    }
}

async fn places(log: &Arc<dyn Log>, after: u64, before: u64) -> Vec<u64> {
    page(log, after, before).await.iter().map(|entry| entry.seq.0).collect()
}

async fn page(log: &Arc<dyn Log>, after: u64, before: u64) -> Vec<Entry> {
    let range = Range {
        after: Seq(after),
        before: Seq(before),
        from: End::Newest,
        entries: PAGE_ENTRIES,
        bytes: 2 * PAGE_BYTES,
    };
    within_reason(log.page(range)).await.unwrap().entries.iter().map(entry).collect()
}

async fn bodies(log: &Arc<dyn Log>) -> Vec<EntryBody> {
    all(log).await.into_iter().map(|entry| entry.body).collect()
}

async fn search(log: &Arc<dyn Log>, word: &str) -> Vec<chat_proto::frame::Hit> {
    let terms = vec![Term::Phrase(vec![word.to_owned()])];
    let query = Query { terms, from: None, since: None, until: None, before: Seq(u64::MAX) };
    within_reason(log.search(query)).await.unwrap().hits
}

/// Place and text of what is found.
async fn found(log: &Arc<dyn Log>, word: &str) -> Vec<(u64, String)> {
    let hits = search(log, word).await.into_iter();
    hits.map(|hit| (hit.found.seq.0, String::from_utf8(hit.found.text.to_vec()).unwrap())).collect()
}

/// What stands before and after the one that is found.
async fn around(log: &Arc<dyn Log>, word: &str) -> Vec<String> {
    let hit = search(log, word).await.remove(0);
    let around = hit.before.into_iter().chain(hit.after);
    around.map(|excerpt| String::from_utf8(excerpt.text.to_vec()).unwrap()).collect()
}
