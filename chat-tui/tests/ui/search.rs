//! Looking for what was said: the overlay, its pages, what a hostile answer may not do.

use crate::looking::{FIRST, found, hit, quest, said};
use crate::scene::{ROOM, Scene, TWO_O_CLOCK, entry, joined, member, nick, rows_of, up};
use chat_proto::entry::{EntryBody, Seq, UnixMillis};
use chat_proto::frame::{Beyond, EndReason, Excerpt, Hit, Member, Presence};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent, Trouble};
use chat_tui::overlay::{Overlay, Question};
use chat_tui::quest::Quest;
use crossterm::event::KeyCode;
use ratatui::style::Modifier;
use std::time::Duration;

const HOUR: i64 = 3_600_000;

fn asked(quest: Quest, before: Seq) -> Effect {
    Effect::Link(Command::Search { room: ROOM, quest, before })
}

/// A room in which "build" is being looked for.
fn searching(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::busy(columns, rows, 30);
    scene.says("/search build");
    assert_eq!(scene.effects(), [asked(quest("build"), FIRST)]);
    scene
}

/// The same, with three hits.
fn answered(columns: u16, rows: u16) -> Scene {
    let mut scene = searching(columns, rows);
    let long = format!("{} the BUILD failed again, {}", "first of all".repeat(9), "as it did before ".repeat(9));
    let last = Hit { before: None, after: None, ..hit(70, "build it, and they will come") };
    let hits = vec![hit(300, "did the build pass?"), hit(200, &long), last];
    scene.link(found("build", FIRST, hits, Beyond::Nothing));
    scene
}

/// So many hits, the newest first.
fn hits(from: u64, count: u64) -> Vec<Hit> {
    (0..count).map(|n| hit(from - n * 3, "build")).collect()
}

#[test]
fn what_was_looked_for_stands_out() {
    let scene = answered(80, 24);
    let row = scene.row("did the build pass?").unwrap() as u16;
    let buffer = scene.buffer();

    let is_bold = |x: u16| buffer[(x, row)].modifier.contains(Modifier::BOLD);
    let bold: String = (32..76).filter(|x| is_bold(*x)).map(|x| buffer[(x, row)].symbol().to_owned()).collect();
    assert_eq!(bold, "build");
}

#[test]
fn while_it_waits_it_says_so_and_when_nothing_is_found_as_well() {
    for (columns, rows) in [(20, 5), (40, 15), (80, 24), (200, 50)] {
        let mut scene = searching(columns, rows);
        assert!(scene.shows("searching…"), "{}", scene.screen());

        scene.link(found("build", FIRST, vec![], Beyond::Nothing));

        assert!(scene.shows("nothing found") && !scene.shows("searching"), "{}", scene.screen());
    }
}

#[test]
fn a_search_that_took_too_long_or_was_refused_says_so() {
    let mut scene = searching(80, 24);
    scene.link(found("build", FIRST, vec![], Beyond::Unsearched));
    assert!(scene.shows("the search took too long and was given up"), "{}", scene.screen());

    let mut scene = searching(40, 15);
    let sentence = "too many words at once".into();
    scene.link(LinkEvent::Refused { asked: Asked::Search(ROOM), sentence, free_name: None });
    assert!(scene.shows("too many words at once"));

    let mut scene = searching(80, 24);
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    assert!(scene.shows("this room is over") && !scene.shows("searching"));
}

#[test]
fn a_lost_link_is_told_and_the_answer_of_the_next_one_counts() {
    let mut scene = searching(80, 24);

    scene.link(LinkEvent::Down { trouble: Trouble::GoAway, retry_in: Duration::from_secs(1) });
    assert!(scene.shows("the search goes on when the link is back"));
    scene.link(up());
    scene.link(found("build", FIRST, hits(90, 1), Beyond::Nothing));

    assert!(scene.shows("1 found; there are no more"));
}

#[test]
fn the_next_page_is_asked_for_before_the_last_hit_is_reached() {
    let mut scene = searching(80, 24);
    scene.link(found("build", FIRST, hits(300, 20), Beyond::More));
    assert_eq!(scene.effects(), []);

    for _ in 0..15 {
        scene.key(KeyCode::Down);
    }
    assert_eq!(scene.effects(), [asked(quest("build"), Seq(243))]);
    assert!(scene.shows("searching for more…"));
    scene.key(KeyCode::End);
    assert_eq!(scene.effects(), [], "it is asked for once");

    scene.link(found("build", Seq(243), hits(200, 20), Beyond::Nothing));
    assert!(scene.shows("40 found; there are no more"));
}

#[test]
fn an_answer_to_another_question_is_none() {
    let mut scene = searching(80, 24);

    scene.link(found("built", FIRST, hits(300, 3), Beyond::Nothing));
    scene.link(found("build", Seq(7), hits(5, 1), Beyond::Nothing));

    assert!(scene.shows("searching…"));
}

#[test]
fn keys_choose_and_the_choice_stays_in_sight() {
    for (columns, rows) in [(20, 5), (40, 15), (80, 24), (200, 50)] {
        let mut scene = searching(columns, rows);
        let many = (0..60_u64).map(|n| Hit { before: None, after: None, ..hit(300 - n, &format!("build {n} end")) });
        scene.link(found("build", FIRST, many.collect(), Beyond::Nothing));

        let is_chosen = |scene: &Scene, n: u64| {
            let rows = rows_of(&scene.buffer());
            rows.iter().any(|row| row.contains('▌') && row.contains(&format!("build {n} end")))
        };
        for (key, chosen) in [(KeyCode::Down, 1), (KeyCode::End, 59), (KeyCode::Up, 58), (KeyCode::Home, 0)] {
            scene.key(key);
            assert!(rows == 5 || is_chosen(&scene, chosen), "{key:?}\n{}", scene.screen());
        }
        for _ in 0..70 {
            scene.key(KeyCode::PageDown);
        }
        assert!(rows == 5 || is_chosen(&scene, 59), "{}", scene.screen());
        scene.resize(40, 15);
        assert!(is_chosen(&scene, 59), "{}", scene.screen());
    }
}

#[test]
fn esc_closes_and_nothing_has_moved() {
    let mut scene = Scene::busy(80, 24, 300);
    scene.key(KeyCode::PageUp);
    let before = scene.screen();
    scene.says("/search build");
    scene.link(found("build", FIRST, hits(300, 3), Beyond::Nothing));
    scene.key(KeyCode::Down);

    scene.key(KeyCode::Esc);

    assert_eq!(scene.state.overlay, None);
    assert_eq!(scene.screen(), before);
}

#[test]
fn people_and_days_go_with_the_question() {
    let mut scene = Scene::busy(80, 24, 3);

    scene.says("/search \"ship it\" from:@bob since:yesterday before:2026-11-22");

    let day = |day: i64| Some(UnixMillis(TWO_O_CLOCK - 14 * HOUR + day * 24 * HOUR));
    let quest = Quest { words: "\"ship it\"".into(), from: Some(nick("bob")), since: day(-1), until: day(0) };
    assert_eq!(scene.effects(), [asked(quest, FIRST)]);
    assert!(scene.shows("\"ship it\" from:@bob since:yesterday"));
}

#[test]
fn what_cannot_be_looked_for_is_said_and_the_line_stays() {
    let mut scene = Scene::busy(80, 24, 3);

    scene.says("/search build since:tomorrow");

    assert_eq!(scene.effects(), []);
    assert!(scene.shows("“tomorrow” is no time: 2026-11-01"), "{}", scene.screen());
    assert!(scene.shows("/search build since:tomorrow"));
}

#[test]
fn without_a_link_or_a_room_nothing_is_looked_for() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.link(LinkEvent::Down { trouble: Trouble::GoAway, retry_in: Duration::from_secs(1) });
    scene.says("/search build");
    assert!(scene.shows("not connected: this works when the link is back"));

    let mut scene = Scene::busy(80, 24, 3);
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene.says("/search build");
    assert!(scene.shows("nothing can be looked for here any more"));
    assert_eq!((scene.state.overlay, scene.effects()), (None, vec![]));
}

#[test]
fn a_hostile_answer_can_do_nothing() {
    for text in ["\u{1b}[2J\u{7}", "\u{202e}evil", "a\nb\n14:03 bob  build", &"結".repeat(170), &"z\u{301}".repeat(200)]
    {
        let excerpt = Excerpt { time: UnixMillis(i64::MAX), ..said(5, (2, text), text) };
        let hostile = Hit { before: Some(excerpt.clone()), found: excerpt.clone(), after: Some(excerpt) };
        for (columns, rows) in [(20, 5), (23, 7), (40, 15), (80, 24), (200, 50)] {
            let mut scene = searching(columns, rows);
            scene.link(found("build", FIRST, vec![hostile.clone(); 20], Beyond::More));
            scene.key(KeyCode::Down);

            let screen = scene.screen();
            assert!(
                !screen.contains(|c: char| c.is_control() && c != '\n') && !screen.contains('\u{202e}'),
                "{screen}"
            );
        }
    }
}

#[test]
fn no_answer_makes_the_list_endless() {
    let mut scene = searching(80, 24);
    let mut before = FIRST;
    for page in 0..100_u64 {
        let from = 1_000_000 - page * 100;
        scene.link(found("build", before, hits(from, 20), Beyond::More));
        scene.key(KeyCode::End);
        before = Seq(from - 19 * 3);
    }

    assert!(scene.shows("1000 found, and more"), "{}", scene.screen());
}

#[test]
fn what_is_erased_while_it_is_looked_at_goes_from_the_hits_too() {
    let mut scene = answered(80, 24);

    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(400, 9, (2, "bob"), EntryBody::Forget)] });
    assert!(scene.shows("0 found") || scene.shows("nothing found"), "{}", scene.screen());

    let mut scene = answered(80, 24);
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(400, 9, (3, "carol"), EntryBody::Forget)] });
    assert!(scene.shows("did the build pass?") && !scene.shows("just before"), "{}", scene.screen());
}

#[test]
fn enter_leads_to_a_message_that_is_here() {
    let mut scene = Scene::busy(80, 24, 300);
    scene.says("/search build");
    scene.effects();
    scene.link(found("build", FIRST, vec![hit(120, "build")], Beyond::Nothing));

    scene.key(KeyCode::Enter);

    assert_eq!((scene.state.overlay, scene.effects()), (None, vec![]));
    let row = scene.row("message 120").expect("it is on the screen");
    assert!((4..14).contains(&row), "{}", scene.screen());
    assert!(rows_of(&scene.buffer())[row].starts_with('▌'));
}

#[test]
fn forgetting_is_asked_first_and_posted_like_anything_else() {
    let mut scene = Scene::busy(80, 24, 3);

    scene.says("/forget");
    assert_eq!(scene.state.overlay, Some(Overlay::Question(Question::Forget)));
    scene.key(KeyCode::Esc);
    assert_eq!(scene.effects(), []);

    scene.says("/forget");
    scene.key(KeyCode::Enter);
    assert_eq!(scene.posted().body, EntryBody::Forget);
    assert_eq!(scene.state.overlay, None);
    assert!(scene.shows("◌"));
}

#[test]
fn the_question_says_what_forgetting_does_and_does_not_at_every_size() {
    for (columns, rows) in [(40, 15), (80, 24), (200, 50)] {
        let mut scene = Scene::busy(columns, rows, 3);
        scene.says("/forget");

        let screen = scene.screen();
        assert!(screen.contains("Erase everything") && screen.contains("Enter erase   Esc keep"), "{screen}");
        assert!(screen.contains("Nobody can take back"), "{screen}");
    }
}

#[test]
fn what_was_erased_before_its_answer_came_is_not_shown() {
    let mut scene = searching(80, 24);
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(400, 9, (2, "bob"), EntryBody::Forget)] });
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(401, 9, (3, "carol"), EntryBody::Forget)] });

    scene.link(found("build", FIRST, vec![hit(500, "build anew"), hit(300, "did the build pass?")], Beyond::Nothing));

    assert!(!scene.shows("did the build pass?"), "{}", scene.screen());
    assert!(scene.shows("build anew") && scene.shows("1 found"), "{}", scene.screen());
}

#[test]
fn a_page_of_erased_hits_does_not_end_the_search() {
    let mut scene = searching(80, 24);
    scene.link(found("build", FIRST, hits(300, 20), Beyond::More));
    assert_eq!(scene.effects(), []);
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(400, 9, (2, "bob"), EntryBody::Forget)] });

    assert_eq!(scene.effects(), [asked(quest("build"), Seq(243))], "{}", scene.screen());
    assert!(scene.shows("searching"), "{}", scene.screen());
}

#[test]
fn whoever_is_ignored_is_not_read_in_a_search_either() {
    let mut scene = Scene::entering(joined(), 80, 24);
    let somebody = |id, name| Member { key: [id as u8; 32], ..member(id, name, Presence::Here) };
    scene.link(LinkEvent::Members { room: ROOM, members: vec![somebody(2, "bob"), somebody(3, "carol")] });
    scene.says("/ignore carol");
    scene.says("/search build");

    let carols = Hit { found: said(250, (3, "carol"), "build, build"), ..hit(250, "") };
    scene.link(found("build", FIRST, vec![hit(300, "did the build pass?"), carols], Beyond::Nothing));

    assert!(scene.shows("did the build pass?") && scene.shows("1 found"), "{}", scene.screen());
    assert!(!scene.shows("build, build") && !scene.shows("just before"), "{}", scene.screen());
}

#[test]
fn a_search_ends_with_its_room() {
    let mut scene = answered(80, 24);

    scene.link(LinkEvent::Left { room: ROOM });

    assert_eq!((scene.state.overlay, scene.state.search.is_none()), (None, true));
}

#[test]
fn a_search_that_cannot_be_asked_leaves_its_line() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.says("/search build since:today before:yesterday");
    assert_eq!(scene.state.composer().text(), "/search build since:today before:yesterday");

    let mut scene = Scene::busy(80, 24, 3);
    scene.link(LinkEvent::Down { trouble: Trouble::GoAway, retry_in: Duration::from_secs(1) });
    scene.says("/search build");
    assert_eq!(scene.state.composer().text(), "/search build");
}

#[test]
fn where_nothing_is_found_nothing_can_be_chosen() {
    let mut scene = searching(80, 24);
    scene.link(found("build", FIRST, vec![], Beyond::Nothing));

    assert!(scene.shows("Esc close") && !scene.shows("Enter go"), "{}", scene.screen());
}
