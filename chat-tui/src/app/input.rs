//! What a person does, wherever it comes from: keys of a terminal, or lines.

use crate::terminal::{Late, Told, Torn};
use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read, stdin};
use std::thread;
use std::time::Instant;
use tokio::sync::mpsc;

/// More than a message may have: what is longer is refused in a sentence, not held whole.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// Lines that wait to be taken; then whoever writes them waits.
const LINES_WAITING: usize = 16;

/// What somebody did.
#[derive(Debug)]
pub(super) enum Typed {
    Event(Event),
    Line(String),
}

pub(super) enum Input {
    Keys {
        /// What was typed before there was a stream.
        waiting: VecDeque<Event>,
        late: Late,
        torn: Torn,
        stream: EventStream,
    },
    Lines(mpsc::Receiver<String>),
}

impl Input {
    pub(super) fn keys(told: Told) -> Self {
        Self::Keys { waiting: told.typed.into(), late: told.late, torn: Torn::default(), stream: EventStream::new() }
    }

    /// The lines of standard input, read on a thread of its own: nothing else can wait for a file, a pipe and a
    /// terminal.
    pub(super) fn lines() -> io::Result<Self> {
        let (lines, taken) = mpsc::channel(LINES_WAITING);
        thread::Builder::new().name("lines".to_owned()).spawn(move || {
            while let Some(line) = next_line() {
                if lines.blocking_send(line).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self::Lines(taken))
    }

    /// None when there is no more.
    pub(super) async fn next(&mut self) -> Option<io::Result<Typed>> {
        match self {
            Self::Lines(lines) => lines.recv().await.map(|line| Ok(Typed::Line(line))),
            Self::Keys { waiting, late, torn, stream } => loop {
                if let Some(event) = waiting.pop_front() {
                    return Some(Ok(Typed::Event(event)));
                }
                match stream.next().await? {
                    Ok(event) => {
                        let whole = late.pass(event).into_iter().flat_map(|event| torn.pass(event, Instant::now()));
                        waiting.extend(whole);
                    }
                    Err(error) => return Some(Err(error)),
                }
            },
        }
    }
}

/// A line without its end. What cannot be read any more is the end of all of them.
fn next_line() -> Option<String> {
    let mut line = Vec::new();
    let count = stdin().lock().take(LINE_BYTES_MAX).read_until(b'\n', &mut line).unwrap_or(0);
    let text = String::from_utf8_lossy(&line);
    (count > 0).then(|| text.trim_end_matches(['\n', '\r']).to_owned())
}
