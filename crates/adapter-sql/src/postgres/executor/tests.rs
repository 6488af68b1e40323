use std::sync::atomic::{AtomicUsize, Ordering};

use diesel_async::SimpleAsyncConnection;
use tokio::sync::Barrier;

use super::*;
use crate::testing::PostgresDatabase;

async fn executor(database: &PostgresDatabase) -> Executor {
    let executor = Executor::new(Connector::parse(database.url()).unwrap(), 4, Duration::from_secs(2));
    execute(&executor, "CREATE TABLE pairs (id int PRIMARY KEY, n int); INSERT INTO pairs VALUES (1, 0), (2, 0)")
        .await
        .unwrap();
    executor
}

async fn execute(executor: &Executor, sql: &'static str) -> Result<(), StoreError> {
    executor.write(move |conn| async move { Ok(conn.batch_execute(sql).await?) }.boxed()).await
}

async fn sum(database: &PostgresDatabase) -> i64 {
    let client = database.client().await.unwrap();
    client.query_one("SELECT sum(n) FROM pairs", &[]).await.unwrap().get(0)
}

async fn update_and_panic(conn: &mut AsyncPgConnection) -> Result<(), SqlError> {
    conn.batch_execute("UPDATE pairs SET n = 100").await?;
    panic!("on purpose")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panicking_job_is_internal_and_undone() {
    let database = PostgresDatabase::empty().await.unwrap();
    let executor = executor(&database).await;
    for _ in 0..8 {
        let answer = executor.write(|conn| update_and_panic(conn).boxed()).await;
        assert!(matches!(answer, Err(StoreError::Internal(_))), "{answer:?}");
    }
    // Its rows are not locked any more, and its connections are replaced.
    execute(&executor, "UPDATE pairs SET n = n + 1").await.unwrap();
    assert_eq!(sum(&database).await, 2);
}

/// Locks one row, and the other when somebody else has locked that.
async fn crosswise(
    conn: &mut AsyncPgConnection,
    order: [&'static str; 2],
    both: Arc<Barrier>,
    tries: Arc<AtomicUsize>,
) -> Result<(), SqlError> {
    conn.batch_execute(order[0]).await?;
    // The one that lost the first time does not meet the other again.
    if tries.fetch_add(1, Ordering::SeqCst) < 2 {
        both.wait().await;
    }
    Ok(conn.batch_execute(order[1]).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_that_loses_in_a_deadlock_is_done_again() {
    let database = PostgresDatabase::empty().await.unwrap();
    let executor = executor(&database).await;
    let (first, second) = ("UPDATE pairs SET n = n + 1 WHERE id = 1", "UPDATE pairs SET n = n + 1 WHERE id = 2");
    let (both, tries) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    let write = |order: [&'static str; 2]| {
        let (both, tries) = (Arc::clone(&both), Arc::clone(&tries));
        executor.write(move |conn| crosswise(conn, order, Arc::clone(&both), Arc::clone(&tries)).boxed())
    };
    let (one, other) = tokio::join!(write([first, second]), write([second, first]));
    one.unwrap();
    other.unwrap();
    assert_eq!((sum(&database).await, tries.load(Ordering::SeqCst)), (4, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_commit_is_told_and_the_next_one_works() {
    let database = PostgresDatabase::empty().await.unwrap();
    let executor = executor(&database).await;
    let deferred = "CREATE TABLE child (id int REFERENCES pairs (id) DEFERRABLE INITIALLY DEFERRED)";
    execute(&executor, deferred).await.unwrap();
    // Nothing is wrong with this until the COMMIT.
    for _ in 0..8 {
        assert!(execute(&executor, "UPDATE pairs SET n = 100; INSERT INTO child VALUES (7)").await.is_err());
    }
    execute(&executor, "UPDATE pairs SET n = n + 1").await.unwrap();
    assert_eq!(sum(&database).await, 2);
}
