use super::*;
use proptest::prelude::*;

/// A row as text: signs as they are, what has a face as `‹face:text›`.
fn drawn(text: &str, columns: usize) -> Vec<String> {
    let piece = |piece: &Piece| match piece {
        Piece::Sign(sign) => (*sign).to_owned(),
        Piece::Written(part) => {
            let shown = part.text(text);
            let faces = faces(part.face);
            if faces.is_empty() { shown.to_owned() } else { format!("‹{faces}:{shown}›") }
        }
    };
    let row = |row: Row| {
        let ground = if row.ground == Ground::Panel { "▒" } else { "" };
        format!("{ground}{}", row.pieces.iter().map(piece).collect::<String>())
    };
    rows(text, columns).into_iter().map(row).collect()
}

fn faces(face: Face) -> String {
    let weights = [(Modifier::BOLD, "b"), (Modifier::ITALIC, "i"), (Modifier::CROSSED_OUT, "s")];
    let kind = match face.kind {
        Kind::Text | Kind::Gap => "",
        Kind::Quote => "q",
        Kind::Code => "c",
        Kind::Label => "l",
        Kind::Link => "u",
        Kind::Address => "a",
    };
    let weights = weights.into_iter().filter(|(weight, _)| face.weight.contains(*weight));
    weights.map(|(_, letter)| letter).chain([kind]).collect()
}

fn line(text: &str) -> String {
    drawn(text, 1000).concat()
}

#[test]
fn marks_around_words_are_weights() {
    let table = [
        ("**bold** move", "‹b:bold› move"),
        ("an *italic* word", "an ‹i:italic› word"),
        ("an _italic_ word", "an ‹i:italic› word"),
        ("__bold, too__", "‹b:bold, too›"),
        ("***both***", "‹bi:both›"),
        ("**bold *and italic* again**", "‹b:bold ›‹bi:and italic›‹b: again›"),
        ("*a **b** c*", "‹i:a ›‹bi:b›‹i: c›"),
        ("~~struck~~ out", "‹s:struck› out"),
        ("(*italic*), **bold**!", "(‹i:italic›), ‹b:bold›!"),
        ("「**太字**」と*斜体*です", "「‹b:太字›」と‹i:斜体›です"),
        ("**「太字」**です", "‹b:「太字」›です"),
        ("*🎉 done*", "‹i:🎉 done›"),
    ];
    for (text, expected) in table {
        assert_eq!(line(text), expected, "{text}");
    }
}

#[test]
fn what_only_looks_like_marks_is_shown_as_it_was_written() {
    let table = [
        "snake_case and _private, __init__.py, a__b__c, _GNU_SOURCE",
        "2 * 3 * 4 and 2*3*4 and x**2 + y**2",
        "*.rs and *.toml, src/**/*.rs, tests/**/*.rs, ls *.rs foo*",
        "/* a comment */ and /* another */ one",
        "int *a, *b; char **argv; f(*args, **kwargs)",
        "~/notes ~5 minutes ~ about ~~~ and ~half~",
        "a -> b => c <- d <b>html</b> &amp; [ ] [x] \\n",
        "#channel and #1, 1.5 and 1.) and -5 and +1",
        "* * *",
        "---",
        "*not closed, **neither, _this, `nor this",
        "****",
        "** spaces **",
        "find . -name \\*.rs -o -name \\*.md and \\*not italic\\*",
        ">_< >:( ->x >>> print(1)",
        "*️⃣ #️⃣ 1️⃣ *e*\u{301}",
        "10:30:15",
        "\\\\server\\share\\_x_",
    ];
    for text in table {
        assert_eq!(line(text), text);
    }
}

#[test]
fn nothing_in_code_is_interpreted() {
    let table = [
        ("run `cargo test -- *a*` now", "run ‹c:cargo test -- *a*› now"),
        ("``a ` b``", "‹c:a ` b›"),
        ("`` `tick` ``", "‹c:`tick`›"),
        ("`a` and `b", "‹c:a› and `b"),
        ("**bold `*code*`**", "‹b:bold ›‹bc:*code*›"),
        ("*not `closed* here`", "*not ‹c:closed* here›"),
        ("` spaces stay `", "‹c: spaces stay ›"),
        ("\\`no code`", "\\`no code`"),
    ];
    for (text, expected) in table {
        assert_eq!(line(text), expected, "{text}");
    }
}

#[test]
fn fences_make_a_panel_that_keeps_everything_in_it() {
    let table = [
        (
            "```rust\nfn *main*() {\n\tgo();\n\n}\n```\nafter",
            &["▒ ‹l:rust›", "▒ ‹c:fn *main*() {›", "▒     ‹c:go();›", "▒ ", "▒ ‹c:}›", "after"][..],
        ),
        ("```\nto the end", &["▒ ‹c:to the end›"]),
        ("~~~\n```\n~~~", &["▒ ‹c:```›"]),
        ("````\n```\n````", &["▒ ‹c:```›"]),
        ("```\n```", &["▒ "]),
        ("look: ```\nnot a fence\n```", &["look: ```", "not a fence", "```"]),
        ("```", &["```"]),
        ("```one line```", &["‹c:one line›"]),
        ("  ```\n    set in\n  ```", &["▒ ‹c:  set in›"]),
        ("> ```\n> quoted\nnot", &["▒▎  ‹c:quoted›", "not"]),
    ];
    for (text, expected) in table {
        assert_eq!(drawn(text, 40), expected, "{text}");
    }
}

#[test]
fn long_lines_of_code_go_on_behind_a_sign_and_lose_nothing() {
    let code = "```\nlet answer =  42 + 結果;\n```";

    assert_eq!(drawn(code, 12), ["▒ ‹c:let answer›", "▒↳‹c: =  42 + ›", "▒↳‹c:結果;›"]);
}

#[test]
fn quotes_have_a_bar_on_every_row() {
    assert_eq!(
        drawn("> one two three four\n> > *within*\n>\nmine", 12),
        ["▎ ‹q:one two›", "▎ ‹q:three four›", "▎ ▎ ‹iq:within›", "▎ ", "mine"]
    );
}

#[test]
fn the_rows_of_a_list_hang_below_its_words() {
    assert_eq!(
        drawn("- one two three\n  - **four five** six\n10. seven eight nine\n* ten", 12),
        ["• one two", "  three", "  • ‹b:four›", "    ‹b:five› six", "10. seven", "    eight", "    nine", "• ten"]
    );
}

#[test]
fn white_space_before_a_line_stays_before_all_of_its_rows() {
    assert_eq!(drawn("  one two three\n\tfour", 10), ["  one two", "  three", "    four"]);
    assert_eq!(drawn("         ^ here it is", 12), ["         ^", "here it is"]);
}

#[test]
fn headings_are_bold_and_keep_their_marks() {
    assert_eq!(
        drawn("# one *two*\n### three four", 11),
        ["‹l:# ›‹b:one ›‹bi:two›", "‹l:### ›‹b:three›", "    ‹b:four›"]
    );
    assert_eq!(line("####### seven"), "####### seven");
}

#[test]
fn lines_stay_lines_and_marks_do_not_reach_beyond_theirs() {
    assert_eq!(drawn("*one\n\ntwo*\n", 40), ["*one", "", "two*", ""]);
}

#[test]
fn a_face_survives_the_end_of_its_row() {
    assert_eq!(
        drawn("a **bold and long** `code of words`", 9),
        ["a ‹b:bold›", "‹b:and long›", "‹c:code of›", "‹c:words›"]
    );
}

#[test]
fn an_address_ends_where_its_sentence_goes_on() {
    let table: [(&str, &[&str]); 15] = [
        ("see https://example.org/a.", &["https://example.org/a"]),
        ("(https://example.org/a_(b))", &["https://example.org/a_(b)"]),
        ("<https://example.org>, http://b.org!", &["https://example.org", "http://b.org"]),
        ("write to mailto:bob@example.org?", &["mailto:bob@example.org"]),
        ("HTTPS://EXAMPLE.ORG", &["HTTPS://EXAMPLE.ORG"]),
        ("https://a.org/?to=https://b.org", &["https://a.org/?to=https://b.org"]),
        ("**https://a.org/x** and _https://a.org/_", &["https://a.org/x", "https://a.org/"]),
        ("https://a.org/日本。これ", &["https://a.org/日本"]),
        ("https://a.org/x*y*z_w_", &["https://a.org/x*y*z_w"]),
        ("[https://a.org]{http://b.org/[c]}", &["https://a.org", "http://b.org/[c]"]),
        ("> - # *https://a.org*", &["https://a.org"]),
        ("`https://a.org`\n```\nhttps://b.org\n```", &[]),
        ("at 14:05 javascript:alert(1) file:///etc/passwd", &[]),
        ("https:// http:// mailto: www.example.org", &[]),
        ("xhttps://a.org", &[]),
    ];
    for (text, expected) in table {
        let found: Vec<&str> = links(text).into_iter().map(|(range, _)| &text[range]).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_link_that_has_a_name_shows_where_it_leads() {
    let table = [
        ("the [docs](https://a.org/x_(y)), *here*", "the ‹u:docs› ‹a:(https://a.org/x_(y))›, ‹i:here›"),
        ("[a *b*](https://a.org)", "‹u:a ›‹iu:b› ‹a:(https://a.org)›"),
        ("[https://good.org](https://evil.org)", "‹u:https://good.org› ‹a:(https://evil.org)›"),
        ("![image](http://a.org/b.png)", "!‹u:image› ‹a:(http://a.org/b.png)›"),
        ("[no](javascript:alert(1)) [no] (no) [](x)", "[no](javascript:alert(1)) [no] (no) [](x)"),
        ("[a](https://a.org b", "[a](‹u:https://a.org› b"),
    ];
    for (text, expected) in table {
        assert_eq!(line(text), expected, "{text}");
    }
}

#[test]
fn both_parts_of_a_link_lead_to_its_address() {
    let text = "[https://good.org](https://evil.org) https://evil.org";

    let uris: Vec<String> = links(text).into_iter().map(|(_, uri)| uri.as_str().to_owned()).collect();

    assert_eq!(uris, ["https://evil.org", "https://evil.org"]);
}

/// What would take an hour if each mark looked at all the others.
fn bombs() -> Vec<String> {
    let fill = |unit: &str| unit.repeat(16 * 1024 / unit.len());
    let units = [
        "*",
        "_",
        "~",
        "`",
        "* ",
        "*a ",
        "a* ",
        "*a* ",
        "**a *b ",
        "*a_ ",
        "_a* ",
        "*a **a ",
        "結*",
        "結**結*",
        "> ",
        ">",
        "- ",
        "`` ` ",
        "__a",
        "___a",
        "__a ",
        "\\*",
        "[",
        "](",
        "#",
        "*.",
        "~~a",
        "~~a ",
        "a~~ ",
        "*_",
        "*_a_* ",
    ];
    let mut bombs: Vec<String> = units.map(fill).to_vec();
    bombs.push((1..180).map(|n| "`".repeat(n) + " ").collect());
    bombs.push(vec!["```"; 400].join("\n"));
    bombs.push(vec!["> - *a* `b`"; 400].join("\n"));
    bombs
}

#[test]
fn bombs_go_off_in_time_that_grows_with_their_length_alone() {
    for bomb in bombs() {
        for columns in [1, 20, 100] {
            assert!(!rows(&bomb, columns).is_empty());
        }
    }
}

/// What of a message is shown.
fn shown(text: &str, columns: usize) -> String {
    let pieces = rows(text, columns).into_iter().flat_map(|row| row.pieces);
    pieces
        .filter_map(|piece| if let Piece::Written(part) = piece { Some(text[part.range].to_owned()) } else { None })
        .collect()
}

fn is_mark(c: char) -> bool {
    c.is_whitespace() || "*_~`>-[]".contains(c)
}

proptest! {
    #[test]
    fn nothing_but_marks_is_ever_lost(text in "([*_~`>#\\- \n\\[\\]()\\\\.:/@1]|[a-c]|https://|\\]\\(https://|結|\u{301}|🎉|\t){0,60}", columns in 1..30_usize) {
        let kept = |text: &str| text.chars().filter(|c| !is_mark(*c)).collect::<String>();

        prop_assert_eq!(kept(&shown(&text, columns)), kept(&text));
    }

    #[test]
    fn pieces_are_in_the_order_of_the_message_and_fit_their_row(text in "([*_~`># \n]|[a-c]|結|🎉){0,60}", columns in 12..30_usize) {
        let mut end = 0;
        for row in rows(&text, columns) {
            let width: usize = row.pieces.iter().map(|piece| crate::wrap::width(piece.text(&text))).sum();
            let space = row.pieces.last().map_or(0, |last| last.text(&text).len() - last.text(&text).trim_end().len());
            prop_assert!(width <= columns + space, "{:?} in {}", row, columns);
            for piece in row.pieces {
                if let Piece::Written(part) = piece {
                    prop_assert!(part.range.start >= end && part.range.start < part.range.end);
                    end = part.range.end;
                }
            }
        }
    }
}
