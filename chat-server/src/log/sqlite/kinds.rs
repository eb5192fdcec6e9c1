//! The kinds of entries that queries ask for, as [`chat_proto::EntryBody::kind`] numbers them.

/// The kinds of messages, actions and replies.
const MESSAGE: u16 = 1;
const ACTION: u16 = 2;
const REPLY: u16 = 6;
/// That of edits.
pub(super) const EDIT: u16 = 7;

/// What a query says to have only what was said.
macro_rules! kind_is_said {
    () => {
        "kind IN (1, 2, 6)"
    };
}

pub(super) use kind_is_said;

/// Whether an entry of this kind is something that was said: it can be looked for, changed and erased.
pub(super) fn is_said(kind: u16) -> bool {
    matches!(kind, MESSAGE | ACTION | REPLY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::EntryBody;

    #[test]
    fn what_was_said_is_what_messages_actions_and_replies_are() {
        let said = EntryBody::KINDS.iter().filter(|(kind, _)| is_said(*kind));
        let numbers: Vec<_> = said.clone().map(|(kind, _)| kind.to_string()).collect();

        assert_eq!(said.map(|(_, name)| *name).collect::<Vec<_>>(), ["Message", "Action", "Reply"]);
        assert_eq!(kind_is_said!(), format!("kind IN ({})", numbers.join(", ")));
        assert!(EntryBody::KINDS.contains(&(EDIT, "Edit")));
    }
}
