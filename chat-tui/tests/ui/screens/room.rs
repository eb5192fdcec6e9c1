//! The room, with nothing over it.

use super::{Situation, besides, every};
use crate::situations::{room, rooms};
use chat_proto::entry::Seq;
use chat_proto::frame::Durability;
use chat_tui::about::About;
use chat_tui::link::{Mark, Trouble};
use chat_tui::state::{Link, Notice, State};

every!(links: match &state.link, state {
    Link::Up { latency: Some(_) } => "link-up", room::divided, "new";
    Link::Up { latency: None } => "link-up-unmeasured", room::hosting, "AB3Z";
    Link::Down { trouble: Trouble::Lost(_), .. } => "link-lost", room::lost, "Reconnecting in 4 s…";
    Link::Down { trouble: Trouble::NoServer(_), .. } => "link-no-server",
        |columns, rows| room::down(Trouble::NoServer("no server answers at localhost:7000".into()), columns, rows),
        "Reconnecting in 4 s…";
    Link::Down { trouble: Trouble::GoAway, .. } => "link-go-away",
        |columns, rows| room::down(Trouble::GoAway, columns, rows), "Reconnecting in 4 s…";
    Link::Down { trouble: Trouble::Misbehaves(_), .. } => "link-misbehaves",
        |columns, rows| room::down(Trouble::Misbehaves("it sent a page that nobody asked for".into()), columns, rows),
        "Reconnecting in 4 s…";
    Link::Idle | Link::Connecting => "link-connecting", room::dialling_again, "Connecting…";
    Link::Ended(_) => "link-ended", room::ended, "Not connected: another session";
});

every!(notices: match &state.notice, state {
    None => "long", room::long, "message 100";
    Some(Notice::Hint(_)) => "notice-hint", room::cleared, "Ctrl-Y";
    Some(Notice::Standing(_)) => "notice-standing", room::first_contact, "first contact";
    Some(Notice::Problem(_)) => "notice-problem", room::mistaken, "✗";
});

every!(abouts: match state.room().and_then(|room| room.about.as_ref()), state {
    None => "writing", room::writing, "› one ab-two three four";
    Some(About::Reply { .. }) => "replying", room::replying, "Esc cancels";
    Some(About::Edit { .. }) => "editing", room::editing, "Esc cancels";
});

every!(marks: match state.room().and_then(|room| Some(&room.timeline.pending().first()?.mark)), state {
    None => "eventful", room::eventful, "nine it is";
    Some(Mark::Waiting) => "mark-waiting", |columns, rows| room::posted(Mark::Waiting, columns, rows), "◌";
    Some(Mark::OnTheWire) => "mark-on-the-wire", |columns, rows| room::posted(Mark::OnTheWire, columns, rows), "…";
    Some(Mark::Accepted { .. }) => "mark-accepted",
        |columns, rows| room::posted(Mark::Accepted { seq: Seq(9), durability: Durability::Disk }, columns, rows), "✓";
    Some(Mark::Refused(_)) => "mark-refused", room::refused, "Alt-E edit";
    Some(Mark::Unknown(_)) => "mark-unknown",
        |columns, rows| room::posted(Mark::Unknown("its room ended".into()), columns, rows), "Alt-E edit";
    Some(Mark::Stale) => "mark-stale", room::left_over, "Alt-S send";
});

besides!(besides: {
    "unread-above", room::unread, "unread · Alt-U";
    "scrolled-up", room::scrolled_up, "1 new";
    "loading", room::loading, "as I said";
    "selected", room::selected, "Esc back";
    "selected-own", room::own_selected, "y copy";
    "writing-much", room::writing_much, "↑";
    "find-nothing-yet", room::finding, "find in this room";
    "find-found", room::found, "/ message 3";
    "find-none", room::found_nothing, "/ tomorrow";
    "typing", room::typing, "bob is typing…";
    "typing-several", room::several_typing, "bob and carol are typing…";
    "people", room::people, "AB3Z";
    "crowded", room::crowded, "AB3Z";
    "over", room::over, "This room is over";
    "removed", room::removed, "You were removed from AB3Z by bob";
    "retrying", room::trying, "Reconnecting…";
    "away", room::away, "away";
    "exporting", room::exporting, "Ctrl-C stops it";
});

besides!(rooms: {
    "rooms", rooms::busy, "AB3Z";
    "rooms-nine", rooms::nine, "K7QJ";
    "rooms-entered-another", rooms::entered_another, "AB3Z is still open: Alt-1 goes back";
    "direct", rooms::direct, "a word?";
    "direct-deserted", rooms::deserted, "bob has left this conversation";
});
