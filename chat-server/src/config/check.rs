//! Which values do not go together.

use super::{Config, ConfigError};

/// Whether a configuration contradicts itself in one way.
type IsSo = fn(&Config) -> bool;

/// What must not be, and what is said to whoever wrote it.
const CONTRADICTIONS: [(IsSo, &str); 6] = [
    (
        |config| config.tls_cert.is_some() != config.tls_key.is_some(),
        "tls-cert and tls-key need each other: give both, or neither and a certificate is made",
    ),
    (
        |config| config.strangers > config.connections,
        "strangers are connections too: raise connections, or lower strangers (and drop-from)",
    ),
    (
        |config| config.drop_from > config.strangers,
        "drop-from is above strangers, so nobody would be dropped early: lower drop-from, or raise strangers",
    ),
    (
        |config| config.guess_wait >= config.silence,
        "guess-wait is as long as silence, and a client that waits is not heard: lower guess-wait, or raise silence",
    ),
    (|config| config.threads > 1_024, "threads beyond the processors only wait for each other: at most 1024"),
    (|config| config.ring_batches > 65_536, "ring-batches are allocated with every room: at most 65536"),
];

/// Refuses what contradicts itself.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    match CONTRADICTIONS.iter().find(|(is_so, _)| is_so(config)) {
        Some((_, sentence)) => Err(ConfigError::Contradiction(sentence)),
        None => Ok(()),
    }
}
