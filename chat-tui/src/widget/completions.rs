//! What a word may become, in a list above the composer while it is typed; and behind the name of a command, what it
//! takes.

use crate::command;
use crate::keymap::{Context, Keymap};
use crate::screen::room::Places;
use crate::state::State;
use crate::theme::{Ground, Ink, Theme};
use crate::widget::composer::{Choice, Completion, What};
use crate::widget::paint;
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Below this, everything belongs to what is said.
const ROWS_MIN: u16 = 8;
/// Of all rows, one in so many.
const ROWS_PART: u16 = 3;
/// From here on, what a command takes stands behind its name, and what it does in a column beside that.
const ARGS_FROM_COLUMNS: u16 = 60;
/// Before what a row says.
const TEXT_AT: u16 = 3;
const GAP: u16 = 3;

/// The longest that fits.
const KEYS: [&str; 4] = [
    "{complete} complete ",
    "{complete} complete · {dismiss} close ",
    "{up} {down} choose · {complete} complete · {dismiss} close ",
    "{up} {down} choose · {complete} complete · {send} send · {dismiss} close ",
];

/// What is shown.
enum Shown<'a> {
    Nothing,
    Choices(&'a Completion),
    /// A command whose name is typed.
    Reminder(Choice),
}

/// Whether something can be offered on this screen.
pub fn has_place(state: &State) -> bool {
    !state.is_plain() && state.rows >= ROWS_MIN
}

/// Whether there is a list to choose from.
pub fn is_open(state: &State) -> bool {
    matches!(shown(state), Shown::Choices(_))
}

/// The rows that it takes.
pub fn height(state: &State) -> u16 {
    let rows = match shown(state) {
        Shown::Nothing => 0,
        Shown::Choices(completion) => completion.choices().len(),
        Shown::Reminder(_) => 1,
    };
    u16::try_from(rows).unwrap_or(u16::MAX).min(state.rows / ROWS_PART)
}

fn shown(state: &State) -> Shown<'_> {
    let is_writing = !state.is_finding() && state.room().is_some_and(|room| room.timeline.selected().is_none());
    if !has_place(state) || !is_writing {
        return Shown::Nothing;
    }
    let composer = state.composer();
    match composer.completion() {
        Some(completion) => Shown::Choices(completion),
        None => command::begun(composer.text()).map_or(Shown::Nothing, |(name, command)| {
            let what = What::Command { args: command.args, help: command.help };
            Shown::Reminder(Choice { text: format!("/{name}"), what })
        }),
    }
}

/// What can be done with the list, as far as there is place to say it.
pub fn keys(keys: &Keymap, columns: u16) -> String {
    keys.longest(Context::Room, &KEYS, usize::from(columns))
}

/// What is offered at this place of the screen.
pub fn hit(state: &State, at: Position) -> Option<usize> {
    let area = Places::of(state).choices;
    let Shown::Choices(completion) = shown(state) else { return None };
    let row = area.contains(at).then(|| usize::from(at.y - area.y))?;
    Some(first(completion, area) + row)
}

/// The first that is shown, so that the chosen one is.
fn first(completion: &Completion, area: Rect) -> usize {
    let chosen = completion.chosen().unwrap_or(0);
    (chosen + 1).saturating_sub(usize::from(area.height))
}

pub fn draw(state: &State, area: Rect, cells: &mut Buffer) {
    let theme = state.theme;
    cells.set_style(area.intersection(cells.area), theme.ground(Ground::Panel));
    match shown(state) {
        Shown::Nothing => {}
        Shown::Choices(completion) => draw_choices(completion, &mut Pen { theme, area, cells }),
        Shown::Reminder(choice) => Pen { theme, area, cells }.reminder(&choice),
    }
}

fn draw_choices(completion: &Completion, pen: &mut Pen) {
    let (all, first) = (completion.choices(), first(completion, pen.area));
    let column = pen.column(all);
    for (y, at) in (pen.area.top()..pen.area.bottom()).zip(first..all.len()) {
        if completion.chosen() == Some(at) {
            pen.chosen(y);
        }
        pen.row(y, &all[at], column);
    }
    pen.more(all.len().saturating_sub(usize::from(pen.area.height)));
}

struct Pen<'a> {
    theme: Theme,
    area: Rect,
    cells: &'a mut Buffer,
}

impl Pen<'_> {
    /// Where the second column begins: behind the widest of the first, unless that leaves too little.
    fn column<'c>(&self, choices: impl IntoIterator<Item = &'c Choice>) -> u16 {
        let widest = choices.into_iter().map(|choice| self.width(choice)).max().unwrap_or(0);
        (TEXT_AT + widest + GAP).min(self.area.width * 2 / 5)
    }

    fn width(&self, choice: &Choice) -> u16 {
        let args = self.args(choice);
        let gap = usize::from(!args.is_empty());
        (wrap::width(&called(choice)) + gap + wrap::width(args)) as u16
    }

    fn args(&self, choice: &Choice) -> &'static str {
        match choice.what {
            What::Command { args, .. } if self.area.width >= ARGS_FROM_COLUMNS => args,
            _ => "",
        }
    }

    fn chosen(&mut self, y: u16) {
        let row = Rect { y, height: 1, ..self.area }.intersection(self.cells.area);
        self.cells.set_style(row, self.theme.ground(Ground::Button));
        paint::text(self.cells, self.area, (self.area.x, y), "▌", self.theme.ink(Ink::Accent));
    }

    fn row(&mut self, y: u16, choice: &Choice, column: u16) {
        let (accent, muted) = (self.theme.ink(Ink::Accent), self.theme.ink(Ink::Muted));
        let first = Rect { width: column.saturating_sub(2).min(self.area.width), ..self.area };
        let behind = paint::text(self.cells, first, (self.area.x + TEXT_AT, y), &called(choice), accent);
        let room = first.right().saturating_sub(behind + 1);
        paint::text(self.cells, first, (behind + 1, y), &wrap::cut(self.args(choice), usize::from(room)), muted);
        let second = Rect { width: self.area.width.saturating_sub(1), ..self.area };
        let room = second.width.saturating_sub(column);
        let about = about(choice);
        let about = wrap::cut(&about, usize::from(room));
        paint::text(self.cells, second, (self.area.x + column, y), &about, self.theme.ink(Ink::Text));
    }

    /// In one row, as far as it fits: first what is still to be typed.
    fn reminder(&mut self, choice: &Choice) {
        let What::Command { args, help } = choice.what else { return };
        let row = Rect { x: self.area.x + TEXT_AT, width: self.area.width.saturating_sub(TEXT_AT + 1), ..self.area };
        let (called, gap) = (format!("{} ", called(choice)), " ".repeat(usize::from(GAP)));
        let taken = wrap::width(&called) + wrap::width(args) + gap.len();
        let help = wrap::cut(help, usize::from(row.width).saturating_sub(taken));
        let (accent, muted) = (self.theme.ink(Ink::Accent), self.theme.ink(Ink::Muted));
        let pieces = [(called.as_str(), accent), (args, muted), (&gap, muted), (&*help, self.theme.ink(Ink::Text))];
        paint::pieces(self.cells, row, (row.x, row.y), &pieces);
    }

    /// How many have no row, at the end of the last one.
    fn more(&mut self, hidden: usize) {
        let Some(y) = self.area.bottom().checked_sub(1).filter(|_| hidden > 0) else { return };
        let words = format!("  {hidden} more ");
        paint::pieces_right(self.cells, self.area, y, &[(&words, self.theme.ink(Ink::Muted))]);
    }
}

fn called(choice: &Choice) -> String {
    match choice.what {
        What::Emoji(_) => wrap::apart(&choice.text),
        What::Command { .. } | What::Name => choice.text.trim_end().to_owned(),
    }
}

/// What it does, or what it is called.
fn about(choice: &Choice) -> String {
    match choice.what {
        What::Command { help, .. } => help.to_owned(),
        What::Emoji(name) => format!(":{name}:"),
        What::Name => String::new(),
    }
}
