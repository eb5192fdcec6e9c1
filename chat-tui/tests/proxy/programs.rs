//! The programs that people run, through bad weather and after a long sleep.

use crate::chaos::{Proxy, Weather};
use crate::support::PATIENCE;
use crate::support::home::Home;
use crate::support::program::Program;
use crate::{IMPATIENT, SEED, unhurried};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Longer than the silence after which the server takes a client for gone, and after which a client notices that it
/// slept.
const A_LONG_SLEEP: Duration = Duration::from_secs(9);

/// `chat-tui`, as somebody who lives in this home.
fn program(home: &Home, server: SocketAddr, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-tui"));
    command.args(words).args(["--server", &server.to_string()]);
    for variable in ["XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
        command.env(variable, home.path());
    }
    for variable in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env(variable, "/dev/null");
    }
    command
        .env_remove("CHAT_TLS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// `chat-tui tail`, in a room of its own.
struct Follower {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    code: String,
}

impl Follower {
    async fn start(home: &Home, server: SocketAddr, more: &[&str]) -> Self {
        let words = [&["tail", "--create", "--json", "--name", "follower"], more].concat();
        let mut child = program(home, server, &words).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut follower = Self { child, lines, code: String::new() };
        let code = follower.line().await["code"].as_str().unwrap().to_owned();
        Self { code, ..follower }
    }

    async fn line(&mut self) -> Value {
        let line = timeout(PATIENCE, self.lines.next_line()).await.expect("a line in time").unwrap();
        serde_json::from_str(&line.expect("it does not end")).unwrap()
    }

    /// What the next so many messages say.
    async fn messages(&mut self, count: usize) -> Vec<String> {
        let mut messages = Vec::new();
        while messages.len() < count {
            let line = self.line().await;
            if line["kind"] == "message" {
                messages.push(line["text"].as_str().unwrap().to_owned());
            }
        }
        messages
    }

    fn send(&self, signal: Signal) {
        let id = Pid::from_raw(self.child.id().unwrap().cast_signed()).unwrap();
        kill_process(id, signal).unwrap();
    }
}

async fn say(home: &Home, server: SocketAddr, code: &str, text: &str, more: &[&str]) {
    let words = [&["send", "--join", code, "--name", "speaker", "--timeout", "80", text], more].concat();
    let output = timeout(PATIENCE, program(home, server, &words).output()).await.expect("an end").unwrap();
    assert!(output.status.success(), "{text:?}: {}", String::from_utf8_lossy(&output.stderr));
}

async fn what_is_sent_in_a_storm_is_printed_once(more: &[&str]) {
    const MESSAGES: usize = 6;
    let (home, speaker) = (Home::new(), Home::new());
    let server = Program::start(&home, &unhurried(&IMPATIENT)).await;
    let proxy = Proxy::to(server.address, SEED, Weather::Calm).await;
    let mut follower = Follower::start(&home, proxy.address, more).await;
    let said: Vec<_> = (1..=MESSAGES).map(|n| format!("message {n} {}", "x".repeat(n * 97))).collect();

    proxy.become_now(Weather::Storm);
    for text in &said {
        say(&speaker, proxy.address, &follower.code, text, more).await;
    }
    proxy.become_now(Weather::Calm);
    say(&speaker, proxy.address, &follower.code, "the last one", more).await;

    assert_eq!(follower.messages(MESSAGES + 1).await, [&said[..], &["the last one".to_owned()]].concat());
    let calls = proxy.calls() as usize;
    assert!(calls > MESSAGES + 2, "only {calls} connections were made: the weather proved nothing");
}

#[tokio::test]
async fn what_programs_send_in_a_storm_is_printed_once_and_in_order() {
    what_is_sent_in_a_storm_is_printed_once(&[]).await;
}

#[tokio::test]
async fn what_programs_send_in_a_storm_within_tls_is_printed_once_and_in_order() {
    what_is_sent_in_a_storm_is_printed_once(&["--tls"]).await;
}

/// F9.
#[tokio::test]
async fn a_program_that_slept_prints_what_was_said_meanwhile() {
    let (home, speaker) = (Home::new(), Home::new());
    let server = Program::start(&home, &unhurried(&IMPATIENT)).await;
    let mut follower = Follower::start(&home, server.address, &[]).await;
    say(&speaker, server.address, &follower.code, "before", &[]).await;
    assert_eq!(follower.messages(1).await, ["before"]);

    follower.send(Signal::STOP);
    say(&speaker, server.address, &follower.code, "meanwhile", &[]).await;
    tokio::time::sleep(A_LONG_SLEEP).await;
    say(&speaker, server.address, &follower.code, "later", &[]).await;
    follower.send(Signal::CONT);
    say(&speaker, server.address, &follower.code, "after", &[]).await;

    assert_eq!(follower.messages(3).await, ["meanwhile", "later", "after"]);
}
