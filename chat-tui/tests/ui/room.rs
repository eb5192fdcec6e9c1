//! The room on the screen.

use crate::scene::ARRIVAL;
use crate::scene::{ROOM, Scene, bytes, code, entry, joined, message, up};
use chat_proto::Seq;
use chat_proto::entry::{EntryBody, LeaveReason};
use chat_proto::frame::Keep;
use chat_proto::frame::{Door, EndReason, Joined, RoomState};
use chat_tui::effect::Effect;
use chat_tui::event::EventKind;
use chat_tui::link::{Asked, Command, LinkEvent, Mark, Trouble};
use chat_tui::state::{Screen, Server};
use crossterm::event::{Event as TerminalEvent, KeyCode};
use std::time::Duration;

const BOB: (u64, &str) = (2, "bob");
const CAROL: (u64, &str) = (3, "carol");
const ALICE: (u64, &str) = (1, "alice");

fn lively(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.happens(2, ALICE, EntryBody::Opened);
    scene.happens(2, ALICE, EntryBody::Joined(ARRIVAL));
    scene.happens(2, BOB, EntryBody::Joined(ARRIVAL));
    scene.happens(2, CAROL, EntryBody::Joined(ARRIVAL));
    scene.happens(3, BOB, message("hi! did the build pass?"));
    scene.happens(3, ALICE, message("yes, all green 🎉"));
    scene.happens(3, ALICE, message("logs are on the wiki, page »ビルド結果«"));
    scene.happens(4, CAROL, message("here is what failed yesterday:\n\tframe of 70000 bytes\nnow it is fixed"));
    scene.happens(5, BOB, message("@alice then let's ship it"));
    scene.happens(6, CAROL, EntryBody::Action(bytes("nods")));
    scene
}

#[test]
fn a_lively_room_at_80_by_24() {
    insta::assert_snapshot!(lively(80, 24).screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
     14:02                → alice opened the room                 ● alice  you
                          → bob, carol joined                     ● bob
                                                                  ● carol
     14:03           bob  hi! did the build pass?
                                                                  LEFT
     14:03         alice  yes, all green 🎉                   ✓   ○ dave
     14:03                logs are on the wiki, page »ビルド
                          結果«                               ✓   F9 speak alone

     14:04         carol  here is what failed yesterday:
                              frame of 70000 bytes
                          now it is fixed

    ▌14:05           bob  @alice then let's ship it

     14:06         carol  nods


    ────────────────────────────────────────────────────────────────────────────────
     › write a message
          Enter send · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);
}

#[test]
fn a_lively_room_in_a_narrow_window() {
    insta::assert_snapshot!(lively(40, 15).screen(), @r#"
     AB3Z  release p…  3 here  open  ● 2 ms
     14:03  logs are on the wiki, page »
            ビルド結果«                   ✓
     14:04  carol
            here is what failed
            yesterday:
                frame of 70000 bytes
            now it is fixed
    ▌14:05  bob
    ▌       @alice then let's ship it
     14:06  carol
            nods
    ────────────────────────────────────────
     › write a message
       Alt-Up select · / commands · F1 help
    "#);
}

#[test]
fn a_lively_room_in_a_wide_window() {
    insta::assert_snapshot!(lively(200, 50).screen(), @r#"
     AB3Z  release planning                                                                                      3 here   anyone with the code   kept until the last one leaves, operator can read   ● 2 ms

     ─────────────────────────────────────────────────  Sunday, 22 November 2026  ──────────────────────────────────────────────────                                                HERE
     14:02                    → alice opened the room   → bob, carol joined                                                                                                         ● alice  you
                                                                                                                                                                                    ● bob
     14:03               bob  hi! did the build pass?                                                                                                                               ● carol

     14:03             alice  yes, all green 🎉                                                                                    ✓                                                LEFT
     14:03                    logs are on the wiki, page »ビルド結果«                                                              ✓                                                ○ dave

     14:04             carol  here is what failed yesterday:                                                                                                                        F9 speak alone
                                  frame of 70000 bytes
                              now it is fixed

    ▌14:05               bob  @alice then let's ship it

     14:06             carol  nods






























    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
     › write a message
                                                                                                             Enter send · Alt-Enter new line · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);
}

#[test]
fn the_smallest_room_shows_the_last_words_and_takes_the_next() {
    insta::assert_snapshot!(lively(20, 5).screen(), @r#"
     AB3Z  release …  ●
    ▌ let's ship it
     14:06 carol
      nods
     › write a message
    "#);
}

#[test]
fn an_empty_room_invites_to_write() {
    insta::assert_snapshot!(Scene::room(60, 12).screen(), @r#"
     AB3Z  release planning                3 here  open  ● 2 ms








    ────────────────────────────────────────────────────────────
     › write a message
              Enter send · Alt-Up select · / commands · F1 help
    "#);
}

#[test]
fn comings_and_goings_that_follow_each_other_are_one_line() {
    let mut scene = Scene::room(140, 12);
    scene.happens(0, BOB, EntryBody::Left(LeaveReason::Quit));
    scene.happens(1, BOB, EntryBody::Joined(ARRIVAL));
    scene.happens(2, (9, "erin"), EntryBody::Joined(ARRIVAL));
    scene.happens(2, (9, "erin"), EntryBody::Left(LeaveReason::Lost));
    scene.happens(3, CAROL, EntryBody::Left(LeaveReason::Leave));

    assert!(scene.shows("→ bob came back   ↔ erin came and went   ← carol left for good"), "{}", scene.screen());
}

#[test]
fn comings_and_goings_bear_the_time_of_the_last_of_them() {
    let mut scene = Scene::room(80, 12);
    scene.happens(1, BOB, EntryBody::Left(LeaveReason::Quit));
    scene.happens(3, BOB, EntryBody::Joined(ARRIVAL));
    assert!(row_with(&scene, "bob came back").starts_with(" 14:03"), "{}", scene.screen());

    scene.happens(6, BOB, EntryBody::Left(LeaveReason::Quit));
    assert!(row_with(&scene, "bob quit").starts_with(" 14:06"), "{}", scene.screen());

    scene.happens(61, BOB, EntryBody::Joined(ARRIVAL));
    assert!(row_with(&scene, "bob quit").starts_with(" 14:06"), "an hour after the first: {}", scene.screen());
    assert!(row_with(&scene, "bob joined").starts_with(" 15:01"), "{}", scene.screen());
}

fn row_with(scene: &Scene, words: &str) -> String {
    scene.screen().lines().find(|row| row.contains(words)).unwrap_or_default().to_owned()
}

#[test]
fn each_day_has_a_heading() {
    let mut scene = Scene::room(80, 24);
    scene.happens(0, BOB, message("good night"));
    scene.happens(10 * 60, BOB, message("good morning"));

    assert!(scene.shows("Sunday, 22 November 2026"));
    assert!(scene.shows("Monday, 23 November 2026"));
}

#[test]
fn a_kind_of_a_later_version_is_shown_as_such() {
    let mut scene = Scene::room(140, 24);

    scene.happens(0, BOB, EntryBody::Unknown { kind: 4711, body: bytes("?") });

    assert!(scene.shows("bob sent something that needs a newer client (kind 4711)"));
}

#[test]
fn the_topic_follows_the_log() {
    let mut scene = Scene::room(80, 24);

    scene.happens(0, BOB, EntryBody::Topic(bytes("lunch")));

    assert!(scene.shows("AB3Z  lunch"));
    assert!(scene.shows("bob set the topic: lunch"));
}

#[test]
fn a_lost_link_counts_down_and_typing_goes_on() {
    let mut scene = lively(80, 24);
    let trouble = Trouble::Lost("the server was silent for 90 s".into());
    scene.link(LinkEvent::Down { trouble, retry_in: Duration::from_millis(2500) });
    assert!(scene.shows("Reconnecting in 3 s…  The server was silent for 90 s.  F5 tries now"));

    let wake_at = scene.state.wake_at().unwrap();
    scene.state.now = wake_at;
    scene.event(EventKind::Tick);
    assert!(scene.shows("Reconnecting in 2 s…"));

    scene.says("are you there?");
    assert!(scene.shows("are you there?"));
    assert_eq!(scene.posted().body, message("are you there?"));
}

#[test]
fn nothing_wakes_a_client_that_is_known_to_be_idle() {
    let mut scene = lively(80, 24);
    scene.waits(600_000);

    assert_eq!(scene.state.wake_at(), None);
}

#[test]
fn a_room_that_is_over_stays_on_the_screen_and_one_key_opens_another() {
    let mut scene = lively(80, 24);

    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    assert!(scene.shows("This room is over.  F5 opens a new one"));
    scene.resize(100, 24);
    assert!(scene.shows("This room is over, and its history is gone from the server.  F5 opens a new one"));
    assert!(scene.shows("hi! did the build pass?"));

    scene.says("hello?");
    assert!(scene.shows("not sent: this room is over"));
    assert_eq!(scene.state.composer().text(), "hello?");
    assert_eq!(scene.effects(), []);

    scene.key(KeyCode::F(5));
    assert_eq!(scene.effects(), [Effect::Link(Command::Create(Door::Open, Keep::Default))]);
}

#[test]
fn what_follows_on_a_private_room_is_private() {
    let private = Joined { state: RoomState { door: Door::Private, ..joined().state }, ..joined() };
    let mut scene = Scene::entering(private, 80, 24);
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });

    scene.key(KeyCode::F(5));

    assert_eq!(scene.effects(), [Effect::Link(Command::Create(Door::Private, Keep::Default))]);
}

#[test]
fn a_replaced_session_is_told_and_connects_again_by_one_key() {
    let mut scene = lively(80, 24);

    scene.link(LinkEvent::Ended("this client has connected again elsewhere".into()));
    assert!(scene.shows("Not connected: this client has connected again elsewhere.  F5 connects again"));

    scene.key(KeyCode::F(5));
    assert!(matches!(scene.effects()[..], [Effect::Dial { .. }]));
}

#[test]
fn leaving_the_only_room_leads_to_the_prompt() {
    let mut scene = lively(80, 24);

    scene.says("/leave");
    assert_eq!(scene.effects(), [Effect::Link(Command::Leave(ROOM))]);
    scene.link(LinkEvent::Left { room: ROOM });

    assert_eq!(scene.state.screen, Screen::Prompt);
}

#[test]
fn a_room_that_is_closed_on_coming_back_stays_with_the_reason_and_what_was_not_sent() {
    let mut scene = lively(80, 24);
    scene.says("still here?");

    scene.link(LinkEvent::Refused { asked: Asked::Resume(ROOM), sentence: "the room is full".into(), free_name: None });
    scene.marked(1, Mark::Refused("the room was over for you before it was sent".into()));
    scene.link(LinkEvent::Left { room: ROOM });

    assert!(scene.shows("the room is full"), "{}", scene.screen());
    assert!(scene.shows("You are no longer in AB3Z.") && !scene.shows("room is over"), "{}", scene.screen());
    scene.alt(KeyCode::Char('e'));
    assert_eq!(scene.state.composer().text(), "still here?");
}

#[test]
fn a_second_room_says_how_to_go_back() {
    let mut scene = lively(80, 24);
    let mut other = joined();
    other.room.0[0] = 8;
    other.code = *b"CD4Y";

    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: other });
    assert!(scene.shows("AB3Z is still open: Alt-1 goes back"));

    scene.says("/join ab3z");
    assert_eq!(scene.state.current, Some(ROOM));
}

#[test]
fn a_room_that_the_next_link_did_not_enter_is_entered_again_when_asked_for() {
    let mut scene = lively(80, 24);
    let mut other = joined();
    other.room.0[0] = 8;
    other.code = *b"CD4Y";
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: other.clone() });
    scene.link(LinkEvent::Ended("this client has connected again elsewhere".into()));
    scene.key(KeyCode::F(5));
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: other });
    scene.effects();

    scene.says("/join ab3z");

    assert_eq!(scene.effects(), [Effect::Link(Command::Join(code("AB3Z"), None))]);
}

#[test]
fn a_log_that_became_shorter_is_shown_as_it_is_now() {
    let mut scene = Scene::busy(80, 24, 9);
    let shorter = chat_proto::frame::Joined { head: Seq(2), cursor: Seq(2), ..joined() };

    scene.link(LinkEvent::Joined { asked: Asked::Join(code("AB3Z")), joined: shorter });
    let entries = vec![entry(3, 0, BOB, message("said after the loss"))];
    scene.link(LinkEvent::Entries { room: ROOM, entries });

    assert!(scene.shows("said after the loss"), "{}", scene.screen());
    assert!(!scene.shows("message 9"));
}

#[test]
fn what_was_said_behind_another_room_is_below_the_divider() {
    let mut scene = Scene::busy(80, 24, 3);
    let mut other = joined();
    other.room.0[0] = 8;
    other.code = *b"CD4Y";
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: other });
    scene.bob_says(["said behind".to_owned()]);

    scene.says("/join ab3z");
    let divider = scene.row(" new").expect("a divider");
    assert_eq!(scene.row("said behind"), Some(divider + 1), "{}", scene.screen());

    scene.bob_says(["said in sight".to_owned()]);
    assert_eq!(scene.state.room().unwrap().timeline.unread().messages, 0);
}

#[test]
fn what_was_not_sent_in_a_room_that_ended_can_be_gone_back_to() {
    let mut scene = lively(80, 24);
    scene.says("too late");
    scene.marked(1, Mark::Refused("the room was over for you before it was sent".into()));
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    let mut other = joined();
    other.room.0[0] = 8;
    other.code = *b"CD4Y";
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: other });
    scene.effects();
    assert!(scene.shows("AB3Z holds what was not sent: Alt-1 goes back"), "{}", scene.screen());

    scene.says("/join ab3z");
    assert_eq!((scene.effects(), scene.state.current), (vec![], Some(ROOM)));
    scene.alt(KeyCode::Char('e'));
    assert_eq!(scene.state.composer().text(), "too late");
    scene.ctrl('c');
    scene.effects();

    scene.says("/join ab3z");
    assert_eq!(
        scene.effects(),
        [Effect::Link(Command::Join(code("AB3Z"), None))],
        "nothing is left here: the server is asked"
    );
}

#[test]
fn hosting_is_said_and_quitting_warns_while_others_are_here() {
    let mut scene = lively(80, 24);
    scene.state.server = Server::Here;
    assert!(scene.shows("hosting"));

    scene.says("/quit");

    assert!(scene.shows("You are hosting: 2 others are here"), "{}", scene.screen());
    assert_eq!(scene.effects(), []);
    scene.key(KeyCode::Enter);
    assert_eq!(scene.effects(), [Effect::Quit]);
}

#[test]
fn a_mention_rings_the_bell_only_while_nobody_looks() {
    let mut scene = lively(80, 24);
    scene.effects();
    scene.happens(7, BOB, message("alice?"));
    assert_eq!(scene.effects(), []);

    scene.terminal(TerminalEvent::FocusLost);
    scene.happens(8, BOB, message("malice is not alice's name"));
    assert_eq!(scene.effects().first(), Some(&Effect::Bell));
    scene.happens(8, BOB, message("malice"));
    assert_eq!(scene.effects(), []);
}

#[test]
fn the_help_is_made_of_the_tables() {
    let mut scene = lively(80, 24);

    scene.key(KeyCode::F(1));
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms
     ╭────────────────────────────────────────────────────────────────────────────╮
     │  Help   Esc closes                                 ↑↓ PgUp PgDn   16/171   │
     │                                                                            │
     │  This room                                                                 │
     │  kept                    in the server's memory; nothing survives its      │
     │                          restart; the newest 10000 entries, the newest 8   │
     │                          MiB, 512 MiB for all rooms together; the oldest   │
     │                          goes first                                        │
     │  read by                 its members, and whoever runs the server          │
     │  ends                    when the last one who is here quits or leaves; 1  │
     │                          day after the last one's connection was lost      │
     │  calls you               mentions; /notify changes it                      │
     │                                                                            │
     │  In the room                                                               │
     │  Enter                   send                                              │
    ▌│  Alt-Enter  Ctrl-J       new line                                          │
     │  Tab                     complete a command, a name or an emoji; again:    │
     │                          the next                                          │
     │  Up                      a row up; in the list of what fits, to choose;    │
     ╰────────────────────────────────────────────────────────────────────────────╯
    ────────────────────────────────────────────────────────────────────────────────
     › write a message
    "#);

    scene.key(KeyCode::End);
    assert!(scene.shows("Shift-drag"));
    scene.key(KeyCode::Esc);
    assert_eq!(scene.state.overlay, None);
}

#[test]
fn every_key_and_command_with_a_help_text_is_in_the_help() {
    let mut scene = lively(200, 200);

    scene.says("/help");

    for row in chat_tui::keymap::BINDINGS.iter().filter(|row| !row.help.is_empty()) {
        let is_of_connecting = row.context == chat_tui::keymap::Context::Connecting;
        let help = scene.state.keys.say(row.context, row.help);
        assert!(is_of_connecting || scene.shows(beginning(&help)), "{help}");
    }
    for command in chat_tui::command::COMMANDS {
        assert!(scene.shows(beginning(command.help)), "{}", command.help);
    }
}

/// What certainly stands on the first of the rows that a text takes.
fn beginning(help: &str) -> &str {
    &help[..help.floor_char_boundary(30)]
}

#[test]
fn somebody_outside_may_end_the_program_at_any_time() {
    let mut scene = lively(80, 24);
    scene.ctrl('c');

    scene.event(EventKind::Hangup);

    assert_eq!(scene.effects(), [Effect::Quit]);
}

#[test]
fn suspending_and_redrawing_work_everywhere() {
    for open_help in [false, true] {
        let mut scene = lively(80, 24);
        if open_help {
            scene.key(KeyCode::F(1));
        }

        scene.ctrl('z');
        scene.ctrl('l');

        assert_eq!(scene.effects(), [Effect::Suspend, Effect::Redraw]);
    }
}

#[test]
fn a_new_room_says_how_others_come_in_until_one_writes() {
    let mut joined = joined();
    joined.state.members = 1;
    let mut scene = Scene::entering(joined, 80, 24);
    assert!(scene.shows("others join with:  chat-tui --join AB3Z"));

    scene.types("h");

    assert!(!scene.shows("others join with"));
}

#[test]
fn f5_does_not_wait_for_the_next_attempt() {
    let mut scene = Scene::room(80, 24);
    let trouble = Trouble::Lost("the server was silent for 90 s".into());
    scene.link(LinkEvent::Down { trouble, retry_in: Duration::from_secs(20) });

    scene.key(KeyCode::F(5));

    assert_eq!(scene.effects(), [Effect::Link(Command::Retry)]);
}
