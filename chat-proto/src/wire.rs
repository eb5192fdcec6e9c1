//! Value ↔ bytes. The only file that names bincode.
//!
//! bincode 2.0.1, standard configuration, **with a limit**: little-endian, variable-length integers, byte strings and
//! sequences behind their count. Without the limit a nine-byte frame that claims a string of a terabyte aborts the
//! process; even with it, a huge count of zero-sized elements spins for ever. So every collection on the wire is a
//! [`Capped`], which judges the count before it reads an element, and no element is zero-sized.
//!
//! Version 3.0.0 is a deliberate compile error and the project is unmaintained; 2.0.1 is pinned, and the bytes are
//! frozen in golden files so that a successor can take over behind this file.

use crate::limits::FRAME_BYTES_FROM_SERVER;
use bincode::config::{self, Configuration, Limit, LittleEndian, Varint};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::marker::PhantomData;

type Bounded = Configuration<LittleEndian, Varint, Limit<FRAME_BYTES_FROM_SERVER>>;
const CONFIG: Bounded = config::standard().with_limit::<FRAME_BYTES_FROM_SERVER>();

/// Why bytes are not a value. Always fatal to the connection that sent them.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Truncated, over the limit, an unknown variant, or a count over its cap.
    #[error("malformed body: {0}")]
    Malformed(String),
    /// The value ended before the bytes did.
    #[error("{bytes} bytes after the end of the body")]
    Trailing {
        /// How many bytes were left over.
        bytes: usize,
    },
}

/// What most values fit in.
pub(crate) const SMALL_BYTES: usize = 128;

/// Appends the bytes of `value` to `out`.
pub fn encode_into<T: Serialize>(value: &T, out: &mut Vec<u8>) {
    bincode::serde::encode_into_std_write(value, out, config::standard())
        .expect("a value of the protocol always has bytes, and a Vec takes them all");
}

/// The bytes of `value`.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(SMALL_BYTES);
    encode_into(value, &mut out);
    out
}

/// The value that `bytes` are, all of them.
///
/// # Errors
/// [`WireError`] for anything but exactly one value. Reserves no more than the limit, whatever the bytes claim.
pub fn decode<'bytes, T: Deserialize<'bytes>>(bytes: &'bytes [u8]) -> Result<T, WireError> {
    let (value, used) = bincode::serde::borrow_decode_from_slice(bytes, CONFIG)
        .map_err(|error| WireError::Malformed(error.to_string()))?;
    match bytes.len() - used {
        0 => Ok(value),
        bytes => Err(WireError::Trailing { bytes }),
    }
}

/// A list of at most `MAX` elements: on the wire a count, then the elements.
///
/// Decoding judges the count before it reserves anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Capped<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Capped<T, MAX> {
    /// Takes the first `MAX` elements; a caller with more sends several frames.
    pub fn new(elements: impl IntoIterator<Item = T>) -> Self {
        Self(elements.into_iter().take(MAX).collect())
    }

    /// The elements.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MAX: usize> std::ops::Deref for Capped<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Capped<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const { assert!(size_of::<T>() > 0, "a count of zero-sized elements costs nothing to claim") };
        deserializer.deserialize_seq(CappedVisitor::<T, MAX>(PhantomData)).map(Self)
    }
}

struct CappedVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for CappedVisitor<T, MAX> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MAX} elements")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
        let announced = sequence.size_hint().unwrap_or(0);
        if announced > MAX {
            return Err(A::Error::invalid_length(announced, &self));
        }
        let mut elements = Vec::with_capacity(announced);
        while let Some(element) = sequence.next_element()? {
            if elements.len() == MAX {
                return Err(A::Error::invalid_length(MAX + 1, &self));
            }
            elements.push(element);
        }
        Ok(elements)
    }
}
