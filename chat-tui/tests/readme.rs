//! The README's tables of keys and commands are those of the program.

use chat_tui::command::COMMANDS;
use chat_tui::keymap::{BINDINGS, Context, Keymap};

const README: &str = include_str!("../../README.md");

/// What stands between `<!-- name: … -->` and `<!-- /name -->`.
fn section(name: &str) -> &'static str {
    let begin = README.find(&format!("<!-- {name}:")).expect("the section begins");
    let from = begin + README[begin..].find("-->").expect("the mark ends") + "-->".len();
    let to = README.find(&format!("<!-- /{name} -->")).expect("the section ends");
    README[from..to].trim()
}

fn keys() -> String {
    let default = Keymap::default();
    let rows = BINDINGS.iter().filter(|row| !row.help.is_empty());
    let lines = rows.map(|row| {
        let keys: Vec<_> = row.keys.iter().map(|key| format!("`{key}`")).collect();
        format!("| {} | {} | {} |", keys.join(" "), place(row.context), default.say(row.context, row.help))
    });
    format!("| key | where | does |\n|---|---|---|\n{}", lines.collect::<Vec<_>>().join("\n"))
}

fn place(context: Context) -> &'static str {
    match context {
        Context::Anywhere => "anywhere",
        Context::Typing => "where you type",
        Context::Room => "room",
        Context::Selected => "a selected message",
        Context::Prompt => "prompt",
        Context::Connecting => "connecting",
        Context::Help => "help",
        Context::Question => "question",
        Context::Distrust => "a server that is not trusted",
        Context::Invite => "invite",
        Context::Search => "search",
        Context::Find => "finding",
        Context::Switcher => "switcher",
        Context::Crowd => "list of people",
        Context::Themes => "themes",
        Context::Links => "links",
        Context::Picker => "a picker",
    }
}

fn commands() -> String {
    let lines = COMMANDS.iter().map(|row| {
        let names = row.names.iter().map(|name| format!("`/{name}`"));
        let args = Some(format!("`{}`", row.args.replace('|', "\\|"))).filter(|_| !row.args.is_empty());
        format!("| {} | {} |", names.chain(args).collect::<Vec<_>>().join(" "), row.help)
    });
    format!("| command | does |\n|---|---|\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_readme_lists_the_keys_that_there_are() {
    assert_eq!(section("keys"), keys(), "put the right side into the README");
}

#[test]
fn the_readme_lists_the_commands_that_there_are() {
    assert_eq!(section("commands"), commands(), "put the right side into the README");
}
