use stead_domain::{
    ports::store::{Change, Commit, Guard, StoreError, UserChange, Versioned},
    text::{DisplayName, Handle},
    user::{Bio, User},
};

use crate::{Application, Caller, Conflict, Error, Expected, TRIES};

/// What a user changes of themselves; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct ProfilePatch {
    /// How others address them.
    pub handle: Option<Handle>,
    /// What they are called.
    pub display_name: Option<DisplayName>,
    /// What they say of themselves; `Some(None)` clears it.
    pub bio: Option<Option<Bio>>,
}

impl Application {
    /// The caller's own record.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if they are gone, or let in no longer.
    pub async fn me(&self, caller: &Caller) -> Result<User, Error> {
        let me = self.store.find_user(caller.organization, caller.user).await?;
        me.filter(|me| me.deactivated_at.is_none()).ok_or(Error::Unauthenticated)
    }

    /// Changes the caller's own record.
    ///
    /// # Errors
    /// [`Conflict::HandleTaken`]; [`Error::PreconditionFailed`].
    pub async fn update_me(&self, caller: &Caller, expected: Expected, patch: ProfilePatch) -> Result<User, Error> {
        for _ in 0..TRIES {
            let mut user = self.me(caller).await?;
            expected.check(user.version)?;
            let guards = vec![Guard::Version(Versioned::User(user.id), user.version)];
            let ProfilePatch { handle, display_name, bio } = patch.clone();
            user.handle = handle.unwrap_or(user.handle);
            user.display_name = display_name.unwrap_or(user.display_name);
            user.bio = bio.unwrap_or(user.bio);
            user.version += 1;
            user.updated_at = self.clock.now();
            let changes = vec![Change::User(UserChange::Update(user.clone()))];
            match self.commit(Commit { guards, changes, ..Commit::default() }).await {
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
}
