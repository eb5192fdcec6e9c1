//! The dark theme: role → colour in 24 bits, among xterm's 256, among 16; and what stands for it without colour.

use super::{Ground, Ink, Tone};
use ratatui::style::{Color, Modifier};

const fn tone(rgb: u32, indexed: u8, sixteen: Color) -> Tone {
    Tone { rgb, indexed, sixteen }
}

const PLAIN: Modifier = Modifier::empty();
const BOLD: Modifier = Modifier::BOLD;
const DIM: Modifier = Modifier::DIM;

/// Role, colour, weight at every depth, and what is added without colour. In the order of [`Ink`].
pub(super) const INKS: [(Ink, Tone, Modifier, Modifier); 12] = [
    (Ink::Text, tone(0x00d8_dee9, 253, Color::White), PLAIN, PLAIN),
    (Ink::Strong, tone(0x00ec_eff6, 255, Color::White), BOLD, PLAIN),
    (Ink::Muted, tone(0x0099_a2b6, 248, Color::Gray), PLAIN, DIM),
    (Ink::Faint, tone(0x0089_92a7, 247, Color::Gray), PLAIN, DIM),
    (Ink::Accent, tone(0x007a_a2f7, 111, Color::LightBlue), PLAIN, BOLD),
    (Ink::Good, tone(0x009e_ce6a, 150, Color::LightGreen), PLAIN, PLAIN),
    (Ink::Warning, tone(0x00e0_af68, 179, Color::LightYellow), PLAIN, BOLD),
    (Ink::Error, tone(0x00f7_768e, 210, Color::LightRed), PLAIN, BOLD),
    (Ink::OnFocus, tone(0x000b_0d12, 232, Color::Black), BOLD, PLAIN),
    (Ink::OnPaper, tone(0x0000_0000, 16, Color::Black), PLAIN, PLAIN),
    (Ink::Rule, tone(0x0034_3b4d, 238, Color::DarkGray), PLAIN, DIM),
    (Ink::UnreadRule, tone(0x007a_4152, 95, Color::LightRed), PLAIN, PLAIN),
];

/// Role, colour, and what stands for it without colour. In the order of [`Ground`].
pub(super) const GROUNDS: [(Ground, Tone, Modifier); 8] = [
    (Ground::Base, tone(0x000f_1117, 233, Color::Black), PLAIN),
    (Ground::Panel, tone(0x0016_1922, 234, Color::Black), PLAIN),
    (Ground::Field, tone(0x000b_0d12, 232, Color::Black), Modifier::UNDERLINED),
    (Ground::Mention, tone(0x001d_2136, 236, Color::Black), PLAIN),
    (Ground::Overlay, tone(0x001c_202b, 235, Color::Black), PLAIN),
    (Ground::Button, tone(0x0023_2836, 236, Color::Black), Modifier::UNDERLINED),
    (Ground::Focus, tone(0x007a_a2f7, 111, Color::LightBlue), Modifier::REVERSED),
    (Ground::Paper, tone(0x00ff_ffff, 231, Color::White), Modifier::REVERSED),
];

/// A dozen hues of one lightness and chroma (OKLCH 0.79, 0.115), 30 degrees apart.
pub(super) const HUES: [Tone; 12] = [
    tone(0x00fb_9ba3, 211, Color::LightRed),
    tone(0x00f8_a27c, 216, Color::Yellow),
    tone(0x00e6_b061, 179, Color::LightYellow),
    tone(0x00c5_bf62, 143, Color::LightYellow),
    tone(0x009a_cb7f, 114, Color::LightGreen),
    tone(0x006b_d2a8, 79, Color::Green),
    tone(0x004a_d1d1, 80, Color::Cyan),
    tone(0x005b_caf2, 81, Color::LightCyan),
    tone(0x0087_beff, 117, Color::LightCyan),
    tone(0x00b3_b0ff, 147, Color::LightBlue),
    tone(0x00d6_a4ed, 183, Color::LightMagenta),
    tone(0x00ef_9ccb, 218, Color::LightMagenta),
];
