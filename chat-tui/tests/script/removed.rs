//! Being shown the door without a screen. Fails until the server keeps order in rooms.

use crate::{Place, key};
use chat_proto::entry::{Act, EntryBody, PostId, Target as Person};
use chat_proto::frame::Keep;
use chat_proto::frame::{Door, Joined, Stay};
use chat_proto::{Nick, PersonId, RoomCode};
use chat_tui::link::{self, Command, Environment, LinkEvent, OutboxItem, Target, wall_clock};
use chat_tui::script::Ending;
use tokio::sync::mpsc;

/// Alice in a room of her own.
async fn owner(place: &Place) -> (mpsc::Sender<Command>, mpsc::Receiver<LinkEvent>, Joined) {
    let name = Nick::parse(b"alice").unwrap();
    let target = Target { server: place.address.clone(), key: None, name, stay: Stay::Resident };
    let (commands, mut events) = link::spawn(target, key(1), Environment::of_this_machine(7, None));
    commands.send(Command::Create(Door::Open, Keep::Default)).await.unwrap();
    loop {
        if let LinkEvent::Joined { joined, .. } = events.recv().await.unwrap() {
            return (commands, events, joined);
        }
    }
}

#[tokio::test]
async fn a_tail_that_is_removed_is_refused_with_who_did_it() {
    let place = Place::open().await;
    let (commands, _events, joined) = owner(&place).await;
    let code = RoomCode::parse(&joined.code).unwrap().to_string();
    let bob = place.tail(2, &["--join", &code, "--json", "--name", "bob"]);
    bob.lines(3).await;

    let body = EntryBody::Act(Act::Kick(Person { person: PersonId(0), name: "bob".into() }));
    let id = PostId { instance: 7, n: 1 };
    commands.send(Command::Post(OutboxItem { room: joined.room, id, body, written: wall_clock() })).await.unwrap();

    let ending = tokio::time::timeout(std::time::Duration::from_secs(20), bob.task).await.unwrap().unwrap();
    let sentence = format!("you were removed from {code} by alice; you can come back after a while");
    assert_eq!(ending, Ending::Refused(sentence));
}
