//! What the command line prints about itself: completions and manual pages.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chat-tui")).args(arguments).env_clear().output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_shell_is_told_of_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);

        for word in ["send", "completions", "clock", "24h"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
}

#[test]
fn bash_takes_the_script_without_a_complaint() {
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(printed(&["completions", "bash"]).as_bytes()).unwrap();

    let output = bash.wait_with_output().unwrap();

    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_shell_that_is_none_is_refused_with_those_that_are() {
    let output = run(&["completions", "dash"]);

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("[possible values: bash, "));
}

#[test]
fn the_manual_page_tells_of_options_commands_and_examples() {
    let page = printed(&["man"]);

    assert!(page.lines().any(|line| line.starts_with(".TH chat-tui 1")), "{page}");
    for words in ["\\-\\-clock", "chat\\-tui\\-send(1)", "CHAT_CONFIG", "Exit codes:"] {
        assert!(page.contains(words), "{words} is missing: {page}");
    }
}

#[test]
fn a_command_has_a_page_of_its_own_and_one_that_is_none_is_refused_with_those_that_are() {
    let page = printed(&["man", "send"]);
    let output = run(&["man", "sned"]);

    assert!(page.contains(".TH chat-tui-send 1") && page.contains("\\-\\-timeout"), "{page}");
    assert_eq!(output.status.code(), Some(1));
    let reason = String::from_utf8(output.stderr).unwrap();
    assert!(reason.contains("there is no command sned; there are send, tail, "), "{reason}");
}
