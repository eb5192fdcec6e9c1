//! Where an entry lies in the file: `room << 40 | seq`; and how numbers without a sign are written.

use chat_proto::Seq;

const SEQ_BITS: u32 = 40;
/// The highest place in a room: 34,000 entries a second for a year.
const SEQ_MAX: u64 = (1 << SEQ_BITS) - 1;
/// The highest number of a room: the place behind its last entry is a number, too.
pub(super) const ROOM_MAX: i64 = (1 << (63 - SEQ_BITS)) - 2;

/// Where the entry `seq` of a room lies, or would.
pub(super) fn place(room: i64, seq: Seq) -> i64 {
    room << SEQ_BITS | seq.0.min(SEQ_MAX).cast_signed()
}

/// Which entry of its room lies there.
pub(super) fn seq(place: i64) -> Seq {
    Seq(place.cast_unsigned() & SEQ_MAX)
}

/// A number as SQLite orders numbers: the lowest is the lowest there too.
pub(super) fn ordered(n: u64) -> i64 {
    (n ^ 1 << 63).cast_signed()
}

/// The number that was written so.
pub(super) fn from_ordered(n: i64) -> u64 {
    n.cast_unsigned() ^ 1 << 63
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_a_room_lie_together_in_order() {
        let last = place(1, Seq(u64::MAX));

        assert!(place(1, Seq::START) < place(1, Seq(1)));
        assert!(last < place(2, Seq::START));
        assert_eq!(seq(place(ROOM_MAX, Seq(7))), Seq(7));
        assert!(place(ROOM_MAX, Seq(u64::MAX)) > 0);
    }

    #[test]
    fn numbers_keep_their_order_above_the_sign() {
        let numbers = [0, 1, 1 << 62, (1 << 63) - 1, 1 << 63, u64::MAX];

        assert!(numbers.map(ordered).is_sorted());
        assert_eq!(numbers.map(ordered).map(from_ordered), numbers);
    }
}
