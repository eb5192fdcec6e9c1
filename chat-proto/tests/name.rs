//! Names of people and codes of rooms, row by row. The numbers are those of the list of attacks.

use chat_proto::RoomId;
use chat_proto::limits::MARKS_PER_BASE;
use chat_proto::name::{CodeError, Nick, NickError, RoomCode};

#[test]
fn names_of_many_languages_are_names() {
    for name in [
        "alice",
        "Bob",
        "x",
        "7of9",
        "jean-luc",
        "snake_case",
        "Zoë",
        "Łukasz",
        "Ørsted",
        "Đặng",
        "Ελένη",
        "Наташа",
        "דנה",
        "محمد",
        "अमिता",
        "அருண்",
        "สมชาย",
        "さくら",
        "ナオミ",
        "田中さくら",
        "김민준",
        "王小明",
    ] {
        assert_eq!(Nick::parse(name.as_bytes()).unwrap().as_str(), name);
    }
}

/// A25, A26, A28, A29, A30.
#[test]
fn what_is_no_name_is_refused_with_its_reason() {
    let rows: [(&str, NickError); 45] = [
        ("", NickError::Empty),
        ("a b", NickError::BadCharacter),
        (" alice", NickError::BadCharacter),
        ("a\rb", NickError::BadCharacter),
        ("a\nb", NickError::BadCharacter),
        ("a\tb", NickError::BadCharacter),
        ("a\0b", NickError::BadCharacter),
        ("\u{1b}[2J", NickError::BadCharacter),
        ("\u{9b}x", NickError::BadCharacter),
        ("ali\u{202e}ce", NickError::BadCharacter),
        ("ali\u{2066}ce", NickError::BadCharacter),
        ("ali\u{61c}ce", NickError::BadCharacter),
        ("ali\u{200b}ce", NickError::BadCharacter),
        ("ali\u{200d}ce", NickError::BadCharacter),
        ("ali\u{feff}ce", NickError::BadCharacter),
        ("ali\u{fe0f}ce", NickError::BadCharacter),
        ("ali\u{e0041}ce", NickError::BadCharacter),
        ("ali\u{ad}ce", NickError::BadCharacter),
        ("\u{301}alice", NickError::BadCharacter),
        ("\u{3164}", NickError::BadCharacter),
        ("*", NickError::BadCharacter),
        ("/quit", NickError::BadCharacter),
        ("@alice", NickError::BadCharacter),
        ("<bob>", NickError::BadCharacter),
        ("bob:", NickError::BadCharacter),
        ("a/b", NickError::BadCharacter),
        ("--", NickError::BadCharacter),
        ("_", NickError::BadCharacter),
        ("👩", NickError::BadCharacter),
        ("✓", NickError::BadCharacter),
        ("\u{435}van", NickError::MixedScripts),
        ("alice\u{3b1}", NickError::MixedScripts),
        ("p\u{430}ypal", NickError::MixedScripts),
        ("abcdefghijklmnopqrstuvwxy", NickError::TooLong),
        ("abcdefghijklmnopqrstuvwxyzabcdefg", NickError::TooLong),
        ("日本語日本語日本語日本語日", NickError::TooLong),
        ("server", NickError::Reserved),
        ("Server", NickError::Reserved),
        ("SYSTEM", NickError::Reserved),
        ("you", NickError::Reserved),
        ("me", NickError::Reserved),
        ("y0u", NickError::Reserved),
        ("ｓｅｒｖｅｒ", NickError::Reserved),
        ("everyone", NickError::Reserved),
        ("a11", NickError::Reserved),
    ];
    for (typed, reason) in rows {
        assert_eq!(Nick::parse(typed.as_bytes()), Err(reason), "{typed:?}");
    }
    assert_eq!(Nick::parse(b"\xff\xfe"), Err(NickError::BadCharacter));
    assert_eq!(Nick::parse(&vec![b'a'; 100_000]), Err(NickError::TooLong));
}

/// A27.
#[test]
fn marks_are_not_piled_up_in_a_name() {
    let most = format!("x{}", "\u{301}".repeat(MARKS_PER_BASE));
    let more = format!("{most}\u{301}");

    assert!(Nick::parse(most.as_bytes()).is_ok());
    assert_eq!(Nick::parse(more.as_bytes()), Err(NickError::BadCharacter));
}

/// A29.
#[test]
fn names_that_are_taken_for_each_other_have_one_key() {
    for (one, other) in [
        ("alice", "ALICE"),
        ("alice", "ａｌｉｃｅ"),
        ("alice", "a1ice"),
        ("bob", "b0b"),
        ("mike", "rnike"),
        ("Zoë", "Zoe\u{308}"),
        ("Strauß", "STRAUSS"),
        ("Νίκος", "ΝΊΚΟΣ"),
        ("ace", "\u{430}\u{441}\u{435}"),
    ] {
        let key = |typed: &str| Nick::parse(typed.as_bytes()).unwrap().key();
        assert_eq!(key(one), key(other), "{one} and {other}");
    }
}

#[test]
fn names_that_differ_to_the_eye_have_different_keys() {
    for (one, other) in [("alice", "alicia"), ("ian", "lan"), ("bob", "rob"), ("Zoe", "Zoë"), ("ana", "anna")] {
        let key = |typed: &str| Nick::parse(typed.as_bytes()).unwrap().key();
        assert_ne!(key(one), key(other), "{one} and {other}");
    }
}

#[test]
fn a_number_shortens_a_long_name_and_no_other() {
    let rows = [
        ("alice", 2, "alice-2"),
        ("abcdefghijklmnopqrstuvwx", 2, "abcdefghijklmnopqrstuv-2"),
        ("abcdefghijklmnopqrstuvwx", 100, "abcdefghijklmnopqrst-100"),
        ("日本語日本語日本語日本語", 10, "日本語日本語日本語日-10"),
    ];
    for (name, number, numbered) in rows {
        assert_eq!(Nick::parse(name.as_bytes()).unwrap().numbered(number).unwrap().as_str(), numbered);
    }
}

#[test]
fn what_is_no_code_is_refused_with_its_reason() {
    let rows = [
        ("", CodeError::Empty),
        ("  ", CodeError::Empty),
        ("AB3", CodeError::Length),
        ("AB3ZZ", CodeError::Length),
        ("AB 3Z", CodeError::Length),
        ("AB0Z", CodeError::BadCharacter),
        ("AB1Z", CodeError::BadCharacter),
        ("ABIZ", CodeError::BadCharacter),
        ("oops", CodeError::BadCharacter),
        ("AB-Z", CodeError::BadCharacter),
        ("ABßZ", CodeError::BadCharacter),
        ("АВ3Z", CodeError::BadCharacter),
    ];
    for (typed, reason) in rows {
        assert_eq!(RoomCode::parse(typed.as_bytes()), Err(reason), "{typed:?}");
    }
    assert_eq!(RoomCode::parse(b"\xff\xff\xff\xff"), Err(CodeError::BadCharacter));
}

#[test]
fn a_code_is_shown_as_it_is_spoken() {
    let code = RoomCode::parse(b" ab3z ").unwrap();

    assert_eq!(code.to_string(), "AB3Z");
    assert_eq!(code.bytes(), *b"AB3Z");
    assert_eq!(format!("{code:>6}"), "  AB3Z");
}

#[test]
fn the_id_of_a_room_is_read_as_it_is_shown_and_nothing_else_is_one() {
    let room = RoomId([0xa7; 16]);

    assert_eq!(RoomId::parse(&room.to_string()), Some(room));
    for wrong in ["", "a7", "+7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7", &"g".repeat(32), &"a".repeat(33), &"ä".repeat(16)] {
        assert_eq!(RoomId::parse(wrong), None, "{wrong}");
    }
}
