//! A colour as people write it, and what comes near it where there are fewer.

use super::Depth;
use ratatui::style::Color;

/// What stands in a theme for a colour.
pub(super) const EXPECTS: &str = "a colour: \"#7aa2f7\", one of the terminal's like \"blue\" or \"bright-blue\", \"default\", or a number from 0 to 255";

/// The terminal's own, with what xterm shows for them. Their numbers are their places.
const SIXTEEN: [(&str, Color, u32); 16] = [
    ("black", Color::Black, 0x0000_0000),
    ("red", Color::Red, 0x00cd_0000),
    ("green", Color::Green, 0x0000_cd00),
    ("yellow", Color::Yellow, 0x00cd_cd00),
    ("blue", Color::Blue, 0x0000_00ee),
    ("magenta", Color::Magenta, 0x00cd_00cd),
    ("cyan", Color::Cyan, 0x0000_cdcd),
    ("white", Color::Gray, 0x00e5_e5e5),
    ("bright-black", Color::DarkGray, 0x007f_7f7f),
    ("bright-red", Color::LightRed, 0x00ff_0000),
    ("bright-green", Color::LightGreen, 0x0000_ff00),
    ("bright-yellow", Color::LightYellow, 0x00ff_ff00),
    ("bright-blue", Color::LightBlue, 0x005c_5cff),
    ("bright-magenta", Color::LightMagenta, 0x00ff_00ff),
    ("bright-cyan", Color::LightCyan, 0x0000_ffff),
    ("bright-white", Color::White, 0x00ff_ffff),
];
/// The terminal's own ink or ground.
const DEFAULT: &str = "default";

/// One colour in every depth but none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tone {
    pub(super) full: Color,
    pub(super) indexed: Color,
    pub(super) sixteen: Color,
}

impl Tone {
    /// The terminal's own.
    pub(super) const DEFAULT: Self = Self::same(Color::Reset);

    const fn same(colour: Color) -> Self {
        Self { full: colour, indexed: colour, sixteen: colour }
    }

    /// A colour, and what comes near it among fewer.
    pub(super) fn parse(written: &str) -> Option<Self> {
        if written == DEFAULT {
            return Some(Self::DEFAULT);
        }
        if let Some((_, colour, _)) = SIXTEEN.iter().find(|(name, ..)| *name == written) {
            return Some(Self::same(*colour));
        }
        match written.strip_prefix('#') {
            Some(digits) => Some(Self::of_rgb(parse_rgb(digits)?)),
            None => written.parse().ok().map(Self::of_index),
        }
    }

    fn of_rgb(rgb: u32) -> Self {
        let indexed = (16..=255).min_by_key(|index| distance(rgb_of(*index), rgb)).expect("there are some");
        Self { full: Color::from_u32(rgb), indexed: Color::Indexed(indexed), sixteen: nearest_of_sixteen(rgb) }
    }

    fn of_index(index: u8) -> Self {
        if let Some((_, colour, _)) = SIXTEEN.get(usize::from(index)) {
            return Self::same(*colour);
        }
        let colour = Color::Indexed(index);
        Self { full: colour, indexed: colour, sixteen: nearest_of_sixteen(rgb_of(index)) }
    }

    pub(super) fn at(self, depth: Depth) -> Color {
        match depth {
            Depth::Mono => Color::Reset,
            Depth::Sixteen => self.sixteen,
            Depth::Indexed => self.indexed,
            Depth::True => self.full,
        }
    }
}

fn parse_rgb(digits: &str) -> Option<u32> {
    let is_whole = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| is_whole)
}

fn nearest_of_sixteen(rgb: u32) -> Color {
    let near = SIXTEEN.iter().min_by_key(|(.., shown)| distance(*shown, rgb));
    near.map(|(_, colour, _)| *colour).expect("there are sixteen")
}

/// What xterm shows for one of its 256, from 16 on: a cube of six steps, then greys.
pub(super) fn rgb_of(index: u8) -> u32 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let [r, g, b] = match index {
        grey @ 232.. => [8 + 10 * (grey - 232); 3],
        cube => {
            let cube = usize::from(cube - 16);
            [STEPS[cube / 36], STEPS[cube / 6 % 6], STEPS[cube % 6]]
        }
    };
    u32::from_be_bytes([0, r, g, b])
}

/// As the eye weighs it, roughly: green counts more than red, red more than blue.
fn distance(one: u32, other: u32) -> i32 {
    let ([_, r1, g1, b1], [_, r2, g2, b2]) = (one.to_be_bytes(), other.to_be_bytes());
    let square = |one: u8, other: u8| (i32::from(one) - i32::from(other)).pow(2);
    3 * square(r1, r2) + 4 * square(g1, g2) + 2 * square(b1, b2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_comes_near_itself_where_there_are_fewer() {
        let tone = Tone::parse("#d70000").unwrap();

        assert_eq!(tone.full, Color::Rgb(0xd7, 0, 0));
        assert_eq!(tone.indexed, Color::Indexed(160));
        assert_eq!(tone.sixteen, Color::Red);
    }

    #[test]
    fn the_terminals_own_colours_are_the_same_in_every_depth() {
        for (written, colour) in
            [("bright-blue", Color::LightBlue), ("12", Color::LightBlue), ("default", Color::Reset)]
        {
            assert_eq!(Tone::parse(written), Some(Tone::same(colour)), "{written}");
        }
        assert_eq!(Tone::parse("208").unwrap().full, Color::Indexed(208));
    }

    #[test]
    fn what_is_no_colour_is_none() {
        for written in ["", "#fff", "#gggggg", "#12345", "#+12345", "256", "-1", "mauve", "Blue"] {
            assert_eq!(Tone::parse(written), None, "{written}");
        }
    }
}
