//! Keeping order while commits are under way, refused, or in doubt: what holds is what stands in the log.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use chat_proto::entry::BanScope;
use chat_proto::frame::{Create, Door, EndReason, History, Keep, Lock, Ping, Role, Stay};
use chat_proto::{Act, Code, Entry, RoomId, Seq, ServerFrame};
use chat_server::Config;
use chat_server::log::memory::MemoryLogs;
use chat_server::log::{Log, Logs};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use support::held::{HeldWorld, Slow, Waiting};
use support::{Peer, World, called, expect_joined, gists, unhurried};

fn kick(name: &str) -> Act {
    Act::Kick(called(name))
}

fn ban(name: &str) -> Act {
    Act::Ban(called(name), BanScope::Key)
}

/// alice, who owns the room, and bob; everything so far is committed and read.
async fn pair(held: &HeldWorld) -> (Peer, Peer, RoomId, [u8; 4]) {
    let (mut alice, room) = held.opener("alice").await;
    let code = alice.resume(room, 2).await.unwrap().code;
    let mut bob = held.world.person("bob").await;
    bob.join(code).await;
    held.commit_all().await;
    alice.kept.clear();
    bob.entries(3).await;
    (alice, bob, room, code)
}

async fn history(peer: &mut Peer, room: RoomId) -> Vec<Entry> {
    let ask = History { room, after: Seq::START, before: Seq(u64::MAX), limit: 200 };
    match peer.ask(ask).await {
        ServerFrame::Page(page) => page.entries.into_vec(),
        other => panic!("a page, not {other:?}"),
    }
}

/// The same client again, in the room.
async fn back(held: &HeldWorld, peer: &Peer, name: &str, room: RoomId) -> Peer {
    let mut again = held.world.connect();
    again.instance = peer.instance;
    let mut again = again.logged_in(name).await;
    let request = again.send(chat_proto::frame::Resume { room, after: Seq(3), stay: Stay::Resident }).await;
    held.commit_all().await;
    expect_joined(again.answer_to(request).await);
    again
}

fn is_accepted(frame: &ServerFrame) -> bool {
    matches!(frame, ServerFrame::Accepted(_))
}

fn code_of(frame: ServerFrame) -> Code {
    match frame {
        ServerFrame::Refused(refused) => refused.code,
        other => panic!("a refusal, not {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_kick_takes_effect_when_it_is_committed_and_what_was_said_behind_it_is_refused() {
    let held = HeldWorld::new();
    let (mut alice, mut bob, room, _) = pair(&held).await;
    let kicked = alice.send(alice.act(room, 1, kick("bob"))).await;
    let commit = held.next_commit().await;

    let said = bob.send(bob.post(room, 1, "am I still here?")).await;
    assert_eq!(history(&mut bob, room).await.len(), 3, "he reads on until then");
    alice.send(alice.post(room, 2, "gone")).await;
    alice.ask(Ping {}).await;
    commit.commit();
    held.commit_all().await;

    assert!(is_accepted(&alice.answer_to(kicked).await));
    assert_eq!(code_of(bob.answer_to(said).await), Code::NOT_MEMBER);
    let (seen, reason) = bob.until_ended().await;
    assert_eq!((gists(&seen), reason), (vec!["alice kicks bob".to_owned()], EndReason::Removed));
    assert_eq!(gists(&history(&mut alice, room).await)[3..], ["alice kicks bob", "alice: gone"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_gathered_before_a_kick_stands_with_it_in_one_commit() {
    let held = HeldWorld::new();
    let (mut alice, mut bob, room, _) = pair(&held).await;
    alice.send(alice.post(room, 1, "one commit")).await;
    let commit = held.next_commit().await;
    let before = bob.send(bob.post(room, 1, "before")).await;
    bob.ask(Ping {}).await;
    alice.send(alice.act(room, 2, kick("bob"))).await;
    alice.ask(Ping {}).await;
    let after = bob.send(bob.post(room, 2, "after")).await;
    bob.ask(Ping {}).await;
    alice.send(alice.post(room, 3, "later")).await;
    alice.ask(Ping {}).await;

    commit.commit();
    assert_eq!(held.next_commit().await.commit(), 2, "the batch ends at the kick");
    held.commit_all().await;

    assert!(is_accepted(&bob.answer_to(before).await));
    assert_eq!(code_of(bob.answer_to(after).await), Code::NOT_MEMBER);
    let expected = ["alice: one commit", "bob: before", "alice kicks bob"];
    assert_eq!(gists(&bob.until_ended().await.0), expected);
    assert_eq!(gists(&history(&mut alice, room).await).last().unwrap(), "alice: later");
}

#[tokio::test(start_paused = true)]
async fn a_kick_that_the_log_refuses_has_not_happened() {
    let held = HeldWorld::new();
    let (mut alice, mut bob, room, _) = pair(&held).await;
    let kicked = alice.send(alice.act(room, 1, kick("bob"))).await;
    held.next_commit().await.refuse();

    assert_eq!(code_of(alice.answer_to(kicked).await), Code::STORAGE_FULL);
    let said = bob.send(bob.post(room, 1, "still here")).await;
    held.commit_all().await;
    assert!(is_accepted(&bob.answer_to(said).await));
}

#[tokio::test(start_paused = true)]
async fn after_a_doubtful_kick_the_room_is_as_its_log_says() {
    for (end, is_kicked) in [(Waiting::commit_in_doubt as fn(Waiting), true), (Waiting::lose_in_doubt, false)] {
        let held = HeldWorld::new();
        let (mut alice, mut bob, room, code) = pair(&held).await;
        alice.send(alice.act(room, 1, kick("bob"))).await;
        end(held.next_commit().await);
        assert_eq!(alice.last_words().await, Some(Code::OUTCOME_UNKNOWN));

        let mut alice = back(&held, &alice, "alice", room).await;

        assert_eq!(alice.members().await.len(), 2 - usize::from(is_kicked));
        let again = alice.send(alice.act(room, 1, kick("bob"))).await;
        held.commit_all().await;
        assert!(is_accepted(&alice.answer_to(again).await), "the same id finds the truth, or makes it");
        let (seen, reason) = bob.until_ended().await;
        assert_eq!(gists(&seen).iter().filter(|gist| *gist == "alice kicks bob").count(), 1);
        assert_eq!(reason, EndReason::Removed);
        let mut bob = held.world.person("bob").await;
        assert_eq!(bob.knock(code, None).await.unwrap_err().code, Code::JOIN_DENIED);
        let kicks = gists(&history(&mut alice, room).await).iter().filter(|gist| gist.contains("kicks")).count();
        assert_eq!(kicks, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn after_other_doubtful_acts_newcomers_are_told_what_the_log_says() {
    for (end, is_done) in [(Waiting::commit_in_doubt as fn(Waiting), true), (Waiting::lose_in_doubt, false)] {
        let held = HeldWorld::new();
        let (mut alice, _bob, room, _) = pair(&held).await;
        for (n, act) in (1..).zip([Act::Op(called("bob")), Act::Mute(called("bob")), Act::Lock]) {
            alice.send(alice.act(room, n, act)).await;
            end(held.next_commit().await);
            alice.rest().await;
            alice = back(&held, &alice, "alice", room).await;
        }

        let joined = {
            let request = alice.send(chat_proto::frame::Resume { room, after: Seq(3), stay: Stay::Resident }).await;
            expect_joined(alice.answer_to(request).await)
        };
        let members = loop {
            let members = alice.members().await;
            if alice.kept.iter().all(|frame| !matches!(frame, ServerFrame::Members(_))) {
                break members;
            }
        };

        let bob = members.iter().find(|member| &member.name[..] == b"bob").unwrap();
        assert_eq!(joined.state.lock == Lock::Locked, is_done);
        assert_eq!(bob.role == Role::Operator, is_done);
        assert_eq!(bob.voice == chat_proto::frame::Voice::Muted, is_done);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_while_a_lock_is_on_its_way_is_in_and_the_next_is_not() {
    let held = HeldWorld::new();
    let (mut alice, _bob, room, code) = pair(&held).await;
    alice.send(alice.act(room, 1, Act::Lock)).await;
    let commit = held.next_commit().await;

    let mut carol = held.world.person("carol").await;
    carol.knock(code, None).await.expect("not locked yet");
    commit.commit();
    held.commit_all().await;

    let mut dave = held.world.person("dave").await;
    assert_eq!(dave.knock(code, None).await.unwrap_err().code, Code::JOIN_DENIED);
    drop(carol);
    let mut carol = held.world.person("carol").await;
    carol.knock(code, None).await.expect("members come back through a lock");
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_while_their_ban_is_on_its_way_is_out_with_it_and_never_seen_again() {
    let held = HeldWorld::new();
    let (mut alice, mut bob, room, code) = pair(&held).await;
    let mut carol = held.world.person("carol").await;
    alice.send(alice.act(room, 1, ban("carol"))).await;
    let commit = held.next_commit().await;

    carol.knock(code, None).await.expect("not banned yet");
    alice.send(alice.post(room, 2, "between us")).await;
    alice.ask(Ping {}).await;
    commit.commit();
    held.commit_all().await;

    let (seen, reason) = carol.until_ended().await;
    assert_eq!((gists(&seen).last().unwrap().as_str(), reason), ("alice bans carol", EndReason::Removed));
    assert_eq!(gists(&bob.entries(2).await), ["alice bans carol", "alice: between us"], "she never arrived");
    assert_eq!(carol.knock(code, None).await.unwrap_err().code, Code::JOIN_DENIED);
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_while_made_an_operator_arrives_as_one() {
    let held = HeldWorld::new();
    let (mut alice, bob, room, code) = pair(&held).await;
    bob.send_bye_and_commit(&held).await;
    alice.send(alice.act(room, 1, Act::Op(called("bob")))).await;
    let commit = held.next_commit().await;

    let mut bob = held.world.person("bob").await;
    bob.knock(code, None).await.unwrap();
    commit.commit();
    held.commit_all().await;

    let entries = history(&mut alice, room).await;
    let chat_proto::EntryBody::Joined(arrival) = entries.last().unwrap().body else { panic!("bob came") };
    assert_eq!(arrival.role, Role::Operator);
}

#[tokio::test(start_paused = true)]
async fn whoever_knocks_in_doubt_is_judged_by_what_the_log_says() {
    let held = HeldWorld::new();
    let (mut alice, _bob, room, code) = pair(&held).await;
    let mut carol = held.world.person("carol").await;
    alice.send(alice.act(room, 1, Act::Lock)).await;
    held.next_commit().await.commit_in_doubt();

    assert_eq!(carol.knock(code, None).await.unwrap_err().code, Code::JOIN_DENIED);
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_in_doubt_is_judged_by_what_the_log_says() {
    let held = HeldWorld::new();
    let (mut alice, _bob, room, _) = pair(&held).await;
    let mut tablet = held.world.person("bob").await;
    alice.send(alice.act(room, 1, kick("bob"))).await;
    held.next_commit().await.commit_in_doubt();

    assert_eq!(tablet.resume(room, 1).await.unwrap_err().code, Code::ROOM_ENDED);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_removed_while_the_log_is_read_for_them_gets_nothing_of_it() {
    let held = HeldWorld::new();
    let (mut alice, mut bob, room, code) = pair(&held).await;
    let mut tablet = held.world.person("bob").await;
    held.slow_reads.lock().unwrap().extend([Slow::Reading(500); 3]);
    let ask = History { room, after: Seq::START, before: Seq(u64::MAX), limit: 10 };
    let history = bob.send(ask).await;
    let resume = tablet.send(chat_proto::frame::Resume { room, after: Seq::START, stay: Stay::Resident }).await;
    let mut carol = held.world.person("carol").await;
    let join =
        carol.send(chat_proto::frame::Join { code: code.to_vec().into(), stay: Stay::Resident, secret: None }).await;

    for (n, act) in (1..).zip([kick("bob"), ban("carol")]) {
        alice.send(alice.act(room, n, act)).await;
    }
    alice.send(alice.post(room, 3, "secret")).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
        if let Some(commit) = held.try_commit() {
            commit.commit();
        }
    }

    assert_eq!(code_of(bob.answer_to(history).await), Code::NOT_MEMBER);
    assert_eq!(code_of(tablet.answer_to(resume).await), Code::ROOM_ENDED);
    assert_eq!(code_of(carol.answer_to(join).await), Code::JOIN_DENIED);
    assert!(tablet.kept.is_empty() && carol.kept.is_empty(), "{:?} {:?}", tablet.kept, carol.kept);
}

trait Goes {
    async fn send_bye_and_commit(self, held: &HeldWorld);
}

impl Goes for Peer {
    async fn send_bye_and_commit(mut self, held: &HeldWorld) {
        self.send(chat_proto::frame::Bye {}).await;
        held.commit_all().await;
        self.rest().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_server_tells_is_told_although_a_commit_was_refused_or_lost() {
    let ends = [Waiting::refuse as fn(Waiting), Waiting::lose_in_doubt, Waiting::commit_in_doubt];
    for end in ends {
        let held = HeldWorld::new();
        let (mut alice, _bob, room, code) = pair(&held).await;
        let mut carol = held.world.person("carol").await;
        carol.knock(code, None).await.unwrap();
        end(held.next_commit().await);

        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut dave = held.world.person("dave").await;
        let request =
            dave.send(chat_proto::frame::Join { code: code.to_vec().into(), stay: Stay::Resident, secret: None }).await;
        held.commit_all().await;
        expect_joined(dave.answer_to(request).await);

        let told = gists(&history(&mut alice, room).await);
        assert_eq!(told[3..], ["carol joined", "dave joined"], "once each, in order");
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_that_refuses_everything_is_not_asked_without_end() {
    let held = HeldWorld::new();
    let (_alice, _bob, _, code) = pair(&held).await;
    let mut carol = held.world.person("carol").await;
    carol.knock(code, None).await.unwrap();

    let mut asked = 0;
    for _ in 0..10_000 {
        if let Some(commit) = held.try_commit() {
            commit.refuse();
            asked += 1;
        }
        tokio::task::yield_now().await;
    }

    assert_eq!(asked, 1, "the next time is at the next sweep");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(held.next_commit().await.commit(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_inheritance_that_the_log_did_not_take_is_written_again() {
    for end in [Waiting::refuse as fn(Waiting), Waiting::lose_in_doubt] {
        let held = HeldWorld::new();
        let (mut alice, mut bob, room, _) = pair(&held).await;
        alice.leave(room).await;
        held.next_commit().await.commit();
        end(held.next_commit().await);

        tokio::time::sleep(Duration::from_secs(2)).await;
        held.commit_all().await;
        bob.resume(room, 3).await.unwrap();
        held.commit_all().await;

        assert_eq!(bob.resume(room, 3).await.unwrap().state.role, Role::Owner);
        assert_eq!(gists(&history(&mut bob, room).await).last().unwrap(), "bob owns bob");
    }
}

#[tokio::test(start_paused = true)]
async fn an_owner_who_goes_twice_passes_the_room_on_once() {
    let held = HeldWorld::new();
    let (mut alice, mut bob, room, code) = pair(&held).await;
    let mut carol = held.world.person("carol").await;
    carol.join(code).await;
    held.commit_all().await;
    alice.send(alice.post(room, 1, "hold on")).await;
    let commit = held.next_commit().await;

    alice.leave(room).await;
    alice.join(code).await;
    alice.leave(room).await;
    commit.commit();
    held.commit_all().await;

    let told = gists(&history(&mut bob, room).await);
    assert_eq!(told.iter().filter(|gist| gist.contains("owns")).collect::<Vec<_>>(), ["bob owns bob"]);
}

/// Logs that open together: the first waits for the second.
struct Together {
    inner: MemoryLogs,
    opened: Mutex<usize>,
    both: Condvar,
}

impl Logs for Together {
    fn open(&self, room: RoomId, record: &chat_server::log::record::RoomRecord) -> Arc<dyn Log> {
        let mut opened = self.opened.lock().unwrap();
        *opened += 1;
        self.both.notify_all();
        drop(self.both.wait_timeout_while(opened, Duration::from_secs(5), |opened| *opened < 2).unwrap());
        self.inner.open(room, record)
    }

    fn erase(&self, room: RoomId) {
        self.inner.erase(room);
    }

    fn keep(&self, facts: Vec<chat_server::log::record::Fact>) -> chat_server::log::Written {
        self.inner.keep(facts)
    }

    fn sweep(&self, now: chat_proto::UnixMillis) {
        self.inner.sweep(now);
    }

    fn label(&self, keep: Keep) -> chat_proto::frame::Label {
        self.inner.label(keep)
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_sessions_that_ask_for_the_same_new_room_at_once_get_one() {
    let inner = MemoryLogs::new(Config::default().memory());
    let logs = Together { inner, opened: Mutex::default(), both: Condvar::new() };
    let world = World::with_logs(Config { rooms_per_key: 2, ..unhurried() }, Arc::new(logs));
    let create = |mut peer: Peer| async move {
        let joined = expect_joined(
            peer.ask(Create { id: 7, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }).await,
        );
        (peer, joined)
    };
    let (phone, tablet) = (world.person("alice").await, world.person("alice").await);

    let (phone, tablet) = tokio::join!(tokio::spawn(create(phone)), tokio::spawn(create(tablet)));

    let ((mut phone, first), (_tablet, second)) = (phone.unwrap(), tablet.unwrap());
    assert_eq!((first.room, first.code), (second.room, second.code));
    assert_eq!(gists(&history(&mut phone, first.room).await), ["alice opened", "alice joined"]);
    let welcome = world.person("alice").await.welcome.unwrap();
    assert_eq!(welcome.rooms.len(), 1, "nothing is left of the other");
    expect_joined(phone.ask(Create { id: 8, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }).await);
}
