//! Keeping order: who may do what, what it does to whom, and that the log tells all of it.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use bytes::Bytes;
use chat_proto::entry::BanScope;
use chat_proto::frame::{EndReason, History, Joined, Keep, Leave, Ping, Post, Rename, Role, Stay, Voice};
use chat_proto::limits::ROOMS_PER_SESSION;
use chat_proto::{Act, Code, EntryBody, LeaveReason, PersonId, PostId, RoomId, Seq, ServerFrame, Target};
use chat_server::Config;
use std::time::Duration;
use support::{Peer, World, called, deed, expect_joined, gists, key_of, unhurried};
use tokio::time::sleep;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const ALMOST_A_WEEK: Duration = Duration::from_mins(7 * 24 * 60 - 10);

fn ban(name: &str) -> Act {
    Act::Ban(called(name), BanScope::Key)
}

fn kick(name: &str) -> Act {
    Act::Kick(called(name))
}

async fn refused(peer: &mut Peer, room: RoomId, n: u64, act: Act) -> Code {
    let said = deed(&act);
    peer.order(room, n, act).await.expect_err(&said).code
}

/// alice, who owns the room, bob, who is an operator, and carol and dave, who are members.
struct Cast {
    world: World,
    room: Joined,
    alice: Peer,
    bob: Peer,
    carol: Peer,
    dave: Peer,
}

impl Cast {
    async fn new() -> Self {
        Self::with(unhurried()).await
    }

    async fn with(config: Config) -> Self {
        let world = World::with(config);
        let (mut alice, room) = world.opener("alice").await;
        let (mut bob, _) = world.guest("bob", room.code).await;
        let (mut carol, _) = world.guest("carol", room.code).await;
        let (mut dave, _) = world.guest("dave", room.code).await;
        alice.order(room.room, 1, Act::Op(called("bob"))).await.unwrap();
        alice.entries(6).await;
        bob.entries(6).await;
        carol.entries(6).await;
        dave.entries(6).await;
        Self { world, room, alice, bob, carol, dave }
    }

    fn id(&self) -> RoomId {
        self.room.room
    }

    /// What each member may do, as somebody is told who comes in now.
    async fn ranks(&self) -> Vec<(String, Role, Voice)> {
        let (mut zoe, _) = self.world.guest("zoe", self.room.code).await;
        let members = zoe.members().await;
        zoe.leave(self.id()).await;
        let rank = |member: chat_proto::frame::Member| {
            (String::from_utf8(member.name.to_vec()).unwrap(), member.role, member.voice)
        };
        members.into_iter().map(rank).filter(|(name, ..)| name != "zoe").collect()
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_opens_a_room_owns_it_and_an_operator_is_one_for_everybody() {
    let cast = Cast::new().await;
    let (_zoe, joined) = cast.world.guest("zoe", cast.room.code).await;

    assert_eq!((cast.room.state.role, joined.state.role), (Role::Owner, Role::Member));
    assert_eq!(
        cast.ranks().await,
        [
            ("alice".into(), Role::Owner, Voice::Free),
            ("bob".into(), Role::Operator, Voice::Free),
            ("carol".into(), Role::Member, Voice::Free),
            ("dave".into(), Role::Member, Voice::Free),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn every_act_is_an_entry_that_all_see_with_the_names_the_server_knows() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let carol = Target { person: cast.carol.welcome.as_ref().unwrap().person, name: Bytes::from_static(b"liar") };
    let acts = [Act::Mute(carol.clone()), Act::Lock, Act::Unlock, Act::Unmute(called("CAROL")), Act::Op(carol.clone())];

    for (n, act) in (1..).zip([acts.as_slice(), &[Act::Deop(carol.clone()), Act::Kick(carol)]].concat()) {
        let actor = if n == 5 || n == 6 { &mut cast.alice } else { &mut cast.bob };
        actor.order(room, n + 10, act).await.unwrap();
    }

    let seen = cast.dave.entries(7).await;
    assert_eq!(
        gists(&seen),
        [
            "bob mutes carol",
            "bob locks",
            "bob unlocks",
            "bob unmutes carol",
            "alice ops carol",
            "alice deops carol",
            "bob kicks carol"
        ]
    );
    assert!(seen.iter().all(|entry| entry.post.is_some()), "posted like anything else");
}

#[tokio::test(start_paused = true)]
async fn members_keep_no_order_and_operators_make_no_operators() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let someone = || called("dave");
    let acts = [
        Act::Kick(someone()),
        Act::Ban(someone(), BanScope::Key),
        Act::Unban(someone()),
        Act::Mute(someone()),
        Act::Unmute(someone()),
        Act::Op(someone()),
        Act::Deop(someone()),
        Act::Lock,
        Act::Unlock,
        Act::Rekey,
        Act::Kick(called("nobody-at-all")),
    ];

    for (n, act) in (1..).zip(acts) {
        assert_eq!(refused(&mut cast.carol, room, n, act).await, Code::NOT_ALLOWED);
    }
    for (n, act) in (1..).zip([Act::Op(someone()), Act::Deop(called("bob")), Act::Own(called("bob"))]) {
        assert_eq!(refused(&mut cast.bob, room, n, act).await, Code::NOT_ALLOWED);
    }
    assert_eq!(refused(&mut cast.alice, room, 9, Act::Own(called("bob"))).await, Code::NOT_ALLOWED);
    cast.carol.say(room, 20, "and the session lives").await;
}

#[tokio::test(start_paused = true)]
async fn nobody_acts_against_the_owner_or_themselves_and_operators_not_against_each_other() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    cast.alice.order(room, 2, Act::Op(called("carol"))).await.unwrap();

    for (n, name) in (1..).zip(["alice", "bob", "carol"]) {
        for (m, act) in (0..).zip([kick(name), ban(name), Act::Mute(called(name))]) {
            assert_eq!(refused(&mut cast.bob, room, n * 10 + m, act).await, Code::NOT_ALLOWED, "{name}");
        }
    }
    for (n, act) in (10..).zip([kick("alice"), ban("alice"), Act::Mute(called("alice")), Act::Op(called("alice"))]) {
        assert_eq!(refused(&mut cast.alice, room, n, act).await, Code::NOT_ALLOWED);
    }
    cast.alice.order(room, 30, kick("bob")).await.expect("but the owner against operators");
}

#[tokio::test(start_paused = true)]
async fn an_act_about_nobody_says_who_is_not_there() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let _stranger = cast.world.person("stranger").await;
    let nobody = Target { person: PersonId(999), name: Bytes::from_static(b"carol") };
    let acts = [
        kick("nobody-at-all"),
        Act::Kick(nobody),
        kick("stranger"),
        Act::Mute(called("stranger")),
        Act::Unmute(called("carol")),
        Act::Deop(called("carol")),
        kick("\u{1b}[2J"),
        kick(""),
    ];

    for (n, act) in (10..).zip(acts) {
        assert_eq!(refused(&mut cast.alice, room, n, act).await, Code::NO_SUCH_PERSON);
    }
    assert_eq!(refused(&mut cast.alice, room, 30, Act::Rekey).await, Code::NOT_PRIVATE);
}

#[tokio::test(start_paused = true)]
async fn nobody_learns_the_names_on_the_server_by_counting_through_the_numbers() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let elsewhere = cast.world.person("hermit").await.welcome.unwrap().person;
    let target = |name: &str| Target { person: elsewhere, name: Bytes::copy_from_slice(name.as_bytes()) };

    for (n, act) in (10..).zip([Act::Kick(target("")), Act::Ban(target("dave"), BanScope::Key), Act::Mute(target("x"))])
    {
        let refused = cast.alice.order(room, n, act).await.unwrap_err();
        assert_eq!(refused.code, Code::NO_SUCH_PERSON);
        assert!(!String::from_utf8_lossy(&refused.text).contains("hermit"), "{refused:?}");
    }

    cast.alice.order(room, 20, Act::Ban(target("Hermit"), BanScope::Key)).await.expect("whoever is named is known");
    let dave = Target { person: cast.dave.welcome.as_ref().unwrap().person, name: Bytes::new() };
    cast.alice.order(room, 21, Act::Kick(dave)).await.expect("whoever is here is known");
}

#[tokio::test(start_paused = true)]
async fn an_act_that_finds_what_it_wants_done_already_is_taken() {
    let mut cast = Cast::new().await;
    let room = cast.id();

    for (n, act) in (10..).zip([Act::Lock, Act::Lock, Act::Mute(called("dave")), Act::Mute(called("dave"))]) {
        cast.bob.order(room, n, act).await.unwrap();
    }

    assert_eq!(gists(&cast.carol.entries(4).await), ["bob locks", "bob locks", "bob mutes dave", "bob mutes dave"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_kicked_sees_that_nothing_after_it_and_comes_back_after_ten_minutes() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    cast.alice.say(room, 2, "before").await;

    cast.alice.order(room, 3, kick("dave")).await.unwrap();
    cast.alice.say(room, 4, "after").await;

    let (seen, reason) = cast.dave.until_ended().await;
    assert_eq!((gists(&seen), reason), (vec!["alice: before".into(), "alice kicks dave".into()], EndReason::Removed));
    sleep(9 * MINUTE).await;
    let mut dave = cast.world.person("dave").await;
    assert_eq!(dave.knock(cast.room.code, None).await.unwrap_err().code, Code::JOIN_DENIED);
    sleep(MINUTE).await;
    let joined = dave.knock(cast.room.code, None).await.expect("the rest is over");
    assert_eq!(joined.state.role, Role::Member);
    assert!(cast.dave.kept.is_empty(), "nothing came after the end: {:?}", cast.dave.kept);
}

#[tokio::test(start_paused = true)]
async fn after_a_kick_every_verb_is_refused_and_none_tells_whether_the_room_lives() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let said = cast.dave.say(room, 1, "hi").await;
    cast.alice.order(room, 3, kick("dave")).await.unwrap();
    let dave = &mut cast.dave;
    let history = || History { room, after: Seq::START, before: Seq(u64::MAX), limit: 10 };

    // Twice: before the session has passed on the end, and after.
    for n in [10, 20] {
        assert_eq!(dave.refusal_of(dave.post(room, n, "me?")).await, Code::NOT_MEMBER);
        assert_eq!(refused(dave, room, n + 1, kick("carol")).await, Code::NOT_MEMBER);
        assert_eq!(dave.refusal_of(history()).await, Code::NOT_MEMBER);
        assert_eq!(dave.refusal_of(Leave { room }).await, Code::NOT_MEMBER);
        assert_eq!(dave.invite(room).await.unwrap_err().code, Code::NOT_MEMBER);
        assert_eq!(dave.resume(room, 1).await.unwrap_err().code, Code::ROOM_ENDED);
        assert_eq!(dave.knock(cast.room.code, None).await.unwrap_err().code, Code::JOIN_DENIED);
        assert_eq!(dave.say(room, 1, "hi").await, said, "but known ids are answered first");
    }

    let (mut again, _) = cast.world.opener("erin").await;
    let never = RoomId([9; 16]);
    assert_eq!(again.refusal_of(Leave { room: never }).await, Code::NOT_MEMBER);
    assert_eq!(again.invite(never).await.unwrap_err().code, Code::NOT_MEMBER);
    let dave = cast.world.person("dave").await;
    assert!(dave.welcome.unwrap().rooms.is_empty(), "and it is not among the rooms to come back to");
}

#[tokio::test(start_paused = true)]
async fn of_what_the_kicked_say_in_the_same_turn_only_what_came_before_stands() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let last = cast.dave.send(cast.dave.post(room, 1, "last words")).await;
    let kick = cast.bob.send(cast.bob.act(room, 1, kick("dave"))).await;
    let late = cast.dave.send(cast.dave.post(room, 2, "too late")).await;

    assert!(matches!(cast.bob.answer_to(kick).await, ServerFrame::Accepted(_)));
    let before = matches!(cast.dave.answer_to(last).await, ServerFrame::Accepted(_));
    let after = matches!(cast.dave.answer_to(late).await, ServerFrame::Accepted(_));

    cast.alice.say(room, 9, "so").await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|last| last != "alice: so") {
        seen.extend(gists(&cast.carol.entries(1).await));
    }
    let place = |gist: &str| seen.iter().position(|seen| seen == gist);
    let kicked = place("bob kicks dave").unwrap();
    assert_eq!((place("dave: last words").is_some(), place("dave: too late").is_some()), (before, after));
    assert!(place("dave: last words").is_none_or(|place| place < kicked));
    assert!(place("dave: too late").is_none_or(|place| place < kicked));
}

#[tokio::test(start_paused = true)]
async fn a_kick_and_a_ban_remove_every_session_and_every_name_of_the_key() {
    for act in [kick("dave"), ban("dave")] {
        let mut cast = Cast::new().await;
        let room = cast.id();
        let (mut phone, _) = cast.world.guest("dave", cast.room.code).await;
        let mut alias = cast.world.connect();
        alias.login("dave-too", &key_of("dave")).await.unwrap();
        alias.join(cast.room.code).await;

        cast.alice.order(room, 10, act).await.unwrap();

        for peer in [&mut cast.dave, &mut phone, &mut alias] {
            assert_eq!(peer.until_ended().await.1, EndReason::Removed);
            assert_eq!(peer.refusal_of(peer.post(room, 5, "me?")).await, Code::NOT_MEMBER);
            assert_eq!(peer.knock(cast.room.code, None).await.unwrap_err().code, Code::JOIN_DENIED);
        }
        assert_eq!(cast.ranks().await.len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_lags_behind_its_own_removal_is_told_and_reads_nothing_after_it() {
    let world = World::with(Config { ring_batches: 2, outbound_bytes: 4_096, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let mut bob = world.connect_through(1_024).logged_in("bob").await;
    bob.join(room.code).await;
    for n in 1..=200 {
        alice.say(room.room, n, "a long story that goes on and on").await;
    }

    alice.order(room.room, 201, kick("bob")).await.unwrap();
    for n in 202..=400 {
        alice.say(room.room, n, "secret").await;
    }

    let (seen, reason) = bob.until_ended().await;
    assert_eq!(reason, EndReason::Removed);
    assert!(seen.iter().all(|entry| !gists(std::slice::from_ref(entry))[0].contains("secret")));
}

#[tokio::test(start_paused = true)]
async fn a_visitor_is_shown_the_door_like_anybody() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let mut bot = cast.world.person("bot").await;
    bot.join_as(cast.room.code, Stay::Visitor).await;
    bot.say(room, 1, "spam").await;

    cast.bob.order(room, 1, kick("bot")).await.expect("a visitor is here");

    assert_eq!(bot.refusal_of(bot.post(room, 2, "spam")).await, Code::NOT_MEMBER);
    let join =
        chat_proto::frame::Join { code: Bytes::copy_from_slice(&cast.room.code), stay: Stay::Visitor, secret: None };
    assert_eq!(bot.refusal_of(join).await, Code::JOIN_DENIED);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_let_in_again_before_they_heard_that_they_were_removed_is_in() {
    for round in 0..40 {
        let mut cast = Cast::new().await;
        let room = cast.id();
        for (n, act) in (10..).zip([ban("dave"), Act::Unban(called("dave"))]) {
            cast.alice.send(cast.alice.act(room, n, act)).await;
        }
        // Both acts are carried out in one turn of her session, before his looks at his request, or at what they came
        // to.
        let stay = [Stay::Resident, Stay::Visitor][round % 2];
        let code = Bytes::copy_from_slice(&cast.room.code);
        expect_joined(cast.dave.ask(chat_proto::frame::Join { code, stay, secret: None }).await);

        cast.dave.say(room, 5, "in again").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_visitor_who_was_shown_the_door_can_give_up_the_place_it_held() {
    let world = World::with(Config { rooms_per_key: 100, ..unhurried() });
    let mut alice = world.person("alice").await;
    let mut bot = world.person("bot").await;
    let visit = |code: [u8; 4]| chat_proto::frame::Join {
        code: Bytes::copy_from_slice(&code),
        stay: Stay::Visitor,
        secret: None,
    };
    let mut last = None;
    for id in 0..ROOMS_PER_SESSION as u64 {
        let create = chat_proto::frame::Create {
            id,
            stay: Stay::Resident,
            door: chat_proto::frame::Door::Open,
            keep: Keep::Default,
        };
        let room = expect_joined(alice.ask(create).await);
        expect_joined(bot.ask(visit(room.code)).await);
        last = Some(room.room);
    }
    let (_carol, more) = world.opener("carol").await;
    alice.order(last.unwrap(), 1, kick("bot")).await.unwrap();
    assert_eq!(bot.refusal_of(visit(more.code)).await, Code::TOO_MANY_ROOMS);

    assert_eq!(bot.refusal_of(Leave { room: last.unwrap() }).await, Code::NOT_MEMBER);

    expect_joined(bot.ask(visit(more.code)).await);
}

#[tokio::test(start_paused = true)]
async fn the_banned_stay_out_under_every_name_until_they_are_unbanned() {
    let mut cast = Cast::with(patient()).await;
    let room = cast.id();
    let _stranger = cast.world.person("stranger").await;
    cast.bob.order(room, 1, ban("dave")).await.unwrap();
    cast.bob.order(room, 2, ban("stranger")).await.expect("also who never was here");

    pass(2 * DAY, &mut cast.alice).await;

    for name in ["dave", "stranger"] {
        for alias in [name.to_owned(), format!("{name}-too")] {
            let mut peer = cast.world.connect();
            peer.login(&alias, &key_of(name)).await.unwrap();
            assert_eq!(peer.knock(cast.room.code, None).await.unwrap_err().code, Code::JOIN_DENIED, "{alias}");
        }
    }
    cast.bob.order(room, 3, Act::Unban(called("stranger"))).await.unwrap();
    let mut stranger = cast.world.person("stranger").await;
    stranger.knock(cast.room.code, None).await.expect("unbanned");
}

#[tokio::test(start_paused = true)]
async fn an_unban_lets_in_again_and_names_the_banned_if_it_names_nobody() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    cast.bob.order(room, 1, ban("dave")).await.unwrap();
    cast.bob.order(room, 2, ban("carol")).await.unwrap();

    let refusal = cast.bob.order(room, 3, Act::Unban(called("dove"))).await.unwrap_err();
    assert_eq!(
        (refusal.code, &refusal.text[..]),
        (Code::NO_SUCH_PERSON, &b"dove is not banned here; banned: carol, dave"[..])
    );
    cast.bob.order(room, 4, Act::Unban(called("Dave"))).await.unwrap();

    let mut dave = cast.world.person("dave").await;
    dave.knock(cast.room.code, None).await.expect("unbanned");
    let mut carol = cast.world.person("carol").await;
    assert_eq!(carol.knock(cast.room.code, None).await.unwrap_err().code, Code::JOIN_DENIED);
}

#[tokio::test(start_paused = true)]
async fn somebody_whom_the_server_has_forgotten_can_be_unbanned_by_name() {
    let cast = Cast::with(patient()).await;
    let room = cast.id();
    let Cast { world, mut alice, dave, .. } = cast;
    alice.order(room, 2, ban("dave")).await.unwrap();
    drop(dave);
    pass(26 * HOUR, &mut alice).await;
    let fresh = world.connect().login("dave", &key_of("another")).await;
    assert!(fresh.is_ok(), "the name is free again, so he is forgotten");

    alice.order(room, 3, Act::Unban(called("dave"))).await.expect("the list of the room still knows him");

    let mut dave = world.connect();
    dave.login("dave-again", &key_of("dave")).await.unwrap();
    dave.knock(cast.room.code, None).await.expect("it was his key");
}

#[tokio::test(start_paused = true)]
async fn a_ban_by_address_keeps_out_whoever_comes_from_there_but_removes_only_the_key() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let from = async |name: &str, address: &str| world.connect_from(address).logged_in(name).await;
    let mut mallory = from("mallory", "2001:db8:1:2::7").await;
    mallory.join(room.code).await;
    let mut sister = from("sister", "2001:db8:1:2::8").await;
    sister.join(room.code).await;

    alice.order(room.room, 1, Act::Ban(called("mallory"), BanScope::Address)).await.unwrap();

    assert_eq!(mallory.until_ended().await.1, EndReason::Removed);
    sister.say(room.room, 1, "I live here too").await;
    let mut puppet = from("puppet", "2001:db8:1:2:3::9").await;
    assert_eq!(puppet.knock(room.code, None).await.unwrap_err().code, Code::JOIN_DENIED);
    let mut sister = from("sister", "2001:db8:1:2::8").await;
    sister.knock(room.code, None).await.expect("members come back");
    let mut neighbour = from("neighbour", "2001:db8:1:3::7").await;
    neighbour.knock(room.code, None).await.expect("another household");
    let mut mallory = from("mallory", "192.0.2.1").await;
    assert_eq!(mallory.knock(room.code, None).await.unwrap_err().code, Code::JOIN_DENIED, "her key from elsewhere");
    alice.order(room.room, 2, Act::Unban(called("mallory"))).await.unwrap();
    puppet.knock(room.code, None).await.expect("the address is free with her");
}

#[tokio::test(start_paused = true)]
async fn the_servers_own_machine_is_never_banned_as_an_address() {
    let mut cast = Cast::new().await;
    let room = cast.id();

    let refusal = cast.bob.order(room, 1, Act::Ban(called("dave"), BanScope::Address)).await.unwrap_err();

    assert_eq!(refusal.code, Code::NOT_ALLOWED);
    assert!(String::from_utf8_lossy(&refusal.text).contains("ban them without it"));
    cast.dave.say(room, 1, "still here").await;
}

#[tokio::test(start_paused = true)]
async fn the_muted_read_and_write_nothing_under_any_name_not_even_acts() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let mut alias = cast.world.connect();
    alias.login("bob-too", &key_of("bob")).await.unwrap();
    alias.join(cast.room.code).await;

    cast.alice.order(room, 10, Act::Mute(called("bob"))).await.unwrap();

    let bodies = [
        EntryBody::Message("hm".into()),
        EntryBody::Action("hms".into()),
        EntryBody::Topic("mine".into()),
        EntryBody::Act(Act::Lock),
        EntryBody::Act(Act::Unmute(called("bob"))),
    ];
    for (n, body) in (1..).zip(bodies) {
        let post = |instance| chat_proto::frame::Post { room, id: PostId { instance, n }, body: body.clone() };
        assert_eq!(cast.bob.refusal_of(post(cast.bob.instance)).await, Code::MUTED, "{body:?}");
        assert_eq!(alias.refusal_of(post(alias.instance)).await, Code::MUTED, "{body:?}");
    }
    cast.alice.say(room, 11, "shush").await;
    assert_eq!(cast.bob.next_said().await, "shush");
    cast.bob.leave(room).await;
    cast.bob.join(cast.room.code).await;
    assert_eq!(cast.bob.refusal_of(cast.bob.post(room, 20, "new?")).await, Code::MUTED, "leaving gives no voice");
    cast.alice.order(room, 12, Act::Unmute(called("bob"))).await.unwrap();
    cast.bob.say(room, 30, "thank you").await;
}

#[tokio::test(start_paused = true)]
async fn the_muted_may_take_back_what_they_said() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    cast.bob.say(room, 1, "oops").await;
    cast.alice.order(room, 10, Act::Mute(called("bob"))).await.unwrap();

    let forget = Post { room, id: PostId { instance: cast.bob.instance, n: 2 }, body: EntryBody::Forget };

    assert!(matches!(cast.bob.ask(forget).await, ServerFrame::Accepted(_)));
}

#[tokio::test(start_paused = true)]
async fn operators_keep_order_until_they_are_none() {
    let mut cast = Cast::with(patient()).await;
    let room = cast.id();
    cast.alice.order(room, 2, Act::Op(called("carol"))).await.unwrap();
    cast.carol.order(room, 1, Act::Mute(called("dave"))).await.expect("she is one");

    cast.alice.order(room, 3, Act::Deop(called("carol"))).await.unwrap();

    assert_eq!(refused(&mut cast.carol, room, 2, Act::Unmute(called("dave"))).await, Code::NOT_ALLOWED);
    cast.bob.order(room, 1, kick("carol")).await.expect("she is a member like any other");
    cast.alice.order(room, 4, kick("bob")).await.unwrap();
    sleep(10 * MINUTE).await;
    let mut bob = cast.world.person("bob").await;
    let joined = bob.knock(cast.room.code, None).await.unwrap();
    assert_eq!(joined.state.role, Role::Member, "a kick takes it too");
    assert_eq!(refused(&mut bob, room, 1, Act::Lock).await, Code::NOT_ALLOWED);
}

#[tokio::test(start_paused = true)]
async fn an_operator_who_leaves_and_comes_back_is_one() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    cast.bob.leave(room).await;
    assert_eq!(refused(&mut cast.bob, room, 1, Act::Lock).await, Code::NOT_MEMBER, "but not from outside");

    let joined = cast.bob.join(cast.room.code).await;

    assert_eq!(joined.state.role, Role::Operator);
    cast.bob.order(room, 2, Act::Lock).await.expect("still trusted");
}

#[tokio::test(start_paused = true)]
async fn an_owner_who_leaves_passes_the_room_to_the_longest_standing_operator() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    cast.alice.order(room, 2, Act::Op(called("dave"))).await.unwrap();
    cast.alice.order(room, 3, Act::Deop(called("bob"))).await.unwrap();

    cast.alice.leave(room).await;

    let seen = cast.carol.entries(4).await;
    assert_eq!(gists(&seen)[2..], ["alice left Leave", "dave owns dave"]);
    assert_eq!(seen[3].post, None, "nobody posted it");
    cast.dave.order(room, 1, Act::Op(called("carol"))).await.expect("he is the owner now");
    let joined = cast.alice.knock(cast.room.code, None).await.unwrap();
    assert_eq!(joined.state.role, Role::Member, "whoever comes back has nothing of it");
}

#[tokio::test(start_paused = true)]
async fn without_operators_the_room_passes_to_the_longest_standing_member_who_is_present_and_not_muted() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (_muted, _) = world.guest("muted", room.code).await;
    let (gone, _) = world.guest("gone", room.code).await;
    let (_visitor, mut carol) = (world.person("visitor").await.join_as(room.code, Stay::Visitor).await, {
        let (carol, _) = world.guest("carol", room.code).await;
        carol
    });
    let (_dave, _) = world.guest("dave", room.code).await;
    alice.order(room.room, 1, Act::Mute(called("muted"))).await.unwrap();
    gone.bye().await;

    alice.leave(room.room).await;

    assert_eq!(gists(&carol.entries(10).await)[8..], ["alice left Leave", "carol owns carol"]);
}

#[tokio::test(start_paused = true)]
async fn an_owner_who_leaves_under_one_name_keeps_the_room_under_the_other() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let mut alias = cast.world.connect();
    alias.login("alice-too", &key_of("alice")).await.unwrap();
    let joined = alias.join(cast.room.code).await;
    assert_eq!(joined.state.role, Role::Owner, "keys own rooms");

    cast.alice.leave(room).await;

    alias.order(room, 1, Act::Lock).await.expect("still the owner");
}

#[tokio::test(start_paused = true)]
async fn the_one_who_was_next_but_is_removed_in_the_same_breath_does_not_inherit() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let kick = cast.alice.send(cast.alice.act(room, 2, kick("bob"))).await;
    let leave = cast.alice.send(Leave { room }).await;
    cast.alice.answer_to(leave).await;
    cast.alice.answer_to(kick).await;

    let seen = gists(&cast.carol.entries(3).await);

    assert_eq!(seen, ["alice kicks bob", "alice left Leave", "carol owns carol"]);
}

/// Lets hours pass in leaps: a sweep a second for fourteen days would take long.
async fn pass(time: Duration, peer: &mut Peer) {
    let mut left = time;
    while left > Duration::ZERO {
        let leap = left.min(HOUR);
        tokio::time::advance(leap).await;
        // Answered after the sweep that the leap set off.
        sleep(Duration::from_secs(2)).await;
        peer.ask(Ping {}).await;
        left = left.saturating_sub(leap + Duration::from_secs(2));
    }
}

/// Nobody is cut off for saying nothing.
fn patient() -> Config {
    Config { silence: 60 * DAY, ..unhurried() }
}

#[tokio::test(start_paused = true)]
async fn an_owner_who_stays_away_for_seven_days_loses_the_room_and_not_before() {
    let cast = Cast::with(patient()).await;
    let room = cast.id();
    let Cast { world, alice, mut bob, mut carol, .. } = cast;
    alice.bye().await;

    pass(ALMOST_A_WEEK, &mut bob).await;
    let mut alice = world.person("alice").await;
    let joined = alice.knock(cast.room.code, None).await.unwrap();
    assert_eq!(joined.state.role, Role::Owner, "forgotten, and still the owner by her key");
    alice.bye().await;
    pass(ALMOST_A_WEEK, &mut bob).await;
    let acts = gists(&history(&mut carol, room).await);
    assert!(!acts.iter().any(|gist| gist.contains("owns")), "her visit counted: {acts:?}");
    pass(11 * MINUTE, &mut bob).await;

    assert_eq!(gists(&history(&mut carol, room).await).last().unwrap(), "bob owns bob");
    bob.order(room, 1, Act::Op(called("carol"))).await.expect("he is the owner");
}

async fn history(peer: &mut Peer, room: RoomId) -> Vec<chat_proto::Entry> {
    let ask = History { room, after: Seq::START, before: Seq(u64::MAX), limit: 200 };
    match peer.ask(ask).await {
        ServerFrame::Page(page) => page.entries.into_vec(),
        other => panic!("a page, not {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_act_sent_again_under_its_id_is_answered_as_before_whatever_has_changed() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let said = cast.bob.order(room, 1, kick("dave")).await.unwrap();
    let muted = cast.bob.order(room, 2, Act::Mute(called("carol"))).await.unwrap();
    cast.carol.ask(Rename { name: Bytes::from_static(b"caroline") }).await;
    cast.alice.order(room, 2, Act::Deop(called("bob"))).await.unwrap();

    for _ in 0..3 {
        assert_eq!(cast.bob.order(room, 1, kick("dave")).await, Ok(said));
        assert_eq!(cast.bob.order(room, 2, Act::Mute(called("carol"))).await, Ok(muted), "by the old name");
    }
    let carol = Target { person: cast.carol.welcome.as_ref().unwrap().person, name: Bytes::new() };
    assert_eq!(cast.bob.order(room, 2, Act::Mute(carol.clone())).await, Ok(muted), "by number");
    assert_eq!(refused(&mut cast.bob, room, 2, Act::Unmute(carol)).await, Code::ID_REUSED);
    assert_eq!(refused(&mut cast.bob, room, 1, ban("dave")).await, Code::ID_REUSED);
    assert_eq!(refused(&mut cast.bob, room, 3, kick("carol")).await, Code::NOT_ALLOWED, "but nothing new");
}

#[tokio::test(start_paused = true)]
async fn many_of_the_same_act_in_one_turn_are_one_entry_and_one_answer() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    let mut requests = Vec::new();
    for _ in 0..20 {
        requests.push(cast.bob.send(cast.bob.act(room, 1, kick("dave"))).await);
    }

    let mut answers = Vec::new();
    for request in requests {
        match cast.bob.answer_to(request).await {
            ServerFrame::Accepted(accepted) => answers.push(accepted.seq),
            other => panic!("accepted, not {other:?}"),
        }
    }

    assert!(answers.iter().all(|seq| *seq == answers[0]));
    cast.alice.say(room, 9, "so").await;
    assert_eq!(gists(&cast.carol.entries(2).await), ["bob kicks dave", "alice: so"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_told_of_the_room_later_is_told_the_same_roles_as_those_who_saw_the_acts() {
    let mut cast = Cast::new().await;
    let room = cast.id();
    cast.alice.order(room, 2, Act::Mute(called("dave"))).await.unwrap();
    cast.dave.leave(room).await;

    let joined = expect_joined(
        cast.dave
            .ask(chat_proto::frame::Join {
                code: Bytes::copy_from_slice(&cast.room.code),
                stay: Stay::Resident,
                secret: None,
            })
            .await,
    );

    assert_eq!(joined.state.role, Role::Member);
    let seen = cast.carol.entries(3).await;
    let EntryBody::Left(LeaveReason::Leave) = seen[1].body else { panic!("he left: {:?}", seen[1]) };
    let EntryBody::Joined(arrival) = &seen[2].body else { panic!("he came: {:?}", seen[2]) };
    assert_eq!((arrival.role, arrival.voice), (Role::Member, Voice::Muted));
    assert_eq!(arrival.key, key_of("dave").verifying_key().to_bytes());
}
