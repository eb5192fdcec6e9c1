//! Somebody in between, who passes on what both say: the login is worth nothing there (A16).

use crate::Person;
use crate::server::{Identity, Server};
use chat_proto::Code;
use chat_server::{Config, Server as ChatServer, System};
use chat_tui::link::{LinkEvent, Trust};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Speaks TLS with whoever calls, under a key of its own, and passes on what is inside to `server`, as it is.
async fn relay_to(server: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("localhost:{}", listener.local_addr().unwrap().port());
    let config = Arc::new(Identity::self_made().config());
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (acceptor, server) = (TlsAcceptor::from(Arc::clone(&config)), server.clone());
            tokio::spawn(async move {
                let mut near = acceptor.accept(tcp).await.unwrap();
                let mut far = TcpStream::connect(server).await.unwrap();
                drop(tokio::io::copy_bidirectional(&mut near, &mut far).await);
            });
        }
    });
    address
}

#[tokio::test]
async fn a_login_that_somebody_in_between_passes_on_proves_nothing_to_the_real_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let real = listener.local_addr().unwrap().to_string();
    let stop = CancellationToken::new();
    let served = stop.clone();
    tokio::spawn(async move { ChatServer::new(Config::default(), System, served).serve(listener).await });
    let person = Person::new();
    // Plain, the same server lets the same person in.
    let direct = person.dial_with(&real, None, chat_tui::link::Encryption::ByAddress).event().await;
    assert!(matches!(direct, LinkEvent::Up { .. }), "{direct:?}");

    let mut line = person.dial(&relay_to(real).await);

    let LinkEvent::LoginRefused { sentence, .. } = line.event().await else { panic!("somebody in between got in") };
    assert!(!sentence.is_empty(), "{:?}", Code::AUTH_FAILED.name());
    stop.cancel();
}

#[tokio::test]
async fn the_login_is_bound_to_the_connection_it_is_made_on() {
    // The test's server accepts a signature for its own end of the connection only.
    let server = Server::open(Identity::self_made()).await;

    assert_eq!(Person::new().dial(&server.address).trust().await, Trust::FirstContact);
}
