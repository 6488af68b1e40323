use stead_domain::{
    FileId,
    event::EventKind,
    ports::store::{Store, StoreError},
};
use uuid::Uuid;

use super::Subjects;

/// (Of a deleted one nothing is there to be fetched.)
pub fn is_of(kind: EventKind) -> bool {
    kind == EventKind::FileUpdated
}

pub async fn load(store: &dyn Store, ids: Vec<Uuid>, into: &mut Subjects) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let found = store.files_by_id(ids.into_iter().map(FileId::new).collect()).await?;
    into.files.extend(found.into_iter().map(|file| (file.id.uuid(), file)));
    Ok(())
}
