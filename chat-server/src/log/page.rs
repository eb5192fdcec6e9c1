//! What fits into a page of history, with whatever changes what is in it.

use super::Stored;
use chat_proto::Seq;
use chat_proto::limits::{FRAME_BYTES_FROM_SERVER, PAGE_ENTRIES_WITH_POINTERS};

/// Bytes of a page that are no entries, or more.
const REST_BYTES: usize = 64;
/// What the entries of a page and those that point at them may take.
const BYTES: usize = FRAME_BYTES_FROM_SERVER - REST_BYTES;

/// An entry behind a page that changes one in it.
pub(super) struct Behind {
    /// Which.
    pub(super) target: Seq,
    /// It.
    pub(super) stored: Stored,
}

/// The newest of `entries`, as many as fit together with what points at them, but at least one if any; then the latter.
/// `pointing` comes the newest target first.
///
/// # Errors
/// Those of `pointing`.
pub(super) fn fitted<E>(
    entries: Vec<Stored>,
    pointing: impl Iterator<Item = Result<Behind, E>>,
) -> Result<Vec<Stored>, E> {
    let mut pointing = pointing.peekable();
    let (mut page, mut behind) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    for entry in entries.into_iter().rev() {
        let mut its = Vec::new();
        while let Some(next) = pointing.next_if(|next| next.as_ref().map_or(true, |next| next.target >= entry.seq)) {
            its.push(next?.stored);
        }
        bytes += entry.bytes.len() + its.iter().map(|stored| stored.bytes.len()).sum::<usize>();
        let count = page.len() + behind.len() + its.len() + 1;
        if (count > PAGE_ENTRIES_WITH_POINTERS || bytes > BYTES) && !page.is_empty() {
            break;
        }
        page.push(entry);
        behind.append(&mut its);
    }
    page.reverse();
    behind.sort_unstable_by_key(|stored| stored.seq);
    page.append(&mut behind);
    Ok(page)
}
