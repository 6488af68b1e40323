use crate::{
    RunId, Timestamp,
    run::{Lease, Run, RunChunk},
};

/// A run that this process may work on.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedRun {
    /// The run, as it now is.
    pub run: Run,
    /// The right to work on it.
    pub lease: Lease,
    /// Where it came from.
    pub taken_from: TakenFrom,
}

/// Where a claimed run came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenFrom {
    /// It was queued and is now started.
    Queue,
    /// It was running, and whoever ran it has not renewed its lease.
    Lapsed,
}

/// A run whose lease was prolonged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenewedRun {
    /// The run.
    pub run: RunId,
    /// Whether its person wants it stopped.
    pub cancel_requested: bool,
}

/// Pieces of a run's stream to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendChunks {
    /// The run.
    pub run: RunId,
    /// The right to write.
    pub lease: Lease,
    /// The attempt they belong to.
    pub attempt: i32,
    /// The pieces.
    pub chunks: Vec<RunChunk>,
}

/// What became of pieces of a run's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Kept.
    Kept {
        /// Whether the run's person wants it stopped.
        cancel_requested: bool,
    },
    /// The lease is somebody else's, or the run has ended: nothing was kept; stop working on it.
    LeaseLost,
}

/// Up to when things that are no longer needed are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PruneBefore {
    /// Events older than this.
    pub events: Timestamp,
    /// Idempotency records older than this.
    pub idempotency: Timestamp,
    /// Pieces of streams of runs that ended before this.
    pub run_chunks: Timestamp,
    /// Sessions, API keys and invitations that ended before this: revoked, expired, taken or withdrawn.
    pub sessions: Timestamp,
    /// What models had used before this.
    pub usage: Timestamp,
    /// Connections that ended before this, but for the last of each user.
    pub connections: Timestamp,
}
