//! Whatever a server may say to a link, in any order.
#![no_main]

#[path = "../../tests/link/babble.rs"]
mod babble;
#[path = "../../tests/ui/chance.rs"]
mod chance;
#[expect(dead_code, reason = "a server is made for all tests of links")]
#[path = "../../tests/link/fake.rs"]
mod fake;
#[path = "../../tests/link/holder.rs"]
mod holder;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| babble::is_endured(bytes));
