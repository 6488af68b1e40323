//! The port to the database.
//!
//! Reads are query traits by aggregate. Every write that a use case decides is one [`Commit`]: all of it lands, or
//! none. No transaction is ever open while anything else is awaited. There is no fake: SQLite in a temporary file is
//! the light implementation.

mod api_keys;
mod channel_messages;
mod channels;
mod commit;
mod directory;
mod exchange;
mod figures;
mod files;
mod guard;
mod inbox;
mod indexing;
mod leases;
mod log_cursors;
mod mcp_servers;
mod passages;
mod personas;
mod presence;
mod queries;
mod realtime;
mod retention;
mod search;
mod sidebars;
mod sources;
mod surroundings;
mod usage;

use async_trait::async_trait;

pub use api_keys::{ApiKeyChange, ApiKeyQueries, ApiKeyViewer};
pub use channel_messages::{
    ChannelMessage, ChannelMessageChange, ChannelMessageFilter, ChannelMessageQueries, EditMessage, MOST_PINS,
    MessageEdit, Pin, REACTORS_SHOWN, React, Reactions, Reactor, Sender, Sent, Speaker,
};
pub use channels::{
    ChannelChange, ChannelMember, ChannelQueries, ChannelView, MOST_COUNTED, MemberEntity, MyChannel, ReadMarker,
    RoomOf,
};
pub use commit::{
    AgentChange, AuditEntry, Change, Commit, Committed, FinishMessage, FinishRun, InvitationChange, JobChange,
    MessageChange, OrganizationChange, Outcome, RunChange, SessionChange, SetFeedback, ThreadChange, ToolCallChange,
    UserChange,
};
pub use directory::{DirectoryQueries, UserFilter, UserSearch};
pub use exchange::{ExchangeQueries, ExportedMessage};
pub use figures::{ConnectionFigures, DeadJobs, JobFigures, StoreFigures};
pub use files::{Attach, FileChange, FileFilter, FileQueries, FileReader, FileRight, FilesOf, LeftBy};
pub use guard::{Guard, Versioned};
pub use inbox::{BEGINNING, InboxConversation, InboxFilter, InboxKind, InboxQueries};
pub use indexing::{EmbeddedSource, FileToIndex, IndexQueries, MessageToIndex};
pub use leases::{AppendChunks, Appended, ClaimedRun, PruneBefore, RenewedRun, TakenFrom};
pub use log_cursors::{
    FOLLOWING, FileRef, FollowedLog, LogCursors, LogFollower, LogStep, MessageRef, Walk, WalkPlace, WalkThrough,
};
pub use mcp_servers::{AgentToolsChange, McpServerChange, McpServerQueries};
pub use passages::{PassageChange, PassageQueries};
pub use personas::PersonaQueries;
pub use presence::{PresenceQueries, TouchPresence, TouchedUser};
pub use queries::{
    AccountQueries, AgentQueries, AgentViewer, BranchFilter, Branches, Credentials, EventQueries, IdempotencyQueries,
    LatestFilter, MessageFilter, MessageQueries, RunQueries, ThreadFilter, ThreadMessage, ThreadOwner, ThreadQueries,
    Wakeups,
};
pub use realtime::{RealtimeQueries, RoomMember};
pub use retention::{OutdatedConversation, RetentionQueries};
pub use search::{
    FileHit, FileSearch, Matching, MessageHit, MessageSearch, PLACES_A_MILLISECOND, Rooms, SearchQueries,
};
pub use sidebars::{SidebarFilter, SidebarQueries};
pub use sources::{SetSources, SourceQueries};
pub use surroundings::SurroundingQueries;
pub use usage::{UsageFilter, UsageQueries};

use crate::{
    JobId, RunId, Timestamp,
    job::ClaimedJob,
    ports::{PresenceSource, ReadGate},
    run::LeaseOwner,
};

/// The database.
///
/// # Contract
/// - A write that was answered `Ok` survives a crash of the process at any later moment.
/// - A write runs to its end even if the future that asked for it is dropped; nothing is ever half done.
/// - Reads see every write that was answered before they began.
/// - Leases are judged by the database's clock, never by a node's.
/// - Every method may answer [`StoreError::Unavailable`] (nothing was done, try later; after a failed COMMIT it is not
///   known whether it was done) or [`StoreError::Internal`].
#[async_trait]
pub trait Store:
    AccountQueries
    + DirectoryQueries
    + ApiKeyQueries
    + AgentQueries
    + McpServerQueries
    + ThreadQueries
    + ChannelQueries
    + MessageQueries
    + ChannelMessageQueries
    + InboxQueries
    + RunQueries
    + IdempotencyQueries
    + EventQueries
    + RetentionQueries
    + RealtimeQueries
    + UsageQueries
    + ExchangeQueries
    + FileQueries
    + PassageQueries
    + SourceQueries
    + SidebarQueries
    + PersonaQueries
    + SurroundingQueries
    + PresenceQueries
    + PresenceSource
    + LogCursors
    + IndexQueries
    + SearchQueries
    + ReadGate
{
    /// Applies a commit: its idempotency record first, then the guards in their order, then changes, events and jobs in
    /// theirs. Where the record's scope is already taken, nothing is done and the answer is [`Committed::Replayed`] with
    /// the record that was there. Commits of one process that wait at the same time may share a transaction; one that
    /// fails does not touch the others.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with the first guard that does not hold; [`StoreError::Conflict`] with the unique key that
    /// is taken. Either way nothing was done: read and decide again.
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError>;

    /// Takes up to `limit` jobs that are due and held by nobody (or whose lease has lapsed), oldest `run_at` first, under
    /// a lease of [`LEASE`](crate::run::LEASE) with a raised fence and one more attempt. No two callers get the same job
    /// while its lease holds. A row whose kind this version does not know is set aside as dead.
    async fn claim_jobs(&self, owner: LeaseOwner, limit: u32) -> Result<Vec<ClaimedJob>, StoreError>;

    /// Takes up to `limit` runs that nobody works on: running ones whose lease has lapsed ([`TakenFrom::Lapsed`]), and the
    /// oldest queued one of a conversation and agent in which none is running ([`TakenFrom::Queue`]: it is started as
    /// [`RunChange::StartNext`] does). Each is held by `owner` with a raised fence.
    async fn claim_runs(&self, owner: LeaseOwner, limit: u32) -> Result<Vec<ClaimedRun>, StoreError>;

    /// Prolongs the leases that `owner` still holds on these runs and jobs (lapsed or not, as long as nobody else took
    /// them), and answers those of the runs. A run that is not in the answer was taken by somebody else, or has ended. Only
    /// what is named is prolonged: what a process has lost sight of lapses.
    async fn renew_leases(
        &self,
        owner: LeaseOwner,
        runs: &[RunId],
        jobs: &[JobId],
    ) -> Result<Vec<RenewedRun>, StoreError>;

    /// Lets every lease of `owner` lapse now, so that another process can take over at once.
    async fn release_leases(&self, owner: LeaseOwner) -> Result<(), StoreError>;

    /// Keeps pieces of a run's stream, in the given order, if the lease still holds. Pieces that are already there (same
    /// attempt, `n` and `chars_from`) are left as they are.
    async fn append_run_chunks(&self, chunks: AppendChunks) -> Result<Appended, StoreError>;

    /// The pieces of one attempt of a run, in order of `n`, then `chars_from`: from the one that holds the character after
    /// `chars_from` of the answer on, at most 10,000.
    async fn list_run_chunks(
        &self,
        run: RunId,
        attempt: i32,
        chars_from: i32,
    ) -> Result<Vec<crate::run::RunChunk>, StoreError>;

    /// Removes up to 500 rows of each kind that are older than asked; answers whether there may be more.
    async fn prune(&self, before: PruneBefore) -> Result<bool, StoreError>;

    /// How many jobs were set aside as dead, newest first, and why: at most 100.
    async fn list_dead_jobs(&self) -> Result<Vec<(JobId, String)>, StoreError>;

    /// Makes dead jobs due now, with all their tries before them; answers how many there were. Why they died stays
    /// known until they die again.
    async fn retry_dead_jobs(&self, jobs: DeadJobs) -> Result<u64, StoreError>;

    /// What an operator watches.
    async fn figures(&self) -> Result<StoreFigures, StoreError>;

    /// The database's clock. Also tells that it answers.
    async fn now(&self) -> Result<Timestamp, StoreError>;
}

/// The database said no, or nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A guard does not hold (any more).
    #[error("refused by {0:?}")]
    Refused(Guard),
    /// A unique key is taken.
    #[error("{0:?} is taken")]
    Conflict(UniqueKey),
    /// The database cannot be used now; trying later may help.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something that should not happen.
    #[error("the database failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Whether the same call may succeed later as it is.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Refused(_) | Self::Conflict(_) | Self::Internal(_) => false,
        }
    }
}

/// What may be there only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueKey {
    /// An id: the same row was inserted before.
    Id,
    /// A user's e-mail address, on the server.
    UserEmail,
    /// A user's handle, on the server.
    UserHandle,
    /// An agent's handle, in its organization, among agents that are not deleted.
    AgentHandle,
    /// A tool server's name, in its organization.
    McpServerName,
    /// A conversation's unique key (a pair's direct channel, a channel's name).
    ConversationKey,
    /// A sender's own id for a message.
    MessageClientId,
    /// A live run of an agent for a message.
    LiveRun,
}
