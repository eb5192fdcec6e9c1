//! Bytes that are to be text of some kind.
#![no_main]

#[path = "../../../chat-proto/tests/fuzz/text.rs"]
mod text;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| text::is_judged_and_shown(bytes));
