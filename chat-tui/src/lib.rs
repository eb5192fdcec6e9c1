//! A chat client for the terminal.
//!
//! ```text
//! terminal, link, host -> Event -> update(&mut State, Event) -> Vec<Effect> -> app
//!                                       |
//!                                     State -> draw(&State)
//! ```

pub mod app;
pub mod command;
pub mod effect;
pub mod event;
pub mod keymap;
pub mod link;
pub mod overlay;
pub mod screen;
pub mod state;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod widget;
pub mod wrap;
pub mod zone;
