//! Migrations on Postgres, one process at a time.

use std::time::{Duration, Instant};

use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl, async_connection_wrapper::AsyncConnectionWrapper};

use super::connect::Connector;
use crate::{
    migrations::{self, Pending},
    open::OpenError,
};

/// The advisory lock of all who migrate: "stead" in ASCII.
const LOCK: i64 = 0x0073_7465_6164;

/// A process that waits for the lock asks again and again: one that waited inside Postgres would hold back
/// `CREATE INDEX CONCURRENTLY` of the process that has it.
const ASK_AGAIN: Duration = Duration::from_millis(50);

const PATIENCE: Duration = Duration::from_secs(120);

/// Brings the schema up to date as `pending` wants; answers the names of the migrations that were run.
pub(super) async fn migrate(connector: &Connector, pending: Pending) -> Result<Vec<String>, OpenError> {
    let mut connection = connector.unlimited().await.map_err(|error| OpenError::Connect(error.into()))?;
    lock(&mut connection).await?;
    // Closing the connection gives the lock back.
    let run = move || {
        let mut harness: AsyncConnectionWrapper<AsyncPgConnection> = AsyncConnectionWrapper::from(connection);
        migrations::bring_up_to_date(&mut harness, migrations::POSTGRES, pending)
    };
    tokio::task::spawn_blocking(run).await.map_err(|error| OpenError::Migration(error.into()))?
}

async fn lock(connection: &mut AsyncPgConnection) -> Result<(), OpenError> {
    let asked = Instant::now();
    loop {
        let locked = diesel::select(pg_try_advisory_lock(LOCK)).get_result(connection).await;
        if locked.map_err(|error| OpenError::Prepare(error.into()))? {
            return Ok(());
        }
        if asked.elapsed() > PATIENCE {
            return Err(OpenError::MigrationLock);
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn pg_try_advisory_lock(key: BigInt) -> diesel::sql_types::Bool;
}
