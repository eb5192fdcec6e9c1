//! One conversation: a value of every frame and of every entry, whose bytes stand beside this file.
//!
//! `docs/protocol.md` shows the same bytes, part by part.

use bytes::Bytes;
use chat_proto::entry::{
    Act, Arrival, Author, BanScope, Delete, Edit, Entry, EntryBody, LeaveReason, PersonId, PostId, React,
    ReactionState, Reply, RoomId, Seq, Target, UnixMillis,
};
use chat_proto::frame::{
    Accepted, Batch, Beyond, Bye, Challenge, ClientFrame, Create, Done, Door, Durability, EndReason, Excerpt, Found,
    Gap, GapKind, GiveUp, GoAway, HeldName, Hello, History, Hit, Invitation, Invite, Join, Joined, Keep, Label, Leave,
    Limits, Lock, Login, Member, Members, Membership, NameList, Names, OpenDirect, Page, Peer, Ping, Pong, Post,
    Presence, Read, Rename, Resume, Role, RoomAdded, RoomEnded, RoomHead, RoomState, Search, ServerFrame, SetPresence,
    Signal, SignalKind, Stay, Typing, TypingState, Voice, Welcome,
};
use chat_proto::refusal::{Code, Detail, Refused};
use chat_proto::wire::Capped;
use chat_proto::{Secret, VERSION_MAX, VERSION_MIN, limits, login};
use ed25519_dalek::SigningKey;

/// A label, the request id and the frame.
pub(crate) type Row<F> = (&'static str, u32, F);

const ROOM: RoomId =
    RoomId([0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]);
const CODE: [u8; 4] = *b"AB3Z";
const SECRET: Secret = Secret([0x5e; 16]);
const INSTANCE: u64 = 0x1122_3344_5566_7788;
/// 2026-11-22T14:03:00Z.
const TIME: UnixMillis = UnixMillis(1_795_356_180_000);
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The key of alice, who says everything in this conversation.
fn alice() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn hello() -> Hello {
    Hello {
        version_min: VERSION_MIN,
        version_max: VERSION_MAX,
        name: Bytes::from_static(b"alice"),
        key: alice().verifying_key().to_bytes(),
        instance: INSTANCE,
    }
}

fn challenge() -> Challenge {
    Challenge { version: VERSION_MAX, nonce: [0x5a; 32] }
}

pub(crate) fn client_frames() -> Vec<Row<ClientFrame>> {
    let signature = login::sign(&alice(), &challenge(), &hello(), &login::PLAIN);
    vec![
        ("Hello", 1, hello().into()),
        ("Login", 2, Login { signature }.into()),
        ("Create", 3, create().into()),
        ("Join", 4, Join { code: Bytes::from_static(b"ab3z"), stay: Stay::Resident, secret: Some(SECRET) }.into()),
        ("Resume", 5, Resume { room: ROOM, after: Seq(1000), stay: Stay::Watcher }.into()),
        ("Leave", 6, Leave { room: ROOM }.into()),
        ("Post", 7, Post { room: ROOM, id: id(1), body: message() }.into()),
        ("History", 8, History { room: ROOM, after: Seq(0), before: Seq(251), limit: 200 }.into()),
        ("Rename", 9, Rename { name: "Zoë".into() }.into()),
        ("Ping", 10, Ping {}.into()),
        ("Bye", 11, Bye {}.into()),
        ("Invite", 12, Invite { room: ROOM }.into()),
        ("Names", 13, Names {}.into()),
        ("GiveUp", 14, GiveUp {}.into()),
        ("Search", 15, search().into()),
        ("Read", 16, Read { room: ROOM, seq: Seq(1001) }.into()),
        ("OpenDirect", 17, OpenDirect { person: PersonId(8), stay: Stay::Resident }.into()),
        ("Typing", 0, Typing { room: ROOM, state: TypingState::Writing }.into()),
        ("SetPresence", 18, SetPresence { presence: Presence::Away(Bytes::from_static(b"lunch")) }.into()),
    ]
}

pub(crate) fn server_frames() -> Vec<Row<ServerFrame>> {
    vec![
        ("Challenge", 1, challenge().into()),
        ("Welcome", 2, welcome().into()),
        ("Joined", 4, joined().into()),
        ("Members", 0, members().into()),
        ("Batch", 0, Batch { room: ROOM, entries: Capped::new([entry(1001, 1000, message())]) }.into()),
        ("Gap", 0, Gap { room: ROOM, from: Seq(1), to: Seq(70_000), kind: GapKind::Purged }.into()),
        ("Accepted", 7, accepted().into()),
        ("Page", 8, Page { room: ROOM, oldest: Seq(1), entries: Capped::new([opened()]) }.into()),
        ("Done", 9, Done {}.into()),
        ("Pong", 10, pong().into()),
        ("Refused", 4, refused().into()),
        ("RoomEnded", 0, RoomEnded { room: ROOM, reason: EndReason::Removed }.into()),
        ("GoAway", 0, GoAway { reconnect_after_ms: 1_500 }.into()),
        ("Invitation", 12, Invitation { room: ROOM, code: CODE, secret: Some(SECRET) }.into()),
        ("NameList", 13, name_list().into()),
        ("Found", 15, found().into()),
        ("RoomAdded", 0, RoomAdded { membership: direct_membership() }.into()),
        ("Signal", 0, Signal { room: ROOM, person: PersonId(8), kind: SignalKind::Typing }.into()),
    ]
}

/// A label and an entry of every kind.
pub(crate) fn entries() -> Vec<(&'static str, Entry)> {
    vec![
        ("Message", entry(1001, 1000, message())),
        ("Action", Entry { post: Some(id(2)), ..entry(1002, 1001, EntryBody::Action(Bytes::from_static(b"waves"))) }),
        (
            "Topic",
            Entry { post: Some(id(3)), ..entry(1003, 1002, EntryBody::Topic(Bytes::from_static(b"release planning"))) },
        ),
        ("Act", Entry { post: Some(id(4)), ..entry(1004, 1003, EntryBody::Act(Act::Ban(bob(), BanScope::Address))) }),
        ("Forget", Entry { post: Some(id(5)), ..entry(1005, 1004, EntryBody::Forget) }),
        ("Reply", Entry { post: Some(id(6)), ..entry(1006, 1005, reply()) }),
        ("Edit", Entry { post: Some(id(7)), ..entry(1007, 1006, edit()) }),
        ("Delete", Entry { post: Some(id(8)), ..entry(1008, 1007, EntryBody::Delete(Delete { target: Seq(1002) })) }),
        ("React", Entry { post: Some(id(9)), ..entry(1009, 1008, reaction()) }),
        ("Erased", entry(1001, 1000, EntryBody::Erased)),
        ("Opened", opened()),
        ("Joined", Entry { post: None, ..entry(1010, 1009, EntryBody::Joined(arrival())) }),
        ("Left", Entry { post: None, ..entry(70_000, 1010, EntryBody::Left(LeaveReason::Lost)) }),
        ("Renamed", Entry { post: None, ..entry(70_001, 70_000, EntryBody::Renamed("Zoë".into())) }),
        ("Unknown", Entry { post: Some(id(10)), ..entry(1_u64 << 32, 70_001, of_a_later_version()) }),
    ]
}

fn create() -> Create {
    Create { id: 300, stay: Stay::Resident, door: Door::Private, keep: Keep::Millis(7 * DAY_MS) }
}

fn search() -> Search {
    Search {
        room: ROOM,
        words: Bytes::from_static(b"pass* \"the build\""),
        from: Bytes::from_static(b"bob"),
        since: Some(TIME),
        until: None,
        before: Seq(u64::MAX),
    }
}

fn message() -> EntryBody {
    EntryBody::Message("hi! 👋".into())
}

fn reply() -> EntryBody {
    EntryBody::Reply(Reply { to: Seq(1001), text: Bytes::from_static(b"hello") })
}

fn edit() -> EntryBody {
    EntryBody::Edit(Edit { target: Seq(1001), text: Bytes::from_static(b"hi!") })
}

fn reaction() -> EntryBody {
    EntryBody::React(React { target: Seq(1001), emoji: "👍".into(), state: ReactionState::On })
}

fn direct_membership() -> Membership {
    Membership { room: ROOM, code: CODE, head: Seq(1001), direct: Some(peer()) }
}

pub(crate) fn peer() -> Peer {
    Peer { person: PersonId(8), name: Bytes::from_static(b"bob"), key: [0xb0; 32] }
}

/// Whom an act is about.
pub(crate) fn bob() -> Target {
    Target { person: PersonId(8), name: Bytes::from_static(b"bob") }
}

fn arrival() -> Arrival {
    Arrival { key: alice().verifying_key().to_bytes(), role: Role::Owner, voice: Voice::Free }
}

fn of_a_later_version() -> EntryBody {
    EntryBody::Unknown { kind: 900, body: Bytes::from_static(&[1, 2]) }
}

fn id(n: u64) -> PostId {
    PostId { instance: INSTANCE, n }
}

fn opened() -> Entry {
    Entry { post: None, ..entry(1, 0, EntryBody::Opened) }
}

fn entry(seq: u64, prev: u64, body: EntryBody) -> Entry {
    Entry { seq: Seq(seq), prev: Seq(prev), time: TIME, author: author(7, b"alice"), post: Some(id(1)), body }
}

fn author(person: u64, name: &'static [u8]) -> Author {
    Author { person: PersonId(person), name: Bytes::from_static(name) }
}

fn accepted() -> Accepted {
    Accepted { id: id(1), seq: Seq(1001), durability: Durability::Disk }
}

fn welcome() -> Welcome {
    Welcome {
        person: PersonId(7),
        name: Bytes::from_static(b"alice"),
        limits: Limits {
            frame_bytes: limits::FRAME_BYTES_FROM_CLIENT as u32,
            text_bytes: limits::TEXT_BYTES as u32,
            text_lines: limits::TEXT_LINES as u32,
            topic_bytes: limits::TOPIC_BYTES as u32,
            name_columns: limits::NAME_COLUMNS as u32,
            posts_unanswered: limits::POSTS_UNANSWERED as u32,
            page_entries: limits::PAGE_ENTRIES as u32,
            rooms: limits::ROOMS_PER_SESSION as u32,
            heartbeat_ms: limits::HEARTBEAT.as_millis() as u32,
            silence_ms: limits::SILENCE.as_millis() as u32,
        },
        durability: Durability::Disk,
        server_time: TIME,
        rooms: Capped::new([Membership { room: ROOM, code: CODE, head: Seq(1000), direct: None }]),
    }
}

fn joined() -> Joined {
    let label = Label {
        durability: Durability::Disk,
        keeps_ms: Some(7 * DAY_MS),
        keeps_entries: None,
        keeps_bytes: None,
        keeps_bytes_of_all: Some(1 << 30),
        waits_ms: 30 * DAY_MS,
    };
    let topic = Bytes::from_static(b"release planning");
    let (door, lock) = (Door::Private, Lock::Locked);
    let state = RoomState { topic, label, role: Role::Owner, door, lock, members: 2, read: Seq(990), direct: None };
    Joined { room: ROOM, code: CODE, head: Seq(1000), oldest: Seq(1), cursor: Seq(800), state }
}

fn members() -> Members {
    let Arrival { key, role, voice } = arrival();
    let name = Bytes::from_static(b"alice");
    let alice = Member { person: PersonId(7), name, presence: Presence::Here, role, voice, key };
    let name = Bytes::from_static(b"bob");
    let (role, voice, key) = (Role::Member, Voice::Muted, [0xb0; 32]);
    let bob = Member { person: PersonId(8), name, presence: Presence::Gone, role, voice, key };
    Members { room: ROOM, members: Capped::new([alice, bob]) }
}

fn name_list() -> NameList {
    let used = HeldName { name: Bytes::from_static(b"alice"), rests_ms: None };
    let resting = HeldName { name: Bytes::from_static(b"alicia"), rests_ms: Some(DAY_MS) };
    NameList { names: Capped::new([used, resting]) }
}

fn found() -> Found {
    let before = Excerpt { seq: Seq(1001), time: TIME, author: author(7, b"alice"), text: "hi! 👋".into() };
    let text = Bytes::from_static(b"did the build pass?");
    let found = Excerpt { seq: Seq(1002), time: TIME, author: author(8, b"bob"), text };
    let hit = Hit { before: Some(before), found, after: None };
    Found { room: ROOM, hits: Capped::new([hit]), beyond: Beyond::Nothing }
}

fn pong() -> Pong {
    Pong { server_time: TIME, heads: Capped::new([RoomHead { room: ROOM, head: Seq(1001) }]) }
}

fn refused() -> Refused {
    Refused {
        code: Code::RATE_LIMITED,
        text: Bytes::from_static(b"too many tries"),
        retry_after_ms: Some(12_000),
        detail: Detail::Max(5),
    }
}
