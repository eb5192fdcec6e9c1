//! What points at a message is folded into it: replies, edits, deletions and reactions, however they come.

use crate::scene::{ARRIVAL, ROOM, Scene, bytes, delete, edit, entry, joined, message, react, reply, rows_of};
use chat_proto::Act;
use chat_proto::entry::ReactionState::{Off, On};
use chat_proto::entry::{Entry, EntryBody, LeaveReason, Seq};
use chat_proto::frame::GapKind;
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent, Trouble};
use chat_tui::widget::timeline::{Item, Said, Timeline, What};
use crossterm::event::{Event as TerminalEvent, KeyCode};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use std::time::Duration;

const ALICES: (u64, &str) = (1, "alice");
const BOB: (u64, &str) = (2, "bob");
const CAROL: (u64, &str) = (3, "carol");

/// Bob and carol talk about a build; alice reads.
fn talk(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.happens(0, BOB, message("did the build pass?"));
    scene.happens(1, ALICES, message("yes, all green"));
    scene.happens(2, CAROL, reply(2, "then let's ship it"));
    scene.happens(3, BOB, react(2, "👍", On));
    scene.happens(3, CAROL, react(2, "👍", On));
    scene.happens(3, ALICES, react(3, "🎉", On));
    scene.happens(4, BOB, edit(1, "did the nightly build pass?"));
    scene
}

fn timeline(scene: &Scene) -> &Timeline {
    &scene.state.room().expect("somebody is in a room").timeline
}

fn said(scene: &Scene, seq: u64) -> &Said {
    timeline(scene).message(Seq(seq)).expect("it was said")
}

#[test]
fn replies_edits_and_reactions_are_shown_on_their_messages() {
    let scene = talk(80, 16);

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
     14:00           bob  did the nightly build pass?             ● alice  you
                          (edited)                                ● bob
     14:01         alice  yes, all green                      ✓   ● carol
                          ╰ 👍 2
                          ╭ alice  yes, all green                 LEFT
     14:02         carol  then let's ship it                      ○ dave
                          ╰ 🎉 1
                                                                  F9 speak alone


    ────────────────────────────────────────────────────────────────────────────────
     › write a message
          Enter send · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);
}

#[test]
fn in_a_narrow_window_they_are_shown_below_the_name() {
    let scene = talk(40, 18);

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release p…  3 here  open  ● 2 ms

     ─────  Sunday, 22 November 2026  ─────
     14:00  bob
            did the nightly build pass?
            (edited)

     14:01  alice
            yes, all green                ✓
            ╰ 👍 2

     14:02  carol
            ╭ alice  yes, all green
            then let's ship it
            ╰ 🎉 1
    ────────────────────────────────────────
     › write a message
       Alt-Up select · / commands · F1 help
    "#);
}

#[test]
fn in_a_wide_window_nothing_else_moves() {
    let scene = talk(130, 16);

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning                                     3 here   anyone with the code   in memory, operator can read   ● 2 ms

     ─────────────────────────────────────  Sunday, 22 November 2026  ─────────────────────────────────────   HERE
     14:00               bob  did the nightly build pass? (edited)                                            ● alice  you
     14:01             alice  yes, all green                                                              ✓   ● bob
                              ╰ 👍 2                                                                          ● carol
                              ╭ alice  yes, all green
     14:02             carol  then let's ship it                                                              LEFT
                              ╰ 🎉 1                                                                          ○ dave

                                                                                                              F9 speak alone


    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
     › write a message
                                       Enter send · Alt-Enter new line · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);
}

#[test]
fn what_is_deleted_leaves_a_tombstone_that_does_not_say_by_whom() {
    let mut scene = talk(80, 16);

    scene.happens(5, BOB, delete(1));

    assert!(scene.shows("a message of bob is deleted"), "{}", scene.screen());
    assert!(!scene.shows("bob deleted"), "{}", scene.screen());
    assert!(!format!("{:?}", scene.state.rooms).contains("nightly"));
}

#[test]
fn who_deletes_what_another_said_is_told() {
    let mut scene = talk(80, 16);

    scene.happens(5, CAROL, delete(1));

    assert!(scene.shows("• carol deleted a message of bob"), "{}", scene.screen());
    assert!(scene.shows("a message of bob is deleted"), "{}", scene.screen());
}

#[test]
fn a_reply_to_what_is_deleted_or_not_here_says_so() {
    let mut scene = talk(80, 20);

    scene.happens(5, ALICES, delete(2));
    scene.happens(6, BOB, reply(4711, "what about that?"));

    let screen = scene.screen();
    assert!(screen.contains("╭ message deleted"), "{screen}");
    assert!(screen.contains("╭ an older message"), "{screen}");
}

#[test]
fn only_the_author_changes_the_words() {
    let mut scene = talk(80, 16);

    scene.happens(5, CAROL, edit(1, "I am a fool"));

    assert_eq!(said(&scene, 1).text, "did the nightly build pass?");
}

#[test]
fn a_reaction_is_given_once_and_taken_back() {
    let mut scene = talk(80, 16);
    scene.happens(5, BOB, react(2, "👍", On));
    assert!(scene.shows("╰ 👍 2"), "{}", scene.screen());

    scene.happens(5, BOB, react(2, "👍", Off));
    assert!(scene.shows("╰ 👍 1"), "{}", scene.screen());
    scene.happens(5, CAROL, react(2, "👍", Off));

    assert!(!scene.shows("👍"), "{}", scene.screen());
    assert_eq!(said(&scene, 2).attached, None);
}

#[test]
fn what_points_at_a_message_is_no_unread_message_and_calls_nobody() {
    let mut scene = Scene::busy(80, 24, 100);
    scene.happens(1, BOB, message("@alice look"));
    scene.key(KeyCode::PageUp);
    scene.key(KeyCode::PageUp);
    scene.terminal(TerminalEvent::FocusLost);
    let before = rows_of(&scene.buffer());
    scene.effects();

    scene.happens(2, BOB, react(101, "👍", On));
    scene.happens(2, BOB, edit(101, "@alice look here"));
    scene.happens(2, BOB, delete(100));

    assert_eq!(rows_of(&scene.buffer()), before);
    assert_eq!(timeline(&scene).unread().messages, 0);
    assert_eq!(scene.effects(), []);
    assert_eq!(timeline(&scene).end(), Seq(104));
}

#[test]
fn the_place_of_what_has_no_row_is_read_with_what_stands_before_it() {
    let mut scene = Scene::busy(80, 24, 3);

    scene.happens(2, BOB, react(1, "👍", On));
    scene.waits(3_000);

    assert_eq!(scene.reads(), [Seq(4)]);
}

#[test]
fn an_edit_that_names_the_reader_stands_out_from_then_on() {
    let mut scene = talk(80, 16);

    scene.happens(5, BOB, edit(1, "did the build pass, alice?"));

    assert!(said(&scene, 1).is_mention);
}

#[test]
fn what_a_server_makes_up_changes_nothing() {
    let mut scene = talk(80, 16);
    let before = scene.screen();

    scene.happens(5, BOB, edit(9_999, "the future"));
    scene.happens(5, BOB, edit(9, "myself"));
    scene.happens(5, BOB, edit(7, "an edit"));
    scene.happens(5, BOB, delete(4));
    scene.happens(5, BOB, edit(u64::MAX, "the end"));
    scene.happens(5, BOB, react(0, "👍", On));
    for garbage in ["", "a", "👍👍", "\u{1b}[31m", "\u{202e}", "\u{200d}"] {
        scene.happens(5, BOB, react(1, garbage, On));
    }
    scene.happens(
        5,
        BOB,
        EntryBody::React(chat_proto::entry::React { target: Seq(1), emoji: vec![0xff; 9].into(), state: On }),
    );

    assert_eq!(scene.screen(), before);
}

#[test]
fn ten_thousand_emoji_on_a_message_are_a_few_rows() {
    let mut scene = talk(80, 24);
    let emoji = (0x1f300..0x1f600_u32).filter_map(char::from_u32);
    let entries = (0..10_000)
        .zip(emoji.cycle())
        .map(|(n, c)| entry(8 + n, 5, (100 + n, "mallory"), react(1, &c.to_string(), On)));

    scene.link(LinkEvent::Entries { room: ROOM, entries: entries.collect() });

    assert!(scene.screen().contains("+480"), "{}", scene.screen());
    assert_eq!(said(&scene, 1).reactions().len(), 500);
}

// What a page brings.

fn page(after: u64, before: u64, entries: Vec<Entry>) -> LinkEvent {
    LinkEvent::Page { room: ROOM, after: Seq(after), before: Seq(before), oldest: Seq(1), entries }
}

/// A room of which only what follows the tenth entry came.
fn late() -> Scene {
    let mut joined = joined();
    (joined.oldest, joined.cursor, joined.head) = (Seq(1), Seq(10), Seq(10));
    let mut scene = Scene::entering(joined, 80, 24);
    scene.happens(0, CAROL, message("hello"));
    assert_eq!(scene.effects(), [Effect::Link(Command::History { room: ROOM, after: Seq(0), before: Seq(11) })]);
    scene
}

fn ten() -> Vec<Entry> {
    (1..=10).map(|seq| entry(seq, 0, BOB, message(&format!("message {seq}")))).collect()
}

#[test]
fn a_page_brings_what_has_changed_its_messages_since() {
    let mut scene = late();
    let mut entries = ten();
    entries.extend([entry(12, 1, BOB, edit(3, "message three")), entry(14, 1, CAROL, react(4, "🎉", On))]);

    scene.link(page(0, 11, entries));

    assert!(scene.shows("message three (edited)"), "{}", scene.screen());
    assert!(scene.shows("╰ 🎉 1"), "{}", scene.screen());
    assert_eq!(timeline(&scene).end(), Seq(11));
}

#[test]
fn what_comes_while_a_page_is_under_way_is_newer_than_the_page() {
    let mut scene = late();
    scene.happens(1, CAROL, react(4, "🎉", Off));
    scene.happens(1, BOB, edit(3, "message III"));
    scene.happens(1, BOB, delete(5));
    let mut entries = ten();
    entries.insert(9, entry(10, 0, CAROL, react(4, "🎉", On)));
    entries.truncate(10);

    scene.link(page(0, 11, entries));

    assert!(scene.shows("message III (edited)") && !scene.shows("🎉"), "{}", scene.screen());
    assert!(scene.shows("a message of bob is deleted") && !scene.shows("message 5"), "{}", scene.screen());
}

#[test]
fn a_flood_that_a_page_would_miss_has_it_asked_for_again() {
    let mut scene = late();
    let entries = (12..3_000).map(|seq| entry(seq, 1, BOB, edit(3, &format!("version {seq}"))));
    scene.link(LinkEvent::Entries { room: ROOM, entries: entries.collect() });

    scene.link(page(0, 11, ten()));

    assert_eq!(scene.effects(), [Effect::Link(Command::History { room: ROOM, after: Seq(0), before: Seq(11) })]);
}

#[test]
fn a_page_of_nothing_but_what_points_elsewhere_is_not_asked_for_again() {
    let mut scene = late();
    let entries = (6..=10).map(|seq| entry(seq, 0, BOB, react(seq - 5, "👍", On)));

    scene.link(page(0, 11, entries.collect()));

    assert_eq!(scene.effects(), [Effect::Link(Command::History { room: ROOM, after: Seq(0), before: Seq(6) })]);
    scene.screen();
}

// What was missed.

/// The connection was lost, and so much was missed that only its end comes.
fn missed(scene: &mut Scene, from: u64, to: u64) {
    scene.link(LinkEvent::Down { trouble: Trouble::Lost("cut".into()), retry_in: Duration::ZERO });
    scene.link(crate::scene::up());
    let mut again = joined();
    (again.oldest, again.cursor, again.head) = (Seq(1), Seq(from - 1), Seq(to + 10));
    scene.link(LinkEvent::Joined { asked: Asked::Resume(ROOM), joined: again });
    scene.link(LinkEvent::Gap { room: ROOM, from: Seq(from), to: Seq(to), kind: GapKind::Loadable });
    let tail = (to + 1..=to + 10).map(|seq| entry(seq, 9, CAROL, message(&format!("late {seq}"))));
    scene.link(LinkEvent::Entries { room: ROOM, entries: tail.collect() });
}

#[test]
fn what_was_here_before_a_gap_is_loaded_again_because_the_gap_may_have_changed_it() {
    let mut scene = Scene::busy(80, 24, 50);

    missed(&mut scene, 51, 3_000);

    let gaps = timeline(&scene).items().filter(|item| matches!(item.what, What::Gap(_)));
    assert_eq!(gaps.map(|gap| (gap.first, gap.last)).collect::<Vec<_>>(), [(Seq(1), Seq(3_000))]);
    assert!(!format!("{:?}", scene.state.rooms).contains("message 7"));
}

#[test]
fn whoever_read_there_goes_on_where_they_were() {
    let mut scene = Scene::busy(80, 24, 300);
    for _ in 0..4 {
        scene.key(KeyCode::PageUp);
    }
    let before = rows_of(&scene.buffer())[1..20].join("\n");
    scene.effects();

    missed(&mut scene, 301, 3_000);
    let asked = scene.effects();
    let [.., Effect::Link(Command::History { after, before: until, .. })] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    let first = until.0 - 200;
    let mut entries: Vec<Entry> = (first..until.0)
        .map(|seq| entry(seq, (seq / 10).cast_signed(), BOB, message(&format!("message {seq}"))))
        .collect();
    entries.push(entry(2_000, 0, BOB, react(first + 1, "👍", On)));
    scene.link(page(after.0, until.0, entries));

    let differs = |(a, b): (&str, &str)| !a.contains("more messages") && a[..40.min(a.len())] != b[..40.min(b.len())];
    let after = rows_of(&scene.buffer())[1..20].join("\n");
    let both = before.lines().zip(after.lines());
    assert_eq!(both.filter(|pair| differs(*pair)).count(), 0, "{before}\n\n{after}");
}

// However it comes, it comes to the same.

/// A log of messages, what points at them and what else happens, as a server takes it.
fn log(rng: &mut StdRng, entries: u64) -> Vec<Entry> {
    let mut log: Vec<Entry> = Vec::new();
    for seq in 1..=entries {
        let author = *[ALICES, BOB, CAROL].choose(rng).expect("tables have rows");
        let targets: Vec<&Entry> = log.iter().filter(|entry| is_message(entry)).collect();
        let deleted =
            |seq: Seq| log.iter().any(|entry| matches!(&entry.body, EntryBody::Delete(it) if it.target == seq));
        let target = targets.choose(rng).filter(|target| !deleted(target.seq));
        let (author, body) = match (rng.random_range(0..14), target) {
            (0..2, Some(target)) => {
                ((target.author.person.0, author_of(target)), edit(target.seq.0, &format!("edit {seq}")))
            }
            (2, Some(target)) => (author, delete(target.seq.0)),
            (3..7, Some(target)) => {
                let state = if rng.random_bool(0.6) { On } else { Off };
                (author, react(target.seq.0, ["👍", "🎉"].choose(rng).expect("tables have rows"), state))
            }
            (7, _) => (author, reply(rng.random_range(0..seq), "an answer")),
            (8..12, _) => (author, happening(rng, seq)),
            _ => (author, message(&format!("message {seq}"))),
        };
        log.push(entry(seq, 0, author, body));
    }
    log
}

fn happening(rng: &mut StdRng, seq: u64) -> EntryBody {
    match rng.random_range(0..8) {
        0..2 => EntryBody::Joined(ARRIVAL),
        2..4 => EntryBody::Left(LeaveReason::Quit),
        4 => EntryBody::Topic(bytes(&format!("topic {seq}"))),
        5 => EntryBody::Renamed(bytes(&format!("name-{seq}"))),
        6 => EntryBody::Act(Act::Lock),
        _ => EntryBody::Unknown { kind: 900, body: bytes("later") },
    }
}

fn author_of(entry: &Entry) -> &'static str {
    ["", "alice", "bob", "carol"][entry.author.person.0 as usize]
}

fn is_message(entry: &Entry) -> bool {
    matches!(entry.body, EntryBody::Message(_) | EntryBody::Reply(_))
}

/// A page as the server makes it of the log up to `head`: what is erased is so, and what still counts follows.
fn page_of(log: &[Entry], (after, before): (Seq, Seq), limit: usize, head: Seq) -> Vec<Entry> {
    let log: Vec<&Entry> = log.iter().filter(|entry| entry.seq <= head).collect();
    let erased = |seq: Seq| log.iter().any(|entry| matches!(entry.body, EntryBody::Delete(it) if it.target == seq));
    let shown = |entry: &Entry| match &entry.body {
        _ if is_message(entry) && erased(entry.seq) => Entry { body: EntryBody::Erased, ..entry.clone() },
        EntryBody::Edit(it) if erased(it.target) => Entry { body: edit(it.target.0, ""), ..entry.clone() },
        _ => entry.clone(),
    };
    let within: Vec<Entry> =
        log.iter().filter(|entry| after < entry.seq && entry.seq < before).map(|entry| shown(entry)).collect();
    let within = &within[within.len().saturating_sub(limit)..];
    let Some(first) = within.first().map(|first| first.seq) else { return Vec::new() };
    let counts = |entry: &&&Entry| {
        let same = |other: &&Entry| match (&entry.body, &other.body) {
            (EntryBody::Edit(one), EntryBody::Edit(two)) => one.target == two.target,
            (EntryBody::React(one), EntryBody::React(two)) => {
                (one.target, &one.emoji, entry.author.person) == (two.target, &two.emoji, other.author.person)
            }
            _ => false,
        };
        !log.iter().any(|other| other.seq > entry.seq && same(other))
    };
    let points = |entry: &&&Entry| {
        entry.body.target().is_some_and(|target| first <= target && target < before && !erased(target))
    };
    let later = log.iter().filter(|entry| entry.seq >= before && !matches!(entry.body, EntryBody::Delete(_)));
    within.iter().cloned().chain(later.filter(points).filter(counts).map(|entry| (*entry).clone())).collect()
}

/// What a reader sees of each entry, in the order of the log.
fn shown(timeline: &Timeline) -> Vec<String> {
    let row = |item: &Item| match &item.what {
        What::Said(said) => Some((
            said.name.clone(),
            said.text.clone(),
            said.attached.clone().map(|mut attached| {
                attached.reactions.sort_by(|one, other| one.emoji.cmp(&other.emoji));
                attached.reactions.iter_mut().for_each(|reaction| reaction.people.sort());
                attached
            }),
        ))
        .map(|row| format!("{} {row:?}", item.first)),
        // Where two pages meet, the tombstones of one person are two, and so are the lines of comings and goings.
        What::Erased(erased) => Some(vec![format!("{} is gone", erased.name); erased.messages].join("\n")),
        What::Fold { changes, .. } => {
            Some(changes.iter().map(|change| format!("{change:?}")).collect::<Vec<_>>().join("\n"))
        }
        // Of whom something was deleted is told only where it was here before.
        What::System { text, .. } if text.contains("deleted a message of") => None,
        What::System { text, .. } => Some(format!("{} {text}", item.first)),
        What::Silent | What::Hidden(_) | What::Gap(_) => None,
    };
    timeline.items().filter_map(row).flat_map(|rows| rows.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn live_entries_pages_and_gaps_in_any_order_come_to_the_same_as_all_entries_in_order() {
    for seed in 0..200 {
        let rng = &mut StdRng::seed_from_u64(seed);
        let log = log(rng, 60);
        let mut whole = Scene::room(80, 24);
        whole.link(LinkEvent::Entries { room: ROOM, entries: log.clone() });

        let pieces = in_pieces(rng, &log);

        let (one, other) = (shown(timeline(&pieces)), shown(timeline(&whole)));
        assert_eq!(one, other, "seed {seed}");
        assert_eq!(timeline(&pieces).end(), Seq(60));
        covers_everything(timeline(&pieces));
        pieces.screen();
    }
}

/// The same log by a join, live entries, a lost connection with a gap, and pages whenever they come.
fn in_pieces(rng: &mut StdRng, log: &[Entry]) -> Scene {
    let cursor = rng.random_range(0..30_u64);
    let mut joined = joined();
    (joined.oldest, joined.cursor, joined.head) = (Seq(1), Seq(cursor), Seq(cursor));
    let mut scene = Scene::entering(joined, 80, 24);
    let mut asked: Option<((Seq, Seq), u64)> = None;
    let (mut at, mut is_home) = (cursor, false);
    for _ in 0..2_000 {
        for effect in scene.effects() {
            if let Effect::Link(Command::History { after, before, .. }) = effect {
                asked = Some(((after, before), at));
            }
        }
        let is_done = at == 60 && asked.is_none();
        if is_done && is_home {
            return scene;
        }
        is_home = is_done;
        match rng.random_range(0..6) {
            _ if is_done => scene.alt(KeyCode::Home),
            0 if at < 60 => {
                at += 1;
                scene.link(LinkEvent::Entries { room: ROOM, entries: vec![log[at as usize - 1].clone()] });
            }
            // The page was made at some time since, and may know what comes behind it.
            1 => {
                if let Some((range, since)) = asked.take() {
                    let head = Seq(rng.random_range(since..=(at + 3).min(60)));
                    let entries = page_of(log, range, rng.random_range(1..20), head);
                    scene.link(page(range.0.0, range.1.0, entries));
                }
            }
            2 if at < 55 && rng.random_bool(0.1) => {
                asked = None;
                let to = rng.random_range(at + 1..=at + 5);
                scene.link(LinkEvent::Down { trouble: Trouble::Lost("cut".into()), retry_in: Duration::ZERO });
                scene.link(crate::scene::up());
                scene.link(LinkEvent::Gap { room: ROOM, from: Seq(at + 1), to: Seq(to), kind: GapKind::Loadable });
                at = to;
            }
            3 => scene.key(KeyCode::PageUp),
            4 => scene.alt(KeyCode::Home),
            _ => scene.key(KeyCode::PageDown),
        }
    }
    panic!("it never ends");
}

fn covers_everything(timeline: &Timeline) {
    let mut end = Seq(0);
    for item in timeline.items() {
        assert_eq!(item.first, end.next());
        assert!(item.last >= item.first);
        end = item.last;
    }
}

#[test]
fn a_whole_log_of_pointers_costs_no_rows() {
    let mut scene = Scene::room(80, 24);
    let entries = (1..=5_000).map(|seq| entry(seq, 0, BOB, react(seq + 1, "👍", On)));
    scene.link(LinkEvent::Entries { room: ROOM, entries: entries.collect() });

    assert_eq!(timeline(&scene).items().len(), 1);
    assert_eq!(timeline(&scene).end(), Seq(5_000));
    scene.screen();
}
