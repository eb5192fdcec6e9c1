//! What the settings mean for whoever keeps something.

use super::{Config, DAY, MONTH};
use crate::log::memory::MemoryLimits;
use crate::log::sqlite::DiskLimits;
use std::time::Duration;

impl Config {
    /// What logs in memory may hold.
    pub fn memory(&self) -> MemoryLimits {
        MemoryLimits {
            room_entries: self.history_entries,
            room_bytes: self.history_bytes,
            total_bytes: self.history_total_bytes,
            waits: self.empty_room,
        }
    }

    /// What logs on disk may hold.
    pub fn disk(&self) -> DiskLimits {
        DiskLimits {
            retain: self.retain,
            keep_most: self.keep_most,
            reserve_bytes: self.disk_reserve.map(|bytes| bytes as u64),
            waits: self.keep_empty,
        }
    }

    /// How long somebody who is gone is remembered.
    pub fn person_memory(&self) -> Duration {
        let usual = if self.data.is_some() { MONTH } else { DAY };
        self.person_memory.unwrap_or(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_gone_is_remembered_for_longer_where_what_they_said_is() {
        let data = Some("/var/lib/chat".into());
        let chosen = Duration::from_secs(5);

        assert_eq!(Config::default().person_memory(), DAY);
        assert_eq!(Config { data: data.clone(), ..Config::default() }.person_memory(), MONTH);
        assert_eq!(Config { data, person_memory: Some(chosen), ..Config::default() }.person_memory(), chosen);
    }
}
