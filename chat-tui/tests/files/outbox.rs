//! Messages that are not acknowledged outlive the program that took them.

use crate::{Directory, mode};
use chat_proto::entry::{BanScope, Delete, Edit, React, ReactionState, Reply, Target};
use chat_proto::{Act, EntryBody, Nick, PersonId, PostId, RoomId, Seq, UnixMillis};
use chat_tui::app::World;
use chat_tui::link::{Encryption, OutboxItem};
use chat_tui::outbox::{Kept, Outbox};
use chat_tui::world::ThisMachine;
use ed25519_dalek::SigningKey;

fn open(directory: &Directory, name: &str) -> Outbox {
    Outbox::open(&directory.0, "localhost:7000".into(), name.into()).unwrap()
}

fn kept(n: u64) -> Kept {
    let bob = || Target { person: PersonId(2), name: "bob".into() };
    let body = match n % 6 {
        4 => EntryBody::Act(Act::Ban(bob(), BanScope::Address)),
        5 => EntryBody::Act(Act::Rekey),
        0 => EntryBody::Action("waves".into()),
        1 => EntryBody::Message("two\nlines \"quoted\" ✓".into()),
        _ => EntryBody::Topic("".into()),
    };
    let id = PostId { instance: u64::MAX - 1, n };
    let item = OutboxItem { room: RoomId([0xab; 16]), id, body, written: UnixMillis(-5) };
    Kept { item, sent: n.is_multiple_of(2), is_unknown: n == 3 }
}

fn three() -> Vec<Kept> {
    (1..=3).map(kept).collect()
}

#[test]
fn an_act_outlives_the_program_like_any_other_post() {
    let directory = Directory::new();
    let acts = vec![kept(4), kept(5)];
    let mut first = open(&directory, "alice");
    first.save(&acts).unwrap();
    crash(first);

    assert_eq!(open(&directory, "alice").adopt(Vec::new()).items, acts);
}

#[test]
fn what_points_at_a_message_outlives_the_program_as_well() {
    let directory = Directory::new();
    let react = |state| EntryBody::React(React { target: Seq(7), emoji: "👍".into(), state });
    let bodies = [
        EntryBody::Reply(Reply { to: Seq(7), text: "yes".into() }),
        EntryBody::Edit(Edit { target: Seq(7), text: "better".into() }),
        EntryBody::Delete(Delete { target: Seq(7) }),
        react(ReactionState::On),
        react(ReactionState::Off),
    ];
    let items: Vec<Kept> =
        (1..).zip(bodies).map(|(n, body)| Kept { item: OutboxItem { body, ..kept(n).item }, ..kept(n) }).collect();
    let mut outbox = open(&directory, "alice");
    outbox.save(&items).unwrap();
    crash(outbox);

    let adopted = open(&directory, "alice").adopt(Vec::new());

    assert_eq!((adopted.items, adopted.notices), (items, Vec::<String>::new()));
}

/// As a crash ends a program: its locks go, its files stay.
fn crash(outbox: Outbox) {
    drop(outbox);
}

#[test]
fn what_a_crash_left_is_adopted_whole_by_the_next_run() {
    let directory = Directory::new();
    let mut first = open(&directory, "alice");
    first.save(&three()).unwrap();
    crash(first);

    let adopted = open(&directory, "alice").adopt(Vec::new());

    assert_eq!(adopted.items, three());
    assert_eq!(adopted.notices, [""; 0]);
}

#[test]
fn what_was_adopted_is_safe_before_the_old_file_goes() {
    let directory = Directory::new();
    let mut first = open(&directory, "alice");
    first.save(&three()).unwrap();
    crash(first);
    let mut second = open(&directory, "alice");
    second.adopt(vec![kept(7)]);
    crash(second);

    let adopted = open(&directory, "alice").adopt(Vec::new());

    assert_eq!(adopted.items, [vec![kept(7)], three()].concat());
}

#[test]
fn the_messages_of_a_running_program_another_name_or_another_server_are_not_adopted() {
    let directory = Directory::new();
    let mut running = open(&directory, "alice");
    running.save(&three()).unwrap();
    let mut other_name = open(&directory, "bob");
    other_name.save(&three()).unwrap();
    crash(other_name);
    let mut other_server = Outbox::open(&directory.0, "elsewhere:7000".into(), "alice".into()).unwrap();
    other_server.save(&three()).unwrap();
    crash(other_server);

    assert_eq!(open(&directory, "alice").adopt(Vec::new()).items, []);
    crash(running);
    assert_eq!(open(&directory, "alice").adopt(Vec::new()).items, three());
}

#[test]
fn two_that_start_at_once_never_both_adopt_the_same_messages() {
    for _ in 0..20 {
        let directory = Directory::new();
        let mut first = open(&directory, "alice");
        first.save(&three()).unwrap();
        crash(first);

        let adopted = std::thread::scope(|scope| {
            let adopt = || {
                let mut outbox = open(&directory, "alice");
                let items = outbox.adopt(Vec::new()).items;
                // Both still run when the other looks.
                (outbox, items)
            };
            let starts: Vec<_> = (0..4).map(|_| scope.spawn(adopt)).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect::<Vec<_>>()
        });

        let all: Vec<_> = adopted.iter().flat_map(|(_, items)| items.clone()).collect();
        assert_eq!(all, three());
    }
}

#[test]
fn after_a_rename_the_messages_belong_to_the_new_name() {
    let directory = Directory::new();
    let mut outbox = open(&directory, "alice");
    assert!(outbox.rename("bob"));
    outbox.save(&three()).unwrap();
    crash(outbox);

    assert_eq!(open(&directory, "alice").adopt(Vec::new()).items, []);
    assert_eq!(open(&directory, "bob").adopt(Vec::new()).items, three());
}

#[test]
fn an_empty_outbox_leaves_no_file_behind() {
    let directory = Directory::new();
    let mut outbox = open(&directory, "alice");
    outbox.save(&three()).unwrap();
    outbox.save(&[]).unwrap();
    drop(outbox);

    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn nobody_else_can_read_what_was_written() {
    let directory = Directory::new();
    let mut outbox = Outbox::open(&directory.file("outbox"), "localhost:7000".into(), "alice".into()).unwrap();
    outbox.save(&three()).unwrap();

    let file = std::fs::read_dir(directory.file("outbox")).unwrap().map(|file| file.unwrap().path());
    let json = file.into_iter().find(|path| path.extension().is_some_and(|it| it == "json")).unwrap();
    assert_eq!((mode(&json), mode(&directory.file("outbox"))), (0o600, 0o700));
}

#[test]
fn a_file_that_cannot_be_read_is_kept_aside_with_a_sentence() {
    let good = r#"{"version":1,"server":"s","name":"n","messages":[]}"#;
    for broken in [
        "",
        "{",
        &good.replace('1', "2"),
        &good.replace("[]", "{}"),
        &good.replace(
            "[]",
            r#"[{"room":"zz","instance":1,"n":1,"kind":"message","text":"","written":0,"sent":true,"unknown":false}]"#,
        ),
    ] {
        let directory = Directory::new();
        std::fs::write(directory.file("0.json"), broken).unwrap();
        let mut outbox = open(&directory, "alice");

        let adopted = outbox.adopt(Vec::new());
        let again = outbox.adopt(Vec::new());

        assert_eq!((adopted.notices.len(), again.notices.len()), (1, 0), "{broken}: {adopted:?}");
        assert!(adopted.notices[0].contains("0.unreadable"), "{adopted:?}");
        assert_eq!(std::fs::read_to_string(directory.file("0.unreadable")).unwrap(), broken);
    }
}

#[test]
fn a_write_that_was_cut_off_leaves_the_last_whole_file() {
    let directory = Directory::new();
    let mut outbox = open(&directory, "alice");
    outbox.save(&three()).unwrap();
    let lock = directory.names().pop().unwrap();
    std::fs::write(directory.file(&lock).with_extension("tmp"), "{\"vers").unwrap();
    crash(outbox);

    assert_eq!(open(&directory, "alice").adopt(Vec::new()).items, three());
}

#[test]
fn what_no_link_took_before_somebody_left_the_server_waits_for_them_there() {
    let directory = Directory::new();
    let mut world =
        ThisMachine::new(SigningKey::from_bytes(&[3; 32]), 5, Encryption::ByAddress, Some(directory.0.clone()));
    let posts: Vec<_> = three().into_iter().map(|kept| kept.item).collect();

    world.shelve("localhost", Nick::parse(b"alice").unwrap(), posts.clone());

    let open = |server: &str| Outbox::open(&directory.file("outbox"), server.into(), "alice".into()).unwrap();
    assert_eq!(open("example.org:7000").adopt(Vec::new()).items, []);
    let adopted = open("localhost:7000").adopt(Vec::new()).items;
    assert_eq!(adopted.iter().map(|kept| kept.item.clone()).collect::<Vec<_>>(), posts);
    assert!(adopted.iter().all(|kept| !kept.sent && !kept.is_unknown), "never given to a connection");
}
