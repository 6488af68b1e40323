use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;
use stead_domain::{
    ConversationId, OrganizationId,
    ports::{
        VectorStore,
        store::StoreError,
        vector_store::{
            VectorHit, VectorId, VectorPage, VectorQuery, VectorRecord, VectorSource, VectorStoreError, finite,
        },
    },
};
use tokio::sync::Semaphore;

use super::{
    best::Best,
    block::{Block, Wanted},
    held::{Held, Holding},
    rows::{NewVector, PlaceState, VectorRow, VectorRows},
};

/// How many vectors a transaction writes, and how many ids or sources one removes.
const WRITES: usize = 100;
const REMOVALS: usize = 500;
/// How many rows are read at once, and of how many conversations the states.
const PAGE: u32 = 2_000;
const STATES: usize = 500;
/// How many conversations are read from the database at once: each takes memory that is not counted yet.
const LOADING: usize = 2;
/// What is compared with more vectors than this does not keep a thread from other work.
const AT_ONCE: usize = 4_000;
/// Of what may be held in all, one conversation may take this part; of one that is larger nothing is held.
const LARGEST: usize = 2;

/// How much of the vectors is held in memory.
#[derive(Debug, Clone, Copy)]
pub struct VectorMemory {
    /// In bytes.
    pub bytes: usize,
}

impl Default for VectorMemory {
    fn default() -> Self {
        Self { bytes: 256 << 20 }
    }
}

/// The embedded index: [`VectorStore`] over rows of a database.
pub struct EmbeddedVectors {
    rows: Arc<dyn VectorRows>,
    held: Arc<Held>,
    loading: Semaphore,
}

impl std::fmt::Debug for EmbeddedVectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedVectors").finish_non_exhaustive()
    }
}

impl EmbeddedVectors {
    pub(crate) fn new(rows: Arc<dyn VectorRows>, memory: VectorMemory) -> Self {
        Self { rows, held: Arc::new(Held::new(memory.bytes)), loading: Semaphore::new(LOADING) }
    }

    /// What is held of a conversation, brought up to this state. `None`: it is too large, and was searched meanwhile.
    async fn bring_up(
        &self,
        organization: OrganizationId,
        state: PlaceState,
        wanted: &Wanted,
        best: &mut Best,
    ) -> Result<Option<Arc<RwLock<Block>>>, VectorStoreError> {
        let _place = self.loading.acquire().await.map_err(VectorStoreError::unavailable)?;
        // Another query may have brought it up meanwhile.
        let held = self.held.get(organization, state.conversation);
        let held = held.filter(|held| held.state.removals == state.removals && held.state.changes <= state.changes);
        let (block, since) = match held {
            Some(Holding { state: before, block }) if before.changes == state.changes => return Ok(Some(block)),
            Some(Holding { state: before, block }) => (block, before.changes),
            None => (Arc::default(), 0),
        };
        let is_new = since == 0;
        let mut after: Option<(i64, VectorId)> = None;
        let mut searched = false;
        loop {
            let rows =
                self.rows.load(organization, state.conversation, since, after, PAGE).await.map_err(unavailable)?;
            let is_last = rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
            after = rows.last().map(|last| (last.changed, last.id));
            let size = put(&block, rows);
            if is_new && size > self.held.most() / LARGEST {
                search(&block, wanted, best);
                *block.write().unwrap_or_else(PoisonError::into_inner) = Block::default();
                searched = true;
            }
            if is_last {
                break;
            }
        }
        if searched {
            search(&block, wanted, best);
            return Ok(None);
        }
        // As of the state that was read before the rows: what came meanwhile is read again next time.
        self.held.put(organization, state, Arc::clone(&block));
        Ok(Some(block))
    }
}

fn put(block: &RwLock<Block>, rows: Vec<VectorRow>) -> usize {
    let mut block = block.write().unwrap_or_else(PoisonError::into_inner);
    rows.into_iter().for_each(|row| block.put(row));
    block.size()
}

fn search(block: &RwLock<Block>, wanted: &Wanted, best: &mut Best) {
    block.read().unwrap_or_else(PoisonError::into_inner).search(wanted, best);
}

#[async_trait]
impl VectorStore for EmbeddedVectors {
    async fn dimension(&self) -> Result<Option<usize>, VectorStoreError> {
        Ok(None)
    }

    async fn upsert(&self, organization: OrganizationId, vectors: Vec<VectorRecord>) -> Result<(), VectorStoreError> {
        vectors.iter().try_for_each(VectorRecord::check)?;
        // Of one id given twice the last counts.
        let new: BTreeMap<VectorId, NewVector> = vectors.into_iter().map(|vector| (vector.id, new(vector))).collect();
        let mut new = new.into_values().peekable();
        while new.peek().is_some() {
            self.rows.put(organization, new.by_ref().take(WRITES).collect()).await.map_err(unavailable)?;
        }
        Ok(())
    }

    async fn delete(&self, organization: OrganizationId, ids: &[VectorId]) -> Result<(), VectorStoreError> {
        for some in ids.chunks(REMOVALS) {
            self.rows.remove(organization, some.to_vec()).await.map_err(unavailable)?;
        }
        Ok(())
    }

    async fn delete_sources(
        &self,
        organization: OrganizationId,
        sources: &[VectorSource],
        from_chunk: u32,
    ) -> Result<(), VectorStoreError> {
        for some in sources.chunks(REMOVALS) {
            self.rows.remove_sources(organization, some.to_vec(), from_chunk).await.map_err(unavailable)?;
        }
        Ok(())
    }

    async fn delete_organization(&self, organization: OrganizationId) -> Result<(), VectorStoreError> {
        while self.rows.remove_some(organization).await.map_err(unavailable)? {}
        Ok(())
    }

    async fn query(
        &self,
        organization: OrganizationId,
        query: VectorQuery,
    ) -> Result<Vec<VectorHit>, VectorStoreError> {
        finite(&query.values)?;
        if query.is_void() {
            return Ok(Vec::new());
        }
        let places: BTreeSet<ConversationId> = query.places.iter().map(|place| place.conversation_id()).collect();
        let places: Vec<ConversationId> = places.into_iter().collect();
        let best = Best::new(query.limit.min(VectorQuery::MAX_LIMIT));
        let wanted = Wanted::new(query);
        let (mut ready, mut stale) = (Vec::new(), Vec::new());
        for some in places.chunks(STATES) {
            for state in self.rows.states(organization, some.to_vec()).await.map_err(unavailable)? {
                match self.held.get(organization, state.conversation) {
                    Some(held) if held.state == state => ready.push(held.block),
                    _ => stale.push(state),
                }
            }
        }
        let (mut best, wanted) = search_all(ready, wanted, best).await?;
        for state in stale {
            if let Some(block) = self.bring_up(organization, state, &wanted, &mut best).await? {
                search(&block, &wanted, &mut best);
            }
        }
        Ok(best.into_hits())
    }

    async fn list(&self, organization: OrganizationId, after: Option<&str>) -> Result<VectorPage, VectorStoreError> {
        let after = after.map(|after| {
            VectorId::parse(organization, after).ok_or_else(|| VectorStoreError::rejected("no page begins there"))
        });
        self.rows.list_ids(organization, after.transpose()?).await.map_err(unavailable)
    }
}

/// Searches what is held; what takes long apart from the threads that serve requests.
async fn search_all(
    blocks: Vec<Arc<RwLock<Block>>>,
    wanted: Wanted,
    mut best: Best,
) -> Result<(Best, Wanted), VectorStoreError> {
    let count: usize = blocks.iter().map(|block| block.read().unwrap_or_else(PoisonError::into_inner).len()).sum();
    let searching = move || {
        for block in &blocks {
            search(block, &wanted, &mut best);
        }
        (best, wanted)
    };
    if count <= AT_ONCE {
        return Ok(searching());
    }
    tokio::task::spawn_blocking(searching).await.map_err(VectorStoreError::unavailable)
}

fn new(record: VectorRecord) -> NewVector {
    let VectorRecord { id, values, model, places, author, created_at, version, file_name: _ } = record;
    let has_direction = values.iter().any(|value| *value != 0.0);
    let conversations: BTreeSet<ConversationId> = places.into_iter().map(|place| place.conversation_id()).collect();
    NewVector {
        id,
        values: has_direction.then_some(values),
        model,
        conversations: conversations.into_iter().collect(),
        author,
        created_at,
        version,
    }
}

/// Whatever a database says here, the same may succeed later.
fn unavailable(error: StoreError) -> VectorStoreError {
    VectorStoreError::unavailable(error)
}
