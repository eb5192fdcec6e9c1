//! The file that a room is written into: never one that was there, and whole or not at all.

use crate::{Directory, mode};
use chat_tui::export::{FileEvent, FileStep};
use chat_tui::export_file::Desk;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

fn create(path: &str) -> FileStep {
    FileStep::Create(path.to_owned())
}

fn refusal(event: FileEvent) -> String {
    match event {
        FileEvent::Failed(sentence) => sentence,
        FileEvent::Ready => panic!("it was done"),
    }
}

/// A directory, and where a file in it would be.
fn place() -> (Directory, String, PathBuf) {
    let directory = Directory::new();
    let path = directory.file("notes.txt");
    (directory, path.to_str().unwrap().to_owned(), path)
}

#[test]
fn a_whole_file_stays_and_is_its_owners_alone() {
    let (_directory, typed, path) = place();
    let mut desk = Desk::default();

    for step in
        [create(&typed), FileStep::Write(b"one\n".to_vec()), FileStep::Write(b"two\n".to_vec()), FileStep::Finish]
    {
        assert_eq!(desk.carry_out(step, None), FileEvent::Ready);
    }
    drop(desk);

    assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn what_is_not_finished_is_removed() {
    for last in [Some(FileStep::Discard), None] {
        let (_directory, typed, path) = place();
        let mut desk = Desk::default();
        desk.carry_out(create(&typed), None);
        desk.carry_out(FileStep::Write(b"one\n".to_vec()), None);
        assert!(path.exists());

        last.map(|step| desk.carry_out(step, None));
        drop(desk);

        assert!(!path.exists());
    }
}

#[test]
fn what_is_there_already_is_not_touched_whatever_it_is() {
    let (directory, typed, path) = place();
    fs::write(&path, "mine").unwrap();
    assert!(refusal(Desk::default().carry_out(create(&typed), None)).contains("is there already and was not touched"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");

    let (link, target) = (directory.file("link"), directory.file("target"));
    symlink(&target, &link).unwrap();
    let sentence = refusal(Desk::default().carry_out(create(link.to_str().unwrap()), None));
    assert!(sentence.contains("is there already") && !target.exists(), "{sentence}");

    let sentence = refusal(Desk::default().carry_out(create(directory.0.to_str().unwrap()), None));
    let words = format!("{0} is a directory: name a file in it, like {0}/notes.txt", directory.0.display());
    assert_eq!(sentence, words);
}

#[test]
fn every_refusal_says_what_to_do() {
    let (directory, typed, path) = place();
    fs::write(&path, "").unwrap();
    let within = |name: &str| directory.file(name).to_str().unwrap().to_owned();
    for (file, words) in [
        (within("no/notes.txt"), "there is no directory"),
        (format!("{typed}/notes.txt"), "is no directory"),
        (within(&"x".repeat(300)), "too long"),
        ("/proc/notes.txt".to_owned(), "choose another"),
    ] {
        let sentence = refusal(Desk::default().carry_out(create(&file), None));
        assert!(sentence.contains(words), "{file}: {sentence}");
    }
    let sentence = refusal(Desk::default().carry_out(create("~/notes.txt"), None));
    assert!(sentence.contains("write the whole path"), "{sentence}");
}

#[test]
fn a_tilde_is_home() {
    let directory = Directory::new();
    let home = Some(directory.0.as_os_str().to_owned());
    let mut desk = Desk::default();

    assert_eq!(desk.carry_out(create("~/notes.txt"), home.clone()), FileEvent::Ready);
    assert_eq!(desk.carry_out(FileStep::Finish, home.clone()), FileEvent::Ready);

    assert!(directory.file("notes.txt").exists());
    assert!(refusal(desk.carry_out(create("~"), home)).contains("name a file in it"));
}
