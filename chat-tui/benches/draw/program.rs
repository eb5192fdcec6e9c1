//! The real program in a real terminal: how soon it shows something, and what it does when nothing happens.

use crate::terminal::{Home, Terminal, chat};
use chat_server::{Config, Server, System};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// With the first, as many rooms as a key may open in an hour.
const STARTS: usize = 9;
const SIZE: (u16, u16) = (200, 60);
/// Less than a heartbeat, which shows how long it took.
const IDLE: Duration = Duration::from_secs(10);

pub(crate) fn measure() {
    println!("the program, from its start, in ms: the best and the middle of {STARTS}");
    starts("to the prompt", &["--name", "alice"], "Name");
    let server = serve();
    let args = ["--server", &server, "--name", "alice", "--create"];
    starts("to a room on this machine", &args, "opened the room");
    // Alice's name belongs to the key that she had.
    idle(&["--server", &server, "--name", "bob", "--create"]);
}

fn starts(what: &str, args: &[&str], wanted: &str) {
    let home = Home::new();
    // The first one makes a key.
    started(&home, args, wanted);
    let mut times: Vec<_> = (0..STARTS).map(|_| started(&home, args, wanted).0.as_secs_f64() * 1e3).collect();
    times.sort_by(f64::total_cmp);
    println!("    {what:<38} {:>8.1} {:>8.1}", times[0], times[STARTS / 2]);
}

/// A program that shows this, and after how long it did.
fn started(home: &Home, args: &[&str], wanted: &str) -> (Duration, Terminal) {
    let began = Instant::now();
    let terminal = Terminal::start(chat(home, args), SIZE);
    terminal.shows(wanted);
    (began.elapsed(), terminal)
}

fn idle(args: &[&str]) {
    let home = Home::new();
    let (_, terminal) = started(&home, args, "opened the room");
    // What was read is told by then.
    std::thread::sleep(Duration::from_secs(5));
    let process = terminal.child.process_id().unwrap();
    let (ticks, bytes) = (ticks(process), written(process));
    std::thread::sleep(IDLE);
    println!(
        "left alone for {} s: {} ticks of the processor's time, {} bytes written",
        IDLE.as_secs(),
        self::ticks(process) - ticks,
        written(process) - bytes
    );
}

/// User and system time, in clock ticks.
fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let behind_name = stat.rsplit_once(')').unwrap().1;
    behind_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

/// Bytes that the process has written, wherever to.
fn written(process: u32) -> u64 {
    let io = std::fs::read_to_string(format!("/proc/{process}/io")).unwrap();
    io.lines().find_map(|line| line.strip_prefix("wchar: ")).unwrap().parse().unwrap()
}

/// A server for as long as this process lasts.
fn serve() -> String {
    let (told, listening) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap().to_string()).unwrap();
            Server::new(Config::default(), System, CancellationToken::new()).serve(listener).await.unwrap();
        });
    });
    listening.recv().unwrap()
}
