//! Conversations of two: opened, answered, told of, and left alone with who is ignored.

use crate::scene::{ROOM, Scene, bytes, entry, joined, member, message, nick, start, up};
use chat_proto::Fingerprint;
use chat_proto::entry::{EntryBody, LeaveReason, PersonId, RoomId, Seq};
use chat_proto::frame::{Door, EndReason, Joined, Member, Membership, Peer, Presence};
use chat_tui::effect::Effect;
use chat_tui::event::EventKind;
use chat_tui::ignored;
use chat_tui::keeper::Note;
use chat_tui::known_conversations::Conversation;
use chat_tui::level::Level;
use chat_tui::link::{Asked, Command, LinkEvent, Trouble};
use chat_tui::state::{Goal, Start, Wish};
use crossterm::event::KeyCode;
use std::time::Duration;

const BOB: PersonId = PersonId(2);
const WITH_BOB: RoomId = RoomId([9; 16]);
const BOB_KEY: [u8; 32] = [2; 32];

fn peer() -> Peer {
    Peer { person: BOB, name: bytes("bob"), key: BOB_KEY }
}

fn membership() -> Membership {
    Membership { room: WITH_BOB, code: *b"ZZ9Z", head: Seq(0), direct: Some(peer()) }
}

fn direct() -> Joined {
    let mut direct = Joined { room: WITH_BOB, code: *b"ZZ9Z", ..joined() };
    (direct.state.door, direct.state.direct) = (Door::Direct, Some(peer()));
    direct.state.topic = bytes("");
    direct.state.members = 2;
    direct
}

fn both() -> Vec<Member> {
    let keyed = |person: u64, name| Member { key: [person as u8; 32], ..member(person, name, Presence::Here) };
    vec![keyed(1, "alice"), keyed(2, "bob")]
}

/// Alice in a room with bob, whose key is known there.
fn scene(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    let key = BOB_KEY;
    scene.link(LinkEvent::Members { room: ROOM, members: vec![Member { key, ..member(2, "bob", Presence::Here) }] });
    scene.effects();
    scene
}

fn opens(scene: &mut Scene, asked: Asked) {
    scene.link(LinkEvent::Joined { asked, joined: direct() });
    scene.link(LinkEvent::Members { room: WITH_BOB, members: both() });
}

/// Alice in a room and in a conversation with bob, which is on the screen.
fn speaking(columns: u16, rows: u16) -> Scene {
    let mut scene = scene(columns, rows);
    scene.says("/msg bob");
    opens(&mut scene, Asked::Direct(BOB));
    scene.effects();
    scene
}

/// What happens in the conversation.
fn happens(scene: &mut Scene, seq: u64, (person, name): (u64, &str), body: EntryBody) {
    let entries = vec![entry(seq, 3, (person, name), body)];
    scene.link(LinkEvent::Entries { room: WITH_BOB, entries });
}

fn bob_says(scene: &mut Scene, seq: u64, text: &str) {
    happens(scene, seq, (2, "bob"), message(text));
}

fn wants_room(scene: &mut Scene) -> bool {
    scene.effects().contains(&Effect::Link(Command::Return(WITH_BOB)))
}

#[test]
fn a_message_to_somebody_opens_their_conversation_and_is_said_there() {
    let mut scene = scene(100, 16);
    scene.says("/msg bob hi there");
    assert_eq!(scene.effects(), [Effect::Link(Command::OpenDirect(BOB))]);
    assert!(scene.shows("opening your conversation with bob…"));

    opens(&mut scene, Asked::Direct(BOB));

    let post = scene.posted();
    assert_eq!((post.room, post.body), (WITH_BOB, message("hi there")));
    insta::assert_snapshot!(scene.screen(), @r#"
     @bob!                             2 here   between you two   in memory, operator can read   ● 2 ms

      ROOMS              ───────────────  Sunday, 22 November 2026  ───────────────   HERE
      1 AB3Z release …   14:00         alice  hi there                            ◌   ● alice  you
                                                                                      ● bob!
      DIRECT
    ▌ 2 @bob

      + /join, /create




    ────────────────────────────────────────────────────────────────────────────────────────────────────
     › write a message
                Enter send · Alt-Up select a message · Ctrl-F find · Alt-K rooms · / commands · F1 help
    "#);
}

#[test]
fn a_conversation_that_is_open_is_shown_at_once_and_also_without_a_connection() {
    let mut scene = speaking(80, 24);
    scene.alt(KeyCode::Char('1'));
    scene.link(LinkEvent::Down { trouble: Trouble::Lost("cut".into()), retry_in: Duration::from_secs(9) });
    scene.effects();

    scene.says("/dm @bob one more thing");

    let post = scene.posted();
    assert_eq!((post.room, post.body), (WITH_BOB, message("one more thing")));
    assert_eq!(scene.state.current, Some(WITH_BOB));
}

#[test]
fn a_line_that_cannot_be_carried_out_stays_with_the_reason() {
    type Refused = (&'static str, &'static str, fn(&mut Scene));
    let table: [Refused; 4] = [
        ("/msg erin hi", "nobody called erin is in a room with you", |_| {}),
        ("/msg alice hi", "that is you", |_| {}),
        ("/msg bob hi", "you ignore bob: /unignore bob first", |scene| scene.says("/ignore bob")),
        ("/msg bob hi", "not connected", |scene| {
            scene.link(LinkEvent::Down { trouble: Trouble::Lost("cut".into()), retry_in: Duration::from_secs(9) });
        }),
    ];
    for (line, reason, before) in table {
        let mut scene = scene(80, 24);
        before(&mut scene);
        scene.effects();
        scene.says(line);
        assert_eq!(scene.effects(), [], "{line}");
        assert!(scene.shows(reason), "{line}: {}", scene.screen());
        assert_eq!(scene.state.composer().text(), line);
    }
}

#[test]
fn what_was_to_be_said_comes_back_when_the_server_refuses_or_the_link_ends() {
    let ends: [fn(&mut Scene); 2] = [
        |scene| {
            let sentence = "there is nobody of that number".into();
            scene.link(LinkEvent::Refused { asked: Asked::Direct(BOB), sentence, free_name: None });
            assert!(scene.shows("there is nobody of that number"));
        },
        |scene| scene.link(LinkEvent::Ended("replaced".into())),
    ];
    for end in ends {
        let mut scene = scene(80, 24);
        scene.says("/msg bob first");
        scene.says("/msg bob second");
        scene.types("a draft");
        end(&mut scene);
        assert_eq!(scene.state.composer().text(), "/msg bob first\n/msg bob second\na draft");
    }
}

#[test]
fn whoever_has_gone_elsewhere_is_not_called_back_by_the_answer() {
    let mut scene = scene(80, 24);
    scene.says("/msg bob hi");
    let elsewhere = Joined { room: RoomId([8; 16]), code: *b"CD4Y", ..joined() };
    scene.link(LinkEvent::Joined { asked: Asked::Join(crate::scene::code("CD4Y")), joined: elsewhere });
    scene.effects();

    opens(&mut scene, Asked::Direct(BOB));

    assert_eq!(scene.state.current, Some(RoomId([8; 16])));
    assert_eq!(scene.posted().room, WITH_BOB);
}

#[test]
fn a_conversation_that_somebody_opens_is_entered_without_a_word_until_something_is_said() {
    let mut scene = scene(80, 24);
    let before = scene.state.current;
    scene.link(LinkEvent::RoomAdded(membership()));
    assert!(wants_room(&mut scene));
    opens(&mut scene, Asked::Return(WITH_BOB));
    assert_eq!((scene.state.current, scene.state.notice.clone()), (before, None));

    bob_says(&mut scene, 1, "psst");

    assert_eq!(scene.state.current, before);
    assert!(scene.shows("bob writes to you: Alt-A"), "{}", scene.screen());
    scene.alt(KeyCode::Char('a'));
    assert!(scene.shows("psst") && scene.shows(" @bob"), "{}", scene.screen());
}

#[test]
fn conversations_are_entered_after_every_login_and_what_was_said_meanwhile_is_told() {
    let mut scene = scene(80, 24);
    let LinkEvent::Up { person, name, limits, durability, security, .. } = up() else { unreachable!() };
    scene.link(LinkEvent::Up { person, name, limits, durability, security, rooms: vec![membership()] });
    assert!(wants_room(&mut scene));
    let mut missed = direct();
    missed.head = Seq(1);
    scene.link(LinkEvent::Joined { asked: Asked::Return(WITH_BOB), joined: missed });

    bob_says(&mut scene, 1, "are you there?");

    assert_eq!(scene.state.current, Some(ROOM));
    assert!(scene.shows("bob writes to you: Alt-A"), "{}", scene.screen());
}

#[test]
fn a_conversation_that_is_gone_is_not_worth_a_word() {
    let mut scene = scene(80, 24);
    scene.link(LinkEvent::RoomAdded(membership()));
    scene.link(LinkEvent::NoReturn { room: WITH_BOB, sentence: "it is over".into() });

    assert_eq!(scene.state.notice, None);
}

#[test]
fn a_conversation_with_somebody_who_is_ignored_is_not_entered_and_comes_with_unignore() {
    let mut start = start();
    let change = ignored::Change::Add(Fingerprint::of(&BOB_KEY), nick("bob"));
    start.kept.ignored.apply(&change);
    start.room = chat_tui::state::Wish::Create;
    let mut scene = Scene::new(start);
    let LinkEvent::Up { person, name, limits, durability, security, .. } = up() else { unreachable!() };
    scene.link(LinkEvent::Up { person, name, limits, durability, security, rooms: vec![membership()] });
    scene.link(LinkEvent::RoomAdded(membership()));
    assert!(!wants_room(&mut scene));
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });
    opens(&mut scene, Asked::Return(WITH_BOB));
    bob_says(&mut scene, 1, "psst");
    assert!(!scene.state.rooms.contains_key(&WITH_BOB) && !scene.shows("writes to you"));

    scene.says("/unignore bob");

    assert!(wants_room(&mut scene));
}

#[test]
fn ignoring_somebody_takes_their_conversation_off_the_screen() {
    let mut scene = speaking(80, 24);
    bob_says(&mut scene, 1, "psst");

    scene.says("/ignore bob");

    assert_eq!((scene.state.current, scene.state.rooms.len()), (Some(ROOM), 1));
    let ignored = |effect: &Effect| matches!(effect, Effect::Keep(Note::Ignored(_)));
    assert!(scene.effects().iter().any(ignored));
    bob_says(&mut scene, 2, "hello?");
    scene.link(LinkEvent::Joined { asked: Asked::Resume(WITH_BOB), joined: direct() });
    assert_eq!(scene.state.rooms.len(), 1, "also after a reconnect");
}

#[test]
fn the_other_one_s_name_is_followed_wherever_it_changes() {
    let mut scene = speaking(80, 24);
    happens(&mut scene, 1, (2, "bob"), EntryBody::Renamed(bytes("rob")));
    assert!(scene.shows(" @rob"), "{}", scene.screen());

    scene.happens(3, (2, "rob"), EntryBody::Renamed(bytes("robert")));
    assert!(scene.shows(" @robert"), "{}", scene.screen());
    assert_eq!(chat_tui::view::title(&scene.state), "@robert · chat");
}

#[test]
fn nothing_is_said_to_somebody_who_has_left_until_they_are_brought_back() {
    let mut scene = speaking(80, 24);
    happens(&mut scene, 1, (2, "bob"), EntryBody::Left(LeaveReason::Leave));
    scene.says("are you there?");
    assert_eq!(scene.effects(), []);
    assert!(scene.shows("bob has left this conversation: /msg bob brings them back"), "{}", scene.screen());
    scene.ctrl('c');

    scene.says("/msg bob are you there?");

    assert_eq!(scene.effects(), [Effect::Link(Command::OpenDirect(BOB))]);
    opens(&mut scene, Asked::Direct(BOB));
    assert_eq!(scene.posted().body, message("are you there?"));
}

#[test]
fn the_code_of_a_conversation_is_shown_nowhere_and_kept_nowhere() {
    let mut scene = speaking(120, 30);
    for line in ["/invite", "/topic", "/whois bob"] {
        scene.says(line);
        assert!(!scene.shows("ZZ9Z"), "{line}: {}", scene.screen());
        scene.key(KeyCode::Esc);
    }
    scene.ctrl('c');
    assert!(scene.shows("What bob says meanwhile"), "{}", scene.screen());
    scene.key(KeyCode::Esc);
    scene.link(LinkEvent::RoomEnded { room: WITH_BOB, reason: EndReason::Removed });
    assert!(!scene.shows("ZZ9Z"), "{}", scene.screen());
    assert!(scene.recalls().iter().all(|change| !format!("{change:?}").contains("ZZ9Z")));
}

#[test]
fn a_conversation_that_ended_is_opened_again_by_its_key() {
    let mut scene = speaking(80, 24);
    scene.link(LinkEvent::RoomEnded { room: WITH_BOB, reason: EndReason::Over });
    scene.effects();

    scene.key(KeyCode::F(5));

    assert_eq!(scene.effects(), [Effect::Link(Command::OpenDirect(BOB))]);
}

#[test]
fn a_link_that_ended_in_a_conversation_goes_on_there() {
    let mut scene = speaking(80, 24);
    scene.link(LinkEvent::Ended("replaced".into()));
    scene.key(KeyCode::F(5));
    scene.link(up());
    assert!(wants_room(&mut scene));

    opens(&mut scene, Asked::Return(WITH_BOB));

    assert_eq!((scene.state.current, scene.state.attempt), (Some(WITH_BOB), None));
}

#[test]
fn a_conversation_does_not_end_with_whoever_quits() {
    let mut scene = speaking(80, 24);
    happens(&mut scene, 1, (2, "bob"), EntryBody::Left(LeaveReason::Quit));
    scene.ctrl('c');

    assert!(!scene.shows("You are the last one here"), "{}", scene.screen());
}

#[test]
fn names_from_other_rooms_complete_a_command() {
    let mut scene = speaking(80, 24);
    scene.types("/msg car");
    scene.key(KeyCode::Tab);

    assert_eq!(scene.state.composer().text(), "/msg carol ");
}

#[test]
fn no_more_conversations_wait_to_be_opened_than_somebody_can_mean() {
    let mut scene = scene(80, 24);
    for n in 0..17 {
        scene.says(&format!("/msg bob {n}"));
    }

    assert!(scene.shows("too many conversations are being opened"), "{}", scene.screen());
    assert_eq!(scene.state.composer().text(), "/msg bob 16");
}

#[test]
fn how_far_a_conversation_was_read_and_what_of_it_calls_is_kept() {
    let mut scene = speaking(80, 24);
    bob_says(&mut scene, 1, "hi");
    scene.says("/notify nothing");
    scene.event(EventKind::Hangup);

    let server = "localhost:7000".to_owned();
    let known = Conversation { server, room: WITH_BOB, read: Seq(1), level: Some(Level::Nothing) };
    assert_eq!(scene.conversations().last(), Some(&known));
    assert!(scene.state.recent.iter().all(|recent| recent.room != WITH_BOB), "it is no room to go back to");

    let mut again = start();
    again.kept.conversations.remember(&known);
    let mut again = Scene::new(Start { room: Wish::Create, ..again });
    again.link(up());
    again.link(LinkEvent::RoomAdded(membership()));
    again.link(LinkEvent::Joined { asked: Asked::Return(WITH_BOB), joined: Joined { head: Seq(3), ..direct() } });
    let room = &again.state.rooms[&WITH_BOB];
    assert_eq!((room.level, room.timeline.read_to()), (Some(Level::Nothing), Seq(1)));
    assert_eq!(again.conversations(), [], "that is known");
}

#[test]
fn what_a_log_has_lost_was_not_read() {
    let mut start = start();
    let server = "localhost:7000".to_owned();
    start.kept.conversations.remember(&Conversation { server, room: WITH_BOB, read: Seq(9), level: None });
    let mut scene = Scene::new(Start { room: Wish::Create, ..start });
    scene.link(up());

    scene.link(LinkEvent::Joined { asked: Asked::Return(WITH_BOB), joined: Joined { head: Seq(3), ..direct() } });

    assert_eq!(scene.state.rooms[&WITH_BOB].timeline.read_to(), Seq(0));
}

#[test]
fn whoever_dials_again_and_is_not_let_back_is_told_so_in_the_room_that_is_there_instead() {
    let mut scene = speaking(80, 24);
    scene.link(LinkEvent::Ended("replaced".into()));
    scene.key(KeyCode::F(5));
    scene.link(up());

    let sentence = "this room has ended, or you are no longer let in".to_owned();
    scene.link(LinkEvent::NoReturn { room: WITH_BOB, sentence });

    assert!(scene.state.rooms[&WITH_BOB].is_over);
    assert_eq!(scene.state.attempt.and_then(Goal::room), Some(ROOM), "another room of the last time instead");
    scene.link(LinkEvent::Joined { asked: Asked::Return(ROOM), joined: joined() });
    assert!(scene.shows("ZZ9Z has ended, or you are no longer let in"), "{}", scene.screen());
}
