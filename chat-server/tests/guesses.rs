//! How often codes may be guessed. The clock is paused; every figure is asserted.

mod support;

use chat_proto::frame::{Join, Ping, Stay};
use chat_proto::invite::Secret;
use chat_proto::{Code, Refused, ServerFrame};
use chat_server::Config;
use std::time::Duration;
use support::{Peer, World, unhurried};
use tokio::time::{Instant, advance, sleep};

const AT_ONCE: Duration = Duration::from_millis(100);
const MINUTE: Duration = Duration::from_mins(1);
/// Whose turn it is is looked at once a second.
const LOOK: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

fn bare(code: &[u8]) -> Join {
    Join { code: code.to_vec().into(), stay: Stay::Resident, secret: None }
}

/// A room with this code, and the one who opened it.
async fn room(world: &World, code: &'static str) -> Peer {
    world.fixed.force_codes(&[code]);
    world.opener("opener").await.0
}

async fn refusal(peer: &mut Peer, join: Join) -> Refused {
    match peer.ask(join).await {
        ServerFrame::Refused(refused) => refused,
        other => panic!("a refusal, not {other:?}"),
    }
}

/// A wrong code from `peer`; how it is answered, and after how long.
async fn guess(peer: &mut Peer) -> (Code, Duration) {
    let start = Instant::now();
    let refused = refusal(peer, bare(b"ZZZZ")).await;
    (refused.code, start.elapsed())
}

/// Thirty wrong codes from as many addresses: the minute's budget of all.
async fn spend_what_all_have(world: &World) {
    for number in 0..30 {
        let mut peer = world.person_from(&format!("198.51.100.{number}"), &format!("spender{number}")).await;
        let (code, waited) = guess(&mut peer).await;
        assert_eq!(code, Code::JOIN_DENIED);
        assert!(waited < AT_ONCE, "number {number} waited for {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn five_wrong_codes_in_a_minute_are_answered_and_then_no_code_is_looked_up() {
    let world = World::new();
    let _opener = room(&world, "AB3Z").await;
    let mut mallory = world.person_from("192.0.2.1", "mallory").await;
    for _ in 0..5 {
        assert_eq!(guess(&mut mallory).await.0, Code::JOIN_DENIED);
    }
    advance(Duration::from_secs(20)).await;

    let wrong = refusal(&mut mallory, bare(b"ZZZZ")).await;
    let right = refusal(&mut mallory, bare(b"AB3Z")).await;
    let mut other_key = world.person_from("192.0.2.1", "eve").await;
    let right_by_another_key = refusal(&mut other_key, bare(b"AB3Z")).await;

    assert_eq!(wrong, right, "a room that exists is not told from one that does not");
    assert_eq!(right, right_by_another_key, "keys are free");
    assert_eq!((wrong.code, wrong.retry_after_ms), (Code::RATE_LIMITED, Some(40_000)), "{wrong:?}");
    let mut elsewhere = world.person_from("192.0.2.2", "bob").await;
    assert!(matches!(elsewhere.ask(bare(b"AB3Z")).await, ServerFrame::Joined(_)), "from another address");

    advance(Duration::from_secs(40)).await;
    for _ in 0..5 {
        assert_eq!(guess(&mut mallory).await.0, Code::JOIN_DENIED, "after a minute there are five more");
    }
    assert_eq!(guess(&mut mallory).await.0, Code::RATE_LIMITED);
}

#[tokio::test(start_paused = true)]
async fn twenty_wrong_codes_in_an_hour_are_answered_and_no_more() {
    let world = World::new();
    let start = Instant::now();
    for round in 0..4 {
        let mut mallory = world.person_from("192.0.2.1", &format!("mallory{round}")).await;
        for _ in 0..5 {
            assert_eq!(guess(&mut mallory).await.0, Code::JOIN_DENIED);
        }
        advance(MINUTE + LOOK).await;
    }
    let mut mallory = world.person_from("192.0.2.1", "mallory").await;

    let refused = refusal(&mut mallory, bare(b"ZZZZ")).await;

    assert_eq!(refused.code, Code::RATE_LIMITED);
    let retry = Duration::from_millis(refused.retry_after_ms.expect("a time").into());
    let hour = Duration::from_hours(1).checked_sub(start.elapsed()).expect("not an hour yet");
    assert!(retry <= hour && retry + LOOK > hour, "{retry:?}, not {hour:?}");
    advance(retry).await;
    let mut mallory = world.person_from("192.0.2.1", "mallory").await;
    assert_eq!(guess(&mut mallory).await.0, Code::JOIN_DENIED, "an hour after the first");
}

#[tokio::test(start_paused = true)]
async fn addresses_of_one_household_share_their_guesses() {
    let world = World::new();
    let mut first = world.person_from("2001:db8::1", "mallory").await;
    for _ in 0..5 {
        assert_eq!(guess(&mut first).await.0, Code::JOIN_DENIED);
    }

    let mut same_64 = world.person_from("2001:db8::ffff:2", "eve").await;
    let mut next_64 = world.person_from("2001:db8:0:1::1", "bob").await;

    assert_eq!(guess(&mut same_64).await.0, Code::RATE_LIMITED);
    assert_eq!(guess(&mut next_64).await.0, Code::JOIN_DENIED);
}

#[tokio::test(start_paused = true)]
async fn only_wrong_codes_are_spent() {
    let world = World::new();
    let _opener = room(&world, "AB3Z").await;
    let mut bob = world.person_from("192.0.2.1", "bob").await;
    for _ in 0..40 {
        assert!(matches!(bob.ask(bare(b"AB3Z")).await, ServerFrame::Joined(_)), "a right code");
        assert_eq!(refusal(&mut bob, bare(b"AB")).await.code, Code::INVALID_CODE, "no code at all");
        let invited = Join { secret: Some(Secret([7; 16])), ..bare(b"ZZZZ") };
        assert_eq!(refusal(&mut bob, invited).await.code, Code::JOIN_DENIED, "an invite");
    }

    let (code, waited) = guess(&mut bob).await;

    assert_eq!(code, Code::JOIN_DENIED);
    assert!(waited < AT_ONCE, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_member_comes_back_by_code_although_the_address_has_guessed_too_often() {
    let world = World::new();
    let _opener = room(&world, "AB3Z").await;
    let mut bob = world.person_from("192.0.2.1", "bob").await;
    bob.join(*b"AB3Z").await;
    for _ in 0..5 {
        guess(&mut bob).await;
    }

    assert!(matches!(bob.ask(bare(b"AB3Z")).await, ServerFrame::Joined(_)));
    let mut alias = world.connect_from("192.0.2.1");
    alias.login("bob-too", &support::key_of("bob")).await.expect("another name of a member's key");
    assert!(matches!(alias.ask(bare(b"AB3Z")).await, ServerFrame::Joined(_)), "whatever name it bears");
}

#[tokio::test(start_paused = true)]
async fn the_31st_wrong_code_of_a_minute_waits_its_turn_and_is_answered_all_the_same() {
    let world = World::new();
    spend_what_all_have(&world).await;
    let mut next = world.person_from("203.0.113.1", "next").await;
    let mut after = world.person_from("203.0.113.2", "after").await;

    let ((first, waited_first), (second, waited_second)) = tokio::join!(guess(&mut next), guess(&mut after));

    assert_eq!((first, second), (Code::JOIN_DENIED, Code::JOIN_DENIED));
    let two_seconds = Duration::from_secs(2);
    assert!(
        waited_first > AT_ONCE && waited_first <= two_seconds + LOOK,
        "a guess comes free every 2 s: {waited_first:?}"
    );
    assert!(waited_second > two_seconds && waited_second <= 2 * two_seconds + LOOK, "{waited_second:?}");
}

#[tokio::test(start_paused = true)]
async fn in_a_flood_from_ever_new_addresses_nobody_waits_longer_than_ten_seconds_and_nobody_is_refused() {
    let world = World::new();
    let _opener = room(&world, "AB3Z").await;
    spend_what_all_have(&world).await;
    let mut flood = Vec::new();
    for number in 0..200 {
        let mut peer = world.person_from(&format!("203.0.113.{number}"), &format!("flood{number}")).await;
        flood.push(tokio::spawn(async move { guess(&mut peer).await }));
    }
    let mut bob = world.person_from("192.0.2.1", "bob").await;
    sleep(Duration::from_millis(1)).await;
    let start = Instant::now();

    let right = bob.ask(bare(b"AB3Z")).await;

    assert!(matches!(right, ServerFrame::Joined(_)), "a right code gets in: {right:?}");
    assert!(start.elapsed() > AT_ONCE && start.elapsed() <= LONGEST_WAIT + AT_ONCE, "{:?}", start.elapsed());
    let mut called = 0;
    for guessing in flood {
        let (code, waited) = guessing.await.unwrap();
        assert_eq!(code, Code::JOIN_DENIED);
        assert!(waited <= LONGEST_WAIT + AT_ONCE, "{waited:?}");
        called += usize::from(waited < LONGEST_WAIT);
    }
    assert!((4..=6).contains(&called), "30 a minute are 5 in ten seconds: {called}");
}

#[tokio::test(start_paused = true)]
async fn fifty_who_wait_at_one_address_delay_a_newcomer_by_one_turn() {
    let world = World::new();
    let _opener = room(&world, "AB3Z").await;
    spend_what_all_have(&world).await;
    let mut crowd = Vec::new();
    for number in 0..5 {
        for session in 0..10 {
            let mut peer = world.person(&format!("crowd{number}")).await;
            peer.instance += session;
            crowd.push(tokio::spawn(async move { guess(&mut peer).await }));
        }
    }
    let mut bob = world.person_from("192.0.2.1", "bob").await;
    sleep(Duration::from_millis(1)).await;
    let start = Instant::now();

    assert!(matches!(bob.ask(bare(b"AB3Z")).await, ServerFrame::Joined(_)));

    let two_turns = Duration::from_secs(4) + LOOK;
    assert!(start.elapsed() > AT_ONCE && start.elapsed() <= two_turns, "{:?}", start.elapsed());
    let mut denied = 0;
    for guessing in crowd {
        let (code, waited) = guessing.await.unwrap();
        assert!(waited <= LONGEST_WAIT + AT_ONCE, "{waited:?}");
        denied += usize::from(code == Code::JOIN_DENIED);
    }
    assert_eq!(denied, 5, "what one address has; the others are refused when their turn comes");
}

#[tokio::test(start_paused = true)]
async fn an_invite_passes_at_once_throughout() {
    let world = World::new();
    let _opener = room(&world, "AB3Z").await;
    world.fixed.force_codes(&["CD4Y"]);
    let mut alice = world.person("alice").await;
    let private = alice.create_private().await;
    let secret = alice.invite(private.room).await.unwrap().secret;
    spend_what_all_have(&world).await;
    let mut bob = world.person_from("198.51.100.1", "bob").await;
    let mut waiting = world.person_from("192.0.2.2", "waiting").await;
    let waiting = tokio::spawn(async move { guess(&mut waiting).await });
    sleep(Duration::from_millis(1)).await;
    let start = Instant::now();

    for code in [b"ZZZZ", b"AB3Z"].repeat(25) {
        let guessed = Join { secret: Some(Secret([7; 16])), ..bare(code) };
        assert_eq!(refusal(&mut bob, guessed).await.code, Code::JOIN_DENIED, "no way around the budget either");
    }
    let invited = Join { secret, ..bare(&private.code) };
    assert!(matches!(bob.ask(invited).await, ServerFrame::Joined(_)));

    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    assert!(!waiting.is_finished());
}

#[tokio::test(start_paused = true)]
async fn while_a_code_waits_news_is_delivered_and_further_requests_wait_with_it() {
    let world = World::with(Config { guesses_total: chat_server::config::Rate::per_hour(1.0), ..unhurried() });
    let (mut alice, joined) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", joined.code).await;
    guess(&mut bob).await;
    bob.kept.clear();
    let start = Instant::now();
    let (join, ping) = (bob.send(bare(b"ZZZZ")).await, bob.send(Ping {}).await);

    alice.say(joined.room, 1, "do you hear me?").await;

    assert_eq!(bob.next_said().await, "do you hear me?");
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    assert!(matches!(bob.answer_to(join).await, ServerFrame::Refused(_)));
    assert!(start.elapsed() >= LONGEST_WAIT, "{:?}", start.elapsed());
    assert!(matches!(bob.answer_to(ping).await, ServerFrame::Pong(_)));
}

#[tokio::test(start_paused = true)]
async fn a_code_that_waits_does_not_hold_up_the_stop() {
    let world = World::new();
    spend_what_all_have(&world).await;
    let mut bob = world.person_from("192.0.2.1", "bob").await;
    bob.send(bare(b"ZZZZ")).await;
    sleep(Duration::from_millis(1)).await;
    let start = Instant::now();

    world.stop.cancel();

    let rest = bob.rest().await;
    assert!(matches!(rest.last(), Some(ServerFrame::GoAway(_))), "{rest:?}");
    assert!(start.elapsed() < LOOK, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_replaced_while_it_waits_leaves_its_turn_to_the_next() {
    let world = World::new();
    spend_what_all_have(&world).await;
    let mut quitters = Vec::new();
    for number in 0..20 {
        let (address, name) = (format!("203.0.113.{number}"), format!("quitter{number}"));
        let mut quitter = world.person_from(&address, &name).await;
        quitter.send(bare(b"ZZZZ")).await;
        sleep(Duration::from_millis(1)).await;
        let mut again = world.connect_from(&address);
        again.instance = quitter.instance;
        quitters.push(again.logged_in(&name).await);
    }
    let mut bob = world.person_from("192.0.2.1", "bob").await;

    let (code, waited) = guess(&mut bob).await;

    assert_eq!(code, Code::JOIN_DENIED);
    assert!(waited <= Duration::from_secs(2) + LOOK, "{waited:?}");
}
