//! What the loop knows by itself: the terminal's size and colours, the zone, the time.

use crate::opener;
use crate::plain;
use crate::state::{Face, Surroundings};
use crate::theme::{Background, Depth};
use crate::widths::Widths;
use crate::zone::Zone;
use chat_proto::UnixMillis;
use chrono::{Local, Offset, TimeZone};
use std::time::SystemTime;

/// Years before and after now for which the zone is known.
const ZONE_YEARS: i64 = 15;

/// The terminal, the zone and the time, as they are now.
pub fn look_around(face: Face) -> Surroundings {
    let (columns, rows) = match face {
        Face::Screen => crossterm::terminal::size().unwrap_or((80, 24)),
        Face::Plain | Face::PlainOnly => (plain::COLUMNS, plain::ROWS),
    };
    let now = now();
    let offset_at = |second: i64| match Local.timestamp_opt(second, 0) {
        chrono::LocalResult::Single(time) | chrono::LocalResult::Ambiguous(time, _) => {
            i64::from(time.offset().fix().local_minus_utc())
        }
        chrono::LocalResult::None => 0,
    };
    let zone = Zone::sample(now, ZONE_YEARS, offset_at);
    let depth = Depth::detect(|name| std::env::var(name).ok());
    let (background, widths) = (Background::Unknown, Widths::default());
    let can_open_links = opener::is_here(|name| std::env::var(name).ok());
    Surroundings { columns, rows, face, depth, background, widths, zone, can_open_links, now }
}

pub(super) fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
