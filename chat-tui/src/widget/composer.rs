//! The composer: where a message is written. Nothing leaves it but by Enter.

pub mod buffer;
mod completion;
mod shortcode;

pub use buffer::{Buffer, Edit};
pub use completion::{Choice, Completion, What};

use crate::destination::is_confidential;
use crate::theme::{Ink, Theme};
use crate::widget::paint;
use crate::wrap;
use chat_proto::limits::{TEXT_BYTES, TEXT_LINES};
use chat_proto::text::visible;
use ratatui::buffer::Buffer as Cells;
use ratatui::layout::{Position, Rect};
use shortcode::Replaced;
use std::ops::Range;

/// Messages that Up brings back.
const HISTORY_MAX: usize = 100;
/// Columns before the text.
const PROMPT_COLUMNS: u16 = 3;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Composer {
    buffer: Buffer,
    /// What was sent or cleared, oldest first.
    history: Vec<String>,
    /// Which of them is shown.
    recalled: Option<usize>,
    /// What the word before the cursor may become, since it was typed or Tab asked.
    completion: Option<Completion>,
    /// The emoji that was made of its name just now.
    replaced: Option<Replaced>,
}

/// Why a paste was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    #[error("that is {bytes} bytes; a message has at most {TEXT_BYTES}: send it in parts")]
    TooManyBytes { bytes: usize },
    #[error("that is {lines} lines; a message has at most {TEXT_LINES}: send it in parts")]
    TooManyLines { lines: usize },
}

impl Composer {
    pub fn text(&self) -> &str {
        self.buffer.text()
    }

    /// How much of the text stands before the cursor, in bytes.
    pub fn cursor(&self) -> usize {
        self.buffer.cursor()
    }

    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    pub fn lines(&self) -> usize {
        self.text().split('\n').count()
    }

    /// Puts this where the cursor is: one typed character, or what was pasted.
    ///
    /// # Errors
    /// [`PasteError`] if the message would be too long; then nothing has changed.
    pub fn insert(&mut self, text: &str) -> Result<(), PasteError> {
        let bytes = self.text().len() + text.len();
        if bytes > TEXT_BYTES {
            return Err(PasteError::TooManyBytes { bytes });
        }
        let lines = self.lines() + text.matches('\n').count();
        if lines > TEXT_LINES {
            return Err(PasteError::TooManyLines { lines });
        }
        self.touch();
        self.buffer.insert(text);
        Ok(())
    }

    /// Takes what was typed. The colon that ends the name of an emoji makes it one.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub fn write(&mut self, typed: &str) -> Result<(), PasteError> {
        self.insert(typed)?;
        self.replaced = Replaced::behind(&mut self.buffer);
        Ok(())
    }

    /// Takes pasted text: its line breaks stay, its control characters become pictures.
    ///
    /// # Errors
    /// As [`Self::insert`]; judged before anything is copied, because a paste may have any size.
    pub fn paste(&mut self, pasted: &str) -> Result<(), PasteError> {
        // Pictures are longer than what they stand for and line breaks may be shorter: judged again when inserted.
        if pasted.len() > 2 * TEXT_BYTES {
            return Err(PasteError::TooManyBytes { bytes: pasted.len() });
        }
        self.insert(&harmless(pasted))
    }

    /// Does what a key asks for.
    ///
    /// # Errors
    /// As [`Self::insert`], for what was cut and is put back.
    pub fn edit(&mut self, edit: Edit) -> Result<(), PasteError> {
        if edit == Edit::Paste {
            let cut = self.buffer.cut_text().to_owned();
            return self.insert(&cut);
        }
        match self.replaced.take() {
            Some(replaced) if edit == Edit::DeleteLeft => replaced.undo(&mut self.buffer),
            _ => self.buffer.edit(edit),
        }
        self.touch();
        Ok(())
    }

    pub fn set(&mut self, text: &str) {
        self.touch();
        self.buffer.set(text);
    }

    /// Whether it holds what lets somebody into a room.
    pub fn is_confidential(&self) -> bool {
        is_confidential(self.text())
    }

    /// Empties the line; Up and Ctrl-Y bring it back, unless it holds what lets somebody into a room.
    pub fn clear(&mut self) {
        self.touch();
        if self.is_confidential() {
            return self.buffer.set("");
        }
        let text = self.buffer.clear();
        self.remember(text);
    }

    /// The line was sent or carried out.
    pub fn has_sent(&mut self) {
        self.clear();
    }

    fn remember(&mut self, text: String) {
        if !text.trim().is_empty() && self.history.last() != Some(&text) {
            self.history.push(text);
        }
        if self.history.len() > HISTORY_MAX {
            self.history.remove(0);
        }
    }

    /// Up: a row up; on an empty line, or while going through it, back in the history.
    pub fn up(&mut self, columns: u16) {
        self.leave_word();
        if self.is_empty() || self.recalled.is_some() && self.cursor_row(columns).0 == 0 {
            let before = self.recalled.unwrap_or(self.history.len()).checked_sub(1);
            self.recall(before);
        } else {
            self.move_row(columns, -1);
        }
    }

    /// Down: a row down, or forward in the history.
    pub fn down(&mut self, columns: u16) {
        self.leave_word();
        let is_last_row = self.cursor_row(columns).0 + 1 == self.rows(columns).len();
        match self.recalled {
            Some(at) if is_last_row && at + 1 < self.history.len() => self.recall(Some(at + 1)),
            Some(_) if is_last_row => {
                self.recalled = None;
                self.buffer.set("");
            }
            _ => self.move_row(columns, 1),
        }
    }

    fn recall(&mut self, at: Option<usize>) {
        if let Some(text) = at.and_then(|at| self.history.get(at)) {
            self.buffer.set(text);
            self.recalled = at;
        }
    }

    fn move_row(&mut self, columns: u16, by: isize) {
        let (row, column) = self.cursor_row(columns);
        let rows = self.rows(columns);
        let Some(target) = row.checked_add_signed(by).and_then(|row| rows.get(row)) else { return };
        let offset = offset_at(&self.text()[target.clone()], column);
        self.buffer.move_to(target.start + offset);
    }

    /// What the word before the cursor may become: what was offered, or Tab goes through.
    pub fn completion(&self) -> Option<&Completion> {
        self.completion.as_ref()
    }

    /// Looks for what the word that was just typed may become; `names` are those that begin like it.
    pub fn offered(&self, names: impl FnOnce(&str) -> Vec<String>) -> Option<Completion> {
        Completion::offer(&self.buffer, names)
    }

    /// Looks for whatever the word may become.
    pub fn completions(&self, names: impl FnOnce(&str) -> Vec<String>) -> Option<Completion> {
        Completion::find(&self.buffer, names)
    }

    pub fn offer(&mut self, offered: Option<Completion>) {
        self.completion = offered;
    }

    /// Tab: the chosen one, or the first, takes the place of the word, and again: the next one.
    pub fn complete(&mut self) {
        self.replaced = None;
        let Some(mut completion) = self.completion.take() else { return };
        completion.write_next(&mut self.buffer);
        self.completion = Some(completion).filter(Completion::goes_on);
    }

    /// Goes through what is offered.
    pub fn choose(&mut self, by: isize) {
        if let Some(completion) = &mut self.completion {
            completion.step(by, &mut self.buffer);
        }
    }

    /// Writes what was chosen, and says what that is; nothing if nothing was, or it stands there already.
    pub fn take_chosen(&mut self) -> Option<What> {
        let at = self.completion.as_ref()?.unwritten()?;
        self.take(at)
    }

    /// Writes what is offered at this place.
    pub fn take(&mut self, at: usize) -> Option<What> {
        let mut completion = self.completion.take()?;
        let what = completion.choices().get(at)?.what;
        completion.write(at, &mut self.buffer);
        self.replaced = None;
        Some(what)
    }

    /// Any other change ends what Tab and Up had begun. Up and Down end what Tab had: its word stood in another text.
    fn touch(&mut self) {
        self.leave_word();
        self.recalled = None;
    }

    fn leave_word(&mut self) {
        (self.completion, self.replaced) = (None, None);
    }

    fn text_columns(columns: u16) -> usize {
        usize::from(columns.saturating_sub(PROMPT_COLUMNS + 1).max(1))
    }

    fn rows(&self, columns: u16) -> Vec<Range<usize>> {
        wrap::rows(self.text(), Self::text_columns(columns))
    }

    /// Rows that the text takes on a screen of so many columns, or `most` if it takes more. Asked with every key: of a
    /// long text only as much is looked at as shows that it is one.
    pub fn height(&self, columns: u16, most: u16) -> u16 {
        let rows_of = |text| wrap::rows(text, Self::text_columns(columns)).len();
        let text = self.text();
        let enough = 2 * usize::from(columns) * usize::from(most);
        let beginning = text.char_indices().nth(enough).map_or(text, |(end, _)| &text[..end]);
        let rows = match rows_of(beginning) {
            rows if rows > usize::from(most) || beginning.len() == text.len() => rows,
            _ => rows_of(text),
        };
        most.min(u16::try_from(rows).unwrap_or(u16::MAX))
    }

    /// The row and column of the cursor within the text.
    fn cursor_row(&self, columns: u16) -> (usize, usize) {
        let cursor = self.buffer.cursor();
        let rows = self.rows(columns);
        let row = rows.iter().rposition(|row| row.start <= cursor).unwrap_or(0);
        let before = &self.text()[rows[row].start..cursor.max(rows[row].start)];
        (row, wrap::width(before).min(Self::text_columns(columns)))
    }
}

/// The byte offset of the grapheme that covers `column`.
fn offset_at(row: &str, column: usize) -> usize {
    use unicode_segmentation::UnicodeSegmentation;
    let mut at = 0;
    for (offset, grapheme) in row.grapheme_indices(true) {
        at += wrap::advance(grapheme, at);
        if at > column {
            return offset;
        }
    }
    row.len()
}

/// Pasted text without anything that a message may not contain.
pub fn harmless(pasted: &str) -> String {
    visible(pasted.replace("\r\n", "\n").replace('\r', "\n").as_bytes())
}

/// Draws the prompt sign and the text, and says where the cursor is.
pub fn draw(composer: &Composer, theme: Theme, area: Rect, cells: &mut Cells) -> Option<Position> {
    let rows = composer.rows(area.width);
    let (row, column) = composer.cursor_row(area.width);
    let height = usize::from(area.height);
    let first = (row + 1).saturating_sub(height);
    paint::text(cells, area, (area.x + 1, area.y), if first == 0 { "›" } else { "↑" }, theme.ink(Ink::Accent).bold());
    if composer.is_empty() {
        paint::text(cells, area, (area.x + PROMPT_COLUMNS, area.y), "write a message", theme.ink(Ink::Muted));
    }
    for (y, range) in (area.top()..area.bottom()).zip(rows.iter().skip(first)) {
        paint::text(cells, area, (area.x + PROMPT_COLUMNS, y), &composer.text()[range.clone()], theme.ink(Ink::Text));
    }
    let position = Position::new(area.x + PROMPT_COLUMNS + column as u16, area.y + (row - first) as u16);
    area.contains(position).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_as_high_as_its_rows_or_as_it_may_be(
            text in "([a-z]{1,9}|[ \n]{1,9}|日|e\u{301}){0,300}", columns in 1..40_u16, most in 1..9_u16,
        ) {
            let mut composer = Composer::default();
            composer.set(&text);

            let rows = composer.rows(columns).len();

            prop_assert_eq!(usize::from(composer.height(columns, most)), rows.min(usize::from(most)));
        }
    }
}
