//! A server as a process, and what it costs, seen from outside.

use crate::channel::Security;
use crate::support::scratch::Scratch;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Lines};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// In which a server is to listen.
const START_MAX: Duration = Duration::from_secs(20);

/// A process of our own, and where it listens.
pub(crate) struct Server {
    process: Process,
    pub(crate) address: SocketAddr,
    /// How to talk to it.
    pub(crate) security: Security,
    /// Goes when it ends.
    _home: Option<Scratch>,
    /// Whoever prints into a closed pipe may end.
    _printed: Option<Lines<BufReader<ChildStdout>>>,
}

/// Ends with the measurement.
struct Process(Child);

/// The processor's time that each thread of a process has used, in nanoseconds. The clock ticks of `/proc/PID/stat` are
/// too coarse.
pub(crate) struct Usage(HashMap<String, u64>);

impl Server {
    /// One that prints a line with `mark` right before its port.
    pub(crate) fn announced(command: &mut Command, mark: &str) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().expect("it ended before it served").unwrap();
            if let Some((_, rest)) = line.split_once(mark) {
                break rest.split(' ').next().unwrap().parse().unwrap();
            }
        };
        Self { _printed: Some(lines), ..Self::with(child, port) }
    }

    /// One that was told its port and says nothing of use.
    pub(crate) fn at(port: u16, command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (server, began) = (Self::with(child, port), Instant::now());
        while TcpStream::connect(server.address).is_err() {
            assert!(began.elapsed() < START_MAX, "nobody listens at port {port}");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// The same, which keeps what it has there and is talked to like that.
    pub(crate) fn living_in(self, home: Scratch, security: Security) -> Self {
        Self { _home: Some(home), security, ..self }
    }

    fn with(child: Child, port: u16) -> Self {
        Self { process: Process(child), address: local(port), security: Security::Plain, _home: None, _printed: None }
    }

    pub(crate) fn usage(&self) -> Usage {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process.0.id())).unwrap();
        Usage(tasks.filter_map(|task| nanoseconds(&task.ok()?.path().join("schedstat"))).collect())
    }

    /// Memory now.
    pub(crate) fn resident_kib(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most that it ever was.
    pub(crate) fn peak_kib(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.0.id())).unwrap();
        let field = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        field.split_whitespace().next().unwrap().parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Usage {
    /// What was used since `before`, but for threads that ended meanwhile.
    pub(crate) fn since(&self, before: &Self) -> Duration {
        let used = self.0.iter().map(|(thread, now)| now - before.0.get(thread).unwrap_or(&0));
        Duration::from_nanos(used.sum())
    }
}

/// Nothing of a thread that has just ended.
fn nanoseconds(schedstat: &std::path::Path) -> Option<(String, u64)> {
    let text = std::fs::read_to_string(schedstat).ok()?;
    Some((schedstat.display().to_string(), text.split(' ').next()?.parse().ok()?))
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(local(0)).unwrap().local_addr().unwrap().port()
}
