//! The rooms of the last days, for one key to go back to. No secrets: whoever goes back is a member.

mod file;

pub use file::Store;

use crate::level::Level;
use crate::link::wall_clock;
use chat_proto::{Fingerprint, Nick, RoomCode, RoomId, Seq, UnixMillis};
use std::cmp::Reverse;

/// As many as may come back at once, and some more.
pub const ROOMS_MAX: usize = 100;
/// After this, a room is not worth a line.
const KEPT_MILLIS: i64 = 14 * 24 * 60 * 60 * 1000;
const MINUTE_MILLIS: i64 = 60 * 1000;

/// A room that somebody was in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// `host:port`.
    pub server: String,
    /// The key that the server must have, if it was named by an invite.
    pub key: Option<Fingerprint>,
    /// Under which name.
    pub name: Nick,
    /// Finds the room whoever has its code by now.
    pub room: RoomId,
    pub code: RoomCode,
    /// Safe to show.
    pub topic: String,
    /// When somebody was last in it.
    pub last: UnixMillis,
    /// Its place among the rooms that were open at the end; none if it was not.
    pub place: Option<usize>,
    /// Whether it was the one on the screen.
    pub is_shown: bool,
    /// How far its reader has read: the server may forget.
    pub read: Seq,
    /// What of it calls the reader, if they chose.
    pub level: Option<Level>,
}

/// What happened to a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Somebody is in it.
    Seen(Recent),
    /// Nobody can go back to it.
    Gone { server: String, room: RoomId },
}

/// Takes `change` into `rooms`, and drops what is too old or too much. The newest stands first.
pub fn apply(rooms: &mut Vec<Recent>, change: Change, now: UnixMillis) {
    match change {
        Change::Seen(seen) => {
            forget(rooms, &seen.server, seen.room);
            rooms.push(seen);
        }
        Change::Gone { server, room } => forget(rooms, &server, room),
    }
    tidy(rooms, now);
}

fn forget(rooms: &mut Vec<Recent>, server: &str, room: RoomId) {
    rooms.retain(|known| known.room != room || known.server != server);
}

fn tidy(rooms: &mut Vec<Recent>, now: UnixMillis) {
    rooms.retain(|room| now.0.saturating_sub(room.last.0) < KEPT_MILLIS);
    rooms.sort_by_key(|room| Reverse(room.last));
    rooms.truncate(ROOMS_MAX);
}

/// The rooms that the store holds, as of now.
pub fn load(store: &Store) -> Vec<Recent> {
    let mut rooms = store.load();
    tidy(&mut rooms, wall_clock());
    rooms
}

/// How long ago something was, in a word or two.
pub fn ago(then: UnixMillis, now: UnixMillis) -> String {
    let minutes = now.0.saturating_sub(then.0).max(0) / MINUTE_MILLIS;
    match minutes {
        0 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..1440 => format!("{} h ago", minutes / 60),
        1440..2880 => "yesterday".to_owned(),
        _ => format!("{} days ago", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn seen(room: u8, minutes_ago: i64) -> Recent {
        Recent {
            server: "localhost:7000".into(),
            key: None,
            name: Nick::parse(b"alice").unwrap(),
            room: RoomId([room; 16]),
            code: RoomCode::from_random(u32::from(room)),
            topic: String::new(),
            last: UnixMillis(NOW.0 - minutes_ago * MINUTE_MILLIS),
            place: None,
            is_shown: false,
            read: Seq(0),
            level: None,
        }
    }

    fn ids(rooms: &[Recent]) -> Vec<u8> {
        rooms.iter().map(|recent| recent.room.0[0]).collect()
    }

    #[test]
    fn the_newest_room_stands_first_and_none_twice() {
        let mut rooms = Vec::new();
        for (room, minutes_ago) in [(1, 30), (2, 20), (3, 40), (1, 10)] {
            apply(&mut rooms, Change::Seen(seen(room, minutes_ago)), NOW);
        }

        assert_eq!(ids(&rooms), [1, 2, 3]);
    }

    #[test]
    fn one_server_s_room_is_not_another_s() {
        let elsewhere = Recent { server: "example.org:7000".into(), ..seen(1, 5) };
        let mut rooms = vec![seen(1, 1), elsewhere.clone()];

        apply(&mut rooms, Change::Gone { server: "localhost:7000".into(), room: RoomId([1; 16]) }, NOW);

        assert_eq!(rooms, [elsewhere]);
    }

    #[test]
    fn a_hundred_rooms_of_fourteen_days_are_kept() {
        let mut rooms = Vec::new();
        for room in 0..130 {
            apply(&mut rooms, Change::Seen(seen(room, i64::from(room))), NOW);
        }
        assert_eq!(ids(&rooms), (0..100).collect::<Vec<_>>());

        let mut rooms = vec![seen(1, 14 * 1440 - 1), seen(2, 14 * 1440)];
        apply(&mut rooms, Change::Gone { server: String::new(), room: RoomId([9; 16]) }, NOW);
        assert_eq!(ids(&rooms), [1]);
    }

    #[test]
    fn how_long_ago_is_said_as_people_say_it() {
        let table = [(-5, "just now"), (0, "just now"), (1, "1 min ago"), (59, "59 min ago"), (60, "1 h ago")];
        let later = [(1439, "23 h ago"), (1440, "yesterday"), (2880, "2 days ago"), (20_000, "13 days ago")];
        for (minutes, words) in table.into_iter().chain(later) {
            assert_eq!(ago(UnixMillis(NOW.0 - minutes * MINUTE_MILLIS), NOW), words, "{minutes}");
        }
    }
}
