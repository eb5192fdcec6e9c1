//! The client as scripts: events in, screens and effects out. Screens are drawn in the tests.

mod counting;
mod hostile;
mod identity;
mod invite;
mod marks;
mod members;
mod order;
mod prompt;
mod reading;
mod recent;
mod removed;
mod room;
mod scene;
mod storm;
mod travel;
mod trust;
mod writing;
