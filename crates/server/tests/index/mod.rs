//! The index of vectors follows what happens, whatever happens to it, to the embedder and to the server.

mod nodes;
mod pinecone;
mod reindexed;

use std::time::Duration;

use serde_json::{Value, json};
use stead_domain::{
    OrganizationId, Timestamp,
    ports::{
        VectorStore,
        llm::{LlmError, LlmErrorKind},
        vector_store::{VectorId, VectorPlace, VectorRecord, VectorSource},
    },
};
use stead_testkit::{
    builders,
    fakes::{FakeClock, FakeEmbedder, FakeVectorStore, VectorFault},
    gate::Gate,
};

use crate::harness::{Account, Setup, eventually, talk::text};

on_both!(
    what_is_said_is_in_the_index_with_where_and_by_whom,
    what_is_deleted_goes_from_the_index,
    a_file_is_in_the_index_where_it_was_shared,
    another_branch_is_in_the_index_as_it_is_now,
    an_embedder_that_is_away_holds_up_nobody,
    a_text_that_the_model_refuses_holds_up_no_other,
    an_index_that_is_away_holds_up_nobody,
    a_restart_in_between_loses_nothing,
    what_is_kept_no_longer_goes_from_the_index,
    what_the_index_lost_or_holds_of_nothing_is_mended,
);

fn organization(account: &Account) -> OrganizationId {
    text(&account.organization["id"]).parse().unwrap()
}

/// What the index holds of somebody's organization, once that is so many vectors.
async fn held(vectors: &FakeVectorStore, account: &Account, count: usize) -> Vec<VectorRecord> {
    let organization = organization(account);
    eventually(&format!("{count} vectors"), async || {
        let kept = vectors.kept(organization);
        (kept.len() == count).then_some(kept)
    })
    .await
}

fn of_message(records: &[VectorRecord], message: &Value) -> VectorRecord {
    let id = VectorId::message(text(&message["id"]).parse().unwrap(), 0);
    records.iter().find(|record| record.id == id).unwrap_or_else(|| panic!("{id:?} is not in {records:?}")).clone()
}

async fn what_is_said_is_in_the_index_with_where_and_by_whom(setup: Setup) {
    let (vectors, embedder) = (FakeVectorStore::new(), FakeEmbedder::new());
    let stead = setup.vectors(&vectors).embedder(&embedder).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    talk.say("Pears are ripe").await.expect(201);
    talk.say("And plums?").await.expect(201);
    let records = held(&vectors, &ann, 4).await;
    let messages = talk.messages().await;
    let (first, answer) = (of_message(&records, &messages[0]), of_message(&records, &messages[1]));
    assert_eq!(first.places, [VectorPlace::Thread(talk.id.parse().unwrap())]);
    assert_eq!(first.author.map(|author| author.to_string()).as_deref(), Some(ann.id()));
    assert_eq!((first.model.as_str(), first.file_name, answer.author), ("fake", None, None));
    let asked = embedder.asked();
    assert!(asked.contains(&"A thread\nThe ann: Pears are ripe".to_owned()), "{asked:?}");
    let second = asked.iter().find(|asked| asked.ends_with("The ann: And plums?")).unwrap();
    assert!(second.starts_with("A thread\nThe ann: Pears are ripe\n"), "what was said before: {second:?}");
    assert_eq!(asked.len(), 4, "each is embedded once: {asked:?}");
}

async fn what_is_deleted_goes_from_the_index(setup: Setup) {
    let vectors = FakeVectorStore::new();
    let stead = setup.vectors(&vectors).start().await;
    let ann = stead.register("ann").await;
    let (talk, other) = (ann.talk().await, ann.talk().await);
    talk.say("Pears").await.expect(201);
    other.say("Plums").await.expect(201);
    held(&vectors, &ann, 4).await;
    ann.delete(&talk.path).await.expect(204);
    let left = held(&vectors, &ann, 2).await;
    assert!(left.iter().all(|record| record.places == [VectorPlace::Thread(other.id.parse().unwrap())]));
}

async fn a_file_is_in_the_index_where_it_was_shared(setup: Setup) {
    let vectors = FakeVectorStore::new();
    let stead = setup.vectors(&vectors).start().await;
    let ann = stead.register("ann").await;
    let file = ann.upload("notes.txt", "The key hangs behind the blue lantern.").await;
    let records = held(&vectors, &ann, 2).await;
    let id = VectorSource::File(text(&file["id"]).parse().unwrap());
    assert!(records.iter().all(|record| record.id.source == id && record.places.is_empty()), "{records:?}");
    assert_eq!(records[0].file_name.as_deref(), Some("notes.txt"));

    let (talk, other) = (ann.talk().await, ann.talk().await);
    for talk in [&talk, &other] {
        let post = json!({"content": "Where is it?", "file_ids": [file["id"]]});
        ann.post(&talk.at("/messages"), post).await.expect(201);
    }
    let mut places = [VectorPlace::Thread(talk.id.parse().unwrap()), VectorPlace::Thread(other.id.parse().unwrap())];
    places.sort();
    eventually("the file to be found in both", async || {
        let kept = vectors.kept(organization(&ann));
        let of_file: Vec<_> = kept.into_iter().filter(|record| record.id.source == id).collect();
        let in_both = |record: &VectorRecord| {
            let mut found = record.places.clone();
            found.sort();
            found == places
        };
        (of_file.len() == 2 && of_file.iter().all(in_both)).then_some(())
    })
    .await;
    ann.delete(&format!("/files/{}", text(&file["id"]))).await.expect(204);
    // Of what was said some may come only now.
    eventually("what was said alone to be left", async || {
        let kept = vectors.kept(organization(&ann));
        (kept.len() == 4 && kept.iter().all(|record| record.id.source != id)).then_some(())
    })
    .await;
}

/// Switching to another branch raises the versions of messages, and the index knows them by their version.
async fn another_branch_is_in_the_index_as_it_is_now(setup: Setup) {
    let vectors = FakeVectorStore::new();
    let stead = setup.vectors(&vectors).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    talk.say("Pears").await.expect(201);
    talk.say("Plums").await.expect(201);
    let before = held(&vectors, &ann, 4).await;
    let messages = talk.messages().await;
    let again = json!({"content": "Cherries", "parent_id": messages[1]["id"]});
    ann.post(&talk.at("/messages"), again).await.expect(201);
    held(&vectors, &ann, 6).await;
    let left = of_message(&before, &messages[2]);
    eventually("the message that is no longer shown to have its new version", async || {
        let now = of_message(&vectors.kept(organization(&ann)), &messages[2]);
        (now.version > left.version).then_some(())
    })
    .await;
}

async fn an_embedder_that_is_away_holds_up_nobody(setup: Setup) {
    let (vectors, embedder) = (FakeVectorStore::new(), FakeEmbedder::new());
    let stead = setup.vectors(&vectors).embedder(&embedder).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    embedder.fail_with(Some(LlmError::new(LlmErrorKind::Unavailable, "away")));
    talk.say("Pears").await.expect(201);
    eventually("a try", async || (!embedder.asked().is_empty()).then_some(())).await;
    talk.say("Plums").await.expect(201);
    assert_eq!(vectors.kept(organization(&ann)), []);
    embedder.fail_with(None);
    held(&vectors, &ann, 4).await;
}

async fn a_text_that_the_model_refuses_holds_up_no_other(setup: Setup) {
    let (vectors, embedder) = (FakeVectorStore::new(), FakeEmbedder::new());
    let stead = setup.vectors(&vectors).embedder(&embedder).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    embedder.fail_with(Some(LlmError::new(LlmErrorKind::Rejected, "no")));
    talk.say("Pears").await.expect(201);
    eventually("all to be refused", async || {
        let asked = embedder.asked();
        (asked.iter().filter(|asked| asked.contains("Pears")).count() >= 2).then_some(())
    })
    .await;
    embedder.fail_with(None);
    talk.say("Plums").await.expect(201);
    eventually("the next message", async || {
        let message = talk.messages().await.pop()?;
        let id = VectorId::message(text(&message["id"]).parse().ok()?, 0);
        vectors.kept(organization(&ann)).iter().any(|record| record.id == id).then_some(())
    })
    .await;
}

async fn an_index_that_is_away_holds_up_nobody(setup: Setup) {
    let vectors = FakeVectorStore::new();
    let stead = setup.vectors(&vectors).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    vectors.break_with(VectorFault::TakesNothing);
    talk.say("Pears").await.expect(201);
    talk.say("Plums").await.expect(201);
    assert_eq!(vectors.kept(organization(&ann)), []);
    vectors.mend();
    held(&vectors, &ann, 4).await;
}

/// The server goes while the index is being written to: what was not taken to its end is taken again.
async fn a_restart_in_between_loses_nothing(setup: Setup) {
    let vectors = FakeVectorStore::new();
    let mut stead = setup.vectors(&vectors).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    vectors.break_with(VectorFault::Hangs(gate.clone()));
    talk.say("Pears").await.expect(201);
    stead.restart().await;
    vectors.mend();
    held(&vectors, &ann, 2).await;
    gate.open();
    talk.say("Plums").await.expect(201);
    held(&vectors, &ann, 4).await;
}

/// Not with the walk, which comes once a day: when it is removed.
async fn what_is_kept_no_longer_goes_from_the_index(setup: Setup) {
    let (vectors, clock) = (FakeVectorStore::new(), std::sync::Arc::new(FakeClock::new()));
    let now = Timestamp::new(time::OffsetDateTime::from(std::time::SystemTime::now()));
    clock.set(now.minus(40 * Duration::from_secs(24 * 60 * 60)));
    let stead = setup.vectors(&vectors).clock(std::sync::Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let room = ann.post("/channels", json!({"name": "a room", "kind": "public"})).await.expect(201);
    let at = format!("/channels/{}/messages", text(&room["id"]));
    for n in 0..3 {
        ann.post(&at, json!({"content": format!("long ago {n}")})).await.expect(201);
    }
    held(&vectors, &ann, 3).await;
    clock.set(now);
    let ann = ann.sign_in_again().await;
    let fresh = ann.post(&at, json!({"content": "just now"})).await.expect(201);
    held(&vectors, &ann, 4).await;
    ann.patch("/organization", json!({"retention_days": 30})).await.expect(200);
    let left = held(&vectors, &ann, 1).await;
    assert_eq!(of_message(&left, &fresh).version, 1);
}

async fn what_the_index_lost_or_holds_of_nothing_is_mended(setup: Setup) {
    let (vectors, clock) = (FakeVectorStore::new(), std::sync::Arc::new(FakeClock::new()));
    let setup = setup.vectors(&vectors).clock(clock.clone()).setting("STEAD_INDEX__WALK_EVERY", "1s");
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    talk.say("Pears").await.expect(201);
    let before = held(&vectors, &ann, 2).await;
    let organization = organization(&ann);
    let orphan = VectorRecord { id: VectorId::message(builders::id(), 0), ..before[0].clone() };
    vectors.upsert(organization, vec![orphan.clone()]).await.unwrap();
    vectors.delete(organization, &[before[1].id]).await.unwrap();
    // What was given to it a moment ago it may not show yet.
    clock.advance(Duration::from_secs(3_600));
    eventually("the index to be mended", async || (vectors.kept(organization) == before).then_some(())).await;
}
