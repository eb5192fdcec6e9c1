//! The client as lines: what happens is told once, in words, and is answered by typing.

use crate::scene::{
    ARRIVAL, ROOM, Scene, bytes, code, delete, edit, entry, joined, member, message, react, reply, server_key, start,
};
use chat_proto::Secret;
use chat_proto::entry::ReactionState::{Off, On};
use chat_proto::entry::{Author, EntryBody, LeaveReason, PersonId, Seq};
use chat_proto::frame::{Beyond, Door, Excerpt, Hit, Joined, Peer, Presence, RoomState, SignalKind};
use chat_tui::about::About;
use chat_tui::effect::Effect;
use chat_tui::event::EventKind;
use chat_tui::link::{Command, Distrust, LinkEvent, Mark, Trouble, Why};
use chat_tui::overlay::{Overlay, Question};
use chat_tui::plain::{self, Layout, Teller, asked, has_failed, settled};
use chat_tui::screen::prompt::Focus;
use chat_tui::state::{Face, Screen, Start, Wish};
use crossterm::event::KeyCode;
use std::time::Duration;

/// Somebody who reads lines.
struct Reader {
    scene: Scene,
    teller: Teller,
}

impl Reader {
    fn new(mut scene: Scene) -> Self {
        scene.state.face = Face::Plain;
        Self { scene, teller: Teller::default() }
    }

    fn room() -> Self {
        let mut reader = Self::new(Scene::room(plain::COLUMNS, plain::ROWS));
        reader.scene.happens(0, (2, "bob"), message("before"));
        reader.hears();
        reader
    }

    /// In the prompt, where nothing but whole lines comes.
    fn prompt() -> Self {
        Self { scene: Scene::prompt_of_lines(), teller: Teller::default() }
    }

    fn hears(&mut self) -> Vec<String> {
        self.teller.tell(&self.scene.state, Layout::ENDLESS)
    }

    /// Types a line; what comes of it.
    fn types(&mut self, line: &str) -> Vec<String> {
        self.teller.has_heard();
        self.scene.event(EventKind::Line(line.to_owned()));
        self.hears()
    }
}

#[test]
fn whatever_happens_is_told_once() {
    let mut reader = Reader::new(Scene::room(plain::COLUMNS, plain::ROWS));
    reader.scene.happens(1, (2, "bob"), message("hi\nall"));
    reader.scene.happens(2, (3, "carol"), EntryBody::Action(bytes("waves")));
    reader.scene.happens(3, (4, "dave"), EntryBody::Joined(ARRIVAL));

    assert_eq!(
        reader.hears(),
        [
            "-- AB3Z (4 here): release planning",
            "-- Sunday, 22 November 2026",
            "14:01 bob: hi",
            "           all",
            "14:02 * carol waves",
            "14:03 -- dave joined",
        ]
    );
    assert_eq!(reader.hears(), Vec::<String>::new());

    reader.scene.happens(4, (5, "erin"), EntryBody::Joined(ARRIVAL));
    reader.scene.happens(5, (2, "bob"), message("welcome"));
    assert_eq!(reader.hears(), ["14:04 -- erin joined", "14:05 bob: welcome"]);
}

#[test]
fn whoever_comes_is_told_only_the_last_of_what_was_said() {
    let mut scene = Scene::room(plain::COLUMNS, plain::ROWS);
    scene.bob_says((1..=50).map(|n| format!("message {n}")));
    let mut reader = Reader::new(scene);

    let lines = reader.hears();

    assert!(lines.iter().any(|line| line.contains("what was said before")), "{lines:?}");
    assert!(lines.iter().any(|line| line.ends_with("message 31")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.ends_with("message 30")), "{lines:?}");
}

#[test]
fn nobody_forges_a_line() {
    let mut reader = Reader::room();
    reader.scene.happens(1, (2, "bob"), message("x\n14:01 alice: I quit\n-- carol left\u{1b}[2K\r!! not sent"));

    let lines = reader.hears();

    assert!(lines[1..].iter().all(|line| line.starts_with("           ")), "{lines:?}");
    assert!(!lines.concat().contains(char::is_control), "{lines:?}");
}

#[test]
fn what_one_says_is_told_when_the_room_has_it() {
    let mut reader = Reader::room();

    assert_eq!(reader.types("hi"), Vec::<String>::new());
    let post = reader.scene.posted();
    let said = chat_proto::entry::Entry { post: Some(post.id), ..entry(2, 1, (1, "alice"), message("hi")) };
    reader.scene.link(LinkEvent::Entries { room: ROOM, entries: vec![said] });

    assert_eq!(reader.hears(), ["14:01 alice: hi"]);
}

#[test]
fn a_post_that_is_refused_says_so_and_can_be_discarded() {
    let mut reader = Reader::room();
    reader.types("hi");
    reader.scene.marked(1, Mark::Refused("you are muted here".into()));

    let lines = reader.hears();

    assert!(lines[0].starts_with("!! not sent: you are muted here: hi"), "{lines:?}");
    assert!(lines.concat().contains("/discard"), "{lines:?}");
    assert_eq!(settled(&reader.scene.state), Some(Err("not everything was sent".to_owned())));
    reader.scene.effects();
    reader.types("/discard");
    assert!(matches!(reader.scene.effects()[..], [Effect::Link(Command::Discard(_))]));
    assert_eq!(settled(&reader.scene.state), Some(Ok(())));
}

#[test]
fn why_a_server_is_not_trusted_moves_no_cursor() {
    let mut reader = Reader::room();
    let why = Why::Certificate("it is\u{1b}[2J for nobody".into());
    reader.scene.link(LinkEvent::Distrusted(Distrust { server: "localhost:7000".into(), found: server_key(), why }));
    reader.scene.key(KeyCode::Esc);

    let Some(Err(sentence)) = settled(&reader.scene.state) else { panic!("it has ended") };

    assert!(sentence.contains("it is␛[2J for nobody"), "{sentence:?}");
}

#[test]
fn what_is_left_over_is_sent_by_a_word() {
    let mut reader = Reader::room();
    reader.types("hi");
    reader.scene.marked(1, Mark::Stale);
    assert!(reader.hears()[0].starts_with("!! written a while ago, not sent yet: hi"));
    reader.scene.effects();

    reader.types("/resend");

    assert!(matches!(reader.scene.effects()[..], [Effect::Link(Command::Post(_))]));
}

#[test]
fn a_lost_connection_is_told_and_so_is_what_waits_for_it() {
    let mut reader = Reader::room();
    let trouble = Trouble::Lost("the network is gone".into());
    reader.scene.link(LinkEvent::Down { trouble, retry_in: Duration::from_secs(2) });

    assert!(reader.hears()[0].starts_with("!! reconnecting: "));
    assert_eq!(reader.types("hi"), ["!! not sent yet, waiting for the connection: hi"]);
    assert_eq!(settled(&reader.scene.state), None);
    reader.scene.link(crate::scene::up());
    assert_eq!(reader.hears(), ["-- connected again"]);
}

#[test]
fn an_answer_is_told_as_often_as_it_is_asked_for() {
    let mut reader = Reader::room();

    for _ in 0..2 {
        assert_eq!(reader.types("/topic"), ["-- the topic is: release planning"]);
        let help = reader.types("/help");
        assert!(help.iter().any(|line| line.starts_with("   /me <does>: ")), "{help:?}");
    }
    let refused = "!! there is no command /nope: /help lists them, //nope says it (you typed: /nope)";
    assert_eq!(reader.types("/nope"), [refused]);
}

#[test]
fn a_question_is_answered_by_typing() {
    let mut reader = Reader::room();

    let lines = reader.types("/forget");
    assert_eq!(lines.first().unwrap(), "   Erase everything that you have said here?");
    assert_eq!(lines.last().unwrap(), "   y or n?");
    assert_eq!(asked(&reader.scene.state).question, "y or n? ");
    assert_eq!(reader.types("perhaps").last().unwrap(), "   y or n?");
    reader.types("no");
    assert_eq!(reader.scene.state.overlay, None);

    reader.types("/forget");
    reader.scene.effects();
    reader.scene.key(KeyCode::Char('y'));
    assert_eq!(reader.scene.posted().body, EntryBody::Forget);
}

#[test]
fn what_lies_over_a_screen_is_told_without_its_box_and_without_being_in_the_way() {
    let mut reader = Reader::room();
    for _ in 0..2 {
        reader.types("/invite");
        let secret = None::<Secret>;
        reader.scene.link(LinkEvent::Invitation { room: ROOM, code: code("AB3Z"), secret });

        let lines = reader.hears();

        assert!(lines.iter().any(|line| line.starts_with("   chat-tui --join")), "{lines:?}");
        assert!(!lines.concat().contains(['│', '╭', '─']) && !lines.concat().contains("Esc "), "{lines:?}");
    }
    reader.scene.effects();
    reader.scene.says("hi");
    assert_eq!(reader.scene.posted().body, message("hi"));
}

#[test]
fn nothing_that_was_found_begins_a_line() {
    let mut reader = Reader::room();
    reader.scene.effects();
    reader.types("/search quit");
    let [Effect::Link(Command::Search { quest, before, .. })] = &reader.scene.effects()[..] else { panic!("asked") };
    let text = bytes(&format!("{}14:01 alice: I quit", "quit ".repeat(12)));
    let author = Author { person: PersonId(2), name: bytes("bob") };
    let found = Excerpt { seq: Seq(1), time: reader.scene.state.now, author, text };
    let hits = vec![Hit { before: None, found, after: None }];
    let (quest, before) = (quest.clone(), *before);
    reader.scene.link(LinkEvent::Found { room: ROOM, quest, before, hits, beyond: Beyond::Nothing });

    let lines = reader.hears();

    assert!(lines.iter().any(|line| line.contains("I quit")), "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with("   ")), "{lines:?}");
}

#[test]
fn the_prompt_asks_line_by_line() {
    let mut reader = Reader::prompt();
    let question = |reader: &mut Reader| reader.teller.ask(&reader.scene.state);

    assert_eq!(question(&mut reader).unwrap(), "Your name: [alice]");
    reader.types("bob");
    assert_eq!(question(&mut reader).unwrap(), "Room (a code, an invite, or nothing for a new one):");
    reader.types("ab3z");
    assert_eq!(question(&mut reader).unwrap(), "Server: [localhost:7000]");
    let lines = reader.types("");

    assert_eq!(lines, ["-- connecting to localhost:7000…"]);
    match &reader.scene.effects()[..] {
        [Effect::Dial { server, name, .. }] => assert_eq!((server.as_str(), name.as_str()), ("localhost:7000", "bob")),
        other => panic!("one link, not {other:?}"),
    }
}

#[test]
fn what_is_wrong_with_an_answer_is_said_and_asked_again() {
    let mut reader = Reader::prompt();

    let lines = reader.types("a b");

    assert!(lines[0].starts_with("!! "), "{lines:?}");
    assert!(reader.teller.ask(&reader.scene.state).unwrap().starts_with("Your name:"));
    reader.types("bob");
    reader.types("no code");
    let lines = reader.types("");
    assert!(lines[0].starts_with("!! "), "{lines:?}");
    assert_eq!(reader.scene.state.prompt.focus, Focus::Room);
}

#[test]
fn where_nobody_answers_a_wrong_code_is_the_end() {
    let mut start = Start { room: Wish::Join("nope!".into()), ..start() };
    start.around.face = Face::PlainOnly;
    let mut reader = Reader { scene: Scene::new(start), teller: Teller::default() };

    let lines = reader.hears();

    assert!(lines[0].starts_with("!! "), "{lines:?}");
    assert_eq!(has_failed(&reader.scene.state).as_deref(), lines[0].strip_prefix("!! "));
}

#[test]
fn plain_and_back_again_is_one_word() {
    let mut scene = Scene::room(80, 24);
    scene.happens(0, (2, "bob"), message("hi"));

    scene.says("/plain");
    assert_eq!(scene.effects(), [Effect::Turn(Face::Plain)]);
    assert_eq!((scene.state.face, scene.state.columns, scene.state.rows), (Face::Plain, plain::COLUMNS, plain::ROWS));
    let mut teller = Teller::default();
    assert!(teller.tell(&scene.state, Layout::ENDLESS).iter().any(|line| line.ends_with("bob: hi")));

    scene.says("/plain");
    assert_eq!(scene.effects(), [Effect::Turn(Face::Screen)]);
    scene.resize(80, 24);
    assert!(scene.shows("hi"));
}

#[test]
fn without_a_terminal_there_is_no_way_to_the_screen() {
    let mut reader = Reader::room();
    reader.scene.state.face = Face::PlainOnly;

    assert_eq!(reader.types("/plain"), ["!! there is no terminal here that could show the whole screen"]);
}

#[test]
fn what_is_being_typed_stands_behind_what_is_asked() {
    let mut reader = Reader::room();
    reader.scene.types("half a sen");

    let line = asked(&reader.scene.state);

    assert_eq!((line.question.as_str(), line.typed.as_str(), line.cursor), ("> ", "half a sen", 10));
}

#[test]
fn a_question_that_is_open_at_the_end_is_no_good_end() {
    let mut reader = Reader::room();
    reader.scene.state.overlay = Some(Overlay::Question(Question::SendLong));

    assert!(matches!(settled(&reader.scene.state), Some(Err(_))));
    reader.scene.state.overlay = None;
    reader.scene.state.screen = Screen::Connecting;
    assert_eq!(settled(&reader.scene.state), None);
}

#[test]
fn whoever_is_the_last_one_is_asked_in_a_line_before_the_room_ends() {
    let mut reader = Reader::room();
    for left in [(2, "bob"), (3, "carol")] {
        reader.scene.happens(1, left, EntryBody::Left(LeaveReason::Quit));
    }
    reader.hears();

    let lines = reader.types("/leave");
    assert!(lines.iter().any(|line| line.ends_with("Leave this room?")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("the room and its history end with you")), "{lines:?}");
    assert_eq!(asked(&reader.scene.state).question, "y or n? ");
    reader.types("n");
    reader.types("/quit");
    assert_eq!(reader.scene.effects(), []);

    assert_eq!(settled(&reader.scene.state), Some(Ok(())), "nobody asks on behind the last line");
    reader.types("y");
    assert_eq!(reader.scene.effects(), [Effect::Quit]);
}

/// What somebody signals of being here.
fn is(reader: &mut Reader, person: u64, presence: Presence) -> Vec<String> {
    reader.scene.link(LinkEvent::Signal { room: ROOM, person: PersonId(person), kind: SignalKind::Presence(presence) });
    reader.hears()
}

#[test]
fn what_is_done_to_a_message_is_told_when_it_happens() {
    let mut reader = Reader::room();
    let mut does = |author, body| {
        reader.scene.happens(3, author, body);
        reader.hears()
    };
    let (alice, bob, carol) = ((1, "alice"), (2, "bob"), (3, "carol"));
    does(alice, message("fix me"));

    assert_eq!(
        does(alice, edit(2, "fixed\n14:04 bob: x")),
        ["14:03 alice edited: fixed", "                    14:04 bob: x"]
    );
    assert_eq!(does(bob, react(2, "👍", On)), ["14:03 bob reacted 👍 to alice: fixed"]);
    assert_eq!(does(alice, react(2, "🎉", On)), ["14:03 alice reacted 🎉 to alice: fixed"]);
    assert_eq!(does(bob, react(2, "👍", Off)), ["14:03 bob took 👍 back from alice: fixed"]);
    assert_eq!(does(alice, delete(2)), ["14:03 alice deleted a message"]);
    does(bob, message("mine"));
    assert_eq!(does(carol, delete(8)), ["14:03 -- carol deleted a message of bob"]);
}

#[test]
fn what_changes_nothing_is_not_told() {
    let mut reader = Reader::room();
    reader.scene.happens(1, (2, "bob"), react(1, "👍", On));
    reader.hears();

    for body in [edit(1, "mine now"), react(1, "🎉", Off), delete(4711), edit(4711, "x")] {
        reader.scene.happens(2, (3, "carol"), body);
    }
    reader.scene.happens(2, (2, "bob"), react(1, "👍", On));

    assert_eq!(reader.hears(), Vec::<String>::new());
}

#[test]
fn what_was_done_to_messages_before_somebody_came_is_not_told() {
    let mut scene = Scene::room(plain::COLUMNS, plain::ROWS);
    scene.happens(0, (2, "bob"), message("fix me"));
    scene.happens(1, (2, "bob"), edit(1, "fixed"));
    let mut reader = Reader::new(scene);

    assert_eq!(reader.hears()[2..], ["14:00 bob: fixed"]);
}

#[test]
fn what_somebody_does_who_is_ignored_is_not_told() {
    let mut reader = Reader::room();
    reader.types("/ignore carol");
    reader.hears();

    reader.scene.happens(2, (3, "carol"), react(1, "👍", On));

    assert_eq!(reader.hears(), Vec::<String>::new());
    assert_eq!(is(&mut reader, 3, Presence::Away(bytes("lunch"))), Vec::<String>::new());
}

#[test]
fn who_is_away_and_back_is_told() {
    let mut reader = Reader::room();

    assert_eq!(
        is(&mut reader, 2, Presence::Away(bytes("lunch\n14:00 bob: hi"))),
        ["-- bob is away: lunch 14:00 bob: hi"]
    );
    assert_eq!(is(&mut reader, 2, Presence::Away(bytes(""))), ["-- bob is away"]);
    assert_eq!(is(&mut reader, 2, Presence::Here), ["-- bob is back"]);
    assert_eq!(is(&mut reader, 2, Presence::Idle), Vec::<String>::new());
    assert_eq!(reader.types("/away lunch"), ["-- you are away: /back says that you are here again"]);
    assert_eq!(reader.types("/back"), ["-- you are here again"]);
}

#[test]
fn an_answer_says_which_message_it_answers() {
    let mut reader = Reader::room();

    reader.scene.happens(1, (3, "carol"), message("is \"it\"): green?"));
    reader.scene.happens(2, (2, "bob"), reply(2, "ok"));
    reader.scene.happens(3, (3, "carol"), reply(4711, "what about that?"));

    assert_eq!(
        reader.hears()[1..],
        ["14:02 bob to carol (\"is 'it'): green?\"): ok", "14:03 carol to (an older message): what about that?"]
    );
}

#[test]
fn how_many_are_here_is_told_when_it_is_known() {
    let mut reader = Reader::new(Scene::entering(joined(), plain::COLUMNS, plain::ROWS));
    assert_eq!(reader.hears(), ["-- AB3Z: release planning"]);

    let members = vec![member(1, "alice", Presence::Here), member(2, "bob", Presence::Away(bytes("lunch")))];
    reader.scene.link(LinkEvent::Members { room: ROOM, members });

    assert_eq!(reader.hears(), ["-- 2 people are here"]);
    assert_eq!(reader.hears(), Vec::<String>::new());
}

#[test]
fn a_conversation_of_two_is_called_by_the_other_one() {
    let direct = Some(Peer { person: PersonId(2), name: bytes("bob"), key: [2; 32] });
    let state = RoomState { direct, door: Door::Direct, topic: bytes(""), ..joined().state };
    let mut reader = Reader::new(Scene::entering(Joined { state, ..joined() }, plain::COLUMNS, plain::ROWS));

    assert_eq!(reader.hears(), ["-- @bob"]);
}

#[test]
fn a_line_that_is_refused_goes_and_is_said_back() {
    let mut reader = Reader::room();
    reader.scene.says("/nope");

    assert_eq!(asked(&reader.scene.state).typed, "");
    assert!(reader.hears()[0].ends_with("(you typed: /nope)"));
    reader.scene.effects();
    reader.scene.says("hi");
    assert_eq!(reader.scene.posted().body, message("hi"));
    reader.scene.key(KeyCode::Up);
    reader.scene.key(KeyCode::Up);
    assert_eq!(asked(&reader.scene.state).typed, "/nope");
}

#[test]
fn a_line_that_is_refused_is_not_said_back_with_a_secret() {
    let mut reader = Reader::room();

    let lines = reader.types("/join chat://example.org/AB3Z#abc");

    assert_eq!(lines, ["!! the secret in this invite is damaged; ask for a new one"]);
    assert_eq!(asked(&reader.scene.state).typed, "");
}

#[test]
fn in_a_conversation_of_two_it_is_told_whether_the_other_one_is_there_and_in_a_room_only_who_is_away() {
    let direct = Some(Peer { person: PersonId(2), name: bytes("bob"), key: [2; 32] });
    let state = RoomState { direct, door: Door::Direct, topic: bytes(""), ..joined().state };
    let mut alone = Reader::new(Scene::entering(Joined { state, ..joined() }, plain::COLUMNS, plain::ROWS));
    let idle = || vec![member(1, "alice", Presence::Here), member(2, "bob", Presence::Idle)];
    alone.scene.link(LinkEvent::Members { room: ROOM, members: idle() });
    assert_eq!(alone.hears(), ["-- @bob (2 here)", "-- bob is idle"]);
    assert_eq!(is(&mut alone, 2, Presence::Here), ["-- bob is back"]);
    alone.scene.link(LinkEvent::Signal { room: ROOM, person: PersonId(2), kind: SignalKind::Typing });
    assert_eq!(alone.hears(), Vec::<String>::new());

    let mut many = Reader::new(Scene::entering(joined(), plain::COLUMNS, plain::ROWS));
    many.scene.link(LinkEvent::Members { room: ROOM, members: idle() });
    assert_eq!(many.hears(), ["-- AB3Z (2 here): release planning"]);
    assert_eq!(is(&mut many, 2, Presence::Here), Vec::<String>::new());
}

#[test]
fn a_refused_line_goes_also_while_something_is_answered_or_edited() {
    for (about, words) in [
        (About::Reply { to: Seq(1) }, "what you type is still an answer"),
        (About::Edit { target: Seq(1), draft: String::new() }, "what you type is still an edit"),
    ] {
        let mut reader = Reader::room();
        if let Some(room) = reader.scene.state.rooms.get_mut(&ROOM) {
            room.about = Some(about.clone());
        }

        let told = reader.types("/nope");

        assert!(told.concat().contains(words), "{told:?}");
        assert_eq!(asked(&reader.scene.state).typed, "");
        assert_eq!(reader.scene.state.rooms[&ROOM].about, Some(about));
    }
}

#[test]
fn whoever_is_not_let_back_is_told_no_more_than_is_known() {
    let mut reader = Reader::room();

    reader.scene.link(LinkEvent::NoReturn { room: ROOM, sentence: "because".into() });

    assert_eq!(reader.hears(), ["!! AB3Z has ended, or you are no longer let in"]);
}
