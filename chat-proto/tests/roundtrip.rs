//! Whatever can be said arrives as it was said.

use bytes::{Bytes, BytesMut};
use chat_proto::Secret;
use chat_proto::codec::{self, FrameCodec, Payload};
use chat_proto::entry::{
    Act, Arrival, Author, BanScope, Delete, Edit, Entry, EntryBody, LeaveReason, PersonId, PostId, React,
    ReactionState, Reply, RoomId, Seq, Target, UnixMillis,
};
use chat_proto::frame::{
    Accepted, Batch, Beyond, Body, Bye, Challenge, ClientFrame, Create, Done, Door, Durability, EndReason, Excerpt,
    Found, Frame, Gap, GapKind, GiveUp, GoAway, HeldName, Hello, History, Hit, Invitation, Invite, Join, Joined, Keep,
    Label, Leave, Limits, Lock, Login, Member, Members, Membership, NameList, Names, OpenDirect, Page, Peer, Ping,
    Pong, Post, Presence, Read, Rename, Resume, Role, RoomAdded, RoomEnded, RoomHead, RoomState, Search, ServerFrame,
    SetPresence, Signal, SignalKind, Stay, Typing, TypingState, Voice, Welcome,
};
use chat_proto::limits::{
    AWAY_BYTES, EMOJI_BYTES, EXCERPT_BYTES, FRAME_BYTES_FROM_SERVER, MEMBERSHIPS, NAME_BYTES, PAGE_BYTES,
    REACTIONS_PER_MESSAGE, SEARCH_HITS, TEXT_BYTES,
};
use chat_proto::refusal::{Code, Detail, Refused};
use chat_proto::wire::{self, Capped};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio_util::codec::Decoder;

proptest! {
    #[test]
    fn a_client_frame_arrives_as_it_was_sent(request: u32, frame in client_frame()) {
        prop_assert_eq!(sent_and_read(request, &frame), (request, Some(frame)));
    }

    #[test]
    fn a_server_frame_arrives_as_it_was_sent(request: u32, frame in server_frame()) {
        prop_assert_eq!(sent_and_read(request, &frame), (request, Some(frame)));
    }

    #[test]
    fn a_post_means_the_same_to_whoever_reads_it_in_one_go(
        post in (room(), post_id(), entry_body()).prop_map(|(room, id, body)| Post { room, id, body }),
        changed in vec((any::<prop::sample::Index>(), any::<u8>()), 0..3), cut: Option<prop::sample::Index>,
    ) {
        let mut bytes = wire::encode(&post);
        for (at, byte) in changed {
            *at.get_mut(&mut bytes) = byte;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len() + 1)));
        let bytes = Bytes::from(bytes);

        let read = ClientFrame::decode(Post::KIND, bytes.clone()).ok().flatten();

        prop_assert_eq!(read, wire::decode::<Post>(&bytes).ok().map(ClientFrame::Post));
    }

    #[test]
    fn an_entry_arrives_as_it_was_sent(entry in entry()) {
        let bytes = codec::entry_bytes(&entry);

        prop_assert_eq!(wire::decode::<Entry>(&bytes).unwrap(), entry);
    }

    #[test]
    fn an_entry_whose_origin_is_copied_is_the_same(first in entry(), others in vec((seq(), seq(), entry_body()), 0..5)) {
        let said_with = |(seq, prev, body)| Entry { seq, prev, body, ..first.clone() };
        let (mut together, mut apart, mut origin) = (Vec::new(), Vec::new(), None);

        for entry in std::iter::once(first.clone()).chain(others.into_iter().map(said_with)) {
            origin = Some(codec::append_entry((&entry).into(), origin, &mut together));
            apart.extend_from_slice(&codec::entry_bytes(&entry));
        }

        prop_assert_eq!(together, apart);
    }

    #[test]
    fn a_batch_of_encoded_entries_is_the_frame_of_its_entries(room in room(), entries in vec(entry(), 0..=5)) {
        let encoded: Vec<_> = entries.iter().map(codec::entry_bytes).collect();

        let frame = ServerFrame::from(Batch { room, entries: Capped::new(entries) });
        prop_assert_eq!(codec::batch(room, encoded.len(), encoded.iter().map(AsRef::as_ref)), codec::to_bytes(0, &frame));
        prop_assert_eq!(codec::batch(room, encoded.len(), std::iter::once(&encoded.concat()[..])), codec::to_bytes(0, &frame));
    }

    #[test]
    fn a_page_of_encoded_entries_is_the_frame_of_its_entries(
        request: u32, room in room(), oldest in seq(), entries in vec(entry(), 0..=5),
    ) {
        let encoded: Vec<_> = entries.iter().map(codec::entry_bytes).collect();

        let frame = ServerFrame::from(Page { room, oldest, entries: Capped::new(entries) });
        prop_assert_eq!(codec::page(request, room, oldest, &encoded), codec::to_bytes(request, &frame));
    }

    #[test]
    fn frames_arrive_the_same_in_pieces_of_any_size(
        frames in vec((any::<u32>(), client_frame()), 1..6), sizes in vec(1_usize..40, 1..20),
    ) {
        let stream: Vec<u8> = frames.iter().flat_map(|(request, frame)| codec::to_bytes(*request, frame)).collect();

        let mut codec = FrameCodec::new(FRAME_BYTES_FROM_SERVER);
        let mut inbox = BytesMut::new();
        let mut read = Vec::new();
        let mut rest = &stream[..];
        for size in sizes.iter().cycle() {
            let (piece, later) = rest.split_at((*size).min(rest.len()));
            inbox.extend_from_slice(piece);
            while let Some(payload) = codec.decode(&mut inbox).unwrap() {
                read.push(opened(payload));
            }
            rest = later;
            if rest.is_empty() {
                break;
            }
        }

        let sent: Vec<_> = frames.into_iter().map(|(request, frame)| (request, Some(frame))).collect();
        prop_assert_eq!(read, sent);
    }
}

#[test]
fn the_fullest_findings_fit_into_a_frame() {
    let author = Author { person: PersonId(u64::MAX), name: vec![b'n'; NAME_BYTES].into() };
    let text = vec![b't'; EXCERPT_BYTES].into();
    let excerpt = Excerpt { seq: Seq(u64::MAX), time: UnixMillis(i64::MAX), author, text };
    let hit = Hit { before: Some(excerpt.clone()), found: excerpt.clone(), after: Some(excerpt) };
    let hits = Capped::new(vec![hit; SEARCH_HITS]);

    let found = ServerFrame::from(Found { room: RoomId([7; 16]), hits, beyond: Beyond::More });

    assert_eq!(sent_and_read(1, &found), (1, Some(found)));
}

#[test]
fn the_fullest_message_fits_into_a_page_with_all_that_changes_it() {
    let text = Bytes::from(vec![b't'; TEXT_BYTES]);
    let reaction = React { target: Seq(1), emoji: vec![b'e'; EMOJI_BYTES].into(), state: ReactionState::On };
    let edit = EntryBody::Edit(Edit { target: Seq(1), text: text.clone() });
    let bodies = [EntryBody::Message(text), edit].into_iter();
    let bodies = bodies.chain(std::iter::repeat_n(EntryBody::React(reaction), REACTIONS_PER_MESSAGE));

    let entries: Vec<_> = bodies.map(largest).collect();

    let bytes: usize = entries.iter().map(|entry| codec::entry_bytes(entry).len()).sum();
    assert!(bytes <= FRAME_BYTES_FROM_SERVER - 1024, "{bytes}");
    let page = ServerFrame::from(Page { room: RoomId([7; 16]), oldest: Seq(1), entries: Capped::new(entries) });
    assert_eq!(sent_and_read(1, &page), (1, Some(page)));
}

#[test]
fn everybody_s_rooms_fit_into_a_welcome() {
    let peer = Peer { person: PersonId(u64::MAX), name: vec![b'n'; NAME_BYTES].into(), key: [7; 32] };
    let direct = Some(peer);
    let membership = Membership { room: RoomId([7; 16]), code: *b"AB3Z", head: Seq(u64::MAX), direct };

    let bytes = wire::encode(&vec![membership; MEMBERSHIPS]).len();

    assert!(bytes + NAME_BYTES + AWAY_BYTES < PAGE_BYTES, "{bytes}");
}

/// An entry with nothing short about it.
fn largest(body: EntryBody) -> Entry {
    Entry {
        seq: Seq(u64::MAX),
        prev: Seq(u64::MAX),
        time: UnixMillis(i64::MAX),
        author: Author { person: PersonId(u64::MAX), name: vec![b'n'; NAME_BYTES].into() },
        post: Some(PostId { instance: u64::MAX, n: u64::MAX }),
        body,
    }
}

fn sent_and_read<F: Frame>(request: u32, frame: &F) -> (u32, Option<F>) {
    let mut inbox = BytesMut::from(&codec::to_bytes(request, frame)[..]);
    let payload = FrameCodec::new(FRAME_BYTES_FROM_SERVER).decode(&mut inbox).expect("within the limit");
    opened(payload.expect("a whole frame"))
}

fn opened<F: Frame>(payload: Payload) -> (u32, Option<F>) {
    match payload {
        Payload::Frame(raw) => (raw.request, F::decode(raw.kind, raw.body).expect("a body of its kind")),
        Payload::Empty => panic!("no frame is empty"),
    }
}

fn client_frame() -> impl Strategy<Value = ClientFrame> {
    prop_oneof![
        (any::<(u16, u16, [u8; 32], u64)>(), some_bytes()).prop_map(
            |((version_min, version_max, key, instance), name)| {
                Hello { version_min, version_max, name, key, instance }.into()
            }
        ),
        some_bytes().prop_map(|signature| Login { signature }.into()),
        (any::<u64>(), stay(), door(), keep())
            .prop_map(|(id, stay, door, keep)| Create { id, stay, door, keep }.into()),
        (some_bytes(), stay(), secret()).prop_map(|(code, stay, secret)| Join { code, stay, secret }.into()),
        (room(), seq(), stay()).prop_map(|(room, after, stay)| Resume { room, after, stay }.into()),
        room().prop_map(|room| Leave { room }.into()),
        (room(), post_id(), entry_body()).prop_map(|(room, id, body)| Post { room, id, body }.into()),
        (room(), seq(), seq(), any::<u32>()).prop_map(|(room, after, before, limit)| History {
            room,
            after,
            before,
            limit
        }
        .into()),
        some_bytes().prop_map(|name| Rename { name }.into()),
        Just(Ping {}.into()),
        Just(Bye {}.into()),
        room().prop_map(|room| Invite { room }.into()),
        Just(Names {}.into()),
        Just(GiveUp {}.into()),
        search().prop_map(Into::into),
        (room(), seq()).prop_map(|(room, seq)| Read { room, seq }.into()),
        (any::<u64>(), stay()).prop_map(|(person, stay)| OpenDirect { person: PersonId(person), stay }.into()),
        (room(), prop_oneof![Just(TypingState::Writing), Just(TypingState::Stopped)])
            .prop_map(|(room, state)| Typing { room, state }.into()),
        presence().prop_map(|presence| SetPresence { presence }.into()),
    ]
}

fn server_frame() -> impl Strategy<Value = ServerFrame> {
    prop_oneof![
        any::<(u16, [u8; 32])>().prop_map(|(version, nonce)| Challenge { version, nonce }.into()),
        welcome().prop_map(Into::into),
        (room(), any::<[u8; 4]>(), seq(), seq(), seq(), room_state()).prop_map(
            |(room, code, head, oldest, cursor, state)| { Joined { room, code, head, oldest, cursor, state }.into() }
        ),
        (room(), vec(member(), 0..=200))
            .prop_map(|(room, members)| Members { room, members: Capped::new(members) }.into()),
        (room(), vec(entry(), 0..=20)).prop_map(|(room, entries)| Batch { room, entries: Capped::new(entries) }.into()),
        (room(), seq(), seq(), prop_oneof![Just(GapKind::Loadable), Just(GapKind::Purged)])
            .prop_map(|(room, from, to, kind)| Gap { room, from, to, kind }.into()),
        (post_id(), seq(), durability()).prop_map(|(id, seq, durability)| Accepted { id, seq, durability }.into()),
        (room(), seq(), vec(entry(), 0..=20)).prop_map(|(room, oldest, entries)| Page {
            room,
            oldest,
            entries: Capped::new(entries)
        }
        .into()),
        Just(Done {}.into()),
        (any::<i64>(), vec((room(), seq()), 0..=MEMBERSHIPS)).prop_map(|(time, heads)| {
            let heads = Capped::new(heads.into_iter().map(|(room, head)| RoomHead { room, head }));
            Pong { server_time: UnixMillis(time), heads }.into()
        }),
        (any::<u16>(), some_bytes(), any::<Option<u32>>(), detail()).prop_map(
            |(code, text, retry_after_ms, detail)| {
                Refused { code: Code(code), text, retry_after_ms, detail }.into()
            }
        ),
        (room(), prop_oneof![Just(EndReason::Over), Just(EndReason::Removed)]).prop_map(|(room, reason)| RoomEnded {
            room,
            reason
        }
        .into()),
        any::<u32>().prop_map(|reconnect_after_ms| GoAway { reconnect_after_ms }.into()),
        (room(), any::<[u8; 4]>(), secret()).prop_map(|(room, code, secret)| Invitation { room, code, secret }.into()),
        vec((some_bytes(), any::<Option<u64>>()), 0..=64).prop_map(|names| {
            let names = names.into_iter().map(|(name, rests_ms)| HeldName { name, rests_ms });
            NameList { names: Capped::new(names) }.into()
        }),
        (room(), vec(hit(), 0..=SEARCH_HITS), beyond()).prop_map(|(room, hits, beyond)| Found {
            room,
            hits: Capped::new(hits),
            beyond
        }
        .into()),
        membership().prop_map(|membership| RoomAdded { membership }.into()),
        (room(), any::<u64>(), signal()).prop_map(|(room, person, kind)| Signal {
            room,
            person: PersonId(person),
            kind
        }
        .into()),
    ]
}

fn search() -> impl Strategy<Value = Search> {
    let times = any::<(Option<i64>, Option<i64>)>();
    (room(), some_bytes(), some_bytes(), times, seq()).prop_map(|(room, words, from, (since, until), before)| Search {
        room,
        words,
        from,
        since: since.map(UnixMillis),
        until: until.map(UnixMillis),
        before,
    })
}

fn hit() -> impl Strategy<Value = Hit> {
    let beside = || proptest::option::of(excerpt());
    (beside(), excerpt(), beside()).prop_map(|(before, found, after)| Hit { before, found, after })
}

fn excerpt() -> impl Strategy<Value = Excerpt> {
    (seq(), any::<(i64, u64)>(), some_bytes(), some_bytes()).prop_map(|(seq, (time, person), name, text)| Excerpt {
        seq,
        time: UnixMillis(time),
        author: Author { person: PersonId(person), name },
        text,
    })
}

fn beyond() -> impl Strategy<Value = Beyond> {
    prop_oneof![Just(Beyond::Nothing), Just(Beyond::More), Just(Beyond::Unsearched)]
}

fn keep() -> impl Strategy<Value = Keep> {
    prop_oneof![Just(Keep::Default), any::<u64>().prop_map(Keep::Millis), Just(Keep::Forever)]
}

fn welcome() -> impl Strategy<Value = Welcome> {
    (any::<(u64, i64)>(), some_bytes(), limits(), durability(), vec(membership(), 0..=MEMBERSHIPS)).prop_map(
        |((person, time), name, limits, durability, rooms)| Welcome {
            person: PersonId(person),
            name,
            limits,
            durability,
            server_time: UnixMillis(time),
            rooms: Capped::new(rooms),
        },
    )
}

fn membership() -> impl Strategy<Value = Membership> {
    (room(), any::<[u8; 4]>(), seq(), proptest::option::of(peer())).prop_map(|(room, code, head, direct)| Membership {
        room,
        code,
        head,
        direct,
    })
}

fn peer() -> impl Strategy<Value = Peer> {
    (any::<u64>(), some_bytes(), any::<[u8; 32]>()).prop_map(|(person, name, key)| Peer {
        person: PersonId(person),
        name,
        key,
    })
}

fn presence() -> impl Strategy<Value = Presence> {
    let word = some_bytes().prop_map(Presence::Away);
    prop_oneof![Just(Presence::Here), Just(Presence::Gone), Just(Presence::Idle), word]
}

fn signal() -> impl Strategy<Value = SignalKind> {
    prop_oneof![Just(SignalKind::Typing), Just(SignalKind::Stopped), presence().prop_map(SignalKind::Presence)]
}

fn limits() -> impl Strategy<Value = Limits> {
    any::<[u32; 10]>().prop_map(|n| Limits {
        frame_bytes: n[0],
        text_bytes: n[1],
        text_lines: n[2],
        topic_bytes: n[3],
        name_columns: n[4],
        posts_unanswered: n[5],
        page_entries: n[6],
        rooms: n[7],
        heartbeat_ms: n[8],
        silence_ms: n[9],
    })
}

fn room_state() -> impl Strategy<Value = RoomState> {
    let lock = prop_oneof![Just(Lock::Unlocked), Just(Lock::Locked)];
    (some_bytes(), label(), any::<u32>(), role(), door(), lock, seq(), proptest::option::of(peer())).prop_map(
        |(topic, label, members, role, door, lock, read, direct)| RoomState {
            topic,
            label,
            role,
            door,
            lock,
            members,
            read,
            direct,
        },
    )
}

fn label() -> impl Strategy<Value = Label> {
    (durability(), any::<[Option<u64>; 4]>(), any::<u64>()).prop_map(
        |(durability, [keeps_ms, keeps_entries, keeps_bytes, keeps_bytes_of_all], waits_ms)| Label {
            durability,
            keeps_ms,
            keeps_entries,
            keeps_bytes,
            keeps_bytes_of_all,
            waits_ms,
        },
    )
}

fn member() -> impl Strategy<Value = Member> {
    (any::<u64>(), some_bytes(), presence(), arrival()).prop_map(|(person, name, presence, arrival)| {
        let Arrival { key, role, voice } = arrival;
        Member { person: PersonId(person), name, presence, role, voice, key }
    })
}

fn arrival() -> impl Strategy<Value = Arrival> {
    let voice = prop_oneof![Just(Voice::Free), Just(Voice::Muted)];
    (any::<[u8; 32]>(), role(), voice).prop_map(|(key, role, voice)| Arrival { key, role, voice })
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Member), Just(Role::Operator), Just(Role::Owner)]
}

fn door() -> impl Strategy<Value = Door> {
    prop_oneof![Just(Door::Open), Just(Door::Private), Just(Door::Direct)]
}

fn secret() -> impl Strategy<Value = Option<Secret>> {
    proptest::option::of(any::<[u8; 16]>().prop_map(Secret))
}

fn act() -> impl Strategy<Value = Act> {
    let target = (any::<u64>(), some_bytes()).prop_map(|(person, name)| Target { person: PersonId(person), name });
    let about: [fn(Target) -> Act; 9] = [
        Act::Kick,
        |target| Act::Ban(target, BanScope::Key),
        |target| Act::Ban(target, BanScope::Address),
        Act::Unban,
        Act::Mute,
        Act::Unmute,
        Act::Op,
        Act::Deop,
        Act::Own,
    ];
    prop_oneof![
        (0..about.len(), target).prop_map(move |(at, target)| about[at](target)),
        Just(Act::Lock),
        Just(Act::Unlock),
        Just(Act::Rekey),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    (seq(), seq(), any::<(i64, u64)>(), some_bytes(), proptest::option::of(post_id()), entry_body()).prop_map(
        |(seq, prev, (time, person), name, post, body)| Entry {
            seq,
            prev,
            time: UnixMillis(time),
            author: Author { person: PersonId(person), name },
            post,
            body,
        },
    )
}

fn entry_body() -> impl Strategy<Value = EntryBody> {
    let left = prop_oneof![Just(LeaveReason::Quit), Just(LeaveReason::Lost), Just(LeaveReason::Leave),];
    prop_oneof![
        some_bytes().prop_map(EntryBody::Message),
        some_bytes().prop_map(EntryBody::Action),
        some_bytes().prop_map(EntryBody::Topic),
        Just(EntryBody::Forget),
        (seq(), some_bytes()).prop_map(|(to, text)| EntryBody::Reply(Reply { to, text })),
        (seq(), some_bytes()).prop_map(|(target, text)| EntryBody::Edit(Edit { target, text })),
        seq().prop_map(|target| EntryBody::Delete(Delete { target })),
        (seq(), some_bytes(), prop_oneof![Just(ReactionState::On), Just(ReactionState::Off)])
            .prop_map(|(target, emoji, state)| EntryBody::React(React { target, emoji, state })),
        Just(EntryBody::Erased),
        Just(EntryBody::Opened),
        arrival().prop_map(EntryBody::Joined),
        act().prop_map(EntryBody::Act),
        left.prop_map(EntryBody::Left),
        some_bytes().prop_map(EntryBody::Renamed),
        (20_u16.., some_bytes()).prop_map(|(kind, body)| EntryBody::Unknown { kind, body }),
    ]
}

fn detail() -> impl Strategy<Value = Detail> {
    prop_oneof![
        Just(Detail::None),
        any::<u64>().prop_map(Detail::Max),
        any::<u64>().prop_map(Detail::Head),
        any::<u16>().prop_map(Detail::Kind),
        any::<(u16, u16)>().prop_map(|(min, max)| Detail::Versions { min, max }),
        some_bytes().prop_map(Detail::Name),
    ]
}

fn durability() -> impl Strategy<Value = Durability> {
    prop_oneof![Just(Durability::Memory), Just(Durability::Disk), Just(Durability::Replicated)]
}

fn stay() -> impl Strategy<Value = Stay> {
    prop_oneof![Just(Stay::Resident), Just(Stay::Watcher), Just(Stay::Visitor)]
}

fn room() -> impl Strategy<Value = RoomId> {
    any::<[u8; 16]>().prop_map(RoomId)
}

/// Small and huge alike: every width of a number on the wire.
fn seq() -> impl Strategy<Value = Seq> {
    prop_oneof![0..300_u64, 60_000..70_000_u64, any::<u32>().prop_map(u64::from), any::<u64>()].prop_map(Seq)
}

fn post_id() -> impl Strategy<Value = PostId> {
    any::<(u64, u64)>().prop_map(|(instance, n)| PostId { instance, n })
}

fn some_bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..300).prop_map(Bytes::from)
}
