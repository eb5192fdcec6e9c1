//! In a room, with nothing over it.

use super::{ALICES, BOB, CAROL};
use crate::scene::{
    ALICE, ARRIVAL, INSTANCE, ROOM, Scene, TWO_O_CLOCK, bytes, delete, edit, entry, hosted, joined, member, message,
    react, reply, start, up, up_within_tls,
};
use chat_proto::entry::ReactionState::On;
use chat_proto::entry::{Act, EntryBody, LeaveReason, PersonId, PostId, Seq, Target, UnixMillis};
use chat_proto::frame::{EndReason, GapKind, Member, Presence, Role, SignalKind, Voice};
use chat_tui::event::{EventKind, HostEvent};
use chat_tui::export::FileEvent;
use chat_tui::link::{Asked, LinkEvent, Mark, OutboxItem, Trouble, Trust};
use chat_tui::state::{Start, Wish};
use crossterm::event::{Event as TerminalEvent, KeyCode};
use std::time::Duration;

/// What bob and carol said, and alice between them.
pub(crate) fn talk(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.happens(0, BOB, message("did the build pass? https://ci.example.org/1 or https://ci.example.org/2"));
    scene.happens(1, ALICES, message("yes, all green"));
    scene.happens(2, CAROL, reply(1, "then let's ship it"));
    scene.happens(3, BOB, react(2, "👍", On));
    scene.effects();
    scene
}

/// Everything that can become of a message, and everything else that stands between them.
pub(crate) fn eventful(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    for (minute, author, body) in [
        (4, BOB, EntryBody::Action(bytes("opens the last pull request"))),
        (5, CAROL, message("and this one goes away")),
        (5, CAROL, delete(6)),
        (6, ALICES, message("tommorow at nine?")),
        (7, ALICES, edit(8, "tomorrow at nine?")),
        (8, CAROL, react(8, "🎉", On)),
        (9, CAROL, EntryBody::Topic(bytes("release of Monday"))),
        (9, CAROL, EntryBody::Left(LeaveReason::Quit)),
        (10, (4, "dave"), EntryBody::Joined(ARRIVAL)),
        (11, BOB, message("@alice nine it is")),
    ] {
        scene.happens(minute, author, body);
    }
    scene.effects();
    scene
}

/// What is said in more than plain words.
pub(crate) fn formatted(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.happens(0, BOB, message("**three** things, the *last* of them with `cargo`:\n- build\n- test\n> and then?"));
    scene.happens(1, CAROL, message("```\nfn main() {\n    println!(\"released\");\n}\n```"));
    scene
}

/// A room of many messages, with its end on the screen.
pub(crate) fn long(columns: u16, rows: u16) -> Scene {
    Scene::busy(columns, rows, 100)
}

/// The same at its beginning, and something is said behind the reader's back.
pub(crate) fn scrolled_up(columns: u16, rows: u16) -> Scene {
    let mut scene = long(columns, rows);
    scene.alt(KeyCode::Home);
    scene.bob_says(["you will not see this yet".to_owned()]);
    scene.effects();
    scene
}

/// The same with its end on the screen, and what was said while nobody looked begins above.
pub(crate) fn unread(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::busy(columns, rows, 5);
    scene.terminal(TerminalEvent::FocusLost);
    scene.bob_says((6..=90).map(|n| format!("message {n}")));
    scene.effects();
    scene
}

/// Two messages were read, and two came while nobody looked.
pub(crate) fn divided(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::busy(columns, rows, 2);
    scene.terminal(TerminalEvent::FocusLost);
    scene.bob_says(["message 3".to_owned(), "message 4".to_owned()]);
    scene.effects();
    scene
}

/// A room of which the older part is still on the server.
pub(crate) fn loading(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.link(LinkEvent::Gap { room: ROOM, from: Seq(1), to: Seq(300), kind: GapKind::Loadable });
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(301, 5, BOB, message("as I said"))] });
    scene.effects();
    scene
}

/// The message of bob is selected.
pub(crate) fn selected(columns: u16, rows: u16) -> Scene {
    selecting(talk(columns, rows), 1)
}

/// The message of alice is.
pub(crate) fn own_selected(columns: u16, rows: u16) -> Scene {
    selecting(talk(columns, rows), 2)
}

/// An answer is, and what it answers is far above.
pub(crate) fn answer_selected(columns: u16, rows: u16) -> Scene {
    let mut scene = long(columns, rows);
    scene.happens(12, CAROL, reply(1, "that was long ago"));
    selecting(scene, 101)
}

fn selecting(mut scene: Scene, seq: u64) -> Scene {
    for _ in 0..5 {
        scene.alt(KeyCode::Up);
        if scene.state.room().and_then(|room| room.timeline.selected()).is_some_and(|(at, _)| at.0 == seq) {
            scene.effects();
            return scene;
        }
    }
    panic!("{seq} is not to be selected\n{}", scene.screen());
}

/// Bob is about to be answered.
pub(crate) fn replying(columns: u16, rows: u16) -> Scene {
    let mut scene = selected(columns, rows);
    scene.types("rnot yet");
    scene
}

/// Alice puts otherwise what she said.
pub(crate) fn editing(columns: u16, rows: u16) -> Scene {
    let mut scene = own_selected(columns, rows);
    scene.types("e");
    scene
}

/// Something is being written, and the cursor stands within it: `one ab-two| three four`.
pub(crate) fn writing(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.types("one ab-two three four");
    (0.." three four".len()).for_each(|_| scene.key(KeyCode::Left));
    scene
}

/// More is being written than the composer shows.
pub(crate) fn writing_much(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    let lines: Vec<String> = (1..=15).map(|n| format!("line {n} of what is being written")).collect();
    scene.terminal(TerminalEvent::Paste(lines.join("\n")));
    scene
}

/// Nothing is being written, and two things were before.
pub(crate) fn written(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.says("first");
    scene.says("second");
    scene.effects();
    scene
}

/// The line in which something is looked for, with nothing in it.
pub(crate) fn finding(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.ctrl('f');
    scene
}

/// Something was found in three messages, and the newest of them is looked at.
pub(crate) fn found(columns: u16, rows: u16) -> Scene {
    let mut scene = long(columns, rows);
    scene.ctrl('f');
    scene.types("message 3");
    settle(&mut scene);
    scene
}

/// Nothing was found.
pub(crate) fn found_nothing(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.ctrl('f');
    scene.types("tomorrow");
    settle(&mut scene);
    scene
}

/// Everything that goes on by itself has gone on.
fn settle(scene: &mut Scene) {
    while scene.state.wake_at() == Some(scene.state.now) {
        scene.waits(0);
    }
    scene.effects();
}

pub(crate) fn typing(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.link(LinkEvent::Signal { room: ROOM, person: PersonId(2), kind: SignalKind::Typing });
    scene
}

pub(crate) fn several_typing(columns: u16, rows: u16) -> Scene {
    let mut scene = typing(columns, rows);
    scene.link(LinkEvent::Signal { room: ROOM, person: PersonId(3), kind: SignalKind::Typing });
    scene
}

/// People of every role and presence, and one of them with another key than last time would be in `overlays`.
pub(crate) fn people(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    let away = Presence::Away(bytes("at lunch"));
    let members = vec![
        Member { role: Role::Owner, ..member(1, "alice", Presence::Here) },
        Member { role: Role::Operator, ..member(2, "bob", Presence::Idle) },
        Member { voice: Voice::Muted, ..member(3, "carol", away) },
        member(5, "a-name-of-24-columns-long", Presence::Here),
        member(4, "dave", Presence::Gone),
    ];
    scene.link(LinkEvent::Joined { asked: Asked::Resume(ROOM), joined: joined() });
    scene.link(LinkEvent::Members { room: ROOM, members });
    scene.effects();
    scene
}

/// Alice keeps order in a room of two.
pub(crate) fn owning(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    let me = Member { role: Role::Owner, ..member(ALICE.0, "alice", Presence::Here) };
    scene.link(LinkEvent::Joined { asked: Asked::Resume(ROOM), joined: joined() });
    scene.link(LinkEvent::Members { room: ROOM, members: vec![me, member(2, "bob", Presence::Here)] });
    scene.effects();
    scene
}

/// More people than any panel has rows for.
pub(crate) fn crowded(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    let guests = (10..100).map(|n| member(n, &format!("guest{n}"), Presence::Here)).collect();
    scene.link(LinkEvent::Members { room: ROOM, members: guests });
    scene.effects();
    scene
}

/// A post of which the link says this.
pub(crate) fn posted(mark: Mark, columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.says("see you at nine");
    scene.effects();
    scene.marked(1, mark);
    scene
}

pub(crate) fn refused(columns: u16, rows: u16) -> Scene {
    posted(Mark::Refused("the room is full".into()), columns, rows)
}

/// What an earlier run left asks.
pub(crate) fn left_over(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    let written = UnixMillis(TWO_O_CLOCK - 3_600_000);
    let id = PostId { instance: INSTANCE - 1, n: 3 };
    let item = OutboxItem { room: ROOM, id, body: message("from yesterday"), written };
    scene.link(LinkEvent::Restored { items: vec![(item, Mark::Stale)] });
    scene.effects();
    scene
}

pub(crate) fn down(trouble: Trouble, columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.link(LinkEvent::Down { trouble, retry_in: Duration::from_secs(4) });
    scene.effects();
    scene
}

pub(crate) fn lost(columns: u16, rows: u16) -> Scene {
    down(Trouble::Lost("the connection to localhost:7000 broke".into()), columns, rows)
}

/// The time of the next attempt has come.
pub(crate) fn trying(columns: u16, rows: u16) -> Scene {
    let mut scene = lost(columns, rows);
    scene.waits(4_000);
    scene
}

pub(crate) fn ended(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.link(LinkEvent::Ended("another session of this client took its place".into()));
    scene
}

/// After the end, somebody asked for another link.
pub(crate) fn dialling_again(columns: u16, rows: u16) -> Scene {
    let mut scene = ended(columns, rows);
    scene.key(KeyCode::F(5));
    scene.effects();
    scene
}

/// The login of a link that came back was refused, so that there is none.
pub(crate) fn over(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene
}

/// Bob removes alice.
pub(crate) fn removed(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.types("a draft");
    let me = Target { person: ALICE, name: bytes("alice") };
    scene.happens(5, BOB, EntryBody::Act(Act::Kick(me)));
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Removed });
    scene
}

pub(crate) fn away(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.says("/away at lunch");
    scene
}

/// Alice serves bob and carol from her own program.
pub(crate) fn hosting(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::sized(Start { room: Wish::Create, is_host: true, ..start() }, columns, rows);
    scene.host(HostEvent::Hosting { address: "localhost:7000".into(), invite: hosted() });
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });
    let members = [ALICES, BOB, CAROL].map(|(person, name)| member(person, name, Presence::Here));
    scene.link(LinkEvent::Members { room: ROOM, members: members.to_vec() });
    scene.effects();
    scene
}

/// A room that nobody else knows of yet, on a server that was met for the first time.
pub(crate) fn first_contact(columns: u16, rows: u16) -> Scene {
    let start = Start { room: Wish::Create, server: "chat.example.org:7000".into(), ..start() };
    let mut scene = Scene::sized(start, columns, rows);
    scene.link(up_within_tls(Trust::FirstContact));
    let mut joined = joined();
    joined.state.members = 1;
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined });
    scene.effects();
    scene
}

/// The room is being written into a file, and the disk has taken nothing yet.
pub(crate) fn exporting(columns: u16, rows: u16) -> Scene {
    let mut joined = joined();
    (joined.cursor, joined.head) = (Seq(250), Seq(300));
    let mut scene = Scene::entering(joined, columns, rows);
    scene.bob_says((251..=300).map(|n| format!("message {n}")));
    scene.says("/export notes.txt");
    scene.event(EventKind::File(FileEvent::Ready));
    scene.effects();
    scene
}

/// Something was typed that is no command.
pub(crate) fn mistaken(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.says("/jion K7QF");
    scene
}

/// What was being written was cleared.
pub(crate) fn cleared(columns: u16, rows: u16) -> Scene {
    let mut scene = talk(columns, rows);
    scene.types("half a sentence");
    scene.ctrl('c');
    scene
}
