//! A server that has not enough: open files, memory.

use crate::chaos::{Proxy, Weather};
use crate::support::book::TALKATIVE;
use crate::support::company::Company;
use crate::support::home::Home;
use crate::support::person::Person;
use crate::support::program::Program;
use crate::support::resources::raise_descriptors;
use crate::{SEED, plain, unhurried};
use chat_tui::link::Command;
use futures_util::future::join_all;
use std::time::Duration;
use tokio::net::TcpStream;

const DESCRIPTORS: u64 = 64;
/// How long the server is watched while nobody can come in.
const WATCHED: Duration = Duration::from_secs(2);
/// Of the processor, while it is watched: a loop that does not wait would use all of it.
const USED_MAX: Duration = Duration::from_millis(500);

/// F31.
#[tokio::test]
async fn a_server_without_free_descriptors_serves_whom_it_has_and_does_not_spin() {
    let home = Home::new();
    let words = unhurried(&["--login-timeout=5m"]);
    let server = Program::start_with_descriptors(DESCRIPTORS, &home, &words).await;
    let mut company = Company::gather(0..5, |_| plain(server.address, &home)).await;

    let mut strangers = Vec::new();
    for _ in 0..2 * DESCRIPTORS {
        strangers.push(TcpStream::connect(server.address).await.unwrap());
    }
    while server.resources().descriptors < DESCRIPTORS {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let before = server.resources().used;
    company.talk(3).await;
    // There is nothing to wait for: this is about what does not happen.
    tokio::time::sleep(WATCHED).await;
    let used = server.resources().used.saturating_sub(before);
    drop(strangers);
    let mut late = Person::new(5, plain(server.address, &home), &company.book);
    late.enter(Command::Join(company.code, None)).await;
    company.people.push(late);

    assert!(used < USED_MAX, "it used {used:?} of the processor while it waited");
    company.talk(1).await;
    assert_eq!(company.losses(), 0);
}

const SLOW: u64 = 60;
/// What waits for all of them together, and what each may still be given beyond.
const GRANTED_KIB: u64 = 4 * 1024 + SLOW * 64;
/// Beyond that, for everything that has to do with what is said and not with who reads it.
const OTHERS_KIB: u64 = 16 * 1024;

/// F32. What waits for them is shared bytes: it costs little, however many wait.
#[tokio::test]
async fn many_slow_readers_do_not_fill_the_servers_memory_nor_slow_down_others() {
    raise_descriptors(4_096);
    let home = Home::new();
    let words = unhurried(&["--outbound-total-bytes=4 MiB", "--write-stall=5m", "--silence=5m"]);
    let server = Program::start(&home, &words).await;
    let proxy = Proxy::to(server.address, SEED, Weather::Calm).await;
    let mut company = Company::gather(TALKATIVE..TALKATIVE + 3, |_| plain(server.address, &home)).await;
    let reader = |number| Person::new(number, plain(proxy.address, &home), &company.book);
    let mut slow: Vec<_> = (0..SLOW).map(reader).collect();
    join_all(slow.iter_mut().map(|person| person.enter(Command::Join(company.code, None)))).await;
    let before = server.resources().resident_kib;

    proxy.become_now(Weather::Headwind);
    for _ in 0..20 {
        company.talk(10).await;
    }
    let grown = server.resources().resident_most_kib - before;
    // They need not all read it to show that nothing is missing.
    slow.truncate(5);
    proxy.become_now(Weather::Calm);
    let head = company.book.lock().unwrap().head();
    join_all(slow.iter_mut().map(|person| person.read_to(head))).await;

    assert!(grown < GRANTED_KIB + OTHERS_KIB, "it grew by {grown} KiB");
    assert_eq!(slow.iter().map(|person| person.losses).sum::<usize>(), 0);
}
