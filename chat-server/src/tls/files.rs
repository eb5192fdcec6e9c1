//! Where key and certificate are: read, or made once.
//!
//! The key is made first, and the certificate from it; each appears whole or not at all. Whoever loses a race for one
//! takes what the winner made.

use super::TlsError;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Far more than a key or a chain has: a wrong file is not read whole.
const BYTES_MAX: u64 = 1024 * 1024;
/// Stands in the certificate; clients know the server by its key.
const SUBJECT: &str = "chat-server";

/// Two files, and whose they are.
pub(super) struct Files {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    keeper: Keeper,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeper {
    /// The server made them.
    Server,
    /// The operator did.
    Operator,
}

impl Keeper {
    /// The permissions that a key must not have. Operators may let a group in, as Debian does with `ssl-cert`.
    fn forbidden(self) -> u32 {
        match self {
            Self::Server => 0o077,
            Self::Operator => 0o007,
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Server => "put back what was there, or move key and certificate away to begin with new ones",
            Self::Operator => "a certificate chain and a key without a passphrase are needed, in PEM",
        }
    }
}

impl Files {
    /// The operator's.
    pub(super) fn given(certificate: &Path, key: &Path) -> Self {
        Self { certificate: certificate.to_owned(), key: key.to_owned(), keeper: Keeper::Operator }
    }

    /// The server's own, made if there are none.
    pub(super) fn made_in(state: &Path) -> Result<Self, TlsError> {
        let files =
            Self { certificate: state.join("tls-cert.pem"), key: state.join("tls-key.pem"), keeper: Keeper::Server };
        // Looked for before the key is: another server that makes both right now makes the key first.
        let has_certificate = exists(&files.certificate)?;
        match exists(&files.key)? {
            true => {}
            false if has_certificate => return Err(files.key_lost()),
            false => make(&files.key, &new_key())?,
        }
        if !has_certificate {
            make(&files.certificate, &files.new_certificate()?)?;
        }
        Ok(files)
    }

    fn new_certificate(&self) -> Result<String, TlsError> {
        let pem = self.read_key()?;
        let pem = String::from_utf8(pem).map_err(|error| self.damaged(&self.key, &error))?;
        let key = KeyPair::from_pem(&pem).map_err(|error| self.damaged(&self.key, &error))?;
        self_signed(&key).map_err(|error| self.damaged(&self.key, &error))
    }

    /// The certificates, the server's own first; at least one.
    pub(super) fn chain(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let pem = read(&self.certificate, |_| Ok(()))?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        match chain {
            Ok(chain) if chain.is_empty() => Err(self.damaged(&self.certificate, &"there is no certificate in it")),
            Ok(chain) => Ok(chain),
            Err(error) => Err(self.damaged(&self.certificate, &error)),
        }
    }

    /// The key.
    pub(super) fn key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        PrivateKeyDer::from_pem_slice(&self.read_key()?).map_err(|error| self.damaged(&self.key, &error))
    }

    fn read_key(&self) -> Result<Vec<u8>, TlsError> {
        read(&self.key, |mode| match mode & self.keeper.forbidden() {
            0 => Ok(()),
            _ => Err(TlsError::Exposed { path: self.key.clone() }),
        })
    }

    pub(super) fn damaged(&self, path: &Path, reason: &dyn fmt::Display) -> TlsError {
        TlsError::Damaged { path: path.to_owned(), reason: reason.to_string(), remedy: self.keeper.remedy() }
    }

    pub(super) fn mismatch(&self) -> TlsError {
        TlsError::Mismatch { certificate: self.certificate.clone(), key: self.key.clone() }
    }

    fn key_lost(&self) -> TlsError {
        TlsError::KeyLost { certificate: self.certificate.clone(), key: self.key.clone() }
    }
}

fn exists(path: &Path) -> Result<bool, TlsError> {
    path.try_exists().map_err(|source| TlsError::Unreadable { path: path.to_owned(), source })
}

/// Reads a file whose permissions `judge` accepts.
fn read(path: &Path, judge: impl FnOnce(u32) -> Result<(), TlsError>) -> Result<Vec<u8>, TlsError> {
    let unreadable = |source| TlsError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    judge(file.metadata().map_err(unreadable)?.permissions().mode())?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn new_key() -> String {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("the system gives randomness");
    key.serialize_pem()
}

/// Valid until the end of time as certificates know it (RFC 5280, 4.1.2.5): what counts is the key.
fn self_signed(key: &KeyPair) -> Result<String, rcgen::Error> {
    let mut params = CertificateParams::new(vec![SUBJECT.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, SUBJECT);
    params.not_after = rcgen::date_time_ymd(9999, 12, 31);
    params.self_signed(key).map(|certificate| certificate.pem())
}

/// Makes `path` with `text` in it, unless somebody else has just made it.
fn make(path: &Path, text: &str) -> Result<(), TlsError> {
    match appear_whole(path, text) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(TlsError::Unmakeable { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Nobody ever sees half of it. A link, because a rename would replace the key of a server that was faster.
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
    File::open(directory)?.sync_all()
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
