//! A link that comes back: what it resumes, and that whoever answers is judged as at the first time.

use crate::server::{Authority, Identity, Server};
use crate::{Line, Person};
use chat_proto::Fingerprint;
use chat_tui::known_servers::Voucher;
use chat_tui::link::{LinkEvent, Security, Trouble, Trust, Why};
use rustls::HandshakeKind::{Full, Resumed};

/// Cuts the connection, and waits until both ends have noticed. What was said until then.
async fn cut(server: &Server, line: &mut Line) -> Vec<u8> {
    server.cut();
    let heard = server.heard_until_hung_up().await;
    assert!(matches!(line.trouble().await, Trouble::Lost(_)));
    heard
}

/// The test's server takes no login that was signed for another connection.
#[tokio::test]
async fn a_link_that_comes_back_resumes_with_the_key_that_it_met() {
    let identity = Identity::self_made();
    let (server, person) = (Server::open(identity.clone()).await, Person::new());
    let (key, mut line) = (identity.fingerprint, person.dial(&server.address));
    assert_eq!(line.security().await, Security::Tls { key, trust: Trust::FirstContact });

    for _ in 0..3 {
        cut(&server, &mut line).await;
        assert_eq!(line.security().await, Security::Tls { key, trust: Trust::Known });
    }

    assert_eq!(server.handshakes(), [Full, Resumed, Resumed, Resumed]);
}

/// A41: this server would hear it.
#[tokio::test]
async fn nothing_is_said_early() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    let mut line = person.dial(&server.address);
    line.trust().await;

    cut(&server, &mut line).await;
    line.trust().await;

    assert_eq!((server.handshakes(), server.early()), (vec![Full, Resumed], 0));
}

#[tokio::test]
async fn another_link_knows_nothing_of_sessions_before() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    for _ in 0..3 {
        person.dial(&server.address).trust().await;
    }

    assert_eq!(server.handshakes(), [Full; 3]);
}

/// A41
#[tokio::test]
async fn what_is_known_by_now_counts_for_a_session_that_is_resumed() {
    let identity = Identity::self_made();
    let (server, person) = (Server::open(identity.clone()).await, Person::new());
    let mut line = person.dial(&server.address);
    line.trust().await;
    let known = Fingerprint::of(b"what it was changed to meanwhile");
    person.learn(&server.address, Voucher::Key(known));

    let heard = cut(&server, &mut line).await;

    let distrust = line.distrust().await;
    assert_eq!((distrust.found, distrust.why), (identity.fingerprint, Why::Changed { known }));
    assert_eq!(server.heard_until_hung_up().await, heard, "nothing was said");
    assert_eq!(server.handshakes(), [Full, Resumed]);
}

#[tokio::test]
async fn the_roots_are_asked_about_a_session_that_is_resumed() {
    let authority = Authority::new();
    let server = Server::open(authority.certify(|_| {})).await;
    let mut line = Person::believing(authority.roots()).dial(&server.address);
    assert_eq!(line.trust().await, Trust::Roots);

    cut(&server, &mut line).await;

    assert_eq!(line.trust().await, Trust::Roots);
    assert_eq!(server.handshakes(), [Full, Resumed]);
}

#[tokio::test]
async fn a_link_that_comes_back_to_another_key_does_not_go_on() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    let mut line = person.dial(&server.address);
    line.trust().await;
    server.become_another(&Identity::self_made());

    let heard = cut(&server, &mut line).await;

    assert!(matches!(line.distrust().await.why, Why::Changed { .. }));
    assert_eq!(server.heard_until_hung_up().await, heard, "nothing was said to the other one");
}

#[tokio::test]
async fn a_link_that_comes_back_to_another_key_does_not_go_on_where_none_can_be_written_down() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    std::fs::create_dir(person.file().with_extension("lock")).unwrap();
    let mut line = person.dial(&server.address);
    assert_eq!(line.trust().await, Trust::FirstContact);
    let greeting = server.heard();
    server.become_another(&Identity::self_made());

    server.cut();

    line.event_where(|event| matches!(event, LinkEvent::Down { .. })).await;
    assert!(matches!(line.distrust().await.why, Why::Changed { .. }));
    assert_eq!(server.heard(), greeting, "nothing was said to the other one");
}
