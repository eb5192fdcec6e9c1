//! The real binary, run so that it never outlives its test.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "every test file uses its own part of this")]

use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

/// No server in these tests lives longer, whatever goes wrong.
const LIFE_MAX: Duration = Duration::from_mins(1);
/// Three times what is promised.
pub const STOP_MAX: Duration = Duration::from_secs(30);

/// A server that keeps its key in `state` and logs what it does.
pub fn command(state: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(args).env("STATE_DIRECTORY", state).env_remove("CHAT_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn output_of(command: &mut Command) -> Output {
    let child = command.spawn().unwrap();
    let _life = watched(Pid::from_child(&child));
    child.wait_with_output().unwrap()
}

/// A server on a free port of this machine, which ends with the test.
pub struct Running {
    pub child: Child,
    pub port: u16,
    pub printed: String,
    /// Dropped with it, and then nobody need watch it any more.
    _life: Sender<()>,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        Self::announced(command.args(["--port", "0", "--bind", "127.0.0.1"]))
    }

    /// A server on whatever the command says, once it says that it serves.
    pub fn announced(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let life = watched(Pid::from_child(&child));
        let mut printed = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        // The last line is for this machine.
        while !printed.contains("chat-tui --server 127.0.0.1") {
            assert!(lines.read_line(&mut printed).unwrap() > 0, "{printed}");
        }
        let port = printed.split("127.0.0.1:").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        Self { child, port, printed, _life: life }
    }

    pub fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    pub fn stop(mut self, signal: Signal) -> Option<i32> {
        self.send(signal);
        self.child.wait().unwrap().code()
    }

    pub fn log(&mut self) -> BufReader<ChildStderr> {
        BufReader::new(self.child.stderr.take().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already, if the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ends the process when it has lived for too long, so that no test waits for ever.
pub fn watched(pid: Pid) -> Sender<()> {
    let (life, end) = mpsc::channel();
    std::thread::spawn(move || {
        if end.recv_timeout(LIFE_MAX) == Err(RecvTimeoutError::Timeout) {
            let _ = kill_process(pid, Signal::KILL);
        }
    });
    life
}
