//! Who may take a connection from the pool: first come, first served. The pool itself gives one that comes back to whoever asks
//! next, so that with more callers than connections some would wait in vain.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

/// As many places as there are connections.
#[derive(Debug, Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    waiting: Arc<AtomicU32>,
    patience: Duration,
}

/// A place, given back when it is dropped.
pub(super) type Place<'p> = SemaphorePermit<'p>;

/// One who waits, until this is dropped.
struct Waits<'p>(&'p AtomicU32);

impl Places {
    pub(super) fn new(connections: u32, patience: Duration) -> Self {
        let places = usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(places)), waiting: Arc::default(), patience }
    }

    /// A place; none, if others have kept all of them for too long.
    pub(super) async fn take(&self) -> Option<Place<'_>> {
        if let Ok(place) = self.free.try_acquire() {
            return Some(place);
        }
        let _waits = Waits::among(&self.waiting);
        tokio::time::timeout(self.patience, self.free.acquire()).await.ok()?.ok()
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl<'p> Waits<'p> {
    fn among(waiting: &'p AtomicU32) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_longest_is_next_and_nobody_waits_forever() {
        let places = Places::new(1, Duration::from_millis(50));
        let place = places.take().await.unwrap();
        let mut first = std::pin::pin!(places.take());
        assert!(futures_util::poll!(&mut first).is_pending());
        let mut second = std::pin::pin!(places.take());
        assert!(futures_util::poll!(&mut second).is_pending());
        assert_eq!(places.waiting(), 2);
        drop(place);
        // The place is the first one's already.
        assert!(futures_util::poll!(&mut second).is_pending());
        let place = first.await.unwrap();
        assert!(second.await.is_none());
        assert_eq!(places.waiting(), 0);
        drop(place);
        assert!(places.take().await.is_some());
    }
}
