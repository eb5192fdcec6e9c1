//! The terminal: taken over, written on, and always given back — at the end, on a panic, while suspended.
//!
//! crossterm never notices that a terminal has vanished, so a thread of our own waits for the hang-up ([`hangup`]).

mod asking;
mod canvas;
mod kind;
mod late;
mod modes;
mod probe;
mod torn;
mod typed;

pub use asking::Told;
pub use canvas::{Canvas, Hyperlinks};
pub use late::Late;
pub use torn::Torn;

use crate::hyperlink::Links;
use crate::known_terminals::KnownTerminals;
use crate::plain::{Layout, Paper, Teller, asked};
use crate::state::{Face, State};
use crate::view;
use crate::widths::Widths;
use chat_proto::UnixMillis;
use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::SetTitle;
use kind::Kind;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rustix::event::{PollFd, PollFlags, poll};
use std::io::{self, IsTerminal, Write, stdin, stdout};
use std::os::fd::{AsFd, BorrowedFd};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// After a hang-up the program has so long to end by itself.
const HANGUP_GRACE: Duration = Duration::from_millis(1900);

pub struct Terminal {
    kind: Kind,
    face: Face,
    mouse: Mouse,
    hyperlinks: Hyperlinks,
    sheet: Sheet,
    widths: Widths,
}

/// Whose the mouse is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// The program's: it is told of buttons and the wheel.
    Ours,
    /// The terminal's: it selects text.
    Terminals,
}

/// What is written on.
enum Sheet {
    Screen { canvas: Canvas, title: String, cursor: Option<u32> },
    Lines { teller: Teller, paper: Paper },
}

impl Sheet {
    fn new(face: Face, widths: Widths, hyperlinks: Hyperlinks) -> Self {
        match face {
            Face::Screen => {
                let canvas = Canvas::new(widths, hyperlinks);
                Self::Screen { canvas, title: String::new(), cursor: None }
            }
            Face::Plain | Face::PlainOnly => Self::Lines { teller: Teller::default(), paper: Paper::default() },
        }
    }
}

/// Whether there is a terminal that can show the whole screen.
pub fn has_screen() -> bool {
    stdin().is_terminal() && stdout().is_terminal() && kind().has_screen()
}

fn kind() -> Kind {
    Kind::of(|name| std::env::var(name).ok())
}

impl Terminal {
    /// Takes the terminal over, until this is dropped. A panic on this thread gives it back before it is reported.
    pub fn take(face: Face, mouse: Mouse, links: Links) -> io::Result<Self> {
        modes::give_back_on_panic();
        let (kind, widths) = (kind(), Widths::default());
        let hyperlinks = kind.hyperlinks(links);
        // Dropped on failure: what was taken over by then is given back.
        let terminal = Self { sheet: Sheet::new(face, widths, hyperlinks), kind, face, mouse, hyperlinks, widths };
        modes::take_over(face, mouse)?;
        Ok(terminal)
    }

    /// Asks the terminal what it draws how wide, before anybody reads keys. What is painted afterwards heeds it.
    pub fn ask(&mut self, known: &KnownTerminals, now: UnixMillis) -> io::Result<Told> {
        if self.face != Face::Screen || !self.kind.may_be_asked() {
            return Ok(Told::nothing());
        }
        let told = asking::ask(self.kind.name(), known, now)?;
        self.widths = told.widths;
        self.sheet = Sheet::new(self.face, self.widths, self.hyperlinks);
        Ok(told)
    }

    /// Shows the state on the screen; writes only what differs from what is shown already.
    pub fn draw(&mut self, state: &State) -> io::Result<()> {
        let Sheet::Screen { canvas, title, cursor } = &mut self.sheet else { return Ok(()) };
        let wanted = view::title(state);
        if wanted != *title {
            execute!(stdout(), SetTitle(&wanted))?;
            *title = wanted;
        }
        if state.theme.cursor() != *cursor {
            *cursor = state.theme.cursor();
            modes::colour_cursor(*cursor)?;
        }
        let (columns, rows) = crossterm::terminal::size()?;
        let mut picture = Buffer::empty(Rect::new(0, 0, columns, rows));
        let drawn = view::draw(state, &mut picture);
        write(&canvas.paint(picture, drawn))
    }

    /// Writes the lines that a change of the state brings; on the screen, none.
    pub fn follow(&mut self, state: &State) -> io::Result<()> {
        let Sheet::Lines { teller, paper } = &mut self.sheet else { return Ok(()) };
        let columns = columns();
        let lines = teller.tell(state, columns.map_or(Layout::ENDLESS, Layout::of));
        let text: String = match self.face {
            Face::PlainOnly => lines.into_iter().chain(teller.ask(state)).map(|line| line + "\n").collect(),
            Face::Plain | Face::Screen => paper.print(&lines, &asked(state), columns.unwrap_or(crate::plain::COLUMNS)),
        };
        write(text.as_bytes())
    }

    /// A line was typed: its answer is told, whatever was told before.
    pub fn has_heard(&mut self) {
        if let Sheet::Lines { teller, .. } = &mut self.sheet {
            teller.has_heard();
        }
    }

    /// Goes on as this.
    pub fn turn(&mut self, face: Face) -> io::Result<()> {
        self.leave_line()?;
        self.face = face;
        self.sheet = Sheet::new(face, self.widths, self.hyperlinks);
        modes::turn(face, self.mouse)
    }

    /// Forgets what is shown: the next drawing starts from nothing.
    pub fn clear(&mut self) {
        match &mut self.sheet {
            Sheet::Screen { canvas, .. } => canvas.forget(),
            Sheet::Lines { paper, .. } => *paper = Paper::default(),
        }
    }

    /// Shows a word on the desktop (OSC 9), which must hold nothing that a terminal acts on. Most terminals do, or
    /// ignore it.
    pub fn notify(&mut self, words: &str) -> io::Result<()> {
        execute!(stdout(), Print(format_args!("\x1b]9;{words}\x1b\\")))
    }

    pub fn ring(&mut self) -> io::Result<()> {
        match self.face {
            Face::Screen | Face::Plain => execute!(stdout(), Print('\x07')),
            Face::PlainOnly => Ok(()),
        }
    }

    /// Puts `text` into the clipboard through the terminal (OSC 52). Whether it did, no terminal tells.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        match self.face {
            Face::Screen | Face::Plain => execute!(stdout(), CopyToClipboard::to_clipboard_from(text)),
            Face::PlainOnly => Ok(()),
        }
    }

    /// Gives the terminal back and stops this process, with those it shares the terminal with, until it is continued.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.leave_line()?;
        modes::give_back();
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        self.retake()
    }

    /// Takes the terminal over again, whatever others did with it.
    pub fn retake(&mut self) -> io::Result<()> {
        modes::take_over(self.face, self.mouse)?;
        if let Sheet::Screen { title, cursor, .. } = &mut self.sheet {
            title.clear();
            *cursor = None;
        }
        self.clear();
        Ok(())
    }

    /// What others write does not stand behind what is being typed.
    fn leave_line(&mut self) -> io::Result<()> {
        match &mut self.sheet {
            Sheet::Lines { paper, .. } => write(paper.erase().as_bytes()),
            Sheet::Screen { .. } => Ok(()),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The terminal may be gone already: then there is nobody to give it back to.
        let _ = self.leave_line();
        modes::give_back();
    }
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut output = stdout().lock();
    output.write_all(bytes)?;
    output.flush()
}

/// Of the terminal that lines are written to, if they are.
fn columns() -> Option<u16> {
    let size = stdout().is_terminal().then(crossterm::terminal::size)?;
    size.ok().map(|(columns, _)| columns)
}

/// Tells when the terminal has vanished. If the program has not ended soon after, it is ended. Where there is no
/// terminal, nothing is told.
pub fn hangup() -> io::Result<oneshot::Receiver<()>> {
    let (gone, told) = oneshot::channel();
    thread::Builder::new().name("hangup".to_owned()).spawn(move || {
        wait_for_hangup();
        let _ = gone.send(());
        thread::sleep(HANGUP_GRACE);
        // 128 + SIGHUP, as the shell would report it.
        std::process::exit(129);
    })?;
    Ok(told)
}

fn wait_for_hangup() {
    let (input, output) = (stdin(), stdout());
    let tty: BorrowedFd = match (input.is_terminal(), output.is_terminal()) {
        (true, _) => input.as_fd(),
        (false, true) => output.as_fd(),
        (false, false) => loop {
            thread::park();
        },
    };
    loop {
        // No events are asked for: hang-up and error are reported all the same, and nothing else wakes us.
        let mut fds = [PollFd::from_borrowed_fd(tty, PollFlags::empty())];
        match poll(&mut fds, None) {
            Ok(_) if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) => return,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
