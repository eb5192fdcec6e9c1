//! Somebody who means harm: connections from elsewhere that say anything but the protocol.

use crate::machine::Machine;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio_util::sync::CancellationToken;

const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 9, 9, 9));

/// Harms, or tries to, until it is calm.
pub(crate) async fn harm(machine: Machine, mut dice: StdRng, is_calm: CancellationToken) {
    while !is_calm.is_cancelled() {
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..30_000))).await;
        tokio::spawn(attack(machine.clone(), StdRng::from_rng(&mut dice)));
    }
}

async fn attack(machine: Machine, mut dice: StdRng) {
    let (mut mine, theirs) = duplex(1_024);
    let Some(place) = machine.attach(theirs, ELSEWHERE) else { return };
    let bytes = words(&mut dice);
    let talk = async {
        // The server may hang up at any byte.
        drop(mine.write_all(&bytes).await);
        let mut answer = Vec::new();
        drop(mine.read_to_end(&mut answer).await);
    };
    place.cut.run_until_cancelled(talk).await;
}

fn words(dice: &mut StdRng) -> Vec<u8> {
    match dice.random_range(0..5) {
        0 => b"GET / HTTP/1.1\r\nHost: chat\r\n\r\n".to_vec(),
        // A frame of four gigabytes.
        1 => vec![0xff; 4],
        // A frame that never ends.
        2 => vec![0, 0, 0x0f, 0xff, 0, 0],
        // Frames of nothing.
        3 => vec![0; 4 * 200],
        _ => {
            let mut noise = vec![0; dice.random_range(1..4_096)];
            dice.fill_bytes(&mut noise);
            noise
        }
    }
}
