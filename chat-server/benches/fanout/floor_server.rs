//! What the kernel alone costs: one thread, one `epoll`, no look at a message beyond its length, one write for each
//! member of a room and turn.
//!
//! The first message of a connection is the number of its room and is answered by an empty one. Whatever follows is
//! passed on to everybody of the room, the sender as well.

use crate::process::Server;
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::process::{Signal, set_parent_process_death_signal};
use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::Command;

/// The word by which this program is told to be the server.
pub(crate) const WORD: &str = "--serve-as-floor";

const MARK: &str = "floor at port ";
const READ_BYTES: usize = 64 * 1024;
const EVENTS: usize = 256;
/// The listener among the connections.
const LISTENER: u64 = u64::MAX;

/// Starts it as a process of its own.
pub(crate) fn start() -> Server {
    Server::announced(Command::new(std::env::current_exe().unwrap()).arg(WORD), MARK)
}

/// Serves until whoever started it ends.
pub(crate) fn serve() {
    set_parent_process_death_signal(Some(Signal::KILL)).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    println!("{MARK}{}", listener.local_addr().unwrap().port());
    let epoll = epoll::create(CreateFlags::CLOEXEC).unwrap();
    epoll::add(&epoll, &listener, EventData::new_u64(LISTENER), EventFlags::IN).unwrap();
    let mut floor =
        Floor { epoll, listener, peers: HashMap::new(), last_peer: 0, rooms: HashMap::new(), busy: Vec::new() };
    let (mut events, mut buffer) = (Vec::with_capacity(EVENTS), vec![0; READ_BYTES]);
    loop {
        floor.turn(&mut events, &mut buffer);
    }
}

struct Floor {
    epoll: OwnedFd,
    listener: TcpListener,
    peers: HashMap<u64, Peer>,
    last_peer: u64,
    rooms: HashMap<u32, Room>,
    /// Those in which something was said in this turn.
    busy: Vec<u32>,
}

struct Peer {
    stream: TcpStream,
    room: Option<u32>,
    inbox: Vec<u8>,
    /// What the socket did not take.
    unsent: Vec<u8>,
}

#[derive(Default)]
struct Room {
    members: Vec<u64>,
    /// What was said in this turn.
    batch: Vec<u8>,
}

impl Floor {
    fn turn(&mut self, events: &mut Vec<epoll::Event>, buffer: &mut [u8]) {
        events.clear();
        epoll::wait(&self.epoll, spare_capacity(events), None).unwrap();
        for event in events {
            let (source, flags) = (event.data.u64(), event.flags);
            match source {
                LISTENER => self.accept(),
                peer if flags.contains(EventFlags::OUT) => self.write(peer, &[]),
                peer => self.read(peer, buffer),
            }
        }
        self.pass_on();
    }

    fn accept(&mut self) {
        while let Ok((stream, _)) = self.listener.accept() {
            stream.set_nonblocking(true).unwrap();
            stream.set_nodelay(true).unwrap();
            self.last_peer += 1;
            epoll::add(&self.epoll, &stream, EventData::new_u64(self.last_peer), EventFlags::IN).unwrap();
            let peer = Peer { stream, room: None, inbox: Vec::new(), unsent: Vec::new() };
            self.peers.insert(self.last_peer, peer);
        }
    }

    fn read(&mut self, id: u64, buffer: &mut [u8]) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let came = match peer.stream.read(buffer) {
            Ok(bytes @ 1..) => &buffer[..bytes],
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            _ => return self.forget(id),
        };
        peer.inbox.extend_from_slice(came);
        let whole = whole_messages(&peer.inbox);
        if let Some(id) = peer.room {
            let room = self.rooms.get_mut(&id).expect("whoever knows its room is in it");
            if room.batch.is_empty() {
                self.busy.push(id);
            }
            room.batch.extend(peer.inbox.drain(..whole));
        } else if whole > 0 {
            let room = u32::from_be_bytes(*peer.inbox.last_chunk().unwrap());
            peer.inbox.clear();
            peer.room = Some(room);
            self.rooms.entry(room).or_default().members.push(id);
            self.write(id, &[0; 4]);
        }
    }

    fn pass_on(&mut self) {
        let mut rooms = std::mem::take(&mut self.rooms);
        for id in std::mem::take(&mut self.busy) {
            let room = rooms.get_mut(&id).expect("no room is forgotten");
            room.members.iter().for_each(|member| self.write(*member, &room.batch));
            room.batch.clear();
        }
        self.rooms = rooms;
    }

    /// Writes what is left of before and this, as much as the socket takes.
    fn write(&mut self, id: u64, bytes: &[u8]) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let had_unsent = !peer.unsent.is_empty();
        if had_unsent {
            peer.unsent.extend_from_slice(bytes);
            let unsent = std::mem::take(&mut peer.unsent);
            peer.write(&unsent);
        } else {
            peer.write(bytes);
        }
        let interest = match (had_unsent, peer.unsent.is_empty()) {
            (false, false) => EventFlags::IN | EventFlags::OUT,
            (true, true) => EventFlags::IN,
            _ => return,
        };
        epoll::modify(&self.epoll, &peer.stream, EventData::new_u64(id), interest).unwrap();
    }

    fn forget(&mut self, id: u64) {
        let room = self.peers.remove(&id).and_then(|peer| peer.room);
        if let Some(room) = room.and_then(|room| self.rooms.get_mut(&room)) {
            room.members.retain(|member| *member != id);
        }
    }
}

impl Peer {
    fn write(&mut self, bytes: &[u8]) {
        // An error shows when it is read from.
        let written = self.stream.write(bytes).unwrap_or(0);
        self.unsent.extend_from_slice(&bytes[written..]);
    }
}

/// Bytes of the messages in front that are there as a whole.
fn whole_messages(bytes: &[u8]) -> usize {
    let mut whole = 0;
    while let Some(length) = bytes[whole..].first_chunk() {
        let end = whole + 4 + u32::from_be_bytes(*length) as usize;
        if end > bytes.len() {
            break;
        }
        whole = end;
    }
    whole
}
