//! F6: the disk takes half a second for everything.

use crate::speaker::{Fate, Speaker};
use crate::support::expect_joined;
use crate::support::line::Line;
use crate::support::scratch::Scratch;
use crate::{healthy, join, tampered};
use chat_proto::frame::Ping;
use std::time::Duration;
use tokio::time::timeout;

const TURNS: usize = 5;
/// A machine with much else to do may take half a second for a page, too.
const TURNS_IN_TIME: usize = 3;

#[tokio::test]
#[ignore = "needs strace"]
async fn while_the_disk_takes_its_time_pages_are_read_and_only_acknowledgements_wait() {
    let home = Scratch::new();
    let server = healthy(home.path()).await;
    let mut alice = Speaker::new(server.port, "alice", 77).await;
    let mut bob = Speaker::new(server.port, "bob", 78).await;
    for number in 0..300 {
        assert!(matches!(alice.say(format!("number {number}")).await, Ok(Fate::Accepted(_))));
    }
    assert!(matches!(bob.say("elsewhere").await, Ok(Fate::Accepted(_))));
    assert!(server.stop().await.status.success());

    let server = tampered(home.path(), "delay_exit=500000").await.expect("a server that starts, slowly");
    alice.return_to(server.port).await;
    bob.return_to(server.port).await;
    let (mut carol, _) = Line::open(server.port, "carol", 79).await.expect("a server");
    expect_joined(carol.ask(join(alice.code)).await.expect("a server"));

    let mut in_time = 0;
    for turn in 0..TURNS {
        let n = alice.begin(format!("slowly {turn}")).await.expect("a connection");
        assert!(carol.history(alice.room).await.expect("a server").len() > 300, "the same room");
        assert!(bob.line.history(bob.room).await.expect("a server").len() > 1, "another");
        carol.ask(Ping {}).await.expect("a server");
        in_time += usize::from(timeout(Duration::ZERO, alice.fate(n)).await.is_err());
        assert!(matches!(alice.fate(n).await, Ok(Fate::Accepted(_))));
    }

    assert!(in_time >= TURNS_IN_TIME, "{in_time} of {TURNS} times, pages came before the acknowledgement");
    assert_eq!(alice.compare().await, 300 + TURNS);
    assert_eq!(server.stop().await.status.code(), Some(0));
}
