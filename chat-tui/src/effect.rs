//! What `update` asks of the world. A closed set; `app` carries them out in order.

use crate::export::FileStep;
use crate::hyperlink::Uri;
use crate::keeper::Note;
use crate::link::Command;
use crate::state::Face;
use chat_proto::{Fingerprint, Nick};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Drop the link there is, if any, without a `Bye`, and keep a new one to this server up under this name.
    /// The server must have the key, if one is named.
    Dial { server: String, key: Option<Fingerprint>, name: Nick },
    /// Ask the link.
    Link(Command),
    /// Serve at this address from inside this process, unless somebody does already; answered by `HostEvent`.
    Host { server: String },
    /// Keep this on disk, for later runs.
    Keep(Note),
    /// Do this with the file that is written for somebody; answered by `FileEvent`.
    File(FileStep),
    /// Put this into the clipboard, if the terminal allows it.
    Copy(String),
    /// Let whatever opens links on this machine open this one; answered only if there is nothing.
    Open(Uri),
    /// Ring the terminal's bell.
    Bell,
    /// Show this on the desktop, if the terminal does so.
    Notify(String),
    /// Give the terminal back and stop this process until it is continued.
    Suspend,
    /// Go on as this, on the terminal there is.
    Turn(Face),
    /// Draw everything again from nothing.
    Redraw,
    /// End the program: say `Bye`, give the terminal back, exit.
    Quit,
}
