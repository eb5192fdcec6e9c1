//! How long a room keeps what is said in it: what is typed, and what a room's label says in words.

use chat_proto::frame::{Durability, Keep, Label};

/// From here on, there is room for who else can read it, and in memory for why it ends.
const SENTENCE_COLUMNS: u16 = 98;
const WIDE_COLUMNS: u16 = 130;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// A span like `7d` or `1day 12h`, or `forever`.
///
/// # Errors
/// A sentence that names what is taken.
pub fn parse(typed: &str) -> Result<Keep, String> {
    if typed.trim().eq_ignore_ascii_case("forever") {
        return Ok(Keep::Forever);
    }
    let span = humantime::parse_duration(typed).ok().and_then(|span| u64::try_from(span.as_millis()).ok());
    match span {
        Some(ms) if ms >= MINUTE_MS => Ok(Keep::Millis(ms)),
        Some(_) => Err("a room keeps what is said for a minute at least: 10min, 12h, 7d, 4w, or forever".to_owned()),
        None => Err("a span is a number with its unit: 10min, 12h, 7d, 4w, 1y, or forever".to_owned()),
    }
}

/// What to tell whoever asked for more than the room keeps.
pub fn shortfall(wanted: Keep, label: &Label) -> Option<String> {
    let wanted = match wanted {
        Keep::Default => return None,
        Keep::Millis(ms) => ms,
        Keep::Forever => u64::MAX,
    };
    match (label.durability, label.keeps_ms) {
        (Durability::Memory, _) => {
            Some("this server keeps nothing on disk: what is said here goes with the last one who leaves".to_owned())
        }
        (_, Some(ms)) if ms < wanted => Some(format!("this server keeps what is said for {} at most", span(ms))),
        _ => None,
    }
}

/// For the status line of a screen of so many columns: "kept 30 days, operator can read".
pub fn told(label: &Label, columns: u16) -> String {
    let operator = if columns < SENTENCE_COLUMNS { "" } else { ", operator can read" };
    match label.durability {
        Durability::Memory if columns < SENTENCE_COLUMNS => "not kept".to_owned(),
        Durability::Memory if columns < WIDE_COLUMNS => format!("in memory{operator}"),
        Durability::Memory => format!("kept until the last one leaves{operator}"),
        Durability::Disk | Durability::Replicated => format!("kept {}{operator}", how_long(label)),
    }
}

fn how_long(label: &Label) -> String {
    match (label.keeps_ms, has_size(label)) {
        (Some(ms), false) => span(ms),
        (Some(ms), true) => format!("up to {}", span(ms)),
        (None, false) => "for ever".to_owned(),
        (None, true) => "while it fits".to_owned(),
    }
}

fn has_size(label: &Label) -> bool {
    label.keeps_entries.is_some() || label.keeps_bytes.is_some() || label.keeps_bytes_of_all.is_some()
}

/// All that a label says, as rows of a table: what it is about, and what holds.
pub fn table(label: &Label) -> [(&'static str, String); 3] {
    [("kept", bounds(label)), ("read by", "its members, and whoever runs the server".to_owned()), ("ends", end(label))]
}

fn bounds(label: &Label) -> String {
    let place = match label.durability {
        Durability::Memory => "in the server's memory; nothing survives its restart",
        Durability::Disk => "on the server's disk",
        Durability::Replicated => "on the disks of several machines",
    };
    let time = label.keeps_ms.map(|ms| format!("for {}", span(ms)));
    let entries = label.keeps_entries.map(|most| format!("the newest {most} entries"));
    let bytes = label.keeps_bytes.map(|most| format!("the newest {}", size(most)));
    let of_all = label.keeps_bytes_of_all.map(|most| format!("{} for all rooms together", size(most)));
    let all: Vec<String> = [time, entries, bytes, of_all].into_iter().flatten().collect();
    match all.is_empty() {
        true => format!("{place}; for ever"),
        false => format!("{place}; {}; the oldest goes first", all.join(", ")),
    }
}

/// What happens when nobody is there.
fn end(label: &Label) -> String {
    let wait = span(label.waits_ms);
    match label.durability {
        Durability::Memory => {
            format!("when the last one who is here quits or leaves; {wait} after the last one's connection was lost")
        }
        Durability::Disk | Durability::Replicated => {
            format!("when its last member leaves for good, or {wait} after anybody was here last")
        }
    }
}

/// What an accepted message is worth.
pub fn accepted(durability: Durability) -> &'static str {
    match durability {
        Durability::Memory => "accepted: in the server's memory",
        Durability::Disk => "accepted: on the server's disk",
        Durability::Replicated => "accepted: on the disks of several machines",
    }
}

/// The largest unit that it has two of, rounded down: "30 days", "36 hours".
fn span(ms: u64) -> String {
    let units = [(365 * DAY_MS, "years"), (DAY_MS, "days"), (HOUR_MS, "hours"), (MINUTE_MS, "minutes")];
    for (unit, name) in units {
        match ms / unit {
            0 => {}
            1 if !ms.is_multiple_of(unit) => {}
            1 => return format!("1 {}", name.trim_end_matches('s')),
            many => return format!("{many} {name}"),
        }
    }
    "less than a minute".to_owned()
}

fn size(bytes: u64) -> String {
    let units = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON_DISK: Label = Label {
        durability: Durability::Disk,
        keeps_ms: Some(30 * DAY_MS),
        keeps_entries: None,
        keeps_bytes: None,
        keeps_bytes_of_all: None,
        waits_ms: 30 * DAY_MS,
    };
    const IN_MEMORY: Label = Label {
        durability: Durability::Memory,
        keeps_ms: None,
        keeps_entries: Some(10_000),
        keeps_bytes: Some(8 << 20),
        keeps_bytes_of_all: Some(512 << 20),
        waits_ms: DAY_MS,
    };

    #[test]
    fn a_span_is_read_as_people_write_it() {
        for (typed, ms) in [("10min", 600_000), ("12h", 43_200_000), ("7d", 604_800_000), ("1day 12h", 129_600_000)] {
            assert_eq!(parse(typed), Ok(Keep::Millis(ms)), "{typed}");
        }
        assert_eq!(parse("Forever"), Ok(Keep::Forever));
    }

    #[test]
    fn what_is_no_span_is_told_what_is_taken() {
        for typed in ["", "7", "soon", "0d", "30s", "-1d", "99999999999999999999y", "private"] {
            let sentence = parse(typed).unwrap_err();
            assert!(sentence.contains("7d") && sentence.contains("forever"), "{typed}: {sentence}");
        }
    }

    #[test]
    fn the_label_is_told_as_fully_as_there_is_room() {
        let for_ever = Label { keeps_ms: None, ..ON_DISK };
        let bounded = Label { keeps_bytes_of_all: Some(10 << 30), ..ON_DISK };
        let sized = Label { keeps_ms: None, ..bounded };
        for (label, columns, words) in [
            (ON_DISK, 80, "kept 30 days"),
            (ON_DISK, 100, "kept 30 days, operator can read"),
            (for_ever, 100, "kept for ever, operator can read"),
            (bounded, 100, "kept up to 30 days, operator can read"),
            (sized, 80, "kept while it fits"),
            (IN_MEMORY, 80, "not kept"),
            (IN_MEMORY, 100, "in memory, operator can read"),
            (IN_MEMORY, 130, "kept until the last one leaves, operator can read"),
        ] {
            assert_eq!(told(&label, columns), words);
        }
    }

    #[test]
    fn the_table_tells_every_bound_and_what_ends_the_room() {
        let disk = Label { keeps_bytes: Some(8 << 20), keeps_bytes_of_all: Some(10 << 30), ..ON_DISK };

        let [kept, read, ends] = table(&disk).map(|(_, words)| words);
        assert_eq!(
            kept,
            "on the server's disk; for 30 days, the newest 8 MiB, 10 GiB for all rooms together; the oldest goes first"
        );
        assert!(read.contains("whoever runs the server"));
        assert_eq!(ends, "when its last member leaves for good, or 30 days after anybody was here last");
        let [kept, _, ends] = table(&IN_MEMORY).map(|(_, words)| words);
        assert!(kept.starts_with("in the server's memory; nothing survives its restart; the newest 10000 entries"));
        assert!(ends.ends_with("1 day after the last one's connection was lost"), "{ends}");
    }

    #[test]
    fn a_span_is_told_in_its_largest_unit() {
        for (ms, words) in [
            (0, "less than a minute"),
            (MINUTE_MS, "1 minute"),
            (36 * HOUR_MS, "36 hours"),
            (DAY_MS, "1 day"),
            (30 * DAY_MS, "30 days"),
            (365 * DAY_MS, "1 year"),
            (u64::MAX, "584942417 years"),
        ] {
            assert_eq!(span(ms), words);
        }
    }
}
