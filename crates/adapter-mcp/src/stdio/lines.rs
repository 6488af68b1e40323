//! Lines within bounds.

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use crate::http::MAX_MESSAGE_BYTES;

/// The lines of a process's output.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    is_given: bool,
}

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A line without its end.
    Whole(&'a [u8]),
    /// More than is taken, without an end.
    TooLong,
    /// The end of all, or nothing more can be read.
    End,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(output: R) -> Self {
        Self { reader: BufReader::with_capacity(16 * 1024, output), line: Vec::new(), is_given: false }
    }

    /// The next line. Whoever leaves before it is whole finds the rest later.
    pub(super) async fn next(&mut self) -> Line<'_> {
        if self.is_given {
            self.line.clear();
            // One large line is no reason to keep its room.
            self.line.shrink_to(64 * 1024);
            self.is_given = false;
        }
        loop {
            // Nothing is awaited between what is taken and what is kept.
            let Ok(available) = self.reader.fill_buf().await else { return Line::End };
            if available.is_empty() {
                return Line::End;
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(available.len());
            if self.line.len() + taken > MAX_MESSAGE_BYTES {
                return Line::TooLong;
            }
            self.line.extend_from_slice(&available[..taken]);
            self.reader.consume(taken + usize::from(end.is_some()));
            if end.is_some() {
                self.is_given = true;
                return Line::Whole(self.line.trim_ascii());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::io::{AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn lines_come_whole_however_they_are_cut() {
        let (mut writer, reader) = duplex(7);
        let mut lines = Lines::new(reader);
        assert_eq!(lines.next().now_or_never(), None);
        writer.write_all(b"on").await.unwrap();
        assert_eq!(lines.next().now_or_never(), None);
        writer.write_all(b"e\r\n\ntw").await.unwrap();
        assert_eq!(lines.next().await, Line::Whole(b"one"));
        assert_eq!(lines.next().await, Line::Whole(b""));
        writer.write_all(b"o\nrest").await.unwrap();
        assert_eq!(lines.next().await, Line::Whole(b"two"));
        drop(writer);
        assert_eq!(lines.next().await, Line::End);
    }

    #[tokio::test]
    async fn an_endless_line_is_not_kept() {
        let mut lines = Lines::new(tokio::io::repeat(b'x'));
        assert_eq!(lines.next().await, Line::TooLong);
        assert!(lines.line.capacity() <= 2 * MAX_MESSAGE_BYTES);
    }
}
