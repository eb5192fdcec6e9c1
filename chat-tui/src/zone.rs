//! The time zone as plain data, so that drawing needs neither a clock nor the file system.

use crate::config::form::Words;
use chat_proto::UnixMillis;
use chrono::{DateTime, Datelike, Duration, NaiveDateTime};

/// Earlier and later times are a defect or a lie of whoever sent them; they show as these.
const EARLIEST_MILLIS: i64 = 0;
const LATEST_MILLIS: i64 = 253_402_214_400_000;

const DAY_SECONDS: i64 = 86_400;

/// How a time of day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    #[default]
    Hours24,
    Hours12,
    Seconds,
}

/// Seconds east of UTC, and when that changes; and how a time there is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Zone {
    first_offset_seconds: i64,
    /// From this Unix second on, this offset. Rising.
    changes: Vec<(i64, i64)>,
    clock: Clock,
}

impl Words for Clock {
    const WORDS: &'static [(&'static str, Self)] =
        &[("24h", Self::Hours24), ("12h", Self::Hours12), ("seconds", Self::Seconds)];
    const VALUE_NAME: &'static str = "24h|12h|seconds";
    const EXPECTS: &'static str = "24h, 12h or seconds";
}

impl Clock {
    /// As chrono writes it, in always the same number of columns.
    fn format(self) -> &'static str {
        match self {
            Self::Hours24 => "%H:%M",
            Self::Hours12 => "%l:%M %P",
            Self::Seconds => "%H:%M:%S",
        }
    }

    fn columns(self) -> u16 {
        match self {
            Self::Hours24 => 5,
            Self::Hours12 | Self::Seconds => 8,
        }
    }
}

impl Zone {
    /// The same offset for ever.
    pub fn fixed(offset_seconds: i64) -> Self {
        Self { first_offset_seconds: offset_seconds, changes: Vec::new(), clock: Clock::default() }
    }

    /// The same with times written like this.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Asks `offset_at` (Unix seconds → seconds east) for `years` before and after `now` and keeps every change found.
    ///
    /// A zone that changes twice within a week shows the wrong hour for that week.
    pub fn sample(now: UnixMillis, years: i64, offset_at: impl Fn(i64) -> i64) -> Self {
        let now = bounded(now) / 1000;
        let (start, end) = (now - years * 365 * DAY_SECONDS, now + years * 365 * DAY_SECONDS);
        let mut zone = Self::fixed(offset_at(start));
        let mut known = (start, zone.first_offset_seconds);
        for probe in (start..end).step_by(7 * DAY_SECONDS as usize) {
            let offset = offset_at(probe);
            if offset != known.1 {
                zone.changes.push((change_between(known, probe, &offset_at), offset));
            }
            known = (probe, offset);
        }
        zone
    }

    fn offset_at(&self, second: i64) -> i64 {
        let after = self.changes.partition_point(|(from, _)| *from <= second);
        after.checked_sub(1).map_or(self.first_offset_seconds, |i| self.changes[i].1)
    }

    /// What a clock on the wall shows at this time.
    pub fn local(&self, time: UnixMillis) -> NaiveDateTime {
        let millis = bounded(time);
        let offset = self.offset_at(millis / 1000);
        DateTime::from_timestamp_millis(millis).unwrap_or_default().naive_utc() + Duration::seconds(offset)
    }

    /// When a clock on the wall shows this: of two such times one, and of none, one within an hour.
    pub fn instant(&self, local: NaiveDateTime) -> UnixMillis {
        let local = local.and_utc().timestamp_millis();
        let offset_at = |millis: i64| self.offset_at(bounded(UnixMillis(millis)) / 1000) * 1000;
        let near = local.saturating_sub(offset_at(local));
        UnixMillis(bounded(UnixMillis(local.saturating_sub(offset_at(near)))))
    }

    /// The time of day, in [`Self::clock_columns`]: `14:03`, ` 2:03 pm` or `14:03:07`.
    pub fn clock(&self, time: UnixMillis) -> String {
        self.local(time).format(self.clock.format()).to_string()
    }

    pub fn clock_columns(&self) -> u16 {
        self.clock.columns()
    }

    /// When it was, in twelve columns: `22 Nov 14:03`, or `22 Nov  2025` if the year is not that of `now`.
    pub fn stamp(&self, time: UnixMillis, now: UnixMillis) -> String {
        let (local, now) = (self.local(time), self.local(now));
        local.format(if local.year() == now.year() { "%e %b %H:%M" } else { "%e %b  %Y" }).to_string()
    }

    /// The day, as a heading: `Sunday, 22 November 2026`.
    pub fn day(&self, time: UnixMillis) -> String {
        self.local(time).format("%A, %-d %B %Y").to_string()
    }
}

fn bounded(time: UnixMillis) -> i64 {
    time.0.clamp(EARLIEST_MILLIS, LATEST_MILLIS)
}

/// The second at which the offset is no longer what it was at `known`, found by halving.
fn change_between(known: (i64, i64), probe: i64, offset_at: &impl Fn(i64) -> i64) -> i64 {
    let (mut low, mut high) = (known.0, probe);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match offset_at(middle) == known.1 {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPRING: i64 = 1_774_746_000;

    fn berlin_in_spring(second: i64) -> i64 {
        if second < SPRING { 3600 } else { 7200 }
    }

    #[test]
    fn a_sampled_zone_knows_the_second_at_which_the_clocks_change() {
        let zone = Zone::sample(UnixMillis(SPRING * 1000), 1, berlin_in_spring);

        assert_eq!(zone.clock(UnixMillis(SPRING * 1000 - 1)), "01:59");
        assert_eq!(zone.clock(UnixMillis(SPRING * 1000)), "03:00");
    }

    #[test]
    fn what_the_clock_shows_leads_back_to_the_time() {
        let zone = Zone::sample(UnixMillis(SPRING * 1000), 1, berlin_in_spring);

        for hours in -48..48 {
            let time = UnixMillis((SPRING + hours * 3600) * 1000);
            assert_eq!(zone.instant(zone.local(time)), time, "{hours} h");
        }
        assert_eq!(Zone::fixed(3600).instant(NaiveDateTime::MIN), UnixMillis(0));
        assert_eq!(Zone::fixed(3600).instant(NaiveDateTime::MAX), UnixMillis(LATEST_MILLIS));
    }

    #[test]
    fn a_clock_is_as_wide_as_it_says_at_every_hour() {
        for (clock, morning, evening) in [
            (Clock::Hours24, "09:05", "23:05"),
            (Clock::Hours12, " 9:05 am", "11:05 pm"),
            (Clock::Seconds, "09:05:07", "23:05:07"),
        ] {
            let zone = Zone::fixed(0).with_clock(clock);
            let at = |hour: i64| zone.clock(UnixMillis((hour * 3600 + 5 * 60 + 7) * 1000));

            assert_eq!((at(9).as_str(), at(23).as_str()), (morning, evening));
            assert!((0..24).all(|hour| at(hour).len() == usize::from(zone.clock_columns())), "{clock:?}");
        }
    }

    #[test]
    fn a_stamp_has_the_year_instead_of_the_time_if_it_is_another_one() {
        let (zone, now) = (Zone::fixed(3600), UnixMillis(1_795_352_400_000));

        assert_eq!(zone.stamp(now, now), "22 Nov 14:00");
        assert_eq!(zone.stamp(UnixMillis(0), now), " 1 Jan  1970");
    }

    #[test]
    fn a_time_outside_the_calendar_shows_as_its_edge() {
        let zone = Zone::fixed(14 * 3600);

        assert_eq!(zone.day(UnixMillis(i64::MIN)), "Thursday, 1 January 1970");
        assert_eq!(zone.day(UnixMillis(i64::MAX)), "Friday, 31 December 9999");
        assert_eq!(zone.day(UnixMillis(1_000_000_000_000_000_000)), zone.day(UnixMillis(i64::MAX)));
    }
}
