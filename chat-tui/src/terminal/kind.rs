//! What is known of a terminal by the names that it gives itself in the environment.

use super::Hyperlinks;
use crate::hyperlink::Links;

/// Terminals that show an unknown sequence as letters, or are none that moves its cursor at all.
const SIMPLE: [&str; 8] = ["dumb", "linux", "vt", "cons", "ansi", "sun", "eterm", "network"];
/// Older ones crash on a link or lose their place (VTE 0.48.2 mended it).
const VTE_WITH_LINKS: u32 = 4802;

/// A terminal, as it calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    term: String,
    /// What tells this terminal from others of its kind: the program and its version.
    name: String,
    vte: Option<u32>,
    is_multiplexed: bool,
}

/// Where terminals say which program they are, and in which version.
const NAMES: [&str; 7] = [
    "TERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "VTE_VERSION",
    "XTERM_VERSION",
    "KONSOLE_VERSION",
    "LC_TERMINAL_VERSION",
];
const NAME_BYTES_MAX: usize = 100;

impl Kind {
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let vte = variable("VTE_VERSION").and_then(|version| version.parse().ok());
        let names: Vec<String> = NAMES.iter().filter_map(|name| variable(name)).collect();
        let mut name: String = names.join(" ").chars().filter(|c| matches!(c, ' '..='~')).collect();
        name.truncate(NAME_BYTES_MAX);
        Self { term: variable("TERM").unwrap_or_default(), name, vte, is_multiplexed: variable("TMUX").is_some() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the whole screen can be painted.
    pub(super) fn has_screen(&self) -> bool {
        !matches!(self.term.as_str(), "" | "dumb" | "unknown")
    }

    /// Whether a question does no harm: GNU screen answers for a terminal that may change under it.
    pub(super) fn may_be_asked(&self) -> bool {
        !self.is_simple() && (self.is_multiplexed || !self.term.starts_with("screen"))
    }

    /// Whether links are written, where they are wanted so.
    pub(super) fn hyperlinks(&self, wanted: Links) -> Hyperlinks {
        match wanted {
            Links::Auto if self.is_harmed_by_links() => Hyperlinks::Omitted,
            Links::Auto | Links::On => Hyperlinks::Written,
            Links::Off => Hyperlinks::Omitted,
        }
    }

    fn is_harmed_by_links(&self) -> bool {
        self.is_simple() || self.vte.is_some_and(|version| version < VTE_WITH_LINKS)
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
    fn nothing_is_asked_that_would_be_shown() {
        let table = [
            (kind(&[("TERM", "xterm-kitty")]), true),
            (kind(&[("TERM", "screen-256color"), ("TMUX", "/tmp/x")]), true),
            (kind(&[("TERM", "screen-256color")]), false),
            (kind(&[("TERM", "linux")]), false),
            (kind(&[("TERM", "dumb")]), false),
            (kind(&[]), false),
        ];
        for (kind, expected) in table {
            assert_eq!(kind.may_be_asked(), expected, "{kind:?}");
        }
    }

    #[test]
    fn a_terminal_is_named_by_its_program_and_version() {
        let named =
            kind(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Ghost\u{7}ty"), ("TERM_PROGRAM_VERSION", "1.2")]);

        assert_eq!(named.name(), "xterm-256color Ghostty 1.2");
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
            assert_eq!(kind.hyperlinks(Links::Auto), expected, "{kind:?}");
        }
    }

    #[test]
    fn whoever_chooses_has_links_everywhere_or_nowhere() {
        for kind in [kind(&[("TERM", "xterm-256color")]), kind(&[("TERM", "linux")])] {
            assert_eq!(kind.hyperlinks(Links::On), Hyperlinks::Written, "{kind:?}");
            assert_eq!(kind.hyperlinks(Links::Off), Hyperlinks::Omitted, "{kind:?}");
        }
    }
}
