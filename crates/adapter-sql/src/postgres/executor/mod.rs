//! Runs jobs on pooled connections, each as a task of its own: a caller that goes away drops no transaction, and
//! connections live on the runtime on which the store was made.

mod places;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::{
    AsyncConnection, AsyncPgConnection, TransactionManager,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod,
        bb8::{Pool, PooledConnection},
    },
};
use futures_util::{FutureExt, future::BoxFuture};
use stead_domain::ports::store::{ConnectionFigures, StoreError};
use tokio::runtime::Handle;

use self::places::{Place, Places};
use super::connect::Connector;
use crate::{error::SqlError, figures};

/// How long a job that lost against another transaction waits each time before it is done again: at once it would take
/// the rows back before the other, which waits for them, has woken up.
const RETRIES: [Duration; 3] = [Duration::from_millis(10), Duration::from_millis(30), Duration::from_millis(90)];

type Transactions = <AsyncPgConnection as AsyncConnection>::TransactionManager;

/// Runs jobs on the database's connections.
#[derive(Clone)]
pub(super) struct Executor {
    pool: Pool<AsyncPgConnection>,
    places: Places,
    runtime: Handle,
}

/// No connection could be had.
#[derive(Debug, thiserror::Error)]
#[error("no connection to the database could be had")]
struct NoConnection(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Others had all connections for too long.
#[derive(Debug, thiserror::Error)]
#[error("no connection to the database became free in time")]
struct NoPlace;

/// What became of a transaction that was tried once.
pub(super) enum Once<R> {
    /// It is durable.
    Done(R),
    /// It was rolled back, or never began.
    Undone(Box<dyn std::error::Error + Send + Sync>),
    /// Its COMMIT failed: whether it is durable is not known.
    Unknown(DieselError),
}

impl Executor {
    /// Connections are opened when they are needed.
    pub(super) fn new(connector: Connector, connections: u32, acquire_timeout: Duration) -> Self {
        let connector = Arc::new(connector);
        let mut config = ManagerConfig::default();
        config.custom_setup = Box::new(move |_url| {
            let connector = Arc::clone(&connector);
            async move { connector.session().await }.boxed()
        });
        // Costs no round trip: the connection's own task has noticed when the server closed it.
        config.recycling_method = RecyclingMethod::CustomFunction(Box::new(|connection| {
            let broken = connection.is_broken();
            async move { if broken { Err(closed()) } else { Ok(()) } }.boxed()
        }));
        let manager = AsyncDieselConnectionManager::new_with_config(String::new(), config);
        let pool = Pool::builder()
            .max_size(connections)
            .connection_timeout(acquire_timeout)
            .test_on_check_out(true)
            .build_unchecked(manager);
        Self { pool, places: Places::new(connections, acquire_timeout), runtime: Handle::current() }
    }

    /// The pool, at this moment.
    pub(super) fn connections(&self) -> ConnectionFigures {
        let state = self.pool.state();
        ConnectionFigures {
            open: state.connections,
            in_use: state.connections.saturating_sub(state.idle_connections),
            waiting: self.places.waiting(),
        }
    }

    /// Runs a job that only reads.
    pub(super) async fn read<R: Send + 'static>(
        &self,
        job: impl for<'c> FnOnce(&'c mut AsyncPgConnection) -> BoxFuture<'c, Result<R, SqlError>> + Send + 'static,
    ) -> Result<R, StoreError> {
        let executor = self.clone();
        self.detached(async move {
            let mut connection = executor.acquire().await?;
            Ok(job(&mut connection).await?)
        })
        .await
    }

    /// Runs a job in a transaction; answers when it is durable.
    pub(super) async fn write<R: Send + 'static>(
        &self,
        job: impl for<'c> Fn(&'c mut AsyncPgConnection) -> BoxFuture<'c, Result<R, SqlError>> + Send + Sync + 'static,
    ) -> Result<R, StoreError> {
        let executor = self.clone();
        self.detached(async move {
            for wait in RETRIES {
                let mut connection = executor.acquire().await?;
                match in_transaction(&mut connection, &job).await {
                    Err(error) if error.is_contended() => tracing::debug!(%error, "a transaction is done again"),
                    ended => return Ok(ended?),
                }
                drop(connection);
                tokio::time::sleep(wait).await;
            }
            let mut connection = executor.acquire().await?;
            Ok(in_transaction(&mut connection, &job).await?)
        })
        .await
    }

    /// Runs a job, which makes so many writes durable, in a transaction, once, on the caller's task.
    pub(super) async fn write_once<R: Send>(
        &self,
        writes: usize,
        job: impl for<'c> FnOnce(&'c mut AsyncPgConnection) -> BoxFuture<'c, Result<R, SqlError>> + Send,
    ) -> Once<R> {
        let mut connection = match self.acquire().await {
            Ok(connection) => connection,
            Err(error) => return Once::Undone(error.into()),
        };
        let began = Instant::now();
        if let Err(error) = Transactions::begin_transaction(&mut *connection).await {
            return Once::Undone(error.into());
        }
        match job(&mut connection).await {
            Ok(done) => match Transactions::commit_transaction(&mut *connection).await {
                Ok(()) => {
                    figures::batch(writes, began.elapsed());
                    Once::Done(done)
                }
                Err(error) => Once::Unknown(error),
            },
            Err(error) => {
                rollback(&mut connection).await;
                Once::Undone(error.into())
            }
        }
    }

    async fn acquire(&self) -> Result<Taken<'_>, StoreError> {
        let place = self.places.take().await.ok_or_else(|| unavailable(NoPlace))?;
        let connection = self.pool.get().await.map_err(|error| unavailable(NoConnection(error.into())))?;
        Ok(Taken { connection, _place: place })
    }

    /// Where the connections are driven.
    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    pub(super) async fn detached<R: Send + 'static>(
        &self,
        work: impl Future<Output = Result<R, StoreError>> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.runtime.spawn(work).await.unwrap_or_else(|error| {
            if error.is_panic() {
                Err(StoreError::Internal(Box::new(error)))
            } else {
                Err(StoreError::Unavailable(Box::new(error)))
            }
        })
    }
}

/// Begins, does, commits; or rolls back. Should it panic, the pool sees an open transaction and closes the connection.
async fn in_transaction<R>(
    connection: &mut AsyncPgConnection,
    job: &(impl for<'c> Fn(&'c mut AsyncPgConnection) -> BoxFuture<'c, Result<R, SqlError>> + Sync),
) -> Result<R, SqlError> {
    let began = Instant::now();
    Transactions::begin_transaction(connection).await?;
    match job(connection).await {
        Ok(done) => {
            Transactions::commit_transaction(connection).await?;
            figures::batch(1, began.elapsed());
            Ok(done)
        }
        Err(error) => {
            rollback(connection).await;
            Err(error)
        }
    }
}

async fn rollback(connection: &mut AsyncPgConnection) {
    if let Err(error) = Transactions::rollback_transaction(connection).await {
        tracing::warn!(%error, "a transaction could not be rolled back; its connection is closed");
    }
}

/// A connection, given back before its place.
struct Taken<'p> {
    connection: PooledConnection<'p, AsyncPgConnection>,
    _place: Place<'p>,
}

impl Deref for Taken<'_> {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.connection
    }
}

impl DerefMut for Taken<'_> {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.connection
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

fn closed() -> DieselError {
    DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new("connection closed".to_owned()))
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").field("pool", &self.pool.state().connections).finish_non_exhaustive()
    }
}
