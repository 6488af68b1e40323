//! Bytes to frames. The crate follows the standard's parsing (any line ending, comments, several `data` lines, a byte
//! order mark, UTF-8 split anywhere); the bound on the size of one frame is ours.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::BoxStream};
use sse_stream::SseByteStream;
use stead_domain::ports::llm::LlmError;

use crate::failure::protocol;

/// The most bytes without a whole frame. A frame may carry a megabyte of arguments, escaped.
const MAX_FRAME_BYTES: usize = 8 * 1024 * 1024;

/// One frame of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Whether it is marked as `event: error`.
    pub(crate) is_error: bool,
    pub(crate) data: String,
}

/// Decodes a response's bytes.
pub(crate) struct Frames {
    events: SseByteStream<BoxStream<'static, Result<Bytes, Broken>>>,
    since_frame: Arc<AtomicUsize>,
}

/// Why there are no more bytes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the connection broke")]
    Connection(#[source] reqwest::Error),
    #[error("a frame is larger than {MAX_FRAME_BYTES} bytes")]
    TooLarge,
}

impl Frames {
    pub(crate) fn new(bytes: impl Stream<Item = Result<Bytes, Broken>> + Send + 'static) -> Self {
        let since_frame = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&since_frame);
        let counted = bytes.map(move |bytes| {
            let bytes = bytes?;
            let before = counter.fetch_add(bytes.len(), Ordering::Relaxed);
            if before.saturating_add(bytes.len()) > MAX_FRAME_BYTES { Err(Broken::TooLarge) } else { Ok(bytes) }
        });
        Self { events: SseByteStream::new(counted.boxed()), since_frame }
    }

    /// The next frame that has data; `None` at the end of the bytes.
    pub(crate) async fn next(&mut self) -> Result<Option<Frame>, LlmError> {
        while let Some(event) = self.events.next().await {
            let event =
                event.map_err(|error| protocol("the stream broke off or is no event stream").caused_by(error))?;
            self.since_frame.store(0, Ordering::Relaxed);
            if let Some(data) = event.data.filter(|data| !data.is_empty()) {
                return Ok(Some(Frame { is_error: event.event.as_deref() == Some("error"), data }));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    async fn decode(chunks: Vec<Bytes>) -> Result<Vec<Frame>, LlmError> {
        let mut frames = Frames::new(stream::iter(chunks.into_iter().map(Ok)));
        let mut all = Vec::new();
        while let Some(frame) = frames.next().await? {
            all.push(frame);
        }
        Ok(all)
    }

    fn data(data: &str) -> Frame {
        Frame { is_error: false, data: data.to_owned() }
    }

    #[tokio::test]
    async fn every_line_ending_comments_and_several_data_lines() {
        let text = "\u{feff}: hello\n\ndata: one\n\ndata: two\r\ndata:three\r\n\r\nid: 7\rdata: four\r\revent: error\ndata: {}\n\ndata: lost";
        let expected = vec![data("one"), data("two\nthree"), data("four"), Frame { is_error: true, data: "{}".into() }];
        for width in 1..text.len() {
            let chunks = text.as_bytes().chunks(width).map(Bytes::copy_from_slice).collect();
            assert_eq!(decode(chunks).await.unwrap(), expected, "width {width}");
        }
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_are_an_error() {
        let error = decode(vec![Bytes::from_static(b"data: \xff\xfe\n\n")]).await.unwrap_err();
        assert_eq!(error.kind, stead_domain::ports::llm::LlmErrorKind::Protocol);
    }

    #[tokio::test]
    async fn a_frame_is_bounded_but_the_stream_is_not() {
        let line = Bytes::from(format!("data: {}\n\n", "x".repeat(1024 * 1024)));
        assert_eq!(decode(vec![line; 20]).await.unwrap().len(), 20);
        let endless = Bytes::from("x".repeat(1024 * 1024));
        assert!(decode(vec![endless; 20]).await.is_err());
    }
}
