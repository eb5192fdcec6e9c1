use super::themes::{BUILT_IN, our};
use super::tone::{Tone, rgb_of};
use super::*;

/// WCAG 2: what running text needs; and what it needs for weak eyes.
const CONTRAST_MIN: f64 = 4.5;
const HIGH_CONTRAST_MIN: f64 = 7.0;
/// With the terminal's own colours, nobody can promise more.
const CONTRAST_OF_SIXTEEN_MIN: f64 = 3.0;

fn luminance([r, g, b]: [u8; 3]) -> f64 {
    let linear = |channel: u8| match f64::from(channel) / 255.0 {
        c if c <= 0.04045 => c / 12.92,
        c => ((c + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// As xterm shows it; nothing is known of the terminal's own.
fn shown(colour: Color) -> Option<[u8; 3]> {
    let rgb = match colour {
        Color::Rgb(r, g, b) => return Some([r, g, b]),
        Color::Indexed(index @ 16..) => rgb_of(index),
        _ => return None,
    };
    let [_, r, g, b] = rgb.to_be_bytes();
    Some([r, g, b])
}

/// As VGA, the darkest of the common palettes, has them.
fn of_vga(colour: Color) -> [u8; 3] {
    match colour {
        Color::Black => [0, 0, 0],
        Color::Red => [170, 0, 0],
        Color::Green => [0, 170, 0],
        Color::Yellow => [170, 85, 0],
        Color::Blue => [0, 0, 170],
        Color::Magenta => [170, 0, 170],
        Color::Cyan => [0, 170, 170],
        Color::Gray => [170, 170, 170],
        Color::DarkGray => [85, 85, 85],
        Color::LightRed => [255, 85, 85],
        Color::LightGreen => [85, 255, 85],
        Color::LightYellow => [255, 255, 85],
        Color::LightBlue => [85, 85, 255],
        Color::LightMagenta => [255, 85, 255],
        Color::LightCyan => [85, 255, 255],
        Color::White => [255, 255, 255],
        other => panic!("{other:?} is none of the sixteen"),
    }
}

/// Whether this ink is for text, and found on this ground.
fn is_found(ink: Ink, ground: Ground) -> bool {
    match (ink, ground) {
        (Ink::OnFocus, ground) => ground == Ground::Focus,
        (Ink::OnPaper, ground) => ground == Ground::Paper,
        (Ink::Rule | Ink::UnreadRule, _) | (_, Ground::Focus | Ground::Paper) => false,
        _ => true,
    }
}

/// Every text of a theme with the ground it is found on.
fn pairs(palette: &Palette) -> Vec<(String, Tone, Tone)> {
    let mut pairs = Vec::new();
    for ground in Ground::ALL {
        let below = palette.grounds[*ground as usize].tone;
        for ink in Ink::ALL.iter().filter(|ink| is_found(**ink, *ground)) {
            pairs.push((format!("{}: {ink:?} on {ground:?}", palette.name), palette.inks[*ink as usize].tone, below));
        }
        if is_found(Ink::Text, *ground) {
            let named = palette.hues.iter().enumerate();
            pairs.extend(named.map(|(i, hue)| (format!("{}: hue {i} on {ground:?}", palette.name), *hue, below)));
        }
    }
    pairs
}

#[test]
fn every_text_stands_out_from_every_ground_in_24_bits_and_in_256_colours() {
    for (name, minimum) in [("dark", CONTRAST_MIN), ("light", CONTRAST_MIN), ("high-contrast", HIGH_CONTRAST_MIN)] {
        for (pair, above, below) in pairs(our(name)) {
            for depth in [Depth::True, Depth::Indexed] {
                let [above, below] = [above, below].map(|tone| shown(tone.at(depth)).expect("its colours are known"));
                let ratio = contrast(above, below);
                assert!(ratio >= minimum, "{pair} in {depth:?}: {ratio:.2}");
            }
        }
    }
}

#[test]
fn a_face_is_seen_on_the_ground_of_what_is_chosen() {
    // Terminals paint most faces and hands in this yellow, whatever ink is asked for. On the blue of dark, hue helps.
    const FACE: [u8; 3] = [0xff, 0xcc, 0x4d];
    for (name, minimum) in [("dark", 1.4), ("light", CONTRAST_OF_SIXTEEN_MIN), ("high-contrast", CONTRAST_MIN)] {
        let ground = our(name).grounds[Ground::Focus as usize].tone;
        for depth in [Depth::True, Depth::Indexed] {
            let ratio = contrast(FACE, shown(ground.at(depth)).expect("its colours are known"));
            assert!(ratio >= minimum, "{name} in {depth:?}: {ratio:.2}");
        }
    }
}

#[test]
fn sixteen_colours_stand_out_as_well_as_the_owner_of_the_terminal_lets_them() {
    for name in ["dark", "light", "high-contrast"] {
        for (pair, above, below) in pairs(our(name)) {
            let ratio = contrast(of_vga(above.sixteen), of_vga(below.sixteen));
            assert!(ratio >= CONTRAST_OF_SIXTEEN_MIN, "{pair}: {ratio:.2}");
        }
    }
}

#[test]
fn the_theme_of_the_terminal_has_nothing_but_what_the_terminal_has() {
    let palette = our("terminal");
    let paints =
        palette.inks.iter().chain(&palette.grounds).map(|paint| paint.tone).chain(palette.hues.iter().copied());

    for tone in paints {
        assert_eq!((tone.full, tone.indexed), (tone.sixteen, tone.sixteen));
        assert!(!matches!(tone.full, Color::Rgb(..) | Color::Indexed(_)), "{tone:?}");
    }
    assert_eq!(palette.grounds[Ground::Base as usize].tone, Tone::DEFAULT);
}

#[test]
fn the_programs_own_themes_say_something_of_every_role() {
    for (name, text) in BUILT_IN {
        let table: toml::Table = text.parse().unwrap();
        let has = |part: &str, role: &str| table[part].get(role).is_some();
        assert!(Ink::ALL.iter().all(|ink| has("ink", ink.name())), "{name} lacks an ink");
        assert!(Ground::ALL.iter().all(|ground| has("ground", ground.name())), "{name} lacks a ground");
        assert!(!our(name).about.is_empty() && our(name).about.len() <= 60, "{name}");
    }
}

#[test]
fn auto_is_light_on_a_light_terminal_and_dark_on_any_other() {
    let themes = Themes::built_in();
    let auto = |background| themes.theme(Choice::Auto, Depth::True, background);

    assert_eq!(auto(Background::Light), Theme { depth: Depth::True, palette: our("light") });
    assert_eq!(auto(Background::Dark), Theme::new(Depth::True));
    assert_eq!(auto(Background::Unknown), Theme::new(Depth::True));
}

#[test]
fn names_keep_their_colour_whatever_their_case() {
    let theme = Theme::new(Depth::True);

    assert_eq!(theme.name("Alice"), theme.name("alice"));
    assert_ne!(theme.name("alice"), theme.name("bob"));
}

#[test]
fn hues_are_equally_light() {
    for (name, expected) in [("dark", 0.42..0.58), ("light", 0.08..0.13), ("high-contrast", 0.57..0.68)] {
        let hues = our(name).hues.iter().map(|hue| luminance(shown(hue.full).unwrap()));
        let lightness: Vec<f64> = hues.collect();
        assert!(lightness.iter().all(|l| expected.contains(l)), "{name}: {lightness:?}");
    }
}

#[test]
fn without_colour_nothing_is_coloured() {
    let theme = Theme::new(Depth::Mono);
    let styles = [theme.ink(Ink::Error), theme.ground(Ground::Focus), theme.name("alice")];

    assert!(styles.iter().all(|style| style.fg.is_none() && style.bg.is_none()));
}

#[test]
fn the_environment_says_how_many_colours_there_are() {
    let cases: [(&[(&str, &str)], Depth); 6] = [
        (&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], Depth::Mono),
        (&[("NO_COLOR", ""), ("COLORTERM", "truecolor")], Depth::True),
        (&[("TERM", "xterm-kitty")], Depth::True),
        (&[("TERM", "xterm-256color")], Depth::Indexed),
        (&[("TERM", "linux")], Depth::Sixteen),
        (&[("TERM", "dumb")], Depth::Mono),
    ];
    for (environment, depth) in cases {
        let variable = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
        assert_eq!(Depth::detect(variable), depth, "{environment:?}");
    }
}
