//! What lies over the screen, as lines: questions in words, everything else as it is drawn, without its box.

use crate::command::COMMANDS;
use crate::overlay::Overlay;
use crate::state::State;
use crate::view;
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What boxes and bars are made of.
const FRAME: &[char] = &[' ', '│', '─', '╭', '╮', '╰', '╯', '┌', '┐', '└', '┘', '▌', '┃'];

pub(super) fn lines(overlay: Overlay, state: &State) -> Vec<String> {
    match overlay {
        Overlay::Help { .. } => help(),
        Overlay::Question(question) => {
            let mut lines = vec![question.title().to_owned()];
            lines.extend(question.consequences(state).into_iter().map(|(words, _)| words));
            lines.push("y or n?".to_owned());
            lines
        }
        overlay => drawn(overlay, state),
    }
}

fn help() -> Vec<String> {
    let commands = COMMANDS.iter().map(|command| {
        let call = format!("/{} {}", command.names[0], command.args);
        format!("{}: {}", call.trim_end(), command.help)
    });
    ["What you type is said when you press Enter.".to_owned()].into_iter().chain(commands).collect()
}

fn drawn(overlay: Overlay, state: &State) -> Vec<String> {
    let area = Rect::new(0, 0, state.columns, state.rows);
    let mut picture = Buffer::empty(area);
    view::draw_overlay(overlay, state, area, &mut picture);
    let rows = (0..area.height).map(|y| row(&picture, y));
    let mut rows: Vec<String> = rows.map(|row| row.trim_matches(FRAME).to_owned()).collect();
    // The keys of a screen mean nothing here.
    rows.retain(|row| !row.is_empty() && !row.contains("Esc "));
    rows
}

fn row(picture: &Buffer, y: u16) -> String {
    let mut row = String::new();
    let mut x = 0;
    while x < picture.area.width {
        let symbol = picture[(x, y)].symbol();
        row.push_str(symbol);
        x += wrap::width(symbol).max(1) as u16;
    }
    row
}
