//! What this process takes for chance, from one seed: the order in hash maps, the branch that a `select!` tries first,
//! the names of files. All of it comes from the system's `getrandom`, which stands here in its place.

use std::sync::atomic::{AtomicU64, Ordering};

/// Any number: the same in every run. What a seed decides is decided by dice of its own.
static STATE: AtomicU64 = AtomicU64::new(0x9e37_79b9_7f4a_7c15);

/// Fills `buffer` with `length` bytes that look random and are the same in every run.
///
/// # Safety
/// As with the system's own: `buffer` can be written for `length` bytes.
#[expect(
    unsafe_code,
    reason = "one seed, one run: without it, the standard library's hash maps differ from run to run"
)]
#[unsafe(no_mangle)]
unsafe extern "C" fn getrandom(buffer: *mut u8, length: usize, _flags: u32) -> isize {
    // SAFETY: the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts_mut(buffer, length) };
    for chunk in bytes.chunks_mut(8) {
        let word = mixed(STATE.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed));
        chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
    }
    length.cast_signed()
}

/// The output function of `SplitMix64`. Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators",
/// 2014.
fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
