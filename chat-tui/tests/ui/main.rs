//! The client as scripts: events in, screens and effects out. Screens are drawn in the tests.

mod counting;
mod hostile;
mod marks;
mod members;
mod prompt;
mod reading;
mod room;
mod scene;
mod storm;
mod trust;
mod writing;
