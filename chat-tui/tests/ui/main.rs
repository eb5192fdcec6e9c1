//! The client as scripts: events in, screens and effects out. Screens are drawn in the tests.

mod counting;
mod forget;
mod formatting;
mod hostile;
mod identity;
mod invite;
mod jump;
mod marks;
mod members;
mod options;
mod order;
mod prompt;
mod read;
mod reading;
mod recent;
mod removed;
mod room;
mod rooms;
mod scene;
mod search;
mod storm;
mod travel;
mod trust;
mod writing;
