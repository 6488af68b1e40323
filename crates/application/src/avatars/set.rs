use bytes::Bytes;
use futures_util::{StreamExt, stream};
use stead_domain::{
    AvatarId, JobId,
    job::{NewJob, Task},
    ports::{
        object_store::ObjectKey,
        store::{Change, Commit, Guard, StoreError, UserChange, Versioned},
    },
    user::User,
};

use crate::{Application, Caller, Conflict, Error, TRIES};

impl Application {
    /// Gives the caller a picture: what they sent, drawn anew. The one before goes.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is no picture, or one with too many pixels; [`Error::Unavailable`] if it cannot be kept.
    pub async fn set_avatar(&self, caller: &Caller, sent: Bytes) -> Result<User, Error> {
        let picture = self.redrawing.redraw(sent).await?;
        let avatar = AvatarId::new(self.ids.next());
        let size = picture.bytes.len() as u64;
        let body = stream::iter([Ok(picture.bytes)]).boxed();
        self.objects.put(&ObjectKey::avatar(avatar), body, size).await?;
        let changed = self.change_avatar(caller, Some(avatar)).await;
        if changed.is_err()
            && let Err(error) = self.remove_avatar_bytes(avatar).await
        {
            // They are collected later.
            tracing::warn!(error = &error as &dyn std::error::Error, "the bytes of a picture were left behind");
        }
        changed
    }

    /// Takes the caller's picture away, if they have one.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if they are gone.
    pub async fn remove_avatar(&self, caller: &Caller) -> Result<(), Error> {
        self.change_avatar(caller, None).await.map(|_| ())
    }

    async fn change_avatar(&self, caller: &Caller, avatar: Option<AvatarId>) -> Result<User, Error> {
        for _ in 0..TRIES {
            let mut user = self.me(caller).await?;
            let before = user.avatar;
            if before == avatar {
                return Ok(user);
            }
            let guards = vec![Guard::Version(Versioned::User(user.id), user.version)];
            user.avatar = avatar;
            user.version += 1;
            user.updated_at = self.clock.now();
            let changes = vec![Change::User(UserChange::Update(user.clone()))];
            let jobs = before.map(|before| self.avatar_job(&user, before)).into_iter().collect();
            match self.commit(Commit { guards, changes, jobs, ..Commit::default() }).await {
                Ok(_) => {
                    self.forget_credential(caller).await;
                    return Ok(user);
                }
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// Removes the bytes of a picture that is no longer this user's.
    pub(crate) fn avatar_job(&self, user: &User, avatar: AvatarId) -> NewJob {
        NewJob {
            id: JobId::new(self.ids.next()),
            organization_id: user.organization_id,
            task: Task::RemoveAvatar(avatar),
            run_at: self.clock.now(),
        }
    }
}
