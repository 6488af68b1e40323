//! What a connection to the database is left in. On SQLite a transaction that stays open keeps out every writer, so the
//! repeats themselves show that there is none.

use std::{pin::pin, time::Duration};

use crate::harness::{Backend, backend::Home, eventually};

const LOOK_EVERY: Duration = Duration::from_millis(200);
const LINGERING: &str = "SELECT query FROM pg_stat_activity WHERE datname = current_database() \
    AND state LIKE 'idle in transaction%' AND state_change < now() - interval '1 second'";
const OPEN: &str = "SELECT query FROM pg_stat_activity WHERE datname = current_database() \
    AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'";

/// Does some work, during which nobody holds a transaction open without using it.
pub async fn none_lingers_during<T>(home: &Home, work: impl Future<Output = T>) -> T {
    if home.backend == Backend::Sqlite {
        return work.await;
    }
    let client = home.postgres().client().await.expect("Postgres answers");
    let mut work = pin!(work);
    loop {
        match tokio::time::timeout(LOOK_EVERY, work.as_mut()).await {
            Ok(done) => return done,
            Err(_elapsed) => {
                let lingering = client.query(LINGERING, &[]).await.expect("Postgres answers");
                let queries: Vec<String> = lingering.iter().map(|row| row.get(0)).collect();
                assert!(queries.is_empty(), "idle in a transaction: {queries:?}");
            }
        }
    }
}

/// Waits until no transaction is open.
pub async fn none_is_open(home: &Home) {
    if home.backend == Backend::Postgres {
        let client = home.postgres().client().await.expect("Postgres answers");
        let closed = async || client.query(OPEN, &[]).await.expect("Postgres answers").is_empty().then_some(());
        eventually("every transaction to end", closed).await;
    }
}
