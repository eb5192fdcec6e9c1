//! Open files: every connection needs one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the program has open besides connections.
const OTHERS: usize = 64;

/// Takes as many as the system allows, and warns if that is not enough for so many connections.
pub(crate) fn raise(connections: usize) {
    let maximum = getrlimit(Resource::Nofile).maximum;
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::debug!(%error, "the limit of open files cannot be raised");
    }
    let needed = (connections + OTHERS) as u64;
    if let Some(allowed) = getrlimit(Resource::Nofile).current.filter(|allowed| *allowed < needed) {
        tracing::warn!(
            allowed,
            needed,
            "fewer files may be open than there may be connections; raise the hard limit (ulimit -Hn, LimitNOFILE=)"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_files_may_be_open_as_the_system_allows() {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: Some(256), maximum }).expect("less is always allowed");

        raise(10_000);

        assert_eq!(getrlimit(Resource::Nofile).current, maximum);
    }
}
