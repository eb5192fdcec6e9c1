//! What is looked for, and how far a person has read.

use super::Session;
use crate::refusals;
use chat_proto::Refused;
use chat_proto::frame::{Read, Search};
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Send> Session<S> {
    pub(super) async fn on_search(&mut self, _request: u32, _search: &Search) -> Result<(), Refused> {
        Err(refusals::not_member())
    }

    pub(super) fn on_read_up_to(&mut self, _request: u32, _read: &Read) -> Result<(), Refused> {
        Err(refusals::not_member())
    }
}
