//! The list of threads with their latest messages: 20 of 50 threads with 500 messages each.

use std::{sync::Arc, time::Instant};

use stead_domain::{
    ports::{
        Store,
        store::{Change, MessageChange, ThreadFilter, ThreadOwner, ThreadQueries},
    },
    thread::Thread,
};
use stead_testkit::builders::{self, Seed};

use crate::stores::{self, database};

const THREADS: usize = 50;
const MESSAGES: usize = 500;

async fn filled(store: &dyn Store) -> (Seed, Vec<Thread>) {
    let seed = Seed::commit(store).await;
    let mut threads = vec![seed.thread.clone()];
    while threads.len() < THREADS {
        threads.push(seed.another_thread(store).await);
    }
    for thread in &threads {
        let messages = (0..MESSAGES).map(|n| builders::user_message(thread, &format!("Message {n}")));
        let inserts = messages.map(|message| Change::Message(MessageChange::Insert(message)));
        store.commit(builders::commit(inserts)).await.unwrap();
    }
    (seed, threads)
}

fn twenty(seed: &Seed) -> ThreadFilter {
    ThreadFilter {
        organization: seed.organization.id,
        agent: seed.agent.id,
        owner: ThreadOwner::User(seed.owner.id),
        archived: None,
        limit: 20,
        offset: 0,
        message_limit: 3,
    }
}

/// Prints the time: the benchmark judges it.
#[expect(clippy::print_stdout, reason = "a time to look at, not to judge")]
async fn is_listed(database: &str, store: Arc<dyn Store>) {
    let (seed, _) = filled(&*store).await;
    let mut best = f64::INFINITY;
    for _ in 0..20 {
        let started = Instant::now();
        let listed = store.list_threads(twenty(&seed)).await.unwrap();
        best = best.min(started.elapsed().as_secs_f64() * 1_000.0);
        assert_eq!(listed.len(), 20);
        for (_, messages) in &listed {
            let texts: Vec<&str> = messages.iter().map(|item| item.message.content.as_str()).collect();
            assert_eq!(texts, ["Message 497", "Message 498", "Message 499"]);
        }
    }
    println!("{database}: 20 of {THREADS} threads with 3 of {MESSAGES} messages each: {best:.2} ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_lists_threads_with_their_latest_messages() {
    let (store, _file) = stores::sqlite().await;
    is_listed("SQLite", store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_lists_threads_with_their_latest_messages() {
    let (store, _database) = stores::postgres().await;
    is_listed("Postgres", store).await;
}

/// With a window function or `IN` the plan reads all 25,000 messages.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_reads_no_more_messages_than_it_gives() {
    let database = database().await;
    let store = stead_adapter_sql::PostgresStore::connect(database.url(), Default::default()).await.unwrap();
    let (seed, _) = filled(&store).await;
    let client = database.client().await.unwrap();
    client.batch_execute("ANALYZE").await.unwrap();
    let read = "SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0)::bigint FROM pg_stat_xact_user_tables \
                WHERE relname = 'messages'";
    let listed = store.list_threads(twenty(&seed)).await.unwrap();
    let ids: Vec<String> = listed.iter().map(|(thread, _)| thread.id.to_string()).collect();
    // The same statement on a connection whose counters can be read before they are published.
    client.batch_execute("BEGIN").await.unwrap();
    let statement = include_str!("../src/postgres/latest_messages.sql")
        .replace("$1", &format!("'{{{}}}'", ids.join(",")))
        .replace("$2", "3")
        .replace("$3", &format!("'{}'", seed.organization.id));
    let rows = client.query(&statement, &[]).await.unwrap();
    assert_eq!(rows.len(), 60);
    let touched: i64 = client.query_one(read, &[]).await.unwrap().get(0);
    assert!(touched <= 120, "{touched} rows of messages were read for 60");
    client.batch_execute("ROLLBACK").await.unwrap();
}
