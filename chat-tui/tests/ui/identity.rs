//! Who somebody is: keys that are known, keys that changed, and people who are not heard.

use crate::scene::{ARRIVAL, ROOM, Scene, bytes, entry, joined, member, message, nick, start, up};
use chat_proto::entry::{EntryBody, PersonId, Seq};
use chat_proto::frame::{GapKind, HeldName, Member, Presence};
use chat_proto::{Arrival, Fingerprint, UnixMillis};
use chat_tui::effect::Effect;
use chat_tui::ignored::Change;
use chat_tui::keeper::{self, Keeper, Kept, Note};
use chat_tui::known_people::{Known, KnownPeople, Manner, Meeting};
use chat_tui::link::{Asked, Command, LinkEvent};
use chat_tui::state::{Start, Wish};
use crossterm::event::{Event as TerminalEvent, KeyCode};

const BOB: (u64, &str) = (2, "bob");
const OLD: [u8; 32] = [20; 32];
const NEW: [u8; 32] = [21; 32];

fn meeting(name: &str, key: [u8; 32], manner: Manner) -> Meeting {
    let known = Known { name: nick(name), key: Fingerprint::of(&key), since: UnixMillis(crate::scene::TWO_O_CLOCK) };
    Meeting { server: "localhost:7000".into(), known, manner }
}

/// Somebody who met bob under the old key, on some day in summer.
fn kept() -> Kept {
    let mut known = KnownPeople::default();
    let mut met = meeting("Bob", OLD, Manner::First);
    met.known.since = UnixMillis(1_783_000_000_000);
    known.remember(&[met]);
    Kept { known, ..Kept::default() }
}

fn who(person: u64, name: &str, key: [u8; 32]) -> Member {
    Member { key, ..member(person, name, Presence::Here) }
}

/// A room in which bob comes with this key.
fn room_of(kept: Kept, key: [u8; 32], columns: u16, rows: u16) -> Scene {
    let mut start = Start { room: Wish::Create, kept, ..start() };
    (start.around.columns, start.around.rows) = (columns, rows);
    let mut scene = Scene::new(start);
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });
    scene.effects();
    scene.link(LinkEvent::Members { room: ROOM, members: vec![who(1, "alice", [1; 32]), who(2, "bob", key)] });
    scene
}

fn arrives(key: [u8; 32]) -> EntryBody {
    EntryBody::Joined(Arrival { key, ..ARRIVAL })
}

const REMARK: &str = "bob's key is not the one of last";

#[test]
fn a_first_meeting_is_silent_and_kept() {
    let mut scene = room_of(Kept::default(), NEW, 80, 24);

    assert_eq!(scene.effects(), [Effect::Keep(Note::Met(vec![meeting("bob", NEW, Manner::First)]))]);
    assert!(!scene.shows("!") && !scene.shows("key"), "{}", scene.screen());
}

#[test]
fn whoever_comes_with_the_key_of_last_time_is_greeted_by_nothing() {
    let mut scene = room_of(kept(), OLD, 80, 24);
    scene.happens(0, BOB, arrives(OLD));

    assert_eq!(scene.effects(), []);
    assert!(!scene.shows(REMARK) && !scene.shows("bob!"), "{}", scene.screen());
}

#[test]
fn another_key_is_marked_in_the_list_and_at_the_messages_and_said_once() {
    let mut scene = room_of(kept(), NEW, 100, 24);
    scene.happens(0, BOB, message("hi"));
    scene.happens(0, BOB, EntryBody::Left(chat_proto::LeaveReason::Quit));
    scene.happens(0, BOB, arrives(NEW));

    assert!(scene.shows("● bob!"), "{}", scene.screen());
    assert!(scene.shows("bob! hi"), "{}", scene.screen());
    assert_eq!(scene.screen().matches(REMARK).count(), 1, "{}", scene.screen());
    assert!(scene.shows("/whois bob"));
    assert_eq!(scene.effects(), [], "nothing is known of it until somebody has looked");
}

#[test]
fn another_key_is_noticed_when_somebody_arrives_or_takes_the_name() {
    for body in [arrives(NEW), EntryBody::Renamed(bytes("BOB"))] {
        let mut scene = room_of(kept(), OLD, 80, 24);
        scene.link(LinkEvent::Members { room: ROOM, members: vec![who(9, "erin", NEW)] });
        let name = if matches!(body, EntryBody::Joined(_)) { "bob" } else { "erin" };

        scene.happens(0, (9, name), body.clone());

        assert!(scene.screen().to_lowercase().contains("bob's key is not"), "{body:?}\n{}", scene.screen());
    }
}

#[test]
fn a_name_that_looks_like_a_known_one_is_compared_with_it() {
    let mut scene = room_of(kept(), OLD, 80, 24);

    scene.link(LinkEvent::Members { room: ROOM, members: vec![who(9, "BOB", NEW)] });

    assert!(scene.shows("BOB's key is not"), "{}", scene.screen());
}

#[test]
fn the_same_name_on_another_server_is_somebody_else() {
    let mut start = Start { room: Wish::Create, kept: kept(), ..start() };
    start.server = "chat.example.org:7000".into();
    let mut scene = Scene::new(start);
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });

    scene.link(LinkEvent::Members { room: ROOM, members: vec![who(2, "bob", NEW)] });

    assert!(!scene.shows(REMARK), "{}", scene.screen());
}

#[test]
fn an_arrival_of_long_ago_is_nobodys_change() {
    let mut scene = room_of(kept(), OLD, 80, 24);
    scene.link(LinkEvent::Gap { room: ROOM, from: Seq(1), to: Seq(9), kind: GapKind::Loadable });
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(10, 0, (3, "carol"), message("hi"))] });
    let entries = vec![entry(5, 0, (8, "bob"), arrives(NEW))];

    scene.link(LinkEvent::Page { room: ROOM, after: Seq(0), before: Seq(10), oldest: Seq(1), entries });

    assert!(scene.shows("bob joined") && !scene.shows(REMARK), "{}", scene.screen());
}

#[test]
fn an_arrival_of_long_ago_does_not_tell_the_key_of_today() {
    let mut joined = joined();
    joined.head = Seq(1);
    let mut scene = Scene::new(Start { room: Wish::Create, kept: kept(), ..start() });
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined });
    scene.link(LinkEvent::Members { room: ROOM, members: vec![who(2, "bob", NEW)] });
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(1, 0, BOB, arrives(OLD))] });

    scene.says("/whois bob");

    assert!(scene.shows(&Fingerprint::of(&NEW).to_string()), "{}", scene.screen());
}

#[test]
fn the_remark_stands_behind_the_last_page_of_a_room_that_was_entered() {
    let mut joined = joined();
    (joined.head, joined.cursor) = (Seq(3), Seq(0));
    let mut scene = Scene::new(Start { room: Wish::Create, kept: kept(), ..start() });
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined });
    scene.link(LinkEvent::Members { room: ROOM, members: vec![who(2, "bob", NEW)] });
    assert!(!scene.shows(REMARK));

    let entries = (1..=3).map(|seq| entry(seq, 0, BOB, message(&format!("message {seq}")))).collect();
    scene.link(LinkEvent::Entries { room: ROOM, entries });

    assert!(scene.row(REMARK) > scene.row("message 3"), "{}", scene.screen());
}

#[test]
fn whois_shows_both_keys_and_takes_the_mark_away() {
    let mut scene = room_of(kept(), NEW, 80, 24);
    scene.happens(0, BOB, message("hi"));

    scene.says("/whois BOB");

    let (new, old) = (Fingerprint::of(&NEW), Fingerprint::of(&OLD));
    for shown in
        [&new.short(), &new.to_string(), &old.short(), "since Thursday, 2 July 2026", "not the key of last time"]
    {
        assert!(scene.shows(shown), "{shown}\n{}", scene.screen());
    }
    assert_eq!(scene.effects(), [Effect::Keep(Note::Met(vec![meeting("bob", NEW, Manner::Seen)]))]);
    scene.key(KeyCode::Esc);
    assert!(!scene.shows("bob!"), "{}", scene.screen());
    scene.says("/whois bob");
    assert!(!scene.shows(&old.short()), "{}", scene.screen());
}

#[test]
fn the_fingerprint_to_read_aloud_is_whole_at_every_size() {
    for (columns, rows) in [(80, 24), (44, 26), (40, 15), (20, 5)] {
        let mut scene = room_of(kept(), NEW, columns, rows);
        scene.says("/whois bob");
        assert!(scene.shows(&Fingerprint::of(&NEW).short()), "{}", scene.screen());
        scene.key(KeyCode::Esc);

        scene.says("/whoami");
        assert!(scene.shows(&scene.state.key.short()), "{}", scene.screen());
    }
}

#[test]
fn the_answer_to_whois() {
    let mut scene = room_of(kept(), NEW, 80, 24);

    scene.says("/whois bob");

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning     2 here  anyone with the code  not kept  ● connected

     ────────╭────────────────────────────────────────────────────────────╮
     14:00   │  bob                                          Esc closes   │you
             │  3FER-XKGV-NE3V-FXK5                                       │
             │  yUj6pNNhMzLVO6xbu8UlWGhaTTzBb_SLFMsvH4WnyUs               │
             │                                                            │alone
             │  !       not the key of last time                          │
             │  was     9DVC-TVBU-Z44F-EBJT                               │
             │          since Thursday, 2 July 2026                       │
             │  Either bob has a new key, or the name was free and        │
             │  somebody else took it. From now on this key counts as     │
             │  known.                                                    │
             │                                                            │
             │  role    member                                            │
             │  now     here                                              │
             │  known   since Sunday, 22 November 2026                    │
             │                                                            │
             │  Ask bob over another channel what /whoami shows there:    │
             │  it must be the same.                                      │
             ╰────────────────────────────────────────────────────────────╯
    ────────────────────────────────────────────────────────────────────────────────
     › write a message
    "#);
}

#[test]
fn whois_of_nobody_says_so() {
    let mut scene = Scene::room(80, 24);

    scene.says("/whois mallory");

    assert!(scene.shows("nobody called mallory is in this room"), "{}", scene.screen());
}

#[test]
fn whoami_shows_the_names_of_the_key_when_the_server_has_told_them() {
    let mut scene = Scene::room(80, 24);
    scene.says("/whoami");
    assert_eq!(scene.effects(), [Effect::Link(Command::Names)]);
    assert!(scene.shows("asking the server"));

    let held = |name: &str, rests_ms| HeldName { name: bytes(name), rests_ms };
    scene.link(LinkEvent::Names(vec![held("alice", None), held("al\x1b[2J", Some(5_000_000))]));

    assert!(scene.shows("al␛[2J, given up; yours for 2 h"), "{}", scene.screen());
}

fn ignoring_bob() -> Scene {
    let mut scene = room_of(Kept::default(), OLD, 80, 24);
    scene.happens(0, BOB, message("first spam"));
    scene.happens(0, BOB, message("second spam"));
    scene.says("/ignore bob");
    scene
}

#[test]
fn whoever_is_ignored_is_one_dim_line() {
    let mut scene = ignoring_bob();
    scene.happens(0, BOB, EntryBody::Action(bytes("spams")));

    assert!(scene.shows("3 messages of bob are hidden") && !scene.shows("spam"), "{}", scene.screen());
    assert!(scene.shows("● bob  ignored"), "{}", scene.screen());
    let kept = Effect::Keep(Note::Ignored(Change::Add(Fingerprint::of(&OLD), nick("bob"))));
    assert_eq!(scene.effects().last(), Some(&kept));
}

#[test]
fn an_ignored_person_rings_no_bell_and_leaves_nothing_unread() {
    let mut scene = ignoring_bob();
    scene.effects();
    scene.terminal(TerminalEvent::FocusLost);

    scene.happens(1, BOB, message("@alice alice alice"));

    assert_eq!(scene.effects(), []);
    assert_eq!(scene.state.room().unwrap().timeline.unread().messages, 0);
    scene.happens(1, (3, "carol"), message("alice?"));
    assert_eq!(scene.effects().first(), Some(&Effect::Bell));
}

#[test]
fn another_name_does_not_help_who_is_ignored() {
    let mut scene = ignoring_bob();
    scene.happens(0, BOB, EntryBody::Renamed(bytes("rob")));
    scene.happens(0, (2, "rob"), message("third spam"));
    // The same key under a name that is another person to the server.
    scene.happens(0, (7, "sock"), arrives(OLD));
    scene.happens(0, (7, "sock"), message("fourth spam"));

    assert!(!scene.shows("spam"), "{}", scene.screen());
    assert!(scene.shows("bob is now rob") && scene.shows("sock joined"), "what they do stays visible");
}

#[test]
fn history_of_who_is_ignored_is_hidden_too() {
    let mut scene = room_of(Kept::default(), OLD, 80, 24);
    scene.link(LinkEvent::Gap { room: ROOM, from: Seq(1), to: Seq(9), kind: GapKind::Loadable });
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(10, 0, (7, "sock"), message("late spam"))] });
    scene.says("/ignore bob");
    assert!(scene.shows("late spam"), "nobody knows yet whose key that is");
    let entries = vec![
        entry(5, 0, BOB, message("early spam")),
        entry(6, 0, (7, "sock"), arrives(OLD)),
        entry(7, 0, (7, "sock"), message("more spam")),
    ];

    scene.link(LinkEvent::Page { room: ROOM, after: Seq(0), before: Seq(10), oldest: Seq(1), entries });

    assert!(!scene.shows("spam") && scene.shows("a message of bob is hidden"), "{}", scene.screen());
}

#[test]
fn unignore_brings_everything_back_in_its_place() {
    let mut scene = room_of(Kept::default(), OLD, 80, 24);
    for (author, text) in [(BOB, "one"), ((3, "carol"), "two"), (BOB, "three"), (BOB, "four")] {
        scene.happens(0, author, message(text));
    }
    let before = scene.screen();
    scene.says("/ignore bob");
    assert!(!scene.shows("three"));
    scene.effects();

    scene.says("/unignore bob");

    assert_eq!(scene.effects(), [Effect::Keep(Note::Ignored(Change::Remove(Fingerprint::of(&OLD))))]);
    scene.key(KeyCode::Esc);
    assert_eq!(scene.screen(), before);
}

#[test]
fn who_is_ignored_before_their_key_is_known_is_ignored_by_it_later() {
    let mut scene = Scene::room(80, 24);
    scene.happens(0, (7, "ghost"), message("boo"));
    scene.says("/ignore ghost");
    assert!(scene.shows("until you quit") && !scene.shows("boo"), "{}", scene.screen());
    scene.effects();

    scene.happens(0, (7, "ghost"), arrives(NEW));

    let kept = Effect::Keep(Note::Ignored(Change::Add(Fingerprint::of(&NEW), nick("ghost"))));
    assert!(scene.effects().contains(&kept));
}

#[test]
fn ignore_alone_lists_whom_and_refuses_what_makes_no_sense() {
    let mut scene = ignoring_bob();
    scene.says("/ignore");
    assert!(scene.shows("you ignore bob"), "{}", scene.screen());
    for (line, words) in [
        ("/ignore bob", "bob is ignored already"),
        ("/ignore alice", "that is you"),
        ("/ignore mallory", "nobody called mallory"),
        ("/unignore carol", "you do not ignore anybody called carol"),
    ] {
        scene.says(line);
        assert!(scene.shows(words), "{line}\n{}", scene.screen());
    }
    assert_eq!(scene.state.people.ignored().names().count(), 1);
    assert!(scene.state.people.is_ignored(PersonId(2)));
}

#[test]
fn what_could_not_be_read_at_the_start_is_said() {
    let kept = Kept { problem: Some("known_people cannot be read".into()), ..Kept::default() };
    let scene = Scene::new(Start { kept, ..start() });

    assert_eq!(scene.state.notice, Some(chat_tui::state::Notice::Problem("known_people cannot be read".into())));
}

#[test]
fn what_could_not_be_read_at_the_start_is_said_in_the_first_room_too() {
    let kept = Kept { problem: Some("known_people cannot be read".into()), ..Kept::default() };
    let mut scene = Scene::sized(Start { kept, room: Wish::Create, ..start() }, 100, 30);

    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });

    assert!(scene.shows("known_people cannot be read"), "{}", scene.screen());
}

/// What the effects ask to be kept, as the next run finds it.
async fn next_run(directory: &std::path::Path, effects: Vec<Effect>) -> Kept {
    let keeper = Keeper::start(directory.to_owned()).expect("there are threads");
    for effect in effects {
        if let Effect::Keep(note) = effect {
            keeper.keep(note);
        }
    }
    keeper.close().await;
    keeper::load(Some(directory))
}

#[tokio::test]
async fn a_changed_key_is_marked_in_every_run_until_somebody_has_looked() {
    let directory = std::env::temp_dir().join(format!("chat-people-{:016x}", rand::random::<u64>()));
    let mut first = room_of(Kept::default(), OLD, 80, 24);
    let kept = next_run(&directory, first.effects()).await;

    let mut second = room_of(kept, NEW, 80, 24);
    assert!(second.shows(REMARK) && second.shows("bob!"), "{}", second.screen());
    let kept = next_run(&directory, second.effects()).await;

    let mut third = room_of(kept, NEW, 80, 24);
    assert!(third.shows(REMARK), "nobody has looked");
    third.says("/whois bob");
    let kept = next_run(&directory, third.effects()).await;

    let fourth = room_of(kept, NEW, 80, 24);
    assert!(!fourth.shows(REMARK) && !fourth.shows("bob!"), "{}", fourth.screen());
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test]
async fn who_is_ignored_stays_so_in_the_next_run_under_another_name() {
    let directory = std::env::temp_dir().join(format!("chat-people-{:016x}", rand::random::<u64>()));
    let kept = next_run(&directory, ignoring_bob().effects()).await;

    let mut scene = room_of(kept, NEW, 80, 24);
    scene.link(LinkEvent::Members { room: ROOM, members: vec![who(9, "rob", OLD)] });
    scene.happens(0, (9, "rob"), message("spam again"));

    assert!(!scene.shows("spam") && scene.shows("a message of rob is hidden"), "{}", scene.screen());
    std::fs::remove_dir_all(directory).unwrap();
}
