//! How much is kept on disk, and for how long.

use crate::size;
use chat_proto::frame::Keep;
use std::fmt;
use std::time::Duration;

const DAY_SECS: u64 = 24 * 60 * 60;

/// What logs on disk may hold.
#[derive(Debug, Clone, Copy)]
pub struct DiskLimits {
    /// How long entries are kept of a room that did not choose, and how many bytes of all rooms.
    pub retain: Retention,
    /// The longest that a room may choose; none for ever.
    pub keep_most: Option<Duration>,
    /// Bytes of the disk that messages leave free; none for the smaller of 256 MiB and 5 %.
    pub reserve_bytes: Option<u64>,
    /// How long a room waits for its members when none of them is present.
    pub waits: Duration,
}

/// What is kept of entries. The oldest go first; a bound that is none does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// For how long.
    pub age: Option<Duration>,
    /// How many bytes.
    pub bytes: Option<usize>,
}

impl DiskLimits {
    /// For how long entries of a room are kept that was asked to keep so much; none for ever.
    pub(super) fn keeps(&self, keep: Keep) -> Option<Duration> {
        match keep {
            Keep::Default => self.retain.age,
            Keep::Millis(millis) => {
                Some(self.keep_most.map_or(Duration::MAX, |most| most).min(Duration::from_millis(millis)))
            }
            Keep::Forever => self.keep_most,
        }
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.age {
            None => f.write_str("for ever")?,
            Some(age) if age.as_secs().is_multiple_of(DAY_SECS) => write!(f, "{} days", age.as_secs() / DAY_SECS)?,
            Some(age) => write!(f, "{}", humantime::format_duration(age))?,
        }
        self.bytes.map_or(Ok(()), |bytes| write!(f, ", {} in all", size::show(bytes)))
    }
}
