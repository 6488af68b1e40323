//! Threads by themselves; lists of them are in `thread_lists`, their end in `deletion`.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use stead_domain::{
    Json, Timestamp,
    ports::store::{Change, Guard, Outcome, Store, ThreadChange, UniqueKey},
    text::Text,
    thread::{Thread, TitleSource},
};

use super::{
    expectations::{apply_one, conflict_of, holds},
    scenes::thread_now,
};
use crate::builders::{self, Seed};

fn insert(thread: &Thread) -> Change {
    Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))
}

fn touch(thread: &Thread, at: Timestamp) -> Change {
    Change::Thread(ThreadChange::Touch { conversation: thread.id, at })
}

pub async fn every_kind_of_thread_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let plain = builders::thread(&seed.agent, &seed.owner);
    let full = Thread {
        title: Some(Text::parse("عنوان 🧵 Title").unwrap()),
        title_source: TitleSource::Person,
        metadata: Json::metadata(json!({"a": {"b": [1, null, {"c": "ü"}]}, "": ""})).unwrap(),
        archived: true,
        version: 1 << 40,
        updated_at: builders::at(),
        last_activity_at: builders::at(),
        ..builders::thread(&seed.agent, &seed.owner)
    };
    let by_model = Thread {
        title: Some(Text::parse("By the model").unwrap()),
        title_source: TitleSource::Model,
        ..builders::thread(&seed.agent, &seed.owner)
    };
    for thread in [plain, full, by_model] {
        assert_eq!(apply_one(&*store, insert(&thread)).await, Outcome::Inserted);
        assert_eq!(thread_now(&*store, &thread).await, thread);
    }
}

pub async fn a_thread_about_a_channel_names_it(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    // Until channels can be made, another conversation stands for one.
    let thread = Thread { channel_id: Some(seed.thread.id), ..builders::thread(&seed.agent, &seed.owner) };
    assert_eq!(apply_one(&*store, insert(&thread)).await, Outcome::Inserted);
    assert_eq!(thread_now(&*store, &thread).await, thread);
}

pub async fn a_new_thread_has_its_user_as_a_member(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let stranger = seed.another_user(&*store).await;
    let member = |user| Guard::Member { conversation: seed.thread.id, user };
    assert!(holds(&*store, member(seed.owner.id)).await);
    assert!(!holds(&*store, member(stranger.id)).await);
}

pub async fn a_thread_is_found_in_its_organization_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    assert_eq!(store.find_thread(other.organization.id, seed.thread.id).await.unwrap(), None);
    assert_eq!(store.find_thread(seed.organization.id, builders::id()).await.unwrap(), None);
}

pub async fn a_threads_id_is_taken_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let again = Thread { archived: true, ..seed.thread.clone() };
    assert_eq!(conflict_of(&*store, insert(&again)).await, UniqueKey::Id);
    assert_eq!(thread_now(&*store, &seed.thread).await, seed.thread);
}

pub async fn a_thread_update_writes_what_its_person_may_change(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (stranger, agent) = (seed.another_user(&*store).await, seed.another_agent(&*store).await);
    let written = Thread {
        title: Some(Text::parse("A title").unwrap()),
        title_source: TitleSource::Person,
        metadata: Json::empty().with("pinned", true),
        archived: true,
        version: 2,
        updated_at: builders::at(),
        ..seed.thread.clone()
    };
    let given = Thread {
        agent_id: agent.id,
        user_id: stranger.id,
        created_at: Timestamp::EPOCH,
        last_activity_at: builders::at(),
        ..written.clone()
    };
    assert_eq!(apply_one(&*store, Change::Thread(ThreadChange::Update(given))).await, Outcome::Updated);
    assert_eq!(thread_now(&*store, &written).await, written);

    let cleared = Thread { title: None, title_source: TitleSource::None, archived: false, version: 3, ..written };
    let update = Change::Thread(ThreadChange::Update(cleared.clone()));
    assert_eq!(apply_one(&*store, update).await, Outcome::Updated);
    assert_eq!(thread_now(&*store, &cleared).await, cleared);
}

pub async fn a_change_of_an_unknown_thread_changes_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let unknown = builders::thread(&seed.agent, &seed.owner);
    for change in [
        Change::Thread(ThreadChange::Update(unknown.clone())),
        touch(&unknown, builders::at()),
        Change::Thread(ThreadChange::Delete { conversation: unknown.id, at: builders::at() }),
        Change::Thread(ThreadChange::Purge { conversation: unknown.id, at_most: 500 }),
    ] {
        assert_eq!(apply_one(&*store, change.clone()).await, Outcome::Unchanged, "{change:?}");
    }
    assert_eq!(store.find_thread(unknown.organization_id, unknown.id).await.unwrap(), None);
}

pub async fn a_touch_notes_activity_and_nothing_else(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let at = builders::at();
    assert_eq!(apply_one(&*store, touch(&seed.thread, at)).await, Outcome::Updated);
    assert_eq!(thread_now(&*store, &seed.thread).await, Thread { last_activity_at: at, ..seed.thread });
}

pub async fn an_earlier_touch_changes_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let noted = seed.thread.last_activity_at;
    apply_one(&*store, touch(&seed.thread, noted.minus(Duration::from_micros(1)))).await;
    assert_eq!(thread_now(&*store, &seed.thread).await, seed.thread);

    let later = noted.plus(Duration::from_micros(1));
    apply_one(&*store, touch(&seed.thread, later)).await;
    assert_eq!(thread_now(&*store, &seed.thread).await, Thread { last_activity_at: later, ..seed.thread });
}
