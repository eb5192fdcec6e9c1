//! Replies, edits, reactions and deletions: posted by one client, folded by another, live and from old pages.

use crate::{Person, Place, named};
use chat_proto::entry::{Delete, Edit, React, ReactionState, Reply};
use chat_proto::{Act, EntryBody, Seq};
use chat_tui::link::{Command, LinkEvent, Mark};
use chat_tui::people::People;
use chat_tui::theme::{Depth, Theme};
use chat_tui::widget::timeline::{Look, Reader, Timeline, What};
use chat_tui::widths::Widths;
use chat_tui::zone::Zone;

/// Messages that do not fit on the page that comes with a join.
const MANY: usize = 230;

fn place_of(mark: &Mark) -> Seq {
    match mark {
        Mark::Accepted { seq, .. } => *seq,
        other => panic!("not accepted: {other:?}"),
    }
}

fn edit(target: Seq, text: &'static str) -> EntryBody {
    EntryBody::Edit(Edit { target, text: text.into() })
}

fn react(target: Seq, state: ReactionState) -> EntryBody {
    EntryBody::React(React { target, emoji: "🎉".into(), state })
}

fn delete(target: Seq) -> EntryBody {
    EntryBody::Delete(Delete { target })
}

/// What a client makes of what its link tells.
#[derive(Default)]
struct Screen {
    timeline: Timeline,
    people: People,
}

impl Screen {
    fn take_in(&mut self, event: &LinkEvent, me: &Person) {
        let reader = Reader { person: Some(me.me), name: None, people: &self.people, widths: Widths::default() };
        match event {
            LinkEvent::Joined { joined, .. } => self.timeline.begin(joined.oldest, joined.cursor, joined.head),
            LinkEvent::Entries { entries, .. } => {
                for entry in entries {
                    self.timeline.append(entry, reader);
                }
            }
            LinkEvent::Page { after, before, oldest, entries, .. } => {
                self.timeline.page((*after, *before), *oldest, entries, reader);
            }
            _ => {}
        }
    }

    /// Scrolled to the beginning: what is asked for.
    fn scrolls_back(&mut self) -> (Seq, Seq) {
        let zone = Zone::fixed(0);
        let look = Look { columns: 80, rows: 24, has_air: true, zone: &zone, theme: Theme::new(Depth::True) };
        self.timeline.to_start(&look);
        self.timeline.ask_for_gap(&look).expect("there is more")
    }

    /// What stands there: the words, whether they were edited, and how many reacted.
    fn shows(&self, seq: Seq) -> Option<(&str, bool, usize)> {
        let said = self.timeline.message(seq)?;
        let reactions = said.reactions().iter().map(|reaction| reaction.people.len()).sum();
        Some((&said.text, said.is_edited(), reactions))
    }

    fn tombstones(&self) -> usize {
        self.timeline.items().filter(|item| matches!(item.what, What::Erased(_))).count()
    }
}

/// Takes in everything up to this place.
async fn watch(person: &mut Person, screen: &mut Screen, until: Seq) {
    while screen.timeline.end() < until {
        let event = person.until(|_| true).await;
        screen.take_in(&event, person);
    }
}

#[tokio::test]
async fn what_one_makes_of_a_message_the_other_sees() {
    let place = Place::open().await;
    let (mut alice, mut bob, code) = place.room().await;
    let mut carol = place.person(3, "carol").await;
    carol.ask(Command::Join(code, None)).await;
    let mut screen = Screen::default();
    let said = place_of(&alice.says("did the build pass?").await);
    let reply = EntryBody::Reply(Reply { to: said, text: "it did".into() });
    let answered = place_of(&bob.posts(reply).await);
    alice.posts(edit(said, "did the nightly build pass?")).await;
    bob.posts(react(said, ReactionState::On)).await;
    let gone = place_of(&alice.says("never mind").await);
    let last = place_of(&alice.posts(delete(gone)).await);

    watch(&mut carol, &mut screen, last).await;

    assert_eq!(screen.shows(said), Some(("did the nightly build pass?", true, 1)));
    assert_eq!(screen.timeline.message(answered).unwrap().answers(), Some(said));
    assert_eq!((screen.shows(gone), screen.tombstones()), (None, 1));
}

#[tokio::test]
async fn an_old_page_shows_what_was_made_of_its_messages_since() {
    let place = Place::open().await;
    let (mut alice, mut bob, code) = place.room().await;
    let said = place_of(&alice.says("did the build pass?").await);
    let gone = place_of(&alice.says("a secret").await);
    for n in 0..MANY {
        bob.says(&format!("message {n}")).await;
    }
    alice.posts(edit(said, "did the nightly build pass?")).await;
    bob.posts(react(said, ReactionState::On)).await;
    alice.posts(react(said, ReactionState::On)).await;
    alice.posts(react(said, ReactionState::Off)).await;
    let last = place_of(&alice.posts(delete(gone)).await);
    let mut carol = place.person(3, "carol").await;
    let mut screen = Screen::default();
    carol.ask(Command::Join(code, None)).await;
    watch(&mut carol, &mut screen, last).await;
    assert_eq!(screen.shows(said), None);

    let (after, before) = screen.scrolls_back();
    let room = alice.room.unwrap();
    carol.ask(Command::History { room, after, before }).await;
    let page = carol.until(|event| matches!(event, LinkEvent::Page { .. })).await;
    screen.take_in(&page, &carol);

    assert_eq!(screen.shows(said), Some(("did the nightly build pass?", true, 1)));
    assert_eq!((screen.shows(gone), screen.tombstones()), (None, 1));
}

#[tokio::test]
async fn nobody_edits_what_others_said_and_only_who_keeps_order_deletes_it() {
    let place = Place::open().await;
    let (mut alice, mut bob, _) = place.room().await;
    let said = place_of(&alice.says("mine").await);
    let bobs = place_of(&bob.says("bob's").await);

    for body in [edit(said, "yours"), delete(said)] {
        let mark = bob.posts(body).await;
        assert!(matches!(mark, Mark::Refused(_)), "{mark:?}");
    }
    place_of(&alice.posts(delete(bobs)).await);

    alice.does(Act::Op(named("bob"))).await;
    place_of(&bob.posts(delete(said)).await);
}
