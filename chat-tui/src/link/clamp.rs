//! What a server says, cut down to what it may say: neither end trusts the other.
//!
//! The size of a frame and the counts in it are bounded when it is read; here are the bounds that hold beyond one
//! value. What is cut is shown cut; what makes no sense at all is a reason to leave ([`super::end::End::Misbehaves`]).

use bytes::Bytes;
use chat_proto::entry::{Edit, React, Reply};
use chat_proto::frame::{
    Excerpt, HeldName, Hit, Joined, Limits, Member, Membership, NameList, Peer, Presence, Signal, SignalKind,
};
use chat_proto::limits::{
    AWAY_BYTES, EMOJI_BYTES, EXCERPT_BYTES, FRAME_BYTES_FROM_CLIENT, NAME_BYTES, PAGE_ENTRIES, POSTS_UNANSWERED,
    ROOMS_PER_SESSION, TEXT_BYTES, TOPIC_BYTES,
};
use chat_proto::{Entry, EntryBody, UnixMillis};

/// Members of one room, over all parts of its list: five times what a server of today allows.
pub(crate) const MEMBERS_MAX: usize = 10_000;
/// The last millisecond of the year 9999.
const TIME_MAX: i64 = 253_402_300_799_999;

/// The first `max` bytes, less what would be half a character.
pub(crate) fn cut(bytes: &Bytes, max: usize) -> Bytes {
    if bytes.len() <= max {
        return bytes.clone();
    }
    let is_inside_character = |at: usize| bytes[at] & 0b1100_0000 == 0b1000_0000;
    let end = (max.saturating_sub(3)..=max).rev().find(|at| !is_inside_character(*at)).unwrap_or(max);
    bytes.slice(..end)
}

pub(crate) fn entry(mut entry: Entry) -> Entry {
    entry.time = time(entry.time);
    entry.author.name = cut(&entry.author.name, NAME_BYTES);
    entry.body = body(entry.body);
    entry
}

fn time(time: UnixMillis) -> UnixMillis {
    UnixMillis(time.0.clamp(0, TIME_MAX))
}

/// How many there may be is capped by their type.
pub(crate) fn hits(hits: Vec<Hit>) -> Vec<Hit> {
    let hit =
        |hit: Hit| Hit { before: hit.before.map(excerpt), found: excerpt(hit.found), after: hit.after.map(excerpt) };
    hits.into_iter().map(hit).collect()
}

fn excerpt(mut excerpt: Excerpt) -> Excerpt {
    excerpt.time = time(excerpt.time);
    excerpt.author.name = cut(&excerpt.author.name, NAME_BYTES);
    excerpt.text = cut(&excerpt.text, EXCERPT_BYTES);
    excerpt
}

fn body(body: EntryBody) -> EntryBody {
    match body {
        EntryBody::Message(text) => EntryBody::Message(cut(&text, TEXT_BYTES)),
        EntryBody::Action(text) => EntryBody::Action(cut(&text, TEXT_BYTES)),
        EntryBody::Topic(topic) => EntryBody::Topic(cut(&topic, TOPIC_BYTES)),
        EntryBody::Renamed(name) => EntryBody::Renamed(cut(&name, NAME_BYTES)),
        EntryBody::Unknown { kind, body } => EntryBody::Unknown { kind, body: cut(&body, TEXT_BYTES) },
        EntryBody::Act(mut act) => {
            if let Some(target) = act.target_mut() {
                target.name = cut(&target.name, NAME_BYTES);
            }
            EntryBody::Act(act)
        }
        EntryBody::Reply(reply) => EntryBody::Reply(Reply { text: cut(&reply.text, TEXT_BYTES), ..reply }),
        EntryBody::Edit(edit) => EntryBody::Edit(Edit { text: cut(&edit.text, TEXT_BYTES), ..edit }),
        EntryBody::React(react) => EntryBody::React(React { emoji: cut(&react.emoji, EMOJI_BYTES), ..react }),
        EntryBody::Forget
        | EntryBody::Delete(_)
        | EntryBody::Erased
        | EntryBody::Opened
        | EntryBody::Joined(_)
        | EntryBody::Left(_) => body,
    }
}

pub(crate) fn joined(mut joined: Joined) -> Joined {
    joined.state.topic = cut(&joined.state.topic, TOPIC_BYTES);
    joined.state.members = joined.state.members.min(MEMBERS_MAX as u32);
    joined.state.direct = joined.state.direct.map(peer);
    joined
}

pub(crate) fn membership(mut membership: Membership) -> Membership {
    membership.direct = membership.direct.map(peer);
    membership
}

fn peer(mut peer: Peer) -> Peer {
    peer.name = cut(&peer.name, NAME_BYTES);
    peer
}

/// That somebody has gone is for entries to tell.
pub(crate) fn signal(signal: Signal) -> Option<Signal> {
    let kind = match signal.kind {
        SignalKind::Presence(Presence::Gone) => return None,
        SignalKind::Presence(is) => SignalKind::Presence(presence(is)),
        kind => kind,
    };
    Some(Signal { kind, ..signal })
}

fn presence(presence: Presence) -> Presence {
    match presence {
        Presence::Away(word) => Presence::Away(cut(&word, AWAY_BYTES)),
        presence => presence,
    }
}

pub(crate) fn member(mut member: Member) -> Member {
    member.name = cut(&member.name, NAME_BYTES);
    member.presence = presence(member.presence);
    member
}

/// Names safe to hold; how many there may be is capped by their type.
pub(crate) fn names(list: NameList) -> Vec<HeldName> {
    list.names.into_vec().into_iter().map(|held| HeldName { name: cut(&held.name, NAME_BYTES), ..held }).collect()
}

/// Limits under which a client can work, whatever was announced.
pub(crate) fn limits(announced: Limits) -> Limits {
    let at_most = |value: u32, max: usize| value.clamp(1, max as u32);
    Limits {
        frame_bytes: at_most(announced.frame_bytes, FRAME_BYTES_FROM_CLIENT),
        text_bytes: at_most(announced.text_bytes, TEXT_BYTES),
        posts_unanswered: at_most(announced.posts_unanswered, POSTS_UNANSWERED),
        page_entries: at_most(announced.page_entries, PAGE_ENTRIES),
        rooms: at_most(announced.rooms, ROOMS_PER_SESSION),
        ..announced
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fixtures::{LIMITS, message};
    use chat_proto::entry::{BanScope, Target};
    use chat_proto::wire::Capped;
    use chat_proto::{Act, PersonId, Seq};

    #[test]
    fn a_cut_never_splits_a_character() {
        for max in 0..8 {
            let cut = cut(&Bytes::from("aé漢😀"), max);
            assert!(cut.len() <= max && std::str::from_utf8(&cut).is_ok(), "{max}: {cut:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_cut_all_the_same() {
        assert_eq!(cut(&Bytes::from(vec![0x80; 100]), 10).len(), 10);
    }

    #[test]
    fn a_time_beyond_all_calendars_is_clamped() {
        for (said, held) in [(i64::MAX, TIME_MAX), (i64::MIN, 0), (1_000_000_000_000_000_000, TIME_MAX)] {
            let said = Entry { time: UnixMillis(said), ..message(1, Seq(0)) };
            assert_eq!(entry(said).time, UnixMillis(held));
        }
    }

    #[test]
    fn a_body_and_a_name_over_their_limits_are_cut() {
        let huge = Bytes::from(vec![b'x'; 200_000]);
        let mut said = message(1, Seq(0));
        said.author.name = huge.clone();
        said.body = EntryBody::Topic(huge);

        let held = entry(said);

        assert_eq!(held.author.name.len(), NAME_BYTES);
        assert_eq!(held.body, EntryBody::Topic(Bytes::from(vec![b'x'; TOPIC_BYTES])));
    }

    #[test]
    fn the_names_in_acts_and_lists_are_cut() {
        let huge = Bytes::from(vec![b'x'; 60_000]);
        let target = Target { person: PersonId(2), name: huge.clone() };
        let said = Entry { body: EntryBody::Act(Act::Ban(target, BanScope::Key)), ..message(1, Seq(0)) };

        let EntryBody::Act(act) = entry(said).body else { panic!("another kind") };
        assert_eq!(act.target().unwrap().name.len(), NAME_BYTES);
        let list = NameList { names: Capped::new([HeldName { name: huge, rests_ms: None }]) };
        assert_eq!(names(list)[0].name.len(), NAME_BYTES);
    }

    #[test]
    fn a_window_of_nothing_still_lets_one_post_through() {
        let limits = limits(Limits { posts_unanswered: 0, page_entries: u32::MAX, ..LIMITS });

        assert_eq!((limits.posts_unanswered, limits.page_entries), (1, PAGE_ENTRIES as u32));
    }
}
