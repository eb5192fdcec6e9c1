//! Colours by role: a widget asks for what a thing is, never for a colour. What a role looks like stands in a theme's
//! file.

mod file;
mod palette;
mod role;
mod themes;
mod tone;

pub use palette::Palette;
pub use role::{Ground, Ink};
pub use themes::{AUTO, Choice, Themes};

use ratatui::style::{Color, Modifier, Style};

/// The theme that one begins with.
pub const DARK: &str = "dark";

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// None: `NO_COLOR` is set, or the terminal is plain. Weight and underlines carry the meaning.
    Mono,
    /// The 16 that the terminal's owner chose.
    Sixteen,
    /// xterm's 256.
    Indexed,
    /// 24 bits.
    #[default]
    True,
}

impl Depth {
    /// What the environment says. `NO_COLOR` counts when it is not empty.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is = |name: &str, words: &[&str]| variable(name).is_some_and(|v| words.iter().any(|word| v.contains(word)));
        if variable("NO_COLOR").is_some_and(|v| !v.is_empty()) || is("TERM", &["dumb", "vt100", "vt220"]) {
            Self::Mono
        } else if is("COLORTERM", &["truecolor", "24bit"]) || is("TERM", &["kitty", "direct", "ghostty"]) {
            Self::True
        } else if is("TERM", &["256"]) {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }
}

/// What the terminal's own ground is, before anything is painted on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Background {
    Dark,
    Light,
    /// It did not say.
    #[default]
    Unknown,
}

/// One theme on one terminal: as small as a pointer, to be copied everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    depth: Depth,
    palette: &'static Palette,
}

impl Theme {
    /// The dark one, which is there before anybody chooses.
    pub fn new(depth: Depth) -> Self {
        Self { depth, palette: themes::our(DARK) }
    }

    /// For text; leaves the ground as it is.
    pub fn ink(self, ink: Ink) -> Style {
        let paint = self.palette.inks[ink as usize];
        match self.depth {
            Depth::Mono => Style::new().add_modifier(paint.weight | ink.without_colour()),
            depth => Style::new().fg(paint.tone.at(depth)).add_modifier(paint.weight),
        }
    }

    /// For an area, before anything is written on it.
    pub fn ground(self, ground: Ground) -> Style {
        let paint = self.palette.grounds[ground as usize];
        match self.depth {
            Depth::Mono => Style::new().add_modifier(ground.without_colour()),
            depth => Style::new().bg(paint.tone.at(depth)).add_modifier(paint.weight),
        }
    }

    /// For the cursor, if the theme does not leave it to the terminal: as the text is.
    pub fn cursor(self) -> Option<u32> {
        match (self.depth, self.palette.inks[Ink::Text as usize].tone.full) {
            (Depth::Sixteen | Depth::Indexed | Depth::True, Color::Rgb(r, g, b)) => {
                Some(u32::from_be_bytes([0, r, g, b]))
            }
            _ => None,
        }
    }

    /// For a person's name: always the same for the same name.
    pub fn name(self, name: &str) -> Style {
        let hues = &self.palette.hues;
        match self.depth {
            Depth::Mono => Style::new(),
            depth => Style::new().fg(hues[hue_of(name, hues.len())].at(depth)),
        }
        .add_modifier(Modifier::BOLD)
    }
}

/// FNV-1a over the caseless name: the same in every run and on every machine.
fn hue_of(name: &str, hues: usize) -> usize {
    let hash = name
        .to_lowercase()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    // Short names differ in few bits: spread them before taking the remainder.
    let spread = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((spread >> 40) % hues as u64) as usize
}

#[cfg(test)]
mod tests;
