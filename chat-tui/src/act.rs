//! What an operator did, in words.

use chat_proto::Act;
use chat_proto::entry::BanScope;
use chat_proto::text::visible_line;

/// The act behind the name of whoever did it, like "removed bob". Safe to show.
pub fn sentence(act: &Act) -> String {
    let name = act.target().map(|target| visible_line(&target.name)).unwrap_or_default();
    match act {
        Act::Kick(_) => format!("removed {name}"),
        Act::Ban(_, BanScope::Key) => format!("banned {name}"),
        Act::Ban(_, BanScope::Address) => format!("banned {name} and where they come from"),
        Act::Unban(_) => format!("lifted the ban on {name}"),
        Act::Mute(_) => format!("muted {name}"),
        Act::Unmute(_) => format!("let {name} speak again"),
        Act::Op(_) => format!("made {name} an operator"),
        Act::Deop(_) => format!("made {name} an ordinary member"),
        Act::Own(_) => "owns the room now".to_owned(),
        Act::Lock => "locked the room: only members come in".to_owned(),
        Act::Unlock => "unlocked the room".to_owned(),
        Act::Rekey => "replaced the secret: older invites no longer work".to_owned(),
    }
}
