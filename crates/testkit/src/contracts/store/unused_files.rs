//! Files that nobody uses any more since something was deleted.

use std::sync::Arc;

use stead_domain::{
    FileId,
    file::File,
    ports::store::{Change, FileChange, LeftBy, OrganizationChange, Outcome, Store, ThreadChange, UserChange},
    thread::Thread,
    user::User,
};

use super::{
    expectations::apply_one,
    files::{attach_to_thread, message_with, stored},
};
use crate::builders::{self, Seed};

async fn unused(store: &dyn Store, left_by: LeftBy) -> Vec<FileId> {
    store.unused_files(left_by, 100).await.unwrap()
}

async fn delete_thread(store: &dyn Store, thread: &Thread) {
    let delete = ThreadChange::Delete { conversation: thread.id, at: builders::at() };
    assert_eq!(apply_one(store, Change::Thread(delete)).await, Outcome::Updated);
}

async fn delete_user(store: &dyn Store, user: &User) {
    let delete = UserChange::Delete { user: user.id, at: builders::at() };
    assert_eq!(apply_one(store, Change::User(delete)).await, Outcome::Updated);
}

async fn delete_unused(store: &dyn Store, file: FileId, left_by: LeftBy) -> Outcome {
    apply_one(store, Change::File(FileChange::DeleteUnused { file, left_by })).await
}

fn ids(files: &[&File]) -> Vec<FileId> {
    files.iter().map(|file| file.id).collect()
}

pub async fn a_deleted_thread_leaves_the_files_that_lie_nowhere_else(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let other = seed.another_thread(&*store).await;
    let [in_message, in_thread, elsewhere_too, alone, in_other] = [
        stored(&*store, &seed.owner).await,
        stored(&*store, &seed.owner).await,
        stored(&*store, &seed.owner).await,
        stored(&*store, &seed.owner).await,
        stored(&*store, &seed.owner).await,
    ];
    message_with(&*store, &seed.thread, &[&in_message, &elsewhere_too]).await;
    attach_to_thread(&*store, &seed.thread, &[&in_thread]).await;
    message_with(&*store, &other, &[&elsewhere_too, &in_other]).await;
    let left_by = LeftBy::Conversation(seed.thread.id);
    assert_eq!(unused(&*store, left_by).await, [], "it is not deleted");
    delete_thread(&*store, &seed.thread).await;
    assert_eq!(unused(&*store, left_by).await, ids(&[&in_message, &in_thread]));
    assert_eq!(store.unused_files(left_by, 1).await.unwrap(), ids(&[&in_message]));
    for (file, outcome) in [
        (&in_message, Outcome::Updated),
        (&in_message, Outcome::Unchanged),
        (&elsewhere_too, Outcome::Unchanged),
        (&alone, Outcome::Unchanged),
        (&in_other, Outcome::Unchanged),
    ] {
        assert_eq!(delete_unused(&*store, file.id, left_by).await, outcome, "{}", file.name);
    }
    assert_eq!(unused(&*store, left_by).await, ids(&[&in_thread]));
    delete_thread(&*store, &other).await;
    assert_eq!(unused(&*store, left_by).await, ids(&[&in_thread, &elsewhere_too]), "nobody has it any more");
}

pub async fn a_file_that_is_attached_again_is_not_removed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let other = seed.another_thread(&*store).await;
    let file = stored(&*store, &seed.owner).await;
    message_with(&*store, &seed.thread, &[&file]).await;
    delete_thread(&*store, &seed.thread).await;
    let left_by = LeftBy::Conversation(seed.thread.id);
    assert_eq!(unused(&*store, left_by).await, [file.id]);
    attach_to_thread(&*store, &other, &[&file]).await;
    assert_eq!(delete_unused(&*store, file.id, left_by).await, Outcome::Unchanged);
    assert_eq!(store.thread_files(other.id).await.unwrap(), [file]);
}

pub async fn a_deleted_user_leaves_what_nobody_else_uses(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = seed.another_user(&*store).await;
    let thread = builders::thread(&seed.agent, &user);
    apply_one(&*store, Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))).await;
    let [alone, in_own, in_anothers, others] = [
        stored(&*store, &user).await,
        stored(&*store, &user).await,
        stored(&*store, &user).await,
        stored(&*store, &seed.owner).await,
    ];
    message_with(&*store, &thread, &[&in_own]).await;
    attach_to_thread(&*store, &thread, &[&in_own]).await;
    message_with(&*store, &seed.thread, &[&in_anothers, &others]).await;
    let left_by = LeftBy::User(user.id);
    assert_eq!(unused(&*store, left_by).await, [], "they are there");
    delete_user(&*store, &user).await;
    assert_eq!(unused(&*store, left_by).await, ids(&[&alone, &in_own]));
    assert_eq!(delete_unused(&*store, in_anothers.id, left_by).await, Outcome::Unchanged);
    assert_eq!(delete_unused(&*store, others.id, left_by).await, Outcome::Unchanged);
    for file in [&alone, &in_own] {
        assert_eq!(delete_unused(&*store, file.id, left_by).await, Outcome::Updated);
    }
    assert_eq!(unused(&*store, left_by).await, []);
}

pub async fn a_deleted_organization_leaves_all_its_files(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (alone, in_thread) = (stored(&*store, &seed.owner).await, stored(&*store, &seed.owner).await);
    message_with(&*store, &seed.thread, &[&in_thread]).await;
    let foreign = stored(&*store, &other.owner).await;
    let left_by = LeftBy::Organization(seed.organization.id);
    assert_eq!(unused(&*store, left_by).await, [], "it is not deleted");
    let delete = OrganizationChange::Delete { organization: seed.organization.id, at: builders::at() };
    apply_one(&*store, Change::Organization(delete)).await;
    assert_eq!(unused(&*store, left_by).await, ids(&[&alone, &in_thread]));
    assert_eq!(delete_unused(&*store, foreign.id, left_by).await, Outcome::Unchanged);
}

pub async fn a_purge_leaves_no_attachments(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let file = stored(&*store, &seed.owner).await;
    message_with(&*store, &seed.thread, &[&file]).await;
    attach_to_thread(&*store, &seed.thread, &[&file]).await;
    delete_thread(&*store, &seed.thread).await;
    let purge = || Change::Thread(ThreadChange::Purge { conversation: seed.thread.id, at_most: 2 });
    while apply_one(&*store, purge()).await == Outcome::Updated {}
    assert_eq!(unused(&*store, LeftBy::Conversation(seed.thread.id)).await, []);
    assert_eq!(store.find_file(seed.organization.id, file.id).await.unwrap(), Some(file), "its uploader has it");
    let delete = OrganizationChange::Delete { organization: seed.organization.id, at: builders::at() };
    apply_one(&*store, Change::Organization(delete)).await;
    let purge = || OrganizationChange::Purge { organization: seed.organization.id, at_most: 2 };
    while apply_one(&*store, Change::Organization(purge())).await == Outcome::Updated {}
    assert_eq!(store.size_of_files(seed.organization.id).await.unwrap(), 0);
}
