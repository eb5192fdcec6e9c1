//! Secrets off the command line: everybody on a machine may read the command lines of everybody's programs.
//!
//! ```text
//! chat-tui --join chat://…/AB3Z#secret   ->   CHAT_SECRET=secret chat-tui --join chat://…/AB3Z#
//! ```
//!
//! The bare `#` says where it belongs: another invite may stand beside it, as one to a server.
//! The program starts itself again like this, in the same process. Its environment is read by its owner alone.

use crate::destination::is_invite;
use std::ffi::{OsStr, OsString};

/// The variable in which the secret travels.
pub const VARIABLE: &str = "CHAT_SECRET";
/// Behind which an invite may stand.
const FLAGS: [&str; 2] = ["--join", "--server"];

/// The arguments without the secret of the invite among them, and that secret; none if there is nothing to hide.
pub fn veil(arguments: &[OsString]) -> Option<(Vec<OsString>, String)> {
    let at = invite_with(arguments, |text| !text.ends_with('#') && text.contains('#'))?;
    let (invite, secret) = arguments[at].to_str()?.split_once('#')?;
    let mut veiled = arguments.to_vec();
    veiled[at] = format!("{invite}#").into();
    Some((veiled, secret.to_owned()))
}

/// The arguments as they were typed, from what [`veil`] made of them.
pub fn unveil(mut arguments: Vec<OsString>, secret: Option<&OsStr>) -> Vec<OsString> {
    let veiled = invite_with(&arguments, |text| text.ends_with('#'));
    if let (Some(at), Some(secret)) = (veiled, secret) {
        arguments[at].push(secret);
    }
    arguments
}

/// Where an invite stands, however it was pasted, that `holds` is true of; not a message that mentions one.
fn invite_with(arguments: &[OsString], holds: impl Fn(&str) -> bool) -> Option<usize> {
    let is_meant = |at: &usize| arguments[*at].to_str().is_some_and(|text| is_invite(text) && holds(text));
    (0..arguments.len()).filter(|at| is_value(arguments, *at)).find(is_meant)
}

/// Whether it is the value of a flag, or a flag with its value.
fn is_value(arguments: &[OsString], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| arguments[before].to_str());
    let own = arguments[at].to_str().and_then(|text| Some(text.split_once('=')?.0));
    [before, own].into_iter().flatten().any(|flag| FLAGS.contains(&flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_secret_and_nothing_else_leaves_the_command_line_and_comes_back() {
        for (typed, veiled) in [
            ("chat-tui --join chat://h/AB3Z?key=k#s3cret", "chat-tui --join chat://h/AB3Z?key=k#"),
            (
                "chat-tui --server chat://h?key=k --join chat://h/AB3Z#s3cret",
                "chat-tui --server chat://h?key=k --join chat://h/AB3Z#",
            ),
            ("chat-tui send --join=CHAT://h/AB3Z#s3cret hi", "chat-tui send --join=CHAT://h/AB3Z# hi"),
        ] {
            let (hidden, secret) = veil(&arguments(typed)).unwrap();

            assert_eq!((hidden.clone(), secret.as_str()), (arguments(veiled), "s3cret"));
            assert_eq!(unveil(hidden, Some(OsStr::new(&secret))), arguments(typed));
        }
    }

    #[test]
    fn a_secret_leaves_the_command_line_however_its_invite_was_pasted() {
        for pasted in ["<chat://h/AB3Z#s3cret>", " 'chat://h/AB3Z#s3cret'", "chat-tui --join 'chat://h/AB3Z#s3cret' -v"]
        {
            let typed: Vec<OsString> = ["chat-tui", "--join", pasted].map(OsString::from).into();

            let (hidden, secret) = veil(&typed).unwrap();

            assert!(!hidden.iter().any(|argument| argument.to_string_lossy().contains("s3cret")), "{hidden:?}");
            assert_eq!(unveil(hidden, Some(OsStr::new(&secret))), typed);
        }
    }

    #[test]
    fn where_there_is_no_secret_nothing_changes() {
        for typed in ["chat-tui --join AB3Z", "chat-tui --join chat://h/AB3Z", "chat-tui send --join AB3Z issue#7"] {
            assert_eq!(veil(&arguments(typed)), None, "{typed}");
            assert_eq!(unveil(arguments(typed), None), arguments(typed));
            assert_eq!(unveil(arguments(typed), Some(OsStr::new("left over"))), arguments(typed));
        }
    }

    #[test]
    fn a_message_that_mentions_an_invite_stays_whole() {
        let typed: Vec<OsString> =
            ["chat-tui", "send", "--join", "AB3Z", "come to chat://h/AB3Z#s3cret"].map(OsString::from).into();

        assert_eq!(veil(&typed), None);
        assert_eq!(unveil(typed.clone(), Some(OsStr::new("other"))), typed);
    }
}
