//! The part of a message that stands in a hit.

use chat_proto::limits::EXCERPT_BYTES;
use unicode_segmentation::UnicodeSegmentation;

/// Stands where something was cut away.
const CUT: &str = "…";

/// At most [`EXCERPT_BYTES`] of `text`: all of it if it fits, otherwise the part around `at`, a byte of it, a quarter
/// of which stands before. Cut between what a reader takes for characters.
pub(super) fn excerpt(text: &str, at: usize) -> String {
    if text.len() <= EXCERPT_BYTES {
        return text.to_owned();
    }
    let room = EXCERPT_BYTES - 2 * CUT.len();
    let begin = at.saturating_sub(room / 4).min(text.len() - room);
    let (begin, end) = (begin_of_part(text, begin, at), end_of_part(text, begin + room, at));
    let before = if begin > 0 { CUT } else { "" };
    let behind = if end < text.len() { CUT } else { "" };
    format!("{before}{}{behind}", &text[begin..end])
}

/// The first character that begins at `begin` or later. A character may be as long as its author likes; one that
/// reaches beyond `at` is cut.
fn begin_of_part(text: &str, begin: usize, at: usize) -> usize {
    let boundary = text.grapheme_indices(true).map(|(start, _)| start).find(|start| *start >= begin);
    boundary.filter(|boundary| *boundary <= at).unwrap_or_else(|| text.ceil_char_boundary(begin))
}

/// The end of the last character that ends at `end` or earlier.
fn end_of_part(text: &str, end: usize, at: usize) -> usize {
    let ends = text.grapheme_indices(true).map(|(start, character)| start + character.len());
    let boundary = ends.take_while(|boundary| *boundary <= end).last();
    boundary.filter(|boundary| *boundary > at).unwrap_or_else(|| text.floor_char_boundary(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_whole() {
        let text = "é".repeat(EXCERPT_BYTES / 2);

        assert_eq!(excerpt(&text, 400), text);
    }

    #[test]
    fn a_long_message_is_cut_around_the_word() {
        let text = format!("{}needle {}", "hay ".repeat(1_000), "straw ".repeat(1_000));

        let cut = excerpt(&text, 4_000);

        assert!(cut.starts_with('…') && cut.ends_with('…') && cut.contains("needle"), "{cut}");
        assert!(cut.len() <= EXCERPT_BYTES && cut.len() > EXCERPT_BYTES - 20);
    }

    #[test]
    fn the_ends_of_a_message_have_no_ellipsis() {
        let text = "word ".repeat(500);

        let (first, last) = (excerpt(&text, 0), excerpt(&text, text.len() - 5));

        assert!(first.starts_with("word") && first.ends_with('…'));
        assert!(last.starts_with('…') && last.ends_with("word "));
    }

    #[test]
    fn no_character_is_taken_apart() {
        let family = "👨\u{200d}👩\u{200d}👧";
        let text = family.repeat(100);

        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            let cut = excerpt(&text, at);
            assert_eq!(cut.trim_matches('…').replace(family, ""), "");
        }
    }

    #[test]
    fn a_character_longer_than_an_excerpt_is_cut() {
        let text = format!("{}👧", "👨\u{200d}".repeat(500));

        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            let cut = excerpt(&text, at);
            assert!(cut.len() <= EXCERPT_BYTES && cut.len() > EXCERPT_BYTES / 2);
        }
    }
}
