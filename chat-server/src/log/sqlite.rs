//! Logs in one SQLite file, and whatever else must outlive a server.

#![cfg_attr(not(test), expect(dead_code, unused_imports, reason = "the writer calls it"))]

mod erasing;
#[cfg(test)]
mod fixture;
mod place;
mod retention;
mod words;
