//! Themes: tried, taken, put back and remembered.

use crate::scene::{Scene, bytes, member, message, start};
use chat_proto::EntryBody;
use chat_proto::frame::Presence;
use chat_tui::config::Options;
use chat_tui::effect::Effect;
use chat_tui::keeper::{Kept, Note};
use chat_tui::link::LinkEvent;
use chat_tui::overlay::Overlay;
use chat_tui::state::Start;
use chat_tui::theme::{Background, Depth, Ground, Theme, Themes};
use crossterm::event::KeyCode;
use ratatui::style::Color;

/// What the program's own theme of this name is.
fn theme(name: &str) -> Theme {
    let themes = Themes::built_in();
    themes.theme(themes.find(name).expect("it is one of the program's own"), Depth::True, Background::Unknown)
}

fn ground_of(scene: &Scene) -> Color {
    scene.buffer()[(0, 3)].bg
}

fn kept(effects: &[Effect]) -> Option<&str> {
    effects
        .iter()
        .find_map(|effect| if let Effect::Keep(Note::Theme(name)) = effect { Some(name.as_str()) } else { None })
}

/// A client that begins with this option and what was chosen before.
fn beginning(option: Option<&str>, remembered: Option<&str>, background: Background) -> Scene {
    let options = Options { theme: option.map(str::to_owned), ..Options::default() };
    let kept = Kept { theme: remembered.map(str::to_owned), ..Kept::default() };
    let mut start = Start { options, kept, ..start() };
    start.around.background = background;
    Scene::new(start)
}

#[test]
fn the_list_leaves_what_is_said_to_be_seen_on_a_wide_screen() {
    let mut scene = Scene::busy(100, 24, 20);
    scene.says("/theme");

    assert!(scene.shows("message 12"), "{}", scene.screen());
    assert!(scene.shows("high-contrast"));
}

#[test]
fn the_list_is_usable_on_the_smallest_screen() {
    let mut scene = Scene::room(20, 5);
    scene.says("/theme");
    scene.key(KeyCode::Down);

    insta::assert_snapshot!(scene.screen(), @r#"
    Themes
      auto
      dark          ✓
    ▸ light
    Enter keep  Esc
    "#);
}

#[test]
fn going_through_the_list_shows_each_theme_and_esc_goes_back_to_the_one_of_before() {
    let mut scene = Scene::room(80, 24);
    scene.says("/theme");
    let mut seen = vec![scene.state.theme];

    for _ in 0..3 {
        scene.key(KeyCode::Down);
        seen.push(scene.state.theme);
    }
    let shown = ground_of(&scene);
    scene.key(KeyCode::Esc);

    assert_eq!(seen, ["dark", "light", "high-contrast", "terminal"].map(theme));
    assert_eq!(shown, Color::Reset, "the theme of the terminal has its own ground");
    assert_eq!((scene.state.theme, scene.state.overlay), (theme("dark"), None));
    assert_eq!(kept(&scene.effects()), None);
}

#[test]
fn enter_keeps_the_tried_theme_and_it_is_remembered() {
    let mut scene = Scene::room(80, 24);
    scene.says("/theme");
    scene.key(KeyCode::Down);
    scene.key(KeyCode::Enter);

    assert_eq!((scene.state.theme, scene.state.overlay), (theme("light"), None));
    assert_eq!(kept(&scene.effects()), Some("light"));
    assert_eq!(ground_of(&scene), theme("light").ground(Ground::Base).bg.unwrap());
}

#[test]
fn a_theme_is_taken_by_name_at_once() {
    let mut scene = Scene::room(80, 24);

    scene.says("/theme high-contrast");

    assert_eq!(scene.state.theme, theme("high-contrast"));
    assert_eq!(kept(&scene.effects()), Some("high-contrast"));
}

#[test]
fn a_theme_that_nobody_knows_is_refused_with_those_that_there_are() {
    let mut scene = Scene::room(80, 24);

    scene.says("/theme lihgt");

    assert_eq!(scene.state.theme, theme("dark"));
    assert!(scene.shows("there is no theme lihgt; do you mean light?"), "{}", scene.screen());
}

#[test]
fn auto_follows_the_terminals_ground() {
    for (background, expected) in
        [(Background::Light, "light"), (Background::Dark, "dark"), (Background::Unknown, "dark")]
    {
        assert_eq!(beginning(Some("auto"), None, background).state.theme, theme(expected));
    }
    let mut scene = beginning(None, None, Background::Light);
    assert_eq!(scene.state.theme, theme("dark"), "nobody asked for it");
    scene.state.screen = chat_tui::state::Screen::Room;

    scene.says("/theme auto");

    assert_eq!(scene.state.theme, theme("light"));
    assert_eq!(kept(&scene.effects()), Some("auto"));
}

#[test]
fn an_option_counts_more_than_what_was_chosen_before_and_that_more_than_dark() {
    assert_eq!(beginning(None, None, Background::Unknown).state.theme, theme("dark"));
    assert_eq!(beginning(None, Some("light"), Background::Unknown).state.theme, theme("light"));
    assert_eq!(beginning(Some("terminal"), Some("light"), Background::Unknown).state.theme, theme("terminal"));
}

#[test]
fn a_choice_against_the_options_holds_for_this_run_and_says_so() {
    let mut scene = beginning(Some("light"), None, Background::Unknown);
    scene.state.screen = chat_tui::state::Screen::Room;

    scene.says("/theme dark");

    assert_eq!(scene.state.theme, theme("dark"));
    assert_eq!(kept(&scene.effects()), None);
    let notice = format!("{:?}", scene.state.notice);
    assert!(notice.contains("dark for now: your options say theme = \\\"light\\\""), "{notice}");
}

#[test]
fn a_theme_that_is_gone_at_the_start_is_the_dark_one_and_a_sentence() {
    let scene = beginning(Some("mine"), None, Background::Unknown);

    assert_eq!(scene.state.theme, theme("dark"));
    let notice = format!("{:?}", scene.state.notice);
    assert!(
        notice.contains("there is no theme mine (there are auto, dark, light, high-contrast, terminal)"),
        "{notice}"
    );
}

#[test]
fn every_role_is_on_the_screen_in_the_theme_that_is_tried() {
    let mut scene = Scene::room(80, 24);
    scene.link(LinkEvent::Members { room: crate::scene::ROOM, members: vec![member(2, "bob", Presence::Here)] });
    scene.happens(3, (2, "bob"), message("@alice look"));
    scene.happens(4, (2, "bob"), EntryBody::Action(bytes("waves")));
    scene.says("/theme light");
    let grounds: Vec<Color> = scene.buffer().content().iter().map(|cell| cell.bg).collect();

    for ground in [Ground::Base, Ground::Panel, Ground::Mention] {
        assert!(grounds.contains(&theme("light").ground(ground).bg.unwrap()), "{ground:?}");
    }
    let dark: Vec<_> = Ground::ALL.iter().filter_map(|ground| theme("dark").ground(*ground).bg).collect();
    assert!(!grounds.iter().any(|ground| dark[..3].contains(ground)), "something is left of the dark one");
    assert!(!matches!(scene.state.overlay, Some(Overlay::Themes { .. })));
}
