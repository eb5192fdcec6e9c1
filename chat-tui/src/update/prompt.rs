//! From the prompt to a room: judge what was typed, host or dial, enter; and back with a sentence when it fails.

use super::{drafts, returning};
use crate::address::{Address, is_same_server};
use crate::effect::Effect;
use crate::event::HostEvent;
use crate::link::{Command, Trouble};
use crate::overlay::Question;
use crate::recent::Recent;
use crate::screen::prompt::{Focus, Offer};
use crate::state::{Goal, Hosted, Link, Screen, Server, State, Wish};
use chat_proto::frame::Door;
use chat_proto::{Nick, RoomId};

/// The first steps that flags ask for. What is wrong with them opens the prompt.
pub(super) fn begin(state: &mut State, wish: &Wish, is_host: bool) -> Vec<Effect> {
    let goal = match wish {
        Wish::None | Wish::Create => Ok(Goal::Create(Door::Open, state.keep)),
        Wish::CreatePrivate => Ok(Goal::Create(Door::Private, state.keep)),
        Wish::Join(typed) => given(state, typed),
    };
    let effects = match goal {
        Ok(goal) if is_host => host(state, goal),
        Ok(goal) => attempt(state, goal),
        Err(sentence) => fail(state, &sentence, None),
    };
    if state.attempt.is_some() {
        state.screen = Screen::Connecting;
    }
    effects
}

fn given(state: &mut State, typed: &str) -> Result<Goal, String> {
    state.prompt.take_room(typed)?;
    state.prompt.judged_room().map(|(code, secret)| Goal::Join(code, secret))
}

/// Enter: on a button, what it says; in a field, join.
pub(super) fn go(state: &mut State) -> Vec<Effect> {
    match state.prompt.focus {
        Focus::Create => attempt(state, Goal::Create(Door::Open, state.keep)),
        Focus::CreatePrivate => attempt(state, Goal::Create(Door::Private, state.keep)),
        Focus::Offer => take_offer(state),
        Focus::Name | Focus::Room | Focus::Server | Focus::Join => join(state),
    }
}

fn join(state: &mut State) -> Vec<Effect> {
    // What is wrong is said from top to bottom.
    let room = state.prompt.judged_name().and_then(|_| state.prompt.judged_room());
    match room {
        Ok((code, secret)) => attempt(state, Goal::Join(code, secret)),
        Err(sentence) => fail(state, &sentence, None),
    }
}

/// Takes what an error offered.
pub(super) fn take_offer(state: &mut State) -> Vec<Effect> {
    match state.prompt.offer.clone() {
        Some(Offer::Name { name, goal }) => {
            state.prompt.set_name(&name);
            attempt(state, goal)
        }
        // No room can be on a server that did not run: one is opened.
        Some(Offer::Host) => host(state, Goal::Create(Door::Open, state.keep)),
        None => Vec::new(),
    }
}

/// Esc: stop trying; if nothing is tried, quit.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    if state.attempt.take().is_some() {
        state.screen = Screen::Prompt;
        state.prompt.busy = None;
        return hang_up(state);
    }
    // What was looked for elsewhere was not found: the rooms that are open are still there.
    let open = state.rooms_in_order().iter().find(|room| !room.is_over).map(|room| room.id);
    if let Some(open) = open.filter(|_| state.is_up()) {
        return super::rooms::show(state, open);
    }
    match state.undelivered() {
        0 => vec![Effect::Quit],
        _ => super::ask(state, Question::Quit),
    }
}

/// Tries to get into a room with what the prompt holds.
pub(super) fn attempt(state: &mut State, goal: Goal) -> Vec<Effect> {
    match judged(state) {
        Ok((name, address)) => reach(state, goal, address, name),
        Err(sentence) => fail(state, &sentence, None),
    }
}

fn host(state: &mut State, goal: Goal) -> Vec<Effect> {
    match judged(state) {
        Ok((_, Address { server, .. })) => {
            set_out(state, goal, format!("starting a server at {server}…"));
            vec![Effect::Host { server }]
        }
        Err(sentence) => fail(state, &sentence, None),
    }
}

fn judged(state: &mut State) -> Result<(Nick, Address), String> {
    Ok((state.prompt.judged_name()?, state.prompt.judged_server()?))
}

fn set_out(state: &mut State, goal: Goal, busy: String) {
    state.attempt = Some(goal);
    state.prompt.forget_error();
    state.prompt.busy = Some(busy);
}

/// Over the link there is, if it goes to this server under this name; otherwise over a new one.
pub(super) fn reach(state: &mut State, goal: Goal, address: Address, name: Nick) -> Vec<Effect> {
    let Address { server, key } = address;
    set_out(state, goal, format!("connecting to {server}…"));
    let dialed = (server.clone(), key, name.clone());
    if state.is_up() && state.dialed.as_ref() == Some(&dialed) {
        return vec![Effect::Link(goal.command())];
    }
    returning::plan(state, goal, &server, &name);
    // Another server may have a room of this code, and that is another room.
    let is_at_home = state.rooms_server.as_ref().is_none_or(|before| is_same_server(before, &server));
    let heads_for = Some(goal).filter(|_| is_at_home);
    let written = drafts::settle(state);
    close_rooms(state, heads_for);
    state.link = Link::Connecting;
    state.dialed = Some(dialed);
    state.security = None;
    state.untold.clear();
    [written, vec![Effect::Dial { server, key, name }]].concat()
}

/// A new link is in no room but the one it heads for: to be in the others again, somebody must enter them.
fn close_rooms(state: &mut State, heads_for: Option<Goal>) {
    for room in state.rooms.values_mut() {
        if heads_for.is_none_or(|goal| !goal.leads_to(room)) {
            room.has_been_left_behind();
        }
    }
}

/// Alt and a digit: back to a room of the last days, itself and no other that may have its code by now.
pub(super) fn go_back(state: &mut State, at: usize) -> Vec<Effect> {
    match state.recent.get(at).cloned() {
        Some(recent) => go_back_to(state, recent),
        None => Vec::new(),
    }
}

/// Back to this room.
pub(super) fn go_back_to(state: &mut State, recent: Recent) -> Vec<Effect> {
    let address = Address { server: recent.server, key: recent.key };
    state.prompt.set_address(&address);
    state.prompt.set_name(&recent.name);
    state.prompt.set_room(&recent.code.to_string());
    reach(state, Goal::Return(recent.room, recent.code), address, recent.name)
}

/// The room that somebody wanted to go back to is over.
pub(super) fn on_no_return(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    let effects = super::recent::forget(state, room);
    let code = state.attempt.and_then(Goal::code).map(|code| code.to_string()).unwrap_or_default();
    if let Some(shown) = returning::instead(state, room, &code) {
        return [effects, shown].concat();
    }
    let words = match returning::is_any_gone(state) {
        true => returning::none_left(state, &code),
        false => format!("{code}: {sentence}"),
    };
    on_refused(state, &words);
    state.prompt.set_room("");
    effects
}

/// What became of hosting.
pub(super) fn on_host(state: &mut State, event: HostEvent) -> Vec<Effect> {
    match event {
        HostEvent::Hosting { address, invite } => {
            state.server = Server::Here;
            state.hosted = Some(Hosted { address: address.clone(), invite });
            on_served(state, &address)
        }
        HostEvent::Guest { address } => on_served(state, &address),
        HostEvent::Failed(sentence) => fail(state, &sentence, None),
    }
}

/// Somebody answers at this address now.
fn on_served(state: &mut State, address: &str) -> Vec<Effect> {
    // Whoever gave up meanwhile is not dragged along.
    let Some(goal) = state.attempt else { return Vec::new() };
    state.prompt.set_server(address);
    attempt(state, goal)
}

/// The link could not be made, or was lost, before there was a room.
pub(super) fn on_trouble(state: &mut State, trouble: &Trouble) -> Vec<Effect> {
    let may_host = matches!(trouble, Trouble::NoServer(_)) && state.server == Server::Usual;
    if matches!(trouble, Trouble::NoServer(_)) {
        state.prompt.focus = Focus::Server;
    }
    fail(state, &trouble.sentence(), may_host.then_some(Offer::Host));
    hang_up(state)
}

/// The server will not have this person under this name, key or version.
pub(super) fn on_login_refused(state: &mut State, sentence: &str, free_name: Option<Nick>) -> Vec<Effect> {
    let code = state.room().and_then(crate::room::Room::typed_code);
    let goal =
        state.attempt.or(code.map(|code| Goal::Join(code, None))).unwrap_or(Goal::Create(Door::Open, state.keep));
    if let Some(code) = goal.code() {
        state.prompt.set_room(&code.to_string());
    }
    state.prompt.focus = Focus::Name;
    state.dialed = None;
    state.link = Link::Idle;
    fail(state, sentence, free_name.map(|name| Offer::Name { name, goal }))
}

/// Opening or entering a room was refused.
pub(super) fn on_refused(state: &mut State, sentence: &str) -> Vec<Effect> {
    state.prompt.focus = match state.attempt {
        Some(Goal::Join(..) | Goal::Return(..)) => Focus::Room,
        Some(Goal::Create(Door::Private, _)) => Focus::CreatePrivate,
        Some(Goal::Create(..)) | None => Focus::Create,
    };
    fail(state, sentence, None)
}

/// Opens the prompt with what went wrong.
pub(super) fn fail(state: &mut State, sentence: &str, offer: Option<Offer>) -> Vec<Effect> {
    state.attempt = None;
    state.screen = Screen::Prompt;
    state.prompt.fail(sentence, offer);
    Vec::new()
}

/// Wants no link any more.
pub(super) fn hang_up(state: &mut State) -> Vec<Effect> {
    state.link = Link::Idle;
    match state.dialed.take() {
        Some(_) => vec![Effect::Link(Command::Bye)],
        None => Vec::new(),
    }
}
