//! Emoji by their short names: `:tada:`, as people know them from elsewhere.

use crate::wrap;
use chat_proto::text::visible;
use emojis::Emoji;

/// An emoji and the name that it is typed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    pub emoji: &'static str,
    pub name: &'static str,
}

/// The emoji of this name, if it is one that looks the same everywhere.
pub fn named(name: &str) -> Option<&'static str> {
    let emoji = emojis::get_by_shortcode(name)?.as_str();
    is_shown_alike(emoji).then_some(emoji)
}

/// The emoji that one may react with and that this is a part of the name of, the likeliest first: what is called so,
/// what begins so, what has a word that begins so in its name, or in what Unicode calls it. All of them for nothing.
pub fn search(part: &str) -> Vec<Named> {
    let part = part.to_lowercase().replace([' ', '-'], "_");
    let mut found: Vec<(Rank, Named)> = all().filter_map(|(emoji, name)| found(emoji, name, &part)).collect();
    // Stable: what is equally likely stays in the order of Unicode, faces first.
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, named)| named).collect()
}

/// How likely it is meant; the first is the likeliest. Among equals, the shorter name.
type Rank = (Match, usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    Whole,
    Beginning,
    Word,
    Description,
}

fn all() -> impl Iterator<Item = (&'static Emoji, &'static str)> {
    let offered = emojis::iter().filter(|emoji| is_shown_alike(emoji.as_str()) && is_reaction(emoji.as_str()));
    offered.filter_map(|emoji| emoji.shortcode().map(|name| (emoji, name)))
}

fn found(emoji: &'static Emoji, name: &'static str, part: &str) -> Option<(Rank, Named)> {
    if part.is_empty() {
        return Some(((Match::Whole, 0), Named { emoji: emoji.as_str(), name }));
    }
    let by_name =
        emoji.shortcodes().filter_map(|name| matched(name, part).map(|matched| ((matched, name.len()), name)));
    let described = || matched(&emoji.name().to_lowercase().replace([' ', '-'], "_"), part).is_some();
    let best = by_name.min().or_else(|| described().then_some(((Match::Description, name.len()), name)));
    best.map(|(rank, name)| (rank, Named { emoji: emoji.as_str(), name }))
}

fn matched(name: &str, part: &str) -> Option<Match> {
    match name.find(part)? {
        0 if name.len() == part.len() => Some(Match::Whole),
        0 => Some(Match::Beginning),
        _ => name.match_indices(part).any(|(at, _)| name[..at].ends_with('_')).then_some(Match::Word),
    }
}

/// Several that a joiner makes one are shown apart, and what is made of letters that hide is cut.
fn is_shown_alike(emoji: &str) -> bool {
    visible(emoji.as_bytes()) == emoji && wrap::apart(emoji) == emoji
}

fn is_reaction(emoji: &str) -> bool {
    chat_proto::Emoji::parse(emoji.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(part: &str) -> Vec<&'static str> {
        search(part).into_iter().take(3).map(|named| named.name).collect()
    }

    #[test]
    fn what_is_called_so_comes_first_and_then_what_begins_so() {
        assert_eq!(first("smile")[..2], ["smile", "smiley"]);
        assert_eq!(first("tad"), ["tada"]);
        assert_eq!(search("+1")[0], Named { emoji: "👍", name: "+1" });
        assert!(search("party").iter().any(|named| named.emoji == "🎉"), "by what Unicode calls it");
        assert_eq!(search("Thumbs Up")[0].emoji, "👍");
        assert_eq!(search("nothing_is_called_so"), []);
    }

    #[test]
    fn every_emoji_that_is_offered_is_found_by_its_name() {
        let all = search("");

        assert!(all.len() > 1000);
        assert!(all.iter().all(|named| self::named(named.name) == Some(named.emoji)));
    }

    #[test]
    fn what_is_shown_apart_is_not_offered() {
        assert_eq!(named("family_man_woman_girl_boy"), None);
        assert_eq!(named("england"), None);
        assert_eq!(search("family_man_woman_girl_boy"), []);
    }
}
