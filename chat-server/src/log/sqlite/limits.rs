//! How much is kept on disk, and for how long.

pub use crate::config::{DiskLimits, Retention};

use chat_proto::frame::Keep;
use std::fmt;
use std::time::Duration;

const DAY_SECS: u64 = 24 * 60 * 60;

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
        match self.bytes {
            None => Ok(()),
            Some(bytes) if bytes.is_multiple_of(1 << 30) => write!(f, ", {} GiB in all", bytes >> 30),
            Some(bytes) if bytes.is_multiple_of(1 << 20) => write!(f, ", {} MiB in all", bytes >> 20),
            Some(bytes) => write!(f, ", {} KiB in all", bytes.div_ceil(1 << 10)),
        }
    }
}
