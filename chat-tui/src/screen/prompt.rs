//! The prompt: a name, a room, a server. Everything that keeps somebody out of a room is said here, as a sentence.

mod draw;

pub use draw::{draw, hit};

use crate::config::Address;
use crate::state::{Goal, Wish};
use crate::widget::composer::Buffer;
use chat_proto::text::visible_line;
use chat_proto::{Invite, Nick, RoomCode};

/// More than any name, code or address needs; a paste of anything else stops here.
const FIELD_BYTES_MAX: usize = 256;

/// What the keys act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Name,
    Room,
    Server,
    Join,
    Create,
    Offer,
}

/// A way out of an error, one key away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// Take this free name, and go on to where it was wanted.
    Name { name: Nick, goal: Goal },
    /// Run a server here and open a room on it.
    Host,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    name: Buffer,
    room: Buffer,
    server: Buffer,
    pub focus: Focus,
    pub error: Option<String>,
    pub offer: Option<Offer>,
    /// What is going on.
    pub busy: Option<String>,
}

impl Prompt {
    pub fn new(name: &str, room: &Wish, server: &str) -> Self {
        let code = if let Wish::Join(code) = room { code } else { "" };
        let focus = if name.is_empty() { Focus::Name } else { Focus::Room };
        Self {
            name: Buffer::new(&visible_line(name.as_bytes())),
            room: Buffer::new(&visible_line(code.as_bytes())),
            server: Buffer::new(&visible_line(server.as_bytes())),
            focus,
            error: None,
            offer: None,
            busy: None,
        }
    }

    /// The address as typed.
    pub fn server(&self) -> &str {
        self.server.text().trim()
    }

    pub fn set_name(&mut self, name: &Nick) {
        self.name.set(name.as_str());
    }

    pub fn set_room(&mut self, code: &str) {
        self.room.set(code);
    }

    pub fn set_server(&mut self, server: &str) {
        self.server.set(server);
    }

    /// The name, or what is wrong with it.
    ///
    /// # Errors
    /// A sentence; the focus is on the field then.
    pub fn judged_name(&mut self) -> Result<Nick, String> {
        Nick::parse(self.name.text().trim().as_bytes()).map_err(|error| self.blame(Focus::Name, error.to_string()))
    }

    /// The code, or what is wrong with it.
    ///
    /// # Errors
    /// As [`Self::judged_name`].
    pub fn judged_code(&mut self) -> Result<RoomCode, String> {
        RoomCode::parse(self.room.text().as_bytes()).map_err(|error| self.blame(Focus::Room, error.to_string()))
    }

    /// The address, if there is one. Whether anything answers there, dialling shows.
    ///
    /// # Errors
    /// As [`Self::judged_name`].
    pub fn judged_server(&mut self) -> Result<String, String> {
        match self.server() {
            "" => Err(self.blame(Focus::Server, "a server is needed, like localhost:7000".to_owned())),
            server if Invite::is_meant(server) => match Address::parse(server) {
                Ok(_) => Ok(server.to_owned()),
                Err(error) => Err(self.blame(Focus::Server, error.to_string())),
            },
            server => Ok(server.to_owned()),
        }
    }

    fn blame(&mut self, field: Focus, sentence: String) -> String {
        self.focus = field;
        sentence
    }

    /// Says what went wrong, and offers a way out if there is one: Enter takes it.
    pub fn fail(&mut self, sentence: &str, offer: Option<Offer>) {
        self.busy = None;
        self.error = Some(visible_line(sentence.as_bytes()));
        if offer.is_some() {
            self.focus = Focus::Offer;
        }
        self.offer = offer;
    }

    pub fn forget_error(&mut self) {
        self.error = None;
        self.offer = None;
        if self.focus == Focus::Offer {
            self.focus = Focus::Room;
        }
    }

    pub fn move_focus(&mut self, by: isize) {
        let stops = self.stops();
        let at = stops.iter().position(|stop| *stop == self.focus).unwrap_or(0).cast_signed();
        let count = stops.len().cast_signed();
        self.focus = stops[(at + by).rem_euclid(count).cast_unsigned()];
    }

    fn stops(&self) -> Vec<Focus> {
        let offer = self.offer.is_some().then_some(Focus::Offer);
        [Focus::Name, Focus::Room, Focus::Server].into_iter().chain(offer).chain([Focus::Join, Focus::Create]).collect()
    }

    /// The field that has the focus; a button has none.
    pub fn field(&mut self) -> Option<&mut Buffer> {
        match self.focus {
            Focus::Name => Some(&mut self.name),
            Focus::Room => Some(&mut self.room),
            Focus::Server => Some(&mut self.server),
            Focus::Join | Focus::Create | Focus::Offer => None,
        }
    }

    /// The button that Enter presses: in a field, the one that joins.
    pub fn pressed_by_enter(&self) -> Focus {
        match self.focus {
            Focus::Name | Focus::Room | Focus::Server => Focus::Join,
            button => button,
        }
    }

    /// Types or pastes into the field that has the focus.
    pub fn insert(&mut self, text: &str) {
        let focus = self.focus;
        let Some(field) = self.field() else { return };
        let room = FIELD_BYTES_MAX.saturating_sub(field.text().len());
        // A paste may have any size: no more of it is looked at than could fit.
        let text = &text[..text.floor_char_boundary(room)];
        let text = visible_line(text.as_bytes());
        // Codes are capitals: typed in any case, they look like what others read out.
        let text = if focus == Focus::Room { text.to_ascii_uppercase() } else { text };
        field.insert(text.trim());
    }
}
