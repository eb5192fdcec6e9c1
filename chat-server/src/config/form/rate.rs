//! So many in so much time: `3/s burst 10`, `10/h`, `32 KiB/s burst 128 KiB`, `unlimited`.

use super::Form;
use crate::size;

const PERIODS: [(&str, f64); 4] = [("s", 1.0), ("min", 60.0), ("h", 3_600.0), ("d", 86_400.0)];

/// So many at once, and so many per second after that. As a bound on a stretch of time: never more than a burst within
/// the time in which a burst comes together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// At once.
    pub burst: f64,
    /// After that.
    pub per_second: f64,
}

impl Rate {
    /// As fast as the peer likes.
    pub const UNLIMITED: Self = Self { burst: f64::INFINITY, per_second: f64::INFINITY };

    /// So many a second, and as many at once.
    pub const fn per_second(count: f64) -> Self {
        Self { burst: count, per_second: count }
    }

    /// So many a minute, and as many at once.
    pub const fn per_minute(count: f64) -> Self {
        Self { burst: count, per_second: count / 60.0 }
    }

    /// So many an hour, and as many at once.
    pub const fn per_hour(count: f64) -> Self {
        Self { burst: count, per_second: count / 3_600.0 }
    }

    /// The same with so many at once.
    #[must_use]
    pub const fn with_burst(self, burst: f64) -> Self {
        Self { burst, ..self }
    }
}

/// A rate of things.
pub(in crate::config) struct Pace;
/// A rate of bytes.
pub(in crate::config) struct Flow;

impl Form for Pace {
    type Value = Rate;
    const VALUE_NAME: &'static str = "RATE";
    const EXPECTS: &'static str = "a rate, such as 3/s burst 10, 60/min, 10/h or unlimited";

    fn parse(text: &str) -> Option<Rate> {
        parse(text, |count| count.parse::<u32>().ok().map(f64::from))
    }

    fn show(value: &Rate) -> Option<String> {
        Some(show(*value, |count| count.to_string()))
    }
}

impl Form for Flow {
    type Value = Rate;
    const VALUE_NAME: &'static str = "RATE";
    const EXPECTS: &'static str = "a rate of bytes, such as 32 KiB/s burst 128 KiB, or unlimited";

    #[expect(clippy::cast_precision_loss, reason = "a size is far below 2^52")]
    fn parse(text: &str) -> Option<Rate> {
        parse(text, |bytes| size::parse(bytes).map(|bytes| bytes as f64))
    }

    #[expect(clippy::cast_sign_loss, reason = "a rate is above zero")]
    fn show(value: &Rate) -> Option<String> {
        Some(show(*value, |bytes| size::show(bytes as usize)))
    }
}

fn parse(text: &str, amount: impl Fn(&str) -> Option<f64>) -> Option<Rate> {
    if text == "unlimited" {
        return Some(Rate::UNLIMITED);
    }
    let (count, rest) = text.split_once('/')?;
    let (period, burst) = match rest.split_once("burst") {
        Some((period, burst)) => (period.trim(), Some(burst.trim())),
        None => (rest.trim(), None),
    };
    let (_, seconds) = PERIODS.iter().find(|(name, _)| *name == period)?;
    let count = amount(count.trim())?;
    let burst = burst.map_or(Some(count), amount)?;
    (count >= 1.0 && burst >= 1.0).then_some(Rate { burst, per_second: count / seconds })
}

/// In the period in which a burst comes together, otherwise in the shortest that makes a whole number.
fn show(rate: Rate, amount: impl Fn(f64) -> String) -> String {
    if rate.per_second.is_infinite() {
        return "unlimited".to_owned();
    }
    let in_periods = || PERIODS.iter().map(|(name, seconds)| (*name, (rate.per_second * seconds).round(), *seconds));
    let exact = || in_periods().filter(|(_, count, seconds)| *count >= 1.0 && same(count / seconds, rate.per_second));
    let (period, count, _) = exact()
        .find(|(_, count, _)| same(*count, rate.burst))
        .or_else(|| exact().next())
        .or_else(|| in_periods().next_back())
        .expect("there are periods");
    match same(count, rate.burst) {
        true => format!("{}/{period}", amount(count)),
        false => format!("{}/{period} burst {}", amount(count), amount(rate.burst)),
    }
}

#[expect(clippy::float_cmp, reason = "quotients of the same whole numbers are the same to the last bit")]
fn same(a: f64, b: f64) -> bool {
    a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shown_as_people_write_them() {
        for written in ["3/s burst 10", "10/h", "60/min", "20/h burst 5", "1/d", "7/min burst 3", "unlimited"] {
            assert_eq!(Pace::parse(written).as_ref().and_then(Pace::show).as_deref(), Some(written));
        }
        for written in ["32 KiB/s burst 128 KiB", "1 MiB/min", "unlimited"] {
            assert_eq!(Flow::parse(written).as_ref().and_then(Flow::show).as_deref(), Some(written));
        }
    }

    #[test]
    fn a_burst_that_is_not_named_is_what_comes_in_one_period() {
        assert_eq!(Pace::parse("60/min"), Pace::parse("1/s burst 60"));
        assert_eq!(Pace::parse(" 10 / h "), Some(Rate::per_hour(10.0)));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for written in
            ["", "3", "/s", "3/", "3/x", "0/s", "3/s burst 0", "3/s burst", "-1/s", "1.5/s", "inf/s", "3/s 10"]
        {
            assert_eq!(Pace::parse(written), None, "{written}");
        }
        assert_eq!(Flow::parse("32 KB/s"), None);
    }
}
