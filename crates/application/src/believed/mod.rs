//! What this node believes of sign-ins, API keys, users and organizations: what it last read of them.
//!
//! A reading is believed for a second, counted from when the database was asked: what changes on another node holds here
//! within it. What changes on this node is noted in [`Changes`], and no reading that was begun before counts any more, one
//! that was under way at that moment neither: so it holds at once.

mod changes;
#[cfg(test)]
mod tests;

use std::{hash::Hash, sync::Arc, time::Duration};

use moka::future::Cache;
use stead_domain::{
    api_key::ApiKey, organization::Organization, ports::store::StoreError, session::Session, user::User,
};
use tokio::time::Instant;
use uuid::Uuid;

pub use self::changes::Changes;
use crate::Error;

/// How long a reading is believed.
pub const BELIEVED: Duration = Duration::from_secs(1);
const AT_MOST: u64 = 50_000;

/// What was last read of things of one kind.
pub struct Believed<K, V> {
    read: Cache<K, Reading<V>>,
    changes: Arc<Changes>,
}

/// What was found, if anything, when the database was asked.
struct Reading<V> {
    asked: Instant,
    found: Option<Arc<V>>,
}

/// What is read, as far as it is about things that may change.
pub trait About {
    /// Their ids.
    fn subjects(&self) -> impl Iterator<Item = Uuid> + Send;
}

impl<K, V> Believed<K, V>
where
    K: Copy + Eq + Hash + Into<Uuid> + Send + Sync + 'static,
    V: About + Send + Sync + 'static,
{
    pub fn new(changes: &Arc<Changes>) -> Self {
        let read = Cache::builder().max_capacity(AT_MOST).time_to_live(BELIEVED).build();
        Self { read, changes: Arc::clone(changes) }
    }

    /// What is believed, no older than asked; else what is read now. Requests that come together share a reading.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it can be neither believed nor read.
    pub async fn find<F>(&self, id: K, no_older: Duration, read: impl Fn() -> F + Send) -> Result<Option<Arc<V>>, Error>
    where
        F: Future<Output = Result<Option<V>, StoreError>> + Send,
    {
        let came = Instant::now();
        let known = self.read.try_get_with(id, reading(&read)).await;
        let known = known.map_err(|error| Error::Unavailable(Some(error.into())))?;
        if known.asked >= came || self.still_counts(id, &known, no_older).await {
            return Ok(known.found);
        }
        let again = reading(&read).await?;
        self.read.insert(id, again.clone()).await;
        Ok(again.found)
    }

    async fn still_counts(&self, id: K, known: &Reading<V>, no_older: Duration) -> bool {
        let subjects = known.found.iter().flat_map(|found| found.subjects());
        known.asked.elapsed() < no_older && !self.changes.any_since(known.asked, subjects.chain([id.into()])).await
    }
}

async fn reading<V, F>(read: impl Fn() -> F) -> Result<Reading<V>, StoreError>
where
    F: Future<Output = Result<Option<V>, StoreError>>,
{
    let asked = Instant::now();
    Ok(Reading { asked, found: read().await?.map(Arc::new) })
}

impl<V> Clone for Reading<V> {
    fn clone(&self) -> Self {
        Self { asked: self.asked, found: self.found.clone() }
    }
}

impl About for (Session, User) {
    fn subjects(&self) -> impl Iterator<Item = Uuid> + Send {
        [self.0.id.uuid(), self.1.id.uuid(), self.1.organization_id.uuid()].into_iter()
    }
}

impl About for (ApiKey, User) {
    fn subjects(&self) -> impl Iterator<Item = Uuid> + Send {
        [self.0.id.uuid(), self.1.id.uuid(), self.1.organization_id.uuid()].into_iter()
    }
}

impl About for User {
    fn subjects(&self) -> impl Iterator<Item = Uuid> + Send {
        [self.id.uuid(), self.organization_id.uuid()].into_iter()
    }
}

impl About for Organization {
    fn subjects(&self) -> impl Iterator<Item = Uuid> + Send {
        [self.id.uuid()].into_iter()
    }
}
