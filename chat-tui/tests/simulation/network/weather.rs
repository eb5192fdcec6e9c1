//! What happens to one direction of one connection.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::ops::Range;
use std::time::Duration;
use tokio::io::{AsyncWriteExt, DuplexStream, WriteHalf};

/// A connection is cut after 2^6 to 2^19 bytes in one direction: within the greeting, within a frame, after many. The
/// largest frame must fit at times, or no protocol could get it through.
const LIFE_BITS: Range<u32> = 6..19;

pub(super) struct Weather {
    dice: StdRng,
    is_calm: bool,
    pub(super) life_bytes: usize,
}

/// What happens to one piece of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Arrives,
    /// In small pieces.
    Splits,
    /// Late, and together with what comes meanwhile.
    Coalesces(Duration),
    /// Never, and nor does anything after it; nobody is told.
    IsSwallowed,
}

impl Weather {
    pub(super) fn new(dice: &mut StdRng, is_calm: bool) -> Self {
        let mut dice = StdRng::from_rng(dice);
        let life_bytes = if is_calm { usize::MAX } else { life_bytes(&mut dice) };
        Self { dice, is_calm, life_bytes }
    }

    pub(super) fn next(&mut self) -> Fate {
        if self.is_calm {
            return Fate::Arrives;
        }
        match self.dice.random_range(0..1_000) {
            0..700 => Fate::Arrives,
            700..850 => Fate::Splits,
            850..995 => Fate::Coalesces(Duration::from_millis(self.dice.random_range(1..2_000))),
            _ => Fate::IsSwallowed,
        }
    }

    /// Writes in pieces of a few bytes.
    pub(super) async fn dribble(&mut self, to: &mut WriteHalf<DuplexStream>, mut bytes: &[u8]) -> std::io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(self.dice.random_range(1..=bytes.len().min(40)));
            to.write_all(now).await?;
            tokio::time::sleep(Duration::from_millis(self.dice.random_range(0..20))).await;
            bytes = later;
        }
        Ok(())
    }
}

fn life_bytes(dice: &mut StdRng) -> usize {
    let bits = dice.random_range(LIFE_BITS);
    dice.random_range(1 << bits..2 << bits)
}
