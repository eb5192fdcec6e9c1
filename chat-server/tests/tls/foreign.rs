//! openssl as a peer that shares no code with the server.

use crate::support::{World, key_of};
use crate::world;
use chat_proto::codec::to_bytes;
use chat_proto::frame::Hello;
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use chat_proto::{ClientFrame, Fingerprint, Frame as _, FrameCodec, Payload, ServerFrame};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_util::codec::Decoder;

const PATIENCE: Duration = Duration::from_mins(1);

async fn listening(world: &World) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = world.server.clone();
    tokio::spawn(async move { server.serve(listener).await });
    address
}

fn s_client(address: SocketAddr, version: &str) -> Child {
    Command::new("openssl")
        .args(["s_client", "-quiet", version, "-connect", &address.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

fn hello() -> Vec<u8> {
    let key = key_of("alice").verifying_key().to_bytes();
    let hello = Hello {
        version_min: chat_proto::VERSION_MIN,
        version_max: chat_proto::VERSION_MAX,
        name: "alice".into(),
        key,
        instance: 1,
    };
    to_bytes::<ClientFrame>(1, &hello.into()).to_vec()
}

/// The first frame that `openssl` prints.
async fn first_frame(child: &mut Child) -> ServerFrame {
    let mut codec = FrameCodec::new(FRAME_BYTES_FROM_SERVER);
    let (mut inbox, out) = (bytes::BytesMut::new(), child.stdout.as_mut().unwrap());
    loop {
        if let Some(Payload::Frame(raw)) = codec.decode(&mut inbox).unwrap() {
            return ServerFrame::decode(raw.kind, raw.body).unwrap().unwrap();
        }
        assert!(out.read_buf(&mut inbox).await.unwrap() > 0, "a frame before the end");
    }
}

#[tokio::test]
#[ignore = "needs openssl"]
async fn openssl_completes_a_handshake_and_gets_a_challenge() {
    let (world, _tls, _scratch) = world();
    let address = listening(&world).await;
    let mut openssl = s_client(address, "-tls1_3");
    openssl.stdin.as_mut().unwrap().write_all(&hello()).await.unwrap();

    let answer = timeout(PATIENCE, first_frame(&mut openssl)).await.unwrap();

    assert!(matches!(answer, ServerFrame::Challenge(_)), "{answer:?}");
}

/// A41
#[tokio::test]
#[ignore = "needs openssl"]
async fn a_client_that_knows_only_tls_1_2_is_refused() {
    let (world, _tls, _scratch) = world();
    let address = listening(&world).await;
    let mut openssl = s_client(address, "-tls1_2");
    drop(openssl.stdin.take());

    let output = timeout(PATIENCE, openssl.wait_with_output()).await.unwrap().unwrap();

    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(told.contains("protocol version"), "an alert that says why: {told}");
}

#[tokio::test]
#[ignore = "needs openssl"]
async fn openssl_computes_the_same_fingerprint() {
    let (_world, tls, scratch) = world();
    let certificate = scratch.path().join("tls-cert.pem");

    let key = public_key(&certificate).await;

    assert_eq!(Fingerprint::of(&key), tls.fingerprint());
}

/// The `SubjectPublicKeyInfo` in a certificate.
async fn public_key(certificate: &Path) -> Vec<u8> {
    let pem =
        Command::new("openssl").args(["x509", "-noout", "-pubkey", "-in"]).arg(certificate).output().await.unwrap();
    let mut to_der = Command::new("openssl")
        .args(["pkey", "-pubin", "-outform", "der"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    to_der.stdin.take().unwrap().write_all(&pem.stdout).await.unwrap();
    timeout(PATIENCE, to_der.wait_with_output()).await.unwrap().unwrap().stdout
}
