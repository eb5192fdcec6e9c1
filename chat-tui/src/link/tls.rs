//! TLS, as the link uses it: version 1.3 alone, nothing sent early. With [`stream`], the one place that names rustls.
//!
//! Whether to trust whoever answers is decided elsewhere, after the handshake and before anything is said: here it is
//! proved that they hold the key they show, and found out what the certificate roots say about it. Whoever resumes a
//! session knows its secret, and that was agreed upon with who held the key; certificate and roots are asked each time.

mod stream;

pub(super) use stream::Stream;

use super::trust::Verdict;
use chat_proto::Fingerprint;
use chat_proto::login::{Binding, TLS_EXPORTER_LABEL};
use chat_proto::text::visible_line;
use chrono::DateTime;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, IpAddr, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::version::TLS13;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, PeerIncompatible, RootCertStore,
    SignatureScheme,
};
use std::io::{self, ErrorKind};
use std::sync::{Arc, OnceLock};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Whose sessions are kept.
const SERVERS: usize = 1;

/// Who vouches for servers.
#[derive(Debug, Clone)]
pub enum Roots {
    /// Whoever this system trusts; nobody, where it names nobody.
    OfThisSystem,
    /// These alone.
    These(Arc<RootCertStore>),
}

impl Roots {
    /// These certificates alone, each in DER; those that are none are left out.
    pub fn these(certificates: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self::These(Arc::new(store(certificates.into_iter().map(CertificateDer::from))))
    }

    async fn load(&self) -> Arc<RootCertStore> {
        match self {
            Self::These(store) => Arc::clone(store),
            // Where reading them fails altogether, nobody vouches.
            Self::OfThisSystem => {
                let read = tokio::task::spawn_blocking(of_this_system).await;
                read.unwrap_or_else(|_| Arc::new(RootCertStore::empty()))
            }
        }
    }
}

/// Hundreds of files: read once, when they are first needed.
fn of_this_system() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    // A root that cannot be read vouches for nobody, and the others do.
    let read = || Arc::new(store(rustls_native_certs::load_native_certs().certs));
    Arc::clone(ROOTS.get_or_init(read))
}

fn store<'a>(certificates: impl IntoIterator<Item = CertificateDer<'a>>) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(certificates);
    store
}

/// Why there was no handshake.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// What answers is something else.
    NotTls,
    /// It knows TLS, and has none for us: a chat server that was started without.
    Declined,
    /// It speaks older versions only.
    TooOld,
    /// It is full, or has had too much from this address.
    Busy,
    /// It hung up.
    Ended,
    /// Anything else; how, without a full stop.
    Broken(String),
}

/// A connection that nobody else can read or change, with somebody of whom only the key is known.
#[derive(Debug)]
pub(crate) struct Secured {
    pub(crate) stream: Stream,
    pub(crate) binding: Binding,
    pub(crate) key: Fingerprint,
    pub(crate) verdict: Verdict,
}

/// A client's end of TLS. Clones share the sessions that can be resumed.
#[derive(Debug, Clone)]
pub struct Tls {
    roots: Roots,
    config: Arc<ClientConfig>,
}

impl Tls {
    /// For one server, which was never met; `roots` vouch for it, or nobody does.
    pub fn believing(roots: Roots) -> Self {
        Self { roots, config: Arc::new(config()) }
    }

    /// Shakes hands with whoever is at the other end of `tcp`, which `host` (a name or an address) led to.
    pub(crate) async fn secure(&self, tcp: TcpStream, host: &str) -> Result<Secured, Failure> {
        let roots = self.roots.load().await;
        let name = ServerName::try_from(host.to_owned()).ok();
        let called = called(name.as_ref(), &tcp).map_err(|error| failure(&error))?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let stream = connector.connect(called, tcp).await.map_err(|error| failure(&error))?;
        let (_, connection) = stream.get_ref();
        // Of a resumed session, those of its beginning.
        let chain = connection.peer_certificates().unwrap_or_default();
        let (key, verdict) = judge(chain, name.as_ref(), &roots).map_err(|error| rustls_failure(&error))?;
        let binding = connection
            .export_keying_material(Binding::default(), TLS_EXPORTER_LABEL, None)
            .map_err(|error| rustls_failure(&error))?;
        Ok(Secured { stream: Stream::Tls(Box::new(stream)), binding, key, verdict })
    }
}

/// Whom the handshake asks for: a host that no certificate can name, by its address.
fn called(name: Option<&ServerName<'static>>, tcp: &TcpStream) -> io::Result<ServerName<'static>> {
    match name {
        Some(name) => Ok(name.clone()),
        None => Ok(ServerName::IpAddress(IpAddr::from(tcp.peer_addr()?.ip()))),
    }
}

fn config() -> ClientConfig {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(Possession { algorithms: provider.signature_verification_algorithms });
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13]);
    let config = config.expect("the provider has suites of TLS 1.3").dangerous();
    let mut config = config.with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(SERVERS);
    config
}

/// Checks that the server holds the key that it shows. Whose key that may be is judged after the handshake, when
/// nothing was said yet: to be told that a key changed is worth more than that a handshake failed.
#[derive(Debug)]
struct Possession {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Possession {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The key in a certificate, and what the roots say about it. They vouch for names: where there is none to vouch for, a
/// certificate for the address proves nothing, because whoever answers for names chose the address.
fn judge(
    chain: &[CertificateDer<'_>],
    name: Option<&ServerName<'_>>,
    roots: &RootCertStore,
) -> Result<(Fingerprint, Verdict), Error> {
    let (leaf, others) = chain.split_first().ok_or(Error::NoCertificatesPresented)?;
    let leaf = ParsedCertificate::try_from(leaf)?;
    let key = Fingerprint::of(&leaf.subject_public_key_info());
    let Some(name) = name else { return Ok((key, Verdict::Unvouched)) };
    let algorithms = provider_algorithms();
    let verified = verify_server_cert_signed_by_trust_anchor(&leaf, roots, others, UnixTime::now(), algorithms.all)
        .and_then(|()| verify_server_name(&leaf, name));
    Ok((key, verified.map_or_else(|error| verdict(&error), |()| Verdict::Holds)))
}

fn provider_algorithms() -> WebPkiSupportedAlgorithms {
    let CryptoProvider { signature_verification_algorithms, .. } = ring::default_provider();
    signature_verification_algorithms
}

/// What webpki found. It looks at dates before it looks for whoever signed, so a certificate that a server made for
/// itself can have run out too.
fn verdict(error: &Error) -> Verdict {
    let Error::InvalidCertificate(error) = error else { return Verdict::Bad(error.to_string()) };
    match error {
        CertificateError::UnknownIssuer => Verdict::Unvouched,
        CertificateError::Other(other) if is_self_signed(&other.to_string()) => Verdict::Unvouched,
        CertificateError::ExpiredContext { not_after, .. } => {
            Verdict::Bad(format!("it ran out on {}", day(*not_after)))
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            Verdict::Bad(format!("it is not valid before {}; is this machine's clock right?", day(*not_before)))
        }
        CertificateError::NotValidForNameContext { presented, .. } => Verdict::Bad(for_others(presented)),
        CertificateError::Revoked => Verdict::Bad("whoever made it has revoked it".into()),
        CertificateError::BadSignature => Verdict::Bad("its signature is wrong".into()),
        CertificateError::InvalidPurposeContext { .. } => Verdict::Bad("it is not made for servers".into()),
        other => Verdict::Bad(other.to_string()),
    }
}

/// `openssl req -x509` makes a certificate of an authority, and webpki says so before it looks for who signed it.
fn is_self_signed(error: &str) -> bool {
    error == "CaUsedAsEndEntity"
}

fn for_others(presented: &[String]) -> String {
    const SHOWN: usize = 3;
    match presented {
        [] => "it is for no host at all".to_owned(),
        names => {
            format!("it is for {}", names.iter().take(SHOWN).map(|name| bare(name)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A name that webpki writes as `DnsName("a.example")`. Whoever made the certificate chose it, and it ends on a
/// terminal.
fn bare(name: &str) -> String {
    const CHARACTERS: usize = 64;
    let inside = match (name.find('('), name.rfind(')')) {
        (Some(start), Some(end)) if start < end => name[start + 1..end].trim_matches('"'),
        _ => name,
    };
    visible_line(inside.as_bytes()).chars().take(CHARACTERS).collect()
}

fn day(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().format("%Y-%m-%d").to_string()
}

fn failure(error: &io::Error) -> Failure {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(error) => rustls_failure(error),
        None => match error.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Failure::Ended,
            _ => Failure::Broken(error.to_string()),
        },
    }
}

fn rustls_failure(error: &Error) -> Failure {
    match error {
        Error::InvalidMessage(_) => Failure::NotTls,
        Error::AlertReceived(AlertDescription::HandshakeFailure) => Failure::Declined,
        // A chat server that is full says the one or the other before it spends anything on a handshake.
        Error::AlertReceived(AlertDescription::AccessDenied | AlertDescription::InternalError) => Failure::Busy,
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled,
        ) => Failure::TooOld,
        Error::InvalidCertificate(CertificateError::BadSignature) => {
            Failure::Broken("it does not hold the key that it shows".into())
        }
        error => Failure::Broken(error.to_string()),
    }
}
