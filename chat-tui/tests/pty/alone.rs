//! Two people alone, with a real server: what one writes to the other, and what they see of each other meanwhile.

use super::*;

/// Alice and bob in a room of hers.
fn pair(home: &Home, other: &Home, served: &Served) -> (Terminal, Terminal) {
    let (alice, code) = opener(home, served, "alice");
    let bob = guest(other, served, "bob", &code);
    alice.shows("bob joined");
    (alice, bob)
}

#[test]
fn what_is_written_to_somebody_alone_is_with_them_when_they_come_back() {
    let (home, other, served) = (Home::new(), Home::new(), serve());
    let (mut alice, mut bob) = pair(&home, &other, &served);
    alice.keys("/msg bob psst\r");
    alice.shows("between you two");
    alice.shows("✓");
    bob.shows("alice writes to you: Alt-A");
    bob.keys("\x1ba");
    bob.shows("psst");
    bob.keys("what is it?\r");
    alice.shows("what is it?");
    bob.keys("/quit\r");
    assert_eq!(bob.ends().0, 0);
    alice.shows("bob quit");
    alice.keys("are you gone?\r");
    alice.shows("✓");

    let mut bob = Terminal::start(chat(&other, &["--name", "bob"]), SIZE);

    bob.shows("alice writes to you: Alt-A");
    bob.keys("\x1ba");
    bob.shows("are you gone?");
}

#[test]
fn who_has_left_a_conversation_is_brought_back_by_the_other_one() {
    let (home, other, served) = (Home::new(), Home::new(), serve());
    let (mut alice, mut bob) = pair(&home, &other, &served);
    alice.keys("/msg bob psst\r");
    bob.shows("alice writes to you: Alt-A");
    bob.keys("\x1ba");
    bob.shows("psst");
    bob.keys("/leave\r");
    // They came and left, or came, heard it and left: as quickly as the two programs are.
    alice.shows("left for good");
    alice.keys("still there?\r");
    alice.shows("bob has left this conversation");

    alice.keys("\x03/msg bob come back\r");

    bob.shows("alice writes to you: Alt-A");
    bob.keys("\x1ba");
    bob.shows("come back");
}

#[test]
fn who_writes_and_who_is_away_is_seen_by_the_other_one() {
    let (home, other, served) = (Home::new(), Home::new(), serve());
    let (alice, mut bob) = pair(&home, &other, &served);
    bob.keys("half a sen");
    alice.shows("bob is typing…");
    bob.keys("\x03");
    alice.until("the end of it", |screen| !screen.contents().contains("typing"));

    bob.keys("/away lunch\r");
    alice.shows("◐ bob");
    bob.keys("/back\r");
    alice.shows("● bob");
}
