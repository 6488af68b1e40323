//! Messages.

use std::sync::Arc;

use serde_json::json;
use stead_domain::{
    Json, MessageId,
    message::{Author, Message, MessageRole, MessageStatus},
    page::{Position, Slice},
    ports::store::{
        Branches, Change, FinishMessage, LatestFilter, MessageChange, MessageFilter, Outcome, Store, ThreadMessage,
        UniqueKey,
    },
};
use uuid::Uuid;

use super::{
    expectations::{apply_one, conflict_of},
    paging_model::every_page_is_right,
    scenes::{answered, insert_message, message_ids, message_now, messages, page},
};
use crate::builders::{self, Seed};

fn insert(message: &Message) -> Change {
    Change::Message(MessageChange::Insert(message.clone()))
}

fn requeue(message: MessageId) -> Change {
    Change::Message(MessageChange::Requeue(message))
}

pub async fn the_ids_of_what_was_said_last_are_newest_first(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let first = seed.messages(&*store, 3).await;
    let said = || builders::user_message(&seed.thread, "Hello");
    let reply = Message { reply_to_id: Some(first[1].id), ..said() };
    let gone = Message { deleted_at: Some(builders::at()), ..said() };
    let other_branch = Message { active: false, ..said() };
    for message in [&reply, &gone, &other_branch] {
        insert_message(&*store, message).await;
    }
    insert_message(&*store, &builders::user_message(&seed.another_thread(&*store).await, "Elsewhere")).await;
    let organization = seed.organization.id;
    let filter = LatestFilter { organization, conversation: seed.thread.id, replies_to: None, from: None, limit: 10 };
    let latest = |filter| {
        let store = Arc::clone(&store);
        async move { store.latest_ids(filter).await.unwrap() }
    };
    let all = [reply.id, first[2].id, first[1].id, first[0].id];
    assert_eq!(latest(filter).await, all);
    assert_eq!(latest(LatestFilter { limit: 2, ..filter }).await, all[..2]);
    assert_eq!(latest(LatestFilter { from: Some(first[1].id), ..filter }).await, all[..3]);
    assert_eq!(latest(LatestFilter { replies_to: Some(first[1].id), ..filter }).await, [reply.id]);
    let elsewhere = Seed::commit(&*store).await.organization.id;
    assert_eq!(latest(LatestFilter { organization: elsewhere, ..filter }).await, []);
}

pub async fn every_kind_of_message_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let member = seed.another_user(&*store).await;
    let said = || builders::user_message(&seed.thread, "Hello");
    let stand_in = Author::Agent { agent: seed.agent.id, on_behalf_of: Some(member.id) };
    let full = Message {
        author: stand_in,
        role: MessageRole::Assistant,
        from_ai: true,
        content: "*ü*\r\n\t🙂".to_owned(),
        content_html: "<p><em>ü</em>\n🙂</p>".to_owned(),
        metadata: Json::metadata(json!({"in_reply_to": "x", "n": [1.5, -2, null, true]})).unwrap(),
        reply_to_id: Some(turn.message.id),
        branch_parent_id: Some(turn.message.id),
        active: false,
        run_id: Some(turn.run.id),
        status: MessageStatus::Failed,
        client_id: Some(builders::uuid()),
        version: 1 << 40,
        edited_at: Some(builders::at()),
        ..said()
    };
    let mut all = vec![said(), full];
    all.push(Message { author: Author::Agent { agent: seed.agent.id, on_behalf_of: None }, ..said() });
    all.push(Message { author: Author::System, role: MessageRole::System, ..said() });
    for role in [MessageRole::User, MessageRole::Assistant, MessageRole::System] {
        all.push(Message { role, ..said() });
    }
    for status in [
        MessageStatus::Queued,
        MessageStatus::Streaming,
        MessageStatus::Complete,
        MessageStatus::Cancelled,
        MessageStatus::Failed,
    ] {
        all.push(Message { status, ..said() });
    }
    all.push(Message { content: String::new(), content_html: String::new(), ..said() });
    for message in all {
        insert_message(&*store, &message).await;
        let found = message_now(&*store, &message).await;
        assert_eq!(found, ThreadMessage { message, tool_calls: vec![], attachments: vec![], feedback: None });
    }
}

pub async fn a_message_is_found_in_its_organization_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let message = &seed.messages(&*store, 1).await[0];
    assert_eq!(store.find_message(other.organization.id, message.id).await.unwrap(), None);
    assert_eq!(store.find_message(seed.organization.id, builders::id()).await.unwrap(), None);
}

pub async fn another_organization_lists_none_of_the_messages(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let message = &seed.messages(&*store, 3).await[1];
    for position in [
        Position::Newest,
        Position::Before(message.id.uuid()),
        Position::After(message.id.uuid()),
        Position::Around(message.id.uuid()),
    ] {
        let filter = MessageFilter {
            organization: other.organization.id,
            conversation: seed.thread.id,
            branches: Branches::Active,
            page: page(position, 10),
        };
        assert_eq!(store.list_messages(filter).await.unwrap().items, vec![], "{position:?}");
    }
}

pub async fn messages_are_listed_in_pages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut ids: Vec<Uuid> = Vec::new();
    for n in 0..9 {
        let message = Message { active: n % 4 != 1, ..builders::user_message(&seed.thread, "Hello") };
        insert_message(&*store, &message).await;
        ids.extend(message.active.then(|| message.id.uuid()));
    }
    let elsewhere = seed.another_thread(&*store).await;
    insert_message(&*store, &builders::user_message(&elsewhere, "Hello")).await;
    every_page_is_right(&ids, async |page| {
        let slice = messages(&*store, &seed.thread, page).await;
        Slice {
            items: slice.items.into_iter().map(|item| item.message.id.uuid()).collect(),
            has_older: slice.has_older,
            has_newer: slice.has_newer,
        }
    })
    .await;
}

pub async fn an_empty_conversation_has_empty_pages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    every_page_is_right(&[], async |page| {
        let slice = messages(&*store, &seed.thread, page).await;
        assert_eq!(slice.items, vec![]);
        Slice { items: vec![], has_older: slice.has_older, has_newer: slice.has_newer }
    })
    .await;
}

pub async fn paging_back_misses_nothing_while_messages_come(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let there: Vec<MessageId> = seed.messages(&*store, 11).await.iter().map(|message| message.id).collect();
    let mut seen: Vec<MessageId> = Vec::new();
    let mut position = Position::Newest;
    loop {
        let slice = messages(&*store, &seed.thread, page(position, 3)).await;
        let ids: Vec<MessageId> = slice.items.iter().map(|item| item.message.id).collect();
        position = Position::Before(ids[0].uuid());
        seen.splice(0..0, ids);
        if !slice.has_older {
            break;
        }
        seed.messages(&*store, 2).await;
    }
    assert_eq!(seen, there);
}

pub async fn paging_on_sees_every_message_once_while_messages_come(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut all: Vec<MessageId> = seed.messages(&*store, 7).await.iter().map(|message| message.id).collect();
    let mut seen: Vec<MessageId> = Vec::new();
    let mut position = Position::After(Uuid::nil());
    loop {
        let slice = messages(&*store, &seed.thread, page(position, 3)).await;
        seen.extend(slice.items.iter().map(|item| item.message.id));
        position = Position::After(seen[seen.len() - 1].uuid());
        if !slice.has_newer {
            break;
        }
        if all.len() < 12 {
            all.extend(seed.messages(&*store, 1).await.iter().map(|message| message.id));
        }
    }
    assert_eq!(seen, all);
}

pub async fn messages_off_the_active_branch_are_found_but_not_listed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let shown = seed.messages(&*store, 1).await[0].id;
    let hidden = Message { active: false, ..builders::user_message(&seed.thread, "Elsewhere") };
    insert_message(&*store, &hidden).await;
    assert_eq!(message_ids(&*store, &seed.thread).await, vec![shown]);
    assert_eq!(store.newest_message(seed.thread.id).await.unwrap(), Some(shown));
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 1);
    assert_eq!(message_now(&*store, &hidden).await.message, hidden);
}

pub async fn the_newest_message_has_the_largest_id(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    assert_eq!(store.newest_message(seed.thread.id).await.unwrap(), None);
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 0);
    let first = builders::user_message(&seed.thread, "First");
    let second = builders::user_message(&seed.thread, "Second");
    insert_message(&*store, &second).await;
    insert_message(&*store, &first).await;
    assert_eq!(store.newest_message(seed.thread.id).await.unwrap(), Some(second.id));
    assert_eq!(message_ids(&*store, &seed.thread).await, vec![first.id, second.id]);
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 2);
}

pub async fn an_unknown_conversation_has_no_messages(store: Arc<dyn Store>) {
    Seed::commit(&*store).await;
    assert_eq!(store.newest_message(builders::id()).await.unwrap(), None);
    assert_eq!(store.count_messages(builders::id()).await.unwrap(), 0);
}

pub async fn a_messages_id_is_taken_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let message = seed.messages(&*store, 1).await.remove(0);
    let again = Message { content: "Again".to_owned(), ..message.clone() };
    assert_eq!(conflict_of(&*store, insert(&again)).await, UniqueKey::Id);
    assert_eq!(message_now(&*store, &message).await.message, message);
}

pub async fn a_senders_own_id_is_taken_everywhere_but_for_that_sender_alone(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let member = seed.another_user(&*store).await;
    let elsewhere = seed.another_thread(&*store).await;
    let client_id = Some(builders::uuid());
    insert_message(&*store, &Message { client_id, ..builders::user_message(&seed.thread, "Once") }).await;
    for thread in [&seed.thread, &elsewhere] {
        let twice = Message { client_id, ..builders::user_message(thread, "Twice") };
        assert_eq!(conflict_of(&*store, insert(&twice)).await, UniqueKey::MessageClientId);
        assert_eq!(store.find_message(seed.organization.id, twice.id).await.unwrap(), None);
    }
    let author = Author::User(member.id);
    insert_message(&*store, &Message { client_id, author, ..builders::user_message(&seed.thread, "Mine") }).await;
}

pub async fn an_answer_that_waits_or_is_written_can_be_finished(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for from in [MessageStatus::Queued, MessageStatus::Streaming] {
        for to in [MessageStatus::Complete, MessageStatus::Cancelled, MessageStatus::Failed] {
            let metadata = Json::empty().with("old", 1);
            let before = Message { status: from, metadata, ..builders::assistant_message(&seed.thread, "So far") };
            insert_message(&*store, &before).await;
            let end = FinishMessage {
                message: before.id,
                content: "Whole 🎉".to_owned(),
                content_html: "<p>Whole 🎉</p>".to_owned(),
                metadata: Json::empty().with("new", 2),
                status: to,
            };
            let change = Change::Message(MessageChange::Finish(end.clone()));
            assert_eq!(apply_one(&*store, change).await, Outcome::Updated, "{from:?} to {to:?}");
            let after = message_now(&*store, &before).await.message;
            assert!(after.version > before.version, "every change raises the version");
            let expected = Message {
                content: end.content,
                content_html: end.content_html,
                metadata: end.metadata,
                status: to,
                version: after.version,
                ..before
            };
            assert_eq!(after, expected);
        }
    }
}

pub async fn an_answer_that_is_over_cannot_be_finished(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for status in [MessageStatus::Complete, MessageStatus::Cancelled, MessageStatus::Failed] {
        let message = Message { status, ..builders::assistant_message(&seed.thread, "Over") };
        insert_message(&*store, &message).await;
        let outcome = apply_one(&*store, answered(message.id, MessageStatus::Complete)).await;
        assert_eq!(outcome, Outcome::Unchanged, "{status:?}");
        assert_eq!(message_now(&*store, &message).await.message, message);
    }
    let unknown = apply_one(&*store, answered(builders::id(), MessageStatus::Complete)).await;
    assert_eq!(unknown, Outcome::Unchanged);
}

pub async fn a_failed_answer_is_emptied_and_queued_again(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let status = MessageStatus::Failed;
    let failed = Message { status, ..builders::assistant_message(&seed.thread, "Half a sen") };
    insert_message(&*store, &failed).await;
    assert_eq!(apply_one(&*store, requeue(failed.id)).await, Outcome::Updated);
    let after = message_now(&*store, &failed).await.message;
    assert!(after.version > failed.version, "every change raises the version");
    assert_eq!((after.content.as_str(), after.content_html.as_str()), ("", ""));
    assert_eq!(after.status, MessageStatus::Queued);
}

pub async fn an_answer_that_has_not_failed_is_not_queued_again(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for status in [MessageStatus::Queued, MessageStatus::Streaming, MessageStatus::Complete, MessageStatus::Cancelled] {
        let message = Message { status, ..builders::assistant_message(&seed.thread, "Text") };
        insert_message(&*store, &message).await;
        assert_eq!(apply_one(&*store, requeue(message.id)).await, Outcome::Unchanged, "{status:?}");
        assert_eq!(message_now(&*store, &message).await.message, message);
    }
    assert_eq!(apply_one(&*store, requeue(builders::id())).await, Outcome::Unchanged);
}
