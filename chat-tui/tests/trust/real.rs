//! The same with the real server: its own certificate, its own check of the login.

use crate::server::{Identity, ROOM};
use crate::speaking::dripping;
use crate::{Line, Person, SOON};
use chat_proto::frame::Door;
use chat_proto::frame::Keep;
use chat_proto::{EntryBody, Fingerprint, Invite, PostId, UnixMillis};
use chat_server::tls::Tls;
use chat_server::{Config, Server, System};
use chat_tui::host::{Hosting, host};
use chat_tui::link::{Call, Command, DialError, Dialer, Encryption, LinkEvent, Mark, OutboxItem, Security, Tcp, Trust};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// A server on a port of its own, whose key lives in a person's home.
struct Real {
    address: String,
    key: Fingerprint,
    stop: CancellationToken,
    _home: Person,
}

impl Real {
    async fn open() -> Self {
        let home = Person::new();
        let tls = Tls::load_or_make(&home.home.join("server")).unwrap();
        let (key, stop) = (tls.fingerprint(), CancellationToken::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("localhost:{}", listener.local_addr().unwrap().port());
        let server = Server::new(Config::default(), System, stop.clone()).with_tls(tls);
        tokio::spawn(async move { server.serve(listener).await });
        Self { address, key, stop, _home: home }
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Opens a room and says something in it.
async fn talk(line: &mut Line) {
    line.ask(Command::Create(Door::Open, Keep::Default)).await;
    let LinkEvent::Joined { joined, .. } = line.event_where(|event| matches!(event, LinkEvent::Joined { .. })).await
    else {
        unreachable!()
    };
    assert_ne!(joined.room, ROOM);
    let body = EntryBody::Message("x".repeat(16 * 1024).into());
    let id = PostId { instance: 5, n: 1 };
    line.ask(Command::Post(OutboxItem { room: joined.room, id, body, written: UnixMillis(0) })).await;
    line.event_where(|event| matches!(event, LinkEvent::Marked { mark: Mark::Accepted { .. }, .. })).await;
}

#[tokio::test]
async fn a_first_contact_shows_the_key_that_the_server_prints_and_everything_works() {
    let (real, person) = (Real::open().await, Person::new());
    let mut line = person.dial(&real.address);

    assert_eq!(line.security().await, Security::Tls { key: real.key, trust: Trust::FirstContact });
    talk(&mut line).await;
    drop(line);
    assert_eq!(person.dial(&real.address).trust().await, Trust::Known);
}

#[tokio::test]
async fn one_byte_at_a_time_in_both_directions_works_only_slower() {
    let real = Real::open().await;
    let mut line = Person::new().dial(&dripping(real.address.clone()).await);

    assert_eq!(line.trust().await, Trust::FirstContact);
    talk(&mut line).await;
}

#[tokio::test]
async fn on_its_own_machine_it_speaks_plain() {
    let real = Real::open().await;

    let mut line = Person::new().dial_with(&real.address, None, Encryption::ByAddress);

    assert_eq!(line.security().await, Security::Plain);
}

/// Whoever calls speaks TLS with this one, and this one with the server, under the caller's name.
async fn relay_to(server: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("localhost:{}", listener.local_addr().unwrap().port());
    let acceptor = TlsAcceptor::from(Arc::new(Identity::self_made().config()));
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let mut near = acceptor.accept(tcp).await.unwrap();
            let Call { stream: mut far, .. } = secure(&server).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    address
}

async fn secure(server: &str) -> Result<Call<<Tcp as Dialer>::Stream>, DialError> {
    let person = Person::new();
    let encryption = Encryption::Always;
    let tcp = Tcp { server: server.into(), key: None, encryption, tls: person.tls(), known: person.servers() };
    tcp.dial().await
}

#[tokio::test]
async fn a_login_that_somebody_in_between_passes_on_from_one_tls_to_another_proves_nothing() {
    let real = Real::open().await;
    let mut line = Person::new().dial(&relay_to(real.address.clone()).await);

    assert!(matches!(line.event().await, LinkEvent::LoginRefused { .. }), "somebody in between got in");
}

#[tokio::test]
async fn whoever_pastes_the_invite_of_a_host_reaches_it_and_knows_it() {
    let (home, person) = (Person::new(), Person::new());
    let port = TcpListener::bind("0.0.0.0:0").await.unwrap().local_addr().unwrap().port();
    let address = format!("localhost:{port}");
    let Hosting::Here(hosted) = host(&address, &home.home).await.unwrap() else { panic!("not hosted") };
    let Invite { server, key, .. } = hosted.invite().clone();
    // The host itself, as on any machine.
    let mut own = person.dial_with(&address, None, Encryption::ByAddress);
    assert_eq!(own.security().await, Security::Plain);

    // On a machine without a network, its name leads nowhere else.
    let reached = TcpStream::connect(&server).await.is_ok();
    let server = if reached { server } else { address };
    let mut line = person.dial_invited(&server, key.unwrap());

    assert_eq!(line.security().await, Security::Tls { key: key.unwrap(), trust: Trust::Invited });
    hosted.close(SOON).await;
}
