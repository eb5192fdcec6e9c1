//! What somebody looks for: `/search words "a phrase" from:bob since:2026-11-01 before:today`.

use crate::zone::Zone;
use chat_proto::limits::SEARCH_BYTES;
use chat_proto::{Nick, UnixMillis};
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

const NO_MOMENT: &str = "say when: /at 14:05, /at yesterday 14:05, /at 2026-11-20, or /at 2026-11-20 14:05";
const NOTHING: &str = "say what to look for: /search words from:bob since:yesterday before:2026-11-15";

/// What to look for, as the server is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quest {
    /// Words and quoted phrases; empty for any message.
    pub words: String,
    pub from: Option<Nick>,
    /// At this time or later.
    pub since: Option<UnixMillis>,
    /// Before this time.
    pub until: Option<UnixMillis>,
}

/// The same as typed: days are days of whoever types, wherever they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    words: String,
    from: Option<Nick>,
    since: Option<When>,
    before: Option<When>,
    line: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    At(NaiveDateTime),
    /// So many days ago, at this time.
    Ago(u64, NaiveTime),
}

/// A time as it is typed behind `/at`, one of whoever types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The last time that a clock showed this.
    Clock(NaiveTime),
    On(OnDay),
}

/// A time of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnDay(When);

impl Moment {
    /// Reads what stands behind `/at`.
    ///
    /// # Errors
    /// A sentence for whoever typed it.
    pub fn parse(args: &str) -> Result<Self, String> {
        let typed = args.split_whitespace().collect::<Vec<_>>().join("T");
        if let Some(clock) = clock(&typed) {
            return Ok(Self::Clock(clock));
        }
        When::parse(&typed).map(OnDay).map(Self::On).map_err(|_| no_moment(args))
    }

    /// When that is or was, now and in this zone.
    pub fn meant(self, now: UnixMillis, zone: &Zone) -> UnixMillis {
        let today = zone.local(now).date();
        match self {
            Self::On(OnDay(when)) => zone.instant(when.on(today)),
            Self::Clock(clock) => {
                let on = |days: u64| zone.instant(When::Ago(days, clock).on(today));
                if on(0) > now { on(1) } else { on(0) }
            }
        }
    }
}

impl Typed {
    /// Reads what stands behind `/search`.
    ///
    /// # Errors
    /// A sentence for whoever typed it.
    pub fn parse(args: &str) -> Result<Self, String> {
        let mut typed = Self { words: String::new(), from: None, since: None, before: None, line: args.to_owned() };
        for part in parts(args)? {
            match part.split_once(':') {
                Some(("from", name)) => typed.from = Some(who(name)?),
                Some(("since", when)) => typed.since = Some(When::parse(when)?),
                Some(("before", when)) => typed.before = Some(When::parse(when)?),
                _ => typed.add(part),
            }
        }
        match (typed.words.is_empty(), typed.from.is_none(), typed.words.len() > SEARCH_BYTES) {
            (true, true, _) => Err(NOTHING.to_owned()),
            (_, _, true) => Err(format!("at most {SEARCH_BYTES} bytes of words can be looked for")),
            _ => Ok(typed),
        }
    }

    /// All of it.
    pub fn line(&self) -> &str {
        &self.line
    }

    fn add(&mut self, word: &str) {
        if !self.words.is_empty() {
            self.words.push(' ');
        }
        self.words.push_str(word);
    }

    /// What is meant, now and in this zone.
    ///
    /// # Errors
    /// A sentence, if the times exclude each other.
    pub fn meant(&self, now: UnixMillis, zone: &Zone) -> Result<Quest, String> {
        let at = |when: Option<When>| when.map(|when| zone.instant(when.on(zone.local(now).date())));
        let (since, until) = (at(self.since), at(self.before));
        match since.zip(until).is_some_and(|(since, until)| since >= until) {
            true => Err("nothing is since: and before: these times: the first must be the earlier one".to_owned()),
            false => Ok(Quest { words: self.words.clone(), from: self.from.clone(), since, until }),
        }
    }
}

impl When {
    fn parse(typed: &str) -> Result<Self, String> {
        let (on, time) = typed.split_once('T').map_or((typed, None), |(on, time)| (on, Some(time)));
        let at = match time {
            None => Some(NaiveTime::MIN),
            Some(time) => clock(time),
        };
        let when = at.and_then(|at| match on {
            "today" => Some(Self::Ago(0, at)),
            "yesterday" => Some(Self::Ago(1, at)),
            typed => day(typed).map(|day| Self::At(day.and_time(at))),
        });
        // A time alone is one of today.
        let when = when.or_else(|| clock(typed).map(|at| Self::Ago(0, at)));
        when.ok_or_else(|| format!("“{typed}” is no time: 2026-11-01, 2026-11-01T14:30, 14:30, today or yesterday"))
    }

    fn on(self, today: NaiveDate) -> NaiveDateTime {
        match self {
            Self::At(at) => at,
            Self::Ago(days, at) => today.checked_sub_days(Days::new(days)).unwrap_or(today).and_time(at),
        }
    }
}

/// Why it is none: what was meant for a time of day or a day is named.
fn no_moment(args: &str) -> String {
    let is_number =
        |word: &str, between: char| word.contains(between) && word.chars().all(|c| c.is_ascii_digit() || c == between);
    let is_wrong_clock = |word: &&str| is_number(word, ':') && clock(word).is_none();
    let is_wrong_day = |word: &&str| is_number(word, '-') && day(word).is_none();
    let words = || args.split([' ', 'T']);
    match (words().find(is_wrong_clock), words().find(is_wrong_day)) {
        (Some(word), _) => format!("{word} is no time of day: they go from 00:00 to 23:59"),
        (None, Some(word)) => format!("{word} is no day: they are written like 2026-11-20"),
        (None, None) => NO_MOMENT.to_owned(),
    }
}

fn day(typed: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok()
}

fn clock(time: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(time, "%H:%M").ok()
}

fn who(name: &str) -> Result<Nick, String> {
    let name = name.strip_prefix('@').unwrap_or(name);
    Nick::parse(name.as_bytes()).map_err(|error| format!("from: needs a name: {error}"))
}

/// Parts between white space; what is quoted is one, with its quotes.
fn parts(args: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let mut rest = args.trim_start();
    while !rest.is_empty() {
        let length = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find('"').ok_or("a quote is opened and not closed")? + 2,
            None => rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len()),
        };
        parts.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sunday, 22 November 2026, 13:00 in Greenwich.
    const NOW: UnixMillis = UnixMillis(1_795_352_400_000);
    const HOUR: i64 = 3_600_000;
    /// Midnight of that day, one hour east.
    const MIDNIGHT: i64 = NOW.0 - 14 * HOUR;

    fn meant(args: &str) -> Result<Quest, String> {
        Typed::parse(args)?.meant(NOW, &Zone::fixed(3600))
    }

    #[test]
    fn words_phrases_people_and_times_are_told_apart() {
        let quest = meant(r#"ship "next  week" from:@bob since:yesterday before:2026-11-22 it*"#).unwrap();

        assert_eq!(quest.words, r#"ship "next  week" it*"#);
        assert_eq!(quest.from, Some(Nick::parse(b"bob").unwrap()));
        assert_eq!((quest.since, quest.until), (Some(UnixMillis(MIDNIGHT - 24 * HOUR)), Some(UnixMillis(MIDNIGHT))));
    }

    #[test]
    fn days_and_times_are_those_of_whoever_types() {
        for (typed, at) in [
            ("today", MIDNIGHT),
            ("yesterday", MIDNIGHT - 24 * HOUR),
            ("2026-11-22", MIDNIGHT),
            ("2026-11-22T14:30", MIDNIGHT + 14 * HOUR + HOUR / 2),
            ("yesterdayT09:00", MIDNIGHT - 15 * HOUR),
            ("14:30", MIDNIGHT + 14 * HOUR + HOUR / 2),
            ("1969-01-01", 0),
        ] {
            assert_eq!(meant(&format!("x since:{typed}")).unwrap().since, Some(UnixMillis(at)), "{typed}");
        }
    }

    #[test]
    fn a_moment_is_a_time_of_whoever_types_and_a_clock_has_shown_it() {
        for (typed, at) in [
            ("14:00", MIDNIGHT + 14 * HOUR),
            ("9:30", MIDNIGHT + 9 * HOUR + HOUR / 2),
            ("14:01", MIDNIGHT - 10 * HOUR + HOUR / 60),
            ("today 18:00", MIDNIGHT + 18 * HOUR),
            ("yesterday  14:05", MIDNIGHT - 10 * HOUR + HOUR / 12),
            ("yesterday", MIDNIGHT - 24 * HOUR),
            ("2026-11-20", MIDNIGHT - 48 * HOUR),
            ("2026-11-20 14:00", MIDNIGHT - 34 * HOUR),
        ] {
            assert_eq!(Moment::parse(typed).unwrap().meant(NOW, &Zone::fixed(3600)), UnixMillis(at), "{typed}");
        }
        for typed in ["", "soon", "14:05 yesterday", "2026-11-20 14:05 x"] {
            assert_eq!(Moment::parse(typed), Err(NO_MOMENT.to_owned()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_time_of_day_and_what_no_day_is_named() {
        for (typed, word) in [("99:99", "99:99"), ("yesterday 24:00", "24:00"), ("2026-11-20T14:60", "14:60")] {
            let sentence = format!("{word} is no time of day: they go from 00:00 to 23:59");
            assert_eq!(Moment::parse(typed), Err(sentence), "{typed}");
        }
        for (typed, word) in [("2026-13-01", "2026-13-01"), ("20-11-2026 14:05", "20-11-2026")] {
            let sentence = format!("{word} is no day: they are written like 2026-11-20");
            assert_eq!(Moment::parse(typed), Err(sentence), "{typed}");
        }
    }

    #[test]
    fn what_only_looks_like_a_filter_is_a_word() {
        assert_eq!(meant("https://example.org a:b").unwrap().words, "https://example.org a:b");
        assert_eq!(meant(r#""from:bob""#).unwrap().words, r#""from:bob""#);
        assert_eq!(meant("from:bob").unwrap().words, "");
    }

    #[test]
    fn what_cannot_be_looked_for_is_a_sentence() {
        let long = "word ".repeat(60);
        for args in [
            "",
            "since:today",
            "from:",
            "from:a/b",
            "x since:tomorrow",
            "x since:2026-13-01",
            "x before:2026-11-01T25:00",
            "x before:",
            "\"open",
            "x since:today before:yesterday",
            "x since:today before:today",
            &long,
        ] {
            let sentence = meant(args).unwrap_err();
            assert!(sentence.contains(' ') && !sentence.ends_with('.'), "{args}: {sentence}");
        }
    }
}
