use crate::{
    AgentId, ConversationId, FileId, InvitationId, JobId, McpServerId, MessageId, OrganizationId, RunId, Timestamp,
    UserId,
    channel::MemberRole,
    run::{Lease, RunStatus},
    user::OrganizationRole,
};

/// A condition that is checked inside the transaction, and cannot cease to hold before it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// The user is a member of the conversation and it is not deleted.
    Member {
        /// The conversation.
        conversation: ConversationId,
        /// The user.
        user: UserId,
    },
    /// The thread exists in the organization and is not deleted. Its row is locked until the end: commits that guard the
    /// same thread happen one after the other, and each sees what the one before did.
    Thread {
        /// The organization.
        organization: OrganizationId,
        /// The thread.
        conversation: ConversationId,
    },
    /// The channel exists in the organization, and is not deleted before the end.
    Channel {
        /// The organization.
        organization: OrganizationId,
        /// The channel.
        conversation: ConversationId,
    },
    /// The user is a member of the conversation with at least this role.
    MemberRole {
        /// The conversation.
        conversation: ConversationId,
        /// The user.
        user: UserId,
        /// The least role.
        at_least: MemberRole,
    },
    /// The channel has an admin besides this user who is neither deactivated nor deleted. Its row is locked until the end, as
    /// with [`Guard::MemberRoom`]: commits that guard either of the same channel happen one after the other.
    AnotherAdmin {
        /// The channel.
        conversation: ConversationId,
        /// The user who does not count.
        besides: UserId,
    },
    /// With so many more the channel has at most `max` members; people who are deactivated count too. Its row is locked
    /// until the end.
    MemberRoom {
        /// The channel.
        conversation: ConversationId,
        /// How many come.
        more: i64,
        /// How many there may be.
        max: i64,
    },
    /// The organization exists and is not deleted.
    Organization(OrganizationId),
    /// The user is of the organization, neither deactivated nor deleted, and has at least this role.
    User {
        /// The organization.
        organization: OrganizationId,
        /// The user.
        user: UserId,
        /// The least role.
        at_least: OrganizationRole,
    },
    /// The organization has an owner besides this user: a person, neither deactivated nor deleted. Put it, like
    /// [`Guard::SoleMember`], before guards of users: it locks the organization, so that commits that guard its owners or
    /// members happen one after the other.
    AnotherOwner {
        /// The organization.
        organization: OrganizationId,
        /// The user who does not count.
        besides: UserId,
    },
    /// There is nobody in the organization besides this user: no other person who is neither deactivated nor deleted.
    SoleMember {
        /// The organization.
        organization: OrganizationId,
        /// The user.
        user: UserId,
    },
    /// The invitation can be taken at this time. It is locked until the end.
    Invitation {
        /// The invitation.
        invitation: InvitationId,
        /// When.
        at: Timestamp,
    },
    /// The agent exists in the organization and is not deleted.
    Agent {
        /// The organization.
        organization: OrganizationId,
        /// The agent.
        agent: AgentId,
    },
    /// The server of tools exists in the organization, and is not removed before the end.
    McpServer {
        /// The organization.
        organization: OrganizationId,
        /// The server.
        server: McpServerId,
    },
    /// The newest active message of the conversation is this one; `None`: it has none.
    Newest {
        /// The conversation.
        conversation: ConversationId,
        /// That message.
        message: Option<MessageId>,
    },
    /// The message is of the conversation and not deleted, and stays so until the end. Guard the thread, or the member, before
    /// it.
    Message {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        message: MessageId,
    },
    /// Fewer than `max` messages of the channel are pinned. Commits that guard this of one channel happen one after the other.
    PinRoom {
        /// The channel.
        channel: ConversationId,
        /// The limit.
        max: i64,
    },
    /// Fewer than `max` runs of the agent are queued in the conversation.
    QueueRoom {
        /// The conversation.
        conversation: ConversationId,
        /// The agent.
        agent: AgentId,
        /// The limit.
        max: i64,
    },
    /// Fewer than `max` messages were stored in this user's stead since then, deleted since or not. Their row is locked until
    /// the end, so that commits that guard this of one user happen one after the other. Put it before guards of users.
    StandInRoom {
        /// The organization.
        organization: OrganizationId,
        /// Who is stood in for.
        user: UserId,
        /// Since when they count.
        since: Timestamp,
        /// The limit.
        max: i64,
    },
    /// Each of the files is there, in the organization, and the user may read it as a
    /// [`FileRight::Reader`](super::FileRight::Reader). They stay until the end.
    Files {
        /// The organization.
        organization: OrganizationId,
        /// The user.
        user: UserId,
        /// The files.
        files: Vec<FileId>,
    },
    /// The organization is not deleted, and with `size` bytes more its files have at most `max`. It is locked, so that
    /// commits that guard its room happen one after the other. Put it before guards of users.
    StorageRoom {
        /// The organization.
        organization: OrganizationId,
        /// How many bytes come.
        size: u64,
        /// How many there may be.
        max: u64,
    },
    /// The subject has this version.
    Version(Versioned, i64),
    /// The run is running or awaiting approval, and held under this lease, lapsed or not.
    RunLease {
        /// The run.
        run: RunId,
        /// The lease.
        lease: Lease,
    },
    /// The run has this status.
    RunStatus {
        /// The run.
        run: RunId,
        /// The status.
        status: RunStatus,
    },
    /// The run awaits approval, of exactly so many calls. Guard the thread before it: then decisions happen one after the
    /// other.
    Undecided {
        /// The run.
        run: RunId,
        /// How many calls wait.
        calls: i64,
    },
    /// The job is held under this lease, lapsed or not.
    JobLease {
        /// The job.
        job: JobId,
        /// The lease.
        lease: Lease,
    },
}

/// Something with a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioned {
    /// An organization.
    Organization(OrganizationId),
    /// A user.
    User(UserId),
    /// An agent.
    Agent(AgentId),
    /// A server of tools.
    McpServer(McpServerId),
    /// A thread.
    Thread(ConversationId),
    /// A channel: its row is locked until the end.
    Channel(ConversationId),
    /// A message.
    Message(MessageId),
    /// How a user wants to be stood in for: 0 of somebody who has never set any.
    Persona(UserId),
}
