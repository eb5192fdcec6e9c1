//! TLS: the server's key and certificate, and what a handshake needs of them.
//!
//! Only version 1.3, no early data, no client certificates. Whoever comes back resumes what they had, with a ticket
//! that nobody but this server can read, and as long as the certificate was not read again. `transport` carries it out;
//! nothing else names rustls.

mod files;

use chat_proto::Fingerprint;
use files::Files;
use rustls::crypto::ring::cipher_suite::{
    TLS13_AES_128_GCM_SHA256, TLS13_AES_256_GCM_SHA384, TLS13_CHACHA20_POLY1305_SHA256,
};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::server::{NoServerSessionStorage, ParsedCertificate, ServerConfig};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// One is spent on each attempt to come back, also on one that fails.
const TICKETS: usize = 2;

/// Why there is no TLS. Each is a sentence for the operator: what is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be made.
    #[error("cannot make {}: {source}; --state DIR keeps the key elsewhere", path.display())]
    Unmakeable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others can read the key.
    #[error("others can read the key {0}; anybody with it can pose as this server. Close it: chmod 600 {0}", path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
    },
    /// A file is there and holds nothing that can be used.
    #[error("cannot use {}: {reason}; {remedy}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The certificate is there, and its key is not.
    #[error(
        "{} is gone, and {} is there: put the key back, or move the certificate away to begin with a new key",
        key.display(), certificate.display()
    )]
    KeyLost {
        /// What is there.
        certificate: PathBuf,
        /// What is not.
        key: PathBuf,
    },
    /// They do not belong together.
    #[error("the certificate {} is not for the key {}", certificate.display(), key.display())]
    Mismatch {
        /// One.
        certificate: PathBuf,
        /// The other.
        key: PathBuf,
    },
}

/// A server's key and certificate. Clones share them, and what [`Tls::reload`] makes of them.
#[derive(Clone)]
pub struct Tls {
    files: Arc<Files>,
    current: Arc<RwLock<Current>>,
}

/// What new connections are served with.
#[derive(Clone)]
struct Current {
    config: Arc<ServerConfig>,
    fingerprint: Fingerprint,
}

impl Tls {
    /// The key and the self-signed certificate in `state`, `tls-key.pem` and `tls-cert.pem`; made if there are none.
    ///
    /// Safe against a second server that starts at the same moment: both get the same key.
    ///
    /// # Errors
    /// [`TlsError`]. What is there and cannot be used is never replaced.
    pub fn load_or_make(state: &Path) -> Result<Self, TlsError> {
        Self::of(Files::made_in(state)?)
    }

    /// A certificate chain in PEM, the server's own first, and its key.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        Self::of(Files::given(certificate, key))
    }

    fn of(files: Files) -> Result<Self, TlsError> {
        let current = Arc::new(RwLock::new(Current::read(&files)?));
        Ok(Self { files: Arc::new(files), current })
    }

    /// Reads the same files again and serves new connections with them; the ones that are there go on.
    ///
    /// # Errors
    /// [`TlsError`]; then everything stays as it was.
    pub fn reload(&self) -> Result<(), TlsError> {
        let read = Current::read(&self.files)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// SHA-256 of the certificate's `SubjectPublicKeyInfo`, by which clients know the server.
    pub fn fingerprint(&self) -> Fingerprint {
        self.current().fingerprint
    }

    /// Where key and certificate are kept.
    pub fn directory(&self) -> &Path {
        self.files.key.parent().unwrap_or(Path::new(""))
    }

    /// What the next handshake is made with.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.current().config
    }

    fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.fingerprint()).finish()
    }
}

impl Current {
    fn read(files: &Files) -> Result<Self, TlsError> {
        let (chain, key) = (files.chain()?, files.key()?);
        let damaged = |error: rustls::Error| files.damaged(&files.certificate, &error);
        let fingerprint = fingerprint(&chain[0]).map_err(damaged)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("ring has what TLS 1.3 needs")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => files.mismatch(),
                error => files.damaged(&files.key, &error),
            })?;
        config.ignore_client_order = true;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        // Keys of its own for each certificate, so that one that was replaced is never resumed.
        config.ticketer = ring::Ticketer::new().expect("the system gives randomness");
        config.send_tls13_tickets = TICKETS;
        Ok(Self { config: Arc::new(config), fingerprint })
    }
}

/// The first of these that a client knows is taken. The key exchange is as strong as a cipher of 128 bits, so a longer
/// key would protect nothing; and processors have instructions for SHA-256, with which handshakes are made.
fn provider() -> CryptoProvider {
    let cipher_suites = vec![TLS13_AES_128_GCM_SHA256, TLS13_AES_256_GCM_SHA384, TLS13_CHACHA20_POLY1305_SHA256];
    CryptoProvider { cipher_suites, ..ring::default_provider() }
}

fn fingerprint(certificate: &CertificateDer<'_>) -> Result<Fingerprint, rustls::Error> {
    let public_key = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
    Ok(Fingerprint::of(&public_key))
}
