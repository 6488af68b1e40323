use bytes::Bytes;
use futures_util::TryStreamExt;
use stead_domain::{AvatarId, ports::object_store::ObjectKey};

use super::Picture;
use crate::{Application, Error};

impl Application {
    /// A user's picture, for anybody.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is nobody's, or nobody's any more; [`Error::Unavailable`].
    pub async fn avatar(&self, avatar: AvatarId) -> Result<Picture, Error> {
        if self.store.avatars_in_use(&[avatar]).await?.is_empty() {
            return Err(Error::NotFound);
        }
        let object = self.objects.get(&ObjectKey::avatar(avatar), None).await?.ok_or(Error::NotFound)?;
        let pieces: Vec<Bytes> = object.body.try_collect().await?;
        Ok(Picture::kept(pieces.concat().into()))
    }
}
