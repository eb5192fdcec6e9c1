//! What is done with the data of a server beside serving, also while it runs: copies, exports, checks.

use chat_server::log::sqlite::{self, ExportError, Format, Health, RoomName, VisitError};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

/// Copies what is kept in `data` to the new file `target`.
pub(crate) fn backup(data: &Path, target: &Path) -> Result<ExitCode, String> {
    let bytes = sqlite::backup(data, target).map_err(|error| error.to_string())?;
    // The copy is there, whether somebody reads this or not.
    let _ = writeln!(io::stdout(), "{}: {bytes} bytes", target.display());
    Ok(ExitCode::SUCCESS)
}

/// Prints what is kept of a room.
pub(crate) fn export(data: &Path, room: &RoomName, format: Format) -> Result<ExitCode, String> {
    let mut out = BufWriter::new(io::stdout().lock());
    let exported = sqlite::export(data, room, format, &mut out);
    let written = exported.and_then(|_| out.flush().map_err(|error| VisitError::Output(error).into()));
    match written {
        Err(ExportError::History(error)) => unless_unread(error).map(|()| ExitCode::SUCCESS),
        other => other.map(|()| ExitCode::SUCCESS).map_err(|error| error.to_string()),
    }
}

/// Prints what is wrong with what is kept.
pub(crate) fn check(data: &Path) -> Result<ExitCode, String> {
    match sqlite::check(data, &mut io::stdout().lock()) {
        Ok(Health::Whole) => Ok(ExitCode::SUCCESS),
        Ok(Health::Damaged) => Ok(ExitCode::FAILURE),
        Err(error) => Err(error.to_string()),
    }
}

/// Whoever reads only the beginning has had enough, as `head` has.
fn unless_unread(error: VisitError) -> Result<(), String> {
    match error {
        VisitError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Err(other.to_string()),
    }
}
