//! A client's end of TLS that takes any certificate and says which it was.

use chat_proto::Fingerprint;
use chat_proto::login::TLS_EXPORTER_LABEL;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CipherSuite, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::io;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Peer, Stream};

/// Shakes hands as a client that was never here.
pub async fn shake_hands<S: Stream>(stream: S) -> io::Result<TlsStream<S>> {
    shake_hands_with(&Arc::new(client_config()), stream).await
}

/// Shakes hands as a client that was here before, if it has that from an earlier handshake.
pub async fn shake_hands_with<S: Stream>(config: &Arc<ClientConfig>, stream: S) -> io::Result<TlsStream<S>> {
    let name = ServerName::try_from("chat.example.org").unwrap();
    TlsConnector::from(Arc::clone(config)).connect(name, stream).await
}

/// A peer inside TLS, and the key of the server that it found.
pub async fn encrypted(stream: impl Stream + 'static) -> (Peer, Fingerprint) {
    peer_within(shake_hands(stream).await.unwrap())
}

/// The same where the handshake is over.
pub fn peer_within(stream: TlsStream<impl Stream + 'static>) -> (Peer, Fingerprint) {
    let (_, connection) = stream.get_ref();
    let binding = connection.export_keying_material([0; 32], TLS_EXPORTER_LABEL, None).unwrap();
    let certificate = &connection.peer_certificates().unwrap()[0];
    let key = ParsedCertificate::try_from(certificate).unwrap().subject_public_key_info();
    let fingerprint = Fingerprint::of(&key);
    (Peer { binding, ..Peer::new(stream) }, fingerprint)
}

pub fn client_config() -> ClientConfig {
    configured(ring::default_provider())
}

/// Of somebody who knows these suites alone, and likes the first best.
pub fn client_config_knowing(suites: &[CipherSuite]) -> ClientConfig {
    let known = ring::default_provider().cipher_suites;
    let suite = |name: &CipherSuite| *known.iter().find(|suite| suite.suite() == *name).unwrap();
    configured(CryptoProvider { cipher_suites: suites.iter().map(suite).collect(), ..ring::default_provider() })
}

fn configured(provider: CryptoProvider) -> ClientConfig {
    let provider = Arc::new(provider);
    ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        .with_no_client_auth()
}

/// Whoever proves the key of the certificate will do.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("this is not TLS 1.3".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
