//! Keys of what lies over the screen, but for those that go through a list.

use super::room::first_message;
use super::{Pressed, Script, script};
use crate::scene::Scene;
use crate::situations::{overlays, room, rooms};
use chat_proto::entry::{EntryBody, PersonId};
use chat_tui::effect::Effect;
use chat_tui::hyperlink::Uri;
use chat_tui::keeper::Note;
use chat_tui::keymap::Action::{self, Deal, Discard, Dismiss, Go, Link, Mend, Newer, No, Older, Turn, Yes};
use chat_tui::keymap::Context::{
    Crowd, Distrust, Find, Help, Invite, Links, Picker, Question, Search, Switcher, Themes,
};
use chat_tui::keymap::Dealing;
use chat_tui::link::Command;
use chat_tui::overlay::Overlay;
use chat_tui::share::View;
use chat_tui::widget::composer::Edit;
use crossterm::event::KeyCode;

pub(super) const SCRIPTS: &[Script] = &[
    script(Help, Dismiss, overlays::help, is_closed),
    script(Question, Yes, overlays::quitting, |it| it.effects.contains(&Effect::Quit)),
    script(Question, No, overlays::quitting, is_closed),
    script(Question, Discard, overlays::sending_much, |it| is_closed(it) && it.line() == "|"),
    script(Distrust, Mend, overlays::distrusting, |it| matches!(it.effects[..], [Effect::Dial { .. }])),
    script(Distrust, Dismiss, overlays::distrusting, is_closed),
    script(Invite, Dismiss, overlays::invite, is_closed),
    script(Invite, Turn, overlays::invite, |it| it.state().overlay == Some(Overlay::Invite(View::Qr))),
    script(Crowd, Deal(Dealing::Message), overlays::crowd, |it| {
        it.has_asked_the_link(&Command::OpenDirect(PersonId(2)))
    }),
    script(
        Crowd,
        Deal(Dealing::Whois),
        overlays::crowd,
        |it| matches!(it.state().overlay, Some(Overlay::Whois(whois)) if whois.person == PersonId(2)),
    ),
    script(Crowd, Deal(Dealing::Mention), overlays::crowd, |it| it.line() == "@bob |"),
    script(Crowd, Deal(Dealing::Ignore), overlays::crowd, |it| it.state().people.is_ignored(PersonId(2))),
    script(Crowd, Deal(Dealing::Kick), overlays::crowd_to_order, |it| it.line() == "/kick bob|"),
    script(Crowd, Deal(Dealing::Ban), overlays::crowd_to_order, |it| it.line() == "/ban bob|"),
    script(Crowd, Deal(Dealing::Mute), overlays::crowd_to_order, |it| it.line() == "/mute bob|"),
    script(Crowd, Deal(Dealing::Operator), overlays::crowd_to_order, |it| it.line() == "/op bob|"),
    script(Crowd, Dismiss, overlays::crowd, is_closed),
    script(Switcher, Go, overlays::switcher, |it| it.state().current == Some(rooms::room(2)) && is_closed(it)),
    script(Switcher, Dismiss, overlays::switcher, |it| it.state().current == it.before.current && is_closed(it)),
    script(Search, Go, overlays::search_far_back, |it| is_closed(it) && first_message(it.state()) <= Some(2)),
    script(Search, Dismiss, overlays::search_far_back, |it| is_closed(it) && first_message(it.state()) > Some(2)),
    script(Find, Older, room::found, |it| looked_at(it) < looked_at_before(it)),
    script(Find, Newer, found_an_older_one, |it| looked_at(it) > looked_at_before(it)),
    script(Find, Dismiss, found_an_older_one, |it| !it.state().is_finding()),
    script(Themes, Go, overlays::trying_a_theme, |it| matches!(it.effects[..], [Effect::Keep(Note::Theme(_))])),
    script(Themes, Dismiss, overlays::trying_a_theme, |it| it.state().theme != it.before.theme && is_closed(it)),
    script(Links, Link(0), overlays::nine_links, opens_it),
    script(Links, Link(1), overlays::nine_links, opens_it),
    script(Links, Link(2), overlays::nine_links, opens_it),
    script(Links, Link(3), overlays::nine_links, opens_it),
    script(Links, Link(4), overlays::nine_links, opens_it),
    script(Links, Link(5), overlays::nine_links, opens_it),
    script(Links, Link(6), overlays::nine_links, opens_it),
    script(Links, Link(7), overlays::nine_links, opens_it),
    script(Links, Link(8), overlays::nine_links, opens_it),
    script(Links, Dismiss, overlays::nine_links, |it| is_closed(it) && it.effects.is_empty()),
    script(
        Picker,
        Go,
        overlays::picker,
        |it| matches!(&it.effects[..], [Effect::Link(Command::Post(item))] if matches!(item.body, EntryBody::React(_))),
    ),
    script(Picker, Dismiss, overlays::picker, |it| is_closed(it) && it.effects.is_empty()),
    script(Picker, Action::Edit(Edit::DeleteLeft), overlays::picker_by_name, |it| it.after.shows("› hear▏")),
];

fn is_closed(it: &Pressed) -> bool {
    it.state().overlay.is_none()
}

fn found_an_older_one(columns: u16, rows: u16) -> Scene {
    let mut scene = room::found(columns, rows);
    (0..3).for_each(|_| scene.key(KeyCode::Enter));
    scene
}

fn looked_at(it: &Pressed) -> Option<u64> {
    Some(it.state().find.as_ref()?.chosen()?.0)
}

fn looked_at_before(it: &Pressed) -> Option<u64> {
    Some(it.before.find.as_ref()?.chosen()?.0)
}

fn opens_it(it: &Pressed) -> bool {
    let Link(at) = it.action else { return false };
    let link = Uri::parse(&overlays::address(at + 1)).expect("tests use good addresses");
    it.effects == [Effect::Open(link)]
}
