//! What the types for text and names promise (`fuzz/text`), for inputs in which whatever is difficult is frequent.

#[path = "fuzz/text.rs"]
mod rules;

use chat_proto::{Nick, RoomCode};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::HashSet;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_message_is_cleaned_once_and_for_all_and_shown_as_it_was_accepted(written in mischief()) {
        rules::message(written.as_bytes());
    }

    #[test]
    fn a_topic_is_cleaned_once_and_for_all_and_shown_as_it_was_accepted(written in mischief()) {
        rules::topic(written.as_bytes());
    }

    #[test]
    fn what_is_shown_neither_hides_nor_moves_a_cursor_and_stays_as_it_is(received in mischief_and_controls()) {
        rules::shown(&received);
    }

    #[test]
    fn a_name_is_the_same_one_again_and_shown_as_it_is(typed in name_like()) {
        rules::name(typed.as_bytes());
    }

    #[test]
    fn a_reaction_is_shown_as_it_is(written in mischief()) {
        rules::reaction(written.as_bytes());
    }

    #[test]
    fn a_name_in_capitals_or_small_letters_is_the_same_name(typed in name_like()) {
        let Ok(name) = Nick::parse(typed.as_bytes()) else { return Ok(()) };
        for variant in [typed.to_uppercase(), typed.to_lowercase()] {
            if let Ok(variant) = Nick::parse(variant.as_bytes()) {
                prop_assert_eq!(variant.key(), name.key(), "{} and {}", variant, name);
            }
        }
    }

    #[test]
    fn a_number_can_be_put_behind_every_name(typed in name_like(), one in 2..10_000_u32, other in 2..10_000_u32) {
        let Ok(name) = Nick::parse(typed.as_bytes()) else { return Ok(()) };

        let numbered = name.numbered(one).expect("a name");
        prop_assert_eq!(Nick::parse(numbered.as_str().as_bytes()), Ok(numbered.clone()));
        if numbered.as_str().starts_with(name.as_str()) {
            prop_assert_ne!(numbered.key(), name.key());
        }
        if one != other {
            prop_assert_ne!(numbered.key(), name.numbered(other).expect("a name").key());
        }
    }

    #[test]
    fn a_code_is_read_in_any_case_with_space_around_it(bits: u32) {
        let code = RoomCode::from_random(bits);

        prop_assert_eq!(RoomCode::parse(format!(" {code}\n").as_bytes()), Ok(code));
        prop_assert_eq!(RoomCode::parse(code.to_string().to_lowercase().as_bytes()), Ok(code));
    }

    #[test]
    fn any_bytes_are_judged_and_shown(bytes in vec(any::<u8>(), 0..300)) {
        rules::is_judged_and_shown(&bytes);
    }
}

#[test]
fn every_letter_that_a_name_may_have_is_the_same_in_both_cases() {
    let has_case = |c: &char| !c.to_uppercase().eq([*c]) || !c.to_lowercase().eq([*c]);
    let cased = ('\0'..=char::MAX).filter(has_case);
    let names = cased.filter_map(|c| Some((c, Nick::parse(c.to_string().as_bytes()).ok()?)));
    let mut judged = 0;
    for (c, name) in names {
        judged += 1;
        for variant in [c.to_uppercase().to_string(), c.to_lowercase().to_string()] {
            if let Ok(variant) = Nick::parse(variant.as_bytes()) {
                assert_eq!(variant.key(), name.key(), "{variant} and {name}");
            }
        }
    }
    assert!(judged > 1_000, "only {judged} letters are names");
}

#[test]
fn a_code_comes_from_twenty_bits_and_every_code_from_some() {
    let codes: HashSet<_> = (0..1 << 20).map(RoomCode::from_random).collect();

    assert_eq!(codes.len(), 32 * 32 * 32 * 32);
}

/// Text in which what hides, joins and piles up is as common as letters.
fn mischief() -> impl Strategy<Value = String> {
    let pile = (mischievous_char(), 1..12_usize).prop_map(|(c, times)| vec![c; times]);
    let piece = prop_oneof![6 => mischievous_char().prop_map(|c| vec![c]), 1 => pile];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_iter().collect())
}

fn mischief_and_controls() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => mischief().prop_map(String::into_bytes),
        1 => prop_oneof![0..0x20_u8, Just(0x7f)].prop_map(|control| vec![control]),
        1 => (0x80..0xa0_u32).prop_map(|c1| char::from_u32(c1).expect("a scalar").to_string().into_bytes()),
        1 => (0x80..=0xff_u8).prop_map(|broken| vec![broken]),
    ];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn mischievous_char() -> impl Strategy<Value = char> {
    prop_oneof![
        3 => proptest::sample::select("abZ9 \n\t-_éßאبمहिकरനක한ก👩❤👨⚕🏽🇩🇪\u{a0}\u{2028}".chars().collect::<Vec<_>>()),
        3 => proptest::sample::select("\u{200c}\u{200d}\u{fe0e}\u{fe0f}\u{e0101}".chars().collect::<Vec<_>>()),
        2 => proptest::sample::select("\u{301}\u{94d}\u{dca}\u{9cd}\u{64e}\u{20e3}\u{34f}".chars().collect::<Vec<_>>()),
        1 => proptest::sample::select("\u{202e}\u{2066}\u{61c}\u{200b}\u{feff}\u{e0041}\u{ad}".chars().collect::<Vec<_>>()),
        1 => any::<char>().prop_filter("strict text", |c| !c.is_control()),
    ]
}

fn name_like() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9_-]{1,24}",
        "[ａ-ｚＡ-Ｚ０-９]{1,14}",
        "[а-яА-ЯёЁ0-9-]{1,26}",
        "[α-ωΑ-Ωάέήίόύώ_]{1,26}",
        "[\u{c0}-\u{17f}]{1,26}",
        "[ぁ-んァ-ヶ一-三]{1,14}",
        "[\u{915}-\u{939}\u{93e}-\u{94d}]{1,26}",
        "[a-z\u{300}-\u{304}]{1,60}",
        "[\u{10a0}-\u{10ff}\u{531}-\u{587}]{1,12}",
        "\\PC{1,24}",
    ]
}
