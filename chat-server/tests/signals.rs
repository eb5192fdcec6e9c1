//! Who writes, and how present people are.

mod support;

use chat_proto::codec::to_bytes;
use chat_proto::frame::{Presence, SetPresence, SignalKind, Stay, Typing, TypingState};
use chat_proto::limits::AWAY_BYTES;
use chat_proto::{Act, ClientFrame, Code, PersonId, RoomId, ServerFrame};
use std::time::Duration;
use support::{Peer, World, called, unhurried};

impl Peer {
    fn number(&self) -> PersonId {
        self.welcome.as_ref().expect("logged in").person
    }

    async fn types(&mut self, room: RoomId, state: TypingState) {
        assert!(matches!(self.ask(Typing { room, state }).await, ServerFrame::Done(_)));
    }

    async fn is(&mut self, presence: Presence) {
        assert!(matches!(self.ask(SetPresence { presence }).await, ServerFrame::Done(_)));
    }

    async fn signal(&mut self) -> (PersonId, SignalKind) {
        loop {
            if let ServerFrame::Signal(signal) = self.next().await {
                return (signal.person, signal.kind);
            }
        }
    }

    /// Everything up to the end of the room.
    async fn rest_of_room(&mut self) -> Vec<ServerFrame> {
        let mut frames = Vec::new();
        while !matches!(frames.last(), Some(ServerFrame::RoomEnded(_))) {
            frames.push(self.next().await);
        }
        frames
    }

    /// What was signalled before the next thing that was said.
    async fn signals_before(&mut self, text: &str) -> Vec<(PersonId, SignalKind)> {
        let mut signals = Vec::new();
        loop {
            match self.next().await {
                ServerFrame::Signal(signal) => signals.push((signal.person, signal.kind)),
                ServerFrame::Batch(batch) if batch.entries.iter().any(|entry| support::gist(entry).ends_with(text)) => {
                    return signals;
                }
                _ => {}
            }
        }
    }
}

fn frame_bytes(request: u32, frame: impl Into<ClientFrame>) -> Vec<u8> {
    to_bytes(request, &frame.into()).to_vec()
}

fn away(word: &str) -> Presence {
    Presence::Away(word.to_owned().into())
}

#[tokio::test(start_paused = true)]
async fn the_others_are_told_who_writes_and_who_has_stopped() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;

    alice.types(room.room, TypingState::Writing).await;
    alice.types(room.room, TypingState::Stopped).await;
    alice.say(room.room, 1, "hello").await;

    let number = alice.number();
    assert_eq!(bob.signals_before("hello").await, [(number, SignalKind::Typing), (number, SignalKind::Stopped)]);
    assert_eq!(alice.signals_before("hello").await, []);
}

#[tokio::test(start_paused = true)]
async fn whoever_says_so_too_often_is_not_heard_and_not_refused() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;

    for _ in 0..100 {
        alice.types(room.room, TypingState::Writing).await;
    }
    alice.say(room.room, 1, "hello").await;

    assert!(bob.signals_before("hello").await.len() <= 4);
}

#[tokio::test(start_paused = true)]
async fn a_room_full_of_people_who_write_is_told_of_some_of_them() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    for n in 0..40 {
        let mut guest = world.guest(&format!("p{n}"), room.code).await.0;
        guest.types(room.room, TypingState::Writing).await;
        std::mem::forget(guest);
    }
    alice.say(room.room, 1, "hello").await;

    assert_eq!(alice.signals_before("hello").await.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn whoever_may_not_speak_or_is_not_there_is_not_told_to_write() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let mut carol = world.person("carol").await;
    carol.join_as(room.code, Stay::Visitor).await;
    let mut dave = world.person("dave").await;
    alice.order(room.room, 1, Act::Mute(called("bob"))).await.unwrap();

    for peer in [&mut bob, &mut carol, &mut dave] {
        peer.types(room.room, TypingState::Writing).await;
        peer.types(RoomId([9; 16]), TypingState::Writing).await;
    }
    alice.say(room.room, 2, "hello").await;

    assert_eq!(alice.signals_before("hello").await, []);
}

#[tokio::test(start_paused = true)]
async fn who_was_removed_before_a_signal_reached_them_does_not_get_it_any_more() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let number = alice.number();

    // Both are there before bob's session has its turn.
    let typing = frame_bytes(1_000, Typing { room: room.room, state: TypingState::Writing });
    let kick = frame_bytes(1_001, alice.act(room.room, 1, Act::Kick(called("bob"))));
    alice.send_bytes(&[typing, kick].concat()).await;

    let frames = bob.rest_of_room().await;
    let is_signal = |frame: &ServerFrame| matches!(frame, ServerFrame::Signal(signal) if signal.person == number);
    assert!(!frames.iter().any(is_signal), "{frames:?}");
    assert!(matches!(frames.last(), Some(ServerFrame::RoomEnded(_))), "{frames:?}");
}

#[tokio::test(start_paused = true)]
async fn who_was_removed_hears_of_nobody() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    alice.order(room.room, 1, Act::Kick(called("bob"))).await.unwrap();
    alice.types(room.room, TypingState::Writing).await;
    alice.is(away("out")).await;
    tokio::time::sleep(Duration::from_secs(10)).await;

    bob.send(chat_proto::frame::Bye {}).await;

    assert!(bob.rest().await.iter().all(|frame| !matches!(frame, ServerFrame::Signal(_))));
}

#[tokio::test(start_paused = true)]
async fn everybody_is_told_how_present_somebody_is_and_newcomers_see_it_in_the_list() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;

    alice.is(away("lunch \u{202e}now")).await;

    assert_eq!(bob.signal().await, (alice.number(), SignalKind::Presence(away("lunch now"))));
    let (mut carol, _) = world.guest("carol", room.code).await;
    let number = alice.number();
    let presence =
        |members: Vec<chat_proto::frame::Member>| members.into_iter().find(|m| m.person == number).unwrap().presence;
    assert_eq!(presence(carol.members().await), away("lunch now"));
    alice.is(Presence::Idle).await;
    assert_eq!(bob.signal().await.1, SignalKind::Presence(Presence::Idle));
    alice.is(Presence::Here).await;
    assert_eq!(bob.signal().await.1, SignalKind::Presence(Presence::Here));
}

#[tokio::test(start_paused = true)]
async fn one_session_that_is_away_counts_for_all_and_all_must_be_idle() {
    let world = World::new();
    let (mut one, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let mut other = world.person("alice").await;
    other.resume(room.room, 0).await.unwrap();

    one.is(Presence::Idle).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    other.is(Presence::Idle).await;
    assert_eq!(bob.signal().await.1, SignalKind::Presence(Presence::Idle), "not before both are");
    one.is(away("first")).await;
    assert_eq!(bob.signal().await.1, SignalKind::Presence(away("first")));
    other.is(away("second")).await;
    assert_eq!(bob.signal().await.1, SignalKind::Presence(away("second")));
    other.bye().await;
    assert_eq!(bob.signal().await.1, SignalKind::Presence(away("first")));
    drop(one);
    assert_eq!(bob.signal().await.1, SignalKind::Presence(Presence::Here), "whoever said so is gone");
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_in_while_away_is_not_taken_for_present() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let mut bob = world.person("bob").await;
    bob.is(away("reading")).await;
    tokio::time::sleep(Duration::from_secs(20)).await;

    bob.join(room.code).await;

    assert_eq!(alice.signal().await, (bob.number(), SignalKind::Presence(away("reading"))));
}

#[tokio::test(start_paused = true)]
async fn whoever_changes_often_is_told_of_now_and_then_and_in_the_end_as_they_are() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;

    for n in 0..1_000 {
        alice.is(away(&n.to_string())).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    alice.say(room.room, 1, "hello").await;

    let told = bob.signals_before("hello").await;
    assert!(told.len() <= 4, "{} in ten seconds", told.len());
    assert_eq!(told.last().unwrap().1, SignalKind::Presence(away("999")));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_may_be_is_refused() {
    let world = World::with(unhurried());
    let mut alice = world.person("alice").await;

    let refusals = [
        (Presence::Gone, Code::NOT_ALLOWED),
        (away(&"x".repeat(AWAY_BYTES + 1)), Code::TOO_LONG),
        (away("a\u{7}"), Code::INVALID_TEXT),
        (Presence::Away(vec![255].into()), Code::INVALID_TEXT),
    ];
    for (presence, code) in refusals {
        assert_eq!(alice.refusal_of(SetPresence { presence }).await, code);
    }
    alice.is(away(&"x".repeat(AWAY_BYTES))).await;
    alice.is(away("")).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_changes_once_is_told_of_however_many_change_all_the_time() {
    let world = World::with(unhurried());
    let (mut alice, room) = world.opener("alice").await;
    let mut guests = Vec::new();
    for n in 0..200 {
        guests.push(world.guest(&format!("p{n}"), room.code).await.0);
    }
    let (mut bob, _) = world.guest("bob", room.code).await;

    bob.is(away("once")).await;
    for n in 0..30 {
        for guest in &mut guests {
            guest.is(away(&n.to_string())).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    alice.say(room.room, 1, "hello").await;

    let told = alice.signals_before("hello").await;
    assert!(told.contains(&(bob.number(), SignalKind::Presence(away("once")))), "{}", told.len());
}

#[tokio::test(start_paused = true)]
async fn of_however_many_are_away_at_once_everybody_hears() {
    let world = World::with(unhurried());
    let (mut alice, room) = world.opener("alice").await;
    let mut guests = Vec::new();
    for n in 0..100 {
        guests.push(world.guest(&format!("p{n}"), room.code).await.0);
    }

    for guest in &mut guests {
        guest.is(away("at lunch")).await;
    }
    tokio::time::sleep(Duration::from_mins(1)).await;
    alice.say(room.room, 1, "hello").await;

    assert_eq!(alice.signals_before("hello").await.len(), guests.len());
}
