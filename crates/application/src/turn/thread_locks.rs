use std::hash::{BuildHasher, RandomState};

use stead_domain::ConversationId;
use tokio::sync::{Mutex, MutexGuard};

const STRIPES: usize = 256;

/// Lets the posts of one thread on this node decide one after the other. The database's guard holds between nodes; this
/// only keeps many posts at once from refusing each other there.
pub struct ThreadLocks {
    stripes: Box<[Mutex<()>]>,
    hasher: RandomState,
}

impl Default for ThreadLocks {
    fn default() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl ThreadLocks {
    pub async fn lock(&self, thread: ConversationId) -> MutexGuard<'_, ()> {
        let stripe = self.hasher.hash_one(thread) as usize % self.stripes.len();
        self.stripes[stripe].lock().await
    }
}
