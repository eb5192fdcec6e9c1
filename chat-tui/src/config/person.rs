//! The name of whoever runs the program.

use chat_proto::Nick;
use std::os::unix::fs::MetadataExt;

/// If nothing better is known.
const STRANGER: &str = "guest";

/// The login name, cleaned to one that a person may have here.
pub fn login_name() -> Nick {
    let named = ["LOGNAME", "USER"].into_iter().filter_map(|variable| std::env::var(variable).ok());
    let mut known = named.chain(registered_name());
    known
        .find_map(|name| cleaned(&name))
        .unwrap_or_else(|| Nick::parse(STRANGER.as_bytes()).expect("it is five plain letters"))
}

/// The name in the user database, for a process that has no environment to speak of.
fn registered_name() -> Option<String> {
    let uid = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let people = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut rows = people.lines().map(|row| row.split(':').collect::<Vec<_>>());
    rows.find(|row| row.get(2) == Some(&uid.as_str())).map(|row| row[0].to_owned())
}

/// As much of `name` as may be a name: `maría.lópez@corp` becomes `maría-lópez-corp`.
fn cleaned(name: &str) -> Option<Nick> {
    let dashed: String = name.chars().map(|c| if is_plain(c) { c } else { '-' }).collect();
    let mut rest = dashed.trim_matches(['-', '_']);
    loop {
        let nick = Nick::parse(rest.as_bytes());
        match nick {
            Ok(nick) => return Some(nick),
            Err(chat_proto::name::NickError::TooLong) => {
                let (end, _) = rest.char_indices().next_back()?;
                rest = rest[..end].trim_end_matches(['-', '_']);
            }
            // A reserved word may stand with something behind it.
            Err(chat_proto::name::NickError::Reserved) => return Nick::parse(format!("{rest}-1").as_bytes()).ok(),
            Err(_) => return None,
        }
    }
}

fn is_plain(c: char) -> bool {
    matches!(c, '-' | '_')
        || Nick::parse(format!("a{c}").as_bytes()).is_ok()
        || Nick::parse(c.to_string().as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_name_is_cleaned_to_a_name() {
        for (login, name) in [
            ("alice", Some("alice")),
            ("maría.lópez@corp", Some("maría-lópez-corp")),
            ("_www", Some("www")),
            ("DOMAIN\\bob", Some("DOMAIN-bob")),
            ("system", Some("system-1")),
            ("an-extremely-long-service-account-name", Some("an-extremely-long-servic")),
            ("иван", Some("иван")),
            ("...", None),
            ("", None),
        ] {
            assert_eq!(cleaned(login).as_ref().map(Nick::as_str), name, "{login:?}");
        }
    }

    #[test]
    fn there_is_always_a_name() {
        assert!(!login_name().as_str().is_empty());
    }
}
