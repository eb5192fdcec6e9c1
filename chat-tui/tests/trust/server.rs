//! Servers that show the certificates a test wants, and hear what is said to them.

use bytes::{Bytes, BytesMut};
use chat_proto::codec::{FrameCodec, Payload, to_bytes};
use chat_proto::frame::{
    Accepted, Challenge, ClientFrame, Door, Durability, Frame, Hello, Joined, Label, Limits, Lock, Role, RoomState,
    ServerFrame, Welcome,
};
use chat_proto::login::{self, Binding};
use chat_proto::wire::Capped;
use chat_proto::{Code, Fingerprint, PersonId, Refused, RoomId, Seq, UnixMillis};
use chat_tui::link::Roots;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PublicKeyData};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::TLS13;
use rustls::{HandshakeKind, ServerConfig};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::codec::Decoder;

pub(crate) const ROOM: RoomId = RoomId([7; 16]);

/// Somebody who makes certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Vec<u8>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::called("an authority")
    }

    /// Whoever has the name of another is not the other.
    pub(crate) fn called(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().to_vec();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// The roots of a system that believes this authority alone.
    pub(crate) fn roots(&self) -> Roots {
        Roots::these([self.certificate.clone()])
    }

    /// A certificate for `localhost`, changed by `adjust`.
    pub(crate) fn certify(&self, adjust: impl FnOnce(&mut CertificateParams)) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params(adjust).signed_by(&key, &self.issuer).unwrap().der().clone();
        Identity::new(certificate, &key)
    }
}

fn params(adjust: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    adjust(&mut params);
    params
}

/// A certificate and its key.
#[derive(Clone)]
pub(crate) struct Identity {
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
    pub(crate) fingerprint: Fingerprint,
}

impl Identity {
    fn new(certificate: CertificateDer<'static>, key: &KeyPair) -> Self {
        let fingerprint = Fingerprint::of(&key.subject_public_key_info());
        Self { certificate, key: key.serialize_der(), fingerprint }
    }

    /// As a server makes it for itself.
    pub(crate) fn self_made() -> Self {
        Self::self_made_with(|_| {})
    }

    pub(crate) fn self_made_with(adjust: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        Self::new(params(adjust).self_signed(&key).unwrap().der().clone(), &key)
    }

    /// Shows the certificate of `shown`, whose key it does not hold.
    pub(crate) fn posing_as(&self, shown: &Self) -> Self {
        Self { certificate: shown.certificate.clone(), ..self.clone() }
    }

    pub(crate) fn config(&self) -> ServerConfig {
        let provider = Arc::new(ring::default_provider());
        let key = provider.key_provider.load_private_key(PrivateKeyDer::Pkcs8(self.key.clone().into())).unwrap();
        let certified = CertifiedKey::new(vec![self.certificate.clone()], key);
        let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13]).unwrap();
        let mut config = config.with_no_client_auth().with_cert_resolver(Arc::new(Always(Arc::new(certified))));
        // A server that would resume a session, and hear it early.
        config.max_early_data_size = 16 * 1024;
        config
    }
}

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A chat server, as far as a login, a room and a post need one.
pub(crate) struct Server {
    pub(crate) address: String,
    config: Arc<Mutex<Arc<ServerConfig>>>,
    notes: Arc<Notes>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Notes {
    /// What was said within TLS.
    heard: Mutex<Vec<u8>>,
    handshakes: Mutex<Vec<HandshakeKind>>,
    /// Connections on which something may be said before the handshake is over.
    early: AtomicUsize,
    failed: AtomicUsize,
    hung_up: tokio::sync::Notify,
    cut: tokio::sync::Notify,
}

impl Server {
    pub(crate) async fn open(identity: Identity) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("localhost:{}", listener.local_addr().unwrap().port());
        let (config, notes) = (Arc::new(Mutex::new(Arc::new(identity.config()))), Arc::<Notes>::default());
        let (current, book) = (Arc::clone(&config), Arc::clone(&notes));
        let task = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let config = Arc::clone(&current.lock().unwrap());
                tokio::spawn(serve(tcp, config, Arc::clone(&book)));
            }
        });
        Self { address, config, notes, task }
    }

    /// From the next connection on, it is somebody else.
    pub(crate) fn become_another(&self, identity: &Identity) {
        *self.config.lock().unwrap() = Arc::new(identity.config());
    }

    /// Cuts the connections there are.
    pub(crate) fn cut(&self) {
        self.notes.cut.notify_waiters();
    }

    /// What was said to it within TLS by a client that hung up, or failed to shake hands.
    pub(crate) async fn heard_until_hung_up(&self) -> Vec<u8> {
        tokio::time::timeout(crate::SOON, self.notes.hung_up.notified()).await.expect("the client hangs up");
        self.heard()
    }

    pub(crate) fn heard(&self) -> Vec<u8> {
        self.notes.heard.lock().unwrap().clone()
    }

    pub(crate) fn failed_handshakes(&self) -> usize {
        self.notes.failed.load(Ordering::Relaxed)
    }

    pub(crate) fn early(&self) -> usize {
        self.notes.early.load(Ordering::Relaxed)
    }

    pub(crate) fn handshakes(&self) -> Vec<HandshakeKind> {
        self.notes.handshakes.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(tcp: TcpStream, config: Arc<ServerConfig>, notes: Arc<Notes>) {
    if let Ok(mut stream) = TlsAcceptor::from(config).accept(tcp).await {
        let connection = stream.get_mut().1;
        notes.early.fetch_add(usize::from(connection.early_data().is_some()), Ordering::Relaxed);
        notes.handshakes.lock().unwrap().extend(connection.handshake_kind());
        let binding = connection.export_keying_material(Binding::default(), login::TLS_EXPORTER_LABEL, None).unwrap();
        tokio::select! {
            () = converse(stream, binding, &notes) => {}
            () = notes.cut.notified() => {}
        }
    } else {
        notes.failed.fetch_add(1, Ordering::Relaxed);
    }
    notes.hung_up.notify_one();
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, binding: Binding, notes: &Notes) {
    let mut talk =
        Talk { binding, challenge: Challenge { version: chat_proto::VERSION_MAX, nonce: [9; 32] }, hello: None };
    let (mut inbox, mut codec) = (BytesMut::new(), FrameCodec::new(64 * 1024));
    loop {
        let before = inbox.len();
        if !matches!(stream.read_buf(&mut inbox).await, Ok(1..)) {
            return;
        }
        notes.heard.lock().unwrap().extend_from_slice(&inbox[before..]);
        while let Ok(Some(Payload::Frame(raw))) = codec.decode(&mut inbox) {
            let Ok(Some(frame)) = ClientFrame::decode(raw.kind, raw.body) else { return };
            if let Some(answer) = talk.answer(frame)
                && stream.write_all(&to_bytes(raw.request, &answer)).await.is_err()
            {
                return;
            }
        }
    }
}

struct Talk {
    binding: Binding,
    challenge: Challenge,
    hello: Option<Hello>,
}

impl Talk {
    fn answer(&mut self, frame: ClientFrame) -> Option<ServerFrame> {
        match frame {
            ClientFrame::Hello(hello) => {
                self.hello = Some(hello);
                Some(self.challenge.clone().into())
            }
            ClientFrame::Login(proof) => {
                let hello = self.hello.as_ref()?;
                Some(match login::proves(&proof.signature, &self.challenge, hello, &self.binding) {
                    true => welcome(hello.name.clone()).into(),
                    false => Refused::new(Code::AUTH_FAILED, "the signature does not prove the key").into(),
                })
            }
            ClientFrame::Join(_) => Some(joined().into()),
            ClientFrame::Post(post) => {
                Some(Accepted { id: post.id, seq: Seq(1), durability: Durability::Memory }.into())
            }
            _ => None,
        }
    }
}

fn welcome(name: Bytes) -> Welcome {
    let limits = Limits {
        frame_bytes: 64 * 1024,
        text_bytes: 16 * 1024,
        text_lines: 400,
        topic_bytes: 256,
        name_columns: 24,
        posts_unanswered: 32,
        page_entries: 200,
        rooms: 64,
        heartbeat_ms: 30_000,
        silence_ms: 90_000,
    };
    let (durability, server_time, rooms) = (Durability::Memory, UnixMillis(0), Capped::new([]));
    Welcome { person: PersonId(1), name, limits, durability, server_time, rooms }
}

fn joined() -> Joined {
    let label = Label {
        durability: Durability::Memory,
        keeps_ms: None,
        keeps_entries: Some(10_000),
        keeps_bytes: Some(8 << 20),
        keeps_bytes_of_all: Some(512 << 20),
        waits_ms: 24 * 60 * 60 * 1000,
    };
    let (role, door, lock) = (Role::Member, Door::Open, Lock::Unlocked);
    let (topic, read) = (Bytes::new(), chat_proto::Seq(0));
    let state = RoomState { topic, label, role, door, lock, members: 1, read, direct: None };
    Joined { room: ROOM, code: *b"AB3Z", head: Seq(0), oldest: Seq(1), cursor: Seq(0), state }
}

/// A port where every caller gets these bytes and then the end, whatever they say.
pub(crate) async fn answering(bytes: &'static [u8]) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("localhost:{}", listener.local_addr().unwrap().port());
    let task = tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            let mut greeting = [0; 1];
            if tcp.read_exact(&mut greeting).await.is_ok() && tcp.write_all(bytes).await.is_ok() {
                drop(tcp.shutdown().await);
                // What was not read yet would turn the end into a reset.
                drop(tokio::io::copy(&mut tcp, &mut tokio::io::sink()).await);
            }
        }
    });
    (address, task)
}
