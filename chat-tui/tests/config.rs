//! What may be typed, and what it means.

use chat_proto::frame::Keep;
use chat_tui::config::{Config, ConfigError, Script};
use std::ffi::OsString;
use std::time::Duration;

fn read(line: &str) -> Result<Config, ConfigError> {
    read_with(line, &[])
}

/// The same in an environment.
fn read_with(line: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let value_of =
        |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
    Config::read(line.split_whitespace(), value_of, None)
}

#[test]
fn what_is_wrong_is_a_usage_error() {
    for line in [
        "chat-tui --create --join AB3Z",
        "chat-tui --host --join AB3Z",
        "chat-tui --colour",
        "chat-tui send",
        "chat-tui send --join AB3",
        "chat-tui send --join AB3Z --name a/b",
        "chat-tui send --join AB3Z --server :1",
        "chat-tui send --join AB3Z --timeout 0",
        "chat-tui send --join AB3Z --timeout soon",
        "chat-tui send --join AB3Z one two",
        "chat-tui tail",
        "chat-tui tail --join AB3Z --create",
        "chat-tui --name alice tail --create",
        "chat-tui --private",
        "chat-tui --private --join AB3Z",
        "chat-tui tail --private --join AB3Z",
        "chat-tui --keep 7d",
        "chat-tui --create --keep soon",
        "chat-tui --create --keep 0d",
        "chat-tui tail --join AB3Z --keep 7d",
        "chat-tui invite",
        "chat-tui invite --join chat://example.org",
        "chat-tui send --join chat://example.org/AB3Z#short",
        "chat-tui --join chat://example.org/AB3Z --server localhost",
        "chat-tui send --join chat://example.org/AB3Z --server localhost:7000",
        "chat-tui invite --join chat://example.org/AB3Z --server example.org:7001",
    ] {
        let error = read(line).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

#[test]
fn host_and_join_together_say_why_not() {
    let error = read("chat-tui --host --join AB3Z").unwrap_err();

    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("a server that starts has none to --join"), "{error}");
}

#[test]
fn an_invite_and_another_server_are_refused_with_both_addresses() {
    let error = read("chat-tui --join chat://example.org/AB3Z --server localhost").unwrap_err();

    assert!(error.to_string().contains("the invite is to example.org:7000, not to localhost"), "{error}");
}

#[test]
fn a_key_that_was_named_is_never_passed_over() {
    let key = chat_proto::Fingerprint::of(b"key");
    let server = format!("chat://example.org?key={key}");
    for command in ["chat-tui", "chat-tui invite"] {
        let join = |invite: &str| read(&format!("{command} --server {server} --join chat://example.org/AB3Z{invite}"));

        let error = join("").unwrap_err();
        assert!(error.to_string().contains("does not name the key that --server names"), "{error}");
        assert!(join(&format!("?key={}", chat_proto::Fingerprint::of(b"other"))).is_err());
        assert!(join(&format!("?key={key}")).is_ok());
    }
}

#[test]
fn an_invite_brings_its_server_and_agrees_with_the_same_one() {
    for line in ["--join chat://example.org/AB3Z", "--join chat://example.org/AB3Z --server example.org:7000"] {
        let config = read(&format!("chat-tui {line}")).unwrap();
        assert_eq!(config.start_server(), Some("example.org:7000".into()));

        let Some(Script::Send(order)) = read(&format!("chat-tui send {line} hi")).unwrap().script else {
            panic!("not a send")
        };
        assert_eq!(order.who.address(Some(&order.join)).server, "example.org:7000");
    }
}

#[test]
fn what_is_wrong_with_an_invite_on_the_command_line_is_said() {
    let error = read("chat-tui send --join chat://example.org/AB3Z#short hi").unwrap_err();

    assert!(error.to_string().contains("the secret in this invite is damaged; ask for a new one"), "{error}");
    assert_eq!(read("chat-tui --join chat://example.org").unwrap().start_server(), None, "here the prompt says it");
}

#[test]
fn the_chat_screen_gets_what_was_typed_as_it_was_typed() {
    let config = read("chat-tui --name a/b --join nonsense --server example.org --identity key").unwrap();

    assert_eq!(config.script, None);
    assert_eq!(config.options.name.as_deref(), Some("a/b"), "the prompt says what is wrong with it");
    assert_eq!(config.chat.join.as_deref(), Some("nonsense"));
    assert_eq!(config.options.server.as_deref(), Some("example.org"));
    assert_eq!(config.options.identity, Some("key".into()));
}

#[test]
fn send_takes_a_code_in_any_case_a_timeout_in_seconds_and_a_text() {
    let Some(Script::Send(order)) = read("chat-tui send --join ab3z --timeout 0.5 --name ci hello").unwrap().script
    else {
        panic!("not a send")
    };

    assert_eq!(order.join.code.to_string(), "AB3Z");
    assert_eq!(order.timeout, Duration::from_millis(500));
    assert_eq!(order.who.name.unwrap().as_str(), "ci");
    assert_eq!(order.text.as_deref(), Some("hello"));
}

#[test]
fn a_server_without_a_port_is_on_port_7000() {
    let Some(Script::Tail(order)) = read("chat-tui tail --create --server ::1").unwrap().script else {
        panic!("not a tail")
    };

    assert_eq!(order.who.server.server, "[::1]:7000");
}

#[test]
fn the_help_is_the_manual() {
    for (line, needed) in [
        ("chat-tui --help", ["--host", "CHAT_SERVER", "Exit codes:", "Examples:", "send", "identity"]),
        ("chat-tui send --help", ["--join", "--timeout", "standard input", "outcome unknown", "--name", "CHAT_SERVER"]),
        ("chat-tui invite --help", ["--join", "--qr", "--timeout", "CODE|INVITE", "3 no answer", "members"]),
        ("chat-tui tail --help", ["--json", "RFC 3339", "renamed", "--create", "keep it alive", "act and target"]),
        ("chat-tui identity --help", ["show", "names", "give-up", "fingerprint", "holds on a server", "Print"]),
        ("chat-tui identity show --help", ["aloud", "/whois", "Needs no", "--identity", "short", "file"]),
        ("chat-tui identity names --help", ["--server", "--name", "CHAT_SERVER", "--timeout", "holds", "given up"]),
        (
            "chat-tui identity give-up --help",
            ["<NAME>", "--server", "CHAT_SERVER", "leaves every room", "--timeout", "3 no answer"],
        ),
    ] {
        let help = read(line).unwrap_err();
        assert_eq!(help.exit_code(), 0);
        for word in needed {
            assert!(help.to_string().contains(word), "{line} does not mention {word}:\n{help}");
        }
    }
}

#[test]
fn a_room_is_told_how_long_to_keep_what_is_said() {
    let week = Some(Keep::Millis(7 * 24 * 3_600_000));
    assert_eq!(read("chat-tui --create --keep 7d").unwrap().chat.keep, week);
    assert_eq!(read("chat-tui --create --private --keep forever").unwrap().chat.keep, Some(Keep::Forever));
    assert_eq!(read("chat-tui --create").unwrap().chat.keep, None);
    let Some(Script::Tail(tail)) = read("chat-tui tail --create --keep 1w").unwrap().script else { panic!("no tail") };
    assert_eq!(tail.keep, week);

    let sentence = read("chat-tui --create --keep soon").unwrap_err().to_string();
    assert!(sentence.contains("10min, 12h, 7d, 4w, 1y, or forever"), "{sentence}");
}
