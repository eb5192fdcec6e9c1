//! What the loop waits for, where it may not be there: then for ever.

use super::LinkEnds;
use super::around::now;
use crate::link::{Command, LinkEvent};
use chat_proto::UnixMillis;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

pub(super) async fn next_of_link(link: &mut Option<LinkEnds>) -> Option<LinkEvent> {
    match link {
        Some(link) => link.events.recv().await,
        None => std::future::pending().await,
    }
}

/// Resolves when the link takes another command.
pub(super) async fn room_in_link(commands: Option<mpsc::Sender<Command>>) {
    match commands {
        Some(commands) if commands.reserve().await.is_ok() => {}
        // Without a link there is no room; a link that has ended says so by its events.
        _ => std::future::pending().await,
    }
}

pub(super) async fn answered<T>(asked: &mut Option<oneshot::Receiver<T>>) -> Option<T> {
    match asked {
        Some(asked) => asked.await.ok(),
        None => std::future::pending().await,
    }
}

pub(super) async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

pub(super) async fn until(wake_at: Option<UnixMillis>) {
    match wake_at {
        Some(at) => {
            let millis = at.0.saturating_sub(now().0).max(0).cast_unsigned();
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
        None => std::future::pending().await,
    }
}
