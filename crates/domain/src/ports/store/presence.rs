use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::{OrganizationId, UserId, run::LeaseOwner, status::UserStatus};

/// What users have set of themselves, and the connections from which [`PresenceSource`](crate::ports::PresenceSource)
/// tells who is there. Of connections nothing is part of a commit: they are as true as the last time a node wrote.
#[async_trait]
pub trait PresenceQueries: Send + Sync + 'static {
    /// What those of up to 1,000 users of the organization have set who have ever set anything, as it was set: whether it
    /// has expired is not looked at.
    async fn list_statuses(
        &self,
        organization: OrganizationId,
        users: &[UserId],
    ) -> Result<Vec<UserStatus>, StoreError>;

    /// Notes up to 1,000 users who are, or were just now, connected to a node, in one statement, each in place of what
    /// the node last said of them. Times are by the database's clock. Answers those of the
    /// [arriving](TouchedUser::is_arriving) who were not online before and now are, without the invisible, of whom nothing
    /// is told.
    async fn touch_presence(&self, touch: TouchPresence) -> Result<Vec<UserId>, StoreError>;

    /// Users whose presence or status has become another one by time alone: nobody heard of them for so long, or what they
    /// have set expired; up to `limit` of each kind. Each change is told once, to one caller of all processes, that of the
    /// invisible to nobody.
    async fn settle_presence(&self, limit: u32) -> Result<Vec<(OrganizationId, UserId)>, StoreError>;
}

/// Who is connected to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchPresence {
    /// The node.
    pub node: LeaseOwner,
    /// How long somebody is online after their last activity.
    pub active_for: Duration,
    /// The users, each once.
    pub users: Vec<TouchedUser>,
}

/// A user who is connected to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchedUser {
    /// Their organization.
    pub organization_id: OrganizationId,
    /// Who.
    pub user_id: UserId,
    /// How long ago they were last active.
    pub idle: Duration,
    /// For how long they count as connected, unless they are touched again.
    pub lives_for: Duration,
    /// Whether they may be online now and have not been before, as far as the node knows.
    pub is_arriving: bool,
}
