use super::{
    AgentToolsChange, ApiKeyChange, ChannelChange, ChannelMessageChange, FileChange, Guard, McpServerChange,
    PassageChange, SetSources,
};
use crate::{
    AgentId, ConversationId, InvitationId, JobId, MemberId, MessageId, OrganizationId, RunId, SessionId, Timestamp,
    ToolCallId, UserId,
    agent::Agent,
    branch::Branch,
    event::NewEvent,
    feedback::Feedback,
    idempotency::IdempotencyRecord,
    invitation::Invitation,
    job::NewJob,
    message::{Message, MessageStatus},
    organization::Organization,
    persona::Persona,
    run::{LeaseOwner, Run, RunChunk, RunError, RunStatus, RunStep, Usage},
    session::Session,
    status::UserStatus,
    thread::Thread,
    tool_call::{ToolCall, ToolCallState},
    usage::UsageEntry,
    user::{PasswordHash, User},
};

/// One decision, to be made durable as a whole. At most 1,000 changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Commit {
    /// The key under which a repeat of the request finds what this made.
    pub idempotency: Option<IdempotencyRecord>,
    /// What must still hold.
    pub guards: Vec<Guard>,
    /// What changes.
    pub changes: Vec<Change>,
    /// What others are told.
    pub events: Vec<NewEvent>,
    /// What is to be done afterwards.
    pub jobs: Vec<NewJob>,
}

/// What became of a commit that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// It is durable. One outcome per change, in their order.
    Done(Vec<Outcome>),
    /// A request with this key was committed before; nothing was done now.
    Replayed(IdempotencyRecord),
}

/// What became of one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A row was made.
    Inserted,
    /// A row was changed (or, for a purge, removed: there may be more).
    Updated,
    /// There was nothing to change.
    Unchanged,
    /// [`RunChange::StartNext`] or [`RunChange::Resume`] started this run, under this lease.
    Started(RunId, i64),
}

/// A change, by aggregate. An insert of an id that is there is [`UniqueKey::Id`](super::UniqueKey::Id).
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Of an organization.
    Organization(OrganizationChange),
    /// Of a user.
    User(UserChange),
    /// Of a session.
    Session(SessionChange),
    /// Of an API key.
    ApiKey(ApiKeyChange),
    /// Of an invitation.
    Invitation(InvitationChange),
    /// Of an agent.
    Agent(AgentChange),
    /// Of a server of tools.
    McpServer(McpServerChange),
    /// Of what an agent may call.
    AgentTools(AgentToolsChange),
    /// Of a thread.
    Thread(ThreadChange),
    /// Of a channel.
    Channel(ChannelChange),
    /// Of a message.
    Message(MessageChange),
    /// Of what is said in a channel.
    ChannelMessage(ChannelMessageChange),
    /// Of a run.
    Run(RunChange),
    /// Of a tool call.
    ToolCall(ToolCallChange),
    /// Of a file.
    File(FileChange),
    /// Of what a file says.
    Passage(PassageChange),
    /// How a person wants to be stood in for: in place of what they had set.
    Persona(Persona),
    /// Of a job that is being worked on.
    Job(JobChange),
    /// What a model used. One with an id that is there changes nothing.
    Usage(UsageEntry),
    /// What somebody sets of themselves, in place of the version before (none where this is the first); unchanged where another
    /// one is there.
    Status(UserStatus),
    /// A line in the audit log.
    Audit(AuditEntry),
}

/// A change of an organization.
#[derive(Debug, Clone, PartialEq)]
pub enum OrganizationChange {
    /// Makes it.
    Insert(Organization),
    /// Writes everything but id and `created_at` as given.
    Update(Organization),
    /// Marks it deleted: it, its users and their sign-ins are gone at once, addresses and handles are free again.
    /// Unchanged if it was deleted before.
    Delete {
        /// The organization.
        organization: OrganizationId,
        /// When.
        at: Timestamp,
    },
    /// Removes up to `at_most` rows of a deleted organization, its own row last; unchanged when nothing is left, or when it
    /// is not deleted. The log of events and jobs stay: they age out.
    Purge {
        /// The organization.
        organization: OrganizationId,
        /// At most so many rows.
        at_most: u32,
    },
}

/// A change of a user.
#[derive(Debug, Clone, PartialEq)]
pub enum UserChange {
    /// Makes it, with the password it signs in with.
    Insert(User, Option<PasswordHash>),
    /// Writes everything but id, organization, kind and `created_at` as given.
    Update(User),
    /// Replaces the password's hash.
    SetPassword(UserId, PasswordHash),
    /// Marks the user deleted: not found any more, without address, handle, texts and password; sessions ended, personal
    /// agents deleted, without what was written of them. Unchanged if they were deleted before.
    Delete {
        /// The user.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// Removes, or for messages in others' conversations empties, up to `at_most` rows of what a deleted user leaves: their
    /// threads with all that hangs on them, sessions, idempotency records. What was said in their stead is emptied as what
    /// they said themselves. Threads of others with their agents stay.
    /// Unchanged when nothing is left, or when the user is not deleted.
    Purge {
        /// The user.
        user: UserId,
        /// When.
        at: Timestamp,
        /// At most so many rows.
        at_most: u32,
    },
}

/// A change of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionChange {
    /// Makes it.
    Insert(Session),
    /// Goes from generation `from` to the next; unchanged if it is no longer at `from` or was revoked.
    Rotate {
        /// The session.
        session: SessionId,
        /// The generation that was presented.
        from: i64,
        /// When.
        at: Timestamp,
    },
    /// Ends it; unchanged if it was ended before.
    Revoke {
        /// The session.
        session: SessionId,
        /// When.
        at: Timestamp,
    },
    /// Ends all of a user's sessions; unchanged if none was live.
    RevokeAll {
        /// The user.
        user: UserId,
        /// When.
        at: Timestamp,
    },
}

/// A change of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitationChange {
    /// Makes it.
    Insert(Invitation),
    /// Notes who took it; unchanged if it was taken or withdrawn before.
    Use {
        /// The invitation.
        invitation: InvitationId,
        /// Who.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// Withdraws it; unchanged if it was taken or withdrawn before.
    Revoke {
        /// The invitation.
        invitation: InvitationId,
        /// When.
        at: Timestamp,
    },
}

/// A change of an agent.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentChange {
    /// Makes it.
    Insert(Agent),
    /// Writes everything but id, organization, kind and `created_at` as given, `deleted_at` included. One that is deleted is
    /// granted no tools any more.
    Update(Agent),
}

/// A change of a thread.
#[derive(Debug, Clone, PartialEq)]
pub enum ThreadChange {
    /// Makes it with its one member, its user.
    Insert(Thread, MemberId),
    /// Writes title, its source, metadata, archived, version and `updated_at` as given.
    Update(Thread),
    /// Notes activity; an earlier time than the one noted changes nothing.
    Touch {
        /// The thread.
        conversation: ConversationId,
        /// When.
        at: Timestamp,
    },
    /// Marks it deleted: hidden at once. Its live runs become cancelled with a raised fence, their answers cancelled.
    Delete {
        /// The thread.
        conversation: ConversationId,
        /// When.
        at: Timestamp,
    },
    /// Removes up to `at_most` rows of a deleted thread, its conversation's row last; unchanged when nothing is left, or
    /// when it is not deleted.
    Purge {
        /// The thread.
        conversation: ConversationId,
        /// At most so many rows.
        at_most: u32,
    },
}

/// A change of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum MessageChange {
    /// Stores it.
    Insert(Message),
    /// Fills in an answer that was queued or streaming; unchanged if it is neither.
    Finish(FinishMessage),
    /// Empties a failed answer and puts it back to queued, for its run to be repeated; unchanged if it has not failed.
    Requeue(MessageId),
    /// Makes a branch the active one: the messages on it are active, all others of the conversation are not, and the
    /// version of each that changes is raised. Unchanged if it was that before, or if the message that it names is not of
    /// the conversation. Guard the thread before it.
    Activate {
        /// The conversation.
        conversation: ConversationId,
        /// The branch.
        branch: Branch,
    },
    /// Notes what a message was made from.
    SetSources(SetSources),
    /// Notes what somebody says of a message, in place of what they said before. Guard the message before it.
    SetFeedback(SetFeedback),
    /// Removes up to `at_most` rows: messages of a conversation from before a time, but for those of a run that has not ended,
    /// and what hangs on them, their runs too. Unchanged when nothing is left.
    PurgeBefore {
        /// The conversation.
        conversation: ConversationId,
        /// The time.
        before: Timestamp,
        /// At most so many rows.
        at_most: u32,
    },
}

/// What somebody says of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetFeedback {
    /// Its organization.
    pub organization: OrganizationId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The message.
    pub message: MessageId,
    /// Who says it.
    pub user: UserId,
    /// What.
    pub feedback: Feedback,
}

/// The end of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishMessage {
    /// The answer.
    pub message: MessageId,
    /// Its text.
    pub content: String,
    /// Its text as clean HTML.
    pub content_html: String,
    /// Replaces its metadata.
    pub metadata: crate::Json,
    /// How it ended.
    pub status: MessageStatus,
}

/// A change of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum RunChange {
    /// Makes it, queued, as attempt 0: starting it makes that 1.
    Insert(Run),
    /// Starts the oldest queued run of the agent in the conversation, unless one is running or awaiting approval there:
    /// status running, attempt and fence raised, `started_at` = `at`, the lease given to `owner`, its answer's status
    /// streaming. The outcome is [`Outcome::Started`] with the fence, or unchanged. Guard the thread before it.
    StartNext {
        /// The conversation.
        conversation: ConversationId,
        /// The agent.
        agent: AgentId,
        /// Who works on it.
        owner: LeaseOwner,
        /// When.
        at: Timestamp,
    },
    /// Ends it and its lease. Guard the lease, or the status, before it.
    Finish(FinishRun),
    /// Names the message that a run without an answer's row has now stored as its answer; the run's tool calls become that
    /// message's. Unchanged if it has an answer.
    Answer {
        /// The run.
        run: RunId,
        /// The message.
        message: MessageId,
    },
    /// Queues a failed run again, without error; unchanged if it has not failed.
    Requeue {
        /// The run.
        run: RunId,
        /// When.
        at: Timestamp,
    },
    /// Begins a running run anew: attempt raised, `queued_at` and `started_at` = `at`; unchanged if it is not running. Guard
    /// its lease before it.
    Restart {
        /// The run.
        run: RunId,
        /// When.
        at: Timestamp,
    },
    /// Has a running run wait for approvals until `until`, held by nobody; unchanged if it is not running. Guard its lease
    /// before it.
    Pause {
        /// The run.
        run: RunId,
        /// After that it expires.
        until: Timestamp,
    },
    /// Goes on with a run that waits for approvals: running, fence raised, the lease given to `owner`. The outcome is
    /// [`Outcome::Started`] with the fence, or unchanged if it does not wait for approvals.
    Resume {
        /// The run.
        run: RunId,
        /// Who works on it.
        owner: LeaseOwner,
    },
    /// Adds to what it used. Guard its lease before it.
    Use {
        /// The run.
        run: RunId,
        /// So much.
        usage: Usage,
    },
    /// Keeps pieces of its stream; those that are there (same attempt, `n` and `chars_from`) are left as they are. Guard its
    /// lease before it.
    Tell {
        /// The run.
        run: RunId,
        /// The attempt they belong to.
        attempt: i32,
        /// The pieces.
        chunks: Vec<RunChunk>,
    },
    /// Notes that its person wants it stopped; unchanged if it is not running or awaiting approval.
    RequestCancel(RunId),
    /// Writes a step, replacing the one of the same attempt and number.
    Step(RunId, RunStep),
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishRun {
    /// The run.
    pub run: RunId,
    /// One of the ended statuses.
    pub status: RunStatus,
    /// The model that answered.
    pub model: Option<String>,
    /// Why it failed.
    pub error: Option<RunError>,
    /// Added to what it had used before.
    pub usage: Usage,
    /// When.
    pub at: Timestamp,
}

/// A change of a tool call.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolCallChange {
    /// Notes it, in the state that it is given with.
    Insert(ToolCall),
    /// Notes that its person allows it; unchanged if it does not wait for that.
    Approve(ToolCallId),
    /// Notes that it starts, with `start_time` = `at`; unchanged if it is under way or has ended.
    Start {
        /// The call.
        call: ToolCallId,
        /// When.
        at: Timestamp,
    },
    /// Ends it; unchanged if it has ended before.
    End(ToolCallId, ToolCallState),
}

/// A change of a job that is being worked on. Guard its lease before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobChange {
    /// It is done.
    Finish(JobId),
    /// It failed and is tried again.
    Retry {
        /// The job.
        job: JobId,
        /// Not before.
        run_at: Timestamp,
        /// For an admin; no secrets, no texts.
        error: String,
    },
    /// It failed for good and waits for an admin.
    Bury {
        /// The job.
        job: JobId,
        /// For an admin; no secrets, no texts.
        error: String,
    },
}

/// A line in the audit log: who did what to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: uuid::Uuid,
    /// Where.
    pub organization_id: OrganizationId,
    /// Who; nobody: the operator, who holds the database.
    pub actor: Option<UserId>,
    /// What, like `thread.overseen`.
    pub action: String,
    /// To what.
    pub subject_id: uuid::Uuid,
    /// When.
    pub at: Timestamp,
}
