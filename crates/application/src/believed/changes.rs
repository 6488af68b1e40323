use moka::future::Cache;
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

use super::BELIEVED;

/// What changed on this node a moment ago. Nothing is turned away for want of room: a change counts as long as a reading
/// from before it could be believed, and is forgotten then.
pub struct Changes {
    last: Cache<Uuid, Instant>,
    told: watch::Sender<()>,
}

impl Changes {
    pub fn new() -> Self {
        Self { last: Cache::builder().time_to_live(BELIEVED * 2).build(), told: watch::Sender::new(()) }
    }

    /// Notes that something changed: what was read of it before does not count any more.
    pub async fn note(&self, subject: Uuid) {
        self.last.insert(subject, Instant::now()).await;
        self.told.send_replace(());
    }

    /// Whether any of these changed at that moment or after it.
    pub async fn any_since(&self, moment: Instant, subjects: impl Iterator<Item = Uuid> + Send) -> bool {
        for subject in subjects {
            if self.last.get(&subject).await.is_some_and(|changed| changed >= moment) {
                return true;
            }
        }
        false
    }

    /// Is told whenever something has changed.
    pub fn watch(&self) -> watch::Receiver<()> {
        self.told.subscribe()
    }
}
