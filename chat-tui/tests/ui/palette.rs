//! What a word may become, in a list above the composer while it is typed.

use crate::scene::{ROOM, Scene, bytes, code, entry, joined, member, message, react, reply, rows_of};
use chat_proto::entry::{EntryBody, PersonId, ReactionState, Seq};
use chat_proto::frame::{Door, Joined, Lock, Presence, RoomState};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent};
use chat_tui::overlay::Overlay;
use chat_tui::state::{Face, Start, Wish};
use crossterm::event::{Event as TerminalEvent, KeyCode, MouseButton, MouseEventKind};

fn line(scene: &Scene) -> &str {
    scene.state.composer().text()
}

/// Where this stands on the screen.
fn place(scene: &Scene, words: &str) -> (u16, u16) {
    let row = scene.row(words).expect("it is on the screen");
    let text = &rows_of(&scene.buffer())[row];
    let before = &text[..text.find(words).expect("it is in its row")];
    let column = unicode_width::UnicodeWidthStr::width(before);
    (column as u16, row as u16)
}

fn click(scene: &mut Scene, words: &str) {
    let (column, row) = place(scene, words);
    scene.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
}

#[test]
fn a_slash_lists_what_is_wanted_first() {
    let mut scene = Scene::busy(100, 30, 40);

    scene.types("/");

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning       3 here   anyone with the code   in memory, operator can read   ● 2 ms
     14:02                message 25
     14:02                message 26                                                  HERE
     14:02                message 27                                                  ● alice  you
     14:02                message 28                                                  ● bob
     14:02                message 29                                                  ● carol
     14:03                message 30
     14:03                message 31                                                  LEFT
     14:03                message 32                                                  ○ dave
     14:03                message 33
     14:03                message 34                                                  F9 speak alone
     14:03                message 35
     14:03                message 36
     14:03                message 37
     14:03                message 38
     14:03                message 39
     14:04                message 40
       /join <code | invite>                enter another room, or go back to one
       /create [private] [7d | forever]     open a new room: by invite alone, keeping what is said so …
       /msg <name> [text]                   speak with somebody alone; without a text, go there
       /invite [qr]                         show and copy the line that brings others here
       /search <words> [from:name] [since…  look for messages: words, begin*, "a phrase"; days as 2026…
       /theme [name | auto]                 choose what everything looks like; alone, try them all
       /away [word]                         tell others that you are away, and why
       /back                                tell them that you are here again
       /help                                show keys and commands
       /switch [room]                       go to a room by its code, topic or name; alone, li  31 more
    ────────────────────────────────────────────────────────────────────────────────────────────────────
     › /
                                                 Up Down choose · Tab complete · Enter send · Esc close
    "#);
}

#[test]
fn a_slash_in_a_small_window_leaves_the_newest_message_in_sight() {
    let mut scene = Scene::busy(50, 16, 40);

    scene.types("/");

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning      3 here  open  ● 2 ms
     14:03  message 34
     14:03  message 35
     14:03  message 36
     14:03  message 37
     14:03  message 38
     14:03  message 39
     14:04  message 40
       /join       enter another room, or go back to…
       /create     open a new room: by invite alone,…
       /msg        speak with somebody alone; withou…
       /invite     show and copy the line that bring…
       /search     look for messages: words,  36 more
    ──────────────────────────────────────────────────
     › /
            Up Down choose · Tab complete · Esc close
    "#);
}

#[test]
fn a_slash_in_a_low_window_lists_what_there_is_place_for() {
    let mut scene = Scene::busy(40, 12, 40);

    scene.types("/");

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release p…  3 here  open  ● 2 ms
     14:03  message 37
     14:03  message 38
     14:03  message 39
     14:04  message 40
       /join       enter another room, or …
       /create     open a new room: by inv…
       /msg        speak with somebody alo…
       /invite     show and copy t  37 more
    ────────────────────────────────────────
     › /
                   Tab complete · Esc close
    "#);
}

#[test]
fn where_there_is_no_place_nothing_pops_up_and_up_is_what_was_written_before() {
    let mut scene = Scene::busy(40, 7, 40);
    scene.says("hello");
    let before = scene.screen();

    scene.types("/");
    assert_eq!(scene.screen().replace("› /", "› write a message"), before);
    scene.key(KeyCode::Backspace);
    scene.key(KeyCode::Up);

    assert_eq!(line(&scene), "hello");
}

#[test]
fn what_is_typed_filters_the_list_and_an_alias_is_found() {
    let table = [("/aw", "/away", 1), ("/dm", "/dm <name>", 2), ("/thm", "/theme", 1), ("/roo", "/rooms", 8)];
    for (typed, first, rows) in table {
        let mut scene = Scene::room(80, 24);

        scene.types(typed);

        let list: Vec<String> = rows_of(&scene.buffer()).into_iter().filter(|row| row.starts_with("   /")).collect();
        assert!(list[0].starts_with(&format!("   {first}")) && list.len() <= rows, "{typed}: {}", scene.screen());
    }
}

#[test]
fn a_command_is_found_by_what_it_does() {
    let mut scene = Scene::room(80, 24);

    scene.types("/alone");

    assert!(scene.shows("/msg <name> [text]") && !scene.shows("/join"), "{}", scene.screen());
}

#[test]
fn what_is_no_command_has_no_list() {
    for typed in ["/zzzz", "//", "hello /", "hello", "well @zz", ":d", "10:30"] {
        let mut scene = Scene::room(80, 24);
        let before = scene.screen();

        scene.types(typed);

        assert_eq!(scene.screen().replace(&format!("› {typed}"), "› write a message"), before, "{typed}");
    }
}

#[test]
fn tab_writes_the_first_and_then_goes_on_and_the_list_shows_where() {
    let mut scene = Scene::room(80, 24);
    scene.types("/a");

    scene.key(KeyCode::Tab);
    assert_eq!(line(&scene), "/away ");
    assert!(scene.shows("▌  /away"), "{}", scene.screen());
    scene.key(KeyCode::Tab);

    assert_eq!(line(&scene), "/at ");
    assert!(scene.shows("▌  /at"), "{}", scene.screen());
}

#[test]
fn down_and_up_choose_around_the_ends_and_tab_writes_the_chosen_one() {
    let mut scene = Scene::room(80, 24);
    scene.types("/");

    scene.key(KeyCode::Down);
    scene.key(KeyCode::Down);
    assert_eq!(line(&scene), "/", "nothing is written yet");
    assert!(scene.shows("▌  /create"), "{}", scene.screen());
    for _ in 0..3 {
        scene.key(KeyCode::Up);
    }
    assert!(scene.shows("▌  /discard"), "the last but one: {}", scene.screen());
    scene.key(KeyCode::Tab);

    assert_eq!(line(&scene), "/discard ");
}

#[test]
fn up_chooses_the_last_one_first() {
    let mut scene = Scene::room(80, 24);
    scene.types("/");

    scene.key(KeyCode::Up);

    assert!(scene.shows("▌  /quit"), "{}", scene.screen());
}

#[test]
fn enter_writes_a_chosen_command_that_takes_something_and_carries_out_one_that_does_not() {
    let mut scene = Scene::room(80, 24);
    scene.types("/them");
    scene.key(KeyCode::Down);
    scene.key(KeyCode::Enter);
    assert_eq!((line(&scene), scene.state.overlay), ("/theme ", None));
    scene.key(KeyCode::Enter);
    assert!(matches!(scene.state.overlay, Some(Overlay::Themes { .. })));

    let mut scene = Scene::room(80, 24);
    scene.types("/hel");
    scene.key(KeyCode::Down);
    scene.key(KeyCode::Enter);
    assert!(matches!(scene.state.overlay, Some(Overlay::Help { .. })));
    assert_eq!(line(&scene), "");
}

#[test]
fn enter_sends_what_is_typed_while_nothing_is_chosen() {
    let mut scene = Scene::room(80, 24);

    scene.says("/le");
    assert!(scene.shows("there is no command /le"), "{}", scene.screen());
    scene.ctrl('c');
    scene.says("ping @bo");

    assert_eq!(scene.posted().body, message("ping @bo"));
}

#[test]
fn escape_closes_the_list_and_only_then_goes_to_the_newest_message() {
    let mut scene = Scene::busy(80, 24, 60);
    scene.key(KeyCode::PageUp);
    let before = scene.screen();
    scene.types("/");

    scene.key(KeyCode::Esc);
    assert_eq!(scene.screen().replace("› /", "› write a message"), before, "the reader is where they were");
    scene.key(KeyCode::Esc);

    assert!(scene.shows("message 60"));
    scene.types("j");
    assert!(scene.shows("/join <code | invite>"), "typing opens it again: {}", scene.screen());
}

#[test]
fn the_list_moves_nobody_who_reads_further_up() {
    let mut scene = Scene::busy(80, 24, 60);
    scene.key(KeyCode::PageUp);
    let before = rows_of(&scene.buffer());

    scene.types("/");
    assert_eq!(rows_of(&scene.buffer())[..9], before[..9]);
    scene.types("quit");
    for _ in 0.."/quit".len() {
        scene.key(KeyCode::Backspace);
    }

    assert_eq!(rows_of(&scene.buffer()), before);
}

#[test]
fn behind_the_name_of_a_command_stands_what_it_takes() {
    let mut scene = Scene::room(80, 24);

    scene.types("/msg bo");

    assert!(scene.shows("/msg <name> [text]   speak with somebody alone"), "{}", scene.screen());
    scene.key(KeyCode::Esc);
    scene.key(KeyCode::Tab);
    assert_eq!(line(&scene), "/msg bob ");
    scene.key(KeyCode::Up);
    assert_eq!(line(&scene), "/msg bob ", "there is nothing to choose from");
}

#[test]
fn a_line_that_was_written_before_opens_no_list() {
    let mut scene = Scene::room(80, 24);
    scene.says("/back");
    scene.says("/topic");

    scene.key(KeyCode::Up);
    scene.key(KeyCode::Up);

    assert_eq!(line(&scene), "/back");
}

#[test]
fn an_at_lists_people_and_everybody() {
    let mut scene = Scene::room(80, 24);
    scene.types("well @");
    for name in ["   @bob", "   @carol", "   @dave", "   @here"] {
        assert!(scene.shows(name), "{name}: {}", scene.screen());
    }
    assert!(!scene.shows("@alice"), "the reader is not meant");

    scene.types("c");
    scene.key(KeyCode::Down);
    scene.key(KeyCode::Enter);

    assert_eq!((scene.effects(), line(&scene)), (vec![], "well @carol "));
}

#[test]
fn the_beginning_of_an_emojis_name_lists_those_that_begin_so() {
    let mut scene = Scene::room(80, 24);
    scene.types("yes :tad");
    assert!(scene.shows("🎉   :tada:"), "{}", scene.screen());

    scene.key(KeyCode::Down);
    scene.key(KeyCode::Enter);

    assert_eq!((scene.effects(), line(&scene)), (vec![], "yes 🎉"));
}

#[test]
fn a_crowd_is_offered_in_part() {
    let mut scene = Scene::room(80, 60);
    let members = (10..2_010).map(|n| member(n, &format!("p{n}"), Presence::Here)).collect();
    scene.link(LinkEvent::Members { room: ROOM, members });

    scene.types("@p");

    assert_eq!(scene.screen().matches("   @p").count(), 19);
}

#[test]
fn a_click_on_what_is_offered_writes_it() {
    let mut scene = Scene::room(80, 24);
    scene.types("/");

    click(&mut scene, "/invite");

    assert_eq!((scene.effects(), line(&scene)), (vec![], "/invite "));
}

#[test]
fn in_several_lines_and_behind_a_moved_cursor_nothing_is_offered() {
    let mut scene = Scene::room(80, 24);
    scene.types("well @b");
    scene.key(KeyCode::Left);
    assert!(!scene.shows("   @bob"), "{}", scene.screen());

    scene.ctrl('u');
    scene.terminal(TerminalEvent::Paste("/\nx".to_owned()));
    scene.key(KeyCode::Up);
    assert!(!scene.shows("/join"), "{}", scene.screen());
}

#[test]
fn as_plain_text_nothing_pops_up_and_tab_completes() {
    let mut start = Start { room: Wish::Create, ..crate::scene::start() };
    start.around.face = Face::Plain;
    let mut scene = Scene::new(start);
    scene.link(crate::scene::up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });

    scene.types("/cre");
    assert_eq!(scene.state.composer().completion(), None);
    scene.key(KeyCode::Tab);

    assert_eq!(line(&scene), "/create ");
}

#[test]
fn an_empty_room_tells_its_only_person_how_others_come() {
    let mut scene = alone(80, 24);

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          1 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
     14:01                → alice opened the room                 ● alice ★  you

                          AB3Z     the code to share
                          /invite  a line that others paste
                          F1       keys and commands













    ────────────────────────────────────────────────────────────────────────────────
     › write a message
          Enter send · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);
    scene.happens(1, (1, "alice"), message("hello?"));
    assert!(!scene.shows("the code to share"), "{}", scene.screen());
}

/// Alice, and nobody else.
fn alone(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::entering(joined(), columns, rows);
    scene.link(LinkEvent::Members { room: ROOM, members: vec![member(1, "alice", Presence::Here)] });
    scene.happens(1, (1, "alice"), EntryBody::Opened);
    scene.state.notice = None;
    scene
}

#[test]
fn an_empty_room_that_a_code_does_not_open_says_what_does() {
    let table = [
        (Door::Private, Lock::Unlocked, ["AB3Z     lets nobody in by itself", "/invite  the line that does"]),
        (
            Door::Open,
            Lock::Locked,
            ["/unlock  opens the door, which is locked", "/invite  a line that others paste then"],
        ),
    ];
    for (door, lock, rows) in table {
        let state = RoomState { door, lock, ..joined().state };
        let mut scene = Scene::entering(Joined { state, ..joined() }, 100, 30);
        scene.link(LinkEvent::Members { room: ROOM, members: vec![member(1, "alice", Presence::Here)] });

        for row in rows {
            assert!(scene.shows(row), "{row}: {}", scene.screen());
        }
        scene.happens(1, (1, "alice"), EntryBody::Opened);
        scene.resize(100, 6);
        assert!(!scene.shows(rows[0]), "there is no place for all of it: {}", scene.screen());
    }
}

#[test]
fn a_second_room_tells_it_as_well_and_not_once_somebody_has_come() {
    let mut scene = Scene::busy(80, 24, 3);
    let room = chat_proto::RoomId([8; 16]);
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: Joined { room, code: *b"CD4Y", ..joined() } });
    scene.link(LinkEvent::Members { room, members: vec![member(1, "alice", Presence::Here)] });
    assert!(scene.shows("CD4Y     the code to share"), "{}", scene.screen());

    let entries = vec![entry(1, 1, (2, "bob"), EntryBody::Joined(crate::scene::ARRIVAL))];
    scene.link(LinkEvent::Entries { room, entries });

    assert!(!scene.shows("the code to share"), "{}", scene.screen());
}

#[test]
fn what_is_said_and_waits_takes_the_place_of_what_is_told() {
    let mut scene = alone(80, 24);

    scene.says("hello?");

    assert!(!scene.shows("the code to share"), "{}", scene.screen());
}

#[test]
fn the_list_of_rooms_ends_in_the_way_to_another() {
    let mut scene = Scene::busy(120, 35, 3);
    let room = chat_proto::RoomId([8; 16]);
    let joined = Joined { room, code: *b"CD4Y", ..joined() };
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined });

    assert!(scene.shows("  + /join, /create"), "{}", scene.screen());
    scene.resize(120, 6);
    assert!(!scene.shows("+ /join"), "{}", scene.screen());
}

#[test]
fn the_list_of_people_ends_in_the_way_to_speak_with_one_of_them() {
    let mut scene = Scene::room(80, 24);
    assert!(scene.shows("F9 speak alone"), "{}", scene.screen());

    scene.key(KeyCode::F(9));

    assert!(scene.shows("Enter message"), "{}", scene.screen());
    assert!(!alone(80, 24).shows("speak alone"), "there is nobody to speak with");
}

#[test]
fn the_word_of_somebody_who_is_away_has_a_row_of_its_own_where_it_is_long() {
    let mut scene = Scene::room(120, 35);
    let away = |words: &str| Presence::Away(bytes(words));
    let presence = chat_proto::frame::SignalKind::Presence(away("at the dentist until four"));
    scene.link(LinkEvent::Signal { room: ROOM, person: PersonId(2), kind: presence });
    let presence = chat_proto::frame::SignalKind::Presence(away("lunch"));
    scene.link(LinkEvent::Signal { room: ROOM, person: PersonId(3), kind: presence });

    let row = scene.row("◐ bob").unwrap();
    assert!(rows_of(&scene.buffer())[row + 1].ends_with("at the dentist until…"), "{}", scene.screen());
    assert!(scene.shows("◐ carol  lunch"), "{}", scene.screen());
    let (column, row) = place(&scene, "at the dentist");
    scene.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
    assert_eq!(scene.state.overlay, Some(Overlay::Crowd(PersonId(2))));
}

#[test]
fn a_click_on_an_emoji_of_the_picker_gives_it() {
    let mut scene = Scene::room(80, 24);
    scene.happens(1, (2, "bob"), message("done"));
    scene.alt(KeyCode::Up);
    scene.types("+");
    scene.effects();

    let (column, row) = place(&scene, "🎉");
    scene.mouse(MouseEventKind::Down(MouseButton::Left), column, row);

    assert_eq!(scene.posted().body, react(1, "🎉", ReactionState::On));
    assert_eq!(scene.state.overlay, None);
}

#[test]
fn a_click_beside_the_emoji_of_the_picker_gives_nothing() {
    let mut scene = Scene::room(80, 24);
    scene.happens(1, (2, "bob"), message("done"));
    scene.alt(KeyCode::Up);
    scene.types("+");
    scene.effects();

    scene.mouse(MouseEventKind::Down(MouseButton::Left), 0, 0);

    assert_eq!((scene.effects(), scene.state.overlay), (vec![], Some(Overlay::React)));
}

#[test]
fn in_a_low_window_the_letters_of_a_selected_message_stand_where_one_writes() {
    let mut scene = Scene::busy(40, 8, 9);
    scene.alt(KeyCode::Up);
    assert!(scene.shows("r reply") && !scene.shows("write a message"), "{}", scene.screen());
    scene.types("r");
    scene.types("x");
    scene.key(KeyCode::Enter);
    assert_eq!(scene.posted().body, reply(9, "x"));

    scene.types("half");
    scene.alt(KeyCode::Up);

    assert!(scene.shows("› half"), "what is being written stays in sight: {}", scene.screen());
}

#[test]
fn a_command_that_is_chosen_asks_of_the_link_what_it_asks_when_it_is_typed() {
    let mut scene = Scene::room(80, 24);
    scene.effects();
    scene.types("/leav");

    scene.key(KeyCode::Down);
    scene.key(KeyCode::Enter);

    assert_eq!(scene.effects(), [Effect::Link(Command::Leave(ROOM))]);
    assert_eq!(scene.state.room().map(|room| room.read), Some(Seq(0)));
}
