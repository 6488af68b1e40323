use std::collections::HashSet;

use stead_domain::{
    event::{Audience, EventKind, LoggedEvent},
    ports::store::{Store, StoreError},
};

use super::Subjects;

pub async fn load(store: &dyn Store, events: &[LoggedEvent], into: &mut Subjects) -> Result<(), StoreError> {
    let of_markers = events.iter().map(|logged| &logged.event).filter(|event| event.kind == EventKind::ReadUpdated);
    let named: HashSet<_> = of_markers
        .filter_map(|event| match event.audience {
            Audience::User(user) => Some((event.conversation_id?, user)),
            Audience::Members | Audience::Organization => None,
        })
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let found = store.read_markers(named.into_iter().collect()).await?;
    into.markers.extend(found.into_iter().map(|marker| ((marker.conversation_id, marker.user_id), marker)));
    Ok(())
}
