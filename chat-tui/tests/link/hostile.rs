//! Whatever a server says, in any order: no panic, nothing told twice, nothing told out of order, nothing decided
//! twice.

use crate::babble::{Babble, is_endured};
use crate::corpus::replay;
use rand::SeedableRng;
use rand::rngs::StdRng;

const STEPS: usize = 400;
const SEEDS: u64 = 40;

#[tokio::test(start_paused = true)]
async fn whatever_a_server_says_the_holder_can_rely_on_what_it_is_told() {
    for seed in 0..SEEDS {
        let mut babble = Babble::new(StdRng::seed_from_u64(seed));
        for _ in 0..STEPS {
            if babble.is_over() {
                babble = Babble::new(babble.chance);
            }
            babble.happen().await;
        }
    }
}

#[test]
fn every_input_of_the_corpus_of_what_servers_say_is_endured() {
    replay("tests/link/corpus", is_endured);
}
