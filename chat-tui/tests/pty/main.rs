//! The real program in a real terminal: two people talk, and the terminal is given back whatever happens.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod alone;
mod answers;
#[path = "../support/binary.rs"]
mod binary;
mod plain;
mod restart;
mod terminal;

use chat_server::{Config, Server, System};
use chat_tui::hyperlink::Links;
use chat_tui::state::Face;
use chat_tui::terminal::Mouse;
use portable_pty::CommandBuilder;
use rustix::process::Signal;
use std::time::Duration;
use terminal::{Home, Terminal, at_home, chat};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

const SIZE: (u16, u16) = (100, 30);
/// Three times the two seconds in which a vanished terminal must end the program.
const HANGUP_MAX: Duration = Duration::from_secs(6);

/// A real server on a free port, for as long as it is held.
struct Served {
    address: String,
    _stop: DropGuard,
}

fn serve() -> Served {
    serve_at("127.0.0.1:0")
}

fn serve_at(address: &str) -> Served {
    let stop = CancellationToken::new();
    let (told, listening) = std::sync::mpsc::channel();
    let (address, token) = (address.to_owned(), stop.clone());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind(address).await.unwrap();
            told.send(listener.local_addr().unwrap().to_string()).unwrap();
            Server::new(Config::default(), System, token).serve(listener).await.unwrap();
        });
    });
    Served { address: listening.recv().unwrap(), _stop: stop.drop_guard() }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Somebody who has opened a room, and its code.
fn opener(home: &Home, served: &Served, name: &str) -> (Terminal, String) {
    let args = ["--server", &served.address, "--name", name, "--create"];
    let terminal = Terminal::start(chat(home, &args), SIZE);
    terminal.shows("opened the room");
    let code = terminal.screen().split_whitespace().next().unwrap().to_owned();
    assert_eq!(code.len(), 4, "{code}");
    (terminal, code)
}

fn guest(home: &Home, served: &Served, name: &str, code: &str) -> Terminal {
    let args = ["--server", &served.address, "--name", name, "--join", code];
    let terminal = Terminal::start(chat(home, &args), SIZE);
    terminal.shows("write a message");
    terminal
}

#[test]
fn a_mouse_that_is_not_wanted_stays_the_terminals() {
    let home = Home::new();

    for (flag, is_taken) in [("--mouse", true), ("--no-mouse", false)] {
        let terminal = Terminal::start(chat(&home, &[flag]), SIZE);
        terminal.shows("Name");
        assert_eq!(terminal.modes().contains(&"mouse"), is_taken, "{flag}");
    }
}

#[test]
fn the_cursor_is_seen_on_the_ground_of_a_theme_and_has_its_own_colour_back_at_the_end() {
    let home = Home::new();
    let mut terminal = Terminal::start(chat(&home, &["--theme", "light"]), SIZE);
    terminal.shows("Name");

    let during = terminal.cursor();
    terminal.keys("\x1b");
    terminal.ends();

    assert_eq!(during.as_deref(), Some("#24292f"));
    assert_eq!(terminal.cursor(), None);
}

#[test]
fn two_people_talk_through_a_real_server() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, code) = opener(&home, &served, "alice");
    let mut bob = guest(&home, &served, "bob", &code.to_lowercase());

    alice.shows("bob joined");
    alice.keys("hi bob\r");
    bob.shows("hi bob");
    bob.keys("hello alice, 日本 👋\r");

    alice.shows("hello alice, 日本 👋");
    alice.until("a mark of acceptance", |screen| {
        screen.contents().lines().any(|line| line.contains("hi bob") && line.contains('✓'))
    });
}

/// Longer than what was read waits until the server is told: that changes nothing on the screen.
#[test]
fn a_program_that_is_left_alone_writes_nothing() {
    let (home, served) = (Home::new(), serve());
    let (alice, _) = opener(&home, &served, "alice");

    let has_settled = (0..30).any(|_| !alice.is_written_within(Duration::from_secs(1)));

    assert!(has_settled, "{}", alice.screen());
    assert!(!alice.is_written_within(Duration::from_secs(4)), "{}", alice.screen());
}

#[test]
fn one_key_goes_back_to_the_room_of_the_last_run() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, code) = opener(&home, &served, "alice");
    let _bob = guest(&home, &served, "bob", &code);
    alice.shows("bob joined");
    alice.keys("I was here\r");
    alice.shows("✓");
    alice.keys("/quit\r");
    assert_eq!(alice.ends().0, 0);

    let mut alice = Terminal::start(chat(&home, &["--name", "alice", "--no-come-back"]), SIZE);
    alice.shows(&format!("Alt-1  {code}"));
    alice.keys("\x1b1");

    alice.shows("I was here");
    alice.shows("write a message");
}

#[test]
fn the_rooms_of_the_last_run_come_back_and_the_one_that_was_shown_is() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, first) = opener(&home, &served, "alice");
    let mut bob = guest(&home, &served, "bob", &first);
    alice.shows("bob joined");
    alice.keys("/create\r");
    alice.shows("Alt-1 goes back");
    let second = alice.screen().split_whitespace().next().unwrap().to_owned();
    bob.keys(&format!("/join {second}\r"));
    alice.shows("bob joined");
    alice.keys("said in the second\r\x1b1");
    alice.shows("2 here");
    alice.keys("/quit\r");
    assert_eq!(alice.ends().0, 0);
    bob.keys("\x1b2alice, are you there?\r");
    bob.shows("✓");

    let mut alice = Terminal::start(chat(&home, &["--name", "alice"]), SIZE);

    alice.shows("write a message");
    alice.until("the room that was shown", |screen| screen.contents().trim_start().starts_with(&first));
    alice.until("the other one, with what calls", |screen| {
        screen.contents().lines().any(|row| row.contains(&second) && row.contains('@'))
    });
    alice.keys("\x1ba");
    alice.shows("are you there?");
    alice.shows("said in the second");
}

/// Fails until the server keeps private rooms and answers `Invite`.
#[test]
fn an_invite_is_shown_and_copied_and_what_is_shown_leads_into_the_room() {
    let (home, served) = (Home::new(), serve());
    let args = ["--server", &served.address, "--name", "alice", "--create", "--private"];
    let mut alice = Terminal::start(chat(&home, &args), SIZE);
    alice.shows("others join with:");

    alice.keys("/invite\r");
    alice.shows("Invite to");

    // `chat-tui ` in base64.
    assert!(alice.clipboard().starts_with("Y2hhdC10dWkg"), "{}", alice.clipboard());
    let screen = alice.screen();
    let shown = screen.lines().find(|line| line.contains("chat-tui --join 'chat://")).unwrap().trim().to_owned();
    let mut bob = Terminal::start(chat(&home, &["--name", "bob"]), SIZE);
    bob.shows("a code, or an invite");
    bob.keys(&format!("\x1b[200~{shown}\x1b[201~\r"));
    bob.shows("write a message");
    alice.keys("\x1b");
    alice.shows("bob joined");
}

#[test]
fn a_wrong_code_opens_the_prompt_with_the_reason_and_what_was_typed() {
    let (home, served) = (Home::new(), serve());

    let terminal =
        Terminal::start(chat(&home, &["--server", &served.address, "--name", "alice", "--join", "zzzz"]), SIZE);

    terminal.shows("no room ZZZZ on this server");
    let screen = terminal.screen();
    assert!(screen.contains("alice") && screen.contains(&served.address), "{screen}");
}

#[test]
fn every_end_gives_the_terminal_back() {
    let (home, served) = (Home::new(), serve());
    let endings: [(&str, End); 4] = [
        ("/quit and a yes", |terminal| terminal.keys("/quit\ry")),
        ("Ctrl-C and a yes", |terminal| terminal.keys("\u{3}y")),
        ("SIGTERM", |terminal| signal_child_of(terminal, Signal::TERM)),
        ("SIGHUP", |terminal| signal_child_of(terminal, Signal::HUP)),
    ];
    for (n, (name, end)) in endings.into_iter().enumerate() {
        let person = format!("alice{n}");
        // A shell in front keeps the terminal open after the program has ended, so that it can be looked at.
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", "read go; \"$0\" \"$@\"; echo ended $?; read go"]);
        let args = ["--server", &served.address, "--name", &person, "--create"];
        command.arg(env!("CARGO_BIN_EXE_chat-tui"));
        command.args(args);
        at_home(&mut command, &home);
        let mut terminal = Terminal::start(command, SIZE);
        let before = terminal.discipline();
        terminal.keys("\n");
        terminal.shows("opened the room");
        assert!(terminal.modes().contains(&"alternate screen"), "{name}");
        assert_ne!(terminal.discipline(), before, "{name}");

        end(&mut terminal);

        terminal.shows("ended 0");
        assert_eq!(terminal.modes(), Vec::<&str>::new(), "{name}");
        assert_eq!(terminal.discipline(), before, "{name}");
    }
}

/// What ends the program.
type End = fn(&mut Terminal);

/// Signals the program that runs under the shell of this terminal.
fn signal_child_of(terminal: &Terminal, signal: Signal) {
    let shell = terminal.child.process_id().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
    let child = children.split_whitespace().next().unwrap().parse().unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(child).unwrap(), signal).unwrap();
}

#[test]
fn a_vanished_terminal_ends_the_program_with_and_without_a_signal() {
    let (home, served) = (Home::new(), serve());
    for controlling in [true, false] {
        let name = if controlling { "told" } else { "untold" };
        let mut command = chat(&home, &["--server", &served.address, "--name", name, "--create"]);
        // Without a controlling terminal the kernel sends no SIGHUP.
        command.set_controlling_tty(controlling);
        let mut terminal = Terminal::start(command, SIZE);
        terminal.shows("opened the room");

        terminal.vanish();
        let (_, took) = terminal.ends();

        assert!(took < HANGUP_MAX, "{name}: {took:?}");
    }
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_brings_everything_back() {
    let (home, served) = (Home::new(), serve());
    let mut command = CommandBuilder::new("bash");
    command.args(["--norc", "--noprofile", "-i"]);
    at_home(&mut command, &home);
    command.env("PS1", "shell> ");
    let mut terminal = Terminal::start(command, SIZE);
    terminal.shows("shell> ");
    let chat = env!("CARGO_BIN_EXE_chat-tui");
    terminal.keys(&format!("{chat} --server {} --name alice --create\n", served.address));
    terminal.shows("opened the room");

    terminal.keys("half a sentence");
    terminal.shows("half a sentence");
    terminal.keys("\u{1a}");
    terminal.shows("Stopped");
    assert!(!terminal.modes().contains(&"alternate screen"));
    terminal.keys("echo cooked $((40 + 2))\n");
    terminal.shows("cooked 42");
    terminal.keys("fg\n");

    terminal
        .until("the room again", |screen| screen.alternate_screen() && screen.contents().contains("half a sentence"));
    terminal.keys(" ends\r");
    terminal.until("it to be accepted", |screen| {
        screen.contents().lines().any(|line| line.contains("half a sentence ends") && line.contains('✓'))
    });
}

#[test]
fn one_command_hosts_and_the_next_one_finds_it() {
    let home = Home::new();
    let server = format!("127.0.0.1:{}", free_port());
    let mut alice = Terminal::start(chat(&home, &["--host", "--server", &server, "--name", "alice", "--create"]), SIZE);
    alice.shows("opened the room");
    alice.shows("hosting");
    let code = alice.screen().split_whitespace().next().unwrap().to_owned();
    let bob = Terminal::start(chat(&home, &["--server", &server, "--name", "bob", "--join", &code]), SIZE);
    alice.shows("bob joined");

    alice.keys("/quit\r");
    alice.until("a warning", |screen| screen.contents().to_lowercase().contains("host"));
    alice.keys("y");

    assert_eq!(alice.ends().0, 0);
    bob.until("the lost link", |screen| screen.contents().contains("reconnecting"));
}

#[test]
fn of_two_hosts_at_one_address_the_second_is_a_guest() {
    let home = Home::new();
    let server = format!("127.0.0.1:{}", free_port());
    let args = |name| ["--host", "--server", &server, "--name", name, "--create"].map(str::to_owned);
    let start = |name| {
        let args = args(name);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        Terminal::start(chat(&home, &args), SIZE)
    };

    let (alice, bob) = (start("alice"), start("bob"));

    alice.shows("opened the room");
    bob.shows("opened the room");
    let hosts = [&alice, &bob].iter().filter(|terminal| terminal.screen().contains("hosting")).count();
    assert_eq!(hosts, 1);
}

#[test]
fn a_server_that_dies_and_comes_back_ends_the_room_but_not_the_screen() {
    let home = Home::new();
    let address = format!("127.0.0.1:{}", free_port());
    let served = serve_at(&address);
    let (mut alice, _) = opener(&home, &served, "alice");
    alice.keys("remember me\r");
    alice.until("it to be accepted", |screen| screen.contents().contains('✓'));

    drop(served);
    alice.shows("reconnecting");
    alice.keys("typed while away");
    let _again = serve_at(&address);

    alice.until("the end of the room", |screen| screen.contents().contains("has ended, or you are no longer let in"));
    let screen = alice.screen();
    assert!(screen.contains("remember me") && screen.contains("typed while away"), "{screen}");
}

#[test]
fn sizes_from_nothing_to_huge_are_survived() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, _) = opener(&home, &served, "alice");
    for n in 0..1_000_u16 {
        alice.resize(n * 7 % 230, n * 13 % 70);
    }
    alice.resize(0, 0);
    alice.resize(1, 1);

    alice.resize(100, 30);
    alice.keys("still here\r");

    alice.until("it to be accepted", |screen| {
        screen.contents().lines().any(|line| line.contains("still here") && line.contains('✓'))
    });
}

#[test]
fn a_paste_of_ten_megabytes_is_refused_in_a_sentence_and_sends_nothing() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, _) = opener(&home, &served, "alice");

    alice.keys("\u{1b}[200~");
    let block = "all work and no play\r\n".repeat(1_000);
    for _ in 0..480 {
        alice.keys(&block);
    }
    alice.keys("\u{1b}[201~");

    alice.until("a sentence about it", |screen| screen.contents().contains("a message has at most"));
    alice.keys("/topic alive\r");
    alice.until("the topic", |screen| screen.contents().lines().next().is_some_and(|line| line.contains("alive")));
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_reported() {
    let home = Home::new();
    let mut command = CommandBuilder::new("sh");
    command.args([
        "-c",
        "read go; \"$0\" --exact --ignored --nocapture takes_the_terminal_and_panics; echo ended; read go",
    ]);
    command.arg(std::env::current_exe().unwrap());
    at_home(&mut command, &home);
    command.env("RUST_BACKTRACE", "0");
    let mut terminal = Terminal::start(command, SIZE);
    let before = terminal.discipline();

    terminal.keys("\n");

    terminal.shows("ended");
    assert!(terminal.screen().contains("something impossible"), "{}", terminal.screen());
    assert_eq!(terminal.modes(), Vec::<&str>::new());
    assert_eq!(terminal.discipline(), before);
}

#[test]
#[ignore = "panics; run in a terminal of its own by a_panic_gives_the_terminal_back_before_it_is_reported"]
fn takes_the_terminal_and_panics() {
    let _terminal = chat_tui::terminal::Terminal::take(Face::Screen, Mouse::Ours, Links::Auto).unwrap();
    panic!("something impossible");
}

#[test]
fn a_shell_that_dies_leaves_no_program_behind() {
    let (home, served) = (Home::new(), serve());
    // As many rounds as one key may have names.
    for n in 0..8 {
        let mut command = CommandBuilder::new("bash");
        command.args(["--norc", "--noprofile", "-i"]);
        at_home(&mut command, &home);
        let mut terminal = Terminal::start(command, SIZE);
        let chat = env!("CARGO_BIN_EXE_chat-tui");
        terminal.keys(&format!("{chat} --server {} --name alice{n} --create\n", served.address));
        terminal.shows("opened the room");
        let shell = terminal.child.process_id().unwrap();
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
        let program = format!("/proc/{}", children.split_whitespace().next().unwrap());

        drop(terminal);

        let start = std::time::Instant::now();
        while std::fs::exists(&program).unwrap() {
            assert!(start.elapsed() < HANGUP_MAX, "round {n}: {program} is still there");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

#[test]
fn a_terminal_that_stops_who_writes_in_the_background_is_given_back_all_the_same() {
    let home = Home::new();
    let mut command = CommandBuilder::new("bash");
    command.args(["--norc", "--noprofile", "-i"]);
    at_home(&mut command, &home);
    command.env("PS1", "shell> ");
    let mut terminal = Terminal::start(command, SIZE);
    terminal.shows("shell> ");
    let program = std::env::current_exe().unwrap();
    let done = home.path().join("done");
    let line = "--exact --ignored --nocapture gives_the_terminal_back_from_the_background";
    terminal.keys(&format!("DONE={} {} {line}\n", done.display(), program.display()));

    let start = std::time::Instant::now();
    while !done.exists() {
        assert!(start.elapsed() < terminal::PATIENCE, "it was stopped:\n{}", terminal.screen());
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "takes the terminal; run in one by a_terminal_that_stops_who_writes_in_the_background_is_given_back_all_the_same"]
fn gives_the_terminal_back_from_the_background() {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr, tcsetpgrp};
    let taken = chat_tui::terminal::Terminal::take(Face::Screen, Mouse::Ours, Links::Auto).unwrap();
    let mut mode = tcgetattr(std::io::stdin()).unwrap();
    mode.local_modes |= LocalModes::TOSTOP;
    tcsetattr(std::io::stdin(), OptionalActions::Now, &mode).unwrap();
    // The shell takes its terminal back, as when it is about to die.
    let shell = rustix::process::getpgid(rustix::process::getppid()).unwrap();
    tcsetpgrp(std::io::stdin(), shell).unwrap();

    drop(taken);

    std::fs::write(std::env::var_os("DONE").unwrap(), "").unwrap();
}

#[test]
fn a_key_right_behind_esc_is_that_key_and_no_text() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, _) = opener(&home, &served, "alice");
    alice.keys("hello\r");
    alice.shows("✓");

    alice.keys("\x1b\x1b[1;3A");

    alice.shows("r reply");
    assert!(!alice.screen().contains("[1;3A"), "{}", alice.screen());
}
