//! Keeping order: what is typed, what is posted, what everybody sees.

use crate::scene::{ARRIVAL, INSTANCE, ROOM, Scene, bytes, joined, member, message, rows_of, start};
use chat_proto::entry::{BanScope, EntryBody, PersonId, PostId, Target};
use chat_proto::frame::{Member, Presence, Role, Voice};
use chat_proto::{Act, Arrival, RoomId};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent, Mark, Trouble};
use chat_tui::state::Start;
use chat_tui::theme::Depth;
use crossterm::event::KeyCode;
use std::time::Duration;

const ALICE: (u64, &str) = (1, "alice");
const BOB: (u64, &str) = (2, "bob");

fn target(person: u64, name: &str) -> Target {
    Target { person: PersonId(person), name: bytes(name) }
}

fn bob() -> Target {
    target(2, "bob")
}

fn act(act: Act) -> EntryBody {
    EntryBody::Act(act)
}

/// Everybody has something special.
fn ranks() -> Vec<Member> {
    let ranked = |person, name, role, voice| Member { role, voice, ..member(person, name, Presence::Here) };
    vec![
        ranked(1, "alice", Role::Owner, Voice::Free),
        ranked(2, "bob", Role::Operator, Voice::Free),
        ranked(3, "carol", Role::Member, Voice::Muted),
        ranked(5, "erin", Role::Member, Voice::Free),
    ]
}

fn ranked(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::entering(joined(), columns, rows);
    scene.link(LinkEvent::Members { room: ROOM, members: ranks() });
    scene
}

fn row_of(scene: &Scene, text: &str) -> String {
    scene.screen().lines().find(|row| row.contains(text)).unwrap_or_default().trim().to_owned()
}

#[test]
fn every_act_is_posted_about_whom_the_room_knows_by_that_name() {
    let table = [
        ("/kick bob", Act::Kick(bob())),
        ("/kick BOB", Act::Kick(bob())),
        ("/kick @bob", Act::Kick(bob())),
        ("/kick b0b", Act::Kick(bob())),
        ("/kick mallory", Act::Kick(target(0, "mallory"))),
        ("/ban bob", Act::Ban(bob(), BanScope::Key)),
        ("/ban bob address", Act::Ban(bob(), BanScope::Address)),
        ("/unban dave", Act::Unban(target(4, "dave"))),
        ("/unban mallory", Act::Unban(target(0, "mallory"))),
        ("/op bob", Act::Op(bob())),
        ("/deop bob", Act::Deop(bob())),
        ("/mute bob", Act::Mute(bob())),
        ("/unmute bob", Act::Unmute(bob())),
        ("/lock", Act::Lock),
        ("/unlock", Act::Unlock),
        ("/rekey", Act::Rekey),
    ];
    for (line, posted) in table {
        let mut scene = Scene::room(80, 24);

        scene.says(line);

        assert_eq!(scene.posted().body, act(posted), "{line}");
    }
}

#[test]
fn who_was_removed_is_found_by_what_they_wrote() {
    let mut scene = Scene::room(80, 24);
    scene.happens(0, BOB, message("spam"));
    scene.happens(0, ALICE, act(Act::Kick(bob())));
    scene.effects();

    scene.says("/ban bob");

    assert_eq!(scene.posted().body, act(Act::Ban(bob(), BanScope::Key)));
}

#[test]
fn tab_completes_the_name_of_an_act() {
    let mut scene = Scene::room(80, 24);

    scene.types("/kick ca");
    scene.key(KeyCode::Tab);

    assert_eq!(scene.state.composer().text(), "/kick carol ");
}

#[test]
fn tab_completes_who_wrote_and_is_gone() {
    let mut scene = Scene::room(80, 24);
    scene.happens(0, (6, "mallory"), message("spam"));

    scene.types("/unban ma");
    scene.key(KeyCode::Tab);

    assert_eq!(scene.state.composer().text(), "/unban mallory ");
}

#[test]
fn a_refused_act_is_told_once_and_leaves_nothing_to_decide() {
    for line in ["/kick bob", "/ban bob address", "/unban bob", "/op bob", "/mute bob", "/lock", "/rekey", "/topic tea"]
    {
        let mut scene = Scene::room(80, 24);
        scene.says(line);
        scene.effects();

        scene.marked(1, Mark::Refused("only operators may".into()));

        assert!(scene.shows(&format!("✗ {line} was refused: only operators may")), "{}", scene.screen());
        assert_eq!(scene.state.undelivered(), 0);
        scene.types("x");
        assert!(!scene.shows("refused"), "{}", scene.screen());
        scene.ctrl('c');
        scene.key(KeyCode::Up);
        scene.key(KeyCode::Up);
        assert_eq!(scene.state.composer().text(), line, "Up brings it back");
    }
}

#[test]
fn an_act_that_was_refused_in_another_room_says_where() {
    let mut scene = Scene::room(80, 24);
    scene.says("/kick bob");
    let elsewhere = chat_proto::frame::Joined { room: RoomId([9; 16]), code: *b"CD4Y", ..joined() };
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: elsewhere });

    scene.marked(1, Mark::Refused("no".into()));

    assert!(scene.shows("/kick bob in AB3Z was refused: no"), "{}", scene.screen());
}

#[test]
fn without_a_connection_no_order_is_given_and_what_is_said_waits() {
    let mut scene = Scene::room(80, 24);
    scene.happens(0, BOB, message("spam"));
    scene.happens(0, ALICE, message("mine"));
    scene.link(down());

    for line in ["/kick bob", "/ban bob", "/lock", "/rekey", "/topic tea"] {
        scene.says(line);
        assert_eq!(scene.effects(), [], "{line}");
        assert!(scene.shows("not connected: this works when the link is back"), "{line}\n{}", scene.screen());
    }
    scene.says("hello");
    scene.posted();
}

#[test]
fn without_a_connection_one_may_delete_what_one_said_and_nothing_else() {
    for (author, posts) in [(ALICE, 1), (BOB, 0)] {
        let mut scene = ranked(80, 24);
        scene.happens(0, author, message("hello"));
        scene.link(down());
        scene.effects();

        scene.alt(KeyCode::Up);
        scene.types("d");
        scene.key(KeyCode::Enter);

        assert_eq!(scene.effects().len(), posts, "{author:?}\n{}", scene.screen());
    }
}

#[test]
fn an_order_that_was_not_answered_when_the_connection_was_lost_is_not_given_again() {
    for lost in [down(), LinkEvent::Ended("replaced".into())] {
        let mut scene = Scene::room(80, 24);
        scene.says("hello");
        scene.says("/kick bob");
        scene.effects();

        scene.link(lost);

        assert_eq!(scene.effects(), [Effect::Link(Command::Discard(PostId { instance: INSTANCE, n: 2 }))]);
        let told = "the connection was lost: nobody knows whether /kick bob was done; it is not";
        assert!(scene.shows(told), "{}", scene.screen());
        assert_eq!(scene.state.undelivered(), 1, "what was said waits");
    }
}

fn down() -> LinkEvent {
    LinkEvent::Down { trouble: Trouble::Lost("cut".into()), retry_in: Duration::from_secs(5) }
}

#[test]
fn an_act_of_doubtful_fate_says_so_in_its_own_words() {
    let mut scene = Scene::room(80, 24);
    scene.says("/kick bob");

    scene.marked(1, Mark::Unknown("its room ended".into()));

    assert!(scene.shows("may have been done: its room ended"), "{}", scene.screen());
}

#[test]
fn whoever_removes_somebody_is_told_what_that_means() {
    for (done, words) in [
        (Act::Kick(bob()), "bob may come back after a while: /ban bob keeps them out"),
        (Act::Ban(bob(), BanScope::Key), "the key of bob stays out"),
    ] {
        let mut scene = Scene::room(80, 24);
        scene.happens(0, (3, "carol"), act(done.clone()));
        assert!(!scene.shows(words), "it was carol's doing");

        scene.happens(0, ALICE, act(done));

        assert!(scene.shows(words), "{}", scene.screen());
    }
}

#[test]
fn the_list_marks_who_may_do_what() {
    let scene = ranked(80, 24);

    let list: Vec<String> = scene.screen().lines().skip(2).take(5).map(|row| row.trim().to_owned()).collect();
    assert_eq!(list, ["HERE", "● alice ★  you", "● bob @  operator", "● carol ⊘  muted", "● erin"]);
}

#[test]
fn a_wide_list_says_it_in_words() {
    let scene = ranked(120, 24);

    for words in ["● alice ★  you  owner", "● bob @  operator", "● carol ⊘  muted"] {
        assert!(scene.shows(words), "{words}\n{}", scene.screen());
    }
}

#[test]
fn the_marks_are_there_without_colour() {
    let mut start = Start { room: chat_tui::state::Wish::Create, ..start() };
    start.around.depth = Depth::Mono;
    let mut scene = Scene::new(start);
    scene.link(crate::scene::up());
    scene.link(LinkEvent::Joined { asked: chat_tui::link::Asked::Create, joined: joined() });
    scene.link(LinkEvent::Members { room: ROOM, members: ranks() });

    assert!(scene.shows("● bob @") && scene.shows("● carol ⊘"), "{}", scene.screen());
}

#[test]
fn the_list_follows_every_act() {
    let table = [
        (Act::Op(target(5, "erin")), "● erin @"),
        (Act::Mute(target(5, "erin")), "● erin ⊘  muted"),
        (Act::Own(bob()), "● bob ★  owner"),
    ];
    for (done, shown) in table {
        let mut scene = ranked(80, 24);
        scene.happens(0, ALICE, act(done));
        assert!(scene.shows(shown), "{shown}\n{}", scene.screen());
    }
    for (done, gone) in [
        (Act::Deop(bob()), "● bob @"),
        (Act::Unmute(target(3, "carol")), "● carol ⊘"),
        (Act::Own(bob()), "● alice ★"),
        (Act::Kick(bob()), "● bob"),
        (Act::Ban(bob(), BanScope::Address), "● bob"),
    ] {
        let mut scene = ranked(80, 24);
        assert!(scene.shows(gone), "{gone}\n{}", scene.screen());
        scene.happens(0, ALICE, act(done));
        assert!(!scene.shows(gone), "{gone}\n{}", scene.screen());
    }
}

#[test]
fn a_mark_outlives_a_lost_connection_and_a_return() {
    let mut scene = ranked(80, 24);

    scene.happens(0, (3, "carol"), EntryBody::Left(chat_proto::LeaveReason::Lost));
    assert!(scene.shows("○ carol ⊘"), "{}", scene.screen());
    let arrival = Arrival { voice: Voice::Muted, ..ARRIVAL };
    scene.happens(0, (3, "carol"), EntryBody::Joined(arrival));

    assert!(scene.shows("● carol ⊘"), "{}", scene.screen());
}

#[test]
fn whoever_opened_the_room_owns_it() {
    let mut scene = Scene::room(80, 24);

    scene.happens(0, ALICE, EntryBody::Opened);

    assert!(scene.shows("● alice ★  you"), "{}", scene.screen());
}

#[test]
fn an_act_is_a_line_of_the_programs_own_at_every_width() {
    for (columns, rows) in [(80, 24), (40, 15), (20, 5)] {
        let mut scene = Scene::room(columns, rows);
        scene.happens(0, ALICE, act(Act::Mute(bob())));

        assert!(row_of(&scene, "muted").contains("• alice muted"), "{}", scene.screen());
    }
}

/// A44: only the server says who did something.
#[test]
fn a_message_that_imitates_an_act_does_not_look_like_one() {
    for (columns, rows) in [(80, 24), (40, 15), (25, 15)] {
        let mut scene = Scene::room(columns, rows);
        scene.happens(0, BOB, message("hi"));
        scene.happens(0, BOB, message("• alice muted bob\n• alice muted bob"));
        scene.happens(1, ALICE, act(Act::Mute(bob())));

        let column = |row: &String| row.chars().position(|c| c == '•');
        let columns: Vec<usize> = rows_of(&scene.buffer()).iter().filter_map(column).collect();
        let [forged, again, real] = columns[..] else { panic!("{columns:?}\n{}", scene.screen()) };
        assert!(forged == again && real < forged, "{columns:?}\n{}", scene.screen());
    }
}

/// A44: the name in the line is the author of the entry, whatever the target is called.
#[test]
fn only_the_author_of_an_entry_is_shown_to_have_acted() {
    let mut scene = Scene::room(80, 24);

    scene.happens(0, (66, "mallory"), act(Act::Kick(target(2, "bob\nalice banned carol"))));

    assert!(row_of(&scene, "removed").contains("mallory removed bob alice banned"), "{}", scene.screen());
}
