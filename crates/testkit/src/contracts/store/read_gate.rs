//! The read gate: what all readers may read, as it is now, and nothing else.

use std::sync::Arc;

use stead_domain::{
    ConversationId, FileId, MessageId,
    channel::Channel,
    file::FileStatus,
    message::{Author, Message, MessageStatus},
    organization::{Organization, RetentionDays},
    passage::Passage,
    ports::{
        read_gate::{FileCandidate, MessageCandidate, PassageCandidate, Readers, SaidIn},
        store::{
            Attach, Change, ChannelChange, ChannelMessageChange, FileChange, MessageChange, OrganizationChange,
            PassageChange, Store, ThreadChange, UserChange,
        },
        text_extractor::Place,
    },
    thread::Thread,
    user::User,
};

use super::{
    expectations::{apply, apply_one},
    files::{attach_to_thread, stored},
    gate_scenes::{channel_of, in_channel, joins, leaves, says},
    scenes::ago,
};
use crate::builders::{self, Seed};

fn any(id: MessageId) -> MessageCandidate {
    MessageCandidate { id, version: None }
}

fn one(user: &User) -> Readers {
    Readers::one(user.organization_id, user.id)
}

fn all_of(users: &[&User]) -> Readers {
    Readers::all_of(users[0].organization_id, users.iter().map(|user| user.id)).unwrap()
}

/// Those of the messages that all readers may read.
async fn read(store: &dyn Store, readers: &Readers, messages: &[&Message]) -> Vec<MessageId> {
    let candidates: Vec<_> = messages.iter().map(|message| any(message.id)).collect();
    let readable = store.readable_messages(readers, &candidates).await.unwrap();
    readable.into_iter().map(|message| message.id).collect()
}

async fn reads(store: &dyn Store, readers: &Readers, message: &Message) -> bool {
    !read(store, readers, &[message]).await.is_empty()
}

async fn reads_file(store: &dyn Store, readers: &Readers, file: FileId) -> bool {
    let whole = store.readable_files(readers, &[FileCandidate { id: file, version: None }]).await.unwrap();
    let candidate = PassageCandidate { file, n: 0, version: None };
    let passages = store.readable_passages(readers, &[candidate]).await.unwrap();
    assert_eq!(whole.len(), passages.len(), "a file and its passage are readable together");
    !whole.is_empty()
}

async fn delete(store: &dyn Store, channel: &Channel, message: &Message) {
    let delete = ChannelMessageChange::Delete { channel: channel.id, message: message.id, at: builders::at() };
    apply_one(store, Change::ChannelMessage(delete)).await;
}

/// A file of this user with one passage.
async fn file_of(store: &dyn Store, user: &User) -> FileId {
    let file = stored(store, user).await;
    let passage = Passage { n: 0, place: Place::Page(3), text: "It says so.".to_owned(), tokens: 4, embedding: None };
    let put = PassageChange::Put { organization: user.organization_id, file: file.id, passages: vec![passage] };
    apply_one(store, Change::Passage(put)).await;
    file.id
}

async fn attach(store: &dyn Store, conversation: ConversationId, message: &Message, file: FileId) {
    let organization = message.organization_id;
    let attach = Attach { organization, conversation, message: Some(message.id), files: vec![file] };
    apply_one(store, Change::File(FileChange::Attach(attach))).await;
}

pub async fn the_gate_gives_a_message_as_it_is_now(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let channel = channel_of(&*store, &[&seed.owner]).await;
    let first = says(&*store, &channel, &seed.owner, "Eins 👋").await;
    let reply = Message {
        reply_to_id: Some(first.id),
        author: Author::Agent { agent: seed.agent.id, on_behalf_of: Some(seed.owner.id) },
        from_ai: true,
        ..in_channel(&channel, &seed.owner, "Zwei")
    };
    let in_thread = builders::user_message(&seed.thread, "Drei");
    let inserts = [&reply, &in_thread].map(|message| Change::Message(MessageChange::Insert(message.clone())));
    apply(&*store, inserts).await;
    let candidates = [any(reply.id), any(builders::id()), any(in_thread.id), any(first.id), any(reply.id)];
    let readable = store.readable_messages(&one(&seed.owner), &candidates).await.unwrap();
    let ids: Vec<_> = readable.iter().map(|message| message.id).collect();
    assert_eq!(ids, [reply.id, in_thread.id, first.id, reply.id]);
    let (of_agent, of_thread, of_user) = (&readable[0], &readable[1], &readable[2]);
    assert_eq!((of_agent.author, of_agent.from_ai), (reply.author, true));
    assert_eq!(of_agent.author_name.as_deref(), Some(seed.agent.display_name.as_str()));
    assert_eq!((of_agent.reply_to_id, of_agent.said_in), (Some(first.id), SaidIn::Channel(channel.id)));
    let thread = SaidIn::Thread { thread: seed.thread.id, agent: seed.agent.id, about: None };
    assert_eq!((of_thread.said_in, of_thread.content.as_str(), of_thread.active), (thread, "Drei", true));
    assert_eq!(of_user.author_name.as_deref(), Some(seed.owner.display_name.as_str()));
    assert_eq!((of_user.content.as_str(), of_user.created_at, of_user.version), ("Eins 👋", first.created_at, 1));
    assert_eq!(store.readable_messages(&one(&seed.owner), &[]).await.unwrap(), []);
}

pub async fn the_gate_gives_what_every_reader_may_read(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (ann, ben) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let of_both = channel_of(&*store, &[&ann, &ben]).await;
    let of_ann = channel_of(&*store, &[&ann]).await;
    let (shared, own) = (says(&*store, &of_both, &ben, "a").await, says(&*store, &of_ann, &ann, "b").await);
    let both = [&shared, &own];
    assert_eq!(read(&*store, &one(&ann), &both).await, [shared.id, own.id]);
    assert_eq!(read(&*store, &one(&ben), &both).await, [shared.id]);
    assert_eq!(read(&*store, &all_of(&[&ann, &ben]), &both).await, [shared.id]);
    assert_eq!(read(&*store, &all_of(&[&ann, &ben, &seed.owner]), &both).await, []);
    let members = Readers::members_of(seed.organization.id, of_both.id);
    assert_eq!(read(&*store, &members, &both).await, [shared.id]);
    let members = Readers::members_of(seed.organization.id, of_ann.id);
    assert_eq!(read(&*store, &members, &both).await, [shared.id, own.id]);
    joins(&*store, &of_ann, &ben).await;
    assert_eq!(read(&*store, &all_of(&[&ann, &ben]), &both).await, [shared.id, own.id]);
    leaves(&*store, &of_both, &ann).await;
    assert_eq!(read(&*store, &one(&ann), &both).await, [own.id]);
    assert_eq!(read(&*store, &members, &both).await, [own.id]);
    leaves(&*store, &of_both, &ben).await;
    let nobody = Readers::members_of(seed.organization.id, of_both.id);
    assert_eq!(read(&*store, &nobody, &both).await, [], "a room that all have left has no readers");
}

pub async fn the_gate_gives_only_what_lies_where_it_is_asked_for(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (one_room, other) = (channel_of(&*store, &[&seed.owner]).await, channel_of(&*store, &[&seed.owner]).await);
    let (here, there) =
        (says(&*store, &one_room, &seed.owner, "a").await, says(&*store, &other, &seed.owner, "b").await);
    let file = file_of(&*store, &seed.owner).await;
    attach(&*store, one_room.id, &here, file).await;
    let within = |rooms: &[ConversationId]| one(&seed.owner).within(rooms.to_vec());
    assert_eq!(read(&*store, &within(&[one_room.id]), &[&here, &there]).await, [here.id]);
    assert_eq!(read(&*store, &within(&[one_room.id, other.id]), &[&here, &there]).await, [here.id, there.id]);
    assert_eq!(read(&*store, &within(&[]), &[&here, &there]).await, []);
    assert!(reads_file(&*store, &within(&[other.id, one_room.id]), file).await);
    assert!(!reads_file(&*store, &within(&[other.id]), file).await);
    assert!(!reads_file(&*store, &within(&[]), file).await);
    delete(&*store, &one_room, &here).await;
    assert!(!reads_file(&*store, &within(&[one_room.id]), file).await);
    assert!(reads_file(&*store, &one(&seed.owner), file).await, "it is still theirs");
}

pub async fn the_gate_gives_the_version_that_was_found(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let channel = channel_of(&*store, &[&seed.owner]).await;
    let said = says(&*store, &channel, &seed.owner, "a").await;
    let file = file_of(&*store, &seed.owner).await;
    let understood = FileChange::Understood { file, status: FileStatus::Ready, summary: Some("So.".to_owned()) };
    apply_one(&*store, Change::File(understood)).await;
    for (version, is_there) in [(None, true), (Some(1), true), (Some(0), false), (Some(2), false)] {
        let candidate = MessageCandidate { id: said.id, version };
        let found = store.readable_messages(&one(&seed.owner), &[candidate]).await.unwrap();
        assert_eq!(found.len(), usize::from(is_there), "{version:?}");
    }
    for (version, is_there) in [(None, true), (Some(2), true), (Some(1), false)] {
        let readers = one(&seed.owner);
        let whole = store.readable_files(&readers, &[FileCandidate { id: file, version }]).await.unwrap();
        let passage = PassageCandidate { file, n: 0, version };
        let passages = store.readable_passages(&readers, &[passage]).await.unwrap();
        assert_eq!((whole.len(), passages.len()), (usize::from(is_there), usize::from(is_there)), "{version:?}");
        if let (Some(whole), Some(passage)) = (whole.first(), passages.first()) {
            assert_eq!((whole.summary.as_deref(), whole.uploaded_by), (Some("So."), seed.owner.id));
            assert_eq!(
                (&passage.file, &passage.place, passage.text.as_str()),
                (&**whole, &Place::Page(3), "It says so.")
            );
        }
    }
    let unknown = PassageCandidate { file, n: 1, version: None };
    assert_eq!(store.readable_passages(&one(&seed.owner), &[unknown]).await.unwrap(), []);
}

pub async fn the_gate_does_not_give_what_is_gone(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let channel = channel_of(&*store, &[&seed.owner]).await;
    let (said, kept) =
        (says(&*store, &channel, &seed.owner, "a").await, says(&*store, &channel, &seed.owner, "b").await);
    let in_thread = seed.messages(&*store, 1).await.remove(0);
    let readers = one(&seed.owner);
    delete(&*store, &channel, &said).await;
    assert_eq!(read(&*store, &readers, &[&said, &kept, &in_thread]).await, [kept.id, in_thread.id]);
    let gone = ThreadChange::Delete { conversation: seed.thread.id, at: builders::at() };
    apply_one(&*store, Change::Thread(gone)).await;
    assert_eq!(read(&*store, &readers, &[&kept, &in_thread]).await, [kept.id]);
    let gone = ChannelChange::Delete { channel: channel.id, at: builders::at() };
    apply_one(&*store, Change::Channel(gone)).await;
    assert_eq!(read(&*store, &readers, &[&kept]).await, []);
}

pub async fn the_gate_does_not_give_what_is_not_kept(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let channel = channel_of(&*store, &[&seed.owner]).await;
    let old = says(&*store, &channel, &seed.owner, "a").await;
    let fresh = Message { created_at: ago(&*store, 60).await, ..in_channel(&channel, &seed.owner, "b") };
    apply_one(&*store, Change::Message(MessageChange::Insert(fresh.clone()))).await;
    let reader = seed.another_user(&*store).await;
    joins(&*store, &channel, &reader).await;
    let (of_old, of_fresh) = (file_of(&*store, &seed.owner).await, file_of(&*store, &seed.owner).await);
    attach(&*store, channel.id, &old, of_old).await;
    attach(&*store, channel.id, &fresh, of_fresh).await;
    assert!(reads_file(&*store, &one(&reader), of_old).await);
    let retention = Some(RetentionDays::parse(30).unwrap());
    let organization = Organization { retention, ..seed.organization.clone() };
    apply_one(&*store, Change::Organization(OrganizationChange::Update(organization))).await;
    assert_eq!(read(&*store, &one(&reader), &[&old, &fresh]).await, [fresh.id]);
    assert!(!reads_file(&*store, &one(&reader), of_old).await);
    assert!(reads_file(&*store, &one(&reader), of_fresh).await);
}

pub async fn the_gate_does_not_give_what_is_being_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for (status, is_there) in [
        (MessageStatus::Queued, false),
        (MessageStatus::Streaming, false),
        (MessageStatus::Complete, true),
        (MessageStatus::Cancelled, true),
        (MessageStatus::Failed, true),
    ] {
        let said = Message { status, ..builders::assistant_message(&seed.thread, "So far.") };
        apply_one(&*store, Change::Message(MessageChange::Insert(said.clone()))).await;
        assert_eq!(reads(&*store, &one(&seed.owner), &said).await, is_there, "{status:?}");
    }
}

pub async fn the_gate_keeps_organizations_apart(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let said = seed.messages(&*store, 1).await.remove(0);
    let file = file_of(&*store, &seed.owner).await;
    for stranger in [
        one(&other.owner),
        Readers::one(other.organization.id, seed.owner.id),
        Readers::one(seed.organization.id, other.owner.id),
        Readers::members_of(other.organization.id, seed.thread.id),
        all_of(&[&seed.owner, &other.owner]),
    ] {
        assert!(!reads(&*store, &stranger, &said).await, "{stranger:?}");
        assert!(!reads_file(&*store, &stranger, file).await, "{stranger:?}");
    }
    assert!(reads(&*store, &Readers::members_of(seed.organization.id, seed.thread.id), &said).await);
}

pub async fn the_gate_gives_nothing_to_who_may_not_sign_in(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (gone, off) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let channel = channel_of(&*store, &[&seed.owner, &gone, &off]).await;
    let said = says(&*store, &channel, &gone, "a").await;
    let author = Author::Agent { agent: seed.agent.id, on_behalf_of: Some(gone.id) };
    let in_their_stead = Message { author, from_ai: true, ..in_channel(&channel, &gone, "b") };
    apply_one(&*store, Change::Message(MessageChange::Insert(in_their_stead.clone()))).await;
    let file = file_of(&*store, &off).await;
    let deactivated = User { deactivated_at: Some(builders::at()), ..off.clone() };
    apply_one(&*store, Change::User(UserChange::Update(deactivated))).await;
    assert!(!reads(&*store, &one(&off), &said).await);
    assert!(!reads_file(&*store, &one(&off), file).await);
    assert!(!reads(&*store, &all_of(&[&seed.owner, &off]), &said).await);
    let members = Readers::members_of(seed.organization.id, channel.id);
    assert!(reads(&*store, &members, &said).await, "who cannot read is no reader of a room");
    assert!(reads(&*store, &members, &in_their_stead).await);
    apply_one(&*store, Change::User(UserChange::Delete { user: gone.id, at: builders::at() })).await;
    assert!(!reads(&*store, &one(&gone), &said).await);
    assert!(!reads(&*store, &members, &said).await, "what they wrote goes with them");
    assert!(!reads(&*store, &members, &in_their_stead).await, "and what was said in their stead");
    let kept = says(&*store, &channel, &seed.owner, "b").await;
    assert!(reads(&*store, &members, &kept).await);
}

pub async fn a_thread_about_a_channel_is_read_by_its_members(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = seed.another_user(&*store).await;
    let channel = channel_of(&*store, &[&seed.owner, &user]).await;
    let thread = Thread { channel_id: Some(channel.id), ..builders::thread(&seed.agent, &user) };
    apply_one(&*store, Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))).await;
    let said = builders::user_message(&thread, "a");
    apply_one(&*store, Change::Message(MessageChange::Insert(said.clone()))).await;
    let file = file_of(&*store, &seed.owner).await;
    let file = store.find_file(seed.organization.id, file).await.unwrap().unwrap();
    attach_to_thread(&*store, &thread, &[&file]).await;
    let readable = store.readable_messages(&one(&user), &[any(said.id)]).await.unwrap();
    let about = SaidIn::Thread { thread: thread.id, agent: seed.agent.id, about: Some(channel.id) };
    assert_eq!(readable[0].said_in, about);
    let of_thread = Readers::members_of(seed.organization.id, thread.id);
    assert!(reads_file(&*store, &one(&user), file.id).await && reads_file(&*store, &of_thread, file.id).await);
    assert!(!reads(&*store, &one(&seed.owner), &said).await);
    leaves(&*store, &channel, &user).await;
    assert!(!reads(&*store, &one(&user), &said).await);
    assert!(!reads(&*store, &of_thread, &said).await);
    assert!(!reads_file(&*store, &one(&user), file.id).await);
    assert!(!reads_file(&*store, &of_thread, file.id).await);
}

pub async fn a_file_is_read_where_it_lies(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (ann, ben) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let file = file_of(&*store, &ann).await;
    assert!(reads_file(&*store, &one(&ann), file).await);
    assert!(!reads_file(&*store, &one(&ben), file).await);
    let channel = channel_of(&*store, &[&ann, &ben]).await;
    let said = says(&*store, &channel, &ann, "See this.").await;
    attach(&*store, channel.id, &said, file).await;
    assert!(reads_file(&*store, &all_of(&[&ann, &ben]), file).await);
    assert!(reads_file(&*store, &Readers::members_of(seed.organization.id, channel.id), file).await);
    assert!(!reads_file(&*store, &all_of(&[&ann, &ben, &seed.owner]), file).await);
    leaves(&*store, &channel, &ben).await;
    assert!(!reads_file(&*store, &one(&ben), file).await);
    apply_one(&*store, Change::File(FileChange::Delete(file))).await;
    assert!(!reads_file(&*store, &one(&ann), file).await);
}

pub async fn the_gate_takes_many_candidates(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let said = seed.messages(&*store, 3).await;
    let mut candidates: Vec<_> = (0..1_200).map(|_| any(builders::id())).collect();
    for (n, message) in said.iter().enumerate() {
        candidates[n * 590] = any(message.id);
    }
    let readable = store.readable_messages(&one(&seed.owner), &candidates).await.unwrap();
    let ids: Vec<_> = readable.iter().map(|message| message.id).collect();
    assert_eq!(ids, said.iter().map(|message| message.id).collect::<Vec<_>>());
    // Nor does it matter in how many conversations it may lie.
    let elsewhere: Vec<ConversationId> = (0..12_000).map(|_| builders::id()).collect();
    let nowhere = one(&seed.owner).within(elsewhere.clone());
    assert_eq!(read(&*store, &nowhere, &[&said[0]]).await, []);
    let somewhere = one(&seed.owner).within(elsewhere.into_iter().chain([seed.thread.id]));
    assert_eq!(read(&*store, &somewhere, &[&said[0]]).await, [said[0].id]);
}
