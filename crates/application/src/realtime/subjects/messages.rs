use std::collections::BTreeMap;

use stead_domain::{
    MessageId,
    event::EventKind,
    ports::{read_gate::Readers, store::StoreError},
};
use uuid::Uuid;

use super::Subjects;
use crate::{Application, citations::has_sources};

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
pub async fn load(application: &Application, ids: Vec<Uuid>, into: &mut Subjects) -> Result<(), StoreError> {
    let mut left: Vec<MessageId> = ids.into_iter().map(MessageId::new).collect();
    if left.is_empty() {
        return Ok(());
    }
    let said = application.store.channel_messages_now(left.clone()).await?;
    into.channel_messages.extend(said.into_iter().map(|said| (said.message.id.uuid(), said)));
    left.retain(|id| !into.channel_messages.contains_key(&id.uuid()));
    if !left.is_empty() {
        let said = application.store.thread_messages_by_id(left).await?;
        into.messages.extend(said.into_iter().map(|said| (said.message.id.uuid(), said)));
    }
    load_citations(application, into).await
}

/// An event is the same for everybody in its room: of what an answer was made from it tells what all of them may read.
async fn load_citations(application: &Application, into: &mut Subjects) -> Result<(), StoreError> {
    let in_channels = into.channel_messages.values().map(|said| &said.message);
    let said = into.messages.values().map(|said| &said.message).chain(in_channels);
    let mut answers: BTreeMap<_, Vec<MessageId>> = BTreeMap::new();
    for message in said.filter(|message| has_sources(message)) {
        answers.entry((message.organization_id, message.conversation_id)).or_default().push(message.id);
    }
    for ((organization, conversation), answers) in answers {
        let readers = Readers::members_of(organization, conversation);
        into.citations.extend(application.citations(&readers, &answers).await?);
    }
    Ok(())
}
