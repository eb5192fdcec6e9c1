//! The real binary: what it prints, how it stops, what its exit codes say.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Three times what is promised.
const STOP_MAX: Duration = Duration::from_secs(30);

fn server(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_chat-server"))
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn output(args: &[&str]) -> Output {
    server(args).wait_with_output().unwrap()
}

/// A server on a free port, and what it printed.
fn listening() -> (Child, u16, String) {
    let mut child = server(&["--port", "0", "--bind", "127.0.0.1"]);
    let mut printed = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    while !printed.contains("chat-tui") {
        assert!(lines.read_line(&mut printed).unwrap() > 0, "{printed}");
    }
    let port = printed.split("127.0.0.1:").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    (child, port, printed)
}

fn stop(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn it_says_where_it_listens_what_it_keeps_and_what_to_type_next() {
    let (mut child, port, printed) = listening();
    stop(&child, Signal::TERM);
    child.wait().unwrap();

    assert!(printed.contains(&format!("listening  127.0.0.1:{port} (this machine only, not encrypted)")), "{printed}");
    assert!(printed.contains("history    in memory"), "{printed}");
    assert!(printed.contains(&format!("  chat-tui --server 127.0.0.1:{port} --create\n")), "{printed}");
}

#[test]
fn every_stop_signal_ends_it_in_time_with_zero_although_a_peer_is_stuck() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let (mut child, port, _) = listening();
        let _stuck = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        let start = Instant::now();

        stop(&child, signal);
        let status = child.wait().unwrap();

        assert_eq!(status.code(), Some(0), "{signal:?}");
        assert!(start.elapsed() < STOP_MAX, "{:?}", start.elapsed());
    }
}

#[test]
fn a_port_that_is_taken_is_said_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();

    let output = output(&["--port", &port, "--bind", "127.0.0.1"]);

    let reason = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(reason.contains(&format!("cannot listen on 127.0.0.1:{port}")) && reason.contains("--port"), "{reason}");
}

#[test]
fn wrong_usage_exits_with_two_and_help_is_the_manual() {
    for wrong in [&["--port", "70000"][..], &["--bind", "nowhere"], &["--nonsense"], &["stray"]] {
        assert_eq!(output(wrong).status.code(), Some(2), "{wrong:?}");
    }
    let help = String::from_utf8(output(&["--help"]).stdout).unwrap();
    for word in ["--port", "--bind", "Exit codes", "CHAT_LOG", "chat-tui --join", "Examples", "not encrypted"] {
        assert!(help.contains(word), "{word} is missing");
    }
}

#[test]
fn nothing_but_the_greeting_is_printed_when_nothing_is_wrong() {
    let (mut child, _, _) = listening();
    let mut errors = child.stderr.take().unwrap();

    stop(&child, Signal::TERM);
    child.wait().unwrap();

    let mut printed = String::new();
    errors.read_to_string(&mut printed).unwrap();
    assert_eq!(printed, "");
}

#[test]
fn it_takes_as_many_descriptors_as_its_connections_need() {
    let limit = getrlimit(Resource::Nofile);
    // Inherited by the child; enough for the tests beside this one.
    setrlimit(Resource::Nofile, Rlimit { current: Some(512), ..limit }).unwrap();
    let mut child = server(&["--port", "0", "--bind", "127.0.0.1", "--connections", "1000"]);
    setrlimit(Resource::Nofile, limit).unwrap();
    let mut printed = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut printed).unwrap();

    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();

    stop(&child, Signal::TERM);
    child.wait().unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(files.split_whitespace().nth(3), Some("1064"), "{files}");
}
