//! How letters are compared where words are looked for: a server that searches its logs and a client that searches what
//! it shows find the same.

/// Down, up and down again: `ß` and `ẞ` become `ss`, `ς` and `Σ` become `σ` only this way.
pub fn caseless(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase).filter(|c| !is_dropped(*c))
}

/// Diacritics, and what only changes how a letter is drawn. The marks of scripts that write vowels with them stay.
pub fn is_dropped(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
        | '\u{0591}'..='\u{05c7}'               // Hebrew points
        | '\u{0640}' | '\u{064b}'..='\u{065f}' | '\u{0670}' // Arabic stretching, vowels
        | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}
