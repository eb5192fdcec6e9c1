//! Keeping order, in words: what is typed for an act, what everybody reads of it, and what follows from it.

use crate::widget::timeline::name;
use chat_proto::Act;
use chat_proto::entry::BanScope;

/// What stands in the room when `author` did this: "alice removed bob". Safe to show.
pub fn told(author: &str, act: &Act) -> String {
    let target = target(act);
    match act {
        Act::Kick(_) => format!("{author} removed {target}"),
        Act::Ban(_, BanScope::Key) => format!("{author} banned {target}"),
        Act::Ban(_, BanScope::Address) => format!("{author} banned {target} and where they come from"),
        Act::Unban(_) => format!("{author} lifted the ban on {target}"),
        Act::Mute(_) => format!("{author} muted {target}"),
        Act::Unmute(_) => format!("{author} let {target} speak again"),
        Act::Op(_) => format!("{author} made {target} an operator"),
        Act::Deop(_) => format!("{author} made {target} an ordinary member"),
        // Nobody does it: the server finds the next owner.
        Act::Own(_) => format!("{target} owns the room now"),
        Act::Lock => format!("{author} locked the room: only members come in"),
        Act::Unlock => format!("{author} unlocked the room"),
        Act::Rekey => format!("{author} replaced the secret: older invites no longer work"),
    }
}

/// What whoever did it should know besides.
pub fn consequence(act: &Act) -> Option<String> {
    let target = target(act);
    match act {
        Act::Kick(_) => Some(format!("{target} may come back after a while: /ban {target} keeps them out")),
        Act::Ban(_, BanScope::Key) => {
            Some(format!("the key of {target} stays out, whatever name it takes: /unban {target} takes it back"))
        }
        Act::Ban(_, BanScope::Address) => Some(format!(
            "the key of {target} stays out, and nobody new comes in from their address: /unban {target} takes it back"
        )),
        _ => None,
    }
}

/// The line that asks for it: `/ban bob address`.
pub fn line(act: &Act) -> String {
    let scope = if let Act::Ban(_, BanScope::Address) = act { " address" } else { "" };
    match act.target() {
        Some(_) => format!("/{} {}{scope}", act.word(), target(act)),
        None => format!("/{}", act.word()),
    }
}

/// Whom it is about, as it may be shown; nothing if nobody.
pub fn target(act: &Act) -> String {
    act.target().map(|target| name(&target.name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::PersonId;
    use chat_proto::entry::Target;

    fn bob() -> Target {
        Target { person: PersonId(2), name: "bob".into() }
    }

    #[test]
    fn every_act_is_told_with_who_did_it_and_to_whom() {
        for (act, words) in [
            (Act::Kick(bob()), "alice removed bob"),
            (Act::Ban(bob(), BanScope::Key), "alice banned bob"),
            (Act::Ban(bob(), BanScope::Address), "alice banned bob and where they come from"),
            (Act::Unban(bob()), "alice lifted the ban on bob"),
            (Act::Mute(bob()), "alice muted bob"),
            (Act::Unmute(bob()), "alice let bob speak again"),
            (Act::Op(bob()), "alice made bob an operator"),
            (Act::Deop(bob()), "alice made bob an ordinary member"),
            (Act::Own(bob()), "bob owns the room now"),
            (Act::Lock, "alice locked the room: only members come in"),
            (Act::Unlock, "alice unlocked the room"),
            (Act::Rekey, "alice replaced the secret: older invites no longer work"),
        ] {
            assert_eq!(told("alice", &act), words);
        }
    }

    #[test]
    fn a_name_in_an_act_is_cleaned_and_cut() {
        let hostile = Target { person: PersonId(2), name: format!("b\x1b[2J\n{}", "x".repeat(1000)).into() };

        let words = told("alice", &Act::Kick(hostile));

        assert!(!words.contains(char::is_control) && words.chars().count() < 60, "{words}");
    }
}
