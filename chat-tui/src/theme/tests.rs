use super::dark::{GROUNDS, HUES, INKS};
use super::*;

/// WCAG 2: what running text needs.
const CONTRAST_MIN: f64 = 4.5;

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

fn of_rgb(tone: Tone) -> [u8; 3] {
    let [_, r, g, b] = tone.rgb.to_be_bytes();
    [r, g, b]
}

fn of_indexed(tone: Tone) -> [u8; 3] {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match tone.indexed {
        grey @ 232.. => [8 + 10 * (grey - 232); 3],
        cube => {
            let cube = usize::from(cube - 16);
            [STEPS[cube / 36], STEPS[cube / 6 % 6], STEPS[cube % 6]]
        }
    }
}

/// As VGA, the darkest of the common palettes, has them.
fn of_sixteen(tone: Tone) -> [u8; 3] {
    match tone.sixteen {
        Color::Black => [0, 0, 0],
        Color::Green => [0, 170, 0],
        Color::Yellow => [170, 85, 0],
        Color::Cyan => [0, 170, 170],
        Color::Gray => [170, 170, 170],
        Color::LightRed => [255, 85, 85],
        Color::LightGreen => [85, 255, 85],
        Color::LightYellow => [255, 255, 85],
        Color::LightBlue => [85, 85, 255],
        Color::LightMagenta => [255, 85, 255],
        Color::LightCyan => [85, 255, 255],
        Color::White => [255, 255, 255],
        other => panic!("{other:?} is not to be used for text"),
    }
}

fn pairs() -> Vec<(String, Tone, Tone)> {
    let text =
        INKS.iter().filter(|(ink, ..)| !matches!(ink, Ink::OnFocus | Ink::OnPaper | Ink::Rule | Ink::UnreadRule));
    let mut inks: Vec<(String, Tone)> = text.map(|(ink, tone, ..)| (format!("{ink:?}"), *tone)).collect();
    inks.extend(HUES.iter().enumerate().map(|(i, tone)| (format!("hue {i}"), *tone)));
    let grounds = GROUNDS.iter().filter(|(ground, ..)| !matches!(ground, Ground::Focus | Ground::Paper));
    let mut pairs: Vec<_> = grounds
        .flat_map(|(ground, below, _)| {
            inks.iter().map(move |(ink, above)| (format!("{ink} on {ground:?}"), *above, *below))
        })
        .collect();
    pairs.push(("OnFocus on Focus".into(), INKS[Ink::OnFocus as usize].1, GROUNDS[Ground::Focus as usize].1));
    pairs.push(("OnPaper on Paper".into(), INKS[Ink::OnPaper as usize].1, GROUNDS[Ground::Paper as usize].1));
    pairs
}

#[test]
fn every_text_stands_out_from_every_ground_in_24_bits_and_in_256_colours() {
    for (pair, above, below) in pairs() {
        for (depth, ratio) in [
            ("24 bits", contrast(of_rgb(above), of_rgb(below))),
            ("256", contrast(of_indexed(above), of_indexed(below))),
        ] {
            assert!(ratio >= CONTRAST_MIN, "{pair} in {depth}: {ratio:.2}");
        }
    }
}

#[test]
fn sixteen_colours_stand_out_as_well_as_the_owner_of_the_terminal_lets_them() {
    for (pair, above, below) in pairs() {
        let ratio = contrast(of_sixteen(above), of_sixteen(below));
        assert!(ratio >= 3.0, "{pair}: {ratio:.2}");
    }
}

#[test]
fn the_tables_are_in_the_order_of_the_roles() {
    assert!(INKS.iter().enumerate().all(|(i, (ink, ..))| *ink as usize == i));
    assert!(GROUNDS.iter().enumerate().all(|(i, (ground, ..))| *ground as usize == i));
}

#[test]
fn names_keep_their_colour_whatever_their_case() {
    let theme = Theme::new(Depth::True);

    assert_eq!(theme.name("Alice"), theme.name("alice"));
    assert_ne!(theme.name("alice"), theme.name("bob"));
}

#[test]
fn hues_are_equally_light() {
    let lightness: Vec<f64> = HUES.iter().map(|tone| luminance(of_rgb(*tone))).collect();

    assert!(lightness.iter().all(|l| (0.42..0.58).contains(l)), "{lightness:?}");
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
