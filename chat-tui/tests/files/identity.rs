//! One key per person: made once, for its owner alone.

use crate::{Directory, mode};
use chat_tui::identity::{IdentityError, load_or_make};
use std::os::unix::fs::PermissionsExt;

#[test]
fn the_first_start_makes_a_key_that_later_starts_find() {
    let directory = Directory::new();
    let path = directory.file("deep/down/identity");

    let made = load_or_make(Some(&path)).unwrap();

    assert_eq!(load_or_make(Some(&path)).unwrap().to_bytes(), made.to_bytes());
}

#[test]
fn only_its_owner_can_read_it() {
    let directory = Directory::new();
    let path = directory.file("chat/identity");
    load_or_make(Some(&path)).unwrap();

    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
}

#[test]
fn programs_that_start_at_the_same_moment_get_the_same_key_and_leave_nothing_behind() {
    let directory = Directory::new();
    let path = directory.file("identity");

    let keys = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..16).map(|_| scope.spawn(|| load_or_make(Some(&path)).unwrap().to_bytes())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect::<Vec<_>>()
    });

    assert!(keys.iter().all(|key| *key == keys[0]));
    assert_eq!(directory.names(), ["identity"]);
}

#[test]
fn two_people_have_two_keys() {
    let directory = Directory::new();
    let keys = ["one", "two"].map(|name| load_or_make(Some(&directory.file(name))).unwrap().to_bytes());

    assert_ne!(keys[0], keys[1]);
}

#[test]
fn a_file_that_is_something_else_is_never_overwritten() {
    let directory = Directory::new();
    let path = directory.file("notes.txt");
    let good = "chat identity 1\n";
    for content in ["", "dear diary", good, &format!("{good}{}", "0".repeat(63)), &format!("{good}{}", "é".repeat(32))]
    {
        std::fs::write(&path, content).unwrap();

        let error = load_or_make(Some(&path)).unwrap_err();

        assert!(matches!(error, IdentityError::NoIdentity { .. }), "{content:?}: {error}");
        assert!(error.to_string().contains("notes.txt"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_key_that_others_can_read_is_refused_with_what_to_do() {
    let directory = Directory::new();
    let path = directory.file("identity");
    load_or_make(Some(&path)).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();

    let error = load_or_make(Some(&path)).unwrap_err();

    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[test]
fn a_place_where_nothing_can_be_made_is_named() {
    let error = load_or_make(Some("/proc/nowhere/identity".as_ref())).unwrap_err();

    assert!(error.to_string().starts_with("cannot make the identity /proc/nowhere/identity"), "{error}");
}
