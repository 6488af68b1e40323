use std::time::Duration;

use crate::JobId;

/// What an operator watches of the database: a look at the moment, cheap enough for every few seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreFigures {
    /// Jobs of all organizations.
    pub jobs: JobFigures,
    /// The place of the newest event in the log; 0: it is empty.
    pub newest_event: i64,
    /// This process's connections.
    pub connections: ConnectionFigures,
}

/// Jobs by what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobFigures {
    /// Not dead and held by nobody, due or not.
    pub waiting: u64,
    /// Held under a lease that has not lapsed.
    pub at_work: u64,
    /// Set aside for an admin.
    pub dead: u64,
    /// How long the one has waited that has been due longest; zero: none is due.
    pub oldest_due: Duration,
}

/// Connections to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConnectionFigures {
    /// There are so many.
    pub open: u32,
    /// At work.
    pub in_use: u32,
    /// Callers that wait for one.
    pub waiting: u32,
}

/// Which dead jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeadJobs {
    /// All there are.
    All,
    /// This one.
    One(JobId),
}
