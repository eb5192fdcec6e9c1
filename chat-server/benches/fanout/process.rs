//! A server as a process, and what it costs, seen from outside.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Lines};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Ends with the measurement.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Whoever prints into a closed pipe may end.
    _printed: Option<Lines<BufReader<ChildStdout>>>,
}

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
        Self { child, address: local(port), _printed: Some(lines) }
    }

    pub(crate) fn usage(&self) -> Usage {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        Usage(tasks.filter_map(|task| nanoseconds(&task.ok()?.path().join("schedstat"))).collect())
    }

    /// The most that it ever was.
    pub(crate) fn peak_kib(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let field = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        field.split_whitespace().next().unwrap().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
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
