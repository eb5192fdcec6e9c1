//! For how long, and how much: `90d`, `30 days`, `1 GiB`, `90d, 1 GiB`, `forever`.

use super::{Form, Span, Style};
use crate::log::sqlite::Retention;
use crate::size;
use std::time::Duration;

const FOREVER: &str = "forever";
const UNBOUNDED: Retention = Retention { age: None, bytes: None };

/// A retention.
pub(in crate::config) struct Kept;
/// A time that may have no end.
pub(in crate::config) struct Lasting;

impl Form for Kept {
    type Value = Retention;
    const VALUE_NAME: &'static str = "TIME,SIZE";
    const EXPECTS: &'static str = "a time, a size or both, such as 90d, 1 GiB or 90d,1GiB; or forever";

    fn parse(text: &str) -> Option<Retention> {
        if text == FOREVER {
            return Some(UNBOUNDED);
        }
        text.split(',').try_fold(UNBOUNDED, |kept, bound| bounded(kept, bound.trim()))
    }

    fn show(value: &Retention) -> Option<String> {
        let age = value.age.as_ref().and_then(Span::show);
        let bounds: Vec<_> = age.into_iter().chain(value.bytes.map(size::show)).collect();
        Some(if bounds.is_empty() { FOREVER.to_owned() } else { bounds.join(", ") })
    }
}

/// The same with another bound, if it has none of this kind yet.
fn bounded(kept: Retention, bound: &str) -> Option<Retention> {
    // A number alone could be either.
    let has_unit = !bound.bytes().all(|byte| byte.is_ascii_digit());
    match (Span::parse(bound), size::parse(bound).filter(|_| has_unit)) {
        (age @ Some(_), _) if kept.age.is_none() => Some(Retention { age, ..kept }),
        (_, bytes @ Some(_)) if kept.bytes.is_none() => Some(Retention { bytes, ..kept }),
        _ => None,
    }
}

impl Form for Lasting {
    type Value = Option<Duration>;
    const STYLE: Style = Span::STYLE;
    const VALUE_NAME: &'static str = Span::VALUE_NAME;
    const EXPECTS: &'static str = "a time, such as 90d or 24h, or forever";

    fn parse(text: &str) -> Option<Option<Duration>> {
        if text == FOREVER { Some(None) } else { Span::parse(text).map(Some) }
    }

    fn show(value: &Option<Duration>) -> Option<String> {
        value.as_ref().map_or_else(|| Some(FOREVER.to_owned()), Span::show)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<F: Form>(written: &str) -> Option<String> {
        F::parse(written).as_ref().and_then(F::show)
    }

    #[test]
    fn a_time_a_size_and_both_are_read_however_they_are_written() {
        let cases = [
            ("90d", "90days"),
            ("30 days", "30days"),
            ("1 GiB", "1 GiB"),
            ("90d,1GiB", "90days, 1 GiB"),
            ("512 mib , 36h", "1day 12h, 512 MiB"),
            ("1day, 1 B", "1day, 1 B"),
            ("forever", "forever"),
        ];
        for (written, expected) in cases {
            assert_eq!(shown::<Kept>(written).as_deref(), Some(expected), "{written}");
            assert_eq!(Kept::parse(expected), Kept::parse(written), "{expected}");
        }
    }

    #[test]
    fn what_bounds_nothing_or_the_same_twice_is_refused() {
        for written in ["", ",", "90", "90d,", "1d,2d", "1 GiB, 2 GiB", "0d", "1d, 2 GiB, 3d", "forever, 1d", "often"] {
            assert_eq!(Kept::parse(written), None, "{written}");
        }
    }

    #[test]
    fn a_time_may_have_no_end() {
        for (written, expected) in [("forever", "forever"), ("90d", "90days"), ("1day 1h", "1day 1h")] {
            assert_eq!(shown::<Lasting>(written).as_deref(), Some(expected), "{written}");
        }
        assert_eq!(Lasting::parse("never"), None);
    }
}
