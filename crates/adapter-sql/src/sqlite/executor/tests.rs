use std::path::PathBuf;

use diesel::sql_types::BigInt;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::{FutureExt, future::join_all};
use tempfile::TempDir;

use super::*;

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

struct Opened {
    executor: Arc<Executor>,
    path: PathBuf,
    _folder: TempDir,
}

async fn opened() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let executor = Arc::new(Executor::start(&path, 2, &Arc::new(())).unwrap());
    let tables = "CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
                  CREATE TABLE child (parent_id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED) STRICT;";
    execute(&executor, tables).await.unwrap();
    Opened { executor, path, _folder: folder }
}

async fn execute(executor: &Executor, sql: &'static str) -> Result<(), StoreError> {
    executor.write(move |conn| async move { Ok(conn.batch_execute(sql).await?) }.boxed()).await
}

async fn count(executor: &Executor, table: &'static str) -> i64 {
    let query = format!("SELECT count(*) AS n FROM {table}");
    let count =
        executor.read(move |conn| async move { Ok(diesel::sql_query(query).get_result::<Count>(conn).await?) }.boxed());
    count.await.unwrap().n
}

/// Keeps the writer busy until everything that `jobs` sends is in the queue, and until its own group takes up no more: so
/// all of it is one group.
async fn as_one_group<T>(executor: &Executor, jobs: Vec<BoxFuture<'static, T>>) -> Vec<T> {
    let (all_sent, wait) = std::sync::mpsc::channel::<()>();
    let (running, is_running) = oneshot::channel();
    let hold = executor.write(move |_| {
        running.send(()).unwrap();
        wait.recv().unwrap();
        thread::sleep(writer::GROUP_TIME);
        std::future::ready(Ok(())).boxed()
    });
    let expected = jobs.len();
    let release = async {
        while executor.writes.len() < expected {
            tokio::task::yield_now().await;
        }
        all_sent.send(()).unwrap();
    };
    let send = async {
        is_running.await.unwrap();
        tokio::join!(join_all(jobs), release).0
    };
    let (held, answers) = tokio::join!(hold, send);
    held.unwrap();
    answers
}

fn insert(executor: &Arc<Executor>, sql: &'static str) -> BoxFuture<'static, Result<(), StoreError>> {
    let executor = Arc::clone(executor);
    async move { execute(&executor, sql).await }.boxed()
}

async fn insert_and_panic(conn: &mut SqliteConn) -> Result<(), SqlError> {
    conn.batch_execute("INSERT INTO parent VALUES (100)").await?;
    panic!("on purpose")
}

fn panics(executor: &Arc<Executor>) -> BoxFuture<'static, Result<(), StoreError>> {
    let executor = Arc::clone(executor);
    async move { executor.write(|conn| insert_and_panic(conn).boxed()).await }.boxed()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panicking_job_takes_only_itself_with_it() {
    let opened = opened().await;
    let executor = &opened.executor;
    let jobs = vec![
        insert(executor, "INSERT INTO parent VALUES (1)"),
        panics(executor),
        insert(executor, "INSERT INTO parent VALUES (2)"),
    ];
    let answers = as_one_group(executor, jobs).await;
    assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
    assert!(matches!(answers[1], Err(StoreError::Internal(_))), "{answers:?}");
    assert_eq!(count(executor, "parent").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_takes_only_itself_with_it() {
    let opened = opened().await;
    let executor = &opened.executor;
    let jobs = vec![
        insert(executor, "INSERT INTO parent VALUES (1)"),
        insert(executor, "INSERT INTO parent VALUES (1)"),
        insert(executor, "INSERT INTO parent VALUES (2); INSERT INTO nowhere VALUES (1)"),
        insert(executor, "INSERT INTO parent VALUES (3)"),
    ];
    let answers = as_one_group(executor, jobs).await;
    let ok: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(ok, [true, false, false, true], "{answers:?}");
    assert_eq!(count(executor, "parent").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_commit_is_told_to_all_and_the_next_one_works() {
    let opened = opened().await;
    let executor = &opened.executor;
    let jobs = vec![
        insert(executor, "INSERT INTO parent VALUES (1)"),
        // Nothing is wrong with this statement until the COMMIT.
        insert(executor, "INSERT INTO child VALUES (7)"),
    ];
    let answers = as_one_group(executor, jobs).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(StoreError::Unavailable(_)))), "{answers:?}");
    assert_eq!((count(executor, "parent").await, count(executor, "child").await), (0, 0));

    execute(executor, "INSERT INTO parent VALUES (1)").await.unwrap();
    assert_eq!(count(executor, "parent").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_panics_is_internal_and_the_next_one_works() {
    let opened = opened().await;
    for _ in 0..4 {
        let answer = opened.executor.read::<()>(|_| panic!("on purpose")).await;
        assert!(matches!(answer, Err(StoreError::Internal(_))), "{answer:?}");
    }
    assert_eq!(count(&opened.executor, "parent").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_cannot_write() {
    let opened = opened().await;
    let sql = "INSERT INTO parent VALUES (1)";
    let write = opened.executor.read(move |conn| async move { Ok(conn.batch_execute(sql).await?) }.boxed());
    assert!(write.await.is_err());
    assert_eq!(count(&opened.executor, "parent").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_queued_is_done_before_it_closes() {
    let opened = opened().await;
    let executor = &opened.executor;
    for _ in 0..20 {
        // Polled once: the job is in the queue, its caller gone.
        assert!(insert(executor, "INSERT INTO parent (id) VALUES (NULL)").now_or_never().is_none());
    }
    let Opened { executor, path, _folder } = opened;
    drop(executor);
    let again = Executor::start(&path, 1, &Arc::new(())).unwrap();
    assert_eq!(count(&again, "parent").await, 20);
}
