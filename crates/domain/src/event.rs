//! Events: that something happened, for everyone it concerns. The log holds no text: a reader fetches the subject as
//! it is now.

use uuid::Uuid;

use crate::{ConversationId, OrganizationId, Timestamp, UserId};

/// An event to append with a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The organization it happened in.
    pub organization_id: OrganizationId,
    /// The conversation it happened in.
    pub conversation_id: Option<ConversationId>,
    /// Whom it concerns.
    pub audience: Audience,
    /// What happened.
    pub kind: EventKind,
    /// What it happened to: the id of a message, conversation, run, agent or user.
    pub subject_id: Uuid,
    /// The subject's version after it.
    pub subject_version: i64,
    /// When.
    pub at: Timestamp,
}

/// Whom an event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The members of its conversation, as they are when it is delivered.
    Members,
    /// Everyone in the organization.
    Organization,
    /// One user.
    User(UserId),
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A message was stored.
    MessageCreated,
    /// A message or an answer changed.
    MessageUpdated,
    /// A message was deleted: a tombstone keeps its place.
    MessageDeleted,
    /// What an organization keeps no longer is being removed from a conversation, which is the subject. Nobody is told: it
    /// could not be read any more before.
    MessagesOutdated,
    /// Somebody reacted to a message: the subject is the message.
    ReactionAdded,
    /// A reaction was taken back: the subject is the message.
    ReactionRemoved,
    /// A channel was made.
    ChannelCreated,
    /// What a channel is called, is about or how it is set up changed.
    ChannelUpdated,
    /// A channel was deleted.
    ChannelDeleted,
    /// A message was pinned: the subject is the message.
    PinAdded,
    /// A message was unpinned: the subject is the message.
    PinRemoved,
    /// Somebody became a member: the subject is the user or agent.
    MemberAdded,
    /// A member's role changed: the subject is the user.
    MemberUpdated,
    /// Somebody is no longer a member: the subject is the user or agent.
    MemberRemoved,
    /// A user has read on: the subject is the conversation.
    ReadUpdated,
    /// A thread was made.
    ThreadCreated,
    /// A thread's title, archive flag or metadata changed.
    ThreadUpdated,
    /// A thread was deleted.
    ThreadDeleted,
    /// A file was understood, or could not be: the subject is the file.
    FileUpdated,
    /// A file was deleted: the subject is the file.
    FileDeleted,
    /// A run was queued.
    RunQueued,
    /// A run started.
    RunStarted,
    /// A run waits for its person to allow tool calls.
    RunAwaitingApproval,
    /// A run ended, one way or another.
    RunEnded,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::MessageCreated,
        Self::MessageUpdated,
        Self::MessageDeleted,
        Self::MessagesOutdated,
        Self::ReactionAdded,
        Self::ReactionRemoved,
        Self::ChannelCreated,
        Self::ChannelUpdated,
        Self::ChannelDeleted,
        Self::PinAdded,
        Self::PinRemoved,
        Self::MemberAdded,
        Self::MemberUpdated,
        Self::MemberRemoved,
        Self::ReadUpdated,
        Self::ThreadCreated,
        Self::ThreadUpdated,
        Self::ThreadDeleted,
        Self::FileUpdated,
        Self::FileDeleted,
        Self::RunQueued,
        Self::RunStarted,
        Self::RunAwaitingApproval,
        Self::RunEnded,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MessageCreated => "message.created",
            Self::MessageUpdated => "message.updated",
            Self::MessageDeleted => "message.deleted",
            Self::MessagesOutdated => "message.outdated",
            Self::ReactionAdded => "reaction.added",
            Self::ReactionRemoved => "reaction.removed",
            Self::ChannelCreated => "channel.created",
            Self::ChannelUpdated => "channel.updated",
            Self::ChannelDeleted => "channel.deleted",
            Self::PinAdded => "channel.pin_added",
            Self::PinRemoved => "channel.pin_removed",
            Self::MemberAdded => "member.added",
            Self::MemberUpdated => "member.updated",
            Self::MemberRemoved => "member.removed",
            Self::ReadUpdated => "read.updated",
            Self::ThreadCreated => "thread.created",
            Self::ThreadUpdated => "thread.updated",
            Self::ThreadDeleted => "thread.deleted",
            Self::FileUpdated => "file.updated",
            Self::FileDeleted => "file.deleted",
            Self::RunQueued => "run.queued",
            Self::RunStarted => "run.started",
            Self::RunAwaitingApproval => "run.awaiting_approval",
            Self::RunEnded => "run.ended",
        }
    }
}

/// A place in the log, after an event. Places are ordered as the events became visible; they do not compare across
/// epochs. A place becomes void when what comes after it can no longer be told without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventCursor {
    /// Raised when the database was restored to an older state: cursors of an older epoch are void.
    pub epoch: i64,
    /// The number of the transaction (Postgres), or of the opening of the file (SQLite).
    pub transaction: i64,
    /// The row's number.
    pub row: i64,
}

/// An event in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its place.
    pub cursor: EventCursor,
    /// What happened.
    pub event: NewEvent,
}

/// What the log answers about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventPage {
    /// What comes after it. Nothing: there is no more yet.
    Events(Vec<LoggedEvent>),
    /// The place is void: the database was restored to an older state, or what came after was pruned. Who was there has
    /// missed something: it takes a new place at the end of the log, then reads everything as it is now.
    Void,
}
