//! The program as a shell sees it: exit codes, standard streams, signals.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use chat_server::{Config, Server, System};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// A server, and a home of the programs' own.
struct Place {
    address: String,
    home: PathBuf,
    _runtime: Runtime,
}

impl Place {
    fn open() -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        runtime.spawn(async move {
            Server::new(Config::default(), System, CancellationToken::new()).serve(listener).await.unwrap();
        });
        let home = std::env::temp_dir().join(format!("chat-home-{:016x}", rand::random::<u64>()));
        Self { address, home, _runtime: runtime }
    }

    fn program(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-tui"));
        command.args(line.split_whitespace()).env("CHAT_SERVER", &self.address);
        command.env("XDG_DATA_HOME", &self.home).env("XDG_STATE_HOME", &self.home).env("XDG_CONFIG_HOME", &self.home);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, line: &str) -> Output {
        self.program(line).output().unwrap()
    }

    /// A room kept open by a `tail --create`.
    fn room(&self) -> Room {
        let mut owner = self.program("tail --create --name alice").spawn().unwrap();
        let mut lines = BufReader::new(owner.stdout.take().unwrap());
        let code = line(&mut lines);
        Room { owner, lines, code: code.trim().to_owned() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.home));
    }
}

struct Room {
    owner: Child,
    lines: BufReader<ChildStdout>,
    code: String,
}

impl Drop for Room {
    fn drop(&mut self) {
        drop(self.owner.kill());
        drop(self.owner.wait());
    }
}

fn line(lines: &mut impl BufRead) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    line
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn send_ends_with_what_became_of_the_message() {
    let place = Place::open();
    let room = place.room();
    for (line, code, reason) in [
        (format!("send --join {} --name ci hello", room.code), 0, ""),
        ("send --join ZZZZ --name ci hello".into(), 1, "ZZZZ"),
        (format!("send --join {} --name alice hello --identity {}/other", room.code, place.home.display()), 1, "alice"),
        ("send hello".into(), 2, "--join"),
        (format!("send --join {} --server 127.0.0.1:1 --timeout 0.3 hello", room.code), 3, "no server answers"),
    ] {
        let output = place.run(&line);

        assert_eq!(output.status.code(), Some(code), "{line}: {}", stderr(&output));
        assert!(stderr(&output).contains(reason), "{line}: {}", stderr(&output));
    }
}

#[test]
fn send_takes_its_message_from_a_pipe() {
    let place = Place::open();
    let mut room = place.room();
    let mut sender =
        place.program(&format!("send --join {} --name ci", room.code)).stdin(Stdio::piped()).spawn().unwrap();

    sender.stdin.take().unwrap().write_all(b"one\ntwo\n").unwrap();

    assert!(sender.wait().unwrap().success());
    let said: Vec<_> = (0..4).map(|_| line(&mut room.lines)).collect();
    assert!(said[2].ends_with("ci  one\n") && said[3] == "        two\n", "{said:?}");
}

#[test]
fn invite_prints_a_line_that_leads_into_the_room_and_its_exit_code_says_what_became_of_it() {
    let place = Place::open();
    let room = place.room();

    let output = place.run(&format!("invite --join {} --name alice", room.code));

    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let link = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(link, format!("chat://{}/{}\n", place.address, room.code));
    assert!(stderr(&output).contains("names this machine"), "{}", stderr(&output));
    let output = place.run(&format!("send --join {} --name ci hello", link.trim()));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn invite_ends_with_what_kept_it_from_printing() {
    let place = Place::open();
    let room = place.room();
    for (line, code, reason) in [
        ("invite --join ZZZZ --name ci".into(), 1, "ZZZZ"),
        (format!("invite --join {} --name alice --identity {}/other", room.code, place.home.display()), 1, "alice"),
        ("invite".into(), 2, "--join"),
        ("invite --join chat://127.0.0.1:1/AB3Z --timeout 0.3".into(), 3, "no server answers at 127.0.0.1:1"),
    ] {
        let output = place.run(&line);

        assert_eq!(output.status.code(), Some(code), "{line}: {}", stderr(&output));
        assert!(stderr(&output).contains(reason), "{line}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{line}");
    }
}

#[test]
fn invite_prints_a_qr_code_on_request_without_colours_where_nobody_sees_them() {
    let place = Place::open();
    let room = place.room();

    let output = place.run(&format!("invite --qr --join {} --name alice", room.code));

    let printed = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<&str> = printed.lines().skip(1).collect();
    let columns = rows.first().map_or(0, |row| row.chars().count());
    assert!(rows.len() == columns.div_ceil(2) && columns > 28, "{printed}");
    assert!(rows.iter().all(|row| row.chars().all(|c| " ▀▄█".contains(c))), "{printed}");
}

/// Fails until the server keeps private rooms.
#[test]
fn a_private_room_is_found_with_its_invite_and_not_with_its_code() {
    let place = Place::open();
    let mut owner = place.program("tail --create --private --json --name alice").spawn().unwrap();
    let mut lines = BufReader::new(owner.stdout.take().unwrap());
    let first: serde_json::Value = serde_json::from_str(&line(&mut lines)).unwrap();
    let (code, invite) = (first["code"].as_str().unwrap().to_owned(), first["invite"].as_str().unwrap().to_owned());
    let _room = Room { owner, lines, code: code.clone() };

    let stranger = format!("--name ci --identity {}/other", place.home.display());
    let with_code = place.run(&format!("send --join {code} {stranger} hello"));
    let with_invite = place.run(&format!("send --join {invite} {stranger} hello"));
    let by_a_member = place.run(&format!("invite --join {code} --name alice"));

    assert_eq!(with_code.status.code(), Some(1), "the code alone lets nobody in");
    assert_eq!(with_invite.status.code(), Some(0), "{}", stderr(&with_invite));
    assert_eq!(String::from_utf8_lossy(&by_a_member.stdout).trim(), invite, "{}", stderr(&by_a_member));
}

#[test]
fn a_secret_does_not_stay_on_the_command_line() {
    let place = Place::open();
    let secret = "CQkJCQkJCQkJCQkJCQkJCQ";
    let line = format!("send --join chat://127.0.0.1:1/AB3Z#{secret} --timeout 5 hello");
    let mut sender = place.program(&line).spawn().unwrap();
    let path = format!("/proc/{}/cmdline", sender.id());
    let command_line = || String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    let since = Instant::now();

    // A process that starts has the command line of who starts it, and for a moment none at all.
    let is_veiled = |line: &str| line.contains("chat://127.0.0.1:1/AB3Z") && !line.contains(secret);
    while !is_veiled(&command_line()) {
        assert!(since.elapsed() < Duration::from_secs(4), "{}", command_line());
        std::thread::yield_now();
    }

    sender.kill().unwrap();
    sender.wait().unwrap();
}

#[test]
fn a_terminated_tail_says_goodbye_so_that_its_room_ends_at_once() {
    for name in ["-TERM", "-INT", "-HUP"] {
        let place = Place::open();
        let mut room = place.room();

        signal(&room.owner, name);

        assert!(room.owner.wait().unwrap().success(), "{name}");
        let output = place.run(&format!("send --join {} --name ci hello", room.code));
        assert_eq!(output.status.code(), Some(1), "{name}: the room has ended: {}", stderr(&output));
    }
}

#[test]
fn a_tail_that_nobody_reads_ends_although_nobody_speaks() {
    let place = Place::open();
    let room = place.room();
    let mut reader = place.program(&format!("tail --join {} --name bob", room.code)).spawn().unwrap();
    let mut first = [0; 1];
    let mut stdout = reader.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    let closed = Instant::now();

    drop(stdout);

    assert!(reader.wait().unwrap().success());
    assert!(closed.elapsed() < Duration::from_secs(5), "{:?}", closed.elapsed());
}

#[test]
fn identity_show_needs_no_server_and_prints_what_whois_shows() {
    let place = Place::open();
    let file = place.home.join("key");

    let first = place.run(&format!("identity show --identity {}", file.display()));
    let again = place.run(&format!("identity show --identity {}", file.display()));

    let printed = String::from_utf8(first.stdout.clone()).unwrap();
    let fields: Vec<&str> = printed.split_whitespace().collect();
    let ["short", short, "full", full, "file", path] = fields[..] else { panic!("{printed}") };
    let fingerprint = chat_proto::Fingerprint::parse(full).unwrap();
    assert_eq!((short, path), (fingerprint.short().as_str(), file.to_str().unwrap()));
    assert_eq!(first.stdout, again.stdout);
}

#[test]
fn identity_ends_with_what_became_of_the_question() {
    let place = Place::open();
    for (line, code, reason) in [
        ("identity names --server 127.0.0.1:1 --timeout 0.3", 3, "no server answers"),
        ("identity give-up ci --server 127.0.0.1:1 --timeout 0.3", 3, "may or may not be given up"),
        ("identity give-up", 2, "NAME"),
        ("identity give-up a/b", 2, "a name has only letters"),
        ("identity show --identity /dev/null", 1, "/dev/null is not an identity"),
    ] {
        let output = place.run(line);

        assert_eq!(output.status.code(), Some(code), "{line}: {}", stderr(&output));
        assert!(stderr(&output).contains(reason), "{line}: {}", stderr(&output));
    }
}
