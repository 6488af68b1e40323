use moka::future::Cache;
use stead_domain::{
    ApiKeyId, Timestamp,
    api_key::{ApiKey, USE_NOTED_EVERY},
};

const AT_MOST: u64 = 50_000;

/// When this node last noted that a key was used.
pub struct ApiKeyUses(Cache<ApiKeyId, Timestamp>);

impl ApiKeyUses {
    pub fn new() -> Self {
        Self(Cache::builder().max_capacity(AT_MOST).build())
    }

    /// Whether this use of a key is the first for a while and is to be noted.
    pub(super) async fn is_to_be_noted(&self, key: &ApiKey, now: Timestamp) -> bool {
        let is_recent = |noted: Option<Timestamp>| noted.is_some_and(|at| now.since(at) < USE_NOTED_EVERY);
        if is_recent(key.last_used_at) || is_recent(self.0.get(&key.id).await) {
            return false;
        }
        self.0.insert(key.id, now).await;
        true
    }
}
