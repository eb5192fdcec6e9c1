//! Whether something that happened can be seen. Nearly everything that somebody does can, and counts as seen; what
//! comes by itself, again and again, mostly cannot: a heartbeat, a deadline, somebody who is still writing.

use crate::event::EventKind;
use crate::find::Find;
use crate::link::LinkEvent;
use crate::state::{Notice, State};
use crate::widget::status;
use crate::widget::timeline::Standing;
use chat_proto::entry::{PersonId, Seq};
use chat_proto::frame::{Presence, SignalKind};
use crossterm::event::{Event as TerminalEvent, KeyEventKind, MouseEventKind};

/// All that may become another on the screen when something happens that is quiet by itself.
#[derive(Debug, PartialEq)]
pub(super) struct Glance {
    link: &'static str,
    link_words: String,
    retry_seconds: Option<i64>,
    notice: Option<Notice>,
    presence: Presence,
    typing: Vec<PersonId>,
    found: Option<(Option<[String; 2]>, Option<Seq>)>,
    rooms: Vec<Standing>,
}

impl Glance {
    pub(super) fn of(state: &State) -> Self {
        let (link, link_words, _) = status::link(&state.link);
        let found = |find: &Find| (find.count(), find.chosen());
        Self {
            link,
            link_words,
            retry_seconds: state.link.retry_seconds(state.now),
            notice: state.told(),
            presence: state.attendance.told().clone(),
            typing: state.room().map_or_else(Vec::new, |room| room.typing.people().collect()),
            found: state.find.as_ref().map(found),
            rooms: state.rooms.values().map(|room| room.timeline.standing()).collect(),
        }
    }
}

/// Whether nothing may be seen of it: then a glance before and after tells.
pub(super) fn is_quiet(event: &EventKind) -> bool {
    match event {
        EventKind::Tick | EventKind::File(_) => true,
        EventKind::Link(event) => is_quiet_of_link(event),
        EventKind::Terminal(event) => is_quiet_of_terminal(event),
        EventKind::Line(_) | EventKind::Host(_) | EventKind::NotOpened(_) | EventKind::Hangup => false,
    }
}

fn is_quiet_of_link(event: &LinkEvent) -> bool {
    match event {
        LinkEvent::Latency(_) => true,
        LinkEvent::Signal { kind, .. } => matches!(kind, SignalKind::Typing | SignalKind::Stopped),
        _ => false,
    }
}

fn is_quiet_of_terminal(event: &TerminalEvent) -> bool {
    match event {
        TerminalEvent::FocusGained | TerminalEvent::FocusLost => true,
        TerminalEvent::Key(key) => key.kind == KeyEventKind::Release,
        TerminalEvent::Mouse(mouse) => matches!(mouse.kind, MouseEventKind::Up(_) | MouseEventKind::Moved),
        TerminalEvent::Paste(_) | TerminalEvent::Resize(..) => false,
    }
}
