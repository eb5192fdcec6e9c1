//! How a key proves itself: what is signed, and the check.
//!
//! ```text
//! "chat login 1" | binding: 32 bytes | body of Challenge | body of Hello
//! ```
//!
//! The challenge carries a nonce that the server uses once, the hello everything the client claims, and the binding
//! ties both to the channel: 32 zero bytes on a plain connection, and what only the two ends of a TLS connection can
//! derive on that one. So a signature that somebody in between receives is worth nothing elsewhere.

use crate::frame::{Challenge, Hello};
use crate::wire;
use bytes::Bytes;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// What ties a login to its channel, 32 bytes.
pub type Binding = [u8; 32];

/// The label under which both ends of a TLS 1.3 connection export the binding, without a context.
///
/// Source: RFC 9266, `tls-exporter`.
pub const TLS_EXPORTER_LABEL: &[u8] = b"EXPORTER-Channel-Binding";

/// The binding of a connection without a channel of its own.
pub const PLAIN: Binding = [0; 32];

const CONTEXT: &[u8] = b"chat login 1";

/// The bytes that a login signs.
pub fn transcript(challenge: &Challenge, hello: &Hello, binding: &Binding) -> Vec<u8> {
    let mut bytes = CONTEXT.to_vec();
    bytes.extend_from_slice(binding);
    wire::encode_into(challenge, &mut bytes);
    wire::encode_into(hello, &mut bytes);
    bytes
}

/// The signature that answers `challenge`: 64 bytes.
pub fn sign(key: &SigningKey, challenge: &Challenge, hello: &Hello, binding: &Binding) -> Bytes {
    Bytes::copy_from_slice(&key.sign(&transcript(challenge, hello, binding)).to_bytes())
}

/// Whether `signature` proves that the sender of `hello` holds its key.
///
/// Strict: weak keys and malleable signatures prove nothing.
pub fn proves(signature: &[u8], challenge: &Challenge, hello: &Hello, binding: &Binding) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(&hello.key), Signature::from_slice(signature)) else {
        return false;
    };
    key.verify_strict(&transcript(challenge, hello, binding), &signature).is_ok()
}
