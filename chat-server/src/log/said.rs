//! What people say: the entries that have a text which can be looked for, changed and erased.

use bytes::Bytes;
use chat_proto::EntryBody;
use chat_proto::entry::Edit;

/// What a message, an action or a reply says.
pub(super) fn text_of(body: &EntryBody) -> Option<&Bytes> {
    match body {
        EntryBody::Message(text) | EntryBody::Action(text) => Some(text),
        EntryBody::Reply(reply) => Some(&reply.text),
        _ => None,
    }
}

/// What is left of such an entry, or of an edit, once its text is erased; nothing of others is.
pub(super) fn without_text(body: &EntryBody) -> Option<EntryBody> {
    match body {
        EntryBody::Edit(edit) => Some(EntryBody::Edit(Edit { target: edit.target, text: Bytes::new() })),
        body => text_of(body).map(|_| EntryBody::Erased),
    }
}

/// What a message says that was said as `body`, and put otherwise by `edit`.
pub(super) fn newest_text(body: &EntryBody, edit: Option<&EntryBody>) -> Option<String> {
    let own = text_of(body)?;
    let text = match edit {
        Some(EntryBody::Edit(edit)) => &edit.text,
        _ => own,
    };
    Some(String::from_utf8_lossy(text).into_owned())
}
