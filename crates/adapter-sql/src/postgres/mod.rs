//! The store in Postgres.

mod channel_news;
mod connect;
mod epoch;
mod executor;
mod group;
mod held_back;
mod latest_messages;
mod migrate;
mod notices;
mod pgvector;
mod prelude;
mod said_before;
mod signals;
#[path = "../store/mod.rs"]
mod store;
mod words;

use std::time::Duration;

use futures_util::FutureExt;
use stead_domain::ports::{
    Notifier,
    notifier::{Notice, Notices},
};

pub use self::pgvector::PgVectors;
use self::{connect::Connector, executor::Executor, group::Groups, notices::NodeNotices, signals::Signals};
use crate::{migrations::Pending, open::OpenError};

/// How to use a Postgres database.
#[derive(Debug, Clone, Copy)]
pub struct PostgresOptions {
    /// What to do about migrations that have not been run.
    pub pending: Pending,
    /// How many connections this process has at most, beside one for wake-ups and one for notices.
    pub connections: u32,
    /// How long a caller waits for one of them.
    pub acquire_timeout: Duration,
    /// How many writers apply commits in groups. Without any, each commit is applied alone.
    pub writers: usize,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { pending: Pending::Run, connections: 10, acquire_timeout: Duration::from_secs(2), writers: 2 }
    }
}

/// The store in Postgres. Any number of processes may use the same database.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    executor: Executor,
    groups: Groups,
    signals: Signals,
    notices: NodeNotices,
}

impl PostgresStore {
    /// Connects. Call it on the runtime that lives as long as the store: connections are driven there.
    ///
    /// # Errors
    /// The URL is wrong, the database does not answer, or its schema is newer or not migrated as [`Pending`] wants.
    pub async fn connect(url: &str, options: PostgresOptions) -> Result<Self, OpenError> {
        let connector = Connector::parse(url)?;
        migrate::migrate(&connector, options.pending).await?;
        let executor = Executor::new(connector.clone(), options.connections, options.acquire_timeout);
        executor
            .write(|conn| epoch::raise_if_restored(conn).boxed())
            .await
            .map_err(|error| OpenError::Prepare(error.into()))?;
        let groups = Groups::start(&executor, options.writers);
        let notices = NodeNotices::start(connector.clone(), executor.runtime());
        let signals = Signals::start(connector, executor.runtime());
        Ok(Self { executor, groups, signals, notices })
    }

    /// Runs the migrations that have not been run, and answers their names.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn migrate(url: &str) -> Result<Vec<String>, OpenError> {
        migrate::migrate(&Connector::parse(url)?, Pending::Run).await
    }
}

impl Notifier for PostgresStore {
    fn publish(&self, notice: Notice) {
        self.notices.tell(notice);
    }

    fn notices(&self) -> Notices {
        self.notices.here().notices()
    }
}
