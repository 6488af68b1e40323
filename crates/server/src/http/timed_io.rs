use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep_until},
};

use super::head_clock::HeadClock;

/// What a client is told that took too long, in the words that actix has for a connection's first request.
const TOO_LATE: &[u8] = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A connection that ends where the head of its next request takes too long.
pub struct TimedIo<Io> {
    io: Io,
    clock: HeadClock,
    timer: Option<Pin<Box<Sleep>>>,
    /// Something that was to be written is not yet written whole.
    is_writing: bool,
    is_over: bool,
}

impl<Io> TimedIo<Io> {
    /// Watches a connection.
    pub fn new(io: Io, clock: HeadClock) -> Self {
        Self { io, clock, timer: None, is_writing: false, is_over: false }
    }

    /// Its clock, for its requests.
    pub fn clock(&self) -> HeadClock {
        self.clock.clone()
    }

    /// Whether a head took too long; if not yet, the task is woken when it has.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(until) = self.clock.until() else { return false };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if timer.deadline() != until {
            timer.as_mut().reset(until);
        }
        timer.as_mut().poll(cx).is_ready()
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> AsyncRead for TimedIo<Io> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_over {
            return Poll::Ready(Ok(()));
        }
        if this.is_late(cx) {
            this.is_over = true;
            if !this.is_writing {
                // Whether the client still takes it makes no difference.
                drop(Pin::new(&mut this.io).poll_write(cx, TOO_LATE));
            }
            // As if the client had closed it.
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut this.io).poll_read(cx, buf);
        if buf.filled().len() > before {
            this.clock.bytes_came();
        }
        read
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for TimedIo<Io> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write(cx, buf);
        this.is_writing = !matches!(written, Poll::Ready(Ok(count)) if count == buf.len());
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // An answer was sent, maybe, and nothing may be left to read: the time counts nevertheless.
        if this.is_late(cx) {
            cx.waker().wake_by_ref();
        }
        Pin::new(&mut this.io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}
