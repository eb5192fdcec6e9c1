//! What is said about trust: the same words on the screen and on standard error.

use crate::link::{Distrust, Security, Trust, Why};

/// What a line of an explanation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Title,
    Text,
    /// Something to compare or to copy, whole.
    Exact,
}

/// The hint at first contact; nothing at any other.
pub fn first_contact(server: &str, security: Security) -> Option<String> {
    match security {
        Security::Tls { key, trust: Trust::FirstContact } => Some(format!(
            "first contact with {server}: its key is {key}, remembered from now on. \
             Compare it with what the server's operator sees"
        )),
        Security::Tls { .. } | Security::Plain => None,
    }
}

/// What is wrong with a server, in a few words without a full stop.
pub fn in_short(distrust: &Distrust) -> String {
    let server = &distrust.server;
    match &distrust.why {
        Why::Changed { .. } => format!("{server} has another key than before, so nothing was said to it"),
        Why::NotInvited { .. } => format!("{server} has another key than the invite names, so nothing was said to it"),
        Why::Certificate(reason) => format!("the certificate of {server} does not hold: {reason}"),
    }
}

/// What is wrong with a server, what it may mean and what to do, line by line.
pub fn in_full(distrust: &Distrust) -> Vec<(Part, String)> {
    match &distrust.why {
        Why::Changed { known } => changed(distrust, &known.to_string()),
        Why::NotInvited { named } => not_invited(distrust, &named.to_string()),
        Why::Certificate(reason) => bad_certificate(distrust, reason),
    }
}

/// The same as one text, for standard error.
pub fn as_text(distrust: &Distrust) -> String {
    let lines = in_full(distrust).into_iter().map(|(part, words)| match part {
        Part::Exact => format!("    {words}"),
        Part::Title | Part::Text => words,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn changed(distrust: &Distrust, known: &str) -> Vec<(Part, String)> {
    vec![
        (Part::Title, format!("{} has another key than before", distrust.server)),
        text("The key you know:"),
        exact(known),
        text("The key it shows now:"),
        exact(&distrust.found.to_string()),
        text(
            "Either it was set up anew, or somebody stands in between who would read along. Nothing was said to it. \
             Ask its operator, by another way than this, which key it has.",
        ),
        text("If it is the new one, this accepts it:"),
        exact(&command(distrust)),
    ]
}

fn not_invited(distrust: &Distrust, named: &str) -> Vec<(Part, String)> {
    vec![
        (Part::Title, format!("{} has another key than the invite names", distrust.server)),
        text("The key in the invite:"),
        exact(named),
        text("The key it shows:"),
        exact(&distrust.found.to_string()),
        text(
            "Either the invite is older than the server's key, or somebody stands in between who would read along. \
             Nothing was said to it. Ask whoever invited you for a new invite.",
        ),
    ]
}

fn bad_certificate(distrust: &Distrust, reason: &str) -> Vec<(Part, String)> {
    vec![
        (Part::Title, format!("The certificate of {} does not hold", distrust.server)),
        (Part::Text, format!("What is wrong: {reason}.")),
        text("The key it shows:"),
        exact(&distrust.found.to_string()),
        text(
            "Nothing was said to it. If its operator tells you, by another way than this, that this is its key, this accepts it:",
        ),
        exact(&command(distrust)),
    ]
}

/// What accepts the key that was shown. Safe to paste into a shell.
fn command(distrust: &Distrust) -> String {
    let Distrust { server, found, .. } = distrust;
    // Brackets mean something to shells; and a key that begins with a dash looks like a flag.
    let server = if server.starts_with('[') { format!("'{server}'") } else { server.clone() };
    let found = found.to_string();
    let dashes = if found.starts_with('-') { "-- " } else { "" };
    format!("chat-tui trust {dashes}{server} {found}")
}

fn text(words: &str) -> (Part, String) {
    (Part::Text, words.to_owned())
}

fn exact(words: &str) -> (Part, String) {
    (Part::Exact, words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::Fingerprint;

    fn distrust(server: &str, found: Fingerprint) -> Distrust {
        Distrust { server: server.into(), found, why: Why::Changed { known: Fingerprint::of(b"old") } }
    }

    #[test]
    fn a_changed_key_is_told_with_both_keys_and_the_command_that_accepts_the_new_one() {
        let (old, new) = (Fingerprint::of(b"old"), Fingerprint::of(b"new"));

        let lines = in_full(&distrust("chat.example.org:7000", new));

        let exact: Vec<_> = lines.iter().filter(|(part, _)| *part == Part::Exact).map(|(_, words)| words).collect();
        let command = format!("chat-tui trust chat.example.org:7000 {new}");
        assert_eq!(exact, [&old.to_string(), &new.to_string(), &command]);
    }

    #[test]
    fn the_command_can_be_pasted_whatever_the_address_and_the_key() {
        let dashed = (0..=u16::MAX).map(|n| Fingerprint::of(&n.to_be_bytes()));
        let dashed = dashed.into_iter().find(|key| key.to_string().starts_with('-')).unwrap();

        let command = command(&distrust("[::1]:7000", dashed));

        assert_eq!(command, format!("chat-tui trust -- '[::1]:7000' {dashed}"));
    }

    #[test]
    fn an_invite_that_is_wrong_is_not_put_right_by_a_command() {
        let why = Why::NotInvited { named: Fingerprint::of(b"named") };
        let text = as_text(&Distrust { why, ..distrust("localhost:7000", Fingerprint::of(b"new")) });

        assert!(text.contains("new invite") && !text.contains("chat-tui trust"), "{text}");
    }
}
