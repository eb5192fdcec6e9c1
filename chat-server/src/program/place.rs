//! Where the program keeps what the next start needs: the key by which clients know the server.

use etcetera::{BaseStrategy, base_strategy::Xdg};
use std::path::{Path, PathBuf};

const PROGRAM: &str = "chat-server";

/// Nobody's home: neither `$HOME` nor the user database names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no home directory is known to keep the server's key in; name a directory with --state DIR")]
pub(crate) struct Homeless;

/// The directory that was asked for, else the one that systemd gives a service, else the XDG one of whoever runs it.
pub(crate) fn state(asked: Option<&Path>) -> Result<PathBuf, Homeless> {
    match asked.map(Path::to_owned).or_else(of_service) {
        Some(directory) => Ok(directory),
        None => of_user(),
    }
}

/// The first of those that `StateDirectory=` names.
///
/// Source: systemd.exec(5).
fn of_service() -> Option<PathBuf> {
    let directories = std::env::var_os("STATE_DIRECTORY")?;
    std::env::split_paths(&directories).next().filter(|directory| directory.is_absolute())
}

fn of_user() -> Result<PathBuf, Homeless> {
    let set = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || Xdg::new().ok().map(|xdg| xdg.state_dir().unwrap_or_else(|| xdg.data_dir()));
    set.or_else(home).map(|directory| directory.join(PROGRAM)).ok_or(Homeless)
}
