//! The rooms of the last time come back with the next start.

use crate::scene::{Scene, TWO_O_CLOCK, code, entry, joined, message, nick, start, up};
use chat_proto::entry::{RoomId, Seq, UnixMillis};
use chat_proto::frame::{Door, Durability, EndReason, Joined, Keep, RoomState};
use chat_tui::config::Options;
use chat_tui::effect::Effect;
use chat_tui::level::Level;
use chat_tui::link::{Asked, Command, LinkEvent, Trouble};
use chat_tui::recent::{Change, Recent};
use chat_tui::room::Room;
use chat_tui::state::{Screen, Start, Wish};
use crossterm::event::KeyCode;
use std::time::Duration;

const CODES: [&str; 4] = ["AB3Z", "CD4Y", "K7QF", "ZZ9P"];

fn id(n: usize) -> RoomId {
    RoomId([n as u8 + 1; 16])
}

fn open(n: usize) -> Recent {
    Recent {
        server: "localhost:7000".into(),
        key: None,
        name: nick("alice"),
        room: id(n),
        code: code(CODES[n]),
        topic: String::new(),
        last: UnixMillis(TWO_O_CLOCK - 1_000),
        place: Some(n),
        is_shown: false,
        read: Seq(0),
        level: None,
    }
}

/// Three rooms, the second of which was on the screen.
fn three() -> Vec<Recent> {
    vec![open(2), Recent { is_shown: true, ..open(1) }, open(0)]
}

fn there(n: usize) -> Joined {
    let code = CODES[n].as_bytes().try_into().expect("codes have four characters");
    let mut joined = Joined { room: id(n), code, ..joined() };
    joined.state.label.durability = Durability::Disk;
    joined
}

fn comes_back(scene: &mut Scene, n: usize) {
    scene.link(LinkEvent::Joined { asked: Asked::Return(id(n)), joined: there(n) });
}

fn is_over(scene: &mut Scene, n: usize) {
    scene.link(LinkEvent::NoReturn { room: id(n), sentence: "this room is over".into() });
}

fn returns(rooms: &[usize]) -> Vec<Effect> {
    rooms.iter().map(|n| Effect::Link(Command::Return(id(*n)))).collect()
}

fn begun(room: Wish, recent: Vec<Recent>) -> Scene {
    let mut scene = Scene::new(Start { room, recent, ..start() });
    scene.effects();
    scene.link(up());
    scene
}

fn order(scene: &Scene) -> Vec<String> {
    scene.state.rooms_in_order().iter().map(|room| room.called()).collect()
}

#[test]
fn all_of_them_come_back_in_their_order_and_the_one_that_was_shown_is() {
    let mut scene = Scene::new(Start { recent: three(), ..start() });
    assert_eq!(scene.state.screen, Screen::Connecting);
    assert_eq!(scene.effects(), [Effect::Dial { server: "localhost:7000".into(), key: None, name: nick("alice") }]);

    scene.link(up());
    assert_eq!(scene.effects(), returns(&[1, 0, 2]));
    comes_back(&mut scene, 0);
    assert_eq!(scene.state.screen, Screen::Connecting);
    comes_back(&mut scene, 1);
    comes_back(&mut scene, 2);

    assert_eq!((scene.state.screen, scene.state.current), (Screen::Room, Some(id(1))));
    assert_eq!(order(&scene), CODES[..3]);
    assert_eq!(scene.state.notice, None);
}

#[test]
fn with_nothing_open_or_whoever_wants_to_be_asked_the_prompt_asks() {
    let closed = three().into_iter().map(|recent| Recent { place: None, ..recent }).collect();
    let options = Options { come_back: false, ..Options::default() };
    for start in [Start { recent: closed, ..start() }, Start { recent: three(), options, ..start() }] {
        let mut scene = Scene::new(start);

        assert_eq!((scene.effects(), scene.state.screen), (vec![], Screen::Prompt));
    }
}

#[test]
fn whoever_names_a_server_or_themselves_comes_back_there_as_that() {
    let elsewhere = Recent { server: "chat.example.org:7000".into(), ..open(3) };
    let recent = [vec![elsewhere], three()].concat();
    let dialed = |start: Start| match Scene::new(start).effects().first() {
        Some(Effect::Dial { server, .. }) => Some(server.clone()),
        _ => None,
    };

    let at_home = Start { recent: recent.clone(), is_server_given: true, ..start() };
    assert_eq!(dialed(at_home).as_deref(), Some("localhost:7000"));
    assert_eq!(dialed(Start { recent: recent.clone(), ..start() }).as_deref(), Some("chat.example.org:7000"));
    let options = Options { name: Some("eve".into()), ..Options::default() };
    assert_eq!(dialed(Start { recent, options, ..start() }), None);
}

#[test]
fn whoever_joins_or_opens_a_room_has_the_others_behind_it() {
    let mut scene = begun(Wish::Join("zz9p".into()), three());
    assert_eq!(scene.effects(), [vec![Effect::Link(Command::Join(code("ZZ9P"), None))], returns(&[0, 1, 2])].concat());
    comes_back(&mut scene, 0);
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("ZZ9P")), joined: there(3) });
    comes_back(&mut scene, 1);
    comes_back(&mut scene, 2);
    assert_eq!((scene.state.current, order(&scene)), (Some(id(3)), CODES.map(str::to_owned).to_vec()));

    let mut scene = begun(Wish::Create, three());
    let create = Effect::Link(Command::Create(Door::Open, Keep::Default));
    assert_eq!(scene.effects(), [vec![create], returns(&[0, 1, 2])].concat());

    let mut scene = begun(Wish::Join("cd4y".into()), three());
    assert_eq!(scene.effects(), [vec![Effect::Link(Command::Join(code("CD4Y"), None))], returns(&[0, 2])].concat());
}

#[test]
fn a_wrong_code_leaves_the_others_one_key_away() {
    let mut scene = begun(Wish::Join("zz9p".into()), three());
    comes_back(&mut scene, 0);
    let sentence = "no room ZZ9P on this server".to_owned();
    scene.link(LinkEvent::Refused { asked: Asked::Join(code("ZZ9P")), sentence, free_name: None });
    assert!(scene.state.screen == Screen::Prompt && scene.shows("no room ZZ9P"), "{}", scene.screen());
    scene.effects();

    scene.key(KeyCode::Esc);

    assert_eq!((scene.state.screen, scene.state.current, scene.effects()), (Screen::Room, Some(id(0)), vec![]));
}

#[test]
fn those_that_are_over_are_told_in_one_sentence_and_forgotten() {
    let mut scene = begun(Wish::None, three());
    scene.recalls();
    comes_back(&mut scene, 1);
    is_over(&mut scene, 0);
    assert_eq!(scene.state.notice, None, "not before the last one is known");
    is_over(&mut scene, 2);

    assert!(scene.shows("AB3Z and K7QF have ended, or you are no longer let in"), "{}", scene.screen());
    assert_eq!(scene.state.recent.iter().map(|recent| recent.room).collect::<Vec<_>>(), [id(1)]);
}

#[test]
fn when_the_one_that_was_shown_is_over_another_one_is() {
    let mut scene = begun(Wish::None, three());
    is_over(&mut scene, 1);
    assert_eq!(scene.state.screen, Screen::Connecting);
    comes_back(&mut scene, 0);
    comes_back(&mut scene, 2);
    assert_eq!(scene.state.current, Some(id(0)));
    assert!(scene.shows("CD4Y has ended, or you are no longer let in"), "{}", scene.screen());

    let mut scene = begun(Wish::None, three());
    comes_back(&mut scene, 2);
    is_over(&mut scene, 1);
    assert_eq!((scene.state.screen, scene.state.current), (Screen::Room, Some(id(2))));
}

#[test]
fn a_server_that_forgot_all_of_them_is_one_sentence_in_the_prompt() {
    let mut scene = begun(Wish::None, three());

    for n in [1, 0, 2] {
        is_over(&mut scene, n);
    }

    assert_eq!(scene.state.screen, Screen::Prompt);
    assert!(scene.shows("3 rooms of the last time have ended, or you are no"), "{}", scene.screen());
    assert!(scene.shows("longer let in"), "{}", scene.screen());
    assert_eq!(scene.state.recent, []);
}

#[test]
fn one_room_that_is_refused_for_now_is_missed_without_a_word_and_comes_back_next_time() {
    let mut scene = begun(Wish::None, three());
    comes_back(&mut scene, 1);
    comes_back(&mut scene, 0);
    let sentence = "the room is full".to_owned();
    scene.link(LinkEvent::Refused { asked: Asked::Return(id(2)), sentence, free_name: None });

    assert_eq!(scene.state.rooms.len(), 2);
    assert!(scene.state.recent.iter().any(|recent| recent.room == id(2)));
}

#[test]
fn a_server_that_does_not_answer_is_said_in_the_prompt() {
    let mut scene = Scene::new(Start { recent: three(), ..start() });
    let trouble = Trouble::NoServer("no server answers at localhost:7000".into());

    scene.link(LinkEvent::Down { trouble, retry_in: Duration::from_secs(1) });

    assert!(scene.state.screen == Screen::Prompt && scene.shows("no server answers"), "{}", scene.screen());
    assert_eq!(scene.state.recent.len(), 3);
}

#[test]
fn what_is_open_at_the_end_is_what_comes_back() {
    let mut scene = begun(Wish::None, three());
    (0..3).for_each(|n| comes_back(&mut scene, n));
    scene.link(LinkEvent::Left { room: id(0) });
    scene.link(LinkEvent::RoomEnded { room: id(2), reason: EndReason::Removed });
    scene.recalls();

    scene.says("/quit");

    let seen = scene.recalls().into_iter().filter_map(|change| match change {
        Change::Seen(recent) => Some((recent.room, recent.place, recent.is_shown)),
        Change::Gone { .. } => None,
    });
    let seen: Vec<_> = seen.collect();
    assert_eq!(seen, [(id(1), Some(1), true)]);
}

#[test]
fn whoever_went_elsewhere_by_the_prompt_does_not_come_back_to_the_rooms_before() {
    let options = Options { come_back: false, ..Options::default() };
    let mut scene = Scene::new(Start { recent: three(), options, ..start() });
    scene.types("zz9p");
    scene.key(KeyCode::Enter);
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("ZZ9P")), joined: there(3) });

    scene.says("/quit");

    let open = scene.state.recent.iter().filter(|recent| recent.place.is_some());
    assert_eq!(open.map(|recent| recent.room).collect::<Vec<_>>(), [id(3)]);
}

#[test]
fn a_link_that_was_replaced_brings_all_rooms_back_with_the_next_one() {
    let mut scene = begun(Wish::None, three());
    (0..3).for_each(|n| comes_back(&mut scene, n));
    scene.link(LinkEvent::Ended("this client has connected again elsewhere".into()));
    scene.effects();

    scene.key(KeyCode::F(5));
    scene.effects();
    scene.link(up());

    assert_eq!(scene.effects(), [vec![Effect::Link(Command::Join(code("CD4Y"), None))], returns(&[0, 2])].concat());
    comes_back(&mut scene, 0);
    assert!(!scene.state.rooms[&id(0)].is_over);
}

#[test]
fn how_far_was_read_and_what_calls_are_remembered_where_the_server_forgets() {
    let known = Recent { read: Seq(3), level: Some(Level::All), is_shown: true, ..open(0) };
    let mut scene = begun(Wish::None, vec![known]);
    let state = RoomState { read: Seq(0), ..joined().state };
    let joined = Joined { head: Seq(5), state, ..there(0) };
    scene.link(LinkEvent::Joined { asked: Asked::Return(id(0)), joined });
    scene.link(LinkEvent::Entries {
        room: id(0),
        entries: (1..=5).map(|seq| entry(seq, 0, (2, "bob"), message(&format!("message {seq}")))).collect(),
    });

    let divider = scene.row(" new").expect("two of them are new");
    assert_eq!(scene.row("message 4"), Some(divider + 1), "{}", scene.screen());
    assert_eq!(scene.state.room().map(Room::level), Some(Level::All));
}
