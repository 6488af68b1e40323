use std::collections::HashMap;

use stead_domain::{
    OrganizationId, UserId,
    status::{PresenceViewer, SeenPresence, UserStatus},
    user::User,
};

use crate::{Application, Caller, Error};

/// How many users are asked about at once.
const AT_ONCE: usize = 1_000;

/// What is seen of somebody, and who would answer them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceView {
    /// Whether they are there.
    pub seen: SeenPresence,
    /// Whether their AI would answer a message now.
    pub replies_with_ai: bool,
}

impl Application {
    /// Whether a member of the caller's organization is there.
    ///
    /// # Errors
    /// As [`Application::user`]; [`Error::Unavailable`] where it cannot be told.
    pub async fn connection_status(&self, caller: &Caller, user: UserId) -> Result<PresenceView, Error> {
        let user = self.user(caller, user).await?;
        let viewer = if user.id == caller.user { PresenceViewer::Themselves } else { PresenceViewer::Others };
        self.presence_view(&user, viewer).await
    }

    /// Whether somebody is there, for whoever may know of them.
    pub(crate) async fn presence_view(&self, user: &User, viewer: PresenceViewer) -> Result<PresenceView, Error> {
        let mut seen = self.presences(user.organization_id, &[user.id], viewer).await?;
        let Some(seen) = seen.pop() else { return Err(Error::Unavailable(None)) };
        let replies_with_ai = self.would_be_stood_in_for(user, &seen).await?;
        Ok(PresenceView { seen, replies_with_ai })
    }

    /// Whether users of an organization are there, in the order asked for. Nobody is asked whether the viewer may know.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where it cannot be told.
    pub async fn presences(
        &self,
        organization: OrganizationId,
        users: &[UserId],
        viewer: PresenceViewer,
    ) -> Result<Vec<SeenPresence>, Error> {
        let now = self.clock.now();
        let mut seen = Vec::with_capacity(users.len());
        for users in users.chunks(AT_ONCE) {
            let told = self.presence.presence(organization, users).await;
            let told = told.map_err(|error| Error::Unavailable(Some(Box::new(error))))?;
            let set = self.store.list_statuses(organization, users).await?;
            let mut set: HashMap<UserId, UserStatus> = set.into_iter().map(|set| (set.user_id, set)).collect();
            seen.extend(users.iter().zip(told).map(|(user, presence)| {
                let set = set.remove(user).unwrap_or_else(|| UserStatus::unset(organization, *user));
                SeenPresence::of(presence, set, now, viewer)
            }));
        }
        Ok(seen)
    }

    /// Whether somebody's AI would answer a message to them now: they are not there, they let it, and their organization
    /// does.
    async fn would_be_stood_in_for(&self, user: &User, seen: &SeenPresence) -> Result<bool, Error> {
        if !(seen.is_gone() && self.wants_a_stand_in(user, &seen.set).await?) {
            return Ok(false);
        }
        match self.require_ai(user.organization_id, None).await {
            Ok(()) => Ok(true),
            Err(Error::Conflict(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
