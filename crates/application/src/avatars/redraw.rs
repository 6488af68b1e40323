use bytes::Bytes;
use stead_domain::Invalid;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::Picture;
use crate::Error;

/// Draws pictures anew, one at a time: each may take much memory.
#[derive(Debug)]
pub(crate) struct Redrawing(Semaphore);

impl Redrawing {
    pub(crate) fn new() -> Self {
        Self(Semaphore::new(1))
    }

    /// Draws it where it holds up nobody.
    pub(super) async fn redraw(&self, sent: Bytes) -> Result<Picture, Error> {
        let _place = self.0.acquire().await.map_err(Error::internal)?;
        let picture = match spawn_blocking(move || Picture::redrawn(&sent)).await {
            Ok(picture) => picture,
            // A decoder that gives up this way means the same.
            Err(error) if error.is_panic() => Err(Invalid::new("cannot be read")),
            Err(error) => return Err(Error::internal(error)),
        };
        picture.map_err(|problem| Error::invalid("picture", problem))
    }
}
