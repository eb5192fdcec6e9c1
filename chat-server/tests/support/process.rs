//! The real server as a process, which ends with the test at the latest.

use super::PATIENCE_WITH_PROCESSES;
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Paces that stand in nobody's way.
const UNHURRIED: [&str; 6] = ["posts", "post-bytes", "room-posts", "pages", "requests", "creates"];

/// Where a server that lives in `home` keeps its history.
pub fn data(home: &Path) -> PathBuf {
    home.join("data")
}

/// What to type for a server that keeps everything in `home`: on a free port, in no hurry, and not waiting for peers
/// that do not say good-bye.
pub fn words(home: &Path, more: &[&str]) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![env!("CARGO_BIN_EXE_chat-server").into(), "--data".into(), data(home).into()];
    words.extend(["--state".into(), home.join("state").into_os_string()]);
    words.extend(["--port", "0", "--bind", "127.0.0.1", "--goodbye", "100ms"].map(OsString::from));
    words.extend(UNHURRIED.iter().flat_map(|pace| [format!("--{pace}").into(), OsString::from("unlimited")]));
    words.extend(more.iter().map(OsString::from));
    words
}

/// The same as a command, behind the words of another program that starts it.
pub fn command(before: &[OsString], words: &[OsString]) -> Command {
    let all: Vec<_> = before.iter().chain(words).collect();
    let mut command = Command::new(all[0]);
    command.args(&all[1..]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command.env_remove("CHAT_LOG");
    command
}

/// A server that listens.
pub struct Process {
    child: Child,
    pub port: u16,
    _printed: BufReader<ChildStdout>,
    errors: JoinHandle<String>,
}

/// How a server ended, and what it said on standard error.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub errors: String,
}

impl Process {
    /// Starts it and waits until it listens; or until it has ended without.
    pub async fn start(mut command: Command) -> Result<Self, Ended> {
        let mut child = command.spawn().expect("a program");
        let errors = tokio::spawn(all_of(child.stderr.take().expect("a pipe")));
        let mut printed = BufReader::new(child.stdout.take().expect("a pipe"));
        match timeout(PATIENCE_WITH_PROCESSES, port(&mut printed)).await.expect("a server that says where it is") {
            Some(port) => Ok(Self { child, port, _printed: printed, errors }),
            None => Err(ended(child, errors).await),
        }
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id().expect("nobody has waited for it")
    }

    /// Waits until it ends by itself.
    pub async fn end(self) -> Ended {
        ended(self.child, self.errors).await
    }

    /// Asks it to end.
    pub async fn stop(self) -> Ended {
        self.end_by(Signal::TERM).await
    }

    /// Ends it in the middle of whatever it does.
    pub async fn kill(self) -> Ended {
        self.end_by(Signal::KILL).await
    }

    async fn end_by(self, signal: Signal) -> Ended {
        let id = Pid::from_raw(self.id().cast_signed()).expect("a number above zero");
        kill_process(id, signal).expect("it is a process of ours");
        self.end().await
    }
}

async fn ended(mut child: Child, errors: JoinHandle<String>) -> Ended {
    let status = timeout(PATIENCE_WITH_PROCESSES, child.wait()).await.expect("an end").expect("a status");
    Ended { status, errors: errors.await.expect("no panic") }
}

async fn all_of(mut errors: ChildStderr) -> String {
    let mut bytes = Vec::new();
    errors.read_to_end(&mut bytes).await.expect("a pipe to read");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The port in the last line of the greeting.
async fn port(printed: &mut BufReader<ChildStdout>) -> Option<u16> {
    loop {
        let mut line = String::new();
        if printed.read_line(&mut line).await.expect("text") == 0 {
            return None;
        }
        if let Some((_, rest)) = line.split_once("chat-tui --server 127.0.0.1:") {
            return rest.split(' ').next().expect("the first of some words").parse().ok();
        }
    }
}
