//! Anything, in any order, at any size: no panic, what was written is never lost from sight, and what is on the screen
//! is what is so.

use crate::corpus::replay;
use crate::scene::drawn;
use crate::weather::{Storm, is_weathered};
use rand::SeedableRng;
use rand::rngs::StdRng;

const STORMS: u64 = 60;
const EVENTS: usize = 300;
/// Drawing is what takes the time.
const DRAWN_EVERY: usize = 10;

fn storm(seed: u64) -> Storm<StdRng> {
    Storm::new(StdRng::seed_from_u64(seed))
}

#[test]
fn what_is_not_drawn_again_stands_there_already() {
    let mut undrawn = 0;
    for seed in 0..STORMS / 10 {
        let mut storm = storm(seed);
        for _ in 0..EVENTS {
            let mut before = storm.scene.state.clone();
            storm.happen();
            if storm.scene.state.picture == before.picture {
                // How long ago something was is told as of the drawing.
                before.now = storm.scene.state.now;
                assert!(drawn(&before) == storm.scene.drawn(), "{}", storm.scene.screen());
                undrawn += 1;
            }
        }
    }
    assert!(undrawn > 0);
}

#[test]
fn no_order_of_events_is_too_odd() {
    for seed in 0..STORMS {
        let mut storm = storm(seed);
        for n in 0..EVENTS {
            storm.happen();
            if n % DRAWN_EVERY == 0 {
                storm.is_sound();
            }
        }
    }
}

#[test]
fn every_input_of_the_corpus_of_events_is_weathered() {
    replay("tests/ui/corpus", is_weathered);
}
