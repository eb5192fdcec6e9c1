//! A program in a terminal of its own, and what stands on its screen.

#![allow(unreachable_pub, reason = "the harness is a module of its own")]
#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long anything may take before the test gives up. Nothing here is expected to take a tenth of it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A home directory of its own, gone with the test.
pub struct Home(PathBuf);

impl Home {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("chat-pty-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What cannot be removed lies in the directory for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the program asked of the terminal besides what stands on the screen.
#[derive(Default)]
struct Asked {
    /// What it put into the clipboard last, in base64, as terminals are given it.
    clipboard: String,
    /// The colour that it gave to the cursor.
    cursor: Option<String>,
}

impl vt100::Callbacks for Asked {
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _ty: &[u8], data: &[u8]) {
        self.clipboard = String::from_utf8_lossy(data).into_owned();
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, parts: &[&[u8]]) {
        match parts {
            [b"12", colour] => self.cursor = Some(String::from_utf8_lossy(colour).into_owned()),
            [b"112", ..] => self.cursor = None,
            _ => {}
        }
    }
}

#[derive(Default)]
struct Seen {
    parser: Option<vt100::Parser<Asked>>,
    bytes: usize,
    is_unwatched: bool,
}

pub struct Terminal {
    pub child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    watcher: Option<JoinHandle<()>>,
}

/// `chat-tui` with these arguments, as a command.
pub fn chat(home: &Home, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_chat-tui"));
    command.args(args);
    at_home(&mut command, home);
    command
}

/// Gives a command a home and a terminal type, and nothing of the tester's own.
pub fn at_home(command: &mut CommandBuilder, home: &Home) {
    for name in ["XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "CHAT_SERVER", "NO_COLOR"] {
        command.env_remove(name);
    }
    command.env("HOME", home.path());
    command.env("TERM", "xterm-256color");
    command.env("LOGNAME", "tester");
    command.env("USER", "tester");
    command.cwd(home.path());
}

impl Terminal {
    pub fn start(command: CommandBuilder, (columns, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Arc::new((Mutex::new(Seen::default()), Condvar::new()));
        seen.0.lock().unwrap().parser =
            Some(vt100::Parser::new_with_callbacks(cells(rows), cells(columns), 0, Asked::default()));
        let reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let watcher = std::thread::spawn({
            let seen = Arc::clone(&seen);
            move || watch(reader, &seen)
        });
        Self { child, master: Some(pair.master), writer: Some(writer), seen, watcher: Some(watcher) }
    }

    pub fn keys(&mut self, keys: &str) {
        let writer = self.writer.as_mut().expect("the terminal is there");
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Waits until the screen is as wanted.
    pub fn until(&self, wanted: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let (lock, changed) = &*self.seen;
        let deadline = Instant::now() + PATIENCE;
        let mut seen = lock.lock().unwrap();
        while !is_so(seen.parser.as_ref().unwrap().screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            let contents = seen.parser.as_ref().unwrap().screen().contents();
            assert!(!left.is_zero(), "waited in vain for {wanted}; the screen shows:\n{contents}");
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits until this text stands on the screen.
    pub fn shows(&self, text: &str) {
        self.until(text, |screen| screen.contents().contains(text));
    }

    pub fn screen(&self) -> String {
        self.seen.0.lock().unwrap().parser.as_ref().unwrap().screen().contents()
    }

    /// What is in the clipboard, in base64.
    pub fn clipboard(&self) -> String {
        self.seen.0.lock().unwrap().parser.as_ref().unwrap().callbacks().clipboard.clone()
    }

    /// The colour of the cursor, unless it is the terminal's own.
    pub fn cursor(&self) -> Option<String> {
        self.seen.0.lock().unwrap().parser.as_ref().unwrap().callbacks().cursor.clone()
    }

    /// Whether the program writes anything within this time.
    pub fn is_written_within(&self, time: Duration) -> bool {
        let (lock, changed) = &*self.seen;
        let seen = lock.lock().unwrap();
        let before = seen.bytes;
        let seen = changed.wait_timeout_while(seen, time, |seen| seen.bytes == before).unwrap().0;
        seen.bytes != before
    }

    /// Every mode that a program must give back, in words; empty when all is as a shell wants it.
    pub fn modes(&self) -> Vec<&'static str> {
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.as_ref().unwrap().screen();
        let modes = [
            (screen.alternate_screen(), "alternate screen"),
            (screen.hide_cursor(), "hidden cursor"),
            (screen.bracketed_paste(), "bracketed paste"),
            (screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None, "mouse"),
            (screen.application_cursor(), "application cursor"),
        ];
        modes.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| name).collect()
    }

    /// The line discipline, as it is now.
    pub fn discipline(&self) -> String {
        format!("{:?}", self.master.as_ref().expect("the terminal is there").get_termios())
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.as_ref().expect("the terminal is there").resize(size).unwrap();
        if columns > 0 && rows > 0 {
            self.seen.0.lock().unwrap().parser.as_mut().unwrap().screen_mut().set_size(cells(rows), cells(columns));
        }
    }

    /// Takes the terminal away, as when its window is closed or its host dies.
    pub fn vanish(&mut self) {
        self.seen.0.lock().unwrap().is_unwatched = true;
        // The watcher holds the terminal too. A key makes the program write, which wakes the watcher to let go; of a
        // new size it is told only where the terminal is its own.
        self.keys("x");
        self.watcher.take().expect("vanishes once").join().unwrap();
        self.writer = None;
        self.master = None;
    }

    /// Waits for the end; returns the exit code and how long it took.
    pub fn ends(&mut self) -> (u32, Duration) {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.exit_code(), start.elapsed());
            }
            assert!(start.elapsed() < PATIENCE, "it does not end; the screen shows:\n{}", self.screen());
            // The end of a process that is not ours alone to wait for can only be asked for.
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("the picture of a screen has cells")
}

fn watch(mut reader: Box<dyn Read + Send>, (lock, changed): &(Mutex<Seen>, Condvar)) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let count = reader.read(&mut bytes).unwrap_or(0);
        let mut seen = lock.lock().unwrap();
        seen.parser.as_mut().unwrap().process(&bytes[..count]);
        seen.bytes += count;
        changed.notify_all();
        if count == 0 || seen.is_unwatched {
            return;
        }
    }
}
