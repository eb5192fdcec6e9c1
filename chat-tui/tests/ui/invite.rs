//! Inviting others: what is asked, shown and copied, and how a room says who may come in.

use crate::scene::{ROOM, Scene, code, joined, nick, rows_of, start};
use chat_proto::entry::{Act, EntryBody, RoomId};
use chat_proto::frame::Keep;
use chat_proto::frame::{Door, Durability, Joined, Lock, RoomState};
use chat_proto::{Fingerprint, Secret};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent, Security, Trust};
use chat_tui::overlay::Overlay;
use chat_tui::share::View;
use chat_tui::state::{Server, Start, Wish};
use crossterm::event::KeyCode;
use ratatui::style::Color;

const SECRET: Secret = Secret([9; 16]);
const SECRET_TEXT: &str = "CQkJCQkJCQkJCQkJCQkJCQ";

fn key() -> Fingerprint {
    Fingerprint::of(b"key")
}

fn door(door: Door, lock: Lock) -> Joined {
    Joined { state: RoomState { door, lock, members: 1, ..joined().state }, ..joined() }
}

fn up_over(security: Security) -> LinkEvent {
    let limits = crate::scene::limits();
    let (person, name) = (crate::scene::ALICE, nick("alice"));
    LinkEvent::Up { person, name, limits, durability: Durability::Memory, security, rooms: Vec::new() }
}

/// Alice in a room of this kind on a server elsewhere, over TLS.
fn elsewhere(joined: Joined, columns: u16, rows: u16) -> Scene {
    let mut start = Start { room: Wish::CreatePrivate, server: "chat.example.org".into(), ..start() };
    (start.around.columns, start.around.rows) = (columns, rows);
    let mut scene = Scene::new(start);
    scene.link(up_over(Security::Tls { key: key(), trust: Trust::FirstContact }));
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined });
    scene.state.notice = None;
    scene.effects();
    scene
}

fn answer(room: RoomId, secret: Option<Secret>) -> LinkEvent {
    LinkEvent::Invitation { room, code: code("AB3Z"), secret }
}

/// The overlay of a private room, asked for with this line.
fn invited(line: &str, columns: u16, rows: u16) -> Scene {
    let mut scene = elsewhere(door(Door::Private, Lock::Unlocked), columns, rows);
    scene.says(line);
    scene.link(answer(ROOM, Some(SECRET)));
    scene
}

fn whole_line() -> String {
    format!("chat-tui --join 'chat://chat.example.org:7000/AB3Z?key={}#{SECRET_TEXT}'", key())
}

#[test]
fn inviting_asks_the_server_and_copies_what_it_shows() {
    let mut scene = elsewhere(door(Door::Private, Lock::Unlocked), 80, 24);

    scene.says("/invite");
    assert_eq!(scene.effects(), [Effect::Link(Command::Invite(ROOM))]);
    assert_eq!(scene.state.overlay, None, "nothing is known yet");

    scene.link(answer(ROOM, Some(SECRET)));
    assert_eq!(scene.effects(), [Effect::Copy(whole_line())]);
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning         0 here  invite only  not kept  TLS  ● connected

                                                                  HERE
    ────────────────────────────────────────────────────────────────────────────────

       Invite to AB3Z

       chat-tui --join
       'chat://chat.example.org:7000/AB3Z?key=LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcM
       Oc_gmtoM#CQkJCQkJCQkJCQkJCQkJCQ'

       Whoever has this line can come in; the code alone lets nobody in.

       It is copied. If pasting brings something else, select it.

       q shows a QR code   Esc closes

    ────────────────────────────────────────────────────────────────────────────────



    ────────────────────────────────────────────────────────────────────────────────
     › write a message
    "#);
}

#[test]
fn the_line_can_be_taken_off_a_narrow_screen_and_pasted_with_the_breaks_in_it() {
    let scene = invited("/invite", 40, 15);
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  releas…  0 here  private  TLS  ●
       Invite to AB3Z
       chat-tui --join
       'chat://chat.example.org:7000/AB3Z
       ?key=LHDhK3oGRvkiefQnx7OOczTY5Tic_
       xZ6HcMOc_gmtoM#CQkJCQkJCQkJCQkJCQk
       JCQ'
       Whoever has this line can come in;
       the code alone lets nobody in.
       It is copied. If pasting brings
       something else, select it.
       q shows a QR code   Esc closes
    ────────────────────────────────────────
     › write a message
    "#);

    let pasted: Vec<String> =
        scene.screen().lines().skip_while(|row| !row.contains("chat-tui")).map(str::to_owned).collect();
    let found = chat_tui::destination::Destination::parse(&pasted.join("\n")).unwrap();
    assert_eq!(found.secret, Some(SECRET));
    assert_eq!(found.server.unwrap().key, Some(key()));
}

#[test]
fn the_smallest_and_the_widest_window_show_the_line_too() {
    insta::assert_snapshot!(invited("/invite", 20, 5).screen(), @r#"
    Invite to AB3Z
    The line is
    copied; a larger
    window shows it.
    Esc closes
    "#);
    assert!(invited("/invite", 200, 50).shows(&whole_line()));
}

#[test]
fn a_qr_code_is_dark_on_light_whatever_the_terminal_is() {
    let scene = invited("/invite qr", 80, 26);
    let buffer = scene.buffer();
    let corner = scene.row("█▀▀▀▀▀█").expect("the corner of the code is shown") as u16;
    let column = rows_of(&buffer)[usize::from(corner)].chars().position(|c| c == '█').unwrap() as u16;

    let cell = &buffer[(column, corner)];
    assert_eq!((cell.fg, cell.bg), (Color::from_u32(0), Color::from_u32(0x00ff_ffff)));
    for (x, y) in [(column - 4, corner), (column, corner - 2), (column - 1, corner - 1)] {
        assert_eq!((buffer[(x, y)].symbol(), buffer[(x, y)].bg), (" ", Color::from_u32(0x00ff_ffff)), "the margin");
    }
    assert_ne!(buffer[(column - 5, corner)].bg, Color::from_u32(0x00ff_ffff), "and no more than that");
}

#[test]
fn a_window_too_small_for_the_qr_code_says_how_large_it_must_be() {
    let scene = invited("/invite qr", 44, 20);

    assert!(scene.shows("The QR code needs 45 columns and 23"), "{}", scene.screen());
}

#[test]
fn q_turns_the_invite_over_and_escape_puts_it_away_for_good() {
    let mut scene = invited("/invite", 80, 24);

    scene.types("q");
    assert_eq!(scene.state.overlay, Some(Overlay::Invite(View::Qr)));
    scene.types("q");
    assert_eq!(scene.state.overlay, Some(Overlay::Invite(View::Line)));

    scene.key(KeyCode::Esc);
    assert!(!scene.shows(&SECRET_TEXT[..8]));
    assert_eq!(scene.state.invitation, None, "nothing is kept that nobody looks at");
}

#[test]
fn who_comes_in_with_an_invite_is_said() {
    for (kind, lock, words) in [
        (Door::Open, Lock::Unlocked, "The room is open to anyone with the code."),
        (Door::Private, Lock::Unlocked, "Whoever has this line can come in; the code alone lets nobody in."),
        (Door::Open, Lock::Locked, "The room is locked: until /unlock, only its members come in."),
    ] {
        let mut scene = elsewhere(door(kind, lock), 80, 24);
        scene.says("/invite");
        scene.link(answer(ROOM, None));

        assert!(scene.shows(words), "{}", scene.screen());
        assert!(!scene.shows("this machine only"));
    }
}

#[test]
fn an_invite_to_this_machine_says_so() {
    let mut scene = Scene::room(80, 24);
    scene.says("/invite");
    scene.link(answer(ROOM, None));

    assert!(scene.shows("chat-tui --join 'chat://localhost:7000/AB3Z'"), "{}", scene.screen());
    assert!(scene.shows("The line names this machine"));
}

#[test]
fn an_answer_that_nobody_waits_for_shows_nothing() {
    let mut scene = Scene::room(80, 24);
    scene.link(answer(ROOM, Some(SECRET)));
    assert_eq!((scene.state.overlay, scene.effects().len()), (None, 0));

    scene.says("/invite");
    scene.link(answer(RoomId([8; 16]), Some(SECRET)));
    assert_eq!(scene.state.overlay, None, "not of the room on the screen");
}

#[test]
fn inviting_without_a_connection_or_a_room_is_a_sentence() {
    let mut scene = Scene::room(80, 24);
    scene.link(LinkEvent::Refused {
        asked: Asked::Invite(ROOM),
        sentence: "only members invite".into(),
        free_name: None,
    });
    assert!(scene.shows("only members invite"));

    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: chat_proto::frame::EndReason::Over });
    scene.effects();
    scene.says("/invite");
    assert!(scene.shows("this room is over: you can invite nobody"));
    assert_eq!(scene.effects(), []);
}

#[test]
fn a_new_private_room_asks_for_its_invite_by_itself_and_hints_at_it() {
    let mut scene = Scene::new(Start { room: Wish::CreatePrivate, ..start() });
    scene.link(crate::scene::up());
    scene.effects();
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: door(Door::Private, Lock::Unlocked) });
    assert_eq!(scene.effects(), [Effect::Link(Command::Invite(ROOM))]);

    scene.link(answer(ROOM, Some(SECRET)));

    assert_eq!(scene.state.overlay, None);
    assert!(scene.shows("others join with:  chat-tui --join"), "{}", scene.screen());
    assert!(scene.shows(&format!("'chat://localhost:7000/AB3Z#{SECRET_TEXT}'")), "{}", scene.screen());
    scene.types("h");
    assert!(!scene.shows(SECRET_TEXT), "it goes with the first letter that is typed");
}

#[test]
fn a_hint_that_would_be_cut_says_where_to_find_it_instead() {
    let mut start = Start { room: Wish::Create, server: "chat.example.org".into(), ..start() };
    (start.around.columns, start.around.rows) = (36, 12);
    let mut scene = Scene::new(start);
    scene.link(up_over(Security::Tls { key: key(), trust: Trust::Known }));

    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: door(Door::Open, Lock::Unlocked) });

    assert!(scene.shows("/invite shows how others join"), "{}", scene.screen());
}

#[test]
fn a_room_says_who_may_come_in_in_words_that_fit() {
    for (kind, lock, wide, narrow) in [
        (Door::Open, Lock::Unlocked, "anyone with the code", "open"),
        (Door::Private, Lock::Unlocked, "invite only", "private"),
        (Door::Open, Lock::Locked, "locked", "locked"),
        (Door::Private, Lock::Locked, "locked", "locked"),
    ] {
        for (columns, words) in [(200, wide), (80, wide), (40, narrow)] {
            let scene = Scene::entering(door(kind, lock), columns, 15);
            let status = scene.screen().lines().next().unwrap().to_owned();
            assert!(status.contains("AB3Z  ") && status.contains(words), "{columns}: {status}");
        }
    }
}

#[test]
fn the_code_stands_whole_whatever_else_the_status_line_has_to_say() {
    for columns in 20..120 {
        let mut scene = Scene::entering(door(Door::Private, Lock::Locked), columns, 15);
        scene.state.server = Server::Here;
        scene.link(up_over(Security::Tls { key: key(), trust: Trust::Known }));
        let status = scene.screen().lines().next().unwrap().to_owned();
        assert!(status.starts_with(" AB3Z "), "{columns}: {status}");
    }
}

#[test]
fn locking_and_unlocking_are_seen_at_once() {
    let mut scene = Scene::room(80, 24);

    scene.happens(1, (2, "bob"), EntryBody::Act(Act::Lock));
    assert!(scene.screen().lines().next().unwrap().contains("locked"));

    scene.happens(2, (2, "bob"), EntryBody::Act(Act::Unlock));
    assert!(scene.screen().lines().next().unwrap().contains("anyone with the code"));
}

#[test]
fn a_private_room_is_one_command_or_one_button_away() {
    let mut scene = Scene::room(80, 24);
    scene.says("/create private");
    assert_eq!(scene.effects(), [Effect::Link(Command::Create(Door::Private, Keep::Default))]);

    for columns in [80, 40, 20] {
        let mut scene = Scene::prompt();
        scene.resize(columns, 15);
        scene.state.prompt.focus = chat_tui::screen::prompt::Focus::Create;
        scene.key(KeyCode::Tab);
        assert!(scene.shows("Private"), "{}", scene.screen());
        scene.effects();

        scene.key(KeyCode::Enter);
        scene.link(crate::scene::up());
        assert_eq!(scene.effects().last(), Some(&Effect::Link(Command::Create(Door::Private, Keep::Default))));
    }
}
