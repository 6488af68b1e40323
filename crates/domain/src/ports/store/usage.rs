use async_trait::async_trait;

use super::StoreError;
use crate::{
    OrganizationId, Timestamp, UserId,
    run::Usage,
    usage::{UsageBy, UsageKey},
};

/// What models have used. Entered with each [`RunChange::Finish`](super::RunChange::Finish) and
/// [`RunChange::Use`](super::RunChange::Use), for the run's purpose at the time when its attempt was started, and with
/// [`Change::Usage`](super::Change::Usage); kept when run, conversation, agent and user are gone.
#[async_trait]
pub trait UsageQueries: Send + Sync + 'static {
    /// How many tokens, of prompts and answers together, the organization has used since then, or of it this user.
    async fn tokens_used(
        &self,
        organization: OrganizationId,
        user: Option<UserId>,
        since: Timestamp,
    ) -> Result<i64, StoreError>;

    /// What was used, all together. Cached tokens are those that are known of.
    async fn sum_usage(&self, filter: UsageFilter) -> Result<Usage, StoreError>;

    /// The same told apart: up to `limit` (1 to 1,000) of those with most tokens, most first.
    async fn list_usage(
        &self,
        filter: UsageFilter,
        by: UsageBy,
        limit: u32,
    ) -> Result<Vec<(UsageKey, Usage)>, StoreError>;
}

/// Which usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageFilter {
    /// The organization.
    pub organization: OrganizationId,
    /// Only this user's.
    pub user: Option<UserId>,
    /// Not before.
    pub from: Timestamp,
    /// Before.
    pub to: Timestamp,
}
