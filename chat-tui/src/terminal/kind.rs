//! What is known of a terminal by the names that it gives itself in the environment.

use super::Hyperlinks;

/// Terminals that show an unknown sequence as letters, or are none that moves its cursor at all.
const SIMPLE: [&str; 8] = ["dumb", "linux", "vt", "cons", "ansi", "sun", "eterm", "network"];
/// Older ones crash on a link or lose their place (VTE 0.48.2 mended it).
const VTE_WITH_LINKS: u32 = 4802;

/// A terminal, as it calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    term: String,
    vte: Option<u32>,
}

impl Kind {
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let vte = variable("VTE_VERSION").and_then(|version| version.parse().ok());
        Self { term: variable("TERM").unwrap_or_default(), vte }
    }

    /// Whether the whole screen can be painted.
    pub(super) fn has_screen(&self) -> bool {
        !matches!(self.term.as_str(), "" | "dumb" | "unknown")
    }

    pub(super) fn hyperlinks(&self) -> Hyperlinks {
        let is_old = self.vte.is_some_and(|version| version < VTE_WITH_LINKS);
        match self.is_simple() || is_old {
            true => Hyperlinks::Omitted,
            false => Hyperlinks::Written,
        }
    }

    fn is_simple(&self) -> bool {
        self.term.is_empty() || SIMPLE.iter().any(|name| self.term.starts_with(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(variables: &[(&str, &str)]) -> Kind {
        Kind::of(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn links_are_written_only_where_they_do_no_harm() {
        let table = [
            (kind(&[("TERM", "xterm-256color")]), Hyperlinks::Written),
            (kind(&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")]), Hyperlinks::Written),
            (kind(&[("TERM", "xterm-256color"), ("VTE_VERSION", "4601")]), Hyperlinks::Omitted),
            (kind(&[("TERM", "linux")]), Hyperlinks::Omitted),
            (kind(&[("TERM", "dumb")]), Hyperlinks::Omitted),
            (kind(&[]), Hyperlinks::Omitted),
        ];
        for (kind, expected) in table {
            assert_eq!(kind.hyperlinks(), expected, "{kind:?}");
        }
    }
}
