//! Which server has which key: a file that people may edit and several programs write.

use crate::{Directory, mode};
use chat_proto::{Fingerprint, UnixMillis};
use chat_tui::known_servers::{Known, KnownServers, KnownServersError, Voucher};

/// Monday, 23 November 2026.
const NOW: UnixMillis = UnixMillis(1_795_430_000_000);

fn key(n: u32) -> Fingerprint {
    Fingerprint::of(&n.to_be_bytes())
}

fn servers(directory: &Directory) -> KnownServers {
    KnownServers::at(directory.file("known_servers"))
}

fn text(directory: &Directory) -> String {
    std::fs::read_to_string(directory.file("known_servers")).unwrap()
}

fn voucher(directory: &Directory, server: &str) -> Option<Voucher> {
    servers(directory).read().unwrap().find(server).unwrap().map(|known| known.voucher)
}

#[test]
fn a_line_is_a_server_a_key_and_a_day() {
    let directory = Directory::new();

    servers(&directory).remember("Chat.Example.org:7000", Voucher::Key(key(1)), NOW).unwrap();
    servers(&directory).remember("[::1]:7000", Voucher::Roots, NOW).unwrap();

    let text = text(&directory);
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let first = format!("chat.example.org:7000 {} 2026-11-23", key(1));
    assert_eq!(lines, [first.as_str(), "[::1]:7000 roots 2026-11-23"]);
    let known = Known { voucher: Voucher::Key(key(1)), date: "2026-11-23".into() };
    assert_eq!(servers(&directory).read().unwrap().find("CHAT.example.org:7000").unwrap(), Some(&known));
}

#[test]
fn a_server_that_is_known_is_remembered_only_once() {
    let directory = Directory::new();
    servers(&directory).remember("a:7000", Voucher::Key(key(1)), NOW).unwrap();

    let known = servers(&directory).remember("a:7000", Voucher::Key(key(2)), NOW).unwrap();

    assert_eq!(known.map(|known| known.voucher), Some(Voucher::Key(key(1))));
    assert_eq!(voucher(&directory, "a:7000"), Some(Voucher::Key(key(1))));
}

#[test]
fn no_two_ports_are_one_server() {
    let directory = Directory::new();
    servers(&directory).remember("a:7000", Voucher::Key(key(1)), NOW).unwrap();

    assert_eq!(voucher(&directory, "a:7001"), None);
}

#[test]
fn a_change_leaves_comments_order_and_damaged_lines_as_they_are() {
    let directory = Directory::new();
    let before = format!("# mine\n\nb:7000 {} 2020-01-01\nc:7000 nonsense\n  a:7000   {}", key(2), key(1));
    std::fs::write(directory.file("known_servers"), &before).unwrap();

    servers(&directory).replace("b:7000", Voucher::Key(key(3)), NOW).unwrap();

    let after = format!("# mine\n\nc:7000 nonsense\n  a:7000   {}\nb:7000 {} 2026-11-23\n", key(1), key(3));
    assert_eq!(text(&directory), after);
    assert_eq!(voucher(&directory, "a:7000"), Some(Voucher::Key(key(1))));
}

#[test]
fn bytes_that_are_no_text_survive_a_change() {
    let directory = Directory::new();
    std::fs::write(directory.file("known_servers"), b"# \xff\xfe\n\xff:7000 x\n").unwrap();

    servers(&directory).remember("a:7000", Voucher::Roots, NOW).unwrap();

    assert!(std::fs::read(directory.file("known_servers")).unwrap().starts_with(b"# \xff\xfe\n\xff:7000 x\n"));
}

#[test]
fn damaged_lines_are_named_and_the_server_that_one_is_about_is_not_taken_for_unknown() {
    let directory = Directory::new();
    let whole = key(1).to_string();
    let damaged = ["a:7000", "a:7000 short", &format!("a:7000 {whole} 2026-11-23 more"), &format!("a:7000 {whole}A")];
    for line in damaged {
        std::fs::write(directory.file("known_servers"), format!("# one\n{line}\nb:7000 roots\n")).unwrap();
        let page = servers(&directory).read().unwrap();

        assert_eq!(page.complaints().len(), 1, "{line}");
        assert!(page.complaints()[0].starts_with("line 2 of "), "{:?}", page.complaints());
        assert!(matches!(page.find("a:7000"), Err(KnownServersError::Damaged { line: 2, .. })), "{line}");
        assert!(matches!(page.find("b:7000"), Ok(Some(_))), "{line}");
        let remembered = servers(&directory).remember("a:7000", Voucher::Key(key(1)), NOW);
        assert!(matches!(remembered, Err(KnownServersError::Damaged { .. })), "{line}");
    }
    assert_eq!(servers(&directory).forget("a:7000").unwrap(), None);
    assert_eq!(voucher(&directory, "a:7000"), None);
}

#[test]
fn no_file_knows_nobody_and_what_is_no_file_is_an_error() {
    let directory = Directory::new();
    assert_eq!(voucher(&directory, "a:7000"), None);

    std::fs::create_dir(directory.file("known_servers")).unwrap();

    let error = servers(&directory).read().unwrap_err();
    assert!(error.to_string().contains("known_servers"), "{error}");
    servers(&directory).remember("a:7000", Voucher::Roots, NOW).unwrap_err();
}

#[test]
fn a_file_of_any_size_is_not_read_whole() {
    let directory = Directory::new();
    let file = std::fs::File::create(directory.file("known_servers")).unwrap();
    file.set_len(1 << 40).unwrap();

    assert!(matches!(servers(&directory).read(), Err(KnownServersError::TooLarge { .. })));
}

#[test]
fn many_that_write_at_once_lose_no_line() {
    let directory = Directory::new();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let servers = servers(&directory);
            scope.spawn(move || {
                for n in 0..10 {
                    let server = format!("{writer}-{n}:7000");
                    servers.remember(&server, Voucher::Key(key(writer * 10 + n)), NOW).unwrap();
                }
            });
        }
        // Whoever reads meanwhile never sees half of it.
        scope.spawn(|| {
            for _ in 0..200 {
                assert_eq!(servers(&directory).read().unwrap().complaints(), [""; 0]);
            }
        });
    });

    for writer in 0..8 {
        for n in 0..10 {
            let known = voucher(&directory, &format!("{writer}-{n}:7000"));
            assert_eq!(known, Some(Voucher::Key(key(writer * 10 + n))));
        }
    }
}

#[test]
fn of_many_that_meet_a_server_at_once_the_first_decides() {
    let directory = Directory::new();
    let kept = std::thread::scope(|scope| {
        let meet = |n| {
            let servers = servers(&directory);
            move || servers.remember("a:7000", Voucher::Key(key(n)), NOW).unwrap().is_none()
        };
        let meetings: Vec<_> = (0..8).map(|n| scope.spawn(meet(n))).collect();
        meetings.into_iter().map(|meeting| meeting.join().unwrap()).filter(|is_first| *is_first).count()
    });

    assert_eq!(kept, 1);
    assert_eq!(text(&directory).lines().filter(|line| line.starts_with("a:7000")).count(), 1);
}

#[test]
fn the_file_is_its_owner_s_alone_and_nothing_else_is_left_beside_it() {
    let directory = Directory::new();
    let path = directory.file("deep/known_servers");

    KnownServers::at(path.clone()).remember("a:7000", Voucher::Roots, NOW).unwrap();

    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let left = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(left, 2, "the file and its lock");
}

#[test]
fn a_write_that_was_cut_off_leaves_the_last_whole_file() {
    let directory = Directory::new();
    servers(&directory).remember("a:7000", Voucher::Key(key(1)), NOW).unwrap();
    std::fs::write(directory.file("known_servers.tmp"), "a:70").unwrap();

    assert_eq!(voucher(&directory, "a:7000"), Some(Voucher::Key(key(1))));
    servers(&directory).remember("b:7000", Voucher::Key(key(2)), NOW).unwrap();
    assert_eq!(voucher(&directory, "a:7000"), Some(Voucher::Key(key(1))));
}

#[test]
fn a_file_that_is_kept_elsewhere_stays_there() {
    let directory = Directory::new();
    std::fs::write(directory.file("elsewhere"), "").unwrap();
    std::os::unix::fs::symlink(directory.file("elsewhere"), directory.file("known_servers")).unwrap();

    servers(&directory).remember("a:7000", Voucher::Roots, NOW).unwrap();

    assert!(std::fs::read_to_string(directory.file("elsewhere")).unwrap().contains("a:7000 roots"));
}
