//! Names of people and codes of rooms: checked once, when parsed; the type is the proof.

use crate::limits::{MARKS_PER_BASE, NAME_BYTES, NAME_COLUMNS};
use std::fmt;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{GeneralSecurityProfile, MixedScript, skeleton};
use unicode_width::UnicodeWidthStr;

/// Why something typed is not a name. Each is a sentence for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NickError {
    /// Nothing was typed.
    #[error("a name is needed, of letters, digits, - and _")]
    Empty,
    /// Too wide for the name column.
    #[error("a name has at most {NAME_COLUMNS} columns")]
    TooLong,
    /// Something else than letters with their marks, digits, `-` and `_`.
    #[error("a name has only letters, digits, - and _ in it")]
    BadCharacter,
    /// Letters that look alike across scripts.
    #[error("the letters of a name come from one script")]
    MixedScripts,
    /// A word the program itself speaks under.
    #[error("this name is reserved; take another")]
    Reserved,
}

/// What the words look like under which no person may speak. Found out once: every name is compared with them.
static RESERVED: LazyLock<[String; 8]> =
    LazyLock::new(|| ["server", "system", "you", "me", "here", "all", "everyone", "nobody"].map(look));

/// A person's name: 1 to 24 columns of letters of one script, digits, `-` and `_`, in normal form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nick(String);

impl Nick {
    /// Judges a name as it came from a keyboard or a wire.
    ///
    /// # Errors
    /// [`NickError`], whose text says what to do.
    pub fn parse(typed: &[u8]) -> Result<Self, NickError> {
        if typed.len() > NAME_BYTES {
            return Err(NickError::TooLong);
        }
        let typed = std::str::from_utf8(typed).map_err(|_| NickError::BadCharacter)?;
        let name: String = typed.nfkc().collect();
        Self::judge(&name)?;
        Ok(Self(name))
    }

    fn judge(name: &str) -> Result<(), NickError> {
        if name.is_empty() {
            return Err(NickError::Empty);
        }
        // A mark needs a letter to stand on, or it would stand on whatever is shown before the name.
        if !name.chars().all(may_stand_in_name) || name.starts_with(is_combining_mark) || is_piled_up(name) {
            return Err(NickError::BadCharacter);
        }
        if !name.chars().any(char::is_alphanumeric) {
            return Err(NickError::BadCharacter);
        }
        if !name.is_single_script() {
            return Err(NickError::MixedScripts);
        }
        if name.width() > NAME_COLUMNS || name.len() > NAME_BYTES {
            return Err(NickError::TooLong);
        }
        if RESERVED.contains(&look(name)) {
            return Err(NickError::Reserved);
        }
        Ok(())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the name looks like: two names with the same key are taken for each other (UTS 39 skeleton, caseless).
    pub fn key(&self) -> String {
        look(&self.0)
    }

    /// This name with `-2`, `-3`, … behind it, shortened where it must be.
    pub fn numbered(&self, number: u32) -> Option<Self> {
        let tail = format!("-{number}");
        let mut stem = self.0.as_str();
        loop {
            let name = format!("{stem}{tail}");
            if name.width() <= NAME_COLUMNS && name.len() <= NAME_BYTES {
                return Self::parse(name.as_bytes()).ok();
            }
            let (cut, _) = stem.char_indices().next_back()?;
            stem = &stem[..cut];
        }
    }
}

fn is_piled_up(name: &str) -> bool {
    name.split(|c| !is_combining_mark(c)).any(|marks| marks.chars().count() > MARKS_PER_BASE)
}

fn look(name: &str) -> String {
    // Once before the skeleton, because `I` looks like `l` but `i` does not; once after, for what it maps to capitals.
    caseless(&skeleton(&caseless(name)).collect::<String>())
}

/// Down, up and down again, letter by letter: `ẞ`, `ß` and `SS` become one only this way, as do `Σ`, `σ` and `ς`.
fn caseless(name: &str) -> String {
    name.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

fn may_stand_in_name(c: char) -> bool {
    matches!(c, '-' | '_') || ((c.is_alphanumeric() || is_combining_mark(c)) && c.identifier_allowed())
}

impl fmt::Display for Nick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why something typed is not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing was typed.
    #[error("a room code is needed: four characters, like AB3Z")]
    Empty,
    /// Not four characters.
    #[error("a room code has four characters, like AB3Z")]
    Length,
    /// A character that is not in [`RoomCode::ALPHABET`].
    #[error("a room code has letters and the digits 2 to 9, but never I, O, 0 or 1")]
    BadCharacter,
}

/// The four characters that find a room. Not a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomCode([u8; 4]);

impl RoomCode {
    /// What codes are made of: nothing that looks like something else.
    pub const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// Judges a code as typed: any case, space around it.
    ///
    /// # Errors
    /// [`CodeError`], whose text says what to do.
    pub fn parse(typed: &[u8]) -> Result<Self, CodeError> {
        let typed = typed.trim_ascii();
        if typed.is_empty() {
            return Err(CodeError::Empty);
        }
        let characters = String::from_utf8_lossy(typed).chars().count();
        if characters != 4 {
            return Err(CodeError::Length);
        }
        let code: [u8; 4] = typed.to_ascii_uppercase().try_into().map_err(|_| CodeError::BadCharacter)?;
        match code.iter().all(|c| Self::ALPHABET.contains(c)) {
            true => Ok(Self(code)),
            false => Err(CodeError::BadCharacter),
        }
    }

    /// The code that 20 random bits make.
    pub fn from_random(bits: u32) -> Self {
        Self(std::array::from_fn(|i| Self::ALPHABET[(bits >> (5 * i)) as usize % 32]))
    }

    /// Its four ASCII characters.
    pub fn bytes(self) -> [u8; 4] {
        self.0
    }
}

impl fmt::Display for RoomCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.0).expect("the alphabet is ASCII"))
    }
}
