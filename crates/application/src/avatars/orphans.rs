use std::collections::HashSet;

use stead_domain::{
    AvatarId, Timestamp,
    ports::object_store::{ListedObject, MAX_LISTED, ObjectKey},
};

use crate::{Application, Error};

/// Where the bytes of pictures are.
const PREFIX: &str = "avatars/";

impl Application {
    /// Removes the bytes of a picture that is nobody's any more. Those of one that is somebody's stay, whoever asks.
    pub(crate) async fn remove_avatar_bytes(&self, avatar: AvatarId) -> Result<(), Error> {
        if self.store.avatars_in_use(&[avatar]).await?.is_empty() {
            self.objects.delete(&ObjectKey::avatar(avatar)).await?;
        }
        Ok(())
    }

    /// Removes bytes stored before `before` that are nobody's picture: their upload ended between the bytes and the row.
    pub(crate) async fn collect_orphaned_avatars(&self, before: Timestamp) -> Result<(), Error> {
        let mut last = None;
        while !self.background.stopping().is_cancelled() {
            let listed = self.objects.list(PREFIX, last.as_ref(), MAX_LISTED).await?;
            let old: Vec<_> = listed.iter().filter(|object| object.stored_at < before).filter_map(avatar_of).collect();
            let in_use: HashSet<_> = self.store.avatars_in_use(&old).await?.into_iter().collect();
            for avatar in old.into_iter().filter(|avatar| !in_use.contains(avatar)) {
                self.objects.delete(&ObjectKey::avatar(avatar)).await?;
            }
            match listed.last() {
                Some(end) if listed.len() == MAX_LISTED => last = Some(end.key.clone()),
                Some(_) | None => break,
            }
        }
        Ok(())
    }
}

fn avatar_of(object: &ListedObject) -> Option<AvatarId> {
    object.key.as_str().rsplit('/').next()?.parse().ok()
}
