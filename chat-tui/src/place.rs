//! Where this program keeps things: the XDG directories of whoever runs it.

use etcetera::{BaseStrategy, base_strategy::Xdg};
use std::path::PathBuf;

const PROGRAM: &str = "chat";

/// Nobody's home: neither `$HOME` nor the user database names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no home directory is known; set HOME, or XDG_DATA_HOME and XDG_STATE_HOME")]
pub struct Homeless;

/// What must not be lost: the identity.
pub fn data() -> Result<PathBuf, Homeless> {
    place("XDG_DATA_HOME", Xdg::data_dir)
}

/// What a person writes for this program: options and themes.
pub fn config() -> Result<PathBuf, Homeless> {
    place("XDG_CONFIG_HOME", Xdg::config_dir)
}

/// What a later run goes on with: the outbox, the log of a server run with `--host`.
pub fn state() -> Result<PathBuf, Homeless> {
    place("XDG_STATE_HOME", |xdg| xdg.state_dir().unwrap_or_else(|| xdg.data_dir()))
}

fn place(variable: &str, of: impl Fn(&Xdg) -> PathBuf) -> Result<PathBuf, Homeless> {
    if let Some(set) = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute()) {
        return Ok(set.join(PROGRAM));
    }
    Xdg::new().map(|xdg| of(&xdg).join(PROGRAM)).map_err(|_| Homeless)
}
