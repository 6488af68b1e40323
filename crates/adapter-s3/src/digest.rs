use std::fmt::Write;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// Bytes with their SHA-256: what a request carries.
#[derive(Debug, Clone)]
pub(crate) struct Payload {
    pub(crate) bytes: Bytes,
    pub(crate) sha256: [u8; 32],
}

impl Payload {
    /// None.
    pub(crate) fn empty() -> Self {
        Self::small(Bytes::new())
    }

    /// Bytes that are few enough to be hashed at once.
    pub(crate) fn small(bytes: Bytes) -> Self {
        Self { sha256: Sha256::digest(&bytes).into(), bytes }
    }

    /// Bytes that go on where `whole` ends, which is told of them. Where nobody else waits.
    pub(crate) async fn next_of(mut whole: Sha256, bytes: Bytes) -> Result<(Sha256, Self), Failure> {
        let hashing = tokio::task::spawn_blocking(move || {
            whole.update(&bytes);
            (whole, Self::small(bytes))
        });
        hashing.await.map_err(Failure::BrokenOff)
    }
}

/// In lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string does not fail.
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    text
}
