//! How people write a value: `10s`, `128 KiB`, `3/s burst 10`, `on`.
//!
//! A form shows every value so that it reads it back.

pub(super) mod rate;
pub(super) mod retention;

use crate::public_address::PublicAddress;
use crate::size;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Longer means never; and no clock runs over.
const LONGEST: Duration = Duration::from_hours(24 * 3_650);
const DAY_SECS: u64 = 24 * 60 * 60;
/// More of anything does not fit into a machine.
const COUNT_MAX: usize = 1_000_000_000;

/// What a value is in TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Text,
    Number,
    /// Text with a unit, or a bare number of bytes.
    Size,
    Switch,
}

/// How a kind of value is written.
pub(super) trait Form {
    type Value;
    const STYLE: Style = Style::Text;
    /// Stands for a value in the help.
    const VALUE_NAME: &'static str;
    /// What a value must be, as in "is not ...".
    const EXPECTS: &'static str;

    fn parse(text: &str) -> Option<Self::Value>;
    /// None for a value that is none.
    fn show(value: &Self::Value) -> Option<String>;
}

pub(super) struct Port;
pub(super) struct Count;
pub(super) struct Size;
pub(super) struct Span;
pub(super) struct Switch;
pub(super) struct Address;
pub(super) struct Path;
pub(super) struct Name;
/// What is none unless it is given.
pub(super) struct OrNone<F>(std::marker::PhantomData<F>);

impl Form for Port {
    type Value = u16;
    const STYLE: Style = Style::Number;
    const VALUE_NAME: &'static str = "PORT";
    const EXPECTS: &'static str = "a port, 0 to 65535";

    fn parse(text: &str) -> Option<u16> {
        text.parse().ok()
    }

    fn show(value: &u16) -> Option<String> {
        Some(value.to_string())
    }
}

impl Form for Count {
    type Value = usize;
    const STYLE: Style = Style::Number;
    const VALUE_NAME: &'static str = "COUNT";
    const EXPECTS: &'static str = "a number, 1 to 1000000000";

    fn parse(text: &str) -> Option<usize> {
        text.parse().ok().filter(|count| (1..=COUNT_MAX).contains(count))
    }

    fn show(value: &usize) -> Option<String> {
        Some(value.to_string())
    }
}

impl Form for Size {
    type Value = usize;
    const STYLE: Style = Style::Size;
    const VALUE_NAME: &'static str = "SIZE";
    const EXPECTS: &'static str = "a size, such as 4096, 128 KiB or 1 MiB";

    fn parse(text: &str) -> Option<usize> {
        size::parse(text)
    }

    fn show(value: &usize) -> Option<String> {
        Some(size::show(*value))
    }
}

impl Form for Span {
    type Value = Duration;
    const VALUE_NAME: &'static str = "TIME";
    const EXPECTS: &'static str = "a time above zero and below ten years, such as 10s, 5m or 24h";

    fn parse(text: &str) -> Option<Duration> {
        humantime::parse_duration(text).ok().filter(|span| !span.is_zero() && *span <= LONGEST)
    }

    fn show(value: &Duration) -> Option<String> {
        // Months and years of humantime are not whole days: nobody reads ninety days off them.
        let (days, rest) = (value.as_secs() / DAY_SECS, value.as_secs() % DAY_SECS);
        match (days, rest, value.subsec_nanos()) {
            (2.., 0, 0) => Some(format!("{days}days")),
            _ => Some(humantime::format_duration(*value).to_string()),
        }
    }
}

impl Form for Switch {
    type Value = bool;
    const STYLE: Style = Style::Switch;
    const VALUE_NAME: &'static str = "on|off";
    const EXPECTS: &'static str = "on or off";

    fn parse(text: &str) -> Option<bool> {
        match text {
            "on" | "true" => Some(true),
            "off" | "false" => Some(false),
            _ => None,
        }
    }

    fn show(value: &bool) -> Option<String> {
        Some(if *value { "on" } else { "off" }.to_owned())
    }
}

impl Form for Address {
    type Value = IpAddr;
    const VALUE_NAME: &'static str = "ADDR";
    const EXPECTS: &'static str = "an address, such as 127.0.0.1 or ::1";

    fn parse(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    fn show(value: &IpAddr) -> Option<String> {
        Some(value.to_string())
    }
}

impl Form for Path {
    type Value = PathBuf;
    const VALUE_NAME: &'static str = "PATH";
    const EXPECTS: &'static str = "a path";

    fn parse(text: &str) -> Option<PathBuf> {
        (!text.is_empty()).then(|| PathBuf::from(text))
    }

    /// What was parsed is UTF-8, so nothing is lost.
    fn show(value: &PathBuf) -> Option<String> {
        Some(value.to_string_lossy().into_owned())
    }
}

impl Form for Name {
    type Value = PublicAddress;
    const VALUE_NAME: &'static str = "HOST[:PORT]";
    const EXPECTS: &'static str = "a host, or host and port";

    fn parse(text: &str) -> Option<PublicAddress> {
        text.parse().ok()
    }

    fn show(value: &PublicAddress) -> Option<String> {
        Some(value.to_string())
    }
}

impl<F: Form> Form for OrNone<F> {
    type Value = Option<F::Value>;
    const STYLE: Style = F::STYLE;
    const VALUE_NAME: &'static str = F::VALUE_NAME;
    const EXPECTS: &'static str = F::EXPECTS;

    fn parse(text: &str) -> Option<Self::Value> {
        F::parse(text).map(Some)
    }

    fn show(value: &Self::Value) -> Option<String> {
        value.as_ref().and_then(F::show)
    }
}
