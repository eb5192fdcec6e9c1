//! What a person may choose: one row an option. The flags, the file, the variables, `--print-config` and the help read
//! it.

use super::form::{Count, Form, OneOf, OrNone, Path, Server, Switch, Typed};
use super::option::{Group, Row, options};
use crate::hyperlink::Links;
use crate::zone::Clock;
use std::path::PathBuf;

options! {
    /// What this person wants, in every room.
    Options

    Person {
        /// Your name; the one you are logged in under unless given.
        "name" name: Option<String> as OrNone<Typed> = None,
        /// The server, or chat://host:port?key=…; localhost:7000 unless given. The port is 7000 if none is.
        "server" server: Option<String> as OrNone<Server> = None,
        /// The file with your key; ~/.local/share/chat/identity unless given.
        "identity" identity: Option<PathBuf> as OrNone<Path> = None,
        /// Brings the rooms of the last time back at the start. Without it, the program asks where to go.
        "come-back" come_back: bool as Switch = true,
        /// Keeps what you are writing, so that it stands there again after a quit or a crash.
        "drafts" drafts: bool as Switch = true,
        /// Tells others while you are writing to them.
        "typing" typing: bool as Switch = true,
        /// After so many minutes without a key others see that you are idle.
        "idle" idle: usize as Count = 10,
        /// Asks before a message of more lines than this is sent: it may have been pasted by mistake.
        "ask-lines" ask_lines: usize as Count = 20,
        /// The same for one of more bytes.
        "ask-bytes" ask_bytes: usize as Count = 4096,
        /// Uses TLS also to this machine, as through a tunnel to another one.
        "tls" tls: bool as Switch = false,
    }

    Screen {
        /// Shows the rooms beside the messages, where there are several and the window is wide enough.
        "rooms" rooms: bool as Switch = true,
        /// What everything looks like: dark, light, high-contrast, terminal, auto (dark or light, as the terminal is),
        /// or one of your own. Unless given it is what you chose with /theme, or dark.
        "theme" theme: Option<String> as OrNone<Typed> = None,
        /// Shows who is here beside the messages, where the window is wide enough.
        "people" people: bool as Switch = true,
        /// Writes lines of text instead of painting the screen: for screen readers, pipes and logs.
        "plain" plain: bool as Switch = false,
        /// How times are written: 14:03, 2:03 pm, or 14:03:07.
        "clock" clock: Clock as OneOf<Clock> = Clock::Hours24,
        /// Gives the links in messages to the terminal, which opens them (OSC 8): on, off, or auto, where it does no
        /// harm.
        "links" links: Links as OneOf<Links> = Links::Auto,
        /// Takes the wheel and clicks. Without it the mouse selects text, as it does without this program.
        "mouse" mouse: bool as Switch = true,
    }

    Notices {
        /// Rings the bell when somebody calls you while nobody looks at the terminal.
        "bell" bell: bool as Switch = true,
        /// Says so on the desktop as well, where the terminal can (OSC 9).
        "desktop" desktop: bool as Switch = true,
        /// Shows there what was said, unless the room is private or direct.
        "excerpts" excerpts: bool as Switch = true,
    }
}
