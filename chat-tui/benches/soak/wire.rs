//! Connections over TCP that can be cut under their link.

use chat_tui::link::{Call, DialError, Dialer};
use rustix::net::Shutdown;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Mutex;
use tokio::net::TcpStream;

pub(crate) struct Wire {
    server: SocketAddr,
    /// Another handle of the last connection.
    last: Mutex<Option<OwnedFd>>,
}

impl Wire {
    pub(crate) fn to(server: SocketAddr) -> Self {
        Self { server, last: Mutex::new(None) }
    }

    /// Cuts the connection, if there is one.
    pub(crate) fn cut(&self) {
        if let Some(handle) = self.last.lock().unwrap().take() {
            // It may be over already.
            let _ = rustix::net::shutdown(handle, Shutdown::Both);
        }
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(self.server).await?;
        stream.set_nodelay(true)?;
        *self.last.lock().unwrap() = Some(stream.as_fd().try_clone_to_owned()?);
        Ok(stream)
    }
}

impl Dialer for Wire {
    type Stream = TcpStream;

    async fn dial(&self) -> Result<Call<TcpStream>, DialError> {
        // The handle of a connection that is over would keep its other end waiting.
        drop(self.last.lock().unwrap().take());
        let stream = self.connect().await.map_err(|_| DialError::NoAnswer { address: self.server.to_string() })?;
        Ok(Call::plain(stream))
    }
}
