//! The real binary's settings: where they come from, which of them counts, and what is refused.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

use std::path::PathBuf;
use std::process::{Command, Output};

/// A file of its own for one test; gone afterwards.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("chat-settings-{name}-{}.toml", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

fn run(args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(args).env_clear().envs(variables.iter().copied());
    command.output().unwrap()
}

/// What `chat-server config` prints.
fn printed(args: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(&[&["config"], args].concat(), variables);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The line of a setting in it.
fn line(printed: &str, key: &str) -> String {
    let is_it = |line: &&str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(" = "));
    printed.lines().find(is_it).unwrap_or_else(|| panic!("{key} is missing")).to_owned()
}

/// The exit code, and what is said on standard error.
fn refused(args: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = run(args, variables);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_flag_counts_more_than_a_variable_a_variable_more_than_the_file_and_the_file_more_than_the_default() {
    let text = "rooms = 1\nstrangers = 200\nconnections = 300\n";
    let file = File::new("order", text);
    let variables = [("CHAT_SERVER_ROOMS", "2"), ("CHAT_SERVER_STRANGERS", "201"), ("CHAT_SERVER_PORT", "")];

    let printed = printed(&["--rooms", "3", "--config", file.path()], &variables);

    assert_eq!(line(&printed, "rooms"), "rooms = 3");
    assert_eq!(line(&printed, "strangers"), "strangers = 201");
    assert_eq!(line(&printed, "connections"), "connections = 300");
    assert_eq!(line(&printed, "drop-from"), "drop-from = 128");
    assert_eq!(line(&printed, "port"), "port = 7000", "a variable that is set to nothing is not set");
}

#[test]
fn the_file_may_be_named_by_a_variable_and_flags_may_stand_before_the_command() {
    let file = File::new("variable", "rooms = 7\n");

    let output = run(&["--names-per-key", "9", "config"], &[("CHAT_SERVER_CONFIG", file.path())]);

    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!([line(&printed, "rooms"), line(&printed, "names-per-key")], ["rooms = 7", "names-per-key = 9"]);
}

#[test]
fn every_value_is_written_as_people_write_it() {
    let file = File::new(
        "forms",
        "login-timeout = '1m 30s'\noutbound-bytes = '64 KiB'\nhistory-bytes = 4096\nposts = '5/s burst 20'\n\
         creates = '10/h'\nallow-plain = true\nloopback-exemption = 'off'\npost-bytes = 'unlimited'\nbind = '::1'\n\
         owner-away = '7 days'\nstate = '/var/lib/chat \"x\"'\nretain = '12 weeks,2GiB'\nkeep-most = '1d'\n\
         disk-reserve = 1048576\nperson-memory = '60 days'\n",
    );

    let printed = printed(&["--config", file.path()], &[]);

    for expected in [
        "login-timeout = \"1m 30s\"",
        "outbound-bytes = \"64 KiB\"",
        "history-bytes = \"4 KiB\"",
        "posts = \"5/s burst 20\"",
        "creates = \"10/h\"",
        "allow-plain = true",
        "loopback-exemption = false",
        "post-bytes = \"unlimited\"",
        "bind = \"::1\"",
        "owner-away = \"7days\"",
        "state = '/var/lib/chat \"x\"'",
        "retain = \"84days, 2 GiB\"",
        "keep-most = \"1day\"",
        "disk-reserve = \"1 MiB\"",
        "person-memory = \"60days\"",
    ] {
        let key = expected.split(' ').next().unwrap();
        assert_eq!(line(&printed, key), expected);
    }
}

#[test]
fn switches_are_turned_on_and_off_by_flags() {
    let cases: [(&[&str], &str, &str); 4] = [
        (&[], "false", "true"),
        (&["--allow-plain", "--no-loopback-exemption"], "true", "false"),
        (&["--allow-plain=on", "--loopback-exemption=off"], "true", "false"),
        (&["--no-allow-plain", "--loopback-exemption"], "false", "true"),
    ];
    for (flags, plain, exemption) in cases {
        let printed = printed(flags, &[]);

        assert_eq!(line(&printed, "allow-plain"), format!("allow-plain = {plain}"), "{flags:?}");
        assert_eq!(line(&printed, "loopback-exemption"), format!("loopback-exemption = {exemption}"), "{flags:?}");
    }
}

#[test]
fn what_config_prints_is_a_file_that_prints_the_same() {
    let first = printed(&["--rooms", "77", "--public-address", "chat.example.org", "--posts", "1/min"], &[]);
    let file = File::new("again", &first);

    let second = printed(&["--config", file.path()], &[]);

    assert_eq!(first, second);
    assert!(first.contains("# Rooms at once that one key opened: one key does not use up the rooms of all."));
}

#[test]
fn a_key_that_nobody_knows_is_refused_with_the_nearest_one() {
    let cases =
        [("stranger", "strangers"), ("login_timeout", "login-timeout"), ("tls-cart", "tls-cert"), ("Rooms", "rooms")];
    for (key, nearest) in cases {
        let file = File::new(&format!("unknown-{key}"), &format!("{key} = 1\n"));

        let (code, reason) = refused(&["--config", file.path()], &[]);

        assert_eq!(code, Some(2));
        assert!(
            reason.contains(&format!("{}: there is no setting {key:?}; do you mean {nearest}?", file.path())),
            "{reason}"
        );
    }
}

#[test]
fn a_wrong_value_is_refused_with_its_place_and_what_would_do() {
    let cases = [
        ("port = 70000", "port: 70000 is not a port"),
        ("port = '7000'", "port: \"7000\" is not a port"),
        ("rooms = 0", "rooms: 0 is not a number, 1 to"),
        ("rooms = -1", "rooms: -1 is not a number, 1 to"),
        ("rooms = true", "rooms: true is not a number"),
        ("login-timeout = 10", "login-timeout: 10 is not a time"),
        ("login-timeout = '0s'", "login-timeout: \"0s\" is not a time"),
        ("silence = '400years'", "silence: \"400years\" is not a time"),
        ("posts = '3/s burst 0'", "posts: \"3/s burst 0\" is not a rate"),
        ("post-bytes = '3/fortnight'", "post-bytes: \"3/fortnight\" is not a rate of bytes"),
        ("outbound-bytes = '1 pound'", "outbound-bytes: \"1 pound\" is not a size"),
        ("allow-plain = 1", "allow-plain: 1 is not on or off"),
        ("bind = 'nowhere'", "bind: \"nowhere\" is not an address"),
        ("public-address = 'a b'", "public-address: \"a b\" is not a host"),
        ("state = 5", "state: 5 is not a path"),
        ("data = ''", "data: \"\" is not a path"),
        ("retain = 90", "retain: 90 is not a time, a size or both"),
        ("retain = '90'", "retain: \"90\" is not a time, a size or both"),
        ("keep-most = 'never'", "keep-most: \"never\" is not a time, such as 90d or 24h, or forever"),
        ("[posts]\nburst = 3", "posts: { burst = 3 } is not a rate"),
    ];
    for (number, (text, expected)) in cases.into_iter().enumerate() {
        let file = File::new(&format!("wrong-{number}"), text);

        let (code, reason) = refused(&["--config", file.path()], &[]);

        assert_eq!(code, Some(2), "{text}");
        assert!(reason.contains(&format!("{}: {expected}", file.path())), "{reason}");
    }
    let (code, reason) = refused(&[], &[("CHAT_SERVER_POSTS", "often")]);
    assert_eq!(code, Some(2));
    assert!(reason.contains("CHAT_SERVER_POSTS: \"often\" is not a rate, such as"), "{reason}");
    let (code, reason) = refused(&["--posts", "often"], &[]);
    assert_eq!(code, Some(2));
    assert!(reason.contains("'often'") && reason.contains("--posts") && reason.contains("a rate, such as"), "{reason}");
}

#[test]
fn values_that_do_not_go_together_are_refused_with_a_sentence() {
    let cases: [(&[&str], &str); 8] = [
        (&["--tls-cert", "a.pem"], "tls-cert and tls-key need each other"),
        (&["--tls-key", "a.pem"], "tls-cert and tls-key need each other"),
        (&["--strangers", "101", "--connections", "100", "--drop-from", "1"], "raise connections, or lower strangers"),
        (&["--drop-from", "257"], "lower drop-from, or raise strangers"),
        (&["--ring-batches", "65537"], "ring-batches"),
        (&["--threads", "1025"], "threads beyond the processors"),
        (&["--guess-wait", "2m"], "lower guess-wait"),
        (&["--no-allow-plain", "--allow-plain"], "--allow-plain"),
    ];
    for (flags, expected) in cases {
        let (code, reason) = refused(flags, &[]);

        assert_eq!(code, Some(2), "{flags:?}");
        assert!(reason.contains(expected), "{reason}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_failure_and_one_that_is_not_toml_a_mistake() {
    let missing = refused(&["--config", "/nowhere/chat.toml"], &[]);
    let file = File::new("malformed", "rooms = \n");
    let malformed = refused(&["config", "--config", file.path()], &[]);

    assert_eq!((missing.0, malformed.0), (Some(1), Some(2)));
    assert!(missing.1.contains("cannot read the configuration /nowhere/chat.toml"), "{}", missing.1);
    assert!(malformed.1.contains(&format!("{} is not TOML", file.path())), "{}", malformed.1);
}

#[cfg(target_os = "linux")]
#[test]
fn of_a_file_without_end_no_more_is_read_than_anybody_writes() {
    let (code, sentence) = refused(&["config", "--config", "/dev/zero"], &[]);

    assert_eq!(code, Some(1));
    assert!(sentence.contains("it is far too long"), "{sentence}");
}

#[test]
fn the_short_help_has_the_flags_that_people_need_and_the_long_help_all() {
    let (short, long) = (run(&["-h"], &[]), run(&["--help"], &[]));
    let (short, long) = (String::from_utf8(short.stdout).unwrap(), String::from_utf8(long.stdout).unwrap());

    let common = [
        "--port",
        "--bind",
        "--config",
        "--data",
        "--state",
        "--tls-cert",
        "--tls-key",
        "--public-address",
        "--allow-plain",
    ];
    let places = common.map(|flag| short.find(&format!("      {flag}")).unwrap_or_else(|| panic!("{flag}: {short}")));
    assert!(places.is_sorted(), "{short}");
    assert!(!short.contains("--strangers") && !short.contains("--guesses"), "{short}");
    for limit in
        ["Limits:", "--strangers <COUNT>", "--guesses <RATE>", "[default: 5/min]", "--loopback-exemption[=<on|off>]"]
    {
        assert!(long.contains(limit), "{limit} is missing: {long}");
    }
}

#[test]
fn what_is_kept_without_a_word_is_ninety_days_and_a_gibibyte_and_a_room_may_choose_any_time() {
    let printed = printed(&[], &[]);

    for expected in ["retain = \"90days, 1 GiB\"", "keep-most = \"forever\"", "keep-empty = \"30days\""] {
        assert_eq!(line(&printed, expected.split(' ').next().unwrap()), expected);
    }
    for unset in ["# data = \"PATH\"  # not set", "# disk-reserve = \"SIZE\"  # not set"] {
        assert!(printed.contains(unset), "{unset} is missing: {printed}");
    }
}

#[test]
fn a_command_on_data_without_a_directory_is_wrong_usage_and_says_what_is_missing() {
    for args in [&["check"][..], &["backup", "copy"], &["export", "--room", "AB3Z"]] {
        let (code, reason) = refused(args, &[]);

        assert_eq!(code, Some(2), "{args:?}");
        assert!(reason.contains("--data DIR") && reason.contains("CHAT_SERVER_DATA"), "{reason}");
        assert!(reason.contains(args[0]) && reason.lines().count() == 1, "{reason}");
    }
}

#[test]
fn a_command_on_data_that_is_not_complete_is_wrong_usage() {
    let wrong: [&[&str]; 8] = [
        &["backup"],
        &["export"],
        &["export", "--room", "OOOO"],
        &["export", "--room", "alice"],
        &["export", "--room", "alice,bob,carol"],
        &["export", "--room", "alice,"],
        &["export", "--room", "AB3Z", "--format", "pdf"],
        &["check", "stray"],
    ];
    for args in wrong {
        assert_eq!(refused(&[args, &["--data", "/nowhere"]].concat(), &[]).0, Some(2), "{args:?}");
    }
}
