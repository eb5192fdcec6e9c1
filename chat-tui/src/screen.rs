//! What fills the terminal: one screen at a time.

pub mod connecting;
pub mod panels;
pub mod prompt;
pub mod room;
