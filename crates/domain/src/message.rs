//! A message: what was said in a conversation, by whom, and in what state it is.

use crate::{AgentId, ConversationId, Json, MessageId, OrganizationId, RunId, Timestamp, UserId, text::Text};

/// What a person sends: up to 40,000 characters, none only where files come with it.
pub type Content = Text<0, 40_000>;
/// What a person sends as HTML beside it: up to 160,000 characters, cleaned before it is kept.
pub type ContentHtml = Text<0, 160_000>;

/// One message of any conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id, which is also its place: ids are minted right before the commit.
    pub id: MessageId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// Who said it.
    pub author: Author,
    /// What it is to a model.
    pub role: MessageRole,
    /// Whether a model wrote it.
    pub from_ai: bool,
    /// The text, Markdown.
    pub content: String,
    /// The text as clean HTML.
    pub content_html: String,
    /// What the client, or for an answer the server, keeps with it.
    pub metadata: Json,
    /// In a channel: the message it replies to.
    pub reply_to_id: Option<MessageId>,
    /// In a thread: the message before it on its branch.
    pub branch_parent_id: Option<MessageId>,
    /// Whether it is on the branch that is shown and continued.
    pub active: bool,
    /// The run that writes or wrote it.
    pub run_id: Option<RunId>,
    /// How far it is.
    pub status: MessageStatus,
    /// The sender's own id for it: unique for that sender.
    pub client_id: Option<uuid::Uuid>,
    /// Raised by every change.
    pub version: i64,
    /// When it was sent; for an answer, when it was asked for.
    pub created_at: Timestamp,
    /// When its text was last edited.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted. Its place stays, its text, files and reactions are gone.
    pub deleted_at: Option<Timestamp>,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// A person.
    User(UserId),
    /// An agent, for itself or standing in for a person.
    Agent {
        /// The agent.
        agent: AgentId,
        /// The person it stood in for.
        on_behalf_of: Option<UserId>,
    },
    /// Stead itself.
    System,
}

/// What a message is to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageRole {
    /// From a person.
    User,
    /// From the agent.
    Assistant,
    /// An instruction.
    System,
}

/// How far a message is. A person's message is complete at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageStatus {
    /// An answer that waits for its run to start.
    Queued,
    /// An answer that is being written.
    Streaming,
    /// Whole.
    Complete,
    /// Stopped by its person; the text so far is kept.
    Cancelled,
    /// Its run failed; the text so far is kept.
    Failed,
}
