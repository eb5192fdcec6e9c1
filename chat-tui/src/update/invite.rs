//! Inviting: asked of the link, shown, copied, and put away again.

use super::commands;
use crate::effect::Effect;
use crate::invite::invite;
use crate::link::Command;
use crate::overlay::Overlay;
use crate::overlay::invite::{Invitation, Purpose};
use crate::room::Room;
use crate::screen::room::fits;
use crate::share;
use crate::share::View;
use crate::state::{Notice, State};
use chat_proto::frame::Door;
use chat_proto::{RoomId, Secret};

/// `/invite`: asks what lets others into the room on the screen.
pub(super) fn ask(state: &mut State, view: View) -> Vec<Effect> {
    if state.room().is_some_and(|room| room.direct.is_some()) {
        return super::problem(state, "this conversation is between two: /create opens a room for more");
    }
    let Some(room) = state.room().filter(|room| !room.is_over).map(|room| room.id) else {
        let words = format!("{}: you can invite nobody", state.room().map_or("there is no room here", Room::end));
        return super::problem(state, &words);
    };
    let effects = commands::ask_link(state, Command::Invite(room));
    if !effects.is_empty() {
        state.invite_for = Some(Purpose::Show(view));
    }
    effects
}

/// A new room is of use only to somebody who can tell others how to come in.
pub(super) fn hint_at_new_room(state: &mut State) -> Vec<Effect> {
    let Some(room) = state.room().filter(|_| can_hint(state)) else { return Vec::new() };
    let id = room.id;
    match room.door {
        Door::Open => hint_at(state, None),
        Door::Direct => Vec::new(),
        Door::Private => {
            state.invite_for = Some(Purpose::Hint);
            vec![Effect::Link(Command::Invite(id))]
        }
    }
}

/// With a room behind this one, the way back is what has to be said.
fn can_hint(state: &State) -> bool {
    matches!(state.notice, None | Some(Notice::Standing(_)))
}

/// Says how others come into the room on the screen, below what stands there.
fn hint_at(state: &mut State, secret: Option<Secret>) -> Vec<Effect> {
    let Some(room) = state.room() else { return Vec::new() };
    let words = format!("others join with:  {}", share::short_line(&invite(state, room, secret)));
    // Half an invite is none, and half a hint at it no better.
    let ways = [words.as_str(), "/invite shows how others join"].map(|words| behind(state.notice.as_ref(), words));
    if let Some(notice) = ways.into_iter().find(|notice| fits(notice, state)) {
        state.notice = Some(notice);
    }
    Vec::new()
}

fn behind(told: Option<&Notice>, words: &str) -> Notice {
    match told {
        Some(Notice::Standing(told)) => Notice::Standing(format!("{told}\n{words}")),
        _ => Notice::Hint(words.to_owned()),
    }
}

/// What was asked for.
pub(super) fn on_invitation(state: &mut State, room: RoomId, secret: Option<Secret>) -> Vec<Effect> {
    let is_shown = state.current == Some(room) && state.overlay.is_none();
    match state.invite_for.take().filter(|_| is_shown) {
        Some(Purpose::Show(view)) => show(state, view, secret),
        Some(Purpose::Hint) if can_hint(state) => hint_at(state, secret),
        Some(Purpose::Hint) | None => Vec::new(),
    }
}

fn show(state: &mut State, view: View, secret: Option<Secret>) -> Vec<Effect> {
    let Some(room) = state.room() else { return Vec::new() };
    let invite = invite(state, room, secret);
    let invitation = Invitation::new(&invite, room.door, room.lock);
    state.overlay = Some(Overlay::Invite(view));
    state.invitation = Some(invitation);
    vec![Effect::Copy(share::line(&invite))]
}

/// From the line to its QR code, and back.
pub(super) fn turn(state: &mut State) -> Vec<Effect> {
    if let Some(Overlay::Invite(view)) = &mut state.overlay {
        *view = view.other();
    }
    Vec::new()
}

pub(super) fn close(state: &mut State) -> Vec<Effect> {
    state.overlay = None;
    state.invitation = None;
    Vec::new()
}
