//! Which cipher is agreed upon.

use crate::support::PEER;
use crate::support::tls::{client_config_knowing, shake_hands_with};
use crate::world;
use rustls::CipherSuite::{TLS13_AES_128_GCM_SHA256, TLS13_AES_256_GCM_SHA384, TLS13_CHACHA20_POLY1305_SHA256};
use std::sync::Arc;

#[tokio::test(start_paused = true)]
async fn the_server_s_order_counts_and_whoever_knows_one_alone_gets_that() {
    let (world, _tls, _scratch) = world();
    let (short, long, without_aes) =
        (TLS13_AES_128_GCM_SHA256, TLS13_AES_256_GCM_SHA384, TLS13_CHACHA20_POLY1305_SHA256);
    let cases = [
        (vec![without_aes, long, short], short),
        (vec![without_aes, long], long),
        (vec![short], short),
        (vec![long], long),
        (vec![without_aes], without_aes),
    ];
    for (known, agreed) in cases {
        let client = Arc::new(client_config_knowing(&known));

        let stream = shake_hands_with(&client, world.raw(1 << 16, PEER)).await.unwrap();

        assert_eq!(stream.get_ref().1.negotiated_cipher_suite().unwrap().suite(), agreed, "{known:?}");
    }
}
