//! The real program as lines: in a terminal, in one that can do nothing, and between other programs.

use crate::terminal::{Home, Terminal, at_home, chat};
use crate::{SIZE, guest, opener, serve};
use portable_pty::CommandBuilder;
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The program with this on standard input, and nothing but bytes on the other side.
fn piped(home: &Home, args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-tui"));
    command.args(args).env_clear().env("HOME", home.path()).env("TERM", "dumb").env("USER", "tester");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    program.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    program.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_owned()).unwrap()
}

#[test]
fn in_a_terminal_one_joins_says_and_quits_in_lines() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, code) = opener(&home, &served, "alice");
    let args = ["--plain", "--server", &served.address, "--name", "bob", "--join", &code];
    let mut bob = Terminal::start(chat(&home, &args), SIZE);
    bob.shows("-- bob joined");
    assert!(!bob.modes().contains(&"alternate screen") && !bob.modes().contains(&"mouse"), "{:?}", bob.modes());

    bob.keys("hi alice");
    bob.shows("> hi alice");
    alice.keys("hello\r");
    bob.shows("alice: hello");
    bob.keys("\r");
    alice.shows("hi alice");
    bob.shows("bob: hi alice");
    bob.keys("/quit\r");

    assert_eq!(bob.ends().0, 0);
    assert_eq!(bob.modes(), Vec::<&str>::new());
}

#[test]
fn plain_and_back_keeps_the_connection_and_gives_the_terminal_back() {
    let (home, served) = (Home::new(), serve());
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", "read go; \"$0\" \"$@\"; echo ended $?; read go"]);
    command.arg(env!("CARGO_BIN_EXE_chat-tui"));
    command.args(["--server", &served.address, "--name", "alice", "--create"]);
    at_home(&mut command, &home);
    let mut alice = Terminal::start(command, SIZE);
    let before = alice.discipline();
    alice.keys("\n");
    alice.shows("opened the room");
    alice.keys("remember me\r");
    alice.shows("✓");

    alice.keys("/plain\r");
    alice.until("lines", |screen| !screen.alternate_screen() && screen.contents().contains("alice: remember me"));
    alice.keys("still here\r");
    alice.shows("alice: still here");
    alice.keys("/plain\r");
    alice.until("the screen", |screen| screen.alternate_screen() && screen.contents().contains("still here"));
    alice.keys("/plain\r");
    let is_told_again = |contents: &str| contents.matches("alice: remember me").count() == 2;
    alice.until("lines", |screen| !screen.alternate_screen() && is_told_again(&screen.contents()));
    alice.keys("/quit\r");
    alice.shows("y or n?");
    alice.keys("y\r");

    alice.shows("ended 0");
    assert_eq!(alice.modes(), Vec::<&str>::new());
    assert_eq!(alice.discipline(), before);
}

#[test]
fn between_programs_no_byte_but_text_is_written() {
    let (home, served) = (Home::new(), serve());
    let (alice, code) = opener(&home, &served, "alice");

    let said = piped(&home, &["--plain", "--server", &served.address, "--name", "bob", "--join", &code], "hi\n");

    alice.shows("hi");
    let shown = text(&said.stdout);
    assert!(shown.contains("bob: hi\n"), "{shown:?} {}", text(&said.stderr));
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    assert_eq!(said.status.code(), Some(0));
}

#[test]
fn what_cannot_be_done_between_programs_is_said_and_ends() {
    let (home, served) = (Home::new(), serve());

    let refused = piped(&home, &["--plain", "--server", &served.address, "--join", "ZZZZ"], "hi\n");

    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("no room ZZZZ"), "{}", text(&refused.stderr));
    assert!(text(&refused.stdout).contains("!! no room ZZZZ"), "{}", text(&refused.stdout));
}

#[test]
fn the_prompt_can_be_answered_by_another_program() {
    let (home, served) = (Home::new(), serve());
    let (alice, code) = opener(&home, &served, "alice");

    let lines = format!("carol\n{code}\n{}\nhello there\n", served.address);
    let said = piped(&home, &["--plain"], &lines);

    alice.shows("hello there");
    assert_eq!(said.status.code(), Some(0), "{}", text(&said.stdout));
}

#[test]
fn a_terminal_that_can_do_nothing_gets_lines_without_being_asked() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, code) = opener(&home, &served, "alice");
    let mut command = chat(&home, &["--server", &served.address, "--name", "bob", "--join", &code]);
    command.env("TERM", "dumb");
    let mut bob = Terminal::start(command, SIZE);
    bob.shows("-- bob joined");
    let discipline = bob.discipline();

    bob.keys("hi alice\n");
    alice.shows("hi alice");
    alice.keys("hello bob\r");

    bob.shows("alice: hello bob");
    bob.shows("bob: hi alice");
    assert_eq!(bob.modes(), Vec::<&str>::new());
    assert_eq!(bob.discipline(), discipline);
    bob.keys("/quit\n");
    assert_eq!(bob.ends().0, 0);
}

#[test]
fn whoever_reads_along_in_lines_is_told_what_a_screen_shows() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, code) = opener(&home, &served, "alice");
    let mut bob = guest(&home, &served, "bob", &code);
    bob.keys("/plain\r");
    bob.until("lines", |screen| !screen.alternate_screen());

    alice.keys("/topic what we ship\r");

    bob.shows("-- alice set the topic: what we ship");
}

#[test]
fn what_is_typed_while_the_faces_change_is_typed_into_the_one_that_follows() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, _) = opener(&home, &served, "alice");

    for round in 0..6 {
        alice.keys("/plain\r");
        let text = format!("round {round}");
        text.chars().for_each(|c| alice.keys(c.encode_utf8(&mut [0; 4])));
        alice.keys("\r");
    }

    alice.until("every round, accepted", |screen| {
        let contents = screen.contents();
        !contents.contains('…') && (0..6).all(|round| contents.contains(&format!("round {round}")))
    });
}
