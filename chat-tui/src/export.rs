//! `/export`: what a room keeps, into a file, from the oldest on.
//!
//! ```text
//! create -> a window of places: pages, newest first -> written -> the next window -> … -> finished
//! ```
//!
//! One window is in memory at a time, and the next is asked for when it is written: however much a room keeps, and
//! however slow the disk is.

use crate::link::Command;
use crate::script::tail::lines;
use crate::script::tail::order::{Order, Ready, Told};
use crate::zone::Zone;
use chat_proto::entry::{Entry, RoomId, Seq};
use chat_proto::frame::GapKind;
use chat_proto::limits::PAGE_ENTRIES;

const NOWHERE: &str = "say where to: /export notes.txt, or /export notes.jsonl for a program";

/// What is asked of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileStep {
    /// Make it, under a name as typed. One that is there is never written over.
    Create(String),
    Write(Vec<u8>),
    /// It is whole.
    Finish,
    /// It is not wanted: nothing is left of it.
    Discard,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileEvent {
    /// Done; the next one may come.
    Ready,
    /// It could not be done, and nothing is left of the file. The sentence says why.
    Failed(String),
}

/// What to write, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub file: String,
    pub form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines for people, with days.
    Text,
    /// An object per line, as `tail --json` prints it.
    Json,
}

/// An export under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub room: RoomId,
    /// What finds the room, as it may be shown.
    code: String,
    pub wanted: Wanted,
    /// Before the first place that is wanted.
    begin: Seq,
    /// Everything up to here is written, or known to be gone.
    after: Seq,
    /// The last place that is wanted.
    end: Seq,
    order: Order,
    asked: Option<(Seq, Seq)>,
    entries: usize,
    pub stage: Stage,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A page, or the file that is being made or written to.
    Going,
    /// The file is being finished.
    Finishing,
}

impl Wanted {
    /// Reads what stands behind `/export`.
    ///
    /// # Errors
    /// A sentence for whoever typed it.
    pub fn parse(args: &str) -> Result<Self, String> {
        let (file, is_json) = match (args.strip_prefix("--json"), args.strip_suffix("--json")) {
            (Some(file), _) if file.is_empty() || file.starts_with(char::is_whitespace) => (file.trim(), true),
            (_, Some(file)) if file.ends_with(char::is_whitespace) => (file.trim(), true),
            _ => (args.trim(), false),
        };
        let is_for_programs = [".json", ".jsonl", ".ndjson"].iter().any(|end| file.to_lowercase().ends_with(end));
        if file.is_empty() {
            return Err(NOWHERE.to_owned());
        }
        let form = if is_json || is_for_programs { Form::Json } else { Form::Text };
        Ok(Self { file: file.to_owned(), form })
    }
}

impl Export {
    /// Of what stands from `first` to `last`.
    pub fn new(room: RoomId, code: &str, wanted: Wanted, first: Seq, last: Seq) -> Self {
        let before = Seq(first.0.saturating_sub(1));
        let mut order = Order::default();
        // Nothing is asked for yet.
        order.take(Told::Entered { room, oldest: Seq(1), cursor: Seq::START });
        Self {
            room,
            code: code.to_owned(),
            wanted,
            begin: before,
            after: before,
            end: last,
            order,
            asked: None,
            entries: 0,
            stage: Stage::Going,
        }
    }

    /// The question for the next window; none if everything is written.
    pub fn next_window(&mut self) -> Option<Command> {
        let from = self.after.next();
        if from > self.end {
            return None;
        }
        let to = Seq(self.after.0.saturating_add(PAGE_ENTRIES as u64)).min(self.end);
        let ready = self.order.take(Told::Gap { from, to, kind: GapKind::Loadable });
        self.asking(ready.question)
    }

    fn asking(&mut self, question: Option<Command>) -> Option<Command> {
        self.asked = match &question {
            Some(Command::History { after, before, .. }) => Some((*after, *before)),
            _ => None,
        };
        question
    }

    /// Whether this page was asked for here.
    pub fn has_asked(&self, room: RoomId, range: (Seq, Seq)) -> bool {
        self.room == room && self.asked == Some(range)
    }

    /// Takes in a page that was asked for: what to ask next, or the window that is whole now.
    pub fn take_in(&mut self, oldest: Seq, entries: &[Entry]) -> Result<Command, Vec<Entry>> {
        let before = self.window_end();
        let Ready { entries, question, .. } = self.order.take(Told::Page { oldest, entries: entries.to_vec() });
        if let Some(question) = self.asking(question) {
            return Ok(question);
        }
        // What is gone by now need not be asked for window by window.
        self.after = before.max(Seq(oldest.0.saturating_sub(1)));
        self.entries += entries.len();
        Err(entries)
    }

    fn window_end(&self) -> Seq {
        Seq(self.after.0.saturating_add(PAGE_ENTRIES as u64)).min(self.end)
    }

    /// Entries as they stand in the file.
    pub fn written(&self, entries: &[Entry], zone: &Zone) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in entries {
            let written = match self.wanted.form {
                Form::Json => lines::json(&mut bytes, entry),
                Form::Text => lines::dated(&mut bytes, entry, zone),
            };
            written.expect("memory can always be written to");
        }
        bytes
    }

    /// How far it is.
    pub fn progress(&self) -> String {
        let (done, all) = (self.after.0 - self.begin.0, self.end.0.saturating_sub(self.begin.0).max(1));
        let percent = (u128::from(done) * 100 / u128::from(all)).min(100);
        let Self { code, entries, .. } = self;
        format!("writing {code} into a file: {entries} entries, {percent} %")
    }

    /// What was done.
    pub fn outcome(&self) -> String {
        format!("{} entries of {} are in {}", self.entries, self.code, self.wanted.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fixtures::message;

    const ROOM: RoomId = RoomId([7; 16]);

    fn export(first: u64, last: u64) -> Export {
        Export::new(ROOM, "AB3Z", Wanted::parse("notes.txt").unwrap(), Seq(first), Seq(last))
    }

    fn range(command: Option<Command>) -> Option<(u64, u64)> {
        match command? {
            Command::History { after, before, .. } => Some((after.0, before.0)),
            other => panic!("{other:?}"),
        }
    }

    fn entries(from: u64, to: u64) -> Vec<Entry> {
        (from..=to).map(|seq| message(seq, Seq(seq - 1))).collect()
    }

    #[test]
    fn a_room_is_asked_for_window_by_window_from_the_oldest_on() {
        let mut export = export(1, 250);

        assert_eq!(range(export.next_window()), Some((0, 201)));
        assert_eq!(export.take_in(Seq(1), &entries(1, 200)).unwrap_err().len(), 200);
        assert_eq!(range(export.next_window()), Some((200, 251)));
        assert_eq!(export.take_in(Seq(1), &entries(201, 250)).unwrap_err().len(), 50);

        assert_eq!(export.next_window(), None);
    }

    #[test]
    fn a_window_that_is_more_than_a_page_is_loaded_from_its_end() {
        let mut export = export(1, 100);
        export.next_window();

        let more = export.take_in(Seq(1), &entries(61, 100)).unwrap();
        assert_eq!(range(Some(more)), Some((0, 61)));
        let whole = export.take_in(Seq(1), &entries(1, 60)).unwrap_err();

        assert_eq!(whole.iter().map(|entry| entry.seq.0).collect::<Vec<_>>(), (1..=100).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_gone_meanwhile_is_passed_over() {
        let mut export = export(1, 10_000);
        export.next_window();

        assert_eq!(export.take_in(Seq(9_001), &[]).unwrap_err(), []);

        assert_eq!(range(export.next_window()), Some((9_000, 9_201)));
    }

    #[test]
    fn an_export_of_nothing_ends_at_once() {
        assert_eq!(export(1, 0).next_window(), None);
    }

    #[test]
    fn the_form_follows_from_the_name_or_is_asked_for() {
        let wanted = |args: &str| Wanted::parse(args).map(|wanted| (wanted.file, wanted.form));
        let file = |file: &str, form| Ok((file.to_owned(), form));

        assert_eq!(wanted("my notes.txt"), file("my notes.txt", Form::Text));
        assert_eq!(wanted("a.JSONL"), file("a.JSONL", Form::Json));
        assert_eq!(wanted("--json a.txt"), file("a.txt", Form::Json));
        assert_eq!(wanted("a.txt --json"), file("a.txt", Form::Json));
        assert_eq!(wanted("--jsonic"), file("--jsonic", Form::Text));
        assert_eq!(wanted("--json"), Err(NOWHERE.to_owned()));
        assert_eq!(wanted(""), Err(NOWHERE.to_owned()));
    }
}
