//! The modes of the terminal: which are set while it is taken over, and that they are all taken back, whatever happens.

use super::Mouse;
use crate::state::Face;
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::style::Print;
use crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use std::io::{self, Write, stdin, stdout};
use std::sync::Mutex;
use std::thread::{self, ThreadId};

/// Buttons and the wheel, but not every motion: crossterm's own command would wake us for each.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";
/// The window's title, put aside and taken back.
const TITLE_SAVE: &str = "\x1b[22;0t";
const TITLE_RESTORE: &str = "\x1b[23;0t";

/// The cursor in the terminal's own colour.
const CURSOR_RESTORE: &str = "\x1b]112\x1b\\";

/// The thread that writes, while the terminal is taken over, and as what.
static OWNER: Mutex<Option<(ThreadId, Face)>> = Mutex::new(None);

pub(super) fn take_over(face: Face, mouse: Mouse) -> io::Result<()> {
    match face {
        Face::Screen => take_screen(mouse),
        Face::Plain => take_line(),
        // Nothing of it is ours.
        Face::PlainOnly => Ok(()),
    }
}

fn take_screen(mouse: Mouse) -> io::Result<()> {
    enable_raw_mode()?;
    let mouse = match mouse {
        Mouse::Ours => MOUSE_ON,
        Mouse::Terminals => "",
    };
    // Put aside once: what is put aside twice is taken back once.
    let title = if set_owner(Some((thread::current().id(), Face::Screen))).is_none() { TITLE_SAVE } else { "" };
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

/// Gives the cursor a colour (OSC 12): one that is made for the terminal's own ground is not seen on every other.
pub(super) fn colour_cursor(rgb: Option<u32>) -> io::Result<()> {
    let asked = rgb.map_or_else(|| CURSOR_RESTORE.to_owned(), |rgb| format!("\x1b]12;#{rgb:06x}\x1b\\"));
    execute!(stdout(), Print(asked))
}

fn take_line() -> io::Result<()> {
    enable_raw_mode()?;
    set_owner(Some((thread::current().id(), Face::Plain)));
    execute!(stdout(), EnableBracketedPaste, EnableFocusChange)
}

/// From one face to the other. Keys come as keys all the time: what is typed meanwhile is typed into what follows.
pub(super) fn turn(face: Face, mouse: Mouse) -> io::Result<()> {
    if let Some((_, before)) = set_owner(None) {
        unstoppable(|| put_down(before));
    }
    take_over(face, mouse)
}

/// Cooked mode, main screen, cursor, mouse, paste and focus modes, title: as they were. Twice does no harm.
pub(super) fn give_back() {
    if let Some((_, face)) = set_owner(None) {
        unstoppable(|| restore(face));
    }
}

fn restore(face: Face) {
    put_down(face);
    if is_in_foreground() {
        let _ = disable_raw_mode();
    }
    let _ = stdout().flush();
}

/// Takes back what this face had the terminal do.
fn put_down(face: Face) {
    // The terminal may be gone already: then there is nobody to give it back to.
    let _ = execute!(stdout(), DisableFocusChange, DisableBracketedPaste);
    if face == Face::Screen {
        let _ = execute!(
            stdout(),
            Print(MOUSE_OFF),
            EnableLineWrap,
            LeaveAlternateScreen,
            cursor::SetCursorStyle::DefaultUserShape,
            cursor::Show,
            Print(CURSOR_RESTORE),
            Print(TITLE_RESTORE)
        );
    }
}

/// Does this without being stopped by the kernel, as it stops whoever sets or writes to a terminal that another group
/// of processes has in the foreground. A shell that dies takes its terminal back at any moment, also between the
/// question whose it is and what follows; and then nobody is left to continue a process that was stopped.
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

fn set_owner(owner: Option<(ThreadId, Face)>) -> Option<(ThreadId, Face)> {
    let mut held = OWNER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    std::mem::replace(&mut *held, owner)
}

fn owner() -> Option<ThreadId> {
    OWNER.lock().unwrap_or_else(std::sync::PoisonError::into_inner).map(|(thread, _)| thread)
}

/// A panic on the thread that writes ends the program: its message belongs on a usable terminal. One elsewhere does not
/// end it, and must not write over the screen: it goes to the log.
pub(super) fn give_back_on_panic() {
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
