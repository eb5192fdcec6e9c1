//! Themes of one's own: files in a directory, and what is said of wrong ones.

use super::Directory;
use chat_tui::config::Options;
use chat_tui::keeper::{self, Keeper, Note};
use chat_tui::theme::{Background, Choice, Depth, Ground, Ink, Theme, Themes};
use ratatui::style::{Color, Modifier};

fn themes(files: &[(&str, &str)]) -> Themes {
    let directory = Directory::new();
    for (name, text) in files {
        std::fs::write(directory.file(name), text).unwrap();
    }
    Themes::with_own(&directory.0)
}

fn theme(themes: Themes, name: &str, depth: Depth) -> Theme {
    themes.theme(themes.find(name).unwrap(), depth, Background::Unknown)
}

/// What is said of a theme with this text.
fn sentence(text: &str) -> String {
    themes(&[("mine.toml", text)]).find("mine").unwrap_err()
}

#[test]
fn a_theme_of_ones_own_changes_what_it_says_and_inherits_the_rest() {
    let themes = themes(&[(
        "mine.toml",
        "about = 'green'\ninherit = 'light'\n[ink]\nstrong = '#00ff00'\n[ground]\nbase = 208\n",
    )]);
    let (mine, light) = (theme(themes, "mine", Depth::True), theme(themes, "light", Depth::True));

    assert_eq!(mine.ink(Ink::Strong).fg, Some(Color::Rgb(0, 255, 0)));
    assert!(mine.ink(Ink::Strong).add_modifier.contains(Modifier::BOLD), "a colour alone keeps the weight");
    assert_eq!(mine.ground(Ground::Base).bg, Some(Color::Indexed(208)));
    assert_eq!(mine.ink(Ink::Text), light.ink(Ink::Text));
    assert_eq!(mine.name("bob"), light.name("bob"));
    assert_eq!(themes.about(themes.find("mine").unwrap()), Ok("green"));
}

#[test]
fn what_comes_near_a_colour_is_found_where_there_are_fewer_and_may_be_named() {
    let themes =
        themes(&[("mine.toml", "[ink]\ngood = '#00cd00'\nerror = { colour = '#ff0000', sixteen = 'magenta' }\n")]);
    let inks = |depth| [Ink::Good, Ink::Error].map(|ink| theme(themes, "mine", depth).ink(ink).fg.unwrap());

    assert_eq!(inks(Depth::True), [Color::Rgb(0, 205, 0), Color::Rgb(255, 0, 0)]);
    assert_eq!(inks(Depth::Indexed), [Color::Indexed(40), Color::Indexed(196)]);
    assert_eq!(inks(Depth::Sixteen), [Color::Green, Color::Magenta]);
}

#[test]
fn a_theme_inherits_from_dark_unless_it_says_otherwise() {
    let themes = themes(&[("mine.toml", "names = ['#ffffff', 15]\n")]);

    assert_eq!(theme(themes, "mine", Depth::True).ink(Ink::Text), theme(themes, "dark", Depth::True).ink(Ink::Text));
}

#[test]
fn what_is_wrong_in_a_theme_is_said_with_file_line_and_key() {
    for (text, line, words) in [
        ("[ink]\ntext = '#12'\n", 2, "text: \"#12\" is not a colour: "),
        ("[ink]\n\ntxt = '#123456'\n", 3, "there is no ink \"txt\"; do you mean text?"),
        ("[ground]\nbase = true\n", 2, "base: true is not a colour"),
        ("[ground]\nfloor = 1\n", 2, "there is no ground \"floor\""),
        ("[ink]\ntext = { color = '#123456' }\n", 2, "text: colour is missing"),
        ("[ink]\ntext = { colour = 'red', blink = true }\n", 2, "there is no key of a colour \"blink\""),
        ("[ink]\ntext = { colour = 'red', bold = 1 }\n", 2, "bold: 1 is not true or false"),
        ("[ink]\ntext = { colour = 'red', indexed = 256 }\n", 2, "indexed: 256 is not a colour"),
        ("inherit = 'blue'\n", 1, "inherit: \"blue\" is not one of dark, light, high-contrast, terminal"),
        ("inherit = 1\n", 1, "inherit: 1 is not a text"),
        ("names = []\n", 1, "names is a list of 1 to 64 colours"),
        ("names = [\n'#123456',\n'mauve']\n", 3, "names: \"mauve\" is not a colour"),
        ("ink = 1\n", 1, "ink is a table: [ink]"),
        ("fonts = 1\n", 1, "there is no part of a theme \"fonts\""),
        ("[ink\n", 1, "this is not TOML"),
    ] {
        let sentence = sentence(text);
        assert!(sentence.contains(&format!("mine.toml, line {line}: {words}")), "{text}: {sentence}");
    }
}

#[test]
fn a_wrong_theme_is_listed_with_what_is_wrong_and_the_dark_one_is_used() {
    let themes = themes(&[("mine.toml", "[ink]\ntext = 'mauve'\n"), ("ours.toml", "")]);
    let listed: Vec<&str> = themes.choices().map(|choice| themes.name(choice)).collect();

    assert_eq!(listed, ["auto", "dark", "light", "high-contrast", "terminal", "mine", "ours"]);
    assert!(themes.about(Choice::At(4)).unwrap_err().contains("line 2: text"));
    assert_eq!(themes.theme(Choice::At(4), Depth::True, Background::Light), Theme::new(Depth::True));
}

#[test]
fn a_file_under_the_name_of_one_of_the_programs_own_is_told_to_change_it() {
    let themes = themes(&[("dark.toml", ""), ("auto.toml", ""), ("not a name.toml", ""), ("notes.txt", "")]);
    let problems: Vec<&str> = themes.choices().filter_map(|choice| themes.about(choice).err()).collect();

    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.contains("give the file another name")), "{problems:?}");
    assert!(themes.find("dark").is_ok());
}

#[test]
fn without_a_directory_there_are_the_programs_own() {
    assert_eq!(Themes::with_own("/nowhere/themes".as_ref()).choices().count(), Themes::built_in().choices().count());
}

#[tokio::test]
async fn what_was_chosen_is_there_in_the_next_run() {
    let directory = Directory::new();
    let keeper = Keeper::start(directory.0.clone()).unwrap();

    keeper.keep(Note::Theme("light".into()));
    keeper.keep(Note::Theme("terminal".into()));
    keeper.close().await;

    assert_eq!(keeper::load(Some(&directory.0)).theme.as_deref(), Some("terminal"));
    assert_eq!(Options::default().theme, None);
}
