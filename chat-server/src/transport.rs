//! A connection's bytes: as they are, or inside TLS. Told apart by the first byte.
//!
//! ```text
//! 0x00      the first byte of a frame's length, because frames are short
//! 0x16      the first byte of a TLS handshake
//! the rest  neither; goes on as it is, and is refused as a frame
//! ```

use crate::tls::Tls;
use chat_proto::login::{Binding, PLAIN, TLS_EXPORTER_LABEL};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The first byte of a TLS handshake.
pub(crate) const TLS_HANDSHAKE: u8 = 0x16;

/// A fatal alert, `handshake_failure`: what a server without TLS answers to a handshake.
///
/// Source: RFC 8446, sections 5.1 and 6.2.
pub(crate) const TLS_DECLINED: [u8; 7] = [0x15, 3, 3, 0, 2, 2, 40];

/// What TLS may hold for a peer that takes nothing, beside what waits for it already: one record.
const HELD_BYTES_MAX: usize = 16 * 1024;

/// What a session can be held over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// The first byte that a peer says; nothing if it says none.
pub(crate) async fn first_byte(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<u8>> {
    let mut byte = [0];
    let read = stream.read(&mut byte).await?;
    Ok((read > 0).then_some(byte[0]))
}

/// A stream of what the peer means, whatever it wraps it in.
pub(crate) enum Transport<S> {
    Plain(Rewound<S>),
    Tls(Box<Encrypted<S>>),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Transport<S> {
    /// Without TLS; `first` was read from the stream already.
    pub(crate) fn plain(first: Option<u8>, stream: S) -> Self {
        Self::Plain(Rewound { first, taken: 0, stream })
    }

    /// Shakes hands; `first` was read from the stream already.
    pub(crate) async fn encrypted(first: u8, stream: S, tls: &Tls) -> io::Result<Self> {
        let rewound = Rewound { first: Some(first), taken: 0, stream };
        let mut stream = TlsAcceptor::from(tls.config()).accept(rewound).await?;
        stream.get_mut().1.set_buffer_limit(Some(HELD_BYTES_MAX));
        Ok(Self::Tls(Box::new(Encrypted { stream, unreported: 0 })))
    }

    /// What ties a login to this connection.
    pub(crate) fn binding(&self) -> Binding {
        match self {
            Self::Plain(_) => PLAIN,
            Self::Tls(encrypted) => encrypted.binding(),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Transport<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(rewound) => Pin::new(rewound).poll_read(cx, buf),
            Self::Tls(encrypted) => Pin::new(&mut encrypted.stream).poll_read(cx, buf),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Transport<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(rewound) => Pin::new(&mut rewound.stream).poll_write(cx, buf),
            Self::Tls(encrypted) => encrypted.poll_write(cx, |stream, cx| stream.poll_write(cx, buf)),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(rewound) => Pin::new(&mut rewound.stream).poll_write_vectored(cx, bufs),
            Self::Tls(encrypted) => encrypted.poll_write(cx, |stream, cx| stream.poll_write_vectored(cx, bufs)),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(rewound) => rewound.stream.is_write_vectored(),
            Self::Tls(encrypted) => encrypted.stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(rewound) => Pin::new(&mut rewound.stream).poll_flush(cx),
            Self::Tls(encrypted) => Pin::new(&mut encrypted.stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(rewound) => Pin::new(&mut rewound.stream).poll_shutdown(cx),
            Self::Tls(encrypted) => Pin::new(&mut encrypted.stream).poll_shutdown(cx),
        }
    }
}

/// TLS over a stream.
pub(crate) struct Encrypted<S> {
    stream: TlsStream<Rewound<S>>,
    /// Bytes that are encrypted already, and not yet counted as written.
    unreported: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Encrypted<S> {
    fn binding(&self) -> Binding {
        let (_, connection) = self.stream.get_ref();
        let binding = connection.export_keying_material(PLAIN, TLS_EXPORTER_LABEL, None);
        binding.expect("the handshake is over, and 32 bytes are not too many")
    }

    /// Counts bytes as written when the stream has taken as many, as without TLS: what TLS would hold back would wait
    /// for a flush that nobody asks for, and a peer that takes a record slowly would look like one that takes nothing.
    /// So whoever calls again must begin with the bytes that follow on those that were counted.
    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut TlsStream<Rewound<S>>>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if self.unreported == 0 {
            self.take_taken();
            self.unreported = ready!(write(Pin::new(&mut self.stream), cx))?;
        }
        let reported = match Pin::new(&mut self.stream).poll_flush(cx)? {
            Poll::Ready(()) => self.unreported,
            // The last byte is reported when nothing is held any more.
            Poll::Pending => self.take_taken().min(self.unreported.saturating_sub(1)),
        };
        self.unreported -= reported;
        if reported == 0 && self.unreported > 0 { Poll::Pending } else { Poll::Ready(Ok(reported)) }
    }

    /// How many bytes the stream has taken since this was last asked.
    fn take_taken(&mut self) -> usize {
        std::mem::take(&mut self.stream.get_mut().0.taken)
    }
}

/// A stream that gives back its first byte, which somebody has looked at, and counts what it takes.
pub(crate) struct Rewound<S> {
    first: Option<u8>,
    taken: usize,
    stream: S,
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.first.is_some() && buf.remaining() > 0 {
            buf.put_slice(self.first.take().as_slice());
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let taken = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.taken += taken;
        Poll::Ready(Ok(taken))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let taken = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, bufs))?;
        self.taken += taken;
        Poll::Ready(Ok(taken))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
