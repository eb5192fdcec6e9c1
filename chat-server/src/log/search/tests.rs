use super::*;
use bytes::Bytes;
use chat_proto::RoomId;
use proptest::prelude::*;

fn search(words: &[u8]) -> Search {
    Search {
        room: RoomId([0; 16]),
        words: Bytes::copy_from_slice(words),
        from: Bytes::new(),
        since: None,
        until: None,
        before: Seq(u64::MAX),
    }
}

fn parse(words: &str) -> Result<Vec<Term>, SearchError> {
    Query::parse(&search(words.as_bytes()), None).map(|query| query.terms)
}

fn phrase(words: &str) -> Term {
    Term::Phrase(words.split(' ').map(str::to_owned).collect())
}

fn beginning(words: &str) -> Term {
    Term::Beginning(words.split(' ').map(str::to_owned).collect())
}

fn matches(words: &str, text: &str) -> bool {
    Query::parse(&search(words.as_bytes()), None).unwrap().matches(text)
}

fn alice() -> Whose {
    Whose { name: Nick::parse(b"alice").unwrap(), person: Some(PersonId(7)) }
}

#[test]
fn words_phrases_and_beginnings_are_told_apart() {
    let terms = parse(r#"Release "the Plan" plan*"#).unwrap();

    assert_eq!(terms, [phrase("release"), phrase("the plan"), beginning("plan")]);
}

#[test]
fn a_word_with_something_inside_is_the_phrase_of_its_pieces() {
    assert_eq!(parse("don't re-use* a::b").unwrap(), [phrase("don t"), beginning("re use"), phrase("a b")]);
}

#[test]
fn no_operator_of_a_query_language_is_one() {
    let terms = parse(r"alice AND bob OR NOT NEAR(x) ^y").unwrap();
    assert_eq!(terms, ["alice", "and", "bob", "or", "not", "near x", "y"].map(phrase));

    let terms = parse(r"text:a {b} -c +d %e_ (f);--").unwrap();
    assert_eq!(terms, ["text a", "b", "c", "d", "e", "f"].map(phrase));
    assert_eq!(parse("a\0b").unwrap(), [phrase("a b")]);
}

#[test]
fn an_unbalanced_quote_quotes_the_rest() {
    assert_eq!(parse(r#"5" the disk"#).unwrap(), [phrase("5"), phrase("the disk")]);
    assert_eq!(parse(r#"a ""#).unwrap(), [phrase("a")]);
}

#[test]
fn an_asterisk_elsewhere_is_no_beginning() {
    assert_eq!(parse(r#"*a b*c "d*" e**"#).unwrap(), [phrase("a"), phrase("b c"), phrase("d"), beginning("e")]);
}

#[test]
fn what_cannot_be_looked_for_is_refused() {
    let refused = |words: &[u8]| Query::parse(&search(words), None).unwrap_err();

    assert_eq!(refused(b"\xff"), SearchError::NotText);
    assert_eq!(refused("a".repeat(SEARCH_BYTES + 1).as_bytes()), SearchError::TooLong);
    assert_eq!(refused(b"1 2 3 4 5 6 7 8 9"), SearchError::TooMany);
    assert_eq!(refused(b""), SearchError::Nothing);
    assert_eq!(refused("* !? \" 👍".as_bytes()), SearchError::Nothing);
}

#[test]
fn as_much_as_is_allowed_is_looked_for() {
    assert_eq!(parse("1 2 3 4 5 6 7 8").unwrap().len(), SEARCH_TERMS);
    assert_eq!(parse(&"a".repeat(SEARCH_BYTES)).unwrap().len(), 1);
}

#[test]
fn a_person_alone_can_be_looked_for() {
    let query = Query::parse(&search(b""), Some(alice())).unwrap();

    assert!(query.matches("anything") && query.matches("👍"));
}

#[test]
fn a_time_alone_can_be_looked_for_but_not_with_what_holds_no_word() {
    let until = |words| Search { until: Some(UnixMillis(1)), ..search(words) };

    assert!(Query::parse(&until(b""), None).unwrap().matches("anything"));
    assert_eq!(Query::parse(&until(b"!?"), None).unwrap_err(), SearchError::Nothing);
}

#[test]
fn who_said_it_is_known_by_number_or_by_look() {
    let said_by = |person, name: &str| alice().is(&Author { person: PersonId(person), name: name.to_owned().into() });

    assert!(said_by(7, "renamed") && said_by(8, "Alice") && said_by(8, "a1ice"));
    assert!(!said_by(8, "bob") && !said_by(8, "not a name"));
}

#[test]
fn an_empty_name_means_anybody_and_a_bad_one_nobody() {
    assert_eq!(Whose::parse(b"", |_| None), Ok(None));
    assert_eq!(Whose::parse(b"alice", |_| Some(PersonId(7))), Ok(Some(alice())));
    assert_eq!(Whose::parse(b"a b", |_| None), Err(SearchError::Whose(NickError::BadCharacter)));
}

#[test]
fn all_terms_must_be_in_a_message() {
    assert!(matches("plan release", "the RELEASE, as planned: a plan"));
    assert!(!matches("plan missing", "the plan"));
    assert!(!matches("plan", "planned"));
    assert!(matches("plan*", "planned") && matches("plan*", "plan"));
}

#[test]
fn a_phrase_stands_together_and_in_order() {
    assert!(matches("\"the plan\"", "see THE -- plan"));
    assert!(!matches("\"the plan\"", "plan the") && !matches("\"the plan\"", "the big plan"));
    assert!(matches("re-use*", "reuse re-used") && !matches("re-use*", "reused"));
    assert!(matches("京で", "東京で会う"));
}

#[test]
fn the_first_match_is_the_first_in_the_text() {
    let query = Query::parse(&search(b"plan bob*"), None).unwrap();

    assert_eq!(query.first_match("a Bobby plan"), 2);
    assert_eq!(query.first_match("nothing"), 0);
}

proptest! {
    #[test]
    fn nothing_typed_ends_in_a_panic(words in proptest::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,60}") {
        if let Ok(query) = Query::parse(&search(&words), Some(alice())) {
            query.matches(&text);
            query.first_match(&text);
        }
    }

    #[test]
    fn a_message_is_found_by_its_own_words(text in "\\PC{1,40}") {
        let typed = format!("\"{}\"", text.replace('"', " "));
        let query = Query::parse(&search(typed.as_bytes()), None);

        prop_assert!(matches!(query, Err(SearchError::Nothing)) || query.unwrap().matches(&text));
    }
}
