//! One test for every act: it is done, it is seen, and not everybody may do it.

use crate::{Place, named};
use chat_proto::entry::BanScope;
use chat_proto::frame::EndReason;
use chat_proto::{Act, EntryBody};
use chat_tui::link::{Command, LinkEvent, Mark};

#[tokio::test]
async fn whoever_is_kicked_is_out_and_not_let_in_again_at_once() {
    let place = Place::open().await;
    let (mut alice, mut bob, code) = place.room().await;

    alice.does(Act::Kick(named("bob"))).await;

    let ended = bob.until(|event| matches!(event, LinkEvent::RoomEnded { .. })).await;
    assert!(matches!(ended, LinkEvent::RoomEnded { reason: EndReason::Removed, .. }), "{ended:?}");
    bob.try_join(code).await.unwrap_err();
}

#[tokio::test]
async fn an_act_names_its_author_and_whom_the_server_found() {
    let place = Place::open().await;
    let (mut alice, bob, code) = place.room().await;
    let mut carol = place.person(3, "carol").await;
    carol.try_join(code).await.unwrap();

    alice.does(Act::Mute(named("BOB"))).await;

    let entry = carol.sees().await;
    let EntryBody::Act(Act::Mute(target)) = &entry.body else { panic!("{entry:?}") };
    assert_eq!((entry.author.person, target.person, &target.name[..]), (alice.me, bob.me, &b"bob"[..]));
}

#[tokio::test]
async fn whoever_is_banned_stays_out_under_any_name_until_the_ban_is_lifted() {
    let place = Place::open().await;
    let (mut alice, mut bob, code) = place.room().await;
    alice.does(Act::Ban(named("bob"), BanScope::Key)).await;
    bob.until(|event| matches!(event, LinkEvent::RoomEnded { .. })).await;

    place.person(2, "sock").await.try_join(code).await.unwrap_err();
    alice.does(Act::Unban(named("bob"))).await;

    bob.try_join(code).await.unwrap();
}

#[tokio::test]
async fn the_address_of_the_servers_own_machine_is_never_banned() {
    let place = Place::open().await;
    let (mut alice, _bob, code) = place.room().await;

    let mark = alice.posts(EntryBody::Act(Act::Ban(named("bob"), BanScope::Address))).await;

    let Mark::Refused(sentence) = mark else { panic!("{mark:?}") };
    assert!(sentence.contains("ban them without it"), "{sentence}");
    place.person(9, "mallory").await.try_join(code).await.unwrap();
}

#[tokio::test]
async fn an_operator_keeps_order_and_who_is_none_any_more_does_not() {
    let place = Place::open().await;
    let (mut alice, mut bob, code) = place.room().await;
    let mut carol = place.person(3, "carol").await;
    carol.try_join(code).await.unwrap();
    bob.may_not(Act::Mute(named("carol"))).await;

    alice.does(Act::Op(named("bob"))).await;
    bob.does(Act::Mute(named("carol"))).await;
    bob.may_not(Act::Kick(named("alice"))).await;
    alice.does(Act::Deop(named("bob"))).await;

    bob.may_not(Act::Unmute(named("carol"))).await;
}

#[tokio::test]
async fn whoever_is_muted_reads_until_they_may_speak_again() {
    let place = Place::open().await;
    let (mut alice, mut bob, _) = place.room().await;
    alice.does(Act::Mute(named("bob"))).await;
    let mark = bob.says("hello").await;
    assert!(matches!(mark, Mark::Refused(_)), "{mark:?}");

    alice.does(Act::Unmute(named("bob"))).await;

    let mark = bob.says("hello").await;
    assert!(matches!(mark, Mark::Accepted { .. }), "{mark:?}");
}

#[tokio::test]
async fn a_locked_room_lets_nobody_new_in_until_it_is_unlocked() {
    let place = Place::open().await;
    let (mut alice, _bob, code) = place.room().await;
    let mut carol = place.person(3, "carol").await;
    alice.does(Act::Lock).await;
    carol.try_join(code).await.unwrap_err();

    alice.does(Act::Unlock).await;

    carol.try_join(code).await.unwrap();
}

#[tokio::test]
async fn an_open_room_has_no_secret_to_replace() {
    let place = Place::open().await;
    let (mut alice, ..) = place.room().await;

    alice.may_not(Act::Rekey).await;
}

#[tokio::test]
async fn nobody_is_meant_by_a_name_that_nobody_has() {
    let place = Place::open().await;
    let (mut alice, ..) = place.room().await;

    alice.may_not(Act::Kick(named("nemo"))).await;
}

#[tokio::test]
async fn a_room_whose_owner_leaves_is_owned_by_who_was_here_longest() {
    let place = Place::open().await;
    let (alice, mut bob, _) = place.room().await;

    alice.ask(Command::Leave(alice.room.unwrap())).await;

    let entry = bob.sees().await;
    assert!(matches!(&entry.body, EntryBody::Act(Act::Own(target)) if target.person == bob.me), "{entry:?}");
}
