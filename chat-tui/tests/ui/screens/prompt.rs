//! The prompt, and the way into a room.

use super::{Situation, besides, every};
use crate::situations::{prompt, room};
use chat_tui::screen::prompt::Offer;
use chat_tui::state::{Goal, Screen, State, Wish};

every!(screens: match (state.screen, state.attempt), state {
    (Screen::Prompt, None) => "prompt", prompt::prompt, "Esc quit";
    (Screen::Prompt, Some(_)) => "prompt-connecting", prompt::busy, "connecting to localhost:7000";
    (Screen::Connecting, None | Some(Goal::Create(..))) => "connecting-create",
        |columns, rows| prompt::headed_for(Wish::Create, columns, rows), "Esc prompt";
    (Screen::Connecting, Some(Goal::Join(..))) => "connecting-join",
        |columns, rows| prompt::headed_for(Wish::Join("AB3Z".into()), columns, rows), "Esc prompt";
    (Screen::Connecting, Some(Goal::Return(..))) => "connecting-return", prompt::coming_back, "Esc prompt";
    (Screen::Room, _) => "room-formatted", room::formatted, "cargo";
});

every!(outcomes: match (state.prompt.error.is_some(), &state.prompt.offer), state {
    (false, _) => "prompt-invited", prompt::invited, "AB3Z";
    (true, None) => "prompt-mistaken", prompt::mistaken, "✗";
    (true, Some(Offer::Name { .. })) => "prompt-offers-a-name", prompt::may_be_called, "Be alice-2";
    (true, Some(Offer::Host)) => "prompt-offers-to-host", prompt::may_host, "Host a room here";
});

besides!(besides: {
    "prompt-on-a-button", prompt::on_a_button, "Create";
    "prompt-returning", prompt::returning, "Alt-1";
});
