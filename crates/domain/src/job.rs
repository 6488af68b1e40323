//! Jobs: work that must happen after a commit, at least once, some time soon.

use std::time::Duration;

use crate::{
    AgentId, AvatarId, ConversationId, FileId, JobId, MessageId, OrganizationId, Timestamp, UserId,
    membership::Participant, run::Lease,
};

/// How often a job is tried before it is set aside for an admin.
pub const MAX_ATTEMPTS: i32 = 5;

/// A job to enqueue with a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// The organization it works for.
    pub organization_id: OrganizationId,
    /// What to do: ids only.
    pub task: Task,
    /// Not before.
    pub run_at: Timestamp,
}

/// What a job does. Every task is idempotent: it may be run again after it took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Give a thread a title if nobody has.
    TitleThread(ConversationId),
    /// Remove the rows of a deleted conversation, 500 a commit.
    PurgeConversation(ConversationId),
    /// Remove what a deleted user leaves, 500 rows a commit.
    PurgeUser(UserId),
    /// Remove the rows of a deleted organization, 500 a commit.
    PurgeOrganization(OrganizationId),
    /// Understand a file.
    ProcessFile(FileId),
    /// Remove the bytes of a file that is gone.
    RemoveFileBytes(FileId),
    /// Remove a picture that is no user's any more.
    RemoveAvatar(AvatarId),
    /// Have an agent answer a message in a room: one that mentions it, or one of its person in their own room with it.
    AnswerInRoom {
        /// The message.
        message: MessageId,
        /// Who is to answer.
        agent: AgentId,
    },
    /// Have a person's agent answer a message in their stead, if they are away.
    StandIn {
        /// The message.
        message: MessageId,
        /// Whom it was meant for.
        user: UserId,
    },
    /// Tell the channels that somebody is in, or was when they were deleted, whether they are a member there now: after
    /// they were let in or out, or deleted.
    TellRooms(Participant),
}

/// A job that this process may work on until its lease lapses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// Its id.
    pub id: JobId,
    /// The organization it works for.
    pub organization_id: OrganizationId,
    /// What to do.
    pub task: Task,
    /// How often it has been started, this time included.
    pub attempts: i32,
    /// The right to finish it.
    pub lease: Lease,
}

/// How long to wait before the try after `attempts` failed ones: 1 s, doubling, at most 10 minutes, scaled by
/// `jitter` in 0..=1 so that failures do not come back in step.
pub fn backoff(attempts: i32, jitter: f64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let longest = Duration::from_secs(1).saturating_mul(2u32.saturating_pow(doublings)).min(Duration::from_secs(600));
    longest.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}
