//! Files: what is known of them, and who may read them.

use std::sync::Arc;

use futures_util::future::join_all;
use stead_domain::{
    ConversationId, FileId, MessageId,
    agent::{Agent, OwnerVisibility},
    file::{File, FileName, FileStatus},
    page::{Page, PageLimit, Position, Slice},
    ports::store::{
        AgentChange, Attach, Change, FileChange, FileFilter, FileReader, FileRight, FilesOf, Guard, MessageChange,
        Outcome, Store, StoreError, ThreadChange, UniqueKey,
    },
    thread::Thread,
    user::User,
};
use uuid::Uuid;

use super::{
    expectations::{apply, apply_one, conflict_of, holds},
    paging_model::every_page_is_right,
    scenes::{all_threads, message_now, messages, page},
};
use crate::builders::{self, Seed};

pub(super) fn insert(file: &File) -> Change {
    Change::File(FileChange::Insert(file.clone()))
}

pub(super) async fn stored(store: &dyn Store, user: &User) -> File {
    let file = builders::file(user);
    assert_eq!(apply_one(store, insert(&file)).await, Outcome::Inserted);
    file
}

fn attached(conversation: ConversationId, message: Option<MessageId>, files: &[&File]) -> Change {
    let organization = files[0].organization_id;
    let files = files.iter().map(|file| file.id).collect();
    Change::File(FileChange::Attach(Attach { organization, conversation, message, files }))
}

pub(super) async fn attach_to_thread(store: &dyn Store, thread: &Thread, files: &[&File]) {
    assert_eq!(apply_one(store, attached(thread.id, None, files)).await, Outcome::Inserted);
}

/// A message of the thread's user with these files.
pub(super) async fn message_with(store: &dyn Store, thread: &Thread, files: &[&File]) -> MessageId {
    let message = builders::user_message(thread, "See these.");
    let id = message.id;
    let changes = [Change::Message(MessageChange::Insert(message)), attached(thread.id, Some(id), files)];
    assert_eq!(apply(store, changes).await, [Outcome::Inserted; 2]);
    id
}

/// By what right somebody reads a file.
async fn right(store: &dyn Store, user: &User, oversees_all: bool, file: &File) -> Option<FileRight> {
    let reader = FileReader { organization: user.organization_id, user: user.id, oversees_all };
    let found = store.find_readable_file(reader, file.id).await.unwrap();
    if let Some((found, _)) = &found {
        assert_eq!(found, file);
    }
    found.map(|(_, right)| right)
}

/// A member of the seed's organization with a thread of their own with this agent.
async fn another_thread_of(store: &dyn Store, seed: &Seed, agent: &Agent) -> (User, Thread) {
    let user = seed.another_user(store).await;
    let thread = builders::thread(agent, &user);
    apply_one(store, Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))).await;
    (user, thread)
}

async fn delete_thread(store: &dyn Store, thread: &Thread) {
    let delete = ThreadChange::Delete { conversation: thread.id, at: builders::at() };
    assert_eq!(apply_one(store, Change::Thread(delete)).await, Outcome::Updated);
}

pub async fn every_kind_of_file_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let failed = FileStatus::Failed { code: "broken".to_owned(), message: "It is broken.".to_owned() };
    let plain = builders::file(&seed.owner);
    let full = File {
        name: FileName::made_safe("Bericht “final” 📄.pdf").unwrap(),
        content_type: "application/pdf".to_owned(),
        size: u64::from(u32::MAX) * 3,
        status: FileStatus::Ready,
        summary: Some("Ein Bericht.".to_owned()),
        version: 7,
        ..builders::file(&seed.owner)
    };
    let empty = File { size: 0, status: failed, ..builders::file(&seed.owner) };
    for file in [plain, full, empty] {
        assert_eq!(apply_one(&*store, insert(&file)).await, Outcome::Inserted);
        assert_eq!(store.find_file(seed.organization.id, file.id).await.unwrap(), Some(file));
    }
}

pub async fn a_file_is_found_in_its_organization_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let file = stored(&*store, &seed.owner).await;
    assert_eq!(store.find_file(other.organization.id, file.id).await.unwrap(), None);
    assert_eq!(store.find_file(seed.organization.id, builders::id()).await.unwrap(), None);
    assert_eq!(right(&*store, &other.owner, true, &file).await, None);
    let unknown = builders::id::<stead_domain::file::File>();
    let exist = store.files_that_exist(&[unknown, file.id]).await.unwrap();
    assert_eq!((exist, store.files_that_exist(&[]).await.unwrap()), (vec![file.id], vec![]));
}

pub async fn a_files_id_is_taken_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let file = stored(&*store, &seed.owner).await;
    assert_eq!(conflict_of(&*store, insert(&file)).await, UniqueKey::Id);
}

pub async fn what_is_understood_of_a_file_is_noted(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (file, other) = (stored(&*store, &seed.owner).await, stored(&*store, &seed.owner).await);
    let failed = FileStatus::Failed { code: "encrypted".to_owned(), message: "It is encrypted.".to_owned() };
    let mut expected = file.clone();
    for (status, summary) in [(failed, None), (FileStatus::Ready, Some("A summary.".to_owned()))] {
        let change = FileChange::Understood { file: file.id, status: status.clone(), summary: summary.clone() };
        assert_eq!(apply_one(&*store, Change::File(change)).await, Outcome::Updated);
        expected = File { status, summary, version: expected.version + 1, ..expected };
        assert_eq!(store.find_file(seed.organization.id, file.id).await.unwrap(), Some(expected.clone()));
    }
    let unknown = FileChange::Understood { file: builders::id(), status: FileStatus::Ready, summary: None };
    assert_eq!(apply_one(&*store, Change::File(unknown)).await, Outcome::Unchanged);
    assert_eq!(store.find_file(seed.organization.id, other.id).await.unwrap(), Some(other));
}

pub async fn a_messages_files_come_with_it_in_their_order(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let one = stored(&*store, &seed.owner).await;
    let two = stored(&*store, &seed.owner).await;
    let plain = seed.messages(&*store, 1).await.remove(0);
    let message = message_with(&*store, &seed.thread, &[&two, &one]).await;
    let last = message_with(&*store, &seed.thread, &[&one]).await;
    let expected = vec![(plain.id, vec![]), (message, vec![two.clone(), one.clone()]), (last, vec![one.clone()])];
    let listed = messages(&*store, &seed.thread, page(Position::Newest, 100)).await.items;
    let (_, of_thread) = store.list_threads(all_threads(&seed)).await.unwrap().remove(0);
    for items in [listed, of_thread] {
        let items: Vec<_> = items.into_iter().map(|item| (item.message.id, item.attachments)).collect();
        assert_eq!(items, expected);
    }
    assert_eq!(message_now(&*store, &plain).await.attachments, []);
    let found = store.find_message(seed.organization.id, message).await.unwrap().expect("a message that is there");
    assert_eq!(found.attachments, [two, one]);
}

pub async fn a_threads_files_come_in_their_order(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let other = seed.another_thread(&*store).await;
    let one = stored(&*store, &seed.owner).await;
    let two = stored(&*store, &seed.owner).await;
    attach_to_thread(&*store, &seed.thread, &[&two, &one]).await;
    assert_eq!(store.thread_files(seed.thread.id).await.unwrap(), [two, one]);
    assert_eq!(store.thread_files(other.id).await.unwrap(), []);
    delete_thread(&*store, &seed.thread).await;
    assert_eq!(store.thread_files(seed.thread.id).await.unwrap(), []);
}

pub async fn a_file_is_read_by_its_uploader_and_where_it_lies(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (member, thread) = another_thread_of(&*store, &seed, &seed.agent).await;
    let stranger = seed.another_user(&*store).await;
    let [alone, in_message, in_thread] =
        [stored(&*store, &seed.owner).await, stored(&*store, &seed.owner).await, stored(&*store, &seed.owner).await];
    message_with(&*store, &thread, &[&in_message]).await;
    attach_to_thread(&*store, &thread, &[&in_thread]).await;
    let reads = Some(FileRight::Reader);
    for (file, of_member) in [(&alone, None), (&in_message, reads), (&in_thread, reads)] {
        assert_eq!(right(&*store, &seed.owner, false, file).await, reads);
        assert_eq!(right(&*store, &member, false, file).await, of_member);
        assert_eq!(right(&*store, &stranger, false, file).await, None);
        let guard = |user: &User| Guard::Files {
            organization: seed.organization.id,
            user: user.id,
            files: vec![in_message.id, file.id],
        };
        assert!(holds(&*store, guard(&seed.owner)).await);
        assert_eq!(holds(&*store, guard(&member)).await, of_member.is_some());
        assert!(!holds(&*store, guard(&stranger)).await);
    }
    delete_thread(&*store, &thread).await;
    for file in [&in_message, &in_thread] {
        assert_eq!(right(&*store, &member, true, file).await, None, "who lost it");
        assert_eq!(right(&*store, &seed.owner, false, file).await, reads, "whose it is");
    }
}

pub async fn overseers_read_what_lies_in_threads_that_they_may_read(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let agents_owner = seed.another_user(&*store).await;
    for visibility in [OwnerVisibility::Full, OwnerVisibility::Metadata, OwnerVisibility::None] {
        let agent = Agent { owner_visibility: visibility, ..builders::personal_agent(&agents_owner) };
        apply_one(&*store, Change::Agent(AgentChange::Insert(agent.clone()))).await;
        let (user, thread) = another_thread_of(&*store, &seed, &agent).await;
        let (in_message, in_thread) = (stored(&*store, &user).await, stored(&*store, &user).await);
        let alone = stored(&*store, &user).await;
        message_with(&*store, &thread, &[&in_message]).await;
        attach_to_thread(&*store, &thread, &[&in_thread]).await;
        let may = (visibility == OwnerVisibility::Full).then_some(FileRight::Overseer);
        for file in [&in_message, &in_thread] {
            assert_eq!(right(&*store, &agents_owner, false, file).await, may, "{visibility:?}");
            assert_eq!(right(&*store, &seed.owner, true, file).await, Some(FileRight::Overseer));
            assert_eq!(right(&*store, &seed.owner, false, file).await, None);
        }
        assert_eq!(right(&*store, &seed.owner, true, &alone).await, None, "it lies in no thread");
        let files = vec![in_message.id];
        let guard = Guard::Files { organization: seed.organization.id, user: agents_owner.id, files };
        assert!(!holds(&*store, guard).await, "an overseer attaches nothing");
    }
}

pub async fn a_storage_room_guard_counts_what_is_there(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    stored(&*store, &other.owner).await;
    let room = |size, max| Guard::StorageRoom { organization: seed.organization.id, size, max };
    assert!(holds(&*store, room(100, 100)).await && !holds(&*store, room(101, 100)).await);
    let file = stored(&*store, &seed.owner).await;
    stored(&*store, &seed.owner).await;
    assert_eq!(store.size_of_files(seed.organization.id).await.unwrap(), 200);
    assert!(holds(&*store, room(0, 200)).await && holds(&*store, room(100, 300)).await);
    assert!(!holds(&*store, room(101, 300)).await && !holds(&*store, room(0, 199)).await);
    assert!(!holds(&*store, room(u64::MAX, u64::MAX - 1)).await);
    apply_one(&*store, Change::File(FileChange::Delete(file.id))).await;
    assert!(holds(&*store, room(100, 200)).await);
    let unknown = Guard::StorageRoom { organization: builders::id(), size: 0, max: 1 };
    assert!(!holds(&*store, unknown).await);
}

pub async fn many_uploads_never_take_more_than_the_room(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let uploads = (0..12).map(|_| {
        let (store, file) = (Arc::clone(&store), builders::file(&seed.owner));
        let guard = Guard::StorageRoom { organization: seed.organization.id, size: file.size, max: 550 };
        async move { store.commit(builders::guarded([guard], [insert(&file)])).await }
    });
    let mut landed = 0;
    for upload in join_all(uploads).await {
        match upload {
            Ok(_) => landed += 1,
            Err(StoreError::Refused(Guard::StorageRoom { .. })) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((landed, store.size_of_files(seed.organization.id).await.unwrap()), (5, 500));
}

async fn listed(store: &dyn Store, seed: &Seed, of: FilesOf, page: Page) -> Slice<Uuid> {
    let filter = FileFilter { organization: seed.organization.id, of, page };
    let slice = store.list_files(filter).await.unwrap();
    Slice {
        items: slice.items.into_iter().map(|file| file.id.uuid()).collect(),
        has_older: slice.has_older,
        has_newer: slice.has_newer,
    }
}

pub async fn files_are_listed_in_pages(store: Arc<dyn Store>) {
    let (seed, foreign) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    stored(&*store, &foreign.owner).await;
    let member = seed.another_user(&*store).await;
    let (mut own, mut in_thread) = (Vec::new(), Vec::new());
    for n in 0..7 {
        let file = stored(&*store, if n == 4 { &member } else { &seed.owner }).await;
        if n != 4 {
            own.push(file.id.uuid());
        }
        match n {
            1 | 4 => attach_to_message(&*store, &seed.thread, &file).await,
            3 => attach_to_thread(&*store, &seed.thread, &[&file]).await,
            5 => {
                attach_to_message(&*store, &seed.thread, &file).await;
                attach_to_message(&*store, &seed.thread, &file).await;
            }
            _ => continue,
        }
        in_thread.push(file.id.uuid());
    }
    let (of_user, of_thread) = (FilesOf::Uploader(seed.owner.id), FilesOf::Conversation(seed.thread.id));
    every_page_is_right(&own, async |page| listed(&*store, &seed, of_user, page).await).await;
    every_page_is_right(&in_thread, async |page| listed(&*store, &seed, of_thread, page).await).await;
    let all = Page { position: Position::Newest, limit: PageLimit::MAX };
    assert_eq!(listed(&*store, &foreign, of_thread, all).await.items, Vec::<Uuid>::new());
    delete_thread(&*store, &seed.thread).await;
    assert_eq!(listed(&*store, &seed, of_thread, all).await.items, Vec::<Uuid>::new());
}

async fn attach_to_message(store: &dyn Store, thread: &Thread, file: &File) {
    message_with(store, thread, &[file]).await;
}

pub async fn a_deleted_file_is_gone_from_where_it_was_attached(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (file, kept) = (stored(&*store, &seed.owner).await, stored(&*store, &seed.owner).await);
    attach_to_thread(&*store, &seed.thread, &[&file, &kept]).await;
    let message = message_with(&*store, &seed.thread, &[&file, &kept]).await;
    let delete = |id: FileId| Change::File(FileChange::Delete(id));
    assert_eq!(apply_one(&*store, delete(file.id)).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, delete(file.id)).await, Outcome::Unchanged);
    assert_eq!(store.find_file(seed.organization.id, file.id).await.unwrap(), None);
    let found = store.find_message(seed.organization.id, message).await.unwrap().expect("a message that is there");
    assert_eq!(found.attachments, std::slice::from_ref(&kept));
    assert_eq!(store.thread_files(seed.thread.id).await.unwrap(), [kept]);
}
