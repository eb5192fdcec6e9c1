//! How many files this process, and those that it starts, may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a process has open besides its connections.
const OTHERS: u64 = 100;

/// Sees to it that so many connections are possible.
///
/// # Errors
/// A sentence that says why they are not.
pub(crate) fn allow(connections: u64) -> Result<(), String> {
    let (limit, wanted) = (getrlimit(Resource::Nofile), connections + OTHERS);
    if limit.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    let raised = Rlimit { current: Some(wanted), ..limit };
    setrlimit(Resource::Nofile, raised).map_err(|_| {
        let most = limit.maximum.unwrap_or(u64::MAX);
        format!("it needs {wanted} open files, and only {most} are allowed (raise `ulimit -Hn`)")
    })
}
