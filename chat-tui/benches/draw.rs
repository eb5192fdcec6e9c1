//! What the hand feels: from a key to the painted frame, over how much was said; what it takes in memory, how soon the
//! program shows something, and what it costs when nothing happens.
//!
//! `cargo bench -p chat-tui --bench draw`: a minute or two. Times are of `update` and `draw` together, in milliseconds,
//! on a window of 200 by 60 whose bytes go nowhere: the processor's, which can be compared on a busy machine, and those
//! of the clock on the wall.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark ends when something is wrong, and prints")]

#[path = "draw/cost.rs"]
mod cost;
#[path = "draw/program.rs"]
mod program;
#[path = "draw/talk.rs"]
mod talk;
#[expect(dead_code, reason = "the harness of the tests, of which less is needed here")]
#[path = "../tests/pty/terminal.rs"]
mod terminal;
#[path = "draw/words.rs"]
mod words;

use chat_proto::{RoomId, UnixMillis};
use chat_tui::effect::Effect;
use chat_tui::event::{Event, EventKind};
use chat_tui::state::State;
use chat_tui::terminal::{Canvas, Hyperlinks};
use chat_tui::update::update;
use chat_tui::view;
use chat_tui::widths::Widths;
use cost::{Clock, Cost, row};
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use talk::Talk;

const COLUMNS: u16 = 200;
const ROWS: u16 = 60;
const SIZES: [u64; 3] = [1_000, 10_000, 100_000];
/// Messages that come at once.
const BATCH: u64 = 200;
const REPEATS: usize = 2_000;
/// Pages from one end of the room that the smallest one has as well.
const PAGES: usize = 10;
const ROOM: RoomId = RoomId([1; 16]);
const OTHER: RoomId = RoomId([2; 16]);

fn main() {
    memory();
    println!("a frame of {COLUMNS} by {ROWS}, in ms: 50 of 100 within, 99 of 100 within, at most");
    println!("{:42} {:^26} | {:^26}", "", "of the processor's time", "on the wall");
    for messages in SIZES {
        println!("  {messages} messages");
        frames(messages);
    }
    program::measure();
}

/// First, before anything else has left its traces in this process.
fn memory() {
    let before = resident_kib();
    let (screen, _) = Screen::with(SIZES[2]);
    let all = resident_kib();
    println!("{} messages in {} KiB; with this program, {all} KiB are resident", SIZES[2], all.saturating_sub(before));
    drop(screen);
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn frames(messages: u64) {
    let (screen, talk) = &mut Screen::with(messages);
    row("a letter", screen.times(REPEATS, |n| key(letter(n))));
    screen.does(ctrl('u'));
    row("a page up", screen.pages(KeyCode::End, KeyCode::PageUp));
    row("a page down", screen.pages(KeyCode::Home, KeyCode::PageDown));
    row("a letter, far from the end", screen.times(REPEATS, |n| key(letter(n))));
    row("a message arrives, far from the end", screen.times(REPEATS, |_| talk.news()));
    screen.does(key(KeyCode::Esc));
    screen.does(ctrl('u'));
    row("a message arrives", screen.times(REPEATS, |_| talk.news()));
    screen.does(ctrl('f'));
    row("a letter to find", screen.times(REPEATS / 10, |n| key(sought(n))));
    screen.does(key(KeyCode::Esc));
    row("another size", screen.times(REPEATS / 10, |n| resize(COLUMNS - (n % 2) as u16, ROWS)));
    screen.does(resize(COLUMNS, ROWS));
    row("another room", screen.times(REPEATS / 10, |n| talk::enters(if n % 2 == 0 { OTHER } else { ROOM })));
}

fn key(code: KeyCode) -> EventKind {
    EventKind::Terminal(TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn ctrl(letter: char) -> EventKind {
    EventKind::Terminal(TerminalEvent::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)))
}

fn alt(code: KeyCode) -> EventKind {
    EventKind::Terminal(TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::ALT)))
}

fn resize(columns: u16, rows: u16) -> EventKind {
    EventKind::Terminal(TerminalEvent::Resize(columns, rows))
}

/// Words of six letters, as somebody writes.
fn letter(n: usize) -> KeyCode {
    KeyCode::Char(if n % 7 == 6 { ' ' } else { char::from(b'a' + (n % 26) as u8) })
}

/// A word that everybody says, and none of it, in turns.
fn sought(n: usize) -> KeyCode {
    let letters = "staging".len();
    match n / letters % 2 {
        0 => KeyCode::Char(char::from("staging".as_bytes()[n % letters])),
        _ => KeyCode::Backspace,
    }
}

/// The client on a screen whose bytes go nowhere.
struct Screen {
    state: State,
    canvas: Canvas,
}

impl Screen {
    /// In two rooms, of which the one that is shown holds so many messages.
    fn with(messages: u64) -> (Self, Talk) {
        let canvas = Canvas::new(Widths::default(), Hyperlinks::Written);
        let mut screen = Self { state: talk::begins(COLUMNS, ROWS), canvas };
        let mut talk = Talk::begins();
        (0..messages / BATCH).for_each(|_| drop(screen.take_in(talk.batch(BATCH))));
        assert_eq!(screen.state.rooms[&ROOM].timeline.held() as u64, messages);
        screen.paint();
        (screen, talk)
    }

    fn take_in(&mut self, kind: EventKind) -> Vec<Effect> {
        // Time passes, or nothing would ever be due.
        let at = UnixMillis(self.state.now.0 + 1);
        update(&mut self.state, Event { at, kind })
    }

    fn paint(&mut self) {
        let mut picture = Buffer::empty(Rect::new(0, 0, self.state.columns, self.state.rows));
        let drawn = view::draw(&self.state, &mut picture);
        self.canvas.paint(picture, drawn);
    }

    fn does(&mut self, kind: EventKind) -> Cost {
        let clock = Clock::start();
        self.take_in(kind);
        self.paint();
        clock.stop()
    }

    fn times(&mut self, count: usize, mut event: impl FnMut(usize) -> EventKind) -> Vec<Cost> {
        (0..count).map(|n| self.does(event(n))).collect()
    }

    /// Page by page, from one end of the room again and again.
    fn pages(&mut self, from: KeyCode, way: KeyCode) -> Vec<Cost> {
        let page = |n| {
            if n % PAGES == 0 {
                self.does(alt(from));
            }
            self.does(key(way))
        };
        (0..REPEATS / 10).map(page).collect()
    }
}
