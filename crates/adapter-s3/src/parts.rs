use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use stead_domain::ports::object_store::{ObjectBody, ObjectStoreError};

/// How large a part is: the least that S3 takes for any but the last.
pub(crate) const PART_BYTES: usize = 5 * 1024 * 1024;

/// A body that is cut into parts.
pub(crate) struct Parts {
    body: ObjectBody,
    rest: BytesMut,
    size: u64,
    max_bytes: u64,
}

/// A part of a body.
pub(crate) struct Part {
    pub(crate) bytes: Bytes,
    pub(crate) is_last: bool,
}

impl Parts {
    pub(crate) fn new(body: ObjectBody, max_bytes: u64) -> Self {
        Self { body, rest: BytesMut::new(), size: 0, max_bytes }
    }

    /// The next part. There is always one, and a last one, which is empty only if the body is.
    pub(crate) async fn next(&mut self) -> Result<Part, ObjectStoreError> {
        while self.rest.len() <= PART_BYTES {
            let Some(piece) = self.body.next().await else {
                return Ok(Part { bytes: self.rest.split().freeze(), is_last: true });
            };
            let piece = piece?;
            self.size = self.size.saturating_add(piece.len() as u64);
            if self.size > self.max_bytes {
                return Err(ObjectStoreError::TooLarge);
            }
            self.rest.extend_from_slice(&piece);
        }
        Ok(Part { bytes: self.rest.split_to(PART_BYTES).freeze(), is_last: false })
    }

    /// How many bytes have come so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }
}
