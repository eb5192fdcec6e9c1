//! What a fuzzer found worth keeping (`chat-tui/fuzz`), tried again: every input of a corpus, against what must hold
//! for any bytes at all.

mod client_frame;
mod corpus;
mod server_frame;
mod stream;
mod text;

#[test]
fn every_input_of_the_corpus_of_client_frames_is_read_or_refused() {
    corpus::replay("tests/fuzz/corpus/client_frame", client_frame::is_read_or_refused);
}

#[test]
fn every_input_of_the_corpus_of_server_frames_is_read_or_refused() {
    corpus::replay("tests/fuzz/corpus/server_frame", server_frame::is_read_or_refused);
}

#[test]
fn every_input_of_the_corpus_of_texts_is_judged_and_shown() {
    corpus::replay("tests/fuzz/corpus/text", text::is_judged_and_shown);
}
