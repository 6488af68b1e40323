use stead_domain::{
    ConversationId,
    event::EventKind,
    ports::store::{Store, StoreError},
};
use uuid::Uuid;

use super::Subjects;

/// (Of a deleted one nothing is there to be fetched.)
pub fn is_of(kind: EventKind) -> bool {
    matches!(kind, EventKind::ThreadCreated | EventKind::ThreadUpdated)
}

pub async fn load(store: &dyn Store, ids: Vec<Uuid>, into: &mut Subjects) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let found = store.threads_by_id(ids.into_iter().map(ConversationId::new).collect()).await?;
    into.threads.extend(found.into_iter().map(|(thread, seen)| (thread.id.uuid(), (thread, seen))));
    Ok(())
}
