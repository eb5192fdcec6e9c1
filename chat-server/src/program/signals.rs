//! Signals: SIGTERM and SIGINT stop the server, SIGHUP reads the certificate again.
//!
//! A terminal that goes away sends SIGHUP too. So, if the server was started on one, and it is gone, that stops it.

use chat_server::Tls;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{tcgetattr, tcgetpgrp};
use std::io::{self, IsTerminal};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Heeds signals from now on. Must be called within a tokio runtime.
pub(crate) fn heed(stop: &CancellationToken, tls: Tls) -> io::Result<()> {
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        tokio::spawn(stop_at(signal(kind)?, stop.clone()));
    }
    // Heeded once, it does not end the program: a file that may not grow is a disk that fails.
    drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?);
    let hangup = signal(SignalKind::hangup())?;
    tokio::spawn(reload_at(hangup, Console::at_start(), stop.clone(), tls));
    Ok(())
}

async fn stop_at(mut signal: Signal, stop: CancellationToken) {
    signal.recv().await;
    stop.cancel();
}

async fn reload_at(mut hangup: Signal, console: Console, stop: CancellationToken, tls: Tls) {
    while hangup.recv().await.is_some() {
        if console.is_gone() {
            return stop.cancel();
        }
        reload(&tls);
    }
}

fn reload(tls: &Tls) {
    match tls.reload() {
        Ok(()) => tracing::info!(key = %tls.fingerprint(), "the certificate was read again"),
        Err(error) => tracing::warn!("the certificate stays as it was: {error}"),
    }
}

/// Where standard input came from when the server was started.
#[derive(Clone, Copy)]
enum Console {
    /// The terminal whose signals the server gets.
    Controlling,
    /// One that somebody only handed to it.
    Terminal,
    Elsewhere,
}

impl Console {
    fn at_start() -> Self {
        match (io::stdin().is_terminal(), tcgetpgrp(io::stdin())) {
            (true, Ok(_)) => Self::Controlling,
            (true, Err(_)) => Self::Terminal,
            (false, _) => Self::Elsewhere,
        }
    }

    fn is_gone(self) -> bool {
        match self {
            // With the shell that it came from, it is taken from all whom that started, while it may still be drawn.
            Self::Controlling => tcgetpgrp(io::stdin()).is_err() || Self::Terminal.is_gone(),
            Self::Terminal => has_hung_up() || tcgetattr(io::stdin()).is_err(),
            Self::Elsewhere => false,
        }
    }
}

fn has_hung_up() -> bool {
    let stdin = io::stdin();
    let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut watched, Some(&at_once)).is_ok() && watched[0].revents().contains(PollFlags::HUP)
}
