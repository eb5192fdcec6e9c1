//! Who is here.

use crate::scene::{ROOM, Scene, bytes, code, joined, member};
use chat_proto::entry::{EntryBody, LeaveReason, RoomId, Seq};
use chat_proto::frame::{EndReason, Joined, Presence};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent};
use crossterm::event::KeyCode;

const BOB: (u64, &str) = (2, "bob");

fn panel(scene: &Scene) -> String {
    let columns = usize::from(scene.state.columns) - 19;
    let right = |row: &str| row.chars().skip(columns).collect::<String>().trim().to_owned();
    scene
        .screen()
        .lines()
        .skip(1)
        .map(right)
        .filter(|row| !row.is_empty() && !row.starts_with('─'))
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
fn the_list_has_the_reader_first_then_who_is_here_then_who_left() {
    let scene = Scene::room(80, 24);

    assert!(panel(&scene).starts_with("HERE, ● alice  you, ● bob, ● carol, LEFT, ○ dave"), "{}", panel(&scene));
}

#[test]
fn the_list_follows_the_log() {
    let table = [
        (EntryBody::Left(LeaveReason::Quit), "HERE, ● alice  you, ● carol, LEFT, ○ bob, ○ dave"),
        (EntryBody::Left(LeaveReason::Lost), "HERE, ● alice  you, ● carol, LEFT, ○ bob, ○ dave"),
        (EntryBody::Left(LeaveReason::Leave), "HERE, ● alice  you, ● carol, LEFT, ○ dave"),
        (EntryBody::Renamed(bytes("rob")), "HERE, ● alice  you, ● carol, ● rob, LEFT, ○ dave"),
    ];
    for (body, list) in table {
        let mut scene = Scene::room(80, 24);
        scene.happens(0, BOB, body.clone());
        assert!(panel(&scene).starts_with(list), "{body:?}: {}", panel(&scene));
    }
}

#[test]
fn entries_that_the_list_knows_already_change_nothing() {
    let mut joined = joined();
    joined.head = Seq(5);
    let mut scene = Scene::entering(joined, 80, 24);
    let members = vec![member(1, "alice", Presence::Here), member(2, "bob", Presence::Here)];
    scene.link(LinkEvent::Members { room: ROOM, members });

    scene.happens(0, BOB, EntryBody::Left(LeaveReason::Quit));

    assert!(scene.shows("2 here"));
}

#[test]
fn the_list_after_a_resume_replaces_the_one_before() {
    let mut scene = Scene::room(80, 24);

    scene.link(LinkEvent::Joined { asked: Asked::Resume(ROOM), joined: joined() });
    assert!(scene.shows("3 here"));
    scene.link(LinkEvent::Members { room: ROOM, members: vec![member(1, "alice", Presence::Here)] });
    scene.link(LinkEvent::Members { room: ROOM, members: vec![member(9, "erin", Presence::Here)] });

    assert!(panel(&scene).starts_with("HERE, ● alice  you, ● erin"), "{}", panel(&scene));
    assert!(scene.shows("2 here"));
}

#[test]
fn the_list_hides_by_a_key_and_by_itself_when_the_window_is_narrow() {
    let mut scene = Scene::room(80, 24);
    scene.key(KeyCode::F(8));
    assert!(!scene.shows("HERE"));
    scene.key(KeyCode::F(8));
    assert!(scene.shows("HERE"));

    scene.resize(60, 24);
    assert!(!scene.shows("HERE"));
    scene.key(KeyCode::F(8));
    assert!(scene.shows("HERE"), "over the timeline, for as long as somebody chooses");
    scene.key(KeyCode::F(8));
    assert!(!scene.shows("HERE"));
}

#[test]
fn more_people_than_rows_are_a_number() {
    let mut scene = Scene::room(80, 24);
    let crowd = (10..100).map(|n| member(n, &format!("guest{n}"), Presence::Here)).collect();

    scene.link(LinkEvent::Members { room: ROOM, members: crowd });

    assert!(scene.shows("and 79 more"), "{}", scene.screen());
    assert!(scene.shows("93 here"));
}

#[test]
fn whoever_is_the_last_one_here_is_told_what_quitting_ends() {
    let mut scene = Scene::room(80, 24);
    scene.link(LinkEvent::Joined { asked: Asked::Resume(ROOM), joined: joined() });
    let both = vec![member(1, "alice", Presence::Here), member(2, "bob", Presence::Here)];
    scene.link(LinkEvent::Members { room: ROOM, members: both });
    scene.ctrl('c');
    assert!(scene.shows("finds the room again while it lasts"), "{}", scene.screen());
    scene.key(KeyCode::Esc);

    scene.link(LinkEvent::Joined { asked: Asked::Resume(ROOM), joined: joined() });
    scene.link(LinkEvent::Members { room: ROOM, members: vec![member(1, "alice", Presence::Here)] });
    scene.ctrl('c');

    assert!(scene.shows("You are the last one here"), "{}", scene.screen());
}

#[test]
fn in_a_room_that_is_over_nobody_is_here() {
    let mut scene = Scene::room(80, 24);

    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });

    let panel = panel(&scene);
    assert!(panel.starts_with("WERE HERE, ○ alice  you, ○ bob, ○ carol, ○ dave"), "{panel}");
    let screen = scene.screen();
    let header = screen.lines().next().unwrap();
    assert!(header.contains("  ended  ") && !header.contains("here"), "{header}");
    assert!(!header.contains("anyone with the code"), "{header}");
}

#[test]
fn a_room_that_may_go_on_without_the_reader_has_not_ended() {
    let mut scene = Scene::room(80, 24);

    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Removed });

    assert!(scene.shows("over for you") && !scene.shows("3 here"), "{}", scene.screen());
}

/// Alice is the only one in the room.
fn alone() -> Scene {
    let mut scene = Scene::entering(joined(), 80, 24);
    scene.link(LinkEvent::Members { room: ROOM, members: vec![member(1, "alice", Presence::Here)] });
    scene.effects();
    scene
}

#[test]
fn whoever_is_the_last_one_is_asked_before_a_command_ends_the_room() {
    let table = [("/quit", Effect::Quit), ("/exit", Effect::Quit), ("/leave", Effect::Link(Command::Leave(ROOM)))];
    for (line, done) in table {
        let mut scene = alone();

        scene.says(line);
        assert!(scene.shows("You are the last one here: the room and its"), "{line}\n{}", scene.screen());
        assert_eq!(scene.effects(), [], "{line}");
        scene.key(KeyCode::Esc);
        assert_eq!((scene.effects(), scene.state.overlay), (vec![], None), "{line}");

        scene.says(line);
        scene.types("y");
        assert_eq!(scene.effects(), [done], "{line}");
    }
}

#[test]
fn leaving_asks_in_words_of_its_own() {
    let mut scene = alone();

    scene.says("/leave");

    assert!(scene.shows("Leave this room?") && scene.shows("Enter leave   Esc stay"), "{}", scene.screen());
}

#[test]
fn a_room_elsewhere_that_ends_with_its_reader_is_a_reason_to_ask_as_well() {
    let mut scene = alone();
    let other = Joined { room: RoomId([8; 16]), code: *b"ZZ9P", ..joined() };
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("ZZ9P")), joined: other });
    let both = vec![member(1, "alice", Presence::Here), member(2, "bob", Presence::Here)];
    scene.link(LinkEvent::Members { room: RoomId([8; 16]), members: both });
    scene.effects();

    scene.says("/quit");

    assert!(scene.shows("You are the last one in AB3Z: it and its"), "{}", scene.screen());
    assert_eq!(scene.effects(), []);
    scene.key(KeyCode::Esc);
    scene.says("/leave");
    assert_eq!(scene.effects(), [Effect::Link(Command::Leave(RoomId([8; 16])))], "bob is there");
}
