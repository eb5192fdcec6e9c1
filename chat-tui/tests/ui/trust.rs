//! Who is at the other end: first contact, a server that is not trusted, and what others paste to come here.

use crate::scene::{Scene, code, hosted, joined, nick, server_key, start, up, up_within_tls};
use chat_proto::frame::Door;
use chat_proto::frame::Keep;
use chat_proto::{Fingerprint, Invite};
use chat_tui::effect::Effect;
use chat_tui::event::HostEvent;
use chat_tui::link::{Asked, Command, Distrust, LinkEvent, Trouble, Trust, Why};
use chat_tui::state::{Screen, Start, Wish};
use crossterm::event::KeyCode;
use std::time::Duration;

const SERVER: &str = "chat.example.org:7000";

fn dial() -> Effect {
    Effect::Dial { server: SERVER.into(), key: None, name: nick("alice") }
}

/// On the way into AB3Z, in a window of this size.
fn headed_for_room(columns: u16, rows: u16) -> Scene {
    let mut start = Start { room: Wish::Join("AB3Z".into()), server: SERVER.into(), is_server_given: true, ..start() };
    (start.around.columns, start.around.rows) = (columns, rows);
    let mut scene = Scene::new(start);
    scene.effects();
    scene
}

fn enter(scene: &mut Scene, trust: Trust) {
    scene.link(up_within_tls(trust));
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("AB3Z")), joined: joined() });
    scene.effects();
}

fn changed() -> LinkEvent {
    let why = Why::Changed { known: Fingerprint::of(b"the key of last time") };
    LinkEvent::Distrusted(Distrust { server: SERVER.into(), found: server_key(), why })
}

fn lost() -> LinkEvent {
    LinkEvent::Down { trouble: Trouble::Lost("the connection broke".into()), retry_in: Duration::from_secs(1) }
}

#[test]
fn a_first_contact_is_told_in_the_room() {
    let mut scene = headed_for_room(80, 24);
    enter(&mut scene, Trust::FirstContact);

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release plann…  0 here  anyone with the code  not kept  TLS  ● connected

                                                                  HERE















     · first contact with chat.example.org:7000: its key is
       B1EPuFZdhtBGYRQkXI0sd2Mx-A4OntB_k_i6ANCFGFg, remembered from now on.
       Compare it with what the server's operator sees
    ────────────────────────────────────────────────────────────────────────────────
     › write a message
          Enter send · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);
}

#[test]
fn a_first_contact_is_told_whole_in_a_narrow_window() {
    let mut scene = headed_for_room(40, 15);
    enter(&mut scene, Trust::FirstContact);

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z    0 here  open  TLS  ● connected





     · first contact with
       chat.example.org:7000: its key is
       B1EPuFZdhtBGYRQkXI0sd2Mx-A4OntB_k_i
       6ANCFGFg, remembered from now on.
       Compare it with what the server's
       operator sees
    ────────────────────────────────────────
     › write a message
       Alt-Up select · / commands · F1 help
    "#);
}

#[test]
fn a_first_contact_in_the_smallest_window_leaves_the_rest_in_place() {
    let mut scene = headed_for_room(20, 5);
    enter(&mut scene, Trust::FirstContact);

    insta::assert_snapshot!(scene.screen(), @r#"
    AB3Z  release …  ●

    · first contact
      with chat.exam…
    › write a message
    "#);
}

#[test]
fn the_hint_about_a_first_contact_stays_until_something_else_is_told() {
    let mut scene = headed_for_room(80, 24);
    enter(&mut scene, Trust::FirstContact);

    scene.says("hello");
    assert!(scene.shows("first contact with"));

    scene.says("/topic");
    assert!(!scene.shows("first contact with"));
}

#[test]
fn a_key_that_is_known_invited_or_vouched_for_is_not_told() {
    for trust in [Trust::Known, Trust::Invited, Trust::Roots] {
        let mut scene = headed_for_room(80, 24);
        enter(&mut scene, trust);

        assert!(!scene.shows("key"), "{trust:?}\n{}", scene.screen());
    }
}

#[test]
fn what_is_noticed_on_the_way_into_a_room_is_told_there() {
    let mut scene = headed_for_room(80, 24);
    scene.link(up_within_tls(Trust::FirstContact));
    scene.link(LinkEvent::Notice("line 3 of known_servers is damaged, and passed over".into()));

    scene.link(LinkEvent::Joined { asked: Asked::Join(code("AB3Z")), joined: joined() });

    assert!(scene.shows("first contact with") && scene.shows("line 3 of known_servers"), "{}", scene.screen());
}

#[test]
fn the_status_line_says_that_nobody_reads_along_and_nothing_of_a_connection_that_is_not_there() {
    let mut scene = headed_for_room(80, 24);
    enter(&mut scene, Trust::Known);
    assert!(scene.screen().lines().next().unwrap().contains("TLS"));

    scene.link(lost());
    assert!(!scene.screen().contains("TLS"));

    scene.link(up());
    assert!(!scene.screen().contains("TLS"), "plain");
}

#[test]
fn a_changed_key_is_told_with_both_keys_and_what_accepts_the_new_one() {
    let mut scene = headed_for_room(80, 24);
    scene.link(changed());

    insta::assert_snapshot!(scene.screen(), @r#"

    ╭────────────────────────────────────────────────────────────────────────────╮
    │                                                                            │
    │   chat.example.org:7000 has another key than before                        │
    │                                                                            │
    │   The key you know:                                                        │
    │   Z6ZuyETkcuWbO6KfWJSr6wSc2ztGsKyb2AKJSXC2g4w                              │
    │                                                                            │
    │   The key it shows now:                                                    │
    │   B1EPuFZdhtBGYRQkXI0sd2Mx-A4OntB_k_i6ANCFGFg                              │
    │                                                                            │
    │   Either it was set up anew, or somebody stands in between who would       │
    │   read along. Nothing was said to it. Ask its operator, by another way     │
    │   than this, which key it has.                                             │
    │                                                                            │
    │   If it is the new one, this accepts it:                                   │
    │   chat-tui trust chat.example.org:7000                                     │
    │   B1EPuFZdhtBGYRQkXI0sd2Mx-A4OntB_k_i6ANCFGFg                              │
    │                                                                            │
    │   Enter try again   Esc close                                              │
    ╰────────────────────────────────────────────────────────────────────────────╯
    "#);
}

#[test]
fn a_changed_key_in_a_narrow_window_is_told_whole() {
    let mut scene = headed_for_room(40, 15);
    scene.link(changed());
    let first = scene.screen();
    scene.key(KeyCode::PageDown);
    scene.key(KeyCode::PageDown);

    insta::assert_snapshot!(format!("{first}\n{}\n{}", "=".repeat(40), scene.screen()), @r#"
    ╭──────────────────────────────────────╮
    │                                      │
    │ chat.example.org:7000 has another    │
    │ key than before                      │
    │                                      │
    │ The key you know:                    │
    │ Z6ZuyETkcuWbO6KfWJSr6wSc2ztGsKyb2AKJ │
    │ SXC2g4w                              │
    │                                      │
    │ The key it shows now:                │
    │ B1EPuFZdhtBGYRQkXI0sd2Mx-A4OntB_k_i6 │
    │ ANCFGFg                              │
    │                                      │
    │ Enter try again   Esc close ↑↓ 10/22 │
    ╰──────────────────────────────────────╯
    ========================================
    ╭──────────────────────────────────────╮
    │                                      │
    │ somebody stands in between who would │
    │ read along. Nothing was said to it.  │
    │ Ask its operator, by another way     │
    │ than this, which key it has.         │
    │                                      │
    │ If it is the new one, this accepts   │
    │ it:                                  │
    │ chat-tui trust chat.example.org:7000 │
    │ B1EPuFZdhtBGYRQkXI0sd2Mx-A4OntB_k_i6 │
    │ ANCFGFg                              │
    │                                      │
    │ Enter try again   Esc close ↑↓ 22/22 │
    ╰──────────────────────────────────────╯
    "#);
}

#[test]
fn a_changed_key_in_the_smallest_window_can_be_read_row_by_row() {
    let mut scene = headed_for_room(20, 5);
    scene.link(changed());
    let mut read = String::new();
    for _ in 0..60 {
        let screen = scene.screen();
        read.push_str(screen.lines().next().unwrap().trim());
        scene.key(KeyCode::Down);
    }
    read.push_str(&scene.screen().lines().take(4).map(str::trim).collect::<String>());

    let whole = [Fingerprint::of(b"the key of last time").to_string(), server_key().to_string()];
    for key in whole {
        assert!(read.contains(&key), "{key} in {read}");
    }
    insta::assert_snapshot!(scene.screen(), @r#"
    :7000
    B1EPuFZdhtBGYRQk
    XI0sd2Mx-A4OntB_
    k_i6ANCFGFg
    Enter again  Esc
    "#);
}

#[test]
fn after_a_changed_key_nothing_is_tried_until_somebody_asks_for_it() {
    for again in [KeyCode::Enter, KeyCode::F(5)] {
        let mut scene = headed_for_room(80, 24);
        scene.link(changed());
        assert_eq!(scene.effects(), []);

        scene.key(again);

        assert_eq!(scene.effects(), [dial()]);
        scene.link(up_within_tls(Trust::Known));
        assert_eq!(scene.effects(), [Effect::Link(Command::Join(code("AB3Z"), None))]);
    }
}

#[test]
fn a_changed_key_that_is_dismissed_leaves_the_prompt_with_the_reason() {
    let mut scene = headed_for_room(80, 24);
    scene.link(changed());

    scene.key(KeyCode::Esc);

    assert_eq!(scene.state.screen, Screen::Prompt);
    assert!(scene.shows("has another key than before"), "{}", scene.screen());
    assert_eq!(scene.effects(), []);
}

#[test]
fn a_link_that_comes_back_to_another_key_ends_in_the_room() {
    let mut scene = headed_for_room(80, 24);
    enter(&mut scene, Trust::Known);
    scene.link(lost());
    scene.link(changed());
    assert!(scene.shows("chat-tui trust chat.example.org:7000"));

    scene.key(KeyCode::Esc);
    assert!(scene.shows("F5 connects again"), "{}", scene.screen());
    assert_eq!(scene.effects(), []);

    scene.key(KeyCode::F(5));
    assert_eq!(scene.effects(), [dial()]);
}

#[test]
fn what_accepts_the_new_key_is_left_on_the_terminal_unless_it_was_settled() {
    let mut scene = headed_for_room(80, 24);
    scene.link(changed());
    scene.key(KeyCode::Esc);
    let words = scene.state.last_words().unwrap();
    let command = format!("    chat-tui trust {SERVER} {}", server_key());
    assert!(words.lines().any(|line| line == command), "{words}");

    scene.key(KeyCode::Enter);
    enter(&mut scene, Trust::Known);
    assert_eq!(scene.state.last_words(), None);
}

#[test]
fn a_certificate_that_does_not_hold_is_told_with_the_reason() {
    let mut scene = headed_for_room(80, 24);
    let why = Why::Certificate("it ran out on 2020-01-01".into());
    scene.link(LinkEvent::Distrusted(Distrust { server: SERVER.into(), found: server_key(), why }));

    insta::assert_snapshot!(scene.screen(), @r#"



    ╭────────────────────────────────────────────────────────────────────────────╮
    │                                                                            │
    │   The certificate of chat.example.org:7000 does not hold                   │
    │                                                                            │
    │   What is wrong: it ran out on 2020-01-01.                                 │
    │                                                                            │
    │   The key it shows:                                                        │
    │   B1EPuFZdhtBGYRQkXI0sd2Mx-A4OntB_k_i6ANCFGFg                              │
    │                                                                            │
    │   Nothing was said to it. If its operator tells you, by another way than   │
    │   this, that this is its key, this accepts it:                             │
    │   chat-tui trust chat.example.org:7000                                     │
    │   B1EPuFZdhtBGYRQkXI0sd2Mx-A4OntB_k_i6ANCFGFg                              │
    │                                                                            │
    │   Enter try again   Esc close                                              │
    ╰────────────────────────────────────────────────────────────────────────────╯
                       Tab next   Enter go   F1 help   Esc quit
    "#);
}

#[test]
fn an_invite_that_names_another_key_is_told_and_nothing_accepts_it() {
    let mut scene = headed_for_room(80, 24);
    let why = Why::NotInvited { named: Fingerprint::of(b"the invited key") };
    scene.link(LinkEvent::Distrusted(Distrust { server: SERVER.into(), found: server_key(), why }));

    assert!(scene.shows("than the invite names") && !scene.shows("chat-tui trust"), "{}", scene.screen());
}

#[test]
fn a_host_shows_what_others_paste() {
    let mut scene = Scene::new(Start { is_host: true, room: Wish::Create, ..start() });
    scene.host(HostEvent::Hosting { address: "localhost:7000".into(), invite: hosted() });
    scene.link(up());
    let mut joined = joined();
    joined.state.members = 1;
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined });

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release p…  0 here  anyone with the code  not kept  hosting  ● connected

                                                                  HERE















     · others join with:  chat-tui --join
       'chat://192.168.1.7:7000/AB3Z?key=B1EPuFZdhtBGYRQkXI0sd2Mx-A4OntB_k_i6ANCFG
       Fg'
    ────────────────────────────────────────────────────────────────────────────────
     › write a message
          Enter send · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);
    scene.resize(40, 15);
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  relea…  0 here  open  hosting  ●







     · others join with:  chat-tui --join
       'chat://192.168.1.7:7000/AB3Z?key=B
       1EPuFZdhtBGYRQkXI0sd2Mx-A4OntB_k_i6
       ANCFGFg'
    ────────────────────────────────────────
     › write a message
       Alt-Up select · / commands · F1 help
    "#);
}

#[test]
fn a_host_that_went_to_another_server_invites_to_that_one() {
    let mut scene = Scene::new(Start { is_host: true, room: Wish::Create, ..start() });
    scene.host(HostEvent::Hosting { address: "localhost:7000".into(), invite: hosted() });
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });
    let invited_to = |scene: &Scene| chat_tui::invite::invite(&scene.state, scene.state.room().unwrap(), None).server;
    assert_eq!(invited_to(&scene), hosted().server);
    scene.effects();

    let own = Invite { code: Some(code("XY23")), ..hosted() };
    scene.says(&format!("/join {own}"));
    let joins = Effect::Link(Command::Join(code("XY23"), None));
    assert_eq!(scene.effects(), [joins], "its own invite leads nowhere else");

    scene.says("/join chat://chat.example.org/CD4Y");
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: joined() });

    assert_eq!(invited_to(&scene), SERVER);
}

#[test]
fn whoever_opens_a_room_at_first_contact_is_told_both_what_to_compare_and_what_others_paste() {
    let mut scene = Scene::new(Start { room: Wish::Create, server: SERVER.into(), is_server_given: true, ..start() });
    scene.link(up_within_tls(Trust::FirstContact));
    let mut joined = joined();
    joined.state.members = 1;
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined });

    assert!(scene.shows("first contact with chat.example.org:7000"), "{}", scene.screen());
    assert!(scene.shows("others join with:"), "{}", scene.screen());
    assert!(scene.screen().replace(['\n', ' '], "").contains(&server_key().to_string()));
}

#[test]
fn a_server_typed_as_an_invite_is_dialled_with_its_key() {
    let key = server_key();
    let typed = format!("chat://chat.example.org?key={key}");
    let mut scene = Scene::new(Start { room: Wish::Create, server: typed, is_server_given: true, ..start() });

    assert_eq!(scene.effects(), [Effect::Dial { server: SERVER.into(), key: Some(key), name: nick("alice") }]);
    scene.link(up());
    assert_eq!(scene.effects(), [Effect::Link(Command::Create(Door::Open, Keep::Default))]);
}

#[test]
fn a_damaged_invite_in_the_place_of_a_server_is_a_sentence() {
    let typed = "chat://chat.example.org?key=half".to_owned();
    let mut scene = Scene::new(Start { room: Wish::Create, server: typed, is_server_given: true, ..start() });

    assert_eq!(scene.effects(), []);
    assert!(scene.shows("the key in this invite is damaged"), "{}", scene.screen());
}
