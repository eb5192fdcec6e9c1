//! With something over the screen.

use super::{BOB, CAROL, prompt, room, rooms};
use crate::looking::{FIRST, found, hit};
use crate::scene::{ROOM, Scene, bytes, code, joined, member, message, nick, server_key, start, up};
use chat_proto::entry::{EntryBody, LeaveReason, UnixMillis};
use chat_proto::frame::{Beyond, HeldName, Hit, Member, Presence};
use chat_proto::{Fingerprint, Secret};
use chat_tui::keeper::Kept;
use chat_tui::known_people::{Known, KnownPeople, Manner, Meeting};
use chat_tui::link::{Asked, Distrust, LinkEvent, Why};
use chat_tui::state::{Start, Wish};
use crossterm::event::{Event as TerminalEvent, KeyCode};

const HOUR: i64 = 3_600_000;

pub(crate) fn help(columns: u16, rows: u16) -> Scene {
    let mut scene = room::talk(columns, rows);
    scene.key(KeyCode::F(1));
    scene
}

/// The help, somewhere in its middle.
pub(crate) fn help_further_down(columns: u16, rows: u16) -> Scene {
    let mut scene = help(columns, rows);
    (0..3).for_each(|_| scene.key(KeyCode::PageDown));
    scene
}

pub(crate) fn help_at_its_end(columns: u16, rows: u16) -> Scene {
    let mut scene = help(columns, rows);
    scene.key(KeyCode::End);
    scene
}

pub(crate) fn help_of_the_prompt(columns: u16, rows: u16) -> Scene {
    let mut scene = prompt::prompt(columns, rows);
    scene.key(KeyCode::F(1));
    scene
}

pub(crate) fn quitting(columns: u16, rows: u16) -> Scene {
    let mut scene = room::talk(columns, rows);
    scene.ctrl('c');
    scene
}

/// Everybody else has quit.
pub(crate) fn leaving(columns: u16, rows: u16) -> Scene {
    let mut scene = room::talk(columns, rows);
    scene.happens(8, BOB, EntryBody::Left(LeaveReason::Quit));
    scene.happens(9, CAROL, EntryBody::Left(LeaveReason::Quit));
    scene.says("/leave");
    scene
}

/// Whoever hosts takes the room along, and a message was not delivered.
pub(crate) fn quitting_as_host(columns: u16, rows: u16) -> Scene {
    let mut scene = room::hosting(columns, rows);
    scene.says("one thing more");
    scene.effects();
    scene.ctrl('c');
    scene
}

pub(crate) fn sending_much(columns: u16, rows: u16) -> Scene {
    let mut scene = room::talk(columns, rows);
    let lines: Vec<String> = (1..=30).map(|n| format!("line {n}")).collect();
    scene.terminal(TerminalEvent::Paste(lines.join("\n")));
    scene.key(KeyCode::Enter);
    scene
}

pub(crate) fn forgetting(columns: u16, rows: u16) -> Scene {
    let mut scene = room::talk(columns, rows);
    scene.says("/forget");
    scene
}

pub(crate) fn deleting(columns: u16, rows: u16) -> Scene {
    let mut scene = room::own_selected(columns, rows);
    scene.types("d");
    scene
}

/// A server shows another key than last time.
pub(crate) fn distrusting(columns: u16, rows: u16) -> Scene {
    let server = "chat.example.org:7000";
    let start = Start { server: server.into(), is_server_given: true, ..start() };
    let mut scene = Scene::sized(Start { room: Wish::Join("AB3Z".into()), ..start }, columns, rows);
    let why = Why::Changed { known: Fingerprint::of(b"the key of last time") };
    scene.link(LinkEvent::Distrusted(Distrust { server: server.into(), found: server_key(), why }));
    scene.effects();
    scene
}

/// The same, a few rows further down.
pub(crate) fn distrusting_further_down(columns: u16, rows: u16) -> Scene {
    let mut scene = distrusting(columns, rows);
    (0..3).for_each(|_| scene.key(KeyCode::Down));
    scene
}

pub(crate) fn whois(columns: u16, rows: u16) -> Scene {
    let mut scene = room::people(columns, rows);
    scene.says("/whois bob");
    scene.effects();
    scene
}

/// Bob comes with another key than on some day in summer.
pub(crate) fn whois_of_another_key(columns: u16, rows: u16) -> Scene {
    let mut known = KnownPeople::default();
    let summer = Known { name: nick("bob"), key: Fingerprint::of(&[20; 32]), since: UnixMillis(1_783_000_000_000) };
    known.remember(&[Meeting { server: "localhost:7000".into(), known: summer, manner: Manner::First }]);
    let start = Start { room: Wish::Create, kept: Kept { known, ..Kept::default() }, ..start() };
    let mut scene = Scene::sized(start, columns, rows);
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });
    let bob = Member { key: [21; 32], ..member(2, "bob", Presence::Here) };
    scene.link(LinkEvent::Members { room: ROOM, members: vec![member(1, "alice", Presence::Here), bob] });
    scene.happens(0, BOB, message("it is me, with a new laptop"));
    scene.says("/whois bob");
    scene.effects();
    scene
}

pub(crate) fn whoami(columns: u16, rows: u16) -> Scene {
    let mut scene = room::talk(columns, rows);
    scene.says("/whoami");
    let held = |name, rests_ms| HeldName { name: bytes(name), rests_ms };
    scene.link(LinkEvent::Names(vec![held("alice", None), held("ci", None), held("alicia", Some(3 * HOUR as u64))]));
    scene.effects();
    scene
}

fn shown_invite(line: &str, columns: u16, rows: u16) -> Scene {
    let mut scene = room::first_contact(columns, rows);
    scene.says(line);
    scene.link(LinkEvent::Invitation { room: ROOM, code: code("AB3Z"), secret: Some(Secret([9; 16])) });
    scene.effects();
    scene
}

pub(crate) fn invite(columns: u16, rows: u16) -> Scene {
    shown_invite("/invite", columns, rows)
}

pub(crate) fn invite_as_qr(columns: u16, rows: u16) -> Scene {
    shown_invite("/invite qr", columns, rows)
}

/// The server was asked, and has not answered yet.
pub(crate) fn searching(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::busy(columns, rows, 30);
    scene.says("/search build");
    scene.effects();
    scene
}

fn answered(hits: Vec<Hit>, beyond: Beyond, columns: u16, rows: u16) -> Scene {
    let mut scene = searching(columns, rows);
    scene.link(found("build", FIRST, hits, beyond));
    scene.effects();
    scene
}

pub(crate) fn search(columns: u16, rows: u16) -> Scene {
    let long = format!("first of all, {}the BUILD failed again", "as it did before, ".repeat(9));
    let last = Hit { before: None, after: None, ..hit(2, "build it, and they will come") };
    answered(vec![hit(29, "did the build pass?"), hit(25, &long), last], Beyond::Nothing, columns, rows)
}

/// The oldest of what was found is chosen, and is not on the screen below.
pub(crate) fn search_far_back(columns: u16, rows: u16) -> Scene {
    let mut scene = search(columns, rows);
    scene.key(KeyCode::End);
    scene
}

/// More was found than the list has rows for, and one in the middle is chosen.
pub(crate) fn long_search(columns: u16, rows: u16) -> Scene {
    let hits = (0..40).map(|n| hit(200 - 3 * n, &format!("build {n}"))).collect();
    let mut scene = answered(hits, Beyond::Nothing, columns, rows);
    (0..20).for_each(|_| scene.key(KeyCode::Down));
    scene
}

pub(crate) fn search_without_hits(columns: u16, rows: u16) -> Scene {
    answered(Vec::new(), Beyond::Nothing, columns, rows)
}

pub(crate) fn search_given_up(columns: u16, rows: u16) -> Scene {
    answered(vec![hit(29, "did the build pass?")], Beyond::Unsearched, columns, rows)
}

pub(crate) fn search_refused(columns: u16, rows: u16) -> Scene {
    let mut scene = searching(columns, rows);
    let sentence = "too much is being looked for at present: try again in 3 s".to_owned();
    scene.link(LinkEvent::Refused { asked: Asked::Search(ROOM), sentence, free_name: None });
    scene
}

pub(crate) fn mentions(columns: u16, rows: u16) -> Scene {
    let mut scene = rooms::busy(columns, rows);
    scene.happens(9, BOB, message("@alice did the build pass?"));
    scene.says("/mentions");
    scene.effects();
    scene
}

pub(crate) fn switcher(columns: u16, rows: u16) -> Scene {
    let mut scene = rooms::busy(columns, rows);
    scene.alt(KeyCode::Char('k'));
    scene
}

/// A few letters, and what they may mean.
pub(crate) fn switcher_typed_in(columns: u16, rows: u16) -> Scene {
    let mut scene = switcher(columns, rows);
    scene.types("meet");
    scene
}

pub(crate) fn switcher_of_nothing(columns: u16, rows: u16) -> Scene {
    let mut scene = switcher(columns, rows);
    scene.types("xyzzy");
    scene
}

/// Of nine rooms, the third from above is chosen.
pub(crate) fn switcher_of_nine(columns: u16, rows: u16) -> Scene {
    let mut scene = rooms::nine(columns, rows);
    scene.alt(KeyCode::Char('k'));
    (0..2).for_each(|_| scene.key(KeyCode::Down));
    scene
}

pub(crate) fn crowd(columns: u16, rows: u16) -> Scene {
    let mut scene = room::talk(columns, rows);
    scene.key(KeyCode::F(9));
    scene
}

/// Whoever keeps order can do more.
pub(crate) fn crowd_to_order(columns: u16, rows: u16) -> Scene {
    let mut scene = room::owning(columns, rows);
    scene.key(KeyCode::F(9));
    scene
}

/// Of a hundred people, one in the middle is chosen.
pub(crate) fn crowd_of_many(columns: u16, rows: u16) -> Scene {
    let mut scene = room::crowded(columns, rows);
    scene.key(KeyCode::F(9));
    (0..30).for_each(|_| scene.key(KeyCode::Down));
    scene
}

pub(crate) fn themes(columns: u16, rows: u16) -> Scene {
    let mut scene = room::talk(columns, rows);
    scene.says("/theme");
    scene
}

/// The second of the list is tried.
pub(crate) fn trying_a_theme(columns: u16, rows: u16) -> Scene {
    let mut scene = themes(columns, rows);
    scene.key(KeyCode::Down);
    scene
}

pub(crate) fn picker(columns: u16, rows: u16) -> Scene {
    let mut scene = room::own_selected(columns, rows);
    scene.types("+");
    scene
}

/// By a part of their name, in more than one row; one in the second is chosen.
pub(crate) fn picker_by_name(columns: u16, rows: u16) -> Scene {
    let mut scene = picker(columns, rows);
    scene.types("heart");
    scene.key(KeyCode::Down);
    scene.key(KeyCode::Right);
    scene
}

pub(crate) fn picker_of_nothing(columns: u16, rows: u16) -> Scene {
    let mut scene = picker(columns, rows);
    scene.types("xyzzy");
    scene
}

pub(crate) fn links(columns: u16, rows: u16) -> Scene {
    let mut scene = room::selected(columns, rows);
    scene.types("o");
    scene
}

/// The address behind a number.
pub(crate) fn address(n: usize) -> String {
    format!("https://example.org/{n}/of/those/that/are/too/long/for/a/narrow/window")
}

pub(crate) fn nine_links(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    let all: Vec<String> = (1..=9).map(address).collect();
    scene.happens(0, BOB, message(&all.join(" ")));
    scene.alt(KeyCode::Up);
    scene.types("o");
    scene
}
