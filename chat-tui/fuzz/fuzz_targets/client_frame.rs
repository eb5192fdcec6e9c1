//! Bytes that a client sends.
#![no_main]

#[path = "../../../chat-proto/tests/fuzz/client_frame.rs"]
mod client_frame;
#[path = "../../../chat-proto/tests/fuzz/stream.rs"]
mod stream;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| client_frame::is_read_or_refused(bytes));
