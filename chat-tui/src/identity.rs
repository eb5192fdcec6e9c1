//! The key that makes a name a person: made on first start, kept where only its owner can read it.
//!
//! ```text
//! chat identity 1
//! 64 hexadecimal digits: the secret ed25519 key
//! ```

use ed25519_dalek::SigningKey;
use rand::RngExt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const HEADER: &str = "chat identity 1";
/// Far more than an identity has: a wrong file is not read whole.
const BYTES_MAX: u64 = 4_096;

/// Why there is no identity. Each names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error(transparent)]
    Homeless(#[from] crate::place::Homeless),
    #[error("cannot read the identity {path}: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error("cannot make the identity {path}: {source}")]
    Unmakeable { path: String, source: io::Error },
    #[error("{path} is not an identity of this program; name another file with --identity, or move it away")]
    NoIdentity { path: String },
    #[error("others can read your identity {path}; anybody with it is you. Close it: chmod 600 {path}")]
    Open { path: String },
}

/// Where the identity is if `--identity` does not say.
pub fn default_path() -> Result<PathBuf, IdentityError> {
    Ok(crate::place::data()?.join("identity"))
}

/// The identity in `path`, or in the usual place; made if there is none.
///
/// Safe against a second program that starts at the same moment: both get the same key.
pub fn load_or_make(path: Option<&Path>) -> Result<SigningKey, IdentityError> {
    let path = match path {
        Some(path) => path.to_owned(),
        None => default_path()?,
    };
    match read(&path) {
        Err(IdentityError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => make(&path),
        read => read,
    }
}

fn read(path: &Path) -> Result<SigningKey, IdentityError> {
    let unreadable = |source| IdentityError::Unreadable { path: shown(path), source };
    let file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    let mut text = Vec::new();
    file.take(BYTES_MAX).read_to_end(&mut text).map_err(unreadable)?;
    let key = parse(&text).ok_or_else(|| IdentityError::NoIdentity { path: shown(path) })?;
    match mode & 0o077 {
        0 => Ok(key),
        _ => Err(IdentityError::Open { path: shown(path) }),
    }
}

fn make(path: &Path) -> Result<SigningKey, IdentityError> {
    let unmakeable = |source| IdentityError::Unmakeable { path: shown(path), source };
    let secret: [u8; 32] = rand::rng().random();
    match appear_whole(path, &to_text(&secret)) {
        Ok(()) => Ok(SigningKey::from_bytes(&secret)),
        // Somebody was faster: their key is the identity.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(unmakeable(error)),
    }
}

/// Makes `path` with `text` in it, or fails if it is there: nobody ever sees half of it, and it outlives a power loss,
/// as a name is claimed with it at once. A link, because a rename would replace the key of a program that was faster.
fn appear_whole(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{:016x}", rand::random::<u64>()));
    let temporary = PathBuf::from(temporary);
    let made = write_new(&temporary, text).and_then(|()| std::fs::hard_link(&temporary, path));
    // Left over, it would be a copy of the key; it is as closed as the key itself.
    drop(std::fs::remove_file(&temporary));
    made?;
    // Not every file system knows how.
    drop(File::open(directory).and_then(|directory| directory.sync_all()));
    Ok(())
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn to_text(secret: &[u8; 32]) -> String {
    let (high, low) = secret.split_at(16);
    let half = |bytes: &[u8]| bytes.iter().fold(0u128, |number, byte| number << 8 | u128::from(*byte));
    format!("{HEADER}\n{:032x}{:032x}\n", half(high), half(low))
}

fn parse(text: &[u8]) -> Option<SigningKey> {
    let text = std::str::from_utf8(text).ok()?;
    let digits = text.strip_prefix(HEADER)?.trim_ascii();
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let mut secret = [0; 32];
    for (byte, pair) in secret.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(SigningKey::from_bytes(&secret))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
