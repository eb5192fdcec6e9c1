//! I12: what waits for readers that have stopped is bounded, for each and for all of them together.

use super::Checker;
use crate::fact::{Bounds, Fact, Moment};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use std::collections::BTreeMap;

/// What one may still be given when all together have too much.
const SMALL_SHARE_BYTES: usize = 64 * 1024;
/// What is begun below a bound is given whole.
const ONE_MORE_BYTES: usize = FRAME_BYTES_FROM_SERVER;

#[derive(Default)]
pub(super) struct Held {
    bounds: Option<Bounds>,
    /// For how many each server held something when it was stopped, and how much.
    held: BTreeMap<u64, (usize, usize)>,
}

impl Checker for Held {
    fn judge(&mut self, _: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::Promised(bounds) => self.bounds = Some(*bounds),
            Fact::Held { server, bytes } => return self.is_within(*server, *bytes),
            _ => {}
        }
        Ok(())
    }
}

impl Held {
    fn is_within(&mut self, server: u64, bytes: usize) -> Result<(), String> {
        let Some(Bounds { each, all }) = self.bounds else { return Err("nothing was promised".to_owned()) };
        let (readers, together) = self.held.entry(server).or_default();
        *readers += 1;
        *together += bytes;
        let most = each + ONE_MORE_BYTES;
        let most_together = all + ONE_MORE_BYTES + *readers * (each.min(SMALL_SHARE_BYTES) + ONE_MORE_BYTES);
        if bytes > most {
            return Err(format!("server {server} holds {bytes} bytes for a reader, and may hold {most}"));
        }
        match *together <= most_together {
            true => Ok(()),
            false => Err(format!("server {server} holds {together} bytes for {readers}, and may hold {most_together}")),
        }
    }
}
