//! Why the program does not know what is wanted. Each is a sentence for the person who wrote it.

use crate::document::Mistake;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The command line is wrong, or asks for help.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    #[error("cannot read the options in {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// Something in the file.
    #[error(transparent)]
    File(#[from] Mistake),
    /// Something in the environment.
    #[error("{name}: {given:?} is not {expects}")]
    Variable { name: String, given: String, expects: &'static str },
}

impl ConfigError {
    /// What the process exits with: 1 for a file that cannot be read, 2 for what was written wrong.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(usage) => u8::try_from(usage.exit_code()).unwrap_or(2),
            Self::Unreadable { .. } => 1,
            Self::File(_) | Self::Variable { .. } => 2,
        }
    }

    /// As the process exits with it.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.exit_code())
    }
}
