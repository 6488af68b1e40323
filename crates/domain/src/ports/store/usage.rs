use async_trait::async_trait;

use super::StoreError;
use crate::{OrganizationId, Timestamp};

/// What models have used. Entered with each [`RunChange::Finish`](super::RunChange::Finish) and
/// [`RunChange::Use`](super::RunChange::Use), at the time when the run's attempt was started, and kept when the run is gone.
#[async_trait]
pub trait UsageQueries: Send + Sync + 'static {
    /// How many tokens, of prompts and answers together, the organization has used since then.
    async fn tokens_used(&self, organization: OrganizationId, since: Timestamp) -> Result<i64, StoreError>;
}
