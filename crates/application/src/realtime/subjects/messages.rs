use stead_domain::{
    MessageId,
    event::EventKind,
    ports::store::{Store, StoreError},
};
use uuid::Uuid;

use super::Subjects;

pub fn is_of(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::MessageCreated
            | EventKind::MessageUpdated
            | EventKind::MessageDeleted
            | EventKind::ReactionAdded
            | EventKind::ReactionRemoved
            | EventKind::PinAdded
            | EventKind::PinRemoved
    )
}

/// (An event does not say whether its message is of a thread or of a channel.)
pub async fn load(store: &dyn Store, ids: Vec<Uuid>, into: &mut Subjects) -> Result<(), StoreError> {
    let mut left: Vec<MessageId> = ids.into_iter().map(MessageId::new).collect();
    if left.is_empty() {
        return Ok(());
    }
    let said = store.channel_messages_now(left.clone()).await?;
    into.channel_messages.extend(said.into_iter().map(|said| (said.message.id.uuid(), said)));
    left.retain(|id| !into.channel_messages.contains_key(&id.uuid()));
    if left.is_empty() {
        return Ok(());
    }
    let said = store.thread_messages_by_id(left).await?;
    into.messages.extend(said.into_iter().map(|said| (said.message.id.uuid(), said)));
    Ok(())
}
