//! F3: the disk says that it could not write. What it did, nobody knows.

use crate::speaker::{Cut, Fate, Speaker};
use crate::support::scratch::Scratch;
use crate::{healthy, tampered};
use chat_proto::Code;

/// Which of its requests for safety a thread of the server sees fail.
const POINTS: [u32; 8] = [1, 2, 3, 4, 6, 9, 14, 21];
/// More than it takes to reach each of them.
const POSTS: usize = 60;

#[tokio::test]
#[ignore = "needs strace"]
async fn after_an_fsync_that_failed_nothing_is_acknowledged_and_the_next_server_has_everything_once() {
    let mut while_serving = 0;
    for point in POINTS {
        let home = Scratch::new();
        let server = healthy(home.path()).await;
        let mut alice = Speaker::new(server.port, "alice", 77).await;
        assert!(matches!(alice.say("before").await, Ok(Fate::Accepted(_))));
        assert!(server.stop().await.status.success());

        while_serving += talk_to_a_server_that_fails(&mut alice, &home, point).await;

        let server = healthy(home.path()).await;
        alice.return_to(server.port).await;
        alice.repeat().await.expect("answers");
        assert!(matches!(alice.say("after").await, Ok(Fate::Accepted(_))));
        assert_eq!(alice.compare().await, alice.accepted(), "every post was decided, and is there");
        assert!(server.stop().await.status.success());
    }
    assert!(while_serving > POINTS.len() / 2, "only {while_serving} of {} failed while it served", POINTS.len());
}

/// 1 if it failed while it served, 0 if it did not even start.
async fn talk_to_a_server_that_fails(alice: &mut Speaker, home: &Scratch, point: u32) -> usize {
    let (ended, served) = match tampered(home.path(), &format!("error=EIO:when={point}")).await {
        Ok(server) => {
            alice.return_to(server.port).await;
            assert_eq!(talk(alice).await, Cut(Some(Code::OUTCOME_UNKNOWN)), "at {point}");
            (server.end().await, 1)
        }
        Err(ended) => (ended, 0),
    };
    assert_eq!(ended.status.code(), Some(1), "at {point}: {ended:?}");
    assert!(ended.errors.contains("chat-server: "), "at {point}, the operator is not told: {ended:?}");
    served
}

/// Talks until the connection ends.
async fn talk(alice: &mut Speaker) -> Cut {
    for number in 0..POSTS {
        match alice.say(format!("number {number}")).await {
            Ok(Fate::Accepted(_)) => {}
            Ok(Fate::Refused(code)) => panic!("a refusal is certain, and this is not: {code:?}"),
            Err(cut) => return cut,
        }
    }
    panic!("nothing has failed");
}
