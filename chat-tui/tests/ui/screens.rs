//! Every overlay and every state, as it looks in a wide, a usual and a narrow window.
//!
//! What a part of the state can be is a `match`: something new does not compile until it has a screen. The screens are
//! files in `snapshots`; `INSTA_UPDATE=always INSTA_FORCE_PASS=1` writes them anew, and then each has to be looked at.

mod overlays;
mod prompt;
mod room;

use crate::scene::Scene;
use chat_tui::overlay::Overlay;
use chat_tui::state::State;
use crossterm::event::KeyCode;
use std::collections::BTreeSet;

const SIZES: [(u16, u16); 3] = [(120, 35), (80, 24), (40, 12)];

struct Situation {
    name: &'static str,
    arrange: fn(u16, u16) -> Scene,
    /// What has to be read there at every size: what it is about, or the way out of it.
    shows: &'static str,
    /// What a state is called by the table that this stands in.
    name_of: fn(&State) -> &'static str,
}

/// A table of situations, as a function of this name: one row for each kind of something in the state.
macro_rules! every {
    ($table:ident: match $of:expr, $state:ident { $($kind:pat => $name:literal, $arrange:expr, $shows:expr;)* }) => {
        pub(super) fn $table() -> Vec<Situation> {
            fn name_of($state: &State) -> &'static str {
                match $of {
                    $($kind => $name,)*
                }
            }
            vec![$(Situation { name: $name, arrange: $arrange, shows: $shows, name_of },)*]
        }
    };
}
use every;

/// The same for what is no kind of anything.
macro_rules! besides {
    ($table:ident: { $($name:literal, $arrange:expr, $shows:expr;)* }) => {
        pub(super) fn $table() -> Vec<Situation> {
            vec![$(Situation { name: $name, arrange: $arrange, shows: $shows, name_of: |_| $name },)*]
        }
    };
}
use besides;

fn all() -> Vec<Situation> {
    [
        overlays::kinds(),
        overlays::stages(),
        prompt::screens(),
        prompt::outcomes(),
        prompt::besides(),
        room::links(),
        room::notices(),
        room::abouts(),
        room::marks(),
        room::besides(),
        room::rooms(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn look_at(situations: Vec<Situation>) {
    for situation in situations {
        let screens = SIZES.map(|(columns, rows)| {
            let screen = (situation.arrange)(columns, rows).screen();
            format!("── {columns}×{rows}\n{screen}\n")
        });
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_snapshot_path("snapshots");
        settings.bind(|| insta::assert_snapshot!(situation.name, screens.concat()));
    }
}

#[test]
fn overlays_look_as_they_were_looked_at() {
    look_at(overlays::kinds());
    look_at(overlays::stages());
}

#[test]
fn the_prompt_looks_as_it_was_looked_at() {
    look_at(prompt::screens());
    look_at(prompt::outcomes());
    look_at(prompt::besides());
}

#[test]
fn the_room_looks_as_it_was_looked_at() {
    look_at(room::links());
    look_at(room::notices());
    look_at(room::abouts());
    look_at(room::marks());
    look_at(room::besides());
    look_at(room::rooms());
}

#[test]
fn every_situation_is_the_one_that_it_is_called_and_says_what_it_has_to_at_every_size() {
    let mut silent = Vec::new();
    for Situation { name, arrange, shows, name_of } in all() {
        for (columns, rows) in SIZES {
            let scene = arrange(columns, rows);
            assert_eq!(name_of(&scene.state), name, "{columns}×{rows}\n{}", scene.screen());
            if !scene.shows(shows) {
                silent.push(format!("{name} at {columns}×{rows} does not say {shows:?}\n{}", scene.screen()));
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn below_what_lies_over_the_screen_stand_no_keys_that_do_nothing_there() {
    for Situation { name, arrange, .. } in overlays::kinds().into_iter().chain(overlays::stages()) {
        let scene = arrange(80, 24);
        if scene.state.overlay.is_some_and(|overlay| !matches!(overlay, Overlay::Crowd(_))) {
            let screen = scene.screen();
            let last = screen.lines().nth(23).unwrap_or_default();
            assert!(!last.contains("Alt-Up select") && !last.contains("Esc back"), "{name}\n{screen}");
        }
    }
}

#[test]
fn every_screen_that_is_kept_is_one_of_a_situation() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/snapshots");
    let files = std::fs::read_dir(folder).expect("the screens are there");
    let paths = files.map(|file| file.expect("it can be listed").path());
    let screens = paths.filter(|path| path.extension().is_some_and(|extension| extension == "snap"));
    let kept: BTreeSet<String> =
        screens.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    let named: BTreeSet<String> = all().iter().map(|situation| situation.name.to_owned()).collect();

    assert_eq!(kept, named);
    assert_eq!(named.len(), all().len(), "two situations have one name");
}

#[test]
fn whatever_lies_over_the_smallest_screen_says_how_it_is_left_and_is() {
    let mut stuck = Vec::new();
    for Situation { name, arrange, .. } in all() {
        let mut scene = arrange(20, 5);
        let screen = scene.screen();
        if scene.state.overlay.is_some() {
            scene.key(KeyCode::Esc);
            if !screen.contains("Esc") || scene.state.overlay.is_some() {
                stuck.push(format!("{name}\n{screen}"));
            }
        }
    }
    assert!(stuck.is_empty(), "{}", stuck.join("\n"));
}
