//! What options change on the screen.

use crate::scene::{Scene, joined, member, message, start, up};
use chat_proto::frame::Presence;
use chat_tui::config::Options;
use chat_tui::link::{Asked, LinkEvent};
use chat_tui::state::{Start, Wish};
use chat_tui::zone::Clock;

/// A room in which bob has spoken and alice answered.
fn room(columns: u16, options: Options) -> Scene {
    let mut start = Start { room: Wish::Create, options, ..start() };
    (start.around.columns, start.around.rows) = (columns, 12);
    let mut scene = Scene::new(start);
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });
    let members = vec![member(1, "alice", Presence::Here), member(2, "bob", Presence::Here)];
    scene.link(LinkEvent::Members { room: crate::scene::ROOM, members });
    scene.happens(3, (2, "bob"), message("hi! did the build pass?"));
    scene.happens(3, (1, "alice"), message("yes, all green"));
    scene
}

#[test]
fn a_clock_with_twelve_hours_has_a_column_that_it_fits_into() {
    let scene = room(60, Options { clock: Clock::Hours12, ..Options::default() });

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning           2 here  open  ● connected

     ───────────────  Sunday, 22 November 2026  ───────────────
      2:03 pm           bob  hi! did the build pass?
      2:03 pm         alice  yes, all green                   ✓




    ────────────────────────────────────────────────────────────
     › write a message
              Enter send · Alt-Up select · / commands · F1 help
    "#);
}

#[test]
fn a_clock_with_seconds_stands_above_the_message_on_a_narrow_screen() {
    let scene = room(40, Options { clock: Clock::Seconds, ..Options::default() });

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  rele…  2 here  open  ● connected

     ─────  Sunday, 22 November 2026  ─────
     14:03:00  bob
               hi! did the build pass?
     14:03:00  alice
               yes, all green             ✓


    ────────────────────────────────────────
     › write a message
       Alt-Up select · / commands · F1 help
    "#);
}

#[test]
fn whoever_wants_no_list_of_people_starts_without_it() {
    let with = room(80, Options::default());
    let without = room(80, Options { people: false, ..Options::default() });

    assert!(with.shows("● bob"));
    assert!(!without.shows("● bob"));
}
