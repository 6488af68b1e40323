use async_trait::async_trait;

use super::{StoreError, ThreadMessage};
use crate::{
    ApiKeyId, ConversationId, FileId, MessageId, RunId, SessionId, Timestamp, UserId, agent::OwnerVisibility,
    file::File, run::Run, thread::Thread,
};

/// What a node asks to tell those connected to it of events: of all organizations at once, since what it tells is
/// filtered by [`members_among`](Self::members_among) and the event's own organization. Each takes up to 1,000 ids (users:
/// 10,000) and one statement, or a constant number of them; the order of the answers is not defined.
#[async_trait]
pub trait RealtimeQueries: Send + Sync + 'static {
    /// Those of these messages that are in threads, whose conversation is not deleted and that are still kept. What a
    /// thread's person says of them comes with them.
    async fn thread_messages_by_id(&self, ids: Vec<MessageId>) -> Result<Vec<ThreadMessage>, StoreError>;

    /// Those of these threads that are not deleted and are still kept, each with how much its agent's owner may read of it.
    async fn threads_by_id(&self, ids: Vec<ConversationId>) -> Result<Vec<(Thread, OwnerVisibility)>, StoreError>;

    /// Those of these runs whose conversation is not deleted and that are under way or still kept.
    async fn runs_by_id(&self, ids: Vec<RunId>) -> Result<Vec<Run>, StoreError>;

    /// Those of these files that there are.
    async fn files_by_id(&self, ids: Vec<FileId>) -> Result<Vec<File>, StoreError>;

    /// Which of these users are members of which of these conversations now, deleted or not.
    async fn members_among(
        &self,
        conversations: Vec<ConversationId>,
        users: Vec<UserId>,
    ) -> Result<Vec<RoomMember>, StoreError>;

    /// Those of these sign-ins and keys that are good at `now`: neither ended nor over, and their user may come in.
    async fn good_credentials(
        &self,
        sessions: Vec<SessionId>,
        keys: Vec<ApiKeyId>,
        now: Timestamp,
    ) -> Result<(Vec<SessionId>, Vec<ApiKeyId>), StoreError>;
}

/// That a user is a member of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RoomMember {
    /// The conversation.
    pub conversation: ConversationId,
    /// The user.
    pub user: UserId,
    /// Whether it is a conversation with an agent, and not a channel.
    pub in_thread: bool,
}
