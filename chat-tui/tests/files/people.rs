//! What is known of people, and who is ignored, outlives the program.

use crate::{Directory, mode};
use chat_proto::{Fingerprint, Nick, RoomId, Seq, UnixMillis};
use chat_tui::ignored::{Change, IGNORED_MAX, Ignored};
use chat_tui::keeper::{self, Keeper, Note};
use chat_tui::known_conversations::{CONVERSATIONS_MAX, Conversation, KnownConversations};
use chat_tui::known_people::{KNOWN_MAX, Known, KnownPeople, Manner, Meeting};
use chat_tui::level::Level;
use chat_tui::shared_file;
use std::path::Path;

fn nick(name: &str) -> Nick {
    Nick::parse(name.as_bytes()).unwrap()
}

fn key(n: u32) -> Fingerprint {
    Fingerprint::of(&n.to_be_bytes())
}

fn met(server: &str, name: &str, n: u32, manner: Manner) -> Meeting {
    let known = Known { name: nick(name), key: key(n), since: UnixMillis(i64::from(n)) };
    Meeting { server: server.into(), known, manner }
}

fn remember(path: &Path, meetings: &[Meeting]) {
    shared_file::change(path, |known: &mut KnownPeople| known.remember(meetings)).unwrap();
}

fn known(path: &Path) -> KnownPeople {
    let (known, problem) = shared_file::load(path);
    assert_eq!(problem, None);
    known
}

async fn keep(directory: &Directory, notes: Vec<Note>) {
    let keeper = Keeper::start(directory.0.clone()).unwrap();
    for note in notes {
        keeper.keep(note);
    }
    keeper.close().await;
}

#[tokio::test]
async fn what_one_run_learned_the_next_one_knows() {
    let directory = Directory::new();
    let add = Change::Add(key(7), nick("eve"));

    keep(&directory, vec![Note::Met(vec![met("s:1", "bob", 1, Manner::First)]), Note::Ignored(add)]).await;

    let kept = keeper::load(Some(&directory.0));
    assert_eq!(kept.known.get("s:1", &nick("BOB")).unwrap().key, key(1));
    assert!(kept.ignored.contains(&key(7)) && kept.problem.is_none());
    assert_eq!((mode(&directory.file("known_people")), mode(&directory.file("ignored"))), (0o600, 0o600));
}

#[tokio::test]
async fn whoever_is_heard_again_is_heard_in_the_next_run() {
    let directory = Directory::new();
    let add = Note::Ignored(Change::Add(key(7), nick("eve")));

    keep(&directory, vec![add, Note::Ignored(Change::Remove(key(7)))]).await;

    assert_eq!(keeper::load(Some(&directory.0)).ignored, Ignored::default());
}

#[test]
fn two_clients_lose_nothing_of_each_other() {
    let directory = Directory::new();
    let path = directory.file("known_people");

    std::thread::scope(|scope| {
        for client in 0..4 {
            let path = &path;
            scope.spawn(move || {
                for n in 0..50 {
                    remember(path, &[met("s:1", &format!("p{client}x{n}"), n, Manner::First)]);
                }
            });
        }
    });

    assert_eq!(known(&path).len(), 200);
}

#[test]
fn a_first_meeting_never_takes_the_place_of_one_that_was_written_meanwhile() {
    let directory = Directory::new();
    let path = directory.file("known_people");
    remember(&path, &[met("s:1", "bob", 1, Manner::First)]);

    remember(&path, &[met("s:1", "bob", 2, Manner::First)]);
    assert_eq!(known(&path).get("s:1", &nick("bob")).unwrap().key, key(1));
    remember(&path, &[met("s:1", "bob", 2, Manner::Seen)]);
    assert_eq!(known(&path).get("s:1", &nick("bob")).unwrap().key, key(2));
}

#[test]
fn the_oldest_of_the_server_with_the_most_people_are_forgotten() {
    let mut known = KnownPeople::default();
    known.remember(&[met("home:1", "bob", 0, Manner::First)]);

    for n in 1..=KNOWN_MAX as u32 + 500 {
        known.remember(&[met("hostile:1", &format!("p{n}"), n, Manner::First)]);
        assert!(known.len() <= KNOWN_MAX);
    }

    assert!(known.get("home:1", &nick("bob")).is_some(), "the oldest of all, but of another server");
    assert!(known.get("hostile:1", &nick("p1")).is_none());
    assert!(known.get("hostile:1", &nick(&format!("p{}", KNOWN_MAX + 500))).is_some());
}

#[test]
fn no_more_are_ignored_than_can_be() {
    let mut ignored = Ignored::default();

    (0..2 * IGNORED_MAX as u32).for_each(|n| ignored.apply(&Change::Add(key(n), nick("eve"))));

    assert_eq!(ignored.names().count(), IGNORED_MAX);
}

#[test]
fn a_damaged_file_is_said_at_the_start_and_put_aside_at_the_next_change() {
    let good = "chat known people 1\n";
    let row = format!("s:1 bob {} 5\n", key(1));
    for broken in [
        "",
        "chat known people 1",
        "chat known people 2\n",
        &format!("{good}s:1 bob\n"),
        &format!("{good}{}", row.replace("bob", "b/b")),
        &format!("{good}{}", row.replace(" 5", " five")),
        &format!("{good}{row}{}", &row[..20]),
    ] {
        let directory = Directory::new();
        let path = directory.file("known_people");
        std::fs::write(&path, broken).unwrap();

        let kept = keeper::load(Some(&directory.0));
        assert!(kept.problem.is_some_and(|it| it.contains("known_people")) && kept.known.is_empty(), "{broken:?}");
        remember(&path, &[met("s:1", "eve", 2, Manner::First)]);

        assert_eq!(known(&path).len(), 1);
        assert_eq!(std::fs::read_to_string(directory.file("known_people.unreadable")).unwrap(), broken);
    }
}

#[test]
fn a_write_that_was_cut_off_leaves_the_last_whole_file() {
    let directory = Directory::new();
    let path = directory.file("known_people");
    remember(&path, &[met("s:1", "bob", 1, Manner::First)]);
    std::fs::write(directory.file("known_people.tmp"), "chat kno").unwrap();

    assert_eq!(known(&path).len(), 1);
    remember(&path, &[met("s:1", "eve", 2, Manner::First)]);
    assert_eq!(known(&path).len(), 2);
}

#[tokio::test]
async fn a_lock_that_somebody_else_holds_does_not_hold_up_the_end() {
    let directory = Directory::new();
    let lock = std::fs::File::create(directory.file("known_people.lock")).unwrap();
    lock.lock().unwrap();

    let note = Note::Met(vec![met("s:1", "bob", 1, Manner::First)]);

    tokio::time::timeout(std::time::Duration::from_secs(5), keep(&directory, vec![note])).await.unwrap();
}

#[test]
fn without_a_place_nothing_is_known_and_nothing_fails() {
    assert_eq!(keeper::load(None), keeper::Kept::default());
    let (nothing, problem): (Ignored, _) = shared_file::load(Path::new("/nowhere/ignored"));
    assert_eq!((nothing, problem), (Ignored::default(), None));
}

#[tokio::test]
async fn what_of_a_conversation_calls_and_how_far_it_was_read_is_known_to_the_next_run() {
    let directory = Directory::new();
    let known = |room: u8, read, level| {
        let room = RoomId([room; 16]);
        Conversation { server: "localhost:7000".into(), room, read: Seq(read), level }
    };
    let all = [known(1, 7, Some(Level::Nothing)), known(2, 0, None), known(1, 8, Some(Level::All))];

    keep(&directory, all.iter().cloned().map(Note::Conversation).collect()).await;

    let kept = keeper::load(Some(&directory.0)).conversations;
    assert_eq!(kept.get("localhost:7000", RoomId([1; 16])), Some(&all[2]), "the last counts");
    assert_eq!(kept.get("localhost:7000", RoomId([2; 16])), Some(&all[1]));
    assert_eq!(kept.get("example.org:7000", RoomId([2; 16])), None);
    assert_eq!(mode(&directory.file("known_conversations")), 0o600);
}

#[test]
fn of_conversations_the_last_ones_are_known() {
    let mut known = KnownConversations::default();
    for n in 0..=CONVERSATIONS_MAX as u128 {
        let room = RoomId(n.to_be_bytes());
        known.remember(&Conversation { server: "s:1".into(), room, read: Seq(1), level: None });
    }

    assert_eq!(known.get("s:1", RoomId([0; 16])), None);
    assert!(known.get("s:1", RoomId(1_u128.to_be_bytes())).is_some());
}
