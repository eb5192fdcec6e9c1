//! Colours by role: a widget asks for what a thing is, never for a colour.

mod dark;

use ratatui::style::{Color, Modifier, Style};

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

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Text,
    Strong,
    /// Beside the point: labels, hints, system lines.
    Muted,
    /// Even more so: a time that was shown a line above.
    Faint,
    Accent,
    Good,
    Warning,
    Error,
    /// On [`Ground::Focus`] only.
    OnFocus,
    /// On [`Ground::Paper`] only: what a camera reads.
    OnPaper,
    /// Lines and borders; never text.
    Rule,
    /// The line above what is unread; never text.
    UnreadRule,
}

/// What it is written on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    Base,
    /// Status line, member list, boxes.
    Panel,
    /// Where something can be typed in a box.
    Field,
    /// A message that names the reader.
    Mention,
    /// What lies over a screen.
    Overlay,
    /// Something that can be pressed.
    Button,
    /// The one thing that Enter presses.
    Focus,
    /// Light, for what a camera reads.
    Paper,
}

/// One colour in every depth but none.
#[derive(Debug, Clone, Copy)]
pub struct Tone {
    pub rgb: u32,
    pub indexed: u8,
    pub sixteen: Color,
}

impl Tone {
    fn at(self, depth: Depth) -> Color {
        match depth {
            Depth::Mono => Color::Reset,
            Depth::Sixteen => self.sixteen,
            Depth::Indexed => Color::Indexed(self.indexed),
            Depth::True => Color::from_u32(self.rgb),
        }
    }
}

/// The dark theme, for one depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Theme {
    depth: Depth,
}

impl Theme {
    pub fn new(depth: Depth) -> Self {
        Self { depth }
    }

    /// For text; leaves the ground as it is.
    pub fn ink(self, ink: Ink) -> Style {
        let (_, tone, weight, mono) = dark::INKS[ink as usize];
        match self.depth {
            Depth::Mono => Style::new().add_modifier(weight | mono),
            depth => Style::new().fg(tone.at(depth)).add_modifier(weight),
        }
    }

    /// For an area, before anything is written on it.
    pub fn ground(self, ground: Ground) -> Style {
        let (_, tone, mono) = dark::GROUNDS[ground as usize];
        match self.depth {
            Depth::Mono => Style::new().add_modifier(mono),
            depth => Style::new().bg(tone.at(depth)),
        }
    }

    /// For a person's name: always the same for the same name.
    pub fn name(self, name: &str) -> Style {
        let hue = dark::HUES[hue_of(name)];
        match self.depth {
            Depth::Mono => Style::new(),
            depth => Style::new().fg(hue.at(depth)),
        }
        .add_modifier(Modifier::BOLD)
    }
}

/// FNV-1a over the caseless name: the same in every run and on every machine.
fn hue_of(name: &str) -> usize {
    let hash = name
        .to_lowercase()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    // Short names differ in few bits: spread them before taking the remainder.
    let spread = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((spread >> 40) % dark::HUES.len() as u64) as usize
}

#[cfg(test)]
mod tests;
