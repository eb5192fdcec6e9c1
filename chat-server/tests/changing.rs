//! Replies, edits, deletions and reactions, through a server.

mod support;

use chat_proto::entry::{Delete, Edit, React, ReactionState, Reply};
use chat_proto::frame::{Body, History, Page};
use chat_proto::limits::{EDITS_PER_MESSAGE, PAGE_ENTRIES, TEXT_BYTES};
use chat_proto::{Act, Code, EntryBody, Frame, PostId, RoomId, Seq, ServerFrame};
use support::disk::DiskWorld;
use support::{Peer, World, called, gist, gists, unhurried};

impl Peer {
    async fn post_body(&mut self, room: RoomId, n: u64, body: EntryBody) -> Result<u64, Code> {
        let id = PostId { instance: self.instance, n };
        match self.ask(chat_proto::frame::Post { room, id, body }).await {
            ServerFrame::Accepted(accepted) => Ok(accepted.seq.0),
            ServerFrame::Refused(refused) => Err(refused.code),
            other => panic!("accepted or refused, not {other:?}"),
        }
    }

    async fn page(&mut self, room: RoomId, before: u64) -> Page {
        let limit = PAGE_ENTRIES as u32;
        match self.ask(History { room, after: Seq::START, before: Seq(before), limit }).await {
            ServerFrame::Page(page) => page,
            other => panic!("a page, not {other:?}"),
        }
    }
}

fn edit(target: u64, text: &str) -> EntryBody {
    EntryBody::Edit(Edit { target: Seq(target), text: text.to_owned().into() })
}

fn delete(target: u64) -> EntryBody {
    EntryBody::Delete(Delete { target: Seq(target) })
}

fn reply(to: u64, text: &str) -> EntryBody {
    EntryBody::Reply(Reply { to: Seq(to), text: text.to_owned().into() })
}

fn react(target: u64, emoji: &str) -> EntryBody {
    EntryBody::React(React { target: Seq(target), emoji: emoji.to_owned().into(), state: ReactionState::On })
}

#[tokio::test(start_paused = true)]
async fn whatever_points_at_a_message_reaches_everybody_cleaned() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let said = alice.say(room.room, 1, "hello").await.seq.0;

    bob.post_body(room.room, 1, reply(said, "hi \u{202e}there")).await.unwrap();
    bob.post_body(room.room, 2, react(said, "👍")).await.unwrap();
    alice.post_body(room.room, 2, edit(said, "hello\u{202e} all")).await.unwrap();
    alice.post_body(room.room, 3, delete(said)).await.unwrap();

    let seen = gists(&bob.entries(8).await);
    assert_eq!(
        seen[3..],
        [
            "alice: hello".to_owned(),
            format!("reply {said} hi there"),
            format!("react {said} 👍 On"),
            format!("edit {said} hello all"),
            format!("delete {said}"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_changed_is_refused_with_its_reason() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let said = alice.say(room.room, 1, "hello").await.seq.0;
    let long = "x".repeat(TEXT_BYTES + 1);

    let refusals = [
        (edit(said, "mine"), Code::NOT_YOURS),
        (delete(said), Code::NOT_YOURS),
        (edit(said, ""), Code::EMPTY_MESSAGE),
        (edit(said, &long), Code::TOO_LONG),
        (reply(said, " "), Code::EMPTY_MESSAGE),
        (reply(said, "a\u{7}"), Code::INVALID_TEXT),
        (reply(said + 9, "x"), Code::NO_SUCH_MESSAGE),
        (reply(0, "x"), Code::NO_SUCH_MESSAGE),
        (react(said, "ab"), Code::INVALID_EMOJI),
        (react(said, ""), Code::INVALID_EMOJI),
        (react(1, "👍"), Code::NO_SUCH_MESSAGE),
        (react(0, "👍"), Code::NO_SUCH_MESSAGE),
        (delete(u64::MAX), Code::NO_SUCH_MESSAGE),
        (edit(u64::MAX, "x"), Code::NO_SUCH_MESSAGE),
        (EntryBody::Erased, Code::UNSUPPORTED),
    ];
    for (body, code) in refusals {
        assert_eq!(bob.post_body(room.room, 1, body.clone()).await, Err(code), "{body:?}");
    }
    assert!(bob.post_body(room.room, 1, react(said, "👍")).await.is_ok(), "nothing was taken under the id");
}

#[tokio::test(start_paused = true)]
async fn who_edits_for_ever_is_told_to_say_it_anew() {
    let world = World::with(unhurried());
    let (mut alice, room) = world.opener("alice").await;
    let said = alice.say(room.room, 1, "0").await.seq.0;
    for n in 0..EDITS_PER_MESSAGE as u64 {
        alice.post_body(room.room, 2 + n, edit(said, "again")).await.unwrap();
    }

    assert_eq!(alice.post_body(room.room, 100, edit(said, "once more")).await, Err(Code::NOT_ALLOWED));
    assert!(alice.post_body(room.room, 100, delete(said)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn whoever_keeps_order_deletes_and_whoever_is_muted_only_their_own() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let (mut carol, _) = world.guest("carol", room.code).await;
    let of_bob = bob.say(room.room, 1, "one").await.seq.0;
    let of_carol = carol.say(room.room, 1, "two").await.seq.0;
    alice.order(room.room, 1, Act::Op(called("bob"))).await.unwrap();

    assert!(bob.post_body(room.room, 2, delete(of_carol)).await.is_ok(), "an operator");
    let again = carol.say(room.room, 2, "three").await.seq.0;
    alice.order(room.room, 2, Act::Mute(called("bob"))).await.unwrap();

    assert_eq!(bob.post_body(room.room, 3, delete(again)).await, Err(Code::NOT_YOURS), "keeps no order when muted");
    for body in [reply(again, "x"), edit(of_bob, "x"), react(again, "👍")] {
        assert_eq!(bob.post_body(room.room, 3, body).await, Err(Code::MUTED));
    }
    assert!(bob.post_body(room.room, 3, delete(of_bob)).await.is_ok(), "their own");
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_is_known_whatever_has_become_of_it_since() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let said = bob.say(room.room, 1, "hello").await.seq.0;
    let edited = bob.post_body(room.room, 2, edit(said, "hello!")).await;
    let deleted = bob.post_body(room.room, 3, delete(said)).await;
    alice.order(room.room, 1, Act::Mute(called("bob"))).await.unwrap();

    assert_eq!(bob.say(room.room, 1, "hello").await.seq.0, said);
    assert_eq!(bob.post_body(room.room, 2, edit(said, "hello!")).await, edited);
    assert_eq!(bob.post_body(room.room, 3, delete(said)).await, deleted);
    assert_eq!(bob.post_body(room.room, 3, delete(said - 1)).await, Err(Code::ID_REUSED));
}

#[tokio::test(start_paused = true)]
async fn of_an_edit_and_a_deletion_at_once_one_comes_first_and_nothing_is_left() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let said = bob.say(room.room, 1, "hello").await.seq.0;

    let id = |instance, n| PostId { instance, n };
    let post = |instance, n, body| chat_proto::frame::Post { room: room.room, id: id(instance, n), body };
    let of_bob = bob.send(post(bob.instance, 2, edit(said, "secret"))).await;
    let of_alice = alice.send(post(alice.instance, 1, delete(said))).await;
    let (edit, deletion) = (bob.answer_to(of_bob).await, alice.answer_to(of_alice).await);

    assert!(matches!(deletion, ServerFrame::Accepted(_)));
    let is_late = matches!(&edit, ServerFrame::Refused(refused) if refused.code == Code::NO_SUCH_MESSAGE);
    assert!(is_late || matches!(edit, ServerFrame::Accepted(_)), "{edit:?}");
    let page = alice.page(room.room, u64::MAX).await;
    assert!(page.entries.iter().all(|entry| !gist(entry).contains("secret") && !gist(entry).contains("hello")));
}

#[tokio::test(start_paused = true)]
async fn a_page_comes_with_what_still_counts_and_fits_into_a_frame() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let said = alice.say(room.room, 1, "one").await.seq.0;
    alice.say(room.room, 2, "two").await;
    alice.post_body(room.room, 3, edit(said, "1")).await.unwrap();
    alice.post_body(room.room, 4, edit(said, "first")).await.unwrap();
    alice.post_body(room.room, 5, react(said, "👍")).await.unwrap();

    let page = alice.page(room.room, said + 1).await;

    assert!(chat_proto::codec::to_bytes(1, &ServerFrame::Page(page.clone())).len() < 1_000);
    let seen: Vec<_> = page.entries.iter().map(gist).collect();
    assert_eq!(seen[2..], ["alice: one", &format!("edit {said} first"), &format!("react {said} 👍 On")]);
    assert_eq!(ServerFrame::Page(page).kind(), Page::KIND);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_removed_gets_no_changes_and_changes_nothing() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let said = bob.say(room.room, 1, "hello").await.seq.0;
    alice.order(room.room, 1, Act::Kick(called("bob"))).await.unwrap();
    let of_alice = alice.say(room.room, 2, "he is gone").await.seq.0;
    alice.post_body(room.room, 3, edit(of_alice, "secret")).await.unwrap();

    for body in [edit(said, "x"), delete(said), react(of_alice, "👍"), reply(of_alice, "x")] {
        assert_eq!(bob.post_body(room.room, 2, body).await, Err(Code::NOT_MEMBER));
    }
    let (seen, _) = bob.until_ended().await;
    assert!(gists(&seen).iter().all(|gist| !gist.contains("secret") && !gist.contains("gone")));
}

#[tokio::test(start_paused = true)]
async fn whatever_was_changed_is_so_after_a_restart() {
    let mut world = DiskWorld::new(unhurried());
    let (mut alice, room) = world.world.opener("alice").await;
    let said = alice.say(room.room, 1, "hello").await.seq.0;
    let gone = alice.say(room.room, 2, "gone").await.seq.0;
    alice.post_body(room.room, 3, edit(said, "hello!")).await.unwrap();
    alice.post_body(room.room, 4, delete(gone)).await.unwrap();
    world.restart();

    let mut alice = world.world.person("alice").await;
    alice.resume(room.room, 0).await.unwrap();

    let page = alice.page(room.room, gone + 1).await;
    let seen: Vec<_> = page.entries.iter().map(gist).collect();
    assert_eq!(seen[2..], ["alice: hello".to_owned(), "alice erased".to_owned(), format!("edit {said} hello!")]);
    assert_eq!(alice.post_body(room.room, 1, edit(gone, "x")).await, Err(Code::NO_SUCH_MESSAGE));
}
