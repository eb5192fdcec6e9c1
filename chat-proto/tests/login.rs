//! What proves a key, and what does not (A16, A17).

use bytes::Bytes;
use chat_proto::frame::{Challenge, Hello};
use chat_proto::login::{self, PLAIN};
use ed25519_dalek::{Signature, SigningKey, Verifier, VerifyingKey};

/// The order of the group of ed25519, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn the_key_that_signs_the_challenge_is_proved() {
    let signature = login::sign(&key(), &challenge(), &hello(), &PLAIN);

    assert_eq!(signature.len(), 64);
    assert!(login::proves(&signature, &challenge(), &hello(), &PLAIN));
}

#[test]
fn a_signature_holds_for_one_challenge_only() {
    let signature = login::sign(&key(), &challenge(), &hello(), &PLAIN);

    for another in [Challenge { nonce: [6; 32], ..challenge() }, Challenge { version: 2, ..challenge() }] {
        assert!(!login::proves(&signature, &another, &hello(), &PLAIN), "{another:?}");
    }
}

#[test]
fn a_signature_holds_for_every_word_of_the_hello() {
    let signature = login::sign(&key(), &challenge(), &hello(), &PLAIN);

    for another in [
        Hello { version_min: 0, ..hello() },
        Hello { version_max: 2, ..hello() },
        Hello { name: Bytes::from_static(b"alicf"), ..hello() },
        Hello { key: SigningKey::from_bytes(&[2; 32]).verifying_key().to_bytes(), ..hello() },
        Hello { instance: 43, ..hello() },
    ] {
        assert!(!login::proves(&signature, &challenge(), &another, &PLAIN), "{another:?}");
    }
}

#[test]
fn a_signature_holds_on_its_own_channel_only() {
    let signature = login::sign(&key(), &challenge(), &hello(), &[9; 32]);

    assert!(login::proves(&signature, &challenge(), &hello(), &[9; 32]));
    assert!(!login::proves(&signature, &challenge(), &hello(), &PLAIN));
}

#[test]
fn a_signature_of_another_length_proves_nothing() {
    let signature = login::sign(&key(), &challenge(), &hello(), &PLAIN);
    let longer = [&signature[..], &[0]].concat();

    for cut in 0..64 {
        assert!(!login::proves(&signature[..cut], &challenge(), &hello(), &PLAIN));
    }
    assert!(!login::proves(&longer, &challenge(), &hello(), &PLAIN));
}

#[test]
fn no_signature_with_a_flipped_bit_proves_anything() {
    let signature = login::sign(&key(), &challenge(), &hello(), &PLAIN);

    for bit in 0..512 {
        let mut flipped = signature.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(!login::proves(&flipped, &challenge(), &hello(), &PLAIN), "bit {bit}");
    }
}

#[test]
fn a_second_form_of_the_same_signature_proves_nothing() {
    let mut signature = login::sign(&key(), &challenge(), &hello(), &PLAIN).to_vec();

    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }

    assert_eq!(carry, 0, "s + L fits its 32 bytes");
    assert!(!login::proves(&signature, &challenge(), &hello(), &PLAIN));
}

/// With the neutral element as key, one signature fits every message: the plain check takes it.
#[test]
fn a_key_of_small_order_proves_nothing() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let hello = Hello { key: neutral, ..hello() };
    let mut signature = [0; 64];
    signature[0] = 1;

    let message = login::transcript(&challenge(), &hello, &PLAIN);
    let lax = VerifyingKey::from_bytes(&neutral).unwrap().verify(&message, &Signature::from_bytes(&signature));

    assert!(lax.is_ok(), "else this test proves nothing");
    assert!(!login::proves(&signature, &challenge(), &hello, &PLAIN));
}

#[test]
fn the_transcript_is_the_context_the_channel_and_both_bodies() {
    let transcript = login::transcript(&challenge(), &hello(), &[9; 32]);

    let key = hello().key;
    let expected = [b"chat login 1", &[9; 32][..], &[1], &[5; 32], &[1, 1, 5], b"alice", &key, &[42]].concat();
    assert_eq!(transcript, expected);
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn challenge() -> Challenge {
    Challenge { version: 1, nonce: [5; 32] }
}

fn hello() -> Hello {
    let key = key().verifying_key().to_bytes();
    Hello { version_min: 1, version_max: 1, name: Bytes::from_static(b"alice"), key, instance: 42 }
}
