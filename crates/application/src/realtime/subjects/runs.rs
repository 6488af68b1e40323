use stead_domain::{
    RunId,
    event::EventKind,
    ports::store::{Store, StoreError},
};
use uuid::Uuid;

use super::Subjects;

pub fn is_of(kind: EventKind) -> bool {
    matches!(kind, EventKind::RunQueued | EventKind::RunStarted | EventKind::RunAwaitingApproval | EventKind::RunEnded)
}

pub async fn load(store: &dyn Store, ids: Vec<Uuid>, into: &mut Subjects) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let found = store.runs_by_id(ids.into_iter().map(RunId::new).collect()).await?;
    into.runs.extend(found.into_iter().map(|run| (run.id.uuid(), run)));
    Ok(())
}
