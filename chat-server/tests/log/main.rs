//! What every log promises, tested over each of them; and what one on disk promises besides.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod appending;
mod bench;
mod closing;
mod failing;
mod forgetting;
mod opening;
mod pointing;
mod reading;
mod repeating;
mod restoring;
#[path = "../support/scratch.rs"]
mod scratch;
mod searching;
mod trimming;

/// The same tests over every log.
macro_rules! on_every_log {
    ($($claim:ident),* $(,)?) => {
        mod in_memory {
            $(#[tokio::test]
            async fn $claim() {
                super::$claim($crate::bench::Bench::in_memory()).await;
            })*
        }
        mod on_disk {
            $(#[tokio::test]
            async fn $claim() {
                super::$claim($crate::bench::Bench::on_disk()).await;
            })*
        }
    };
}
use on_every_log;
