use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::{
    ConversationId, FileId, MessageId, OrganizationId,
    event::EventCursor,
    run::{Lease, LeaseOwner},
};

/// How long the right to follow the log holds unless it is renewed.
pub const FOLLOWING: Duration = Duration::from_secs(30);

/// Who follows the event log and keeps its place in it: each is one process at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogFollower {
    /// The index of words.
    Words,
    /// The index of vectors.
    Vectors,
}

impl LogFollower {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Words, Self::Vectors];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Vectors => "vectors",
        }
    }
}

/// Where those who follow the event log are, and what they still have to go through.
#[async_trait]
pub trait LogCursors: Send + Sync + 'static {
    /// Takes the right to follow for [`FOLLOWING`], or prolongs it for the one that has it; `None` while somebody else has it.
    /// Taking it raises the fence, prolonging it does not. [`release_leases`](super::Store::release_leases) lets it lapse.
    async fn claim_log(&self, follower: LogFollower, owner: LeaseOwner) -> Result<Option<FollowedLog>, StoreError>;

    /// Keeps how far the follower is, and prolongs its right; answers whether it still has it. If not, nothing is kept.
    async fn keep_log_place(&self, follower: LogFollower, lease: Lease, step: LogStep) -> Result<bool, StoreError>;

    /// Has the follower go through everything of the organization, or of all of them, once more from the beginning. A walk
    /// through the same that is under way begins anew; it is forced if either is.
    async fn ask_for_walk(
        &self,
        follower: LogFollower,
        organization: Option<OrganizationId>,
        forced: bool,
    ) -> Result<(), StoreError>;

    /// Whether somebody has still to go through something, or has never begun to follow.
    async fn is_walking(&self, follower: LogFollower) -> Result<bool, StoreError>;

    /// Up to `limit` messages after this one that are not deleted, by id: of a conversation, of an organization, or of all.
    async fn walk_messages(
        &self,
        through: WalkThrough,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<MessageRef>, StoreError>;

    /// Up to `limit` files after this one, by id: of those attached in a conversation, of an organization, or of all.
    async fn walk_files(
        &self,
        through: WalkThrough,
        after: Option<FileId>,
        limit: u32,
    ) -> Result<Vec<FileRef>, StoreError>;
}

/// The right to follow the log, and where its follower is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedLog {
    /// The right.
    pub lease: Lease,
    /// After which event it goes on; `None`: it has never followed.
    pub place: Option<EventCursor>,
    /// What it has to go through: the one through everything first, then the others.
    pub walk: Option<Walk>,
    /// How long ago, by the database's clock, a walk through everything ended; `None`: none has.
    pub walked: Option<Duration>,
}

/// A walk through what there is, whether it changed or not: where an index is new, or may have missed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// Through one organization alone.
    pub organization: Option<OrganizationId>,
    /// Whether also what is in the index as it should be is put there anew.
    pub forced: bool,
    /// How far it is.
    pub at: WalkPlace,
}

/// How far a walk is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkPlace {
    /// Among the messages, after this one.
    Messages(Option<MessageId>),
    /// Among the files, after this one.
    Files(Option<FileId>),
    /// In what the index itself holds, after a place of its own.
    Index(Option<String>),
}

/// Through what a walk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkThrough {
    /// Everything.
    All,
    /// An organization.
    Organization(OrganizationId),
    /// A conversation.
    Conversation(ConversationId),
}

/// How far a follower got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogStep {
    /// It has taken everything up to here.
    At(EventCursor),
    /// It follows from here on, and goes through everything that was before.
    Afresh(EventCursor),
    /// It got so far with a walk that is under way; nothing if that began anew or ended meanwhile.
    Walked {
        /// Where it was.
        from: Walk,
        /// Where it is; `None`: at the end.
        to: Option<WalkPlace>,
    },
}

/// Names a message, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageRef {
    /// Its organization.
    pub organization: OrganizationId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// It.
    pub message: MessageId,
}

/// Names a file, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileRef {
    /// Its organization.
    pub organization: OrganizationId,
    /// It.
    pub file: FileId,
}
