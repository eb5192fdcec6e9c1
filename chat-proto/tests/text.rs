//! What people write, row by row: what is refused, what is taken away, and what must not be touched. The numbers are
//! those of the list of attacks.

use chat_proto::limits::{MARKS_PER_BASE, TEXT_BYTES, TEXT_LINES, TOPIC_BYTES};
use chat_proto::text::{Text, TextError, Topic, visible, visible_line};
use proptest::collection::vec;
use proptest::prelude::*;
use std::borrow::Cow;

/// A22.
#[test]
fn what_is_not_utf_8_is_refused() {
    for bytes in
        [&b"\xff"[..], b"caf\xe9", b"\xc0\xaf", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"]
    {
        assert_eq!(Text::parse(bytes), Err(TextError::Invalid), "{bytes:02x?}");
        assert_eq!(Topic::parse(bytes), Err(TextError::Invalid), "{bytes:02x?}");
    }
}

/// A23.
#[test]
fn what_shows_nothing_is_refused_as_a_message() {
    let nothing = [
        "",
        " ",
        "\n\n",
        "\t \u{a0}\u{3000}",
        "\u{200b}\u{feff}\u{2060}",
        "\u{200d}\u{200c}",
        "\u{301}",
        "\u{fe0f}",
        "\u{3164}",
        "\u{115f}\u{1160}",
        "\u{ffa0}",
        "\u{2800}",
        "\u{e0041}\u{e007f}",
        "\u{202e}",
        "\u{2028}",
        "\u{ad}",
        "\u{1d173}",
        "\u{e0fff}",
    ];
    for written in nothing {
        assert_eq!(Text::parse(written.as_bytes()), Err(TextError::Empty), "{written:?}");
        assert_eq!(Topic::parse(written.replace(['\n', '\t', '\u{2028}'], "").as_bytes()), Ok(Topic::default()));
    }
}

/// A23.
#[test]
fn a_message_is_taken_up_to_its_limits_and_refused_whole_beyond() {
    let longest = "x".repeat(TEXT_BYTES);
    let longer = "x".repeat(TEXT_BYTES + 1);
    let most_lines = vec!["x"; TEXT_LINES].join("\n");
    let more_lines = vec!["x"; TEXT_LINES + 1].join("\n");

    assert_eq!(Text::parse(longest.as_bytes()).unwrap().as_str(), longest);
    let too_many_bytes = TextError::TooManyBytes { max: TEXT_BYTES, bytes: TEXT_BYTES + 1 };
    assert_eq!(Text::parse(longer.as_bytes()), Err(too_many_bytes));
    assert_eq!(Text::parse(most_lines.as_bytes()).unwrap().as_str(), most_lines);
    let too_many_lines = TextError::TooManyLines { max: TEXT_LINES, lines: TEXT_LINES + 1 };
    assert_eq!(Text::parse(more_lines.as_bytes()), Err(too_many_lines));
}

#[test]
fn line_separators_are_lines() {
    let written = vec!["x"; TEXT_LINES + 1].join("\u{2028}");

    assert!(matches!(Text::parse(written.as_bytes()), Err(TextError::TooManyLines { .. })));
    assert_eq!(Text::parse("a\u{2029}b".as_bytes()).unwrap().as_str(), "a\nb");
}

/// A24: what a terminal would obey is refused from an author, and a picture of itself from anybody else.
#[test]
fn escape_sequences_are_refused_when_written_and_pictures_when_received() {
    let rows = [
        ("\u{1b}[2Jgone", "␛[2Jgone"),
        ("\u{1b}]0;title\u{7}", "␛]0;title␇"),
        ("\u{1b}]8;;http://x\u{1b}\\link", "␛]8;;http://x␛\\link"),
        ("\u{1b}]52;c;c2VjcmV0\u{7}", "␛]52;c;c2VjcmV0␇"),
        ("\u{1b}P1$q\u{1b}\\", "␛P1$q␛\\"),
        ("\u{1b}_x\u{1b}\\", "␛_x␛\\"),
        ("\u{9b}31mred", "\u{fffd}31mred"),
        ("\u{9d}52;c;x\u{9c}", "\u{fffd}52;c;x\u{fffd}"),
        ("next\u{85}line", "next\u{fffd}line"),
        ("over\rwritten", "over␍written"),
        ("back\u{8}space", "back␈space"),
        ("nul\0", "nul␀"),
        ("del\u{7f}", "del␡"),
        ("bell\u{7}\u{7}", "bell␇␇"),
        ("form\u{c}feed\u{b}", "form␌feed␋"),
    ];
    for (bytes, shown) in rows {
        assert_eq!(Text::parse(bytes.as_bytes()), Err(TextError::Invalid), "{bytes:?}");
        assert_eq!(visible(bytes.as_bytes()), shown);
    }
}

#[test]
fn what_is_not_utf_8_is_shown_with_a_mark_in_its_place() {
    assert_eq!(visible(b"caf\xe9!"), "caf\u{fffd}!");
    assert_eq!(visible(b"\x9b2J"), "\u{fffd}2J");
}

#[test]
fn newline_and_tab_stay_in_a_message_and_become_spaces_on_a_line() {
    let code = "fn main() {\n\tprintln!();\n}";

    assert_eq!(Text::parse(code.as_bytes()).unwrap().as_str(), code);
    assert_eq!(visible_line(code.as_bytes()), "fn main() {  println!(); }");
}

/// A25, A26.
#[test]
fn what_reorders_or_hides_is_taken_away() {
    let rows = [
        ("\u{202e}evil\u{202c}", "evil"),
        ("if (a\u{2066}/*\u{2069}) \u{2067}x\u{2068}", "if (a/*) x"),
        ("a\u{200e}b\u{200f}c\u{61c}d", "abcd"),
        ("\u{202a}\u{202b}\u{202d}x", "x"),
        ("\u{feff}start", "start"),
        ("tag\u{e0001}\u{e0041}\u{e007f}ged", "tagged"),
        ("ze\u{200b}ro", "zero"),
        ("soft\u{ad}hyphen", "softhyphen"),
        ("word\u{2060}joiner", "wordjoiner"),
        ("a\u{fff9}b\u{fffa}c\u{fffb}", "abc"),
        ("a\u{200d}b \u{200d}c\u{200d}", "ab c"),
        ("a\u{200c}b\u{200c}", "ab"),
        ("\u{200c}\u{fe0e}-", "-"),
        ("a\u{fe0f}\u{fe0f}\u{fe0e}\u{e0101}", "a\u{fe0f}"),
        (" \u{fe0f}x\n\u{fe0f}y", " x\ny"),
    ];
    for (bytes, clean) in rows {
        assert_eq!(Text::parse(bytes.as_bytes()).unwrap().as_str(), clean);
        assert_eq!(visible(bytes.as_bytes()), clean);
    }
}

/// A26.
#[test]
fn five_hundred_variation_selectors_are_one() {
    let written = format!("x{}", "\u{fe0f}".repeat(500));

    assert_eq!(Text::parse(written.as_bytes()).unwrap().as_str(), "x\u{fe0f}");
}

/// A27.
#[test]
fn a_base_carries_so_many_marks_and_no_more() {
    let pile = "\u{301}".repeat(500);
    let capped = "\u{301}".repeat(MARKS_PER_BASE);
    let rows = [
        (format!("z{pile}algo"), format!("z{capped}algo")),
        (format!("{pile}x"), format!("{capped}x")),
        (format!("a{pile}b{pile}"), format!("a{capped}b{capped}")),
        // Neither a joiner nor a selector nor something hidden is a base to start again on.
        (format!("a{pile}\u{200d}{pile}"), format!("a{capped}")),
        (format!("a{pile}\u{200c}{pile}"), format!("a{capped}")),
        (format!("a{pile}\u{feff}{pile}"), format!("a{capped}")),
        (format!("a{pile}\u{fe0f}{pile}"), format!("a{capped}\u{fe0f}")),
    ];
    for (written, clean) in rows {
        let text = Text::parse(format!(".{written}").as_bytes()).unwrap();
        assert_eq!(text.as_str(), format!(".{clean}"));
    }
}

/// A25–A27, the other half: what people write in their own languages passes untouched.
#[test]
fn natural_text_of_every_direction_stays_as_it_is() {
    let rows = [
        ("Hebrew", "שלום עולם! 123 abc"),
        ("Hebrew with points", "בְּרֵאשִׁית בָּרָא"),
        ("Arabic", "السلام عليكم، كيف الحال؟"),
        ("Arabic with marks", "بِسْمِ ٱللَّٰهِ"),
        ("Persian, with its non-joiner", "می\u{200c}خواهم نامه\u{200c}ای بنویسم"),
        ("Hindi", "नमस्ते दुनिया, क्षत्रिय"),
        ("Hindi, half form and explicit virama", "क्\u{200d}ष क्\u{200c}ष"),
        ("Marathi, half form at the end", "र्\u{200d} आणि"),
        ("Bengali, joiner before the virama", "র\u{200d}্যাম"),
        ("Malayalam, half letter at the end of a word", "അവന്\u{200d} പോയി"),
        ("Sinhala", "ශ්\u{200d}රී ලංකා"),
        ("Kannada, joiner before the virama", "ರ\u{200d}್ಯ"),
        ("Tamil", "வணக்கம்"),
        ("Thai", "ที่นี่กำลังประชุม"),
        ("Tibetan", "བཀྲ་ཤིས་བདེ་ལེགས"),
        ("Vietnamese, decomposed", "Vie\u{302}\u{323}t Nam"),
        ("Japanese", "こんにちは世界"),
        ("Korean, in parts", "\u{1112}\u{1161}\u{11ab}"),
        ("a family", "👨\u{200d}👩\u{200d}👧\u{200d}👦"),
        ("a couple with a red heart", "👩\u{200d}❤\u{fe0f}\u{200d}👨"),
        ("a health worker", "👩🏽\u{200d}⚕\u{fe0f}"),
        ("a rainbow flag", "🏳\u{fe0f}\u{200d}🌈"),
        ("keycap and flag", "1\u{fe0f}\u{20e3} 🇩🇪"),
        ("a Han variant", "葛\u{e0100}城"),
    ];
    for (what, written) in rows {
        assert_eq!(Text::parse(written.as_bytes()).unwrap().as_str(), written, "{what}");
        assert_eq!(visible(written.as_bytes()), written, "{what}");
    }
}

/// A28.
#[test]
fn a_topic_is_one_line() {
    for written in ["a\nb", "a\rb", "a\tb", "a\0b", "a\u{2028}b", "a\u{2029}b", "a\u{1b}b"] {
        assert_eq!(Topic::parse(written.as_bytes()), Err(TextError::Invalid), "{written:?}");
    }
    let longer = "x".repeat(TOPIC_BYTES + 1);
    let too_many_bytes = TextError::TooManyBytes { max: TOPIC_BYTES, bytes: TOPIC_BYTES + 1 };
    assert_eq!(Topic::parse(longer.as_bytes()), Err(too_many_bytes));
    assert_eq!(Topic::parse(&longer.as_bytes()[1..]).unwrap().as_str(), &longer[1..]);
    assert_eq!(Topic::parse("  release planning ".as_bytes()).unwrap().as_str(), "release planning");
}

proptest! {
    /// What is plain is judged without being read as text.
    #[test]
    fn the_bytes_of_a_message_are_judged_as_the_message_is(
        words in vec(prop_oneof![8 => Just("a b"), 8 => Just("\n"), 2 => Just(" \t"), 1 => Just("é"), 1 => Just("\x1b")], 0..8),
        times in 0..4_000_usize,
    ) {
        let written = words.concat().repeat(times);

        let judged = Text::judge(written.as_bytes()).map(Cow::into_owned);

        prop_assert_eq!(judged, Text::parse(written.as_bytes()).map(|text| text.as_str().as_bytes().to_vec()));
    }
}
