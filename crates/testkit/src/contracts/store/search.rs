//! The index of words: what is found, by whom, and in what order.

use std::sync::Arc;

use stead_domain::{
    ConversationId, FileId, MessageId, OrganizationId,
    channel::Channel,
    file::{File, FileName, FileStatus},
    message::{Message, MessageStatus},
    organization::{Organization, RetentionDays},
    passage::Passage,
    ports::{
        store::{
            Attach, Change, ChannelMessageChange, EditMessage, FileChange, FileHit, FileSearch, Matching,
            MessageChange, MessageSearch, OrganizationChange, Outcome, PassageChange, Rooms, Store, ThreadChange,
            UserChange,
        },
        text_extractor::Place,
    },
    search::SearchQuery,
    thread::Thread,
    user::User,
};

use super::{
    expectations::{apply, apply_one},
    files::insert,
    gate_scenes::{channel_of, joins, leaves, new_channel, says},
};
use crate::builders::{self, Seed};

fn search(user: &User, query: &str) -> MessageSearch {
    MessageSearch {
        organization: user.organization_id,
        user: user.id,
        query: SearchQuery::parse(query).unwrap(),
        matching: Matching::All { below: None },
        rooms: Rooms::Any,
        conversations: None,
        author: None,
        since: None,
        before: None,
        limit: 100,
    }
}

async fn found(store: &dyn Store, search: MessageSearch) -> Vec<MessageId> {
    store.search_messages(search).await.unwrap().into_iter().map(|hit| hit.candidate.id).collect()
}

async fn finds(store: &dyn Store, user: &User, query: &str) -> Vec<MessageId> {
    found(store, search(user, query)).await
}

fn ids(messages: &[&Message]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

async fn index(store: &dyn Store, messages: &[&Message]) {
    store.index_messages(&ids(messages), false).await.unwrap();
}

/// Somebody says something in a channel, which is indexed.
async fn indexed(store: &dyn Store, channel: &Channel, user: &User, content: &str) -> Message {
    let said = says(store, channel, user, content).await;
    index(store, &[&said]).await;
    said
}

async fn thread_message(store: &dyn Store, thread: &Thread, content: &str) -> Message {
    let said = builders::user_message(thread, content);
    assert_eq!(apply_one(store, Change::Message(MessageChange::Insert(said.clone()))).await, Outcome::Inserted);
    index(store, &[&said]).await;
    said
}

pub async fn messages_are_found_by_their_words(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let channel = channel_of(&*store, &[&seed.owner]).await;
    let texts = [
        "The Quick brown Fox",
        "quick: \"fox\" brown & 'bear'",
        "Grüße aus Köln! C++ | a:b* \\ NEAR(x)",
        "東京都庁 は 新宿 に",
        "<b>deployment</b> failed_again at 10:30",
        "👋 ...",
        "",
    ];
    let mut said = Vec::new();
    for text in texts {
        said.push(indexed(&*store, &channel, &seed.owner, text).await);
    }
    for (query, expected) in [
        ("quick", &[1, 0][..]),
        ("FOX quick ", &[1, 0]),
        ("\"quick brown\"", &[0]),
        ("\"brown quick\"", &[]),
        ("brown fox bear", &[1]),
        ("grusse", &[]),
        ("gruße", &[2]),
        ("koln", &[2]),
        ("c a b near x ", &[2]),
        ("東京", &[3]),
        ("京東", &[]),
        ("新宿", &[3]),
        ("deploy", &[4]),
        ("deploy ", &[]),
        ("deploy* fail* ", &[4]),
        ("\"failed again at 10\"", &[4]),
        ("b", &[4, 2]),
        ("👋", &[]),
        ("\"", &[]),
        ("' OR 1=1 --", &[]),
    ] {
        let expected: Vec<_> = expected.iter().map(|n| said[*n].id).collect();
        assert_eq!(finds(&*store, &seed.owner, query).await, expected, "{query}");
    }
}

pub async fn a_search_finds_what_its_user_may_read(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (ann, ben) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let of_both = channel_of(&*store, &[&ann, &ben]).await;
    let of_ann = channel_of(&*store, &[&ann]).await;
    let elsewhere = channel_of(&*store, &[&other.owner]).await;
    let shared = indexed(&*store, &of_both, &ben, "canary one").await;
    let own = indexed(&*store, &of_ann, &ann, "canary two").await;
    let foreign = indexed(&*store, &elsewhere, &other.owner, "canary three").await;
    let in_thread = thread_message(&*store, &seed.thread, "canary four").await;
    assert_eq!(finds(&*store, &ann, "canary").await, ids(&[&own, &shared]));
    assert_eq!(finds(&*store, &ben, "canary").await, ids(&[&shared]));
    assert_eq!(finds(&*store, &seed.owner, "canary").await, ids(&[&in_thread]));
    assert_eq!(finds(&*store, &other.owner, "canary").await, ids(&[&foreign]));
    let mixed = MessageSearch { organization: other.organization.id, ..search(&ann, "canary") };
    assert_eq!(found(&*store, mixed).await, []);
    joins(&*store, &of_ann, &ben).await;
    assert_eq!(finds(&*store, &ben, "canary").await, ids(&[&own, &shared]));
    leaves(&*store, &of_both, &ben).await;
    assert_eq!(finds(&*store, &ben, "canary").await, ids(&[&own]));
    let named = MessageSearch { conversations: Some(vec![of_both.id]), ..search(&ben, "canary") };
    assert_eq!(found(&*store, named).await, []);
}

pub async fn a_search_is_narrowed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (owner, ann) = (&seed.owner, seed.another_user(&*store).await);
    let room = channel_of(&*store, &[owner, &ann]).await;
    let by_owner = indexed(&*store, &room, owner, "needle").await;
    let by_ann = indexed(&*store, &room, &ann, "needle").await;
    let in_thread = thread_message(&*store, &seed.thread, "needle").await;
    let base = || search(owner, "needle");
    let within = |these: &[ConversationId]| MessageSearch { conversations: Some(these.to_vec()), ..base() };
    for (search, expected) in [
        (base(), ids(&[&in_thread, &by_ann, &by_owner])),
        (MessageSearch { author: Some(ann.id), ..base() }, ids(&[&by_ann])),
        (within(&[room.id]), ids(&[&by_ann, &by_owner])),
        (within(&[seed.thread.id]), ids(&[&in_thread])),
        (within(&[seed.thread.id, room.id]), ids(&[&in_thread, &by_ann, &by_owner])),
        (within(&[]), vec![]),
        (MessageSearch { rooms: Rooms::Channels, ..base() }, ids(&[&by_ann, &by_owner])),
        (MessageSearch { rooms: Rooms::Threads, ..base() }, ids(&[&in_thread])),
        (MessageSearch { since: Some(by_ann.created_at), ..base() }, ids(&[&in_thread, &by_ann])),
        (MessageSearch { before: Some(by_ann.created_at), ..base() }, ids(&[&by_owner])),
        (MessageSearch { limit: 1, ..base() }, ids(&[&in_thread])),
    ] {
        assert_eq!(found(&*store, search.clone()).await, expected, "{search:?}");
    }
}

pub async fn a_search_goes_on_where_it_ended(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let room = channel_of(&*store, &[&seed.owner]).await;
    let mut said = Vec::new();
    for _ in 0..7 {
        said.push(indexed(&*store, &room, &seed.owner, "needle").await.id);
    }
    said.reverse();
    let (mut all, mut below) = (Vec::new(), None);
    loop {
        let matching = Matching::All { below };
        let page = MessageSearch { matching, limit: 2, ..search(&seed.owner, "needle") };
        let page = store.search_messages(page).await.unwrap();
        let Some(last) = page.last() else { break };
        below = Some(last.place);
        all.extend(page.iter().map(|hit| hit.candidate.id));
        // What comes anew stands before the page.
        indexed(&*store, &room, &seed.owner, "needle").await;
    }
    assert_eq!(all, said);
}

pub async fn messages_of_one_millisecond_are_all_found(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let first = builders::user_message(&seed.thread, "needle");
    let mut all = Vec::new();
    for n in 0..40u128 {
        // The same beginning, and the same place at first.
        let id = MessageId::new(uuid::Uuid::from_u128(first.id.uuid().as_u128() ^ (n << 20)));
        let said = Message { id, ..first.clone() };
        apply_one(&*store, Change::Message(MessageChange::Insert(said))).await;
        all.push(id);
    }
    store.index_messages(&all, false).await.unwrap();
    let mut found = finds(&*store, &seed.owner, "needle").await;
    found.sort_unstable();
    all.sort_unstable();
    assert_eq!(found, all);
}

async fn edit(store: &dyn Store, channel: &Channel, message: &Message, content: &str) {
    let edit = EditMessage {
        organization: channel.organization_id,
        channel: channel.id,
        message: message.id,
        content: content.to_owned(),
        content_html: content.to_owned(),
        mentions: Vec::new(),
        by: channel.created_by,
        at: builders::at(),
    };
    apply_one(store, Change::ChannelMessage(ChannelMessageChange::Edit(edit))).await;
}

pub async fn what_changed_is_not_found_by_what_it_said(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let owner = &seed.owner;
    let room = channel_of(&*store, &[owner]).await;
    let said = indexed(&*store, &room, owner, "before").await;
    edit(&*store, &room, &said, "after").await;
    assert_eq!((finds(&*store, owner, "before").await, finds(&*store, owner, "after").await), (vec![], vec![]));
    index(&*store, &[&said]).await;
    assert_eq!((finds(&*store, owner, "before").await, finds(&*store, owner, "after").await), (vec![], ids(&[&said])));
    let delete = ChannelMessageChange::Delete { channel: room.id, message: said.id, at: builders::at() };
    apply_one(&*store, Change::ChannelMessage(delete)).await;
    assert_eq!(finds(&*store, owner, "after").await, []);
    index(&*store, &[&said]).await;
    assert_eq!(store.indexed_messages(None, None, 10).await.unwrap(), (vec![], None));
}

pub async fn what_may_not_be_read_is_not_found(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let owner = &seed.owner;
    let (kept, gone) = (channel_of(&*store, &[owner]).await, channel_of(&*store, &[owner]).await);
    let old = indexed(&*store, &kept, owner, "needle").await;
    indexed(&*store, &gone, owner, "needle").await;
    let aside = Message { active: false, ..builders::user_message(&seed.thread, "needle") };
    let streaming = Message { status: MessageStatus::Streaming, ..builders::assistant_message(&seed.thread, "needle") };
    for message in [&aside, &streaming] {
        apply_one(&*store, Change::Message(MessageChange::Insert(message.clone()))).await;
    }
    index(&*store, &[&aside, &streaming]).await;
    let delete = stead_domain::ports::store::ChannelChange::Delete { channel: gone.id, at: builders::at() };
    apply_one(&*store, Change::Channel(delete)).await;
    assert_eq!(finds(&*store, owner, "needle").await, ids(&[&old]));
    let retention = Some(RetentionDays::parse(30).unwrap());
    let organization = Organization { retention, ..seed.organization.clone() };
    apply_one(&*store, Change::Organization(OrganizationChange::Update(organization))).await;
    assert_eq!(finds(&*store, owner, "needle").await, []);
}

pub async fn a_purge_takes_words_along(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let ann = seed.another_user(&*store).await;
    let room = channel_of(&*store, &[&seed.owner, &ann]).await;
    let by_ann = indexed(&*store, &room, &ann, "needle").await;
    let by_owner = indexed(&*store, &room, &seed.owner, "needle").await;
    let in_thread = thread_message(&*store, &seed.thread, "needle").await;
    let all = || async { store.indexed_messages(Some(seed.organization.id), None, 10).await.unwrap().0 };
    assert_eq!(all().await, ids(&[&by_ann, &by_owner, &in_thread]));
    apply_one(&*store, Change::User(UserChange::Delete { user: ann.id, at: builders::at() })).await;
    let purge = || Change::User(UserChange::Purge { user: ann.id, at: builders::at(), at_most: 500 });
    while apply_one(&*store, purge()).await != Outcome::Unchanged {}
    assert_eq!(all().await, ids(&[&by_owner, &in_thread]));
    let delete = ThreadChange::Delete { conversation: seed.thread.id, at: builders::at() };
    apply_one(&*store, Change::Thread(delete)).await;
    let purge = || Change::Thread(ThreadChange::Purge { conversation: seed.thread.id, at_most: 500 });
    while apply_one(&*store, purge()).await != Outcome::Unchanged {}
    assert_eq!(all().await, ids(&[&by_owner]));
}

pub async fn the_index_is_gone_through_and_made_anew(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let mut said = Vec::new();
    for n in 0..3 {
        said.push(thread_message(&*store, &seed.thread, &format!("needle {n}")).await);
    }
    let foreign = thread_message(&*store, &other.thread, "needle").await;
    let (first, place) = store.indexed_messages(Some(seed.organization.id), None, 2).await.unwrap();
    assert_eq!(first, ids(&[&said[0], &said[1]]));
    let (rest, place) = store.indexed_messages(Some(seed.organization.id), place, 2).await.unwrap();
    assert_eq!(rest, ids(&[&said[2]]));
    let end = store.indexed_messages(Some(seed.organization.id), place, 2).await.unwrap();
    assert_eq!(end, (vec![], None));
    assert_eq!(store.indexed_messages(None, None, 10).await.unwrap().0.len(), 4);
    let all = [ids(&[&said[0], &said[1], &said[2]]), vec![foreign.id, builders::id()]].concat();
    store.index_messages(&all, true).await.unwrap();
    store.index_messages(&[], true).await.unwrap();
    assert_eq!(finds(&*store, &seed.owner, "needle").await, ids(&[&said[2], &said[1], &said[0]]));
}

pub async fn the_best_messages_come_first(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let room = channel_of(&*store, &[&seed.owner]).await;
    let both = indexed(&*store, &room, &seed.owner, "kernel panic").await;
    let one = indexed(&*store, &room, &seed.owner, "kernel").await;
    indexed(&*store, &room, &seed.owner, "hello there").await;
    let query = SearchQuery::of_text("Is this a kernel panic?");
    let any = MessageSearch { query, matching: Matching::Any, ..search(&seed.owner, "x") };
    assert_eq!(found(&*store, any).await, ids(&[&both, &one]));
}

fn file_search(user: &User, query: &str) -> FileSearch {
    FileSearch {
        organization: user.organization_id,
        user: user.id,
        query: SearchQuery::parse(query).unwrap(),
        matching: Matching::All { below: None },
        conversation: None,
        author: None,
        since: None,
        before: None,
        limit: 100,
    }
}

async fn files_found(store: &dyn Store, search: FileSearch) -> Vec<(FileId, Option<i32>)> {
    let hits = store.search_files(search).await.unwrap();
    hits.into_iter().map(|FileHit { candidate, passage }| (candidate.id, passage.map(|passage| passage.n))).collect()
}

/// A file with these passages.
async fn file_with(store: &dyn Store, user: &User, name: &str, texts: &[&str]) -> File {
    let file = File { name: FileName::made_safe(name).unwrap(), ..builders::file(user) };
    apply_one(store, insert(&file)).await;
    put(store, file.organization_id, file.id, texts).await;
    file
}

async fn put(store: &dyn Store, organization: OrganizationId, file: FileId, texts: &[&str]) {
    let passage = |(n, text): (i32, &&str)| Passage {
        n,
        place: Place::Document,
        text: (*text).to_owned(),
        tokens: 1,
        embedding: None,
    };
    let passages = (0..).zip(texts).map(passage).collect();
    apply_one(store, Change::Passage(PassageChange::Put { organization, file, passages })).await;
}

pub async fn files_are_found_by_what_they_say(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let owner = &seed.owner;
    let plan = file_with(&*store, owner, "Roadmap 2031.pdf", &["Alpha first", "Beta then", "alpha Beta last"]).await;
    let note = file_with(&*store, owner, "note.txt", &["beta"]).await;
    let find = |query: &'static str| files_found(&*store, file_search(owner, query));
    assert_eq!(find("beta").await, [(note.id, Some(0)), (plan.id, Some(1))]);
    assert_eq!(find("alpha beta").await, [(plan.id, Some(2))]);
    assert_eq!(find("roadmap pdf").await, [(plan.id, None)]);
    assert_eq!(find("first last").await, [], "not in one passage");
    let summary = Some("About gamma".to_owned());
    let understood = FileChange::Understood { file: plan.id, status: FileStatus::Ready, summary };
    apply_one(&*store, Change::File(understood)).await;
    assert_eq!(find("gamma").await, [(plan.id, None)]);
    put(&*store, owner.organization_id, plan.id, &["Delta"]).await;
    assert_eq!(find("first").await, []);
    assert_eq!(find("delta").await, [(plan.id, Some(0))]);
    apply_one(&*store, Change::Passage(PassageChange::CutAt { file: plan.id, n: 1 })).await;
    assert_eq!(find("alpha").await, []);
    store.index_files(&[plan.id, note.id, builders::id()]).await.unwrap();
    assert_eq!(find("delta").await, [(plan.id, Some(0))]);
    assert_eq!(find("beta").await, [(note.id, Some(0))]);
    assert_eq!(find("roadmap").await, [(plan.id, None)]);
    let any =
        |query| FileSearch { query: SearchQuery::of_text(query), matching: Matching::Any, ..file_search(owner, "x") };
    assert_eq!(files_found(&*store, any("What of delta in the roadmap?")).await.len(), 2);
    apply_one(&*store, Change::File(FileChange::Delete(plan.id))).await;
    assert_eq!(find("delta").await, []);
}

pub async fn a_search_finds_files_that_its_user_may_read(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (ann, ben) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let room = channel_of(&*store, &[&ann, &ben]).await;
    let own = file_with(&*store, &ann, "a.txt", &["canary"]).await;
    let shared = file_with(&*store, &ann, "b.txt", &["canary"]).await;
    let foreign = file_with(&*store, &other.owner, "c.txt", &["canary"]).await;
    let said = says(&*store, &room, &ann, "See.").await;
    let attach = Attach {
        organization: seed.organization.id,
        conversation: room.id,
        message: Some(said.id),
        files: vec![shared.id],
    };
    apply_one(&*store, Change::File(FileChange::Attach(attach))).await;
    let find = |search| async { files_found(&*store, search).await.into_iter().map(|(id, _)| id).collect::<Vec<_>>() };
    assert_eq!(find(file_search(&ann, "canary")).await, [shared.id, own.id]);
    assert_eq!(find(file_search(&ben, "canary")).await, [shared.id]);
    assert_eq!(find(file_search(&seed.owner, "canary")).await, []);
    assert_eq!(find(file_search(&other.owner, "canary")).await, [foreign.id]);
    let base = || file_search(&ann, "canary");
    assert_eq!(find(FileSearch { conversation: Some(room.id), ..base() }).await, [shared.id]);
    assert_eq!(find(FileSearch { author: Some(ben.id), ..base() }).await, []);
    assert_eq!(find(FileSearch { since: Some(shared.created_at), ..base() }).await, [shared.id]);
    assert_eq!(find(FileSearch { before: Some(shared.created_at), ..base() }).await, [own.id]);
    let below = Matching::All { below: Some(shared.id) };
    assert_eq!(find(FileSearch { matching: below, ..base() }).await, [own.id]);
    assert_eq!(find(FileSearch { limit: 1, ..base() }).await, [shared.id]);
    leaves(&*store, &room, &ben).await;
    assert_eq!(find(file_search(&ben, "canary")).await, []);
}

pub async fn what_is_wanted_is_found_behind_much_that_fits_better(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let elsewhere: Vec<Message> = (0..1_001).map(|_| builders::user_message(&seed.thread, "needle")).collect();
    for some in elsewhere.chunks(200) {
        apply(&*store, some.iter().map(|said| Change::Message(MessageChange::Insert(said.clone())))).await;
        index(&*store, &some.iter().collect::<Vec<_>>()).await;
    }
    let room = channel_of(&*store, &[&seed.owner]).await;
    let wanted = indexed(&*store, &room, &seed.owner, &format!("a needle {}", "in much hay ".repeat(20))).await;
    let any = || MessageSearch { matching: Matching::Any, limit: 10, ..search(&seed.owner, "needle") };
    let there = MessageSearch { conversations: Some(vec![room.id]), ..any() };
    assert_eq!(found(&*store, there).await, [wanted.id]);
    let everywhere = found(&*store, any()).await;
    assert!(everywhere.len() == 10 && !everywhere.contains(&wanted.id));
}

pub async fn who_is_in_very_many_channels_finds_what_is_in_them(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (rooms, inserts): (Vec<_>, Vec<_>) = (0..1_001).map(|_| new_channel(&[&seed.owner])).unzip();
    let mut inserts = inserts.into_iter();
    apply(&*store, inserts.by_ref().take(1_000)).await;
    let first = indexed(&*store, &rooms[0], &seed.owner, "needle").await;
    let last = indexed(&*store, &rooms[999], &seed.owner, "needle").await;
    assert_eq!(finds(&*store, &seed.owner, "needle").await, ids(&[&last, &first]), "each channel is named");
    apply(&*store, inserts).await;
    let one_more = indexed(&*store, &rooms[1_000], &seed.owner, "needle").await;
    assert_eq!(finds(&*store, &seed.owner, "needle").await, ids(&[&one_more, &last, &first]));
}
