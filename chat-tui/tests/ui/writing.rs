//! The composer and what leaves it.

use crate::scene::{INSTANCE, ROOM, Scene, bytes, code, message, nick};
use chat_proto::entry::{EntryBody, PostId};
use chat_proto::frame::Door;
use chat_proto::frame::Keep;
use chat_tui::config::Options;
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent};
use chat_tui::overlay::{Overlay, Question};
use crossterm::event::{Event as TerminalEvent, KeyCode};

fn room() -> Scene {
    Scene::room(80, 24)
}

fn paste(scene: &mut Scene, text: &str) {
    scene.terminal(TerminalEvent::Paste(text.to_owned()));
}

fn line(scene: &Scene) -> &str {
    scene.state.composer().text()
}

#[test]
fn posts_are_numbered_from_one_in_each_room() {
    let mut scene = room();

    scene.says("one");
    let first = scene.posted();
    scene.says("two");
    let second = scene.posted();

    assert_eq!((first.room, first.id, first.body), (ROOM, PostId { instance: INSTANCE, n: 1 }, message("one")));
    assert_eq!(second.id.n, 2);
    assert_eq!(line(&scene), "");
}

#[test]
fn every_command_asks_for_what_it_says() {
    let table = [
        ("/me waves", Command::Post(item(1, EntryBody::Action(bytes("waves"))))),
        ("/topic lunch", Command::Post(item(1, EntryBody::Topic(bytes("lunch"))))),
        ("/topic -", Command::Post(item(1, EntryBody::Topic(bytes(""))))),
        ("//etc/hosts", Command::Post(item(1, message("/etc/hosts")))),
        ("/join CD4Y", Command::Join(code("CD4Y"), None)),
        ("/create", Command::Create(Door::Open, Keep::Default)),
        ("/leave", Command::Leave(ROOM)),
        ("/nick eve", Command::Rename(nick("eve"))),
    ];
    for (typed, command) in table {
        let mut scene = room();
        scene.says(typed);
        assert_eq!(scene.effects(), [Effect::Link(command)], "{typed}");
        assert_eq!(line(&scene), "");
    }
}

fn item(n: u64, body: EntryBody) -> chat_tui::link::OutboxItem {
    let written = chat_proto::UnixMillis(crate::scene::TWO_O_CLOCK);
    chat_tui::link::OutboxItem { room: ROOM, id: PostId { instance: INSTANCE, n }, body, written }
}

#[test]
fn commands_of_the_screen_ask_nothing_of_the_world() {
    let mut scene = room();

    scene.says("/help");
    assert!(matches!(scene.state.overlay, Some(Overlay::Help { .. })));
    scene.key(KeyCode::Esc);
    scene.says("/topic");
    assert!(scene.shows("the topic is: release planning"));
    scene.says("/clear");
    assert_eq!(scene.effects(), []);

    scene.says("/exit");
    assert_eq!(scene.effects(), [Effect::Quit]);
}

#[test]
fn an_unknown_command_is_never_said_and_the_line_stays() {
    let mut scene = room();

    scene.says("/shrug really");

    assert_eq!(scene.effects(), []);
    assert_eq!(line(&scene), "/shrug really");
    assert!(scene.shows("there is no command /shrug: /help lists them, //shrug says it"));
}

#[test]
fn without_a_link_requests_are_refused_and_posts_are_not() {
    let mut scene = room();
    let trouble = chat_tui::link::Trouble::GoAway;
    scene.link(LinkEvent::Down { trouble, retry_in: std::time::Duration::from_secs(9) });

    scene.says("/create");
    assert_eq!(scene.effects(), []);
    assert!(scene.shows("not connected: this works when the link is back"));

    scene.says("hello");
    assert_eq!(scene.posted().body, message("hello"));
}

#[test]
fn a_taken_name_leaves_the_free_one_in_the_line() {
    let mut scene = room();
    scene.says("/nick bob");
    scene.effects();

    let sentence = "the name bob is taken".into();
    scene.link(LinkEvent::Refused { asked: Asked::Rename, sentence, free_name: Some(nick("bob-2")) });
    assert!(scene.shows("the name bob is taken; Enter takes bob-2"));

    scene.key(KeyCode::Enter);
    assert_eq!(scene.effects(), [Effect::Link(Command::Rename(nick("bob-2")))]);
}

#[test]
fn a_paste_answers_no_question_and_is_said_to_be_dropped() {
    for pasted in ["y", "\n", "yes\n", "\r"] {
        let mut scene = room();
        scene.ctrl('c');

        scene.terminal(crossterm::event::Event::Paste(pasted.into()));

        assert_eq!(scene.state.overlay, Some(Overlay::Question(Question::Quit)), "{pasted:?}");
        assert_eq!((scene.effects(), line(&scene)), (vec![], ""), "{pasted:?}");
        assert!(scene.shows("what was pasted answers nothing"), "{}", scene.screen());
    }
}

#[test]
fn control_c_clears_the_line_and_then_asks_before_quitting() {
    let mut scene = room();
    scene.types("half a thought");

    scene.ctrl('c');
    assert_eq!(line(&scene), "");
    scene.ctrl('y');
    assert_eq!(line(&scene), "half a thought");

    scene.ctrl('c');
    scene.ctrl('c');
    assert_eq!(scene.state.overlay, Some(Overlay::Question(Question::Quit)));
    assert!(scene.shows("Enter quit   Esc stay"));
    assert_eq!(scene.effects(), []);

    scene.key(KeyCode::Esc);
    assert_eq!(scene.state.overlay, None);
    scene.key(KeyCode::Up);
    assert_eq!(line(&scene), "half a thought");
}

#[test]
fn a_message_may_have_several_lines() {
    let mut scene = room();

    scene.types("one");
    scene.alt(KeyCode::Enter);
    scene.types("two");
    scene.ctrl('j');
    scene.says("three");

    assert_eq!(scene.posted().body, message("one\ntwo\nthree"));
}

#[test]
fn the_composer_grows_to_a_third_of_the_screen() {
    let mut scene = room();

    paste(&mut scene, &"a line\n".repeat(30));

    assert_eq!(scene.screen().matches("a line").count(), 7, "{}", scene.screen());
}

#[test]
fn a_paste_keeps_its_lines_is_harmless_and_sends_nothing() {
    let mut scene = room();

    paste(&mut scene, "one\r\ntwo\rthree\n\u{1b}]52;c;x\u{7}\tfour");

    assert_eq!(line(&scene), "one\ntwo\nthree\n␛]52;c;x␇\tfour");
    assert_eq!(scene.effects(), []);
}

#[test]
fn a_long_message_asks_before_it_is_sent() {
    for long in ["line\n".repeat(21), "x".repeat(5000)] {
        let mut scene = room();
        paste(&mut scene, &long);

        scene.key(KeyCode::Enter);
        assert_eq!(scene.state.overlay, Some(Overlay::Question(Question::SendLong)));
        assert_eq!(scene.effects(), []);

        scene.key(KeyCode::Esc);
        assert_eq!(line(&scene), long);

        scene.key(KeyCode::Enter);
        scene.key(KeyCode::Enter);
        scene.posted();
    }
}

#[test]
fn from_where_on_a_message_is_long_is_chosen() {
    for (options, long, short) in [
        (Options { ask_lines: 2, ..Options::default() }, "a\nb\nc".to_owned(), "a\nb".to_owned()),
        (Options { ask_bytes: 10, ..Options::default() }, "x".repeat(11), "x".repeat(10)),
        (Options { ask_lines: 400, ask_bytes: 16_384, ..Options::default() }, String::new(), "x\n".repeat(300)),
    ] {
        let mut scene = room();
        scene.state.options = options;
        paste(&mut scene, &short);
        scene.key(KeyCode::Enter);
        scene.posted();

        paste(&mut scene, &long);
        scene.key(KeyCode::Enter);

        let asked = Some(Overlay::Question(Question::SendLong)).filter(|_| !long.is_empty());
        assert_eq!(scene.state.overlay, asked);
    }
}

#[test]
fn a_long_message_can_be_thrown_away_where_it_is_asked_about() {
    let mut scene = room();
    let long = "line\n".repeat(21);
    paste(&mut scene, &long);
    scene.key(KeyCode::Enter);

    scene.types("x");

    assert_eq!((scene.state.overlay, scene.effects()), (None, vec![]));
    assert_eq!(line(&scene), "");
    assert!(scene.shows("discarded: Ctrl-Y brings it back"));
    scene.ctrl('y');
    assert_eq!(line(&scene), long);
}

#[test]
fn pasted_lines_are_seen_first_and_the_question_says_how_many_there_are() {
    for (columns, rows, lines) in [(200, 50, 7), (80, 24, 7), (40, 15, 5)] {
        let mut scene = Scene::room(columns, rows);
        paste(&mut scene, &"let it be\n".repeat(25));
        assert!(scene.shows("26 lines, not sent yet: Enter asks"), "{}", scene.screen());
        assert!(scene.screen().matches("let it be").count() >= lines - 1, "{}", scene.screen());

        scene.key(KeyCode::Enter);

        for words in ["Send all of this?", "26 lines, 250 bytes, as one", "Enter send   Esc edit   x discard"] {
            assert!(scene.shows(words), "{words}: {}", scene.screen());
        }
    }
}

#[test]
fn what_is_too_long_for_a_message_is_refused_and_nothing_is_lost() {
    let table = [
        ("x".repeat(16 * 1024), "that is 16389 bytes; a message has at most 16384"),
        ("\n".repeat(400), "that is 401 lines; a message has at most 400"),
        ("x".repeat(10 << 20), "a message has at most 16384"),
    ];
    for (long, sentence) in table {
        let mut scene = room();
        scene.types("draft");

        paste(&mut scene, &long);

        assert_eq!(line(&scene), "draft");
        assert!(scene.shows(sentence), "{}", scene.screen());
    }
}

#[test]
fn what_is_put_back_too_often_is_refused_as_well() {
    let mut scene = room();
    paste(&mut scene, &"x".repeat(10_000));
    scene.ctrl('u');

    scene.ctrl('y');
    scene.ctrl('y');

    assert_eq!(line(&scene).len(), 10_000);
    assert!(scene.shows("a message has at most 16384"), "{}", scene.screen());
}

#[test]
fn what_shows_nothing_is_not_sent() {
    let mut scene = room();

    scene.says("   ");
    paste(&mut scene, "\u{2800}\u{3164}");
    scene.key(KeyCode::Enter);

    assert_eq!(scene.effects(), []);
    assert!(scene.shows("there is nothing to see in this message"));
}

#[test]
fn up_brings_back_what_was_written_and_down_the_way_back() {
    let mut scene = room();
    scene.says("one");
    scene.says("two");

    scene.key(KeyCode::Up);
    scene.key(KeyCode::Up);
    assert_eq!(line(&scene), "one");
    scene.key(KeyCode::Up);
    assert_eq!(line(&scene), "one");
    scene.key(KeyCode::Down);
    assert_eq!(line(&scene), "two");
    scene.key(KeyCode::Down);
    assert_eq!(line(&scene), "");
}

#[test]
fn up_in_a_text_moves_a_row_and_keeps_the_text() {
    let mut scene = room();
    scene.says("before");
    scene.types("one");
    scene.ctrl('j');
    scene.types("two");

    scene.key(KeyCode::Up);
    scene.key(KeyCode::Up);
    scene.types("!");

    assert_eq!(line(&scene), "one!\ntwo");
}

#[test]
fn tab_completes_names_and_commands_and_goes_through_them() {
    let table = [
        ("/n", 1, "/nick "),
        ("/he", 1, "/help "),
        ("b", 1, "bob: "),
        ("well @c", 1, "well @carol "),
        ("ask ca", 1, "ask carol "),
        ("/j", 2, "/join "),
        ("/qu", 1, "/query "),
        ("/qu", 2, "/quit "),
        ("/dm", 1, "/dm "),
        ("xyz", 1, "xyz"),
        ("ali", 1, "ali"),
        ("well @he", 1, "well @here "),
        (":tad", 1, "🎉"),
        ("ship it :+1", 1, "ship it 👍"),
        ("(:smil", 2, "(😃"),
        ("`:tad", 1, "`:tad"),
        ("10:3", 1, "10:3"),
        (":", 1, ":"),
    ];
    for (typed, tabs, completed) in table {
        let mut scene = room();
        scene.types(typed);
        for _ in 0..tabs {
            scene.key(KeyCode::Tab);
        }
        assert_eq!(line(&scene), completed, "{typed}");
    }
}

#[test]
fn what_tab_began_ends_with_the_line_that_it_stood_in() {
    for (away, tabbed) in [(KeyCode::Up, "x"), (KeyCode::Down, "")] {
        let mut scene = room();
        scene.says("x");
        scene.says("b");
        scene.key(KeyCode::Up);
        scene.key(KeyCode::Tab);
        assert_eq!(line(&scene), "bob: ");

        scene.key(away);
        scene.key(KeyCode::Tab);

        assert_eq!(line(&scene), tabbed, "{away:?}");
    }
}

#[test]
fn the_last_colon_of_a_name_makes_it_an_emoji() {
    let table = [
        (":tada:", "🎉"),
        ("done :+1: :tada:!", "done 👍 🎉!"),
        ("(:heart:)", "(❤\u{fe0f})"),
        (":no_such_emoji: :", ":no_such_emoji: :"),
        ("10:100:15 a:100: http://x:100:", "10:100:15 a:100: http://x:100:"),
        ("`:tada:` :tada:", "`:tada:` 🎉"),
        ("std::100:", "std::100:"),
        ("::", "::"),
    ];
    for (typed, written) in table {
        let mut scene = room();
        scene.types(typed);
        assert_eq!(line(&scene), written, "{typed}");
    }
}

#[test]
fn nothing_becomes_an_emoji_behind_a_fence_or_in_a_paste() {
    let mut scene = room();

    scene.types("```");
    scene.alt(KeyCode::Enter);
    scene.types(":tada:");
    assert_eq!(line(&scene), "```\n:tada:");

    scene.ctrl('c');
    paste(&mut scene, ":tada:");
    assert_eq!(line(&scene), ":tada:");
}

#[test]
fn backspace_puts_the_name_of_an_emoji_back_and_it_stays_one() {
    let mut scene = room();
    scene.types("a :tada:");

    scene.key(KeyCode::Backspace);
    scene.types(" b");
    assert_eq!(line(&scene), "a :tada: b");

    scene.types(" :tada:!");
    scene.key(KeyCode::Backspace);
    scene.key(KeyCode::Backspace);
    assert_eq!(line(&scene), "a :tada: b ");
}

#[test]
fn an_empty_tab_says_nothing() {
    let mut scene = room();

    scene.key(KeyCode::Tab);

    assert_eq!(line(&scene), "");
}

#[test]
fn the_cursor_stands_behind_what_was_typed() {
    let mut scene = room();

    scene.types("結果 e\u{301}");

    let cursor = scene.drawn().1.cursor.unwrap();
    assert_eq!((cursor.x, cursor.y), (3 + 6, 22));
}

#[test]
fn the_newline_behind_a_pasted_block_is_not_said() {
    let mut scene = room();
    scene.effects();
    paste(&mut scene, "one\ntwo\n");

    scene.key(KeyCode::Enter);

    match &scene.effects()[..] {
        [Effect::Link(Command::Post(item))] => assert_eq!(item.body, message("one\ntwo")),
        other => panic!("one post, not {other:?}"),
    }
}
