//! The real `chat-server`, which ends with the test at the latest.

use super::PATIENCE;
use super::binary::binary;
use super::home::{Home, free_port};
use super::resources::Resources;
use rustix::process::{Pid, Signal, kill_process};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{ExitStatus, Stdio};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Paces that stand in nobody's way.
pub const UNHURRIED: [&str; 10] = [
    "--posts=unlimited",
    "--post-bytes=unlimited",
    "--room-posts=unlimited",
    "--pages=unlimited",
    "--requests=unlimited",
    "--creates=unlimited",
    "--guesses=unlimited",
    "--guesses-lasting=unlimited",
    "--guesses-total=unlimited",
    "--rooms-per-key=10000",
];

/// A server that keeps what it has in `home`.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
    _printed: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// On a port of its own, with what survives its end.
    pub async fn start(home: &Home, more: &[&str]) -> Self {
        Self::start_at(free_port(), home, more).await
    }

    /// At this port, with what survives its end.
    pub async fn start_at(port: u16, home: &Home, more: &[&str]) -> Self {
        let data = home.path().join("data").into_os_string().into_string().unwrap();
        Self::run(Command::new(binary()), port, home, &[&["--data", &data], more].concat()).await
    }

    /// With rooms in memory, and only so many open files.
    pub async fn start_with_descriptors(most: u64, home: &Home, more: &[&str]) -> Self {
        Self::start_within(&format!("-n {most}"), home, more).await
    }

    /// With rooms in memory, and only so much of that.
    pub async fn start_with_memory(most_kib: u64, home: &Home, more: &[&str]) -> Self {
        Self::start_within(&format!("-d {most_kib}"), home, more).await
    }

    async fn start_within(limit: &str, home: &Home, more: &[&str]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit {limit} && exec \"$@\""), "sh"]).arg(binary());
        Self::run(command, free_port(), home, more).await
    }

    async fn run(mut command: Command, port: u16, home: &Home, words: &[&str]) -> Self {
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]).args(words);
        command.env("STATE_DIRECTORY", home.path()).env_remove("CHAT_LOG").kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
        timeout(PATIENCE, served(&mut printed)).await.expect("it serves in time");
        Self { child, address: (Ipv4Addr::LOCALHOST, port).into(), _printed: printed }
    }

    pub fn send(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for its end.
    pub async fn ended(mut self) -> ExitStatus {
        timeout(PATIENCE, self.child.wait()).await.expect("an end").unwrap()
    }

    /// As with `kill -9`: nothing is said, nothing is put in order.
    pub async fn kill(self) {
        self.send(Signal::KILL);
        self.ended().await;
    }

    pub fn resources(&self) -> Resources {
        Resources::of(self.process())
    }

    /// Its number.
    pub fn process(&self) -> i32 {
        self.pid().as_raw_pid()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().expect("nobody has waited for it").cast_signed()).expect("a number above zero")
    }
}

async fn served(printed: &mut Lines<BufReader<ChildStdout>>) {
    loop {
        let line = printed.next_line().await.unwrap().expect("it ended before it served");
        if line.contains("chat-tui --server 127.0.0.1") {
            return;
        }
    }
}
