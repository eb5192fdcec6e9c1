//! The terminal: taken over, drawn on, and always given back — at the end, on a panic, while suspended.
//!
//! crossterm never notices that a terminal has vanished, so a thread of our own waits for the hang-up ([`hangup`]).

mod canvas;
mod kind;

pub use canvas::{Canvas, Hyperlinks};

use crate::state::State;
use crate::view;
use crate::widths::Widths;
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::style::Print;
use crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, execute};
use kind::Kind;
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rustix::event::{PollFd, PollFlags, poll};
use std::io::{self, IsTerminal, Write, stdin, stdout};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::Duration;
use tokio::sync::oneshot;

/// Buttons and the wheel, but not every motion: crossterm's own command would wake us for each.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";
/// The window's title, put aside and taken back.
const TITLE_SAVE: &str = "\x1b[22;0t";
const TITLE_RESTORE: &str = "\x1b[23;0t";
/// After a hang-up the program has so long to end by itself.
const HANGUP_GRACE: Duration = Duration::from_millis(1900);

/// The thread that draws, while the terminal is taken over.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);

pub struct Terminal {
    canvas: Canvas,
    title: String,
    mouse: Mouse,
}

/// Whose the mouse is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// The program's: it is told of buttons and the wheel.
    Ours,
    /// The terminal's: it selects text.
    Terminals,
}

impl Terminal {
    /// Takes the terminal over, until this is dropped. A panic on this thread gives it back before it is reported.
    pub fn take(mouse: Mouse) -> io::Result<Self> {
        give_back_on_panic();
        let kind = Kind::of(|name| std::env::var(name).ok());
        let canvas = Canvas::new(Widths::default(), kind.hyperlinks());
        // Dropped on failure: what was taken over by then is given back.
        let terminal = Self { canvas, title: String::new(), mouse };
        take_over(mouse)?;
        Ok(terminal)
    }

    /// Shows the state; writes only what differs from what is shown already.
    pub fn draw(&mut self, state: &State) -> io::Result<()> {
        let title = view::title(state);
        if title != self.title {
            execute!(stdout(), SetTitle(&title))?;
            self.title = title;
        }
        let (columns, rows) = crossterm::terminal::size()?;
        let mut picture = Buffer::empty(Rect::new(0, 0, columns, rows));
        let drawn = view::draw(state, &mut picture);
        let mut output = stdout().lock();
        output.write_all(&self.canvas.paint(picture, drawn))?;
        output.flush()
    }

    /// Forgets what is shown: the next drawing starts from nothing.
    pub fn clear(&mut self) {
        self.canvas.forget();
    }

    pub fn ring(&mut self) -> io::Result<()> {
        execute!(stdout(), Print('\x07'))
    }

    /// Puts `text` into the clipboard through the terminal (OSC 52). Whether it did, no terminal tells.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Gives the terminal back and stops this process, with those it shares the terminal with, until it is continued.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        self.retake()
    }

    /// Takes the terminal over again, whatever others did with it.
    pub fn retake(&mut self) -> io::Result<()> {
        take_over(self.mouse)?;
        self.title.clear();
        self.clear();
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

fn take_over(mouse: Mouse) -> io::Result<()> {
    enable_raw_mode()?;
    let mouse = match mouse {
        Mouse::Ours => MOUSE_ON,
        Mouse::Terminals => "",
    };
    // Put aside once: what is put aside twice is taken back once.
    let title = if set_owner(Some(thread::current().id())).is_none() { TITLE_SAVE } else { "" };
    execute!(
        stdout(),
        Print(title),
        EnterAlternateScreen,
        // What is too wide for the last column stays in its row.
        DisableLineWrap,
        EnableBracketedPaste,
        EnableFocusChange,
        cursor::SetCursorStyle::SteadyBlock,
        Print(mouse)
    )
}

/// Cooked mode, main screen, cursor, mouse, paste and focus modes, title: as they were. Twice does no harm.
fn give_back() {
    if set_owner(None).is_some() {
        unstoppable(restore);
    }
}

fn restore() {
    // The terminal may be gone already: then there is nobody to give it back to.
    let _ = execute!(
        stdout(),
        Print(MOUSE_OFF),
        DisableFocusChange,
        DisableBracketedPaste,
        EnableLineWrap,
        LeaveAlternateScreen,
        cursor::SetCursorStyle::DefaultUserShape,
        cursor::Show,
        Print(TITLE_RESTORE)
    );
    if is_in_foreground() {
        let _ = disable_raw_mode();
    }
    let _ = stdout().flush();
}

/// Does this without being stopped by the kernel, as it stops whoever sets or writes to a terminal that another group of
/// processes has in the foreground. A shell that dies takes its terminal back at any moment, also between the question
/// whose it is and what follows; and then nobody is left to continue a process that was stopped.
fn unstoppable(act: impl FnOnce()) {
    let mut stop = SigSet::empty();
    stop.add(Signal::SIGTTOU);
    let before = stop.thread_swap_mask(SigmaskHow::SIG_BLOCK);
    act();
    if let Ok(before) = before {
        let _ = before.thread_set_mask();
    }
}

/// Whether the terminal is ours to set: the mode of one that a shell has taken back is the shell's.
fn is_in_foreground() -> bool {
    let group = rustix::termios::tcgetpgrp(stdin());
    group.map_or(true, |group| group == rustix::process::getpgrp())
}

fn set_owner(owner: Option<ThreadId>) -> Option<ThreadId> {
    let mut held = OWNER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    std::mem::replace(&mut *held, owner)
}

fn owner() -> Option<ThreadId> {
    *OWNER.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A panic on the drawing thread ends the program: its message belongs on a usable terminal. One elsewhere does not end
/// it, and must not write over the screen: it goes to the log.
fn give_back_on_panic() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| match owner() {
            Some(owner) if owner != thread::current().id() => tracing::error!(%panic, "a task panicked"),
            _ => {
                give_back();
                report(panic);
            }
        }));
    });
}

/// Tells when the terminal has vanished. If the program has not ended soon after, it is ended.
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
    let tty: BorrowedFd = if input.is_terminal() { input.as_fd() } else { output.as_fd() };
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
