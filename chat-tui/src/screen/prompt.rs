//! The prompt: a name, a room, a server. Everything that keeps somebody out of a room is said here, as a sentence.

mod draw;
mod recent;

pub use draw::{draw, hit};

use crate::address::Address;
use crate::destination::{Destination, is_invite};
use crate::state::Goal;
use crate::widget::composer::{Buffer, Edit};
use chat_proto::text::visible_line;
use chat_proto::{Fingerprint, Invite, Nick, RoomCode, Secret};

/// More than any name, address or invite needs; a paste of anything else stops here.
const FIELD_BYTES_MAX: usize = 512;

/// What the keys act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Name,
    Room,
    Server,
    Join,
    Create,
    CreatePrivate,
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
    /// The key of the server, from the invite that named it.
    key: Option<Fingerprint>,
    /// Of the room, from the invite that named it. Never shown.
    secret: Option<Secret>,
    pub focus: Focus,
    /// The field that was changed last: what is typed on a button is meant for it.
    typed_in: Focus,
    pub error: Option<String>,
    /// The field that it is about.
    at_fault: Focus,
    pub offer: Option<Offer>,
    /// What is going on.
    pub busy: Option<String>,
}

impl Prompt {
    pub fn new(name: &str, server: &str) -> Self {
        let focus = if name.is_empty() { Focus::Name } else { Focus::Room };
        let mut prompt = Self {
            name: Buffer::new(&visible_line(name.as_bytes())),
            room: Buffer::default(),
            server: Buffer::default(),
            key: None,
            secret: None,
            focus,
            typed_in: focus,
            error: None,
            at_fault: focus,
            offer: None,
            busy: None,
        };
        prompt.take_server(server);
        prompt
    }

    /// The address as typed.
    pub fn server(&self) -> &str {
        self.server.text().trim()
    }

    /// The address, with the key that the server must have.
    pub fn address(&self) -> Address {
        Address { server: self.server().to_owned(), key: self.key }
    }

    /// Whether something of an invite stands behind what the fields show.
    pub fn is_invited(&self) -> bool {
        self.key.is_some() || self.secret.is_some()
    }

    pub fn set_name(&mut self, name: &Nick) {
        self.name.set(name.as_str());
    }

    pub fn set_room(&mut self, code: &str) {
        if self.room.text() != code {
            self.secret = None;
        }
        self.room.set(code);
    }

    pub fn set_server(&mut self, server: &str) {
        if self.server.text() != server {
            (self.key, self.secret) = (None, None);
        }
        self.server.set(server);
    }

    pub fn set_address(&mut self, address: &Address) {
        self.set_server(&address.server);
        self.key = address.key;
    }

    /// Fills the fields with a code, or with what an invite says.
    pub fn set_destination(&mut self, destination: &Destination) {
        if let Some(address) = &destination.server {
            self.set_address(address);
        }
        self.room.set(&destination.code.to_string());
        self.secret = destination.secret;
    }

    /// Takes what was pasted or given as a room. What is no code stands in the field, to be mended when it is judged.
    ///
    /// # Errors
    /// A sentence about an invite that is damaged; nothing of it is kept, because half of it would be less safe than
    /// all.
    pub fn take_room(&mut self, typed: &str) -> Result<(), String> {
        match Destination::parse(typed) {
            Ok(destination) => self.set_destination(&destination),
            Err(error) if is_invite(typed) => {
                self.set_room("");
                return Err(self.blame(Focus::Room, error.to_string()));
            }
            Err(_) => self.set_room(&visible_line(typed.as_bytes())),
        }
        Ok(())
    }

    /// Takes what was given as a server; an invite to one fills in its address and its key. What is none stands in the
    /// field, to be mended when it is judged.
    fn take_server(&mut self, typed: &str) {
        match Address::parse(typed) {
            Ok(address) if Invite::is_meant(typed) => self.set_address(&address),
            _ => self.set_server(&visible_line(typed.as_bytes())),
        }
    }

    /// The name, or what is wrong with it.
    ///
    /// # Errors
    /// A sentence; the focus is on the field then.
    pub fn judged_name(&mut self) -> Result<Nick, String> {
        Nick::parse(self.name.text().trim().as_bytes()).map_err(|error| self.blame(Focus::Name, error.to_string()))
    }

    /// The room, or what is wrong with it.
    ///
    /// # Errors
    /// As [`Self::judged_name`].
    pub fn judged_room(&mut self) -> Result<(RoomCode, Option<Secret>), String> {
        let typed = self.room.text().to_owned();
        if is_invite(&typed) {
            self.take_room(&typed)?;
        }
        match RoomCode::parse(self.room.text().as_bytes()) {
            Ok(code) => Ok((code, self.secret)),
            Err(error) => Err(self.blame(Focus::Room, error.to_string())),
        }
    }

    /// The address, if there is one. Whether anything answers there, dialling shows.
    ///
    /// # Errors
    /// As [`Self::judged_name`].
    pub fn judged_server(&mut self) -> Result<Address, String> {
        match self.server() {
            "" => Err(self.blame(Focus::Server, "a server is needed, like localhost:7000".to_owned())),
            server if Invite::is_meant(server) => match Address::parse(server) {
                Ok(address) => {
                    self.set_address(&address);
                    Ok(address)
                }
                Err(error) => Err(self.blame(Focus::Server, error.to_string())),
            },
            _ => Ok(self.address()),
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
        self.at_fault = self.focus;
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
        [Focus::Name, Focus::Room, Focus::Server]
            .into_iter()
            .chain(offer)
            .chain([Focus::Join, Focus::Create, Focus::CreatePrivate])
            .collect()
    }

    /// What is typed where the focus is, and how much of it stands before the cursor, in bytes.
    pub fn typed(&self) -> (&str, usize) {
        let field = match self.focus {
            Focus::Name => &self.name,
            Focus::Server => &self.server,
            Focus::Room | Focus::Join | Focus::Create | Focus::CreatePrivate | Focus::Offer => &self.room,
        };
        (field.text(), field.cursor())
    }

    /// The code or invite, as typed.
    pub fn room(&self) -> &str {
        self.room.text().trim()
    }

    /// Where lines are read, a room is asked for wherever the focus is on a button ([`Self::typed`]).
    pub fn ask_for_room(&mut self) {
        if !self.is_typing() {
            self.focus = Focus::Room;
        }
    }

    /// Puts this in place of what is typed where the focus is.
    pub fn set_typed(&mut self, text: &str) {
        self.change(|field| drop(field.clear()));
        self.insert(text);
    }

    /// Whether something can be typed where the focus is.
    pub fn is_typing(&self) -> bool {
        matches!(self.focus, Focus::Name | Focus::Room | Focus::Server)
    }

    /// Changes the field that has the focus; a button has none. What an invite brought goes with what it brought it
    /// for: the secret with the room, and both with the server.
    fn change(&mut self, change: impl FnOnce(&mut Buffer)) {
        if self.is_typing() {
            self.typed_in = self.focus;
        }
        let (field, key) = match self.focus {
            Focus::Name => return self.change_name(change),
            Focus::Room => (&mut self.room, self.key),
            Focus::Server => (&mut self.server, None),
            Focus::Join | Focus::Create | Focus::CreatePrivate | Focus::Offer => return,
        };
        let before = field.text().to_owned();
        change(field);
        if field.text() != before {
            (self.key, self.secret) = (key, None);
            self.forgive();
        }
    }

    /// What was wrong with a field is not wrong with what stands there now.
    fn forgive(&mut self) {
        if self.at_fault == self.focus && self.offer.is_none() {
            self.error = None;
        }
    }

    /// Whether this field is what an error is about.
    pub fn is_at_fault(&self, field: Focus) -> bool {
        self.error.is_some() && self.at_fault == field
    }

    /// What was wrong with a name that was taken is not wrong with another one.
    fn change_name(&mut self, change: impl FnOnce(&mut Buffer)) {
        let before = self.name.text().to_owned();
        change(&mut self.name);
        if self.name.text() != before {
            if self.offers_name() {
                (self.error, self.offer) = (None, None);
            }
            self.forgive();
        }
    }

    fn offers_name(&self) -> bool {
        matches!(self.offer, Some(Offer::Name { .. }))
    }

    pub fn edit(&mut self, edit: Edit) {
        self.change(|field| field.edit(edit));
    }

    /// The button that Enter presses: in a field, the one that joins.
    pub fn pressed_by_enter(&self) -> Focus {
        match self.focus {
            Focus::Name | Focus::Room | Focus::Server => Focus::Join,
            button => button,
        }
    }

    /// Types or pastes into the field that has the focus, or had it when something was typed. An invite fills all the
    /// fields that it knows.
    pub fn insert(&mut self, text: &str) {
        if self.focus == Focus::Offer && self.offers_name() && !is_invite(text) {
            // Instead of the free name, another one than that which was refused.
            self.focus = Focus::Name;
            self.change(|field| drop(field.clear()));
        }
        if !self.is_typing() {
            self.focus = self.typed_in;
        }
        if is_invite(text) {
            if self.focus == Focus::Server && Address::parse(text).is_ok() {
                self.take_server(text);
            } else if let Err(sentence) = self.take_room(text) {
                return self.fail(&sentence, None);
            }
            // It may have filled both, whichever had the focus.
            if self.at_fault != Focus::Name && self.offer.is_none() {
                self.error = None;
            }
            return;
        }
        let focus = self.focus;
        self.change(|field| {
            let room = FIELD_BYTES_MAX.saturating_sub(field.text().len());
            // A paste may have any size: no more of it is looked at than could fit.
            let text = &text[..text.floor_char_boundary(room)];
            let text = visible_line(text.as_bytes());
            // Codes are capitals: typed in any case, they look like what others read out. Behind the colon of an
            // invite, case matters.
            let is_code = focus == Focus::Room && !field.text().contains(':');
            let text = if is_code { text.to_ascii_uppercase() } else { text };
            field.insert(text.trim());
        });
    }
}
