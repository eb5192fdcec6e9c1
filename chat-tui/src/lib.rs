//! A chat client for the terminal.
//!
//! ```text
//! terminal, link, host -> Event -> update(&mut State, Event) -> Vec<Effect> -> app
//!                                       |
//!                                     State -> draw(&State)
//! ```

pub mod about;
pub mod act;
pub mod address;
pub mod afterthought;
pub mod app;
pub mod attendance;
pub mod command;
pub mod config;
pub mod deed;
pub mod destination;
pub mod document;
pub mod drafts;
pub mod effect;
pub mod emoji;
pub mod event;
pub mod export;
pub mod export_file;
pub mod find;
pub mod fold;
pub mod fuzzy;
pub mod host;
pub mod hyperlink;
pub mod identity;
pub mod ignored;
pub mod invite;
pub mod keep;
pub mod keeper;
pub mod keymap;
pub mod known_conversations;
pub mod known_people;
pub mod known_servers;
pub mod known_terminals;
pub mod level;
pub mod link;
pub mod looks;
pub mod markup;
pub mod nearest;
pub mod opener;
pub mod outbox;
pub mod overlay;
pub mod people;
pub mod place;
pub mod plain;
pub mod qr;
pub mod quest;
pub mod recent;
pub mod removal;
pub mod room;
pub mod screen;
pub mod script;
pub mod share;
pub mod shared_file;
pub mod state;
pub mod terminal;
pub mod theme;
pub mod trust;
pub mod update;
pub mod veil;
pub mod view;
pub mod widget;
pub mod widths;
pub mod world;
pub mod wrap;
pub mod zone;
