//! Asks the terminal what it draws how wide, and on what, before anybody else reads from it.

use super::probe::{Answers, Probe, Rest, question};
use super::{Late, typed};
use crate::known_terminals::{KnownTerminals, Met};
use crate::theme::Background;
use crate::widths::Widths;
use chat_proto::UnixMillis;
use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, Write, stdin, stdout};
use std::time::{Duration, Instant};

/// How long the answers may take, all together: nobody notices a start that is later by that.
const PATIENCE: Duration = Duration::from_millis(30);
/// A terminal that did not answer in time is not asked again so soon. A busy one may answer the next time.
const RESTS_MILLIS: i64 = 10 * 60 * 1000;

/// What the terminal told, and what else came of asking.
#[derive(Debug)]
pub struct Told {
    pub widths: Widths,
    pub background: Background,
    /// What a person typed meanwhile.
    pub typed: Vec<Event>,
    /// Keeps what comes too late from being taken for keys.
    pub late: Late,
    /// What later runs should know.
    pub met: Option<Met>,
}

impl Told {
    /// By a terminal that was not asked.
    pub fn nothing() -> Self {
        Self::known(Widths::default())
    }

    fn known(widths: Widths) -> Self {
        let background = Background::Unknown;
        Self { widths, background, typed: Vec::new(), late: Late::new(Rest::Nothing), met: None }
    }
}

/// Asks the terminal of this name, unless it is known not to answer.
pub(super) fn ask(name: &str, known: &KnownTerminals, now: UnixMillis) -> io::Result<Told> {
    let before = known.get(name);
    let widths = before.and_then(|met| met.widths);
    if before.is_some_and(|met| rests(met, now)) {
        return Ok(Told::known(Widths::default()));
    }
    let answers = answers()?;
    let kept = answers.widths.or(widths);
    let is_news = match kept {
        Some(_) => widths != kept,
        None => answers.rest != Rest::Nothing,
    };
    let met = Met { name: name.to_owned(), widths: kept, asked: now };
    Ok(Told {
        widths: kept.unwrap_or_default(),
        background: answers.background,
        typed: typed::keys(&answers.typed),
        late: Late::new(answers.rest),
        met: Some(met).filter(|_| is_news),
    })
}

/// Whether it did not answer a moment ago.
fn rests(met: &Met, now: UnixMillis) -> bool {
    met.widths.is_none() && (0..RESTS_MILLIS).contains(&now.0.saturating_sub(met.asked.0))
}

fn answers() -> io::Result<Answers> {
    let deadline = Instant::now() + PATIENCE;
    let mut output = stdout().lock();
    output.write_all(question().as_bytes())?;
    output.flush()?;
    let mut probe = Probe::default();
    let mut bytes = [0; 1024];
    while !probe.is_over() && is_readable(deadline)? {
        match rustix::io::read(stdin(), &mut bytes)? {
            0 => break,
            count => probe.read(&bytes[..count]),
        }
    }
    Ok(probe.end())
}

/// Whether there is something to read before the deadline.
fn is_readable(deadline: Instant) -> io::Result<bool> {
    let input = stdin();
    let left = deadline.saturating_duration_since(Instant::now());
    let wait = Timespec { tv_sec: 0, tv_nsec: left.subsec_nanos().into() };
    let mut watched = [PollFd::new(&input, PollFlags::IN)];
    match poll(&mut watched, Some(&wait)) {
        Ok(_) => Ok(!left.is_zero() && watched[0].revents().contains(PollFlags::IN)),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_did_not_answer_is_not_waited_for_again_so_soon() {
        let silent = Met { name: "slow".to_owned(), widths: None, asked: UnixMillis(1_000) };
        let table = [(1_000, true), (1_000 + RESTS_MILLIS - 1, true), (1_000 + RESTS_MILLIS, false), (0, false)];
        for (now, expected) in table {
            assert_eq!(rests(&silent, UnixMillis(now)), expected, "{now}");
        }
        let answering = Met { widths: Some(Widths::default()), ..silent };
        assert!(!rests(&answering, UnixMillis(1_000)));
    }
}
