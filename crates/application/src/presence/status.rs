use stead_domain::{
    Invalid, Timestamp, UserId,
    emoji::Emoji,
    ports::store::{Change, Commit, Committed, Outcome},
    status::{StatusMode, StatusText, UserStatus},
};

use crate::{Application, Caller, Conflict, Error, TRIES};

/// What somebody sets of themselves; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct StatusPatch {
    /// How they want to be seen.
    pub mode: Option<StatusMode>,
    /// What they are doing; `Some(None)` clears it.
    pub text: Option<Option<StatusText>>,
    /// The same in one picture; `Some(None)` clears it.
    pub emoji: Option<Option<Emoji>>,
    /// Until when all that holds; `Some(None)`: until it is changed.
    pub expires_at: Option<Option<Timestamp>>,
    /// Whether their AI may answer for them.
    pub ai_replies: Option<bool>,
}

impl Application {
    /// What a member of the caller's organization has set, as far as the caller may know.
    ///
    /// # Errors
    /// As [`Application::user`].
    pub async fn user_status(&self, caller: &Caller, user: UserId) -> Result<UserStatus, Error> {
        let user = self.user(caller, user).await?;
        let set = self.find_status(caller, user.id).await?;
        Ok(if user.id == caller.user { set } else { set.shown_to_others() })
    }

    /// Sets the caller's own status.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it would have expired; [`Error::Forbidden`] if it is somebody else's; as
    /// [`Application::user`].
    pub async fn set_status(&self, caller: &Caller, user: UserId, patch: StatusPatch) -> Result<UserStatus, Error> {
        if user != caller.user {
            self.store.find_user(caller.organization, user).await?.ok_or(Error::NotFound)?;
            return Err(Error::Forbidden("this is for oneself alone"));
        }
        if matches!(patch.expires_at, Some(Some(at)) if at <= self.clock.now()) {
            return Err(Error::invalid("expires_at", Invalid::new("must be in the future")));
        }
        for _ in 0..TRIES {
            let before = self.find_status(caller, user).await?;
            let after = self.patched(&before, &patch);
            if after.version == before.version {
                return Ok(before);
            }
            let changes = vec![Change::Status(after.clone())];
            let commit = Commit { guards: vec![caller.still_there()], changes, ..Commit::default() };
            if let Committed::Done(outcomes) = self.commit(commit).await?
                && outcomes != [Outcome::Unchanged]
            {
                if others_see(&before, &after) {
                    self.tell_presence(caller.organization, user);
                }
                return Ok(after);
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    async fn find_status(&self, caller: &Caller, user: UserId) -> Result<UserStatus, Error> {
        let set = self.store.list_statuses(caller.organization, &[user]).await?.pop();
        Ok(set.unwrap_or_else(|| UserStatus::unset(caller.organization, user)).at(self.clock.now()))
    }

    /// The next version; the same one where nothing changes.
    fn patched(&self, before: &UserStatus, patch: &StatusPatch) -> UserStatus {
        let StatusPatch { mode, text, emoji, expires_at, ai_replies } = patch.clone();
        let mut after = UserStatus {
            mode: mode.unwrap_or(before.mode),
            text: text.unwrap_or_else(|| before.text.clone()),
            emoji: emoji.unwrap_or_else(|| before.emoji.clone()),
            expires_at: expires_at.unwrap_or(before.expires_at),
            ai_replies: ai_replies.unwrap_or(before.ai_replies),
            ..before.clone()
        };
        if after == *before {
            return after;
        }
        let now = self.clock.now();
        if after.mode != before.mode {
            after.since = now;
        }
        after.version += 1;
        after.updated_at = now;
        after
    }
}

/// Whether others see a difference. What the invisible do is theirs.
fn others_see(before: &UserStatus, after: &UserStatus) -> bool {
    let shown = |status: &UserStatus| {
        let shown = status.clone().shown_to_others();
        let is_invisible = status.mode == StatusMode::Invisible;
        (is_invisible, shown.mode, shown.text, shown.emoji, shown.ai_replies)
    };
    shown(before) != shown(after)
}
