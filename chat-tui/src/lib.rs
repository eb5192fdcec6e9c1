//! A chat client for the terminal.
//!
//! ```text
//! terminal, link, host -> Event -> update(&mut State, Event) -> Vec<Effect> -> app
//!                                       |
//!                                     State -> draw(&State)
//! ```

pub mod effect;
pub mod event;
pub mod link;
pub mod theme;
pub mod wrap;
pub mod zone;
