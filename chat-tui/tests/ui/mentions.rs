//! What names the reader, in every room.

use crate::looking::{FIRST, excerpt, quest};
use crate::scene::{ALICE, ROOM, Scene, code, entry, joined, message};
use chat_proto::entry::{EntryBody, RoomId};
use chat_proto::frame::{Beyond, EndReason, Excerpt, Hit, Joined};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent};
use crossterm::event::KeyCode;
use insta::assert_snapshot;

const OTHER: RoomId = RoomId([8; 16]);

/// Two rooms in which bob and carol have named alice; the second is on the screen.
fn named(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.happens(1, (2, "bob"), message("@alice did the build pass?"));
    scene.happens(2, (1, "alice"), message("alice says yes"));
    scene.happens(3, (2, "bob"), message("thank you"));
    scene.link(LinkEvent::Joined {
        asked: Asked::Join(code("CD4Y")),
        joined: Joined { room: OTHER, code: *b"CD4Y", ..joined() },
    });
    let entries = vec![entry(1, 2, (3, "carol"), message("ask alice")), entry(2, 3, (3, "carol"), message("or bob"))];
    scene.link(LinkEvent::Entries { room: OTHER, entries });
    scene.effects();
    scene
}

fn asked(room: RoomId) -> Effect {
    Effect::Link(Command::Search { room, quest: quest("alice"), before: FIRST })
}

fn said(seq: u64, person: u64, name: &str, text: &str) -> Excerpt {
    excerpt(seq, chat_time(seq), (person, name), text)
}

fn chat_time(seq: u64) -> i64 {
    crate::scene::TWO_O_CLOCK + seq.cast_signed() * 60_000
}

fn answer(scene: &mut Scene, room: RoomId, hits: Vec<Hit>, beyond: Beyond) {
    scene.link(LinkEvent::Found { room, quest: quest("alice"), before: FIRST, hits, beyond });
}

#[test]
fn what_is_here_is_listed_at_once_and_every_room_is_asked_for_the_rest() {
    let mut scene = named(80, 16);

    scene.says("/mentions");

    assert_eq!(scene.effects(), [asked(ROOM), asked(OTHER)]);
    assert_snapshot!(scene.screen(), @r#"
    ╭──────────────────────────────────────────────────────────────────────────────╮
    │  Mentions   of alice, in 2 rooms                                             │
    │                                                                              │
    │ ▌CD4Y  22 Nov 14:02         carol  ask alice                                 │
    │                                                                              │
    │  AB3Z  22 Nov 14:01           bob  @alice did the build pass?                │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │  searching for more…                                                         │
    │  ↑↓ PgUp PgDn choose · Enter go there · Esc close                            │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    "#);
}

#[test]
fn what_the_server_finds_joins_it_in_the_order_of_time_but_for_ones_own() {
    let mut scene = named(80, 24);
    scene.says("/mentions");

    let around = |before, found, after| Hit { before, found, after };
    let held =
        around(None, said(1, 2, "bob", "@alice did the build pass?"), Some(said(2, 1, "alice", "alice says yes")));
    let own = around(None, said(2, 1, "alice", "alice says yes"), None);
    answer(&mut scene, ROOM, vec![own, held], Beyond::Nothing);
    answer(&mut scene, OTHER, Vec::new(), Beyond::Nothing);

    assert_snapshot!(scene.screen(), @r#"
     CD4Y  release planning          0 here  anyone with the code  not kept  ● 2 ms
    ╭──────────────────────────────────────────────────────────────────────────────╮
    │  Mentions   of alice, in 2 rooms                                             │
    │                                                                              │
    │ ▌CD4Y  22 Nov 14:02         carol  ask alice                                 │
    │                                                                              │
    │  AB3Z  22 Nov 14:01           bob  @alice did the build pass?                │
    │                             alice  alice says yes                            │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │  2 found; there are no more                                                  │
    │  ↑↓ PgUp PgDn choose · Enter go there · Esc close                            │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ────────────────────────────────────────────────────────────────────────────────
     › write a message
    "#);
}

#[test]
fn enter_goes_to_the_other_room() {
    let mut scene = named(80, 24);
    scene.says("/mentions");

    scene.key(KeyCode::Down);
    scene.key(KeyCode::Enter);

    assert_eq!(scene.state.current, Some(ROOM));
    assert!(scene.shows("▌14:01           bob  @alice did the build pass?"), "{}", scene.screen());
}

#[test]
fn a_room_that_is_over_is_listed_and_not_asked() {
    let mut scene = named(80, 24);
    scene.link(LinkEvent::RoomEnded { room: OTHER, reason: EndReason::Over });
    scene.effects();

    scene.says("/mentions");

    assert_eq!(scene.effects(), [asked(ROOM)]);
    assert!(scene.shows("ask alice"));
    answer(&mut scene, ROOM, Vec::new(), Beyond::Nothing);
    assert!(scene.shows("2 found; there are no more"));
}

#[test]
fn what_is_erased_or_left_meanwhile_is_not_listed_any_more() {
    let mut scene = named(80, 24);
    scene.says("/mentions");

    scene.happens(4, (2, "bob"), EntryBody::Forget);
    assert!(!scene.shows("did the build pass?") && scene.shows("ask alice"));

    scene.link(LinkEvent::Left { room: OTHER });
    assert!(!scene.shows("ask alice") && scene.shows("Mentions"));
    scene.link(LinkEvent::Left { room: ROOM });
    assert_eq!(scene.state.overlay, None);
}

#[test]
fn a_refusal_of_one_room_is_told_and_the_rest_is_there() {
    let mut scene = named(80, 24);
    scene.says("/mentions");

    answer(&mut scene, OTHER, Vec::new(), Beyond::Nothing);
    scene.link(LinkEvent::Refused { asked: Asked::Search(ROOM), sentence: "the disk failed".into(), free_name: None });

    assert!(scene.shows("the disk failed") && scene.shows("did the build pass?"));
    assert_eq!(scene.state.person, Some(ALICE));
}
