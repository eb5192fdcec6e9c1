//! A real server that keeps history on disk, killed and started again under a client.

use crate::binary::binary;
use crate::terminal::{Home, PATIENCE, Terminal, chat};
use crate::{SIZE, free_port};
use rustix::process::{Pid, Signal};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// `chat-server --data`, killed with the test if not before.
struct Program(Child);

impl Program {
    /// Serves what is in `home`, at this port, once this returns.
    fn start(home: &Home, port: u16) -> Self {
        let mut command = Command::new(binary());
        command.arg("--data").arg(home.path().join("history")).args([
            "--bind",
            "127.0.0.1",
            "--port",
            &port.to_string(),
        ]);
        command.env("STATE_DIRECTORY", home.path()).env_remove("CHAT_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut program = Self(command.spawn().unwrap());
        let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
        let serves = lines.any(|line| line.unwrap().contains("chat-tui --server 127.0.0.1"));
        assert!(serves, "it ended before it served");
        program
    }

    /// As with `kill -9`: nothing is said, nothing is put in order.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Ended already, if the test went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until each of these messages stands on the screen once, accepted.
fn accepted(terminal: &Terminal, messages: &[&str]) {
    terminal.until("every message once, accepted", |screen| {
        let contents = screen.contents();
        messages.iter().all(|message| {
            let mut rows = contents.lines().filter(|row| row.contains(message));
            rows.next().is_some_and(|row| row.contains('✓')) && rows.next().is_none()
        })
    });
}

fn is_connected(screen: &vt100::Screen) -> bool {
    let contents = screen.contents();
    contents.lines().next().is_some_and(|status| status.contains("● ")) && !contents.contains("econnecting")
}

#[test]
fn a_restart_of_the_server_with_history_on_disk_is_no_more_than_reconnected() {
    let (home, port) = (Home::new(), free_port());
    let server = format!("127.0.0.1:{port}");
    let first = Program::start(&home, port);
    let mut alice = Terminal::start(chat(&home, &["--server", &server, "--name", "alice", "--create"]), SIZE);
    alice.shows("opened the room");
    let code = alice.screen().split_whitespace().next().unwrap().to_owned();
    alice.shows("kept");
    alice.keys("said before\r");
    accepted(&alice, &["said before"]);

    first.kill();
    alice.shows("reconnecting");
    alice.keys("said meanwhile\r");
    alice.until("it to wait", |screen| {
        screen.contents().lines().any(|row| row.contains("said meanwhile") && row.contains('◌'))
    });
    let _second = Program::start(&home, port);
    accepted(&alice, &["said before", "said meanwhile"]);
    alice.keys("said after\r");

    let all = ["said before", "said meanwhile", "said after"];
    accepted(&alice, &all);
    alice.until("the connection", is_connected);
    let screen = alice.screen();
    assert!(!screen.contains("room is over") && !screen.contains('✗'), "{screen}");
    assert_eq!(screen.matches("opened the room").count(), 1, "{screen}");
    let bob = Terminal::start(chat(&home, &["--server", &server, "--name", "bob", "--join", &code]), SIZE);
    for message in all {
        bob.shows(message);
    }
}

#[test]
fn what_was_said_is_found_again_and_what_was_read_is_remembered_after_a_restart() {
    let (home, port) = (Home::new(), free_port());
    let server = format!("127.0.0.1:{port}");
    let first = Program::start(&home, port);
    let mut alice = Terminal::start(chat(&home, &["--server", &server, "--name", "alice", "--create"]), SIZE);
    alice.shows("opened the room");
    let code = alice.screen().split_whitespace().next().unwrap().to_owned();
    let args = ["--server", &server, "--name", "bob", "--join", &code];
    let mut bob = Terminal::start(chat(&home, &args), SIZE);
    bob.shows("write a message");
    alice.keys("the harbour is closed\r");
    bob.shows("the harbour is closed");
    bob.keys("/quit\r");
    assert_eq!(bob.ends().0, 0);
    alice.keys("and open again\r");
    accepted(&alice, &["and open again"]);

    first.kill();
    let _second = Program::start(&home, port);
    alice.until("the connection", is_connected);
    let mut bob = Terminal::start(chat(&home, &args), SIZE);

    bob.until("a divider before what is new", |screen| {
        let contents = screen.contents();
        let row = |text: &str| contents.lines().position(|row| row.contains(text));
        let divider = contents.lines().position(|row| row.contains("── new"));
        divider.is_some_and(|at| row("harbour is closed") < Some(at) && row("and open again") > Some(at))
    });
    bob.keys("/search HARBOUR from:alice\r");
    bob.shows("1 found; there are no more");
    bob.keys("\r");
    bob.until("the message, marked", |screen| {
        screen.contents().lines().any(|row| row.starts_with('▌') && row.contains("the harbour is closed"))
    });
    alice.keys("/forget\r\r");
    bob.until("nothing of what was erased", |screen| {
        let contents = screen.contents();
        contents.contains("alice erased") && !contents.contains("harbour is closed")
    });
}

#[test]
fn what_was_being_written_survives_a_kill_and_what_was_sent_is_not_there_again() {
    let (home, port) = (Home::new(), free_port());
    let server = format!("127.0.0.1:{port}");
    let _server = Program::start(&home, port);
    let args = ["--server", &server, "--name", "alice"];
    let mut alice = Terminal::start(chat(&home, &[&args[..], &["--create"]].concat()), SIZE);
    alice.shows("opened the room");
    let drafts = home.path().join(".local/state/chat/drafts");
    alice.keys("half a sen");
    until_kept(&drafts, "half a sen");

    kill(alice);
    let mut alice = Terminal::start(chat(&home, &args), SIZE);
    alice.shows("› half a sen");
    alice.keys("tence\r");
    accepted(&alice, &["half a sentence"]);
    kill(alice);

    let alice = Terminal::start(chat(&home, &args), SIZE);
    alice.shows("› write a message");
}

/// As with `kill -9`: nothing is put in order.
fn kill(mut terminal: Terminal) {
    let id = Pid::from_raw(terminal.child.process_id().unwrap().cast_signed()).unwrap();
    rustix::process::kill_process(id, Signal::KILL).unwrap();
    terminal.ends();
}

/// Waits until this stands in the file.
fn until_kept(file: &Path, text: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !std::fs::read_to_string(file).is_ok_and(|kept| kept.contains(text)) {
        assert!(Instant::now() < deadline, "{} never had {text:?}", file.display());
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
