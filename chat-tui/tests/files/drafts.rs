//! What is being written outlives the program.

use crate::{Directory, mode};
use chat_proto::{Fingerprint, RoomId, Seq, UnixMillis};
use chat_tui::about::About;
use chat_tui::drafts::{Change, Desk, Draft};
use chat_tui::keeper::{self, Keeper, Note};

fn desk(room: u8) -> Desk {
    Desk { server: "localhost:7000".into(), room: RoomId([room; 16]), writer: Fingerprint::of(b"alice") }
}

fn draft(text: &str, about: Option<About>) -> Draft {
    Draft { text: text.into(), about }
}

async fn keep(directory: &Directory, room: u8, draft: Option<Draft>) {
    let keeper = Keeper::start(directory.0.clone()).unwrap();
    keeper.keep(Note::Draft(Change { desk: desk(room), draft, at: UnixMillis(1) }));
    keeper.close().await;
}

#[tokio::test]
async fn what_one_run_left_the_next_one_finds_to_the_last_character_and_nobody_else_reads() {
    let directory = Directory::new();
    let drafts = [
        draft("one\ntwo \t\\ \"three\" \u{1f389}", None),
        draft("yes", Some(About::Reply { to: Seq(7) })),
        draft("other words", Some(About::Edit { target: Seq(8), draft: "waits\nbehind".into() })),
    ];

    for (room, draft) in (1..).zip(&drafts) {
        keep(&directory, room, Some(draft.clone())).await;
    }

    let kept = keeper::load(Some(&directory.0));
    for (room, draft) in (1..).zip(&drafts) {
        assert_eq!(kept.drafts.get(&desk(room)), Some(draft));
    }
    assert_eq!((kept.problem, mode(&directory.file("drafts"))), (None, 0o600));
}

#[tokio::test]
async fn of_what_was_sent_nothing_is_left_in_the_file() {
    let directory = Directory::new();
    keep(&directory, 1, Some(draft("secret plan", None))).await;

    keep(&directory, 1, None).await;

    assert!(!std::fs::read_to_string(directory.file("drafts")).unwrap().contains("plan"));
}

#[tokio::test]
async fn a_damaged_file_is_said_and_put_aside_with_the_next_draft() {
    let directory = Directory::new();
    std::fs::write(directory.file("drafts"), "chat drafts 1\n{\"room\":7}\n").unwrap();

    let problem = keeper::load(Some(&directory.0)).problem.unwrap();
    keep(&directory, 1, Some(draft("new", None))).await;

    assert!(problem.contains("drafts cannot be read"), "{problem}");
    assert!(directory.file("drafts.unreadable").exists());
    assert_eq!(keeper::load(Some(&directory.0)).drafts.get(&desk(1)), Some(&draft("new", None)));
}
