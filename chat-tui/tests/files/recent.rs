//! The rooms of the last days outlive the program, whoever writes at the same time, whatever is in the file.

use crate::{Directory, mode};
use chat_proto::{Fingerprint, Nick, RoomCode, RoomId, Seq, UnixMillis};
use chat_tui::level::Level;
use chat_tui::recent::{Change, Recent, Store, load};
use std::thread;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

fn room(n: u8) -> Recent {
    Recent {
        server: "chat.example.org:7000".into(),
        key: Some(Fingerprint::of(&[n])),
        name: Nick::parse("алиса".as_bytes()).unwrap(),
        room: RoomId([n; 16]),
        code: RoomCode::from_random(u32::from(n)),
        topic: "release \"planning\" ✓".into(),
        last: UnixMillis(NOW.0 - i64::from(n)),
        place: Some(3),
        is_shown: true,
        read: Seq(u64::MAX),
        level: Some(Level::Nothing),
    }
}

fn seen(store: &Store, n: u8) {
    store.change(Change::Seen(room(n)), NOW).unwrap();
}

fn ids(store: &Store) -> Vec<u8> {
    store.load().iter().map(|recent| recent.room.0[0]).collect()
}

#[test]
fn what_was_remembered_is_there_whole_for_the_next_run() {
    let directory = Directory::new();
    let state = directory.file("state");
    seen(&Store::new(&state), 2);
    seen(&Store::new(&state), 1);

    let store = Store::new(&state);

    assert_eq!(store.load(), [room(1), room(2)]);
    assert_eq!((mode(&state.join("recent.json")), mode(&state)), (0o600, 0o700), "for its owner alone");
}

#[test]
fn what_is_gone_is_not_there() {
    let directory = Directory::new();
    let store = Store::new(&directory.0);
    (1..=3).for_each(|n| seen(&store, n));

    store.change(Change::Gone { server: room(2).server, room: room(2).room }, NOW).unwrap();

    assert_eq!(ids(&store), [1, 3]);
}

#[test]
fn nothing_is_there_before_the_first_room() {
    let directory = Directory::new();

    assert_eq!(load(&Store::new(&directory.file("nowhere"))), []);
    assert_eq!(directory.names(), [""; 0], "and looking makes nothing");
}

#[test]
fn writers_at_the_same_time_lose_nothing_of_each_other() {
    let directory = Directory::new();
    let path = &directory.0;

    thread::scope(|scope| {
        for writer in 0..4 {
            scope.spawn(move || (0..5).for_each(|n| seen(&Store::new(path), 5 * writer + n)));
        }
    });

    assert_eq!(ids(&Store::new(path)), (0..20).collect::<Vec<_>>());
}

#[test]
fn a_damaged_file_is_put_aside_and_another_begun() {
    for damage in ["", "{\"version\":1,\"rooms\":[", "{\"version\":2,\"rooms\":[]}", "\u{0}"] {
        let directory = Directory::new();
        let store = Store::new(&directory.0);
        std::fs::write(directory.file("recent.json"), damage).unwrap();
        assert_eq!(store.load(), [], "{damage:?}");

        seen(&store, 1);

        assert_eq!(ids(&store), [1], "{damage:?}");
        assert_eq!(std::fs::read_to_string(directory.file("recent.json.unreadable")).unwrap(), damage);
    }
}

#[test]
fn a_file_of_before_knows_less_and_is_read() {
    let directory = Directory::new();
    let store = Store::new(&directory.0);
    seen(&store, 1);
    let path = directory.file("recent.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let is_old =
        |line: &&str| !["\"place\"", "\"shown\"", "\"read\"", "\"notify\""].iter().any(|key| line.contains(key));
    let old = text.lines().filter(is_old).collect::<String>().replace(",    }", "    }");
    std::fs::write(&path, old).unwrap();

    let known = Recent { place: None, is_shown: false, read: Seq(0), level: None, ..room(1) };
    assert_eq!(store.load(), [known]);
}

#[test]
fn a_damaged_row_takes_no_other_with_it() {
    let directory = Directory::new();
    let store = Store::new(&directory.0);
    (1..=5).for_each(|n| seen(&store, n));
    let path = directory.file("recent.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let damaged = text
        .replace(&room(1).room.to_string(), "+0000000000000000000000000000001")
        .replace(&room(2).code.to_string(), "A0")
        .replace(&room(3).key.unwrap().to_string(), "short");
    std::fs::write(&path, damaged).unwrap();

    assert_eq!(ids(&store), [4, 5], "a room whose key is lost is not gone back to without one");
}

#[test]
fn what_somebody_wrote_into_the_file_is_safe_to_show() {
    let directory = Directory::new();
    let store = Store::new(&directory.0);
    seen(&store, 1);
    let path = directory.file("recent.json");
    let text = std::fs::read_to_string(&path).unwrap().replace("release", "\\u001b[2J");
    std::fs::write(&path, text).unwrap();

    assert!(store.load()[0].topic.starts_with("␛[2J"), "{:?}", store.load());
}

#[test]
fn a_file_that_nobody_could_have_written_is_not_read_into_memory() {
    let directory = Directory::new();
    let file = std::fs::File::create(directory.file("recent.json")).unwrap();
    file.set_len(1 << 40).unwrap();

    assert_eq!(Store::new(&directory.0).load(), []);
}
