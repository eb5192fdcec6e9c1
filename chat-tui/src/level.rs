//! What of a room calls its reader: all that is said, what names them, or nothing.

/// How much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    All,
    Mentions,
    Nothing,
}

const WORDS: [(&str, Level); 3] = [("all", Level::All), ("mentions", Level::Mentions), ("nothing", Level::Nothing)];

impl Level {
    /// As it is typed, and as it stands in files.
    pub fn parse(word: &str) -> Option<Self> {
        WORDS.iter().find(|(known, _)| *known == word).map(|(_, level)| *level)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::Nothing => "nothing",
        }
    }

    /// For whoever asks what it is.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::All => "everything that others say here calls you",
            Self::Mentions => "what names you here calls you",
            Self::Nothing => "nothing here calls you",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_found_by_its_word() {
        for (word, level) in WORDS {
            assert_eq!((Level::parse(word), level.word()), (Some(level), word));
        }
        assert_eq!(Level::parse("everything"), None);
    }
}
