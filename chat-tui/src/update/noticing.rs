//! What calls the reader while nobody looks at the terminal: the bell, and a word on the desktop. What is said while
//! somebody looks calls nobody: it stands in the list of rooms.

use super::{hint, recent};
use crate::effect::Effect;
use crate::level::Level;
use crate::room::Room;
use crate::state::State;
use crate::widget::timeline::Said;
use crate::wrap;
use chat_proto::RoomId;
use chat_proto::frame::Door;
use chat_proto::text::visible_line;

/// A storm of messages calls once in so long.
const PAUSE_MILLIS: i64 = 5_000;
/// More of a message than anybody reads in the corner of a screen.
const EXCERPT_COLUMNS: usize = 80;
const WORDS_COLUMNS: usize = 160;

/// Something that somebody has just said: what the room's reader wants to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    name: String,
    text: String,
    is_mention: bool,
}

impl Call {
    /// If this calls the reader of the room.
    pub(super) fn of(room: &Room, said: &Said) -> Option<Self> {
        let calls = match room.level() {
            Level::All => true,
            Level::Mentions => said.is_mention,
            Level::Nothing => false,
        };
        let Said { name, text, is_mention, .. } = said;
        calls.then(|| Self { name: name.clone(), text: text.clone(), is_mention: *is_mention })
    }

    /// The one of the two that is told: who names the reader goes before who does not.
    pub(super) fn or(self, earlier: Option<Self>) -> Self {
        earlier.filter(|earlier| earlier.is_mention && !self.is_mention).unwrap_or(self)
    }
}

/// Rings and tells, if nobody looks and it is not too soon.
pub(super) fn on_call(state: &mut State, room: RoomId, call: &Call) -> Vec<Effect> {
    let is_soon = state.called_at.is_some_and(|at| state.now.0.saturating_sub(at.0) < PAUSE_MILLIS);
    let Some(room) = state.rooms.get(&room).filter(|_| state.is_unattended() && !is_soon) else { return Vec::new() };
    let told = state.options.desktop.then(|| Effect::Notify(words(room, call, state.options.excerpts)));
    let rung = state.options.bell.then_some(Effect::Bell);
    state.called_at = Some(state.now);
    rung.into_iter().chain(told).collect()
}

/// Who, where, and what, as far as others who see this desktop may know it: nothing of what is said behind a closed
/// door.
fn words(room: &Room, call: &Call, has_excerpts: bool) -> String {
    let who = match (&room.direct, call.is_mention) {
        (Some(_), _) => format!("{} writes to you", call.name),
        (None, true) => format!("{} names you in {}", call.name, room.code),
        (None, false) => format!("{} in {}", call.name, room.code),
    };
    let words = match room.door {
        Door::Open if has_excerpts => {
            let line = visible_line(call.text.as_bytes());
            format!("{who}: {}", wrap::cut(line.trim(), EXCERPT_COLUMNS))
        }
        _ => who,
    };
    // Some terminals take numbers between semicolons for orders.
    wrap::cut(&visible_line(words.as_bytes()), WORDS_COLUMNS).replace(';', ",")
}

/// Chooses what calls the reader here, from now on and after the next start.
pub(super) fn set(state: &mut State, level: Level) -> Vec<Effect> {
    let Some(room) = state.room_mut() else { return Vec::new() };
    room.level = Some(level);
    let (id, called) = (room.id, room.called());
    hint(state, format!("{called}: {}", level.sentence()));
    recent::remember(state, id)
}

pub(super) fn show(state: &mut State) -> Vec<Effect> {
    let Some(room) = state.room() else { return Vec::new() };
    let words = format!("{}: {}; /notify all, mentions or nothing", room.called(), room.level().sentence());
    hint(state, words)
}
