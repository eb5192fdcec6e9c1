//! Whom a message is for: names and `@here`.

use crate::scene::{Scene, message};
use chat_tui::effect::Effect;
use chat_tui::theme::{Depth, Ink, Theme};
use crossterm::event::Event as TerminalEvent;
use ratatui::style::Style;

const BOB: (u64, &str) = (2, "bob");
const ALICE: (u64, &str) = (1, "alice");

fn style_of(scene: &Scene, word: &str) -> Style {
    let screen = scene.screen();
    let (y, row) = screen.lines().enumerate().find(|(_, row)| row.contains(word)).expect("it is shown");
    let x = row.split(word).map(|before| before.chars().count()).next().unwrap_or_default();
    scene.buffer()[(x as u16, y as u16)].style()
}

fn is_called(scene: &Scene, words: &str) -> bool {
    scene.screen().lines().any(|row| row.starts_with('▌') && row.contains(words))
}

#[test]
fn a_name_behind_its_sign_has_the_colour_of_whoever_is_called_so() {
    let theme = Theme::new(Depth::True);
    let mut scene = Scene::room(110, 24);
    scene.happens(3, BOB, message("is @carol there, or @dave? @nobody is, and carolus"));

    for name in ["carol", "dave"] {
        let style = style_of(&scene, &format!("@{name}"));
        assert_eq!((style.fg, style.add_modifier), (theme.name(name).fg, theme.name(name).add_modifier));
    }
    assert_eq!(style_of(&scene, "@nobody").fg, theme.ink(Ink::Text).fg);
    assert_eq!(style_of(&scene, "carolus").fg, theme.ink(Ink::Text).fg);
}

#[test]
fn the_own_name_and_everybody_stand_out_and_ring() {
    for (words, called) in [("well alice, look", "alice, look"), ("@here lunch", "@here"), ("> @Alice said", "@Alice")]
    {
        let mut scene = Scene::room(80, 24);
        scene.terminal(TerminalEvent::FocusLost);
        scene.effects();
        scene.happens(3, BOB, message(words));

        assert!(is_called(&scene, called), "{}", scene.screen());
        assert_eq!(style_of(&scene, called).fg, Theme::new(Depth::True).ink(Ink::Warning).fg);
        assert!(scene.effects().contains(&Effect::Bell), "{words}");
    }
}

#[test]
fn whoever_calls_everybody_does_not_call_themselves() {
    let mut scene = Scene::room(80, 24);
    scene.terminal(TerminalEvent::FocusLost);
    scene.effects();

    scene.happens(3, ALICE, message("@here lunch"));

    assert!(!is_called(&scene, "lunch"));
    assert!(!scene.effects().contains(&Effect::Bell));
}

#[test]
fn names_in_code_and_in_addresses_call_nobody() {
    for words in ["run `alice --now`", "```\n@here\n```", "https://example.org/alice", "write to bob@here.org"] {
        let mut scene = Scene::room(80, 24);
        scene.terminal(TerminalEvent::FocusLost);
        scene.effects();

        scene.happens(3, BOB, message(words));

        assert!(!scene.screen().contains('▌'), "{}", scene.screen());
        assert!(!scene.effects().contains(&Effect::Bell), "{words}");
    }
}
