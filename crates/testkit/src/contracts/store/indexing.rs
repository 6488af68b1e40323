//! What indexes are made from, and what was given to the index of vectors.

use std::sync::Arc;

use stead_domain::{
    MessageId,
    message::{Author, Message},
    ports::{
        store::{Change, EmbeddedSource, MessageChange, OrganizationChange, Store, ThreadChange},
        vector_store::{VectorPlace, VectorSource},
    },
};

use super::{
    expectations::apply,
    files::{attach_to_thread, stored},
};
use crate::builders::{self, Seed};

fn ids(messages: &[Message]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

pub async fn messages_are_given_with_who_and_where(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let messages = seed.messages(&*store, 2).await;
    let found = store.messages_to_index(&[messages[1].id, builders::id(), messages[0].id]).await.unwrap();
    assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), ids(&messages), "by id");
    let one = &found[0];
    assert_eq!(one.place, VectorPlace::Thread(seed.thread.id));
    assert_eq!(one.place_name.as_deref(), seed.thread.title.as_ref().map(|title| title.as_str()));
    assert_eq!(one.author, Author::User(seed.owner.id));
    assert_eq!(one.author_name.as_deref(), Some(seed.owner.display_name.as_str()));
    assert_eq!((one.content.as_str(), one.version), ("Message 0", messages[0].version));
    assert_eq!((one.organization_id, one.created_at), (seed.organization.id, messages[0].created_at));
    let turn = seed.turn(&*store).await;
    let answer = &store.messages_to_index(&[turn.answer.id]).await.unwrap()[0];
    assert_eq!(answer.author_name.as_deref(), Some(seed.agent.display_name.as_str()));
    assert_eq!(answer.status, turn.answer.status);
    assert_eq!(store.messages_to_index(&[]).await.unwrap(), []);
}

pub async fn what_is_deleted_is_not_given(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (ours, theirs) = (seed.messages(&*store, 1).await, other.messages(&*store, 1).await);
    let file = stored(&*store, &seed.owner).await;
    attach_to_thread(&*store, &seed.thread, &[&file]).await;
    let asked = [ours[0].id, theirs[0].id];
    assert_eq!(store.messages_to_index(&asked).await.unwrap().len(), 2);
    let found = store.files_to_index(&[file.id, builders::id()]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].file, &*found[0].places), (&file, &[VectorPlace::Thread(seed.thread.id)][..]));

    let delete = ThreadChange::Delete { conversation: seed.thread.id, at: builders::at() };
    apply(&*store, [Change::Thread(delete)]).await;
    assert_eq!(store.messages_to_index(&[ours[0].id]).await.unwrap(), []);
    assert_eq!(store.files_to_index(&[file.id]).await.unwrap()[0].places, [], "the file stays its uploader's");
    let organizations = store.walk_organizations(None, 100).await.unwrap();
    assert!(organizations.contains(&other.organization.id));
    let delete = OrganizationChange::Delete { organization: other.organization.id, at: builders::at() };
    apply(&*store, [Change::Organization(delete)]).await;
    assert_eq!(store.messages_to_index(&asked).await.unwrap(), []);
    assert_eq!(store.walk_organizations(None, 100).await.unwrap(), [seed.organization.id]);
    assert_eq!(store.walk_organizations(Some(seed.organization.id), 100).await.unwrap(), []);
}

pub async fn what_was_said_before_is_given_oldest_first(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let first = seed.messages(&*store, 2).await;
    let other = seed.another_thread(&*store).await;
    let between = builders::user_message(&other, "elsewhere");
    apply(&*store, [Change::Message(MessageChange::Insert(between.clone()))]).await;
    let last = seed.messages(&*store, 2).await;
    let asked = [last[1].id, first[0].id, between.id];
    let found = store.said_before(&asked, 2).await.unwrap();
    let found: Vec<(MessageId, Vec<MessageId>)> =
        found.into_iter().map(|(id, before)| (id, before.iter().map(|one| one.id).collect())).collect();
    let expected = [(asked[0], vec![first[1].id, last[0].id]), (asked[1], Vec::new()), (asked[2], Vec::new())];
    assert_eq!(found, expected);
    assert_eq!(store.said_before(&[], 2).await.unwrap(), []);
}

pub async fn what_was_embedded_is_noted_and_forgotten(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let note = |source, organization_id, conversation_id| EmbeddedSource {
        source,
        organization_id,
        conversation_id,
        version: 3,
        chunks: 2,
        model: "a-model".to_owned(),
        digest: -7,
        at: builders::at(),
    };
    let (ours, theirs) = (seed.organization.id, other.organization.id);
    let message = note(VectorSource::Message(builders::id()), ours, Some(seed.thread.id));
    let second = note(VectorSource::Message(builders::id()), theirs, Some(other.thread.id));
    let file = note(VectorSource::File(builders::id()), ours, None);
    store.note_embedded(vec![message.clone(), second.clone(), file.clone()]).await.unwrap();
    let mut all = store.list_embedded(None, None, 10).await.unwrap();
    assert_eq!(all.len(), 3);
    let mut paged = Vec::new();
    while let Some(next) =
        store.list_embedded(None, paged.last().map(|one: &EmbeddedSource| one.source), 1).await.unwrap().pop()
    {
        paged.push(next);
    }
    assert_eq!(paged, all);
    all.retain(|one| one.organization_id == ours);
    assert_eq!(store.list_embedded(Some(ours), None, 10).await.unwrap(), all);
    assert_eq!(store.list_embedded_of(other.thread.id, 10).await.unwrap(), std::slice::from_ref(&second));

    let place = builders::thread(&seed.agent, &seed.owner).id;
    let of_one: Vec<_> = (0..3).map(|_| note(VectorSource::Message(builders::id()), ours, Some(place))).collect();
    store.note_embedded(of_one.iter().rev().cloned().collect()).await.unwrap();
    let oldest = store.list_embedded_of(place, 2).await.unwrap();
    assert_eq!(oldest, of_one[..2]);
    store.forget_embedded(&of_one.iter().map(|one| one.source).collect::<Vec<_>>()).await.unwrap();

    let newer = EmbeddedSource { version: 4, chunks: 1, ..message.clone() };
    store.note_embedded(vec![newer.clone()]).await.unwrap();
    let sources = [message.source, VectorSource::File(builders::id()), file.source];
    let found = store.find_embedded(&sources).await.unwrap();
    assert!(found.len() == 2 && found.contains(&newer) && found.contains(&file), "{found:?}");
    store.forget_embedded(&sources).await.unwrap();
    store.forget_embedded(&sources).await.unwrap();
    assert_eq!(store.list_embedded(None, None, 10).await.unwrap(), [second]);
    assert_eq!(store.find_embedded(&[]).await.unwrap(), []);
}
