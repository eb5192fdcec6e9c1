//! Keys that a person has bound otherwise: they do it, they are named, and nothing else is left of the old ones.

use crate::scene::{Scene, joined, start, up};
use chat_tui::config::Config;
use chat_tui::keymap::{Context, Keymap};
use chat_tui::link::{Asked, LinkEvent, Mark};
use chat_tui::overlay::Overlay;
use chat_tui::state::{Start, Wish};
use crossterm::event::{KeyCode, KeyModifiers};

/// What such a file makes of the keys.
fn keymap(text: &str) -> Keymap {
    let path = std::env::temp_dir().join(format!("chat-keys-{:016x}.toml", rand::random::<u64>()));
    std::fs::write(&path, text).expect("what cannot be had fails the test");
    let config = Config::read(["chat-tui"], |_| None, Some(&path)).expect("what cannot be had fails the test");
    std::fs::remove_file(&path).expect("what cannot be had fails the test");
    config.keys
}

fn room(keys: &str) -> Scene {
    let mut start = Start { room: Wish::Create, keys: keymap(keys), ..start() };
    (start.around.columns, start.around.rows) = (80, 24);
    let mut scene = Scene::new(start);
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });
    scene.effects();
    scene
}

#[test]
fn a_key_that_was_bound_does_it_and_the_ones_from_before_do_too() {
    let mut scene = room("[keys]\nf12 = 'help'\n");

    scene.key(KeyCode::F(12));
    assert!(matches!(scene.state.overlay, Some(Overlay::Help { .. })));
    scene.key(KeyCode::F(12));
    assert_eq!(scene.state.overlay, None, "it closes the help, too");
    scene.key(KeyCode::F(1));
    assert!(matches!(scene.state.overlay, Some(Overlay::Help { .. })));
}

#[test]
fn the_help_and_the_hints_name_the_key_that_is_bound_now() {
    let mut scene = room("[keys]\nf12 = 'help'\nctrl-g = 'send'\n");

    assert!(
        scene.shows("Ctrl-G send · Alt-Up select a message · Ctrl-F find · / commands · F12 help"),
        "{}",
        scene.screen()
    );
    scene.key(KeyCode::F(12));
    assert!(scene.shows("Ctrl-G  Enter           send"), "{}", scene.screen());
}

#[test]
fn a_key_that_was_taken_away_does_nothing_and_is_named_nowhere() {
    let mut scene = room("[keys]\nf1 = 'none'\n");

    scene.key(KeyCode::F(1));

    assert_eq!(scene.state.overlay, None);
    assert!(
        scene.shows("Enter send · Alt-Up select a message · Ctrl-F find") && !scene.shows("F1"),
        "{}",
        scene.screen()
    );
    scene.says("/help");
    assert!(!scene.shows("F1"), "{}", scene.screen());
}

#[test]
fn a_key_that_is_bound_loses_what_it_meant_before() {
    let mut scene = room("[keys]\nctrl-a = 'toggle-people'\n");
    scene.types("abc");

    scene.ctrl('a');
    scene.types("d");

    assert_eq!(scene.state.composer().text(), "abcd", "the cursor did not go to the start");
    assert!(!scene.state.are_members_wanted);
}

#[test]
fn a_key_of_one_place_keeps_its_meaning_in_others() {
    let keys = keymap("[keys.room]\ntab = 'newest'\n");

    assert_eq!(keys.key(Context::Prompt, "next-field").unwrap().to_string(), "Tab");
    assert_eq!(keys.key(Context::Room, "newest").unwrap().to_string(), "Tab");
    assert_eq!(keys.key(Context::Room, "complete"), None);
}

#[test]
fn what_a_message_that_was_not_sent_asks_for_names_the_keys_of_now() {
    let mut scene = room("[keys]\nf3 = 'edit-unsent'\nf4 = 'discard-unsent'\n");
    scene.says("hello");
    scene.marked(1, Mark::Refused("the room is full".into()));

    assert!(scene.shows("F3 edit · F4 discard"), "{}", scene.screen());
    scene.alt(KeyCode::Char('s'));
    assert!(scene.shows("F3 edits it, F4 discards it"), "{}", scene.screen());
    scene.key(KeyCode::F(4));
    assert!(!scene.shows("hello"));
}

#[test]
fn letters_may_be_bound_where_nothing_is_typed() {
    let mut scene = room("[keys.help]\nx = 'dismiss'\n");
    scene.says("/help");

    scene.press(KeyCode::Char('x'), KeyModifiers::NONE);

    assert_eq!(scene.state.overlay, None);
}

#[test]
fn what_can_be_done_about_a_message_is_offered_under_the_letters_of_now() {
    let mut scene = room("[keys.selected]\na = 'reply'\nr = 'none'\n");
    scene.bob_says(["shall we?".to_owned()]);
    scene.alt(KeyCode::Up);

    assert!(scene.shows("a reply") && !scene.shows("r reply"), "{}", scene.screen());
}
