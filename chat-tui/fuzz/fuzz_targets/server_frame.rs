//! Bytes that a server sends.
#![no_main]

#[path = "../../../chat-proto/tests/fuzz/server_frame.rs"]
mod server_frame;
#[path = "../../../chat-proto/tests/fuzz/stream.rs"]
mod stream;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| server_frame::is_read_or_refused(bytes));
