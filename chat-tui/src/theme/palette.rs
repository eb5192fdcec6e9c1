//! What every role looks like: a theme, as it was read.

use super::role::{Ground, Ink};
use super::tone::Tone;
use ratatui::style::Modifier;

/// How something is painted: its colour, and its weight at every depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paint {
    pub(super) tone: Tone,
    pub(super) weight: Modifier,
}

/// A theme, in every depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    pub name: String,
    /// A few words about it.
    pub about: String,
    pub(super) inks: [Paint; Ink::ALL.len()],
    pub(super) grounds: [Paint; Ground::ALL.len()],
    /// For names; at least one.
    pub(super) hues: Vec<Tone>,
}

impl Palette {
    /// Everything as the terminal has it.
    pub(super) fn plain() -> Self {
        let paint = Paint { tone: Tone::DEFAULT, weight: Modifier::empty() };
        Self {
            name: String::new(),
            about: String::new(),
            inks: [paint; Ink::ALL.len()],
            grounds: [paint; Ground::ALL.len()],
            hues: vec![Tone::DEFAULT],
        }
    }
}
