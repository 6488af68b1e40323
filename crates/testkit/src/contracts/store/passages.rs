//! What files say, and which of them an answer may use.

use std::sync::Arc;

use stead_domain::{
    FileId, MessageId,
    file::File,
    message::Message,
    passage::{Embedding, Passage},
    ports::{
        store::{Change, FileChange, MessageChange, Outcome, PassageChange, Store, ThreadChange},
        text_extractor::Place,
    },
    thread::Thread,
};

use super::{
    expectations::{apply, apply_one},
    files::{attach_to_thread, stored},
};
use crate::builders::{self, Seed};

fn passage(n: i32, text: &str) -> Passage {
    Passage { n, place: Place::Document, text: text.to_owned(), tokens: 3, embedding: None }
}

fn put(file: &File, passages: &[Passage]) -> Change {
    let (organization, file) = (file.organization_id, file.id);
    Change::Passage(PassageChange::Put { organization, file, passages: passages.to_vec() })
}

async fn all(store: &dyn Store, file: FileId) -> Vec<Passage> {
    store.list_passages(file, 0, 1_000).await.unwrap()
}

pub async fn every_kind_of_passage_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let file = stored(&*store, &seed.owner).await;
    let places = [
        Place::Document,
        Place::Page(7),
        Place::Slide(1),
        Place::Sheet("Lager “Süd” 📦".to_owned()),
        Place::Sheet(String::new()),
        Place::Heading("日本".to_owned()),
    ];
    let mut passages: Vec<Passage> =
        (0..).zip(places).map(|(n, place)| Passage { place, ..passage(n, "Grüße 👋\nzwei\tZeilen") }).collect();
    let values = vec![0.0, -1.5, f32::MIN_POSITIVE, 0.333_333_34];
    passages[2].embedding = Some(Embedding { model: "a-model".to_owned(), values });
    passages[3].embedding = Some(Embedding { model: "another".to_owned(), values: Vec::new() });
    assert_eq!(apply_one(&*store, put(&file, &passages)).await, Outcome::Inserted);
    assert_eq!(all(&*store, file.id).await, passages);
    assert_eq!(store.list_passages(file.id, 2, 3).await.unwrap(), passages[2..5]);
    let found = store.find_passages(file.id, &[5, 99, 1]).await.unwrap();
    assert_eq!(found, [passages[1].clone(), passages[5].clone()]);
    assert_eq!(store.find_passages(file.id, &[]).await.unwrap(), []);
    let other = stored(&*store, &seed.owner).await;
    let tokens = store.passage_tokens(&[other.id, file.id]).await.unwrap();
    assert_eq!(tokens, [(file.id, 18)]);
    assert_eq!(store.passage_tokens(&[]).await.unwrap(), []);
}

pub async fn passages_of_a_number_are_replaced(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (file, other) = (stored(&*store, &seed.owner).await, stored(&*store, &seed.owner).await);
    let old = [passage(0, "a"), passage(1, "b"), passage(2, "c")];
    apply(&*store, [put(&file, &old), put(&other, &old)]).await;
    assert_eq!(apply_one(&*store, put(&file, &[passage(1, "B"), passage(2, "C")])).await, Outcome::Inserted);
    assert_eq!(all(&*store, file.id).await, [passage(0, "a"), passage(1, "B"), passage(2, "C")]);
    assert_eq!(all(&*store, other.id).await, old);
    assert_eq!(apply_one(&*store, put(&file, &[])).await, Outcome::Unchanged);
}

pub async fn passages_are_cut_off(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let file = stored(&*store, &seed.owner).await;
    apply_one(&*store, put(&file, &[passage(0, "a"), passage(1, "b"), passage(2, "c")])).await;
    let cut = |n| Change::Passage(PassageChange::CutAt { file: file.id, n });
    assert_eq!(apply_one(&*store, cut(1)).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, cut(1)).await, Outcome::Unchanged);
    assert_eq!(all(&*store, file.id).await, [passage(0, "a")]);
}

pub async fn passages_go_with_their_file(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let file = stored(&*store, &seed.owner).await;
    apply_one(&*store, put(&file, &[passage(0, "a")])).await;
    assert_eq!(apply_one(&*store, Change::File(FileChange::Delete(file.id))).await, Outcome::Updated);
    assert_eq!(all(&*store, file.id).await, []);
}

pub async fn passages_of_an_unknown_file_are_not_written(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let unknown = builders::file(&seed.owner);
    assert_eq!(apply_one(&*store, put(&unknown, &[passage(0, "a")])).await, Outcome::Unchanged);
    let file = stored(&*store, &seed.owner).await;
    let elsewhere = File { organization_id: other.organization.id, ..file.clone() };
    assert_eq!(apply_one(&*store, put(&elsewhere, &[passage(0, "a")])).await, Outcome::Unchanged);
    assert_eq!(all(&*store, file.id).await, []);
}

async fn usable(store: &dyn Store, thread: &Thread, answered: MessageId) -> Vec<FileId> {
    let files = store.files_for_answers(thread.organization_id, thread.id, answered).await.unwrap();
    files.into_iter().map(|file| file.id).collect()
}

/// A message after another one, with files.
async fn said_after(store: &dyn Store, thread: &Thread, before: Option<MessageId>, files: &[&File]) -> MessageId {
    let said = builders::user_message(thread, "See these.");
    let said = Message { branch_parent_id: before, active: false, ..said };
    let attach = stead_domain::ports::store::Attach {
        organization: thread.organization_id,
        conversation: thread.id,
        message: Some(said.id),
        files: files.iter().map(|file| file.id).collect(),
    };
    let id = said.id;
    apply(store, [Change::Message(MessageChange::Insert(said)), Change::File(FileChange::Attach(attach))]).await;
    id
}

pub async fn answers_use_what_lies_on_their_branch(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let mut files = Vec::new();
    for _ in 0..6 {
        files.push(stored(&*store, &seed.owner).await);
    }
    assert_eq!(usable(&*store, &seed.thread, builders::id()).await, []);
    attach_to_thread(&*store, &seed.thread, &[&files[1], &files[0]]).await;
    let first = said_after(&*store, &seed.thread, None, &[&files[2], &files[1]]).await;
    let second = said_after(&*store, &seed.thread, Some(first), &[&files[3]]).await;
    let aside = said_after(&*store, &seed.thread, Some(first), &[&files[4]]).await;
    said_after(&*store, &seed.thread, Some(second), &[&files[5]]).await;
    let elsewhere = seed.another_thread(&*store).await;
    let strange = said_after(&*store, &elsewhere, Some(second), &[&files[4]]).await;

    let of = |numbers: &[usize]| numbers.iter().map(|n| files[*n].id).collect::<Vec<_>>();
    assert_eq!(usable(&*store, &seed.thread, first).await, of(&[1, 0, 2]));
    assert_eq!(usable(&*store, &seed.thread, second).await, of(&[1, 0, 3, 2]));
    assert_eq!(usable(&*store, &seed.thread, aside).await, of(&[1, 0, 4, 2]));
    assert_eq!(usable(&*store, &elsewhere, strange).await, of(&[4]));
    let strange = Thread { organization_id: other.organization.id, ..seed.thread.clone() };
    assert_eq!(usable(&*store, &strange, second).await, []);

    let delete = ThreadChange::Delete { conversation: seed.thread.id, at: builders::at() };
    apply_one(&*store, Change::Thread(delete)).await;
    assert_eq!(usable(&*store, &seed.thread, second).await, []);
}
