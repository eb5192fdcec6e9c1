//! A server that has not enough memory for everybody who does not read.

use crate::support::company::Company;
use crate::support::home::Home;
use crate::support::line::Line;
use crate::support::program::Program;
use crate::support::resources::raise_descriptors;
use crate::{plain, unhurried};
use chat_proto::frame::{History, Post, ServerFrame};
use chat_proto::{EntryBody, PostId, RoomId, Seq};
use ed25519_dalek::SigningKey;
use futures_util::future::join_all;
use rustix::process::Signal;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use tokio::net::{TcpSocket, TcpStream};

const PEOPLE: u64 = 100;
/// As many as the server lets anybody have.
const SESSIONS_EACH: u64 = 10;
const READERS: u64 = PEOPLE * SESSIONS_EACH;
/// What everybody has to read. A page of it is made anew for each who asks, so that nobody shares it.
const POSTS: u64 = 5;
const POST_BYTES: usize = 16_000;
const PAGE_KIB: u64 = POSTS * POST_BYTES as u64 / 1024;
/// More than may be held for one, and what the system takes besides.
const PAGES: usize = 32;
/// Of what the system takes: little, or slow readers would not seem slow.
const BUFFER_BYTES: u32 = 8 * 1024;

/// What the server may use, of which it needs a part for other things.
const MEMORY_KIB: u64 = 256 * 1024;
const BUDGET: &str = "--outbound-total-bytes=8 MiB";
const NO_BUDGET: &str = "--outbound-total-bytes=8 TiB";
/// Nobody can say that nothing was held for them.
const HELD_LEAST_KIB: u64 = READERS * PAGE_KIB / 2;

/// F32: what is held for all together is bounded, however little of it they share.
#[tokio::test]
async fn a_thousand_who_ask_for_much_and_read_nothing_do_not_use_up_the_servers_memory() {
    let home = Home::new();
    let server = server(&home, BUDGET).await;
    let mut company = Company::gather(0..3, |_| plain(server.address, &home)).await;
    let before = server.resources().resident_kib;

    let readers = hoard(server.address).await;
    while server.resources().resident_kib < before + HELD_LEAST_KIB {
        company.talk(1).await;
    }
    for _ in 0..10 {
        company.talk(10).await;
    }

    assert_eq!(readers.len() as u64, READERS);
    assert_eq!(company.losses(), 0);
}

/// That it is the bound that does it: where it is out of reach, the same readers are the same server's end.
#[tokio::test]
async fn without_a_bound_for_all_together_the_same_readers_use_up_the_servers_memory() {
    let home = Home::new();
    let server = server(&home, NO_BUDGET).await;

    let readers = hoard(server.address).await;
    let end = server.ended().await;

    assert_eq!(end.signal(), Some(Signal::ABORT.as_raw()));
    drop(readers);
}

/// With rooms in memory, and little of that.
async fn server(home: &Home, budget: &'static str) -> Program {
    raise_descriptors(4_096);
    Program::start_with_memory(MEMORY_KIB, home, &unhurried(&["--write-stall=5m", "--silence=5m", budget])).await
}

/// As many as come in and ask before the server ends.
async fn hoard(server: SocketAddr) -> Vec<Line<TcpStream>> {
    let mut readers = Vec::new();
    for person in 0..PEOPLE {
        let Some(first) = says_much(server, person).await else { break };
        let others = join_all((1..SESSIONS_EACH).map(|session| asks_for_much(server, person, session))).await;
        readers.extend(others.into_iter().flatten().chain([first]));
    }
    readers
}

/// Somebody's first session, which says what is asked for.
async fn says_much(server: SocketAddr, person: u64) -> Option<Line<TcpStream>> {
    let (mut line, room) = enter(server, person, 0).await?;
    for n in 1..=POSTS {
        let body = EntryBody::Message(vec![b'x'; POST_BYTES].into());
        line.say(4, Post { room, id: PostId { instance: 0, n }, body }).await?;
        line.answer(|frame| matches!(frame, ServerFrame::Accepted(_)).then_some(())).await?;
    }
    ask_for_much(&mut line, room).await?;
    Some(line)
}

async fn asks_for_much(server: SocketAddr, person: u64, session: u64) -> Option<Line<TcpStream>> {
    let (mut line, room) = enter(server, person, session).await?;
    ask_for_much(&mut line, room).await?;
    Some(line)
}

async fn ask_for_much(line: &mut Line<TcpStream>, room: RoomId) -> Option<()> {
    for _ in 0..PAGES {
        line.say(5, History { room, after: Seq::START, before: Seq(u64::MAX), limit: POSTS as u32 }).await?;
    }
    Some(())
}

/// One session of somebody's, in the room that all of them are in.
async fn enter(server: SocketAddr, person: u64, session: u64) -> Option<(Line<TcpStream>, RoomId)> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.set_recv_buffer_size(BUFFER_BYTES).ok()?;
    let mut line = Line::over(socket.connect(server).await.ok()?);
    let mut key = [2; 32];
    key[..8].copy_from_slice(&person.to_be_bytes());
    line.log_in(&format!("hoarder-{person}"), &SigningKey::from_bytes(&key), session).await?;
    let room = line.open().await?;
    Some((line, room))
}
