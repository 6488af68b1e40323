use std::collections::HashSet;

use stead_domain::{
    event::{EventKind, LoggedEvent},
    ports::store::{Store, StoreError},
};

use super::Subjects;

/// (Of one who was removed nothing is there to be fetched.)
pub fn is_of(kind: EventKind) -> bool {
    matches!(kind, EventKind::MemberAdded | EventKind::MemberUpdated)
}

pub async fn load(store: &dyn Store, events: &[LoggedEvent], into: &mut Subjects) -> Result<(), StoreError> {
    let of_members = events.iter().map(|logged| &logged.event).filter(|event| is_of(event.kind));
    let named: HashSet<_> = of_members.filter_map(|event| Some((event.conversation_id?, event.subject_id))).collect();
    if named.is_empty() {
        return Ok(());
    }
    let found = store.find_members(named.into_iter().collect()).await?;
    let placed = found.into_iter().map(|member| {
        let membership = member.membership;
        ((membership.conversation_id, membership.participant.uuid()), member)
    });
    into.members.extend(placed);
    Ok(())
}
