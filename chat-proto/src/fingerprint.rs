//! Fingerprints: a key in a form that people compare and files keep.
//!
//! SHA-256, of a person's 32 key bytes or of a certificate's public key (its `SubjectPublicKeyInfo`, as browsers and
//! SSH pin them: a renewed certificate on the same key keeps its fingerprint).

use crate::name::RoomCode;
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use std::fmt;

/// Characters of the short form, without its dashes: 80 bits, which nobody finds a second key for.
const SHORT: usize = 16;

/// SHA-256 of a public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a public key, given as its bytes.
    pub fn of(key: &[u8]) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// Reads what [`fmt::Display`] writes: 43 characters of URL-safe base64.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// A form to read aloud, like `K7QF-2MXA-9ZPB-HT3W`: its first 80 bits in the alphabet of room codes.
    pub fn short(&self) -> String {
        let bits = self.0[..10].iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let letter = |at: usize| char::from(RoomCode::ALPHABET[(bits >> (5 * (SHORT - 1 - at))) as usize % 32]);
        let letters: Vec<char> = (0..SHORT).map(letter).collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_it_is_written() {
        let fingerprint = Fingerprint::of(&[7; 32]);

        assert_eq!(fingerprint.to_string().len(), 43);
        assert_eq!(Fingerprint::parse(&fingerprint.to_string()), Some(fingerprint));
    }

    #[test]
    fn nothing_else_is_a_fingerprint() {
        let whole = Fingerprint::of(&[7; 32]).to_string();
        for text in ["", "abc", &whole[1..], &format!("{whole}A"), &whole.replace('A', "+")] {
            assert!(text == whole || Fingerprint::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_short_form_is_sixteen_letters_of_the_alphabet_of_codes() {
        let first = Fingerprint([0; 32]).short();
        let last = Fingerprint([0xff; 32]).short();
        let counted = Fingerprint(std::array::from_fn(|i| u8::from(i == 9))).short();

        assert_eq!(
            [first.as_str(), &last, &counted],
            ["AAAA-AAAA-AAAA-AAAA", "9999-9999-9999-9999", "AAAA-AAAA-AAAA-AAAB"]
        );
    }
}
