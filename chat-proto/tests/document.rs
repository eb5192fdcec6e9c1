//! `docs/protocol.md` says what the code does.

#[path = "golden/table.rs"]
mod table;

use chat_proto::limits as is;
use chat_proto::name::{Nick, NickError, RoomCode};
use chat_proto::{ClientFrame, Code, EntryBody, ServerFrame, text};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use table::{CLIENT, SERVER, bytes, rows};
use unicode_normalization::char::is_combining_mark;

const DOCUMENT: &str = include_str!("../../docs/protocol.md");
const ENTRIES: &str = include_str!("golden/entries.hex");
const CHOICES: &str = include_str!("golden/choices.hex");

#[test]
fn every_example_is_the_frozen_bytes_and_none_is_missing() {
    let entries = rows(ENTRIES).into_iter().map(|(label, bytes)| (format!("Entry {label}"), bytes));
    let frames = rows(CLIENT).into_iter().chain(rows(SERVER)).map(|(label, bytes)| (label.to_owned(), bytes));
    let frozen: BTreeMap<_, _> = frames.chain(entries).collect();

    let shown: Vec<_> = blocks("hex ").map(|(label, lines)| (label.to_owned(), example(&lines))).collect();

    assert_eq!(shown.len(), frozen.len(), "each once");
    assert_eq!(shown.into_iter().collect::<BTreeMap<_, _>>(), frozen);
}

#[test]
fn every_kind_of_frame_has_its_number_and_name() {
    let shown: Vec<_> = cells("kind").iter().map(|row| (hexadecimal(row[0]), row[1])).collect();

    let known: Vec<_> = [ClientFrame::KINDS, ServerFrame::KINDS].concat();
    assert_eq!(shown, known);
}

#[test]
fn every_kind_of_entry_has_its_number_and_name() {
    let shown: Vec<_> = cells("entry kind").iter().map(|row| (row[0].parse().unwrap(), row[1])).collect();

    assert_eq!(shown, EntryBody::KINDS);
}

#[test]
fn every_code_has_its_number_and_name() {
    let shown: Vec<_> = cells("code").iter().map(|row| (Code(row[0].parse().unwrap()), row[1])).collect();

    assert_eq!(shown, Code::ALL);
}

/// The code says it in the comment on each constant: `Closes.`, `Closes at the third.`
#[test]
fn every_code_ends_the_connection_or_lets_it_live() {
    let source = include_str!("../src/refusal.rs");
    for row in cells("code") {
        let (before, _) = source.split_once(&format!("    {} {},\n", row[0], row[1])).expect("a row of the table");
        let comment = before.rsplit_once("/// ").expect("a comment").1;

        assert_eq!(row[2].starts_with("ends"), comment.contains("Closes"), "{}", row[1]);
    }
}

#[test]
fn every_choice_and_number_has_its_bytes() {
    let written = cells("choice").into_iter().chain(cells("type").into_iter().filter(|row| row.len() == 3));
    let mut shown: Vec<_> = written.map(|row| (format!("{}::{}", row[0], row[1]), bytes(row[2]))).collect();
    let mut frozen: Vec<_> = rows(CHOICES).into_iter().map(|(label, bytes)| (label.to_owned(), bytes)).collect();

    shown.sort();
    frozen.sort();
    assert_eq!(shown, frozen);
}

#[test]
fn every_limit_has_its_value() {
    let known: Vec<(&str, u128)> = vec![
        ("FRAME_BYTES_BEFORE_LOGIN", is::FRAME_BYTES_BEFORE_LOGIN as u128),
        ("FRAME_BYTES_FROM_CLIENT", is::FRAME_BYTES_FROM_CLIENT as u128),
        ("FRAME_BYTES_FROM_SERVER", is::FRAME_BYTES_FROM_SERVER as u128),
        ("TEXT_BYTES", is::TEXT_BYTES as u128),
        ("TEXT_LINES", is::TEXT_LINES as u128),
        ("TOPIC_BYTES", is::TOPIC_BYTES as u128),
        ("NAME_COLUMNS", is::NAME_COLUMNS as u128),
        ("NAME_BYTES", is::NAME_BYTES as u128),
        ("MARKS_PER_BASE", is::MARKS_PER_BASE as u128),
        ("EMOJI_BYTES", is::EMOJI_BYTES as u128),
        ("EMOJI_PER_MESSAGE", is::EMOJI_PER_MESSAGE as u128),
        ("REACTIONS_PER_MESSAGE", is::REACTIONS_PER_MESSAGE as u128),
        ("EDITS_PER_MESSAGE", is::EDITS_PER_MESSAGE as u128),
        ("AWAY_BYTES", is::AWAY_BYTES as u128),
        ("POSTS_UNANSWERED", is::POSTS_UNANSWERED as u128),
        ("PAGE_ENTRIES", is::PAGE_ENTRIES as u128),
        ("PAGE_ENTRIES_WITH_POINTERS", is::PAGE_ENTRIES_WITH_POINTERS as u128),
        ("PAGE_BYTES", is::PAGE_BYTES as u128),
        ("BATCH_BYTES", is::BATCH_BYTES as u128),
        ("RESUME_ENTRIES", u128::from(is::RESUME_ENTRIES)),
        ("SEARCH_BYTES", is::SEARCH_BYTES as u128),
        ("SEARCH_TERMS", is::SEARCH_TERMS as u128),
        ("SEARCH_HITS", is::SEARCH_HITS as u128),
        ("EXCERPT_BYTES", is::EXCERPT_BYTES as u128),
        ("MEMBERS_PER_FRAME", is::MEMBERS_PER_FRAME as u128),
        ("NAMES_PER_LIST", is::NAMES_PER_LIST as u128),
        ("SECRET_BYTES", is::SECRET_BYTES as u128),
        ("ROOMS_PER_SESSION", is::ROOMS_PER_SESSION as u128),
        ("DIRECT_ROOMS_PER_PERSON", is::DIRECT_ROOMS_PER_PERSON as u128),
        ("MEMBERSHIPS", is::MEMBERSHIPS as u128),
        ("SENTENCE_BYTES", is::SENTENCE_BYTES as u128),
        ("TYPING_AGAIN", is::TYPING_AGAIN.as_millis()),
        ("TYPING_LASTS", is::TYPING_LASTS.as_millis()),
        ("HEARTBEAT", is::HEARTBEAT.as_millis()),
        ("SILENCE", is::SILENCE.as_millis()),
    ];
    let declared = include_str!("../src/limits.rs").matches("pub const ").count();

    let shown: Vec<_> = cells("limit").iter().map(|row| (row[0], row[1].parse().unwrap())).collect();

    assert_eq!(shown, known);
    assert_eq!(shown.len(), declared, "limits.rs declares another one");
}

#[test]
fn the_listed_invisible_characters_are_taken_away_and_no_others() {
    let (_, lines) = blocks("text hidden").next().expect("the list");
    let hidden: Vec<_> = lines.iter().map(|line| code_points(line.trim())).collect();

    let plain = ('\u{20}'..=char::MAX).filter(|c| {
        !c.is_control() && !is_combining_mark(*c) && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{2028}' | '\u{2029}')
    });
    for c in plain {
        let listed = hidden.iter().any(|range| range.contains(&c));
        let gone = text::visible(format!("a{c}b").as_bytes()) == "ab";
        assert_eq!(gone, listed, "U+{:04X}", u32::from(c));
    }
}

#[test]
fn the_alphabet_of_codes_and_the_reserved_names_are_listed() {
    let alphabet = std::str::from_utf8(RoomCode::ALPHABET).unwrap();
    assert!(DOCUMENT.contains(&format!("`{alphabet}`")));

    let (_, list) = DOCUMENT.split_once("the program itself speaks (").expect("the list of reserved names");
    let (list, _) = list.split_once(')').unwrap();
    let reserved: Vec<_> = list.split(", ").map(|word| word.trim_matches('`')).collect();
    assert_eq!(reserved.len(), 8);
    for word in reserved {
        assert_eq!(Nick::parse(word.as_bytes()), Err(NickError::Reserved), "{word}");
    }
}

/// Types and order of the fields, by reading the frozen bytes with nothing but the page; names, by the structure's own.
#[test]
fn every_frame_and_entry_is_read_by_its_table_of_fields() {
    let entry = fields("## 11. Entries\n");
    let frames = rows(CLIENT).into_iter().chain(rows(SERVER));
    let frames = frames.map(|(label, bytes)| (label, bytes[10..].to_vec(), fields(&format!("### {label}\n"))));
    let entries = rows(ENTRIES).into_iter().map(|(_, bytes)| ("Entry", bytes, entry.clone()));

    for (label, bytes, table) in frames.chain(entries) {
        let mut reader = Reader { rest: &bytes, entry: &entry };
        reader.skip_fields(&table);
        assert!(reader.rest.is_empty(), "{label} has more than its fields");
        let mut names: Vec<_> = table.iter().map(|(name, _)| name.split(['.', '[']).next().unwrap()).collect();
        names.dedup();
        assert_eq!(names, fields_of_structure(label), "{label}");
    }
}

/// The names of a structure's fields, as the source has them.
fn fields_of_structure(name: &str) -> Vec<&'static str> {
    const SOURCES: [&str; 4] = [
        include_str!("../src/frame/client.rs"),
        include_str!("../src/frame/server.rs"),
        include_str!("../src/entry.rs"),
        include_str!("../src/refusal.rs"),
    ];
    let begins = format!("pub struct {name} {{");
    let found = SOURCES.iter().find_map(|source| Some(source.split_once(&begins)?.1.split_once('}')?.0));
    let lines = found.unwrap_or_else(|| panic!("no structure {name}")).lines();
    lines.filter_map(|line| Some(line.trim().strip_prefix("pub ")?.split_once(':')?.0)).collect()
}

type Fields = Vec<(&'static str, String)>;

/// Steps over values of the types that the page names.
struct Reader<'a> {
    rest: &'a [u8],
    entry: &'a Fields,
}

impl Reader<'_> {
    fn skip_fields(&mut self, fields: &Fields) {
        let mut fields = fields.iter().peekable();
        while let Some((name, of_type)) = fields.next() {
            if of_type.starts_with("list") {
                let element = format!("{name}[].");
                let mut parts = Fields::new();
                while let Some((_, part)) = fields.next_if(|(part, _)| part.starts_with(&element)) {
                    parts.push(("", part.clone()));
                }
                let parts = if parts.is_empty() { self.entry } else { &parts };
                (0..self.number()).for_each(|_| self.skip_fields(parts));
            } else {
                self.skip(of_type);
            }
        }
    }

    fn skip(&mut self, of_type: &str) {
        match of_type {
            "u16" | "u32" | "u64" | "i64" => drop(self.number()),
            "[4]" => drop(self.take(4)),
            "[16]" => drop(self.take(16)),
            "[32]" => drop(self.take(32)),
            "bytes" => {
                let count = self.number();
                self.take(count as usize);
            }
            "post id" | "excerpt" | "peer" => structure(of_type).iter().for_each(|part| self.skip(part)),
            _ => match of_type.strip_prefix("optional ") {
                Some(of_type) if self.take(1) == [1] => self.skip(of_type),
                Some(_) => {}
                None => self.skip_choice(of_type),
            },
        }
    }

    fn skip_choice(&mut self, name: &str) {
        let variant = self.number() as usize;
        let variants: Vec<_> = cells("choice").into_iter().filter(|row| row[0] == name).collect();
        let meaning = variants.get(variant).unwrap_or_else(|| panic!("{name} has no variant {variant}"))[3];
        let (types, _) = meaning.split_once(':').unwrap_or_default();
        types.split(", ").filter(|part| !part.is_empty()).for_each(|part| self.skip(&part.replace('`', "")));
    }

    fn number(&mut self) -> u64 {
        let wide = match self.take(1)[0] {
            small @ 0..=250 => return u64::from(small),
            251 => self.take(2),
            252 => self.take(4),
            253 => self.take(8),
            marker => panic!("{marker} is no marker"),
        };
        wide.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn take(&mut self, count: usize) -> &[u8] {
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        taken
    }
}

/// The types of the fields of a structure that has a name: `instance: u64`, `n: u64`.
fn structure(name: &str) -> Vec<&'static str> {
    let named = cells("name").into_iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("no type {name}"));
    named[1]
        .split(", ")
        .map(|field| field.trim_matches('`').split_once(": ").expect("a field and its type").1)
        .collect()
}

/// The table of fields behind a heading: names and types, in order. None if the next heading comes first.
fn fields(heading: &str) -> Fields {
    let (_, section) = DOCUMENT.split_once(heading).unwrap_or_else(|| panic!("no section {heading}"));
    let section = section.split("\n##").next().unwrap_or_default();
    let named = tables(section).into_iter().find(|table| table[0][0] == "field").unwrap_or_default();
    named.iter().skip(2).map(|row| (row[0], row[1].replace('`', ""))).collect()
}

/// The fenced blocks whose info string starts with `info`: what follows it, and the lines.
fn blocks(info: &str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let mut lines = DOCUMENT.lines();
    std::iter::from_fn(move || {
        let label = lines.by_ref().find_map(|line| line.trim().strip_prefix("```")?.strip_prefix(info))?;
        Some((label, lines.by_ref().take_while(|line| line.trim() != "```").collect()))
    })
}

/// The bytes of an example: on each line up to the remark.
fn example(lines: &[&str]) -> Vec<u8> {
    lines.iter().flat_map(|line| bytes(line.split(';').next().unwrap_or_default())).collect()
}

/// The rows of every table whose first heading is `heading`.
fn cells(heading: &str) -> Vec<Vec<&'static str>> {
    let found: Vec<_> = tables(DOCUMENT)
        .into_iter()
        .filter(|table| table[0][0] == heading)
        .flat_map(|table| table[2..].to_vec())
        .collect();
    assert!(!found.is_empty(), "no table of {heading}");
    found
}

/// Every table: its headings, its rule, its rows; cells without backticks around them.
fn tables(text: &'static str) -> Vec<Vec<Vec<&'static str>>> {
    let row = |line: &'static str| -> Vec<_> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect()
    };
    let lines: Vec<_> = text.lines().collect();
    let tables = lines.split(|line| !line.trim().starts_with('|')).filter(|table| !table.is_empty());
    tables.map(|table| table.iter().map(|line| row(line)).collect()).collect()
}

fn hexadecimal(cell: &str) -> u16 {
    u16::from_str_radix(cell.strip_prefix("0x").expect("hexadecimal"), 16).expect("a kind")
}

/// `U+00AD` or `U+200E..U+200F`.
fn code_points(line: &str) -> RangeInclusive<char> {
    let (first, last) = line.split_once("..").unwrap_or((line, line));
    let code_point = |cell: &str| {
        let number = cell.strip_prefix("U+").and_then(|digits| u32::from_str_radix(digits, 16).ok());
        number.and_then(char::from_u32).expect("a code point")
    };
    code_point(first)..=code_point(last)
}
