//! What a person may choose: where it comes from, which of it counts, and what is refused.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

use chat_tui::config::options::ROWS;
use chat_tui::config::{Config, ConfigError, Options, Script};
use chat_tui::keymap::{BINDINGS, Keymap};
use chat_tui::zone::Clock;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of its own for one test; gone afterwards.
struct File(PathBuf);

impl File {
    fn new(text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("chat-options-{:016x}.toml", rand::random::<u64>()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn named(&self) -> String {
        self.0.display().to_string()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

fn read(line: &str, environment: &[(&str, &str)], usual: Option<&Path>) -> Result<Config, ConfigError> {
    let value_of =
        |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
    Config::read(line.split_whitespace(), value_of, usual)
}

/// What is made of a file without flags and variables.
fn options(text: &str) -> Result<Options, ConfigError> {
    let file = File::new(text);
    read("chat-tui", &[], Some(&file.0)).map(|config| config.options)
}

#[test]
fn a_flag_counts_more_than_a_variable_a_variable_more_than_the_file_and_the_file_more_than_the_default() {
    let file = File::new("name = 'file'\nserver = 'file.example.org'\nclock = '12h'\n");
    let environment = [("CHAT_NAME", "variable"), ("CHAT_SERVER", "variable.example.org"), ("CHAT_CLOCK", "")];

    let options = read("chat-tui --name flag", &environment, Some(&file.0)).unwrap().options;

    assert_eq!(options.name.as_deref(), Some("flag"));
    assert_eq!(options.server.as_deref(), Some("variable.example.org"));
    assert_eq!(options.clock, Clock::Hours12, "a variable that is set to nothing is not set");
    assert_eq!(options.people, Options::default().people);
}

#[test]
fn the_file_may_be_named_by_a_flag_or_a_variable_and_the_flag_counts_more() {
    let (usual, named, other) = (File::new("name = 'a'\n"), File::new("name = 'b'\n"), File::new("name = 'c'\n"));
    let variable = [("CHAT_CONFIG", named.named())];
    let variable = variable.each_ref().map(|(name, value)| (*name, value.as_str()));
    let flag = format!("chat-tui --config {}", other.named());

    let name = |line: &str, environment: &[(&str, &str)]| {
        read(line, environment, Some(&usual.0)).unwrap().options.name.unwrap()
    };

    assert_eq!(name("chat-tui", &[]), "a");
    assert_eq!(name("chat-tui", &variable), "b");
    assert_eq!(name(&flag, &variable), "c");
}

#[test]
fn a_file_in_its_usual_place_need_not_be_there_but_one_that_is_named_must() {
    assert!(read("chat-tui", &[], Some(Path::new("/nowhere/config.toml"))).is_ok());

    let error = read("chat-tui --config /nowhere/config.toml", &[], None).unwrap_err();

    assert_eq!(error.exit_code(), 1);
    assert!(error.to_string().contains("cannot read the options in /nowhere/config.toml"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn of_a_file_without_end_no_more_is_read_than_anybody_writes() {
    let error = read("chat-tui --config /dev/zero", &[], None).unwrap_err();

    assert_eq!(error.exit_code(), 1);
    assert!(error.to_string().contains("it is far too long"), "{error}");
}

#[test]
fn an_option_that_nobody_knows_is_refused_with_its_line_and_the_nearest_one() {
    let error = options("name = 'a'\n\nclok = '12h'\n").unwrap_err();

    assert_eq!(error.exit_code(), 2);
    let sentence = error.to_string();
    assert!(sentence.contains(", line 3: there is no option \"clok\"; do you mean clock?"), "{sentence}");
    assert!(sentence.contains("chat-tui --print-config"), "{sentence}");
}

#[test]
fn a_value_that_an_option_cannot_have_is_refused_with_its_line_and_what_would_do() {
    for (text, expected) in [
        ("clock = '13h'", "line 1: clock: \"13h\" is not 24h, 12h or seconds"),
        ("\nclock = 12", "line 2: clock: 12 is not 24h, 12h or seconds"),
        ("people = 'maybe'", "line 1: people: \"maybe\" is not on or off"),
        ("people = 1", "line 1: people: 1 is not on or off"),
        ("links = true", "line 1: links: true is not auto, on or off"),
        ("ask-lines = 0", "line 1: ask-lines: 0 is not a number, 1 to 1000000"),
        ("name = ''", "line 1: name: \"\" is not a name"),
        ("name = ['a']", "line 1: name: a list is not a name"),
        ("clock = \n", "line 1: this is not TOML"),
    ] {
        let error = options(text).unwrap_err();

        assert_eq!(error.exit_code(), 2, "{text}");
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
}

#[test]
fn a_wrong_variable_and_a_wrong_flag_are_refused_with_what_would_do() {
    let variable = read("chat-tui", &[("CHAT_CLOCK", "often")], None).unwrap_err();
    let flag = read("chat-tui --clock often", &[], None).unwrap_err();

    assert_eq!(variable.to_string(), "CHAT_CLOCK: \"often\" is not 24h, 12h or seconds");
    assert!(
        flag.to_string().contains("--clock") && flag.to_string().contains("[possible values: 24h, 12h, seconds]"),
        "{flag}"
    );
    assert_eq!((variable.exit_code(), flag.exit_code()), (2, 2));
}

#[test]
fn switches_are_turned_on_and_off_by_flags() {
    let cases =
        [("", true), ("--no-people", false), ("--people=off", false), ("--people", true), ("--people=on", true)];
    for (flags, expected) in cases {
        assert_eq!(read(&format!("chat-tui {flags}"), &[], None).unwrap().options.people, expected, "{flags}");
    }
    assert!(read("chat-tui --people --no-people", &[], None).is_err());
}

#[test]
fn what_is_printed_is_a_file_that_means_the_same_and_documents_every_option() {
    let config = read("chat-tui --print-config --name ann --clock seconds --no-people", &[], None).unwrap();
    let printed = config.printed();

    assert_eq!(options(&printed).unwrap(), config.options);
    for row in ROWS {
        assert!(printed.contains(&format!("\n#{}\n", row.doc[0])), "{}:\n{printed}", row.key);
        let is_there = [format!("\n{} = ", row.key), format!("\n# {} = ", row.key)];
        assert!(is_there.iter().any(|line| printed.contains(line)), "{}:\n{printed}", row.key);
    }
}

#[test]
fn scripts_take_from_the_file_who_and_where_unless_it_is_typed() {
    let file = File::new("name = 'ci'\nserver = 'example.org'\nidentity = '/keys/ci'\ntls = true\n");
    let order = |line: &str| match read(line, &[], Some(&file.0)).unwrap().script {
        Some(Script::Send(order)) => order.who,
        other => panic!("not a send: {other:?}"),
    };

    let quiet = order("chat-tui send --join AB3Z hi");
    let loud = order("chat-tui send --join AB3Z --name bob --server localhost --identity mine hi");

    assert_eq!(quiet.name.unwrap().as_str(), "ci");
    assert_eq!(quiet.server.server, "example.org:7000");
    assert_eq!(quiet.identity, Some("/keys/ci".into()));
    assert_eq!(quiet.secured.encryption(), Options { tls: true, ..Options::default() }.encryption());
    assert_eq!(loud.name.unwrap().as_str(), "bob");
    assert_eq!((loud.server.server.as_str(), loud.identity), ("localhost:7000", Some("mine".into())));
}

#[test]
fn a_name_in_the_file_that_a_script_cannot_have_is_refused_with_a_sentence() {
    let file = File::new("name = 'a/b'\n");

    let error = read("chat-tui send --join AB3Z hi", &[], Some(&file.0)).unwrap_err();

    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("name = \"a/b\" in your options: "), "{error}");
}

#[test]
fn the_program_ends_with_2_and_the_sentence_and_prints_its_options_elsewhere() {
    let (wrong, good) = (File::new("nmae = 'a'\n"), File::new("name = 'ann'\n"));
    let run = |file: &File, arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_chat-tui"));
        program.args(arguments).env_clear().env("CHAT_CONFIG", &file.0).output().unwrap()
    };

    let (wrong, good) = (run(&wrong, &[]), run(&good, &["--print-config"]));

    assert_eq!(wrong.status.code(), Some(2));
    let reason = String::from_utf8(wrong.stderr).unwrap();
    assert!(reason.starts_with("chat-tui: ") && reason.contains("do you mean name?"), "{reason}");
    assert!(good.status.success());
    assert!(String::from_utf8(good.stdout).unwrap().contains("\nname = \"ann\"\n"));
}

#[test]
fn what_is_wrong_with_a_key_is_said_with_its_line_and_what_would_do() {
    for (text, line, words) in [
        ("keys = 1", 1, "keys is a table: [keys]"),
        ("[keys]\nhyper-x = 'help'", 2, "\"hyper-x\" is not a key; keys are written like ctrl-n"),
        ("[keys]\nf12 = 'hlep'", 2, "there is nothing to do called \"hlep\"; do you mean help?"),
        ("[keys]\nf12 = 1", 2, "f12: 1 is not the name of something to do"),
        ("[keys]\nf12 = 'none'", 2, "F12 means nothing there as it is"),
        ("[keys]\nx = 'send'", 2, "x is a letter to be typed there: take one with Ctrl or Alt"),
        ("[keys.anywhere]\nx = 'help'", 2, "x is a letter to be typed there"),
        ("[keys]\nf12 = 'help'\nF12 = 'send'", 3, "F12 is bound above already, to help"),
        ("[keys]\nf12 = 'help'\n[keys.room]\nf12 = 'send'", 4, "F12 is bound above already, to help"),
        ("[keys]\nf1 = 'none'\n[keys.room]\nf1 = 'send'", 4, "F1 is bound above already, to none"),
        ("[keys.romo]\nf12 = 'send'", 1, "there is no place \"romo\"; do you mean room?"),
        ("[keys.prompt]\nf12 = 'send'", 2, "send can be done in room only: write it into [keys.room]"),
    ] {
        let error = options(text).unwrap_err();

        assert_eq!(error.exit_code(), 2, "{text}");
        assert!(error.to_string().contains(&format!(", line {line}: {words}")), "{text}: {error}");
    }
}

#[test]
fn every_key_from_the_beginning_is_printed_and_what_was_bound_is_read_back() {
    let text = "[keys]\nctrl-g = 'next-room'\nf1 = 'none'\n[keys.help]\nx = 'dismiss'\n'\"' = 'up'\n";
    let file = File::new(text);
    let config = read("chat-tui", &[], Some(&file.0)).unwrap();
    let printed = File::new(&config.printed());

    let again = read("chat-tui", &[], Some(&printed.0)).unwrap();

    assert_eq!(again.keys, config.keys);
    assert_ne!(again.keys, Keymap::default());
    for row in BINDINGS {
        let name = format!("= {:?}", row.action.name());
        assert!(config.printed().lines().any(|line| line.starts_with("# ") && line.ends_with(&name)), "{name}");
    }
}
