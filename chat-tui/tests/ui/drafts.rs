//! What is being written outlives the program.

use crate::scene::{ALICE, ROOM, Scene, joined, message, start, up};
use chat_proto::entry::{EntryBody, Reply};
use chat_proto::{Fingerprint, RoomId, Seq, UnixMillis};
use chat_tui::about::About;
use chat_tui::config::Options;
use chat_tui::drafts::{Change, Desk, Draft, Drafts};
use chat_tui::event::EventKind;
use chat_tui::link::{Asked, LinkEvent};
use chat_tui::state::{Face, Start, Wish};
use crossterm::event::KeyCode;

fn desk(room: RoomId) -> Desk {
    Desk { server: "localhost:7000".into(), room, writer: Fingerprint::of(&[ALICE.0 as u8; 32]) }
}

fn draft(text: &str) -> Draft {
    Draft { text: text.into(), about: None }
}

/// What was kept, in one room.
fn kept(scene: &mut Scene) -> Vec<Option<Draft>> {
    let changes = scene.drafts();
    assert!(changes.iter().all(|change| change.desk == desk(ROOM)), "{changes:?}");
    changes.into_iter().map(|change| change.draft).collect()
}

/// Alice enters the room with what an earlier run kept there.
fn returning(draft: Draft, options: Options) -> Scene {
    let mut start = Start { room: Wish::Create, options, ..start() };
    let mut drafts = Drafts::default();
    drafts.apply(&Change { desk: desk(ROOM), draft: Some(draft), at: UnixMillis(1) });
    start.kept.drafts = drafts;
    let mut scene = Scene::new(start);
    scene.link(up());
    let joined = chat_proto::frame::Joined { head: Seq(5), cursor: Seq(5), ..joined() };
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined });
    scene
}

#[test]
fn what_is_being_written_is_kept_two_seconds_later_and_only_if_it_changed() {
    let mut scene = Scene::room(80, 24);
    scene.types("half a sen");
    assert_eq!(kept(&mut scene), []);

    scene.waits(1_999);
    assert_eq!(kept(&mut scene), []);
    scene.waits(1);
    assert_eq!(kept(&mut scene), [Some(draft("half a sen"))]);

    scene.waits(10_000);
    assert_eq!((kept(&mut scene), scene.state.keep_drafts_at), (vec![], None));
    scene.types("tence");
    scene.waits(2_000);
    assert_eq!(kept(&mut scene), [Some(draft("half a sentence"))]);
}

#[test]
fn what_was_sent_or_cleared_is_kept_no_longer_from_then_on() {
    for clear in [KeyCode::Enter, KeyCode::Char('c')] {
        let mut scene = Scene::room(80, 24);
        scene.types("hello");
        scene.waits(2_000);
        scene.drafts();

        match clear {
            KeyCode::Enter => scene.key(clear),
            _ => scene.ctrl('c'),
        }

        assert_eq!(kept(&mut scene), [None]);
    }
}

#[test]
fn what_was_sent_at_once_is_never_kept() {
    let mut scene = Scene::room(80, 24);

    scene.says("hello");
    scene.waits(2_000);

    assert_eq!(kept(&mut scene), []);
}

#[test]
fn a_command_is_never_kept_and_takes_the_draft_before_it_along() {
    let mut scene = Scene::room(80, 24);
    scene.types("kick bob");
    scene.waits(2_000);
    assert_eq!(kept(&mut scene), [Some(draft("kick bob"))]);

    scene.key(KeyCode::Home);
    scene.types("/");
    scene.waits(2_000);
    assert_eq!(kept(&mut scene), [None]);

    scene.types("/");
    scene.waits(2_000);
    assert_eq!(kept(&mut scene), [Some(draft("//kick bob"))], "this is said");
}

#[test]
fn the_quit_itself_leaves_no_draft_behind() {
    let mut scene = Scene::room(80, 24);
    scene.types("quit");
    scene.waits(2_000);
    scene.drafts();
    scene.key(KeyCode::Home);

    scene.terminal(crossterm::event::Event::Paste("/".into()));
    scene.key(KeyCode::Enter);

    assert_eq!(kept(&mut scene), [None]);
}

#[test]
fn a_command_that_an_earlier_version_kept_does_not_come_back() {
    let mut scene = returning(draft("/kick bob"), Options::default());

    assert!(scene.state.composer().is_empty());
    assert_eq!(kept(&mut scene), [None]);
}

#[test]
fn a_quit_and_a_hangup_keep_what_was_typed_just_before() {
    let mut scene = Scene::room(80, 24);
    scene.types("just now");

    scene.event(EventKind::Hangup);

    assert_eq!(kept(&mut scene), [Some(draft("just now"))]);
}

#[test]
fn what_was_typed_just_before_another_link_is_kept() {
    let mut scene = Scene::room(80, 24);
    scene.types("just now");
    scene.link(LinkEvent::Ended("replaced".into()));
    scene.drafts();

    scene.key(KeyCode::F(5));

    assert_eq!(kept(&mut scene), [Some(draft("just now"))]);
}

#[test]
fn the_secret_of_an_invite_is_not_written_down() {
    let mut scene = Scene::room(80, 24);
    scene.types("come: ");
    scene.waits(2_000);
    assert_eq!(kept(&mut scene), [Some(draft("come: "))]);

    scene.types("chat://example.org/AB3Z#CQkJCQkJCQkJCQkJCQkJCQ");
    scene.waits(2_000);

    assert_eq!(kept(&mut scene), [None]);
}

#[test]
fn what_was_being_written_stands_in_the_room_when_it_is_entered_again() {
    let mut scene = returning(draft("half a sen"), Options::default());

    assert!(scene.shows("› half a sen"), "{}", scene.screen());
    assert_eq!(kept(&mut scene), [], "it is there already");

    scene.types("tence");
    scene.key(KeyCode::Enter);
    assert_eq!(scene.state.composer().text(), "");
    assert_eq!(kept(&mut scene), [None]);
}

#[test]
fn an_answer_is_still_one_and_so_is_an_edit() {
    let about = Some(About::Reply { to: Seq(4) });
    let mut scene = returning(Draft { text: "yes".into(), about }, Options::default());
    assert!(scene.shows("replying to"), "{}", scene.screen());
    scene.effects();
    scene.key(KeyCode::Enter);
    assert_eq!(scene.posted().body, EntryBody::Reply(Reply { to: Seq(4), text: "yes".into() }));

    let about = Some(About::Edit { target: Seq(4), draft: "before".into() });
    let mut scene = returning(Draft { text: "other words".into(), about }, Options::default());
    assert!(scene.shows("editing:"), "{}", scene.screen());
    scene.effects();
    scene.key(KeyCode::Enter);
    assert_eq!(scene.posted().body, crate::scene::edit(4, "other words"));
    assert_eq!(scene.state.composer().text(), "before");
}

#[test]
fn an_answer_to_what_the_log_has_lost_is_only_a_message() {
    let about = Some(About::Reply { to: Seq(6) });
    let mut scene = returning(Draft { text: "yes".into(), about }, Options::default());
    scene.effects();

    scene.key(KeyCode::Enter);

    assert_eq!(scene.posted().body, message("yes"));
}

#[test]
fn whoever_wants_no_drafts_has_none() {
    let off = Options { drafts: false, ..Options::default() };
    let mut scene = returning(draft("half a sen"), off);
    assert_eq!(scene.state.composer().text(), "");

    scene.types("secret");
    scene.waits(2_000);
    scene.event(EventKind::Hangup);

    assert_eq!(kept(&mut scene), []);
}

#[test]
fn between_programs_a_draft_is_neither_shown_nor_lost() {
    let mut start = Start { room: Wish::Create, ..start() };
    start.around.face = Face::PlainOnly;
    start.kept.drafts.apply(&Change { desk: desk(ROOM), draft: Some(draft("half a sen")), at: UnixMillis(1) });
    let mut scene = Scene::new(start);
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });
    assert_eq!(scene.state.composer().text(), "");

    scene.event(EventKind::Line("hi".into()));
    scene.event(EventKind::Hangup);

    assert_eq!(kept(&mut scene), []);
}

#[test]
fn what_somebody_put_into_the_file_reaches_no_terminal() {
    let scene = returning(draft("a\u{1b}[2Jb"), Options::default());

    assert_eq!(scene.state.composer().text(), "a␛[2Jb");
}

#[test]
fn where_something_is_being_written_already_the_line_of_a_room_that_is_over_stays_there() {
    let mut scene = Scene::room(80, 24);
    scene.types("to whom?");
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: chat_proto::frame::EndReason::Over });
    let next = RoomId([9; 16]);
    scene.state.drafts.apply(&Change { desk: desk(next), draft: Some(draft("here")), at: UnixMillis(1) });

    scene
        .link(LinkEvent::Joined { asked: Asked::Create, joined: chat_proto::frame::Joined { room: next, ..joined() } });

    assert_eq!(scene.state.composer().text(), "here");
    assert_eq!(scene.state.rooms[&ROOM].composer.text(), "to whom?");
}
