//! What lies over a screen.

use super::{Situation, besides, every};
use crate::situations::{overlays, room};
use chat_tui::overlay::{Overlay, Question};
use chat_tui::people::Whois;
use chat_tui::share::View;
use chat_tui::state::State;

every!(kinds: match state.overlay, state {
    None => "talk", room::talk, "all green";
    Some(Overlay::Help { .. }) => "help", overlays::help, "Esc closes";
    Some(Overlay::Question(Question::Quit)) => "question-quit", overlays::quitting, "Esc stay";
    Some(Overlay::Question(Question::Leave { .. })) => "question-leave", overlays::leaving, "Esc stay";
    Some(Overlay::Question(Question::SendLong)) => "question-send-long", overlays::sending_much, "Esc edit";
    Some(Overlay::Question(Question::Forget)) => "question-forget", overlays::forgetting, "Esc keep";
    Some(Overlay::Question(Question::Delete { .. })) => "question-delete", overlays::deleting, "Esc keep";
    Some(Overlay::Distrust { .. }) => "distrust", overlays::distrusting, "Esc";
    Some(Overlay::Whois(Whois { was: None, .. })) => "whois", overlays::whois, "Esc closes";
    Some(Overlay::Whois(Whois { was: Some(_), .. })) => "whois-another-key", overlays::whois_of_another_key, "Esc closes";
    Some(Overlay::WhoAmI) => "whoami", overlays::whoami, "Esc closes";
    Some(Overlay::Invite(View::Line)) => "invite", overlays::invite, "Esc closes";
    Some(Overlay::Invite(View::Qr)) => "invite-qr", overlays::invite_as_qr, "Esc closes";
    Some(Overlay::Search) => "search", overlays::search, "Esc close";
    Some(Overlay::Switcher) => "switcher", overlays::switcher, "Esc stay";
    Some(Overlay::Crowd(_)) => "crowd", overlays::crowd, "bob";
    Some(Overlay::Themes { .. }) => "themes", overlays::themes, "Esc";
    Some(Overlay::React) => "react", overlays::picker, "Esc cancels";
    Some(Overlay::Links) => "links", overlays::links, "Esc none";
});

besides!(stages: {
    "help-further-down", overlays::help_further_down, "Esc closes";
    "help-at-its-end", overlays::help_at_its_end, "Esc closes";
    "help-of-the-prompt", overlays::help_of_the_prompt, "Esc closes";
    "question-quit-as-host", overlays::quitting_as_host, "Esc stay";
    "distrust-further-down", overlays::distrusting_further_down, "Esc";
    "search-asked", overlays::searching, "searching…";
    "search-long", overlays::long_search, "build 20";
    "search-without-hits", overlays::search_without_hits, "nothing found";
    "search-given-up", overlays::search_given_up, "took too long";
    "search-refused", overlays::search_refused, "too much is being looked for";
    "mentions", overlays::mentions, "Esc close";
    "switcher-typed-in", overlays::switcher_typed_in, "K7QC";
    "switcher-of-nothing", overlays::switcher_of_nothing, "no room here is called so";
    "switcher-of-nine", overlays::switcher_of_nine, "Esc stay";
    "crowd-to-order", overlays::crowd_to_order, "bob";
    "crowd-of-many", overlays::crowd_of_many, "▌ ●";
    "themes-tried", overlays::trying_a_theme, "▸";
    "react-by-name", overlays::picker_by_name, "› heart▏";
    "react-to-nothing", overlays::picker_of_nothing, "nothing is called so";
    "links-nine", overlays::nine_links, "9  https://example.org/9";
});
