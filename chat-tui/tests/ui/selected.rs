//! What is done about a message: it is selected, answered, edited, deleted, reacted to, copied and opened, key by key.

use crate::scene::{ALICE, INSTANCE, ROOM, Scene, delete, edit, entry, joined, member, message, react, reply, rows_of};
use chat_proto::entry::ReactionState::{Off, On};
use chat_proto::entry::{EntryBody, PostId, Seq};
use chat_proto::frame::{Durability, Presence, Role};
use chat_tui::effect::Effect;
use chat_tui::hyperlink::Uri;
use chat_tui::link::{Asked, Command, LinkEvent, Mark, OutboxItem};
use chat_tui::widget::timeline::Timeline;
use crossterm::event::{KeyCode, MouseButton, MouseEventKind};

const ALICES: (u64, &str) = (1, "alice");
const BOB: (u64, &str) = (2, "bob");
const CAROL: (u64, &str) = (3, "carol");
const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

/// What bob and carol said, and alice between them.
fn talk(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.happens(0, BOB, message("did the build pass? https://ci.example.org/1"));
    scene.happens(1, ALICES, message("yes, all green"));
    scene.happens(2, CAROL, reply(1, "then let's ship it"));
    scene.happens(3, BOB, react(2, "👍", On));
    scene.effects();
    scene
}

/// Alt-Up until the message at this place is selected.
fn select(scene: &mut Scene, seq: u64) {
    for _ in 0..20 {
        scene.alt(KeyCode::Up);
        if selected(scene) == Some(seq) {
            return;
        }
    }
    panic!("{seq} is not to be selected");
}

fn timeline(scene: &Scene) -> &Timeline {
    &scene.state.room().expect("somebody is in a room").timeline
}

fn selected(scene: &Scene) -> Option<u64> {
    timeline(scene).selected().map(|(seq, _)| seq.0)
}

fn posted(scene: &mut Scene) -> EntryBody {
    scene.posted().body
}

fn keeping_order(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    let mut me = member(ALICE.0, "alice", Presence::Here);
    me.role = Role::Operator;
    scene.link(LinkEvent::Joined { asked: Asked::Resume(ROOM), joined: joined() });
    scene.link(LinkEvent::Members { room: ROOM, members: vec![me, member(2, "bob", Presence::Here)] });
    scene.effects();
    scene
}

#[test]
fn the_screen_says_how_to_select_a_message_and_then_which_letters_act_on_it() {
    let mut scene = talk(80, 16);
    assert!(scene.shows("Alt-Up select a message"), "{}", scene.screen());

    scene.alt(KeyCode::Up);
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
     14:00           bob  did the build pass?                     ● alice  you
                          https://ci.example.org/1                ● bob
     14:01         alice  yes, all green                      ✓   ● carol
                          ╰ 👍 1
    ▌                     ╭ bob  did the build pass? https:/…     LEFT
    ▌14:02         carol  then let's ship it                      ○ dave

                                                                  F9 speak alone


    ────────────────────────────────────────────────────────────────────────────────
     › write a message
                                     r reply  + react  y copy  g original  Esc back
    "#);

    scene.alt(KeyCode::Up);
    assert!(scene.shows("r reply  e edit  d delete  + react  y copy  Esc back"), "{}", scene.screen());
    assert!(scene.shows("╰ 👍 bob"), "{}", scene.screen());
    scene.alt(KeyCode::Up);
    assert!(scene.shows("r reply  + react  y copy  o open  Esc back"), "{}", scene.screen());
}

#[test]
fn the_selection_goes_from_message_to_message_and_ends_behind_the_last() {
    let mut scene = talk(80, 16);
    scene.alt(KeyCode::Down);
    assert_eq!(selected(&scene), Some(3));

    scene.key(KeyCode::Up);
    assert_eq!(selected(&scene), Some(2));
    scene.alt(KeyCode::Up);
    scene.alt(KeyCode::Up);
    assert_eq!(selected(&scene), Some(1), "there is none before the first");
    scene.alt(KeyCode::Down);
    scene.key(KeyCode::Down);
    assert_eq!(selected(&scene), Some(3));
    scene.alt(KeyCode::Down);

    assert_eq!(selected(&scene), None);
    assert!(timeline(&scene).is_at_end());
}

#[test]
fn where_there_is_nothing_to_select_it_is_said() {
    let mut scene = Scene::room(80, 16);

    scene.alt(KeyCode::Up);

    assert!(scene.shows("there is no message here to select"), "{}", scene.screen());
}

#[test]
fn any_other_character_goes_back_to_writing() {
    let mut scene = talk(80, 16);
    select(&mut scene, 2);

    scene.types("hello");

    assert_eq!(selected(&scene), None);
    assert_eq!(scene.state.composer().text(), "hello");
}

#[test]
fn escape_goes_back_to_writing_and_nothing_else() {
    let mut scene = Scene::busy(80, 24, 100);
    scene.key(KeyCode::PageUp);
    let before = rows_of(&scene.buffer())[1..18].join("\n");
    scene.alt(KeyCode::Up);

    scene.key(KeyCode::Esc);

    assert_eq!(selected(&scene), None);
    assert_eq!(rows_of(&scene.buffer())[1..18].join("\n"), before);
}

#[test]
fn what_comes_in_moves_neither_the_selection_nor_the_view() {
    let mut scene = Scene::busy(80, 24, 100);
    scene.alt(KeyCode::Up);
    scene.alt(KeyCode::Up);
    let before = rows_of(&scene.buffer())[1..18].join("\n");

    scene.bob_says((0..50).map(|n| format!("news {n}")));

    assert_eq!(selected(&scene), Some(99));
    assert_eq!(rows_of(&scene.buffer())[1..18].join("\n"), before);
    assert!(scene.shows("↓ 50 new · Alt-End"), "{}", scene.screen());
}

#[test]
fn the_wheel_and_the_page_keys_leave_the_selection() {
    let mut scene = Scene::busy(80, 24, 100);
    select(&mut scene, 95);

    scene.wheel(MouseEventKind::ScrollUp);
    scene.key(KeyCode::PageUp);
    scene.key(KeyCode::PageUp);

    assert_eq!(selected(&scene), Some(95));
    assert!(!scene.shows("message 95"));
    scene.alt(KeyCode::Up);
    assert!(scene.shows("message 94"), "{}", scene.screen());
}

#[test]
fn the_selection_scrolls_and_loads_what_is_older() {
    let mut joined = joined();
    (joined.oldest, joined.cursor, joined.head) = (Seq(1), Seq(300), Seq(350));
    let mut scene = Scene::entering(joined, 80, 24);
    scene.bob_says((301..=350).map(|n| format!("message {n}")));

    for n in (301..=350_u64).rev() {
        scene.alt(KeyCode::Up);
        assert_eq!(selected(&scene), Some(n));
        assert!(scene.shows(&format!("message {n}")), "{}", scene.screen());
    }

    let asked = Effect::Link(Command::History { room: ROOM, after: Seq(0), before: Seq(301) });
    assert!(scene.effects().contains(&asked));
    let entries = (101..=300).map(|seq| entry(seq, 0, BOB, message(&format!("message {seq}"))));
    scene.link(LinkEvent::Page {
        room: ROOM,
        after: Seq(0),
        before: Seq(301),
        oldest: Seq(1),
        entries: entries.collect(),
    });
    scene.alt(KeyCode::Up);
    assert_eq!(selected(&scene), Some(300));
    assert!(scene.shows("message 300"), "{}", scene.screen());
}

#[test]
fn a_click_selects_and_one_beside_lets_go() {
    let mut scene = talk(80, 16);

    scene.mouse(CLICK, 30, scene.row("yes, all green").unwrap() as u16);
    assert_eq!(selected(&scene), Some(2));
    scene.mouse(CLICK, 30, scene.row("then let's ship it").unwrap() as u16);
    assert_eq!(selected(&scene), Some(3));
    scene.mouse(CLICK, 30, 11);

    assert_eq!(selected(&scene), None);
}

#[test]
fn a_click_on_the_line_above_a_selected_reply_goes_to_the_original() {
    let mut scene = talk(80, 16);
    scene.bob_says((0..30).map(|n| format!("message {n}")));
    scene.happens(9, CAROL, reply(1, "so it did"));

    for _ in 0..2 {
        scene.mouse(CLICK, 30, (scene.row("so it did").unwrap() - 1) as u16);
    }

    assert!(scene.shows("did the build pass? https"), "{}", scene.screen());
}

#[test]
fn a_selected_message_that_is_deleted_is_selected_no_more() {
    let mut scene = talk(80, 16);
    select(&mut scene, 1);

    scene.happens(5, BOB, delete(1));

    assert_eq!(selected(&scene), None);
    scene.types("r");
    assert_eq!(scene.state.composer().text(), "r");
}

// Reply.

#[test]
fn r_replies_and_says_to_whom_until_it_is_sent() {
    let mut scene = talk(80, 16);
    select(&mut scene, 1);
    scene.types("r");
    scene.types("it did");
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
     14:00           bob  did the build pass?                     ● alice  you
                          https://ci.example.org/1                ● bob
     14:01         alice  yes, all green                      ✓   ● carol
                          ╰ 👍 1
                          ╭ bob  did the build pass? https:/…     LEFT
     14:02         carol  then let's ship it                      ○ dave

                                                                  F9 speak alone

    ────────────────────────────────────────────────────────────────────────────────
       replying to bob: did the build pass? https://ci.example.org/1    Esc cancels
     › it did
          Enter send · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);

    scene.key(KeyCode::Enter);

    assert_eq!(posted(&mut scene), reply(1, "it did"));
    assert!(scene.row("it did").is_some_and(|row| row_at(&scene, row - 1).contains("╭ bob  did the build")));
    scene.says("and this is none");
    assert_eq!(posted(&mut scene), message("and this is none"));
}

fn row_at(scene: &Scene, row: usize) -> String {
    rows_of(&scene.buffer())[row].clone()
}

#[test]
fn escape_cancels_a_reply_and_keeps_what_was_written() {
    let mut scene = talk(80, 16);
    select(&mut scene, 1);
    scene.types("r");
    scene.types("hello");

    scene.key(KeyCode::Esc);

    assert!(!scene.shows("replying to"), "{}", scene.screen());
    scene.key(KeyCode::Enter);
    assert_eq!(posted(&mut scene), message("hello"));
}

#[test]
fn slash_reply_answers_the_selected_message_or_the_last_of_somebody_else() {
    let mut scene = talk(80, 16);
    scene.happens(4, ALICES, message("mine"));
    scene.says("/reply indeed");
    assert_eq!(posted(&mut scene), reply(3, "indeed"));

    scene.types("/reply to that");
    scene.mouse(CLICK, 30, scene.row("yes, all green").unwrap() as u16);
    scene.key(KeyCode::Enter);

    assert_eq!(posted(&mut scene), reply(2, "to that"));
}

#[test]
fn g_goes_to_what_a_reply_answers_and_asks_for_it_if_it_is_not_here() {
    let mut joined = joined();
    (joined.oldest, joined.cursor, joined.head) = (Seq(1), Seq(900), Seq(900));
    let mut scene = Scene::entering(joined, 80, 24);
    scene.bob_says((0..40).map(|n| format!("message {n}")));
    scene.happens(9, CAROL, reply(100, "about that"));
    scene.effects();
    scene.alt(KeyCode::Up);

    scene.types("g");

    assert!(scene.shows("fetching that message…"), "{}", scene.screen());
    assert!(matches!(scene.effects().as_slice(), [Effect::Link(Command::History { .. })]));
}

// Edit.

#[test]
fn e_edits_a_message_of_ones_own_and_shows_it_as_on_its_way_until_it_is_taken() {
    let mut scene = talk(80, 16);
    scene.types("a draft");
    scene.mouse(CLICK, 30, scene.row("yes, all green").unwrap() as u16);
    scene.types("e");
    assert_eq!(scene.state.composer().text(), "yes, all green");
    assert!(scene.shows("editing: yes, all green"), "{}", scene.screen());

    scene.types(" now");
    scene.key(KeyCode::Enter);

    assert_eq!(posted(&mut scene), edit(2, "yes, all green now"));
    assert_eq!(scene.state.composer().text(), "a draft", "what was being written comes back");
    let row = |scene: &Scene| row_at(scene, scene.row("yes, all green").unwrap());
    assert!(row(&scene).contains("yes, all green now") && row(&scene).contains('◌'), "{}", row(&scene));
    scene.marked(1, Mark::OnTheWire);
    assert!(row(&scene).contains('…'));
    scene.marked(1, Mark::Accepted { seq: Seq(5), durability: Durability::Memory });
    assert!(row(&scene).contains("yes, all green now") && row(&scene).contains('✓'), "{}", row(&scene));
    let mut taken = entry(5, 5, ALICES, edit(2, "yes, all green now"));
    taken.post = Some(PostId { instance: INSTANCE, n: 1 });
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![taken] });
    assert!(row(&scene).contains("yes, all green now (edited)") && row(&scene).contains('✓'), "{}", row(&scene));
    assert!(timeline(&scene).pending().is_empty());
}

#[test]
fn a_refused_edit_says_why_and_leaves_the_message_and_the_words() {
    let mut scene = talk(80, 18);
    scene.says("/edit");
    scene.says("!");
    scene.effects();

    scene.marked(1, Mark::Refused("it is gone".into()));

    assert!(scene.shows("yes, all green  "), "{}", scene.screen());
    assert!(scene.shows("not done: it is gone"), "{}", scene.screen());
    scene.alt(KeyCode::Char('e'));
    assert_eq!(scene.state.composer().text(), "yes, all green!");
    assert!(scene.shows("editing: yes, all green"), "{}", scene.screen());
    assert!(!scene.shows("not done"));
}

#[test]
fn an_edit_that_changes_nothing_is_none() {
    let mut scene = talk(80, 16);
    scene.says("/edit");

    scene.key(KeyCode::Enter);

    assert_eq!(scene.effects(), []);
    assert!(scene.shows("nothing was changed") && !scene.shows("editing:"), "{}", scene.screen());
}

#[test]
fn an_edit_that_leaves_nothing_asks_whether_to_delete() {
    let mut scene = talk(80, 16);
    scene.says("/edit");
    scene.ctrl('u');
    scene.key(KeyCode::Enter);
    assert!(scene.shows("Delete this message for everybody?"), "{}", scene.screen());

    scene.types("y");

    assert_eq!(posted(&mut scene), delete(2));
    assert!(!scene.shows("editing:"));
}

#[test]
fn what_begins_with_a_slash_is_edited_as_what_it_says() {
    let mut scene = Scene::room(80, 16);
    scene.happens(0, ALICES, message("/etc/hosts"));
    scene.says("/edit");
    assert_eq!(scene.state.composer().text(), "//etc/hosts");

    scene.says(" is it");

    assert_eq!(posted(&mut scene), edit(1, "/etc/hosts is it"));
}

#[test]
fn up_on_an_empty_line_still_brings_back_what_was_written() {
    let mut scene = talk(80, 16);
    scene.says("first");

    scene.key(KeyCode::Up);

    assert_eq!(scene.state.composer().text(), "first");
    assert_eq!(selected(&scene), None);
}

// Delete.

#[test]
fn d_deletes_after_asking_and_shows_it_as_on_its_way() {
    let mut scene = talk(80, 18);
    select(&mut scene, 2);
    scene.types("d");
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
     14:00           bob  did the build pass?                     ● alice  you
                   ╭────────────────────────────────────────────────╮ob
                   │  Delete this message for everybody?            │arol
    ▌14:01         │  alice  yes, all green                         │
    ▌              │  Nobody can take back what others have read,   │T
                   │  copied or logged.                             │ave
                   │                                                │
     14:02         │  Enter delete   Esc keep                       │speak alone
                   ╰────────────────────────────────────────────────╯



    ────────────────────────────────────────────────────────────────────────────────
     › write a message
    "#);
    assert_eq!(scene.effects(), []);

    scene.types("y");

    assert_eq!(posted(&mut scene), delete(2));
    assert!(row_at(&scene, scene.row("yes, all green").unwrap()).contains('◌'), "{}", scene.screen());
    scene.happens(5, ALICES, delete(2));
    assert!(scene.shows("a message of alice is deleted") && !scene.shows("yes, all green"), "{}", scene.screen());
}

#[test]
fn n_keeps_it() {
    let mut scene = talk(80, 16);
    select(&mut scene, 2);
    scene.types("d");

    scene.types("n");

    assert_eq!(scene.effects(), []);
    assert!(!scene.shows("Delete this message"));
}

#[test]
fn what_others_said_is_deleted_by_who_keeps_order_and_nobody_else() {
    let mut scene = talk(80, 16);
    select(&mut scene, 1);
    scene.types("d");
    assert!(scene.shows("only who said it, or who keeps order here, can delete it"), "{}", scene.screen());

    let mut scene = keeping_order(80, 16);
    select(&mut scene, 1);
    scene.types("dy");

    assert_eq!(posted(&mut scene), delete(1));
}

#[test]
fn what_does_not_apply_says_why() {
    let mut scene = talk(80, 16);
    select(&mut scene, 1);

    for (letter, words) in [("e", "only who said it can edit it"), ("g", "this message answers none")] {
        scene.types(letter);
        assert!(scene.shows(words), "{}", scene.screen());
    }
    scene.key(KeyCode::Esc);
    select(&mut scene, 3);
    scene.types("o");
    assert!(scene.shows("there is no link in this message"), "{}", scene.screen());
    assert_eq!(scene.effects(), []);
}

// React.

#[test]
fn plus_picks_a_reaction_which_is_muted_until_it_is_taken_and_taken_back_by_the_same() {
    let mut scene = talk(80, 20);
    select(&mut scene, 1);
    scene.types("+");
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
    ▌14:00           bob  did the build pass?                     ● alice  you
    ▌                   ╭──────────────────────────────────────╮  ● bob
                        │  React   type a name   Esc cancels   │  ● carol
     14:01         alice│                                      │
                        │   👍  ❤️  😂  🎉  😮  😢  🙏  👀     │  LEFT
                        │                                      │  ○ dave
                        │  › ▏                                 │
     14:02         carol│  Enter 👍  +1                        │  F9 speak alone
                        ╰──────────────────────────────────────╯





    ────────────────────────────────────────────────────────────────────────────────
     › write a message
    "#);
    scene.key(KeyCode::Enter);
    assert_eq!(posted(&mut scene), react(1, "👍", On));
    assert!(scene.shows("╰ 👍 you"), "{}", scene.screen());
    scene.happens(5, ALICES, react(1, "👍", On));

    scene.types("+");
    assert!(scene.shows("Enter takes 👍 back"), "{}", scene.screen());
    scene.key(KeyCode::Enter);

    assert_eq!(posted(&mut scene), react(1, "👍", Off));
}

#[test]
fn a_name_finds_an_emoji_and_what_was_used_comes_first() {
    let mut scene = talk(80, 20);
    select(&mut scene, 1);
    scene.types("+");
    scene.types(":tadx");
    assert!(scene.shows("nothing is called so"), "{}", scene.screen());
    scene.key(KeyCode::Backspace);
    assert!(scene.shows("Enter 🎉  tada"), "{}", scene.screen());
    scene.key(KeyCode::Enter);
    assert_eq!(posted(&mut scene), react(1, "🎉", On));

    scene.alt(KeyCode::Down);
    scene.types("+");

    assert!(scene.shows("Enter 🎉  tada"), "{}", scene.screen());
    scene.key(KeyCode::Right);
    assert!(scene.shows("Enter 👍"), "{}", scene.screen());
    for key in [KeyCode::Left, KeyCode::Down, KeyCode::Up, KeyCode::Tab, KeyCode::BackTab] {
        scene.key(key);
        scene.screen();
    }
    scene.key(KeyCode::Esc);
    assert_eq!(scene.effects(), []);
    assert!(!scene.shows("Esc cancels"));
}

#[test]
fn slash_react_reacts_to_the_selected_message_or_the_last_of_somebody_else() {
    let mut scene = talk(80, 16);
    scene.says("/react :tada:");
    assert_eq!(posted(&mut scene), react(3, "🎉", On));

    scene.says("/react 🎉");

    assert_eq!(posted(&mut scene), react(3, "🎉", Off));
}

#[test]
fn a_refused_reaction_is_not_shown_as_given() {
    let mut scene = talk(80, 18);
    scene.says("/react :tada:");

    scene.marked(1, Mark::Refused("too many".into()));

    assert!(!scene.shows("╰ 🎉"), "{}", scene.screen());
    assert!(scene.shows("not done: too many"), "{}", scene.screen());
    scene.alt(KeyCode::Char('x'));
    assert!(!scene.shows("not done"), "{}", scene.screen());
}

// Copy and open.

#[test]
fn y_copies_the_words_without_what_is_drawn_around_them() {
    let long = format!("{} and\n    more of it", "a long line ".repeat(20).trim_end());
    let mut scene = Scene::room(60, 20);
    scene.happens(0, BOB, message(&long));
    scene.effects();
    scene.alt(KeyCode::Up);

    scene.types("y");

    assert_eq!(scene.effects(), [Effect::Copy(long)]);
    assert!(scene.shows("copied; if pasting brings something else"), "{}", scene.screen());
}

#[test]
fn what_is_too_long_for_some_terminals_is_said_to_be() {
    let mut scene = Scene::room(60, 20);
    let long = "結".repeat(30_000);
    scene.happens(0, BOB, message(&long));
    scene.effects();
    scene.alt(KeyCode::Up);

    scene.types("y");

    assert_eq!(scene.effects(), [Effect::Copy(long)]);
    assert!(scene.shows("copied, but it is long"), "{}", scene.screen());
}

fn uri(text: &str) -> Uri {
    Uri::parse(text).expect("tests use good addresses")
}

#[test]
fn o_opens_the_only_link() {
    let mut scene = talk(80, 16);
    select(&mut scene, 1);

    scene.types("o");

    assert_eq!(scene.effects(), [Effect::Open(uri("https://ci.example.org/1"))]);
    assert!(scene.shows("opening https://ci.example.org/1"), "{}", scene.screen());
}

#[test]
fn of_several_links_one_is_chosen() {
    let mut scene = Scene::room(80, 20);
    scene.happens(0, BOB, message("https://a.example or https://b.example/with/a/path, or gopher://c.example"));
    scene.effects();
    scene.alt(KeyCode::Up);
    scene.types("o");
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
    ▌14:00           bob  https://a.example or                    ● alice  you
    ▌                     https://b.example/with/a/path, or       ● bob
    ▌    ╭────────────────────────────────────────────────────────────────────╮
         │  Open which?   Esc none                                            │
         │                                                                    │
         │  1  https://a.example                                              │
         │  2  https://b.example/with/a/path                                  │
         ╰────────────────────────────────────────────────────────────────────╯e






    ────────────────────────────────────────────────────────────────────────────────
     › write a message
    "#);

    scene.types("2");

    assert_eq!(scene.effects(), [Effect::Open(uri("https://b.example/with/a/path"))]);
    scene.types("o");
    scene.types("9");
    scene.key(KeyCode::Esc);
    assert_eq!(scene.effects(), []);
}

#[test]
fn where_nothing_opens_links_they_are_copied() {
    let mut scene = talk(80, 16);
    scene.state.can_open_links = false;
    select(&mut scene, 1);

    scene.types("o");

    assert_eq!(scene.effects(), [Effect::Copy("https://ci.example.org/1".into())]);
    assert!(scene.shows("nothing here opens links: it is copied, for you to paste"), "{}", scene.screen());
}

#[test]
fn what_was_not_opened_is_copied_as_well() {
    let mut scene = talk(80, 16);

    scene.event(chat_tui::event::EventKind::NotOpened(uri("https://ci.example.org/1")));

    assert_eq!(scene.effects(), [Effect::Copy("https://ci.example.org/1".into())]);
}

// What an earlier run left.

#[test]
fn what_an_earlier_run_left_is_shown_on_its_message() {
    let mut scene = talk(80, 18);
    let id = |n| PostId { instance: 7, n };
    let item = |n, body| OutboxItem { room: ROOM, id: id(n), body, written: scene.state.now };
    let items = vec![
        (item(1, edit(2, "yes, nearly all green")), Mark::Waiting),
        (item(2, react(1, "🎉", On)), Mark::OnTheWire),
        (item(3, delete(2)), Mark::Stale),
    ];

    scene.link(LinkEvent::Restored { items });

    assert!(scene.shows("yes, nearly all green"), "{}", scene.screen());
    assert!(scene.shows("╰ 🎉 1"), "{}", scene.screen());
    assert!(scene.shows("deletes a message"), "{}", scene.screen());
    assert!(scene.shows("Alt-S send"), "{}", scene.screen());
}

#[test]
fn a_command_ends_an_edit_and_is_no_part_of_it() {
    let mut scene = talk(80, 24);
    scene.types("a draft");
    select(&mut scene, 2);
    scene.types("e");
    assert!(scene.shows("editing"));

    scene.ctrl('u');
    scene.types("/theme light");
    scene.key(KeyCode::Enter);

    assert!(!scene.shows("editing"), "{}", scene.screen());
    assert_eq!(scene.state.composer().text(), "a draft");
}
