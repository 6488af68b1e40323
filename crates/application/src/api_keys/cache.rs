use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use stead_domain::{
    ApiKeyId, Timestamp, UserId,
    api_key::{ApiKey, USE_NOTED_EVERY},
    ports::store::Store,
    user::User,
};
use uuid::Uuid;

use crate::Error;

/// How long a node believes what it last read of a key: a revocation elsewhere holds here within it.
const BELIEVED: Duration = Duration::from_secs(1);
/// How long after a change on this node the database is asked every time: longer than any read takes.
const DOUBTED: Duration = Duration::from_secs(30);
const AT_MOST: u64 = 50_000;

/// Keys and their users as last read, at most a second ago.
pub struct ApiKeyCache {
    read: Cache<ApiKeyId, Option<Arc<(ApiKey, User)>>>,
    /// Keys and users that changed here a moment ago. A read that began before that may come back after it, so what is
    /// believed of them does not count.
    doubted: Cache<Uuid, ()>,
    use_noted: Cache<ApiKeyId, Timestamp>,
}

impl ApiKeyCache {
    pub fn new() -> Self {
        Self {
            read: Cache::builder().max_capacity(AT_MOST).time_to_live(BELIEVED).build(),
            doubted: Cache::builder().max_capacity(AT_MOST).time_to_live(DOUBTED).build(),
            use_noted: Cache::builder().max_capacity(AT_MOST).build(),
        }
    }

    /// A key and its user.
    pub(super) async fn find(&self, store: &dyn Store, id: ApiKeyId) -> Result<Option<Arc<(ApiKey, User)>>, Error> {
        let read = self.read.try_get_with(id, async { Ok::<_, Error>(store.find_api_key(id).await?.map(Arc::new)) });
        let known = read.await.map_err(|error| Error::Unavailable(Some(error.into())))?;
        match known {
            Some(known) if self.is_doubted(&known) => Ok(store.find_api_key(id).await?.map(Arc::new)),
            known => Ok(known),
        }
    }

    fn is_doubted(&self, (key, user): &(ApiKey, User)) -> bool {
        self.doubted.contains_key(&key.id.uuid()) || self.doubted.contains_key(&user.id.uuid())
    }

    /// Forgets what was read of a key, so that what changed on this node holds on it at once.
    pub async fn forget(&self, key: ApiKeyId) {
        self.doubted.insert(key.uuid(), ()).await;
        self.read.invalidate(&key).await;
    }

    /// The same for all keys of a user.
    pub async fn forget_user(&self, user: UserId) {
        self.doubted.insert(user.uuid(), ()).await;
    }

    /// Whether this use of a key is the first for a while and is to be noted.
    pub(super) async fn is_to_be_noted(&self, key: &ApiKey, now: Timestamp) -> bool {
        let is_recent = |noted: Option<Timestamp>| noted.is_some_and(|at| now.since(at) < USE_NOTED_EVERY);
        if is_recent(key.last_used_at) || is_recent(self.use_noted.get(&key.id).await) {
            return false;
        }
        self.use_noted.insert(key.id, now).await;
        true
    }
}
