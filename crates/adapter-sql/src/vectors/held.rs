use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use stead_domain::{ConversationId, OrganizationId};

use super::{block::Block, rows::PlaceState};

/// What is held in memory of conversations, up to a number of bytes. What was not asked for the longest goes first.
#[derive(Debug)]
pub struct Held {
    most: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    blocks: HashMap<Key, Entry>,
    bytes: usize,
    clock: u64,
}

type Key = (OrganizationId, ConversationId);

#[derive(Debug)]
struct Entry {
    block: Arc<RwLock<Block>>,
    state: PlaceState,
    bytes: usize,
    used: u64,
}

/// What is held of a conversation, and as of which state.
#[derive(Debug, Clone)]
pub struct Holding {
    pub block: Arc<RwLock<Block>>,
    pub state: PlaceState,
}

impl Held {
    pub fn new(most: usize) -> Self {
        Self { most, inner: Mutex::new(Inner::default()) }
    }

    /// More than this of one conversation is not held.
    pub fn most(&self) -> usize {
        self.most
    }

    pub fn get(&self, organization: OrganizationId, conversation: ConversationId) -> Option<Holding> {
        let mut inner = self.lock();
        inner.clock += 1;
        let clock = inner.clock;
        let held = inner.blocks.get_mut(&(organization, conversation))?;
        held.used = clock;
        Some(Holding { block: Arc::clone(&held.block), state: held.state })
    }

    /// Holds it from now on, as of this state.
    pub fn put(&self, organization: OrganizationId, state: PlaceState, block: Arc<RwLock<Block>>) {
        let bytes = block.read().unwrap_or_else(PoisonError::into_inner).size();
        let mut inner = self.lock();
        inner.clock += 1;
        let key = (organization, state.conversation);
        let held = Entry { block, state, bytes, used: inner.clock };
        inner.bytes += bytes;
        if let Some(before) = inner.blocks.insert(key, held) {
            inner.bytes -= before.bytes;
        }
        while inner.bytes > self.most {
            let oldest = inner.blocks.iter().min_by_key(|(_, held)| held.used).map(|(key, _)| *key);
            let Some(gone) = oldest.and_then(|oldest| inner.blocks.remove(&oldest)) else { break };
            inner.bytes -= gone.bytes;
        }
        metrics::gauge!("stead_vectors_held_bytes").set(inner.bytes as f64);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
