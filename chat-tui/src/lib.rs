//! A chat client for the terminal.
//!
//! ```text
//! terminal, link, host -> Event -> update(&mut State, Event) -> Vec<Effect> -> app
//!                                       |
//!                                     State -> draw(&State)
//! ```

pub mod config;
pub mod effect;
pub mod event;
pub mod host;
pub mod identity;
pub mod link;
pub mod outbox;
pub mod place;
pub mod script;
