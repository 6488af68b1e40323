//! The embedded index of vectors: what its port promises, and that what is held in memory is what there is.

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use stead_adapter_sql::{PostgresOptions, PostgresStore, VectorMemory};
use stead_domain::{
    OrganizationId,
    passage::{Embedding, Passage},
    ports::{
        Store, VectorStore,
        store::{Change, Commit, FileChange, PassageChange},
        text_extractor::Place,
        vector_store::{VectorId, VectorPlace, VectorQuery, VectorRecord},
    },
};
use stead_testkit::{
    builders::{self, Seed},
    contracts::vector_store::VectorStoreHarness,
};

use crate::stores::{self, SqliteFile};

/// A store with the database that it stands on.
struct Harness<T>(Arc<dyn VectorStore>, T);

#[async_trait]
impl<T: Send + Sync> VectorStoreHarness for Harness<T> {
    fn store(&self) -> Arc<dyn VectorStore> {
        Arc::clone(&self.0)
    }

    async fn organization(&self) -> OrganizationId {
        builders::id()
    }
}

fn on_sqlite(memory: VectorMemory) -> Harness<SqliteFile> {
    let file = SqliteFile::new();
    Harness(Arc::new(Arc::new(file.open()).vectors(memory)), file)
}

async fn on_postgres() -> Harness<stead_adapter_sql::testing::PostgresDatabase> {
    let database = stores::database().await;
    let store = Arc::new(PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap());
    Harness(Arc::new(store.vectors(VectorMemory::default())), database)
}

mod sqlite {
    async fn make() -> impl stead_testkit::contracts::vector_store::VectorStoreHarness {
        super::on_sqlite(stead_adapter_sql::VectorMemory::default())
    }

    stead_testkit::vector_store_contract_tests!(make);
}

/// Nothing is held: each query reads all there is.
mod sqlite_without_memory {
    async fn make() -> impl stead_testkit::contracts::vector_store::VectorStoreHarness {
        super::on_sqlite(stead_adapter_sql::VectorMemory { bytes: 0 })
    }

    stead_testkit::vector_store_contract_tests!(make);
}

mod postgres {
    async fn make() -> impl stead_testkit::contracts::vector_store::VectorStoreHarness {
        super::on_postgres().await
    }

    stead_testkit::vector_store_contract_tests!(make);
}

fn record(place: VectorPlace, values: Vec<f32>) -> VectorRecord {
    VectorRecord {
        id: VectorId::message(builders::id(), 0),
        values,
        model: "m".to_owned(),
        places: vec![place],
        file_name: None,
        author: None,
        created_at: builders::at(),
        version: 1,
    }
}

async fn found(store: &dyn VectorStore, organization: OrganizationId, place: VectorPlace) -> Vec<(VectorId, i64)> {
    let query = VectorQuery::new(vec![1.0, 0.0], "m", vec![place], 1_000);
    let hits = store.query(organization, query).await.unwrap();
    let mut found: Vec<_> = hits.into_iter().map(|hit| (hit.id, hit.version)).collect();
    found.sort();
    found
}

/// Two processes, each with its own memory.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_wrote_or_removed_is_seen_at_once() {
    let database = stores::database().await;
    let connect = async || {
        let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
        Arc::new(store).vectors(VectorMemory::default())
    };
    let (one, other) = (connect().await, connect().await);
    let (organization, place) = (builders::id(), VectorPlace::Channel(builders::id()));
    let mut expected = Vec::new();
    for n in 0..20_u8 {
        let (writer, reader) = if n % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let new = record(place, vec![1.0, f32::from(n)]);
        writer.upsert(organization, vec![new.clone()]).await.unwrap();
        expected.push((new.id, 1));
        if n % 3 == 0 {
            let changed = VectorRecord { version: 2, ..new.clone() };
            reader.upsert(organization, vec![changed]).await.unwrap();
            expected.last_mut().unwrap().1 = 2;
        }
        if n % 5 == 4 {
            let (gone, _) = expected.remove(0);
            writer.delete(organization, &[gone]).await.unwrap();
        }
        expected.sort();
        assert_eq!(found(reader, organization, place).await, expected, "{n}");
        assert_eq!(found(writer, organization, place).await, expected, "{n}");
    }
    one.delete_organization(organization).await.unwrap();
    assert_eq!(found(&other, organization, place).await, []);
}

/// Readers and a writer at the same time: a reader sees each vector that was there before it asked.
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_while_another_writes_misses_nothing() {
    let Harness(store, _file) = on_sqlite(VectorMemory::default());
    let (organization, place) = (builders::id(), VectorPlace::Thread(builders::id()));
    let writing = async {
        for n in 0..60_u8 {
            let new: Vec<_> = (0..5).map(|_| record(place, vec![1.0, f32::from(n)])).collect();
            store.upsert(organization, new).await.unwrap();
            let seen = found(&*store, organization, place).await.len();
            assert_eq!(seen, 5 * (usize::from(n) + 1));
        }
    };
    let reading = async {
        let mut most = 0;
        for _ in 0..100 {
            let seen = found(&*store, organization, place).await.len();
            assert!(seen >= most, "{seen} after {most}");
            most = seen;
        }
    };
    tokio::join!(writing, reading);
}

/// A conversation that is larger than what may be held, and one that is not, together.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_held_is_found_too() {
    let Harness(store, _file) = on_sqlite(VectorMemory { bytes: 200_000 });
    let (organization, large, small) =
        (builders::id(), VectorPlace::Channel(builders::id()), VectorPlace::Channel(builders::id()));
    let many: Vec<VectorRecord> = (0..3_000_u16).map(|n| record(large, vec![1.0, 1.0 + f32::from(n)])).collect();
    let few: Vec<VectorRecord> = (0..10_u16).map(|n| record(small, vec![1.0, 0.5 + f32::from(n)])).collect();
    store.upsert(organization, many.clone()).await.unwrap();
    store.upsert(organization, few.clone()).await.unwrap();
    for _ in 0..2 {
        let query = VectorQuery::new(vec![1.0, 0.0], "m", vec![large, small], 3);
        let hits = store.query(organization, query).await.unwrap();
        let ids: Vec<VectorId> = hits.iter().map(|hit| hit.id).collect();
        assert_eq!(ids, [few[0].id, many[0].id, few[1].id]);
    }
}

/// The file's passages have their vectors already.
#[tokio::test(flavor = "multi_thread")]
async fn a_passages_vector_is_kept_once() {
    let file = SqliteFile::new();
    let store = Arc::new(file.open());
    let seed = Seed::commit(&*store).await;
    let uploaded = builders::file(&seed.owner);
    let values = vec![0.6, 0.8];
    let passage = Passage {
        n: 0,
        place: Place::Document,
        text: "x".to_owned(),
        tokens: 1,
        embedding: Some(Embedding { model: "m".to_owned(), values: values.clone() }),
    };
    let (organization, id) = (seed.organization.id, uploaded.id);
    let put = PassageChange::Put { organization, file: id, passages: vec![passage] };
    let changes = vec![Change::File(FileChange::Insert(uploaded)), Change::Passage(put)];
    store.commit(Commit { changes, ..Commit::default() }).await.unwrap();
    let vectors = store.vectors(VectorMemory::default());
    let place = VectorPlace::Thread(seed.thread.id);
    let passage = VectorRecord { id: VectorId::passage(id, 0), ..record(place, values) };
    let summary = VectorRecord { id: VectorId::summary(id), ..record(place, vec![0.0, 1.0]) };
    vectors.upsert(organization, vec![passage.clone(), summary.clone()]).await.unwrap();
    let own = "SELECT count(*) AS count FROM embeddings WHERE vector IS NOT NULL";
    assert_eq!(count(&file, own), 1);
    let mut expected = vec![(passage.id, 1), (summary.id, 1)];
    expected.sort();
    assert_eq!(found(&vectors, organization, place).await, expected);
    // Its passage gone, it is near to nothing; what is held is only a hint, and passes the gate.
    store.commit(builders::commit([Change::File(FileChange::Delete(id))])).await.unwrap();
    let fresh = store.vectors(VectorMemory::default());
    assert_eq!(found(&fresh, organization, place).await, [(summary.id, 1)]);
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

fn count(file: &SqliteFile, query: &str) -> i64 {
    use diesel::{Connection, RunQueryDsl};
    let mut beside = diesel::SqliteConnection::establish(file.path().to_str().unwrap()).unwrap();
    diesel::sql_query(query).get_result::<Count>(&mut beside).unwrap().count
}

/// How long a query takes once everything is held: `cargo nextest run --release -E 'test(ten_thousand)' --no-capture`.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_vectors_in_a_hundred_channels_are_searched_at_once() {
    let Harness(store, _file) = on_sqlite(VectorMemory::default());
    let organization = builders::id();
    let places: Vec<VectorPlace> = (0..100).map(|_| VectorPlace::Channel(builders::id())).collect();
    let values = |seed: u32| {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from(u16::try_from(state >> 16).unwrap()) / 65_536.0 - 0.5
        };
        (0..64).map(|_| next()).collect::<Vec<f32>>()
    };
    let records: Vec<VectorRecord> = (0..10_000_u32).map(|n| record(places[n as usize % 100], values(n))).collect();
    store.upsert(organization, records.clone()).await.unwrap();
    let query = VectorQuery::new(values(77), "m", places, 10);
    let cold = Instant::now();
    let first = store.query(organization, query.clone()).await.unwrap();
    let (cold, warm) = (cold.elapsed(), Instant::now());
    let second = store.query(organization, query).await.unwrap();
    println!("10,000 x 64 in 100 channels: cold {cold:?}, warm {:?}", warm.elapsed());
    assert_eq!(first, second);
    assert_eq!((first.len(), first[0].id), (10, records[77].id));
    assert!((first[0].score - 1.0).abs() < 1e-4);
}
