//! What came of a stream, piece by piece.

/// The beginning of a piece whose end has not come yet.
#[derive(Default)]
pub(crate) struct Inbox(Vec<u8>);

impl Inbox {
    /// Hands over all there is, again and again, as long as `first` takes a piece off its front and says how long it
    /// was.
    pub(crate) fn take(&mut self, came: &[u8], first: impl FnMut(&[u8]) -> Option<usize>) {
        if self.0.is_empty() {
            let taken = take_off(came, first);
            self.0.extend_from_slice(&came[taken..]);
        } else {
            self.0.extend_from_slice(came);
            let taken = take_off(&self.0, first);
            self.0.drain(..taken);
        }
    }
}

fn take_off(bytes: &[u8], mut first: impl FnMut(&[u8]) -> Option<usize>) -> usize {
    let mut taken = 0;
    while let Some(length) = bytes.get(taken..).filter(|rest| !rest.is_empty()).and_then(&mut first) {
        taken += length;
    }
    taken
}
