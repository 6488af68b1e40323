use async_trait::async_trait;
use futures_util::stream::BoxStream;

use super::StoreError;
use crate::{
    AgentId, AvatarId, ConversationId, MessageId, OrganizationId, RunId, SessionId, UserId,
    agent::Agent,
    event::{EventCursor, EventPage},
    feedback::Feedback,
    file::File,
    idempotency::{IdempotencyRecord, IdempotencyScope},
    message::Message,
    organization::Organization,
    page::{Page, Slice},
    run::{Run, RunStep},
    session::Session,
    text::Email,
    thread::Thread,
    tool_call::ToolCall,
    user::{PasswordHash, User},
};

/// Organizations, users and sessions.
#[async_trait]
pub trait AccountQueries: Send + Sync + 'static {
    /// An organization.
    async fn find_organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError>;

    /// A user of the organization.
    async fn find_user(&self, organization: OrganizationId, id: UserId) -> Result<Option<User>, StoreError>;

    /// Who signs in with this address; also who is deactivated, and may not now. Not who never had a password.
    async fn find_credentials(&self, email: &Email) -> Result<Option<Credentials>, StoreError>;

    /// A session, live or not, and its user as they are now.
    async fn find_session(&self, id: SessionId) -> Result<Option<(Session, User)>, StoreError>;

    /// Which of these pictures are those of users that are not deleted, in any organization.
    async fn avatars_in_use(&self, avatars: &[AvatarId]) -> Result<Vec<AvatarId>, StoreError>;
}

/// A user and what they sign in with.
#[derive(Debug, Clone, PartialEq)]
pub struct Credentials {
    /// The user.
    pub user: User,
    /// Their password's hash.
    pub password: PasswordHash,
}

/// Agents.
#[async_trait]
pub trait AgentQueries: Send + Sync + 'static {
    /// An agent of the organization, deleted or not.
    async fn find_agent(&self, organization: OrganizationId, id: AgentId) -> Result<Option<Agent>, StoreError>;

    /// A page of the organization's agents that the viewer may see, by id.
    async fn list_agents(
        &self,
        organization: OrganizationId,
        viewer: AgentViewer,
        page: Page,
    ) -> Result<Slice<Agent>, StoreError>;
}

/// Who looks at agents: the statement follows [`Agent::is_visible_to`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentViewer {
    /// The user.
    pub user: UserId,
    /// Whether they are an admin.
    pub is_admin: bool,
}

/// Threads.
#[async_trait]
pub trait ThreadQueries: Send + Sync + 'static {
    /// A thread of the organization that is not deleted.
    async fn find_thread(&self, organization: OrganizationId, id: ConversationId)
    -> Result<Option<Thread>, StoreError>;

    /// Threads that are not deleted and not about a channel, newest activity first (of two with the same, the larger id), each with its latest
    /// active messages, oldest to newest. A constant number of statements; under 5 ms for 20 threads with 3 messages
    /// each among 50 threads of 500 messages.
    async fn list_threads(&self, filter: ThreadFilter) -> Result<Vec<(Thread, Vec<ThreadMessage>)>, StoreError>;
}

/// Which threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadFilter {
    /// The organization.
    pub organization: OrganizationId,
    /// The agent.
    pub agent: AgentId,
    /// Whose.
    pub owner: ThreadOwner,
    /// Only archived ones, only others, or all.
    pub archived: Option<bool>,
    /// At most so many threads, 1 to 50.
    pub limit: u32,
    /// So many are skipped.
    pub offset: u32,
    /// At most so many messages of each, 0 to 100.
    pub message_limit: u32,
}

/// Whose threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadOwner {
    /// This user's.
    User(UserId),
    /// Everyone's.
    Anyone,
}

/// A message of a thread with its tool calls, in the order they were asked for, and its files.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadMessage {
    /// The message.
    pub message: Message,
    /// Its tool calls.
    pub tool_calls: Vec<ToolCall>,
    /// The files that are attached to it, in their order.
    pub attachments: Vec<File>,
    /// What the thread's person says of it: for nobody else.
    pub feedback: Option<Feedback>,
}

/// Messages.
#[async_trait]
pub trait MessageQueries: Send + Sync + 'static {
    /// A message of the organization whose conversation is not deleted.
    async fn find_message(
        &self,
        organization: OrganizationId,
        id: MessageId,
    ) -> Result<Option<ThreadMessage>, StoreError>;

    /// A page of a conversation's messages, by id. `At` of the API is a [`Position::Around`](crate::page::Position)
    /// the smallest id of that time.
    async fn list_messages(&self, filter: MessageFilter) -> Result<Slice<ThreadMessage>, StoreError>;

    /// A message and those before it on its branch, active or not, newest first. It ends with the first message, or
    /// where the one before is not there, not kept or of another conversation; empty where that is so of the message
    /// itself.
    async fn list_branch(&self, filter: BranchFilter) -> Result<Vec<ThreadMessage>, StoreError>;

    /// The ids of the newest active messages of a conversation, newest first. Those that are deleted are left out.
    async fn latest_ids(&self, filter: LatestFilter) -> Result<Vec<MessageId>, StoreError>;

    /// The newest active message of a conversation.
    async fn newest_message(&self, conversation: ConversationId) -> Result<Option<MessageId>, StoreError>;

    /// How many active messages a conversation has.
    async fn count_messages(&self, conversation: ConversationId) -> Result<i64, StoreError>;
}

/// Which messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageFilter {
    /// The organization.
    pub organization: OrganizationId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Of which branches.
    pub branches: Branches,
    /// Which part, how many.
    pub page: Page,
}

/// Which of the newest messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatestFilter {
    /// The organization.
    pub organization: OrganizationId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Only replies to this message, which is of it.
    pub replies_to: Option<MessageId>,
    /// None with a smaller id.
    pub from: Option<MessageId>,
    /// At most so many, 10,000 at most.
    pub limit: u32,
}

/// Messages of which branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Branches {
    /// Of the active one.
    #[default]
    Active,
    /// Of all.
    All,
}

/// A part of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchFilter {
    /// The organization.
    pub organization: OrganizationId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Its newest message.
    pub tip: MessageId,
    /// At most so many messages.
    pub limit: u32,
}

/// Runs.
#[async_trait]
pub trait RunQueries: Send + Sync + 'static {
    /// A run of the organization whose conversation is not deleted.
    async fn find_run(&self, organization: OrganizationId, id: RunId) -> Result<Option<Run>, StoreError>;

    /// The steps of up to 200 runs of the organization, by run, number and attempt: of a number that was written in several
    /// attempts, only the newest.
    async fn list_run_steps(
        &self,
        organization: OrganizationId,
        runs: Vec<RunId>,
    ) -> Result<Vec<(RunId, RunStep)>, StoreError>;

    /// The tool calls of a run of the organization, in the order in which they were asked for.
    async fn list_tool_calls(&self, organization: OrganizationId, run: RunId) -> Result<Vec<ToolCall>, StoreError>;

    /// Up to `limit` runs of all organizations that have waited for approvals for too long by the database's clock, longest
    /// first.
    async fn list_expired_approvals(&self, limit: u32) -> Result<Vec<Run>, StoreError>;
}

/// Idempotency records.
#[async_trait]
pub trait IdempotencyQueries: Send + Sync + 'static {
    /// What a request with this key made. A record older than [`KEPT`](crate::idempotency::KEPT) may still be found until
    /// it is pruned.
    async fn find_idempotency(&self, scope: &IdempotencyScope) -> Result<Option<IdempotencyRecord>, StoreError>;
}

/// The event log.
#[async_trait]
pub trait EventQueries: Send + Sync + 'static {
    /// Up to `limit` (1 to 1,000) events of all organizations after a place, or from the beginning of what is kept, in the
    /// order of the log. An event is given only when none can any more become visible before it. A place is
    /// [`EventPage::Void`] if it is of another epoch, if its event was undone by a restore, or if any event after it was
    /// pruned; it outlives its own event.
    async fn list_events(&self, after: Option<EventCursor>, limit: u32) -> Result<EventPage, StoreError>;

    /// The place after the newest event that [`list_events`](Self::list_events) would give. It is not void.
    async fn end_of_events(&self) -> Result<EventCursor, StoreError>;

    /// Has an item after events were committed: by this process before the commit is answered, by another one soon. Many
    /// commits may have one item. It is a hint: it may come before its events are given, or without any, and that of
    /// another process may be lost with a connection. Whoever follows the log asks after each, and every second besides.
    fn wakeups(&self) -> Wakeups;
}

/// Has an item whenever there may be new events; ends with the store.
pub type Wakeups = BoxStream<'static, ()>;
