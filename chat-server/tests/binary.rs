//! The real binary: what it prints, how it stops, what its exit codes say.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

#[path = "support/program.rs"]
mod program;
#[path = "support/scratch.rs"]
mod scratch;

use chat_server::Tls;
use program::{Running, STOP_MAX, command, output_of, watched};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use scratch::Scratch;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Instant;

fn output(args: &[&str]) -> Output {
    let scratch = Scratch::new();
    output_of(&mut command(scratch.path(), args))
}

/// The next line of a log that says this.
fn awaited(log: &mut impl BufRead, words: &str) -> String {
    loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).unwrap() > 0, "the log ends without {words:?}");
        if line.contains(words) {
            return line;
        }
    }
}

#[test]
fn it_says_where_it_listens_how_it_is_known_and_what_to_type_next() {
    let scratch = Scratch::new();
    let running = Running::start(&mut command(scratch.path(), &[]));
    let (port, printed) = (running.port, running.printed.clone());
    assert_eq!(running.stop(Signal::TERM), Some(0));

    let key = Tls::load_or_make(scratch.path()).unwrap().fingerprint();
    for line in [
        format!("  listening   127.0.0.1:{port} (this machine only)\n"),
        format!("  encryption  TLS 1.3, key {key}\n              kept in {}\n", scratch.path().display()),
        "  history     in memory, gone with the room or the server\n              (10000 entries".to_owned(),
        format!("open a room on this machine with:\n  chat-tui --server 127.0.0.1:{port} --create\n"),
    ] {
        assert!(printed.contains(&line), "{line} is missing:\n{printed}");
    }
    assert!(!printed.contains("chat://"), "nobody else can come in:\n{printed}");
}

#[test]
fn the_line_that_others_paste_carries_address_and_key() {
    let scratch = Scratch::new();
    let running = Running::start(&mut command(scratch.path(), &["--public-address", "chat.example.org"]));

    let key = Tls::load_or_make(scratch.path()).unwrap().fingerprint();
    let line = format!("\n  chat-tui --server 'chat://chat.example.org:{}?key={key}' --create\n", running.port);
    assert!(running.printed.contains(&line), "{}", running.printed);
}

#[test]
fn with_a_certificate_of_the_operators_nobody_needs_the_key() {
    let (scratch, state) = (Scratch::new(), Scratch::new());
    drop(Tls::load_or_make(scratch.path()).unwrap());
    let [certificate, key] = ["tls-cert.pem", "tls-key.pem"].map(|name| scratch.path().join(name));
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    let args = ["--tls-cert", certificate, "--tls-key", key, "--public-address", "chat.example.org:443"];

    let running = Running::start(&mut command(state.path(), &args));

    assert!(running.printed.contains("'chat://chat.example.org:443'"), "{}", running.printed);
    assert!(running.printed.contains(&format!("certificate {certificate}\n")), "{}", running.printed);
    assert_eq!(fs::read_dir(state.path()).unwrap().count(), 0, "no key was made that nobody needs");
}

#[test]
fn it_has_the_same_key_when_it_is_started_again() {
    let scratch = Scratch::new();
    let key_line = |running: &Running| running.printed.lines().find(|line| line.contains("key")).unwrap().to_owned();
    let first = Running::start(&mut command(scratch.path(), &[]));
    let before = key_line(&first);
    first.stop(Signal::TERM);

    let state = scratch.path().to_str().unwrap();
    let elsewhere = Scratch::new();
    let second = Running::start(&mut command(elsewhere.path(), &["--state", state]));

    assert_eq!(key_line(&second), before, "--state counts more than $STATE_DIRECTORY");
}

#[test]
fn every_stop_signal_ends_it_in_time_with_zero_although_peers_are_stuck() {
    for signal in [Signal::TERM, Signal::INT] {
        let scratch = Scratch::new();
        let running = Running::start(&mut command(scratch.path(), &[]));
        let _silent = TcpStream::connect((Ipv4Addr::LOCALHOST, running.port)).unwrap();
        let mut half_way = TcpStream::connect((Ipv4Addr::LOCALHOST, running.port)).unwrap();
        std::io::Write::write_all(&mut half_way, &[0x16, 3, 1]).unwrap();
        let start = Instant::now();

        assert_eq!(running.stop(signal), Some(0), "{signal:?}");

        assert!(start.elapsed() < STOP_MAX, "{:?}", start.elapsed());
    }
}

#[test]
fn a_hangup_reads_the_certificate_again_and_stops_nothing() {
    let (scratch, other) = (Scratch::new(), Scratch::new());
    let mut running = Running::start(command(scratch.path(), &[]).env("CHAT_LOG", "chat_server=info"));
    let mut log = running.log();
    let after = Tls::load_or_make(other.path()).unwrap().fingerprint();
    for name in ["tls-key.pem", "tls-cert.pem"] {
        fs::copy(other.path().join(name), scratch.path().join(name)).unwrap();
    }

    running.send(Signal::HUP);
    let line = awaited(&mut log, "the certificate was read again");

    assert!(line.contains(&after.to_string()), "{line}");
    fs::write(scratch.path().join("tls-cert.pem"), "nonsense").unwrap();
    running.send(Signal::HUP);
    awaited(&mut log, "the certificate stays as it was: cannot use");
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, running.port)).is_ok(), "it serves on");
    assert_eq!(running.stop(Signal::TERM), Some(0));
}

/// A terminal: the end of whoever draws it, and that of the program.
fn terminal() -> (OwnedFd, OwnedFd) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    (master, rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap())
}

#[test]
fn a_hangup_stops_it_when_its_terminal_is_gone_and_not_before() {
    let scratch = Scratch::new();
    let (master, slave) = terminal();
    let mut command = command(scratch.path(), &[]);
    command.env("CHAT_LOG", "chat_server=info").stdin(slave);
    let mut running = Running::start(&mut command);
    // It holds the program's end of the terminal too.
    drop(command);
    let mut log = running.log();
    running.send(Signal::HUP);
    awaited(&mut log, "the certificate was read again");

    drop(master);

    assert_eq!(running.stop(Signal::HUP), Some(0));
}

/// Whatever draws the terminal lives on, as with a multiplexer.
#[test]
#[ignore = "needs setsid of util-linux, and a shell"]
fn the_death_of_the_shell_that_started_it_stops_it() {
    let scratch = Scratch::new();
    let (_master, slave) = terminal();
    let line = "\"$0\" --port 0 --bind 127.0.0.1; :";
    let mut shell = Command::new("setsid");
    shell.args(["--ctty", "sh", "-c", line, env!("CARGO_BIN_EXE_chat-server")]);
    shell.env("STATE_DIRECTORY", scratch.path()).stdin(slave).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut leader = shell.spawn().unwrap();
    let mut lines = BufReader::new(leader.stdout.take().unwrap());
    let mut printed = String::new();
    while !printed.contains("chat-tui --server 127.0.0.1") {
        assert!(lines.read_line(&mut printed).unwrap() > 0, "{printed}");
    }
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", leader.id())).unwrap();
    let server = Pid::from_raw(children.trim().parse().unwrap()).unwrap();
    let _life = watched(server);

    kill_process(Pid::from_child(&leader), Signal::KILL).unwrap();

    leader.wait().unwrap();
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || {
        // Its end of the pipe closes with the server.
        let _ = lines.read_to_string(&mut printed);
        let _ = ended.send(());
    });
    let stops = end.recv_timeout(STOP_MAX).is_ok();
    if !stops {
        kill_process(server, Signal::KILL).unwrap();
    }
    assert!(stops, "the server lives on without a terminal");
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
fn a_key_that_others_can_read_is_said_in_a_sentence() {
    let scratch = Scratch::new();
    drop(Tls::load_or_make(scratch.path()).unwrap());
    fs::set_permissions(scratch.path().join("tls-key.pem"), Permissions::from_mode(0o644)).unwrap();

    let output = output_of(&mut command(scratch.path(), &["--port", "0", "--bind", "127.0.0.1"]));

    let reason = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(reason.contains("chmod 600") && reason.lines().count() == 1, "{reason}");
}

#[test]
fn wrong_usage_exits_with_two_and_help_is_the_manual() {
    let wrong: [&[&str]; 7] = [
        &["--port", "70000"],
        &["--bind", "nowhere"],
        &["--nonsense"],
        &["stray"],
        &["--tls-cert", "cert.pem"],
        &["--tls-key", "key.pem"],
        &["--public-address", "chat://example.org"],
    ];
    for wrong in wrong {
        assert_eq!(output(wrong).status.code(), Some(2), "{wrong:?}");
    }
    let help = String::from_utf8(output(&["--help"]).stdout).unwrap();
    for word in ["--port", "--bind", "--state", "--tls-cert", "--allow-plain", "--public-address", "Exit codes"] {
        assert!(help.contains(word), "{word} is missing");
    }
    for word in ["CHAT_LOG", "chat-tui --join", "Examples", "SIGHUP", "fingerprint"] {
        assert!(help.contains(word), "{word} is missing");
    }
    assert!(!help.contains("not encrypted"));
}

#[test]
fn nothing_but_the_greeting_is_printed_when_nothing_is_wrong() {
    let scratch = Scratch::new();
    let mut running = Running::start(&mut command(scratch.path(), &[]));
    let mut errors = running.log();

    running.stop(Signal::TERM);

    let mut printed = String::new();
    errors.read_to_string(&mut printed).unwrap();
    assert_eq!(printed, "");
}

#[test]
fn it_takes_as_many_descriptors_as_its_connections_need() {
    let limit = getrlimit(Resource::Nofile);
    // Inherited by the child; enough for the tests beside this one.
    setrlimit(Resource::Nofile, Rlimit { current: Some(512), ..limit }).unwrap();
    let scratch = Scratch::new();
    let running = Running::start(&mut command(scratch.path(), &["--connections", "1000"]));
    setrlimit(Resource::Nofile, limit).unwrap();

    let limits = fs::read_to_string(format!("/proc/{}/limits", running.child.id())).unwrap();

    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let granted: Option<u64> = files.split_whitespace().nth(3).unwrap().parse().ok();
    assert!(granted.is_none_or(|granted| granted >= 1_064), "{files}");
}
