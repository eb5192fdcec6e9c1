//! People in one room.

use super::person::{Person, SharedBook};
use chat_proto::RoomCode;
use chat_proto::frame::{Door, Keep};
use chat_tui::link::{Command, Dialer, LinkEvent};
use futures_util::future::join_all;

pub struct Company {
    pub people: Vec<Person>,
    pub book: SharedBook,
    pub code: RoomCode,
}

impl Company {
    /// So many people in a room that the first of them opens.
    pub async fn gather<D: Dialer>(numbers: std::ops::Range<u64>, dialer: impl Fn(u64) -> D) -> Self {
        let book = SharedBook::default();
        let mut people: Vec<_> = numbers.map(|number| Person::new(number, dialer(number), &book)).collect();
        let (opener, others) = people.split_first_mut().expect("somebody");
        let code = opener.enter(Command::Create(Door::Open, Keep::Default)).await;
        join_all(others.iter_mut().map(|other| other.enter(Command::Join(code, None)))).await;
        Self { people, book, code }
    }

    /// Everybody says so much, all at once, and reads until they have seen that, and all that was said before.
    pub async fn talk(&mut self, posts_each: usize) {
        let shown = self.people.iter().map(|person| person.said() + posts_each).sum();
        join_all(self.people.iter_mut().map(async |person| {
            for _ in 0..posts_each {
                person.say().await;
            }
            person.settle(shown).await;
        }))
        .await;
        self.book.lock().unwrap().check();
        assert_eq!(self.book.lock().unwrap().posts(), shown);
    }

    /// Until everybody was told such a thing.
    pub async fn until(&mut self, is_meant: impl Fn(&LinkEvent) -> bool) -> Vec<LinkEvent> {
        join_all(self.people.iter_mut().map(|person| person.until(&is_meant))).await
    }

    /// How often connections were lost, all together.
    pub fn losses(&self) -> usize {
        self.people.iter().map(|person| person.losses).sum()
    }
}
