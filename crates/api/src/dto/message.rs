use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stead_application::citations::{CitationsOf, Cited};
use stead_domain::{
    message::{Message, MessageRole, MessageStatus},
    ports::store::ThreadMessage,
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AttachmentBody, CitationBody, FeedbackBody, Time, citation::MadeFrom, page::page_body, tool_call::ToolCallBody,
};

/// One message of a thread.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageBody {
    /// Its id, which is also its place: ids sort by time.
    pub id: Uuid,
    /// Its thread.
    pub thread_id: Uuid,
    /// The text, Markdown.
    pub content: String,
    /// The text as clean HTML.
    pub content_html: String,
    /// Who said it: the person, or the agent.
    pub role: MessageRoleBody,
    /// What the agent had done by tools.
    pub tool_calls: Vec<ToolCallBody>,
    /// The files that came with it.
    pub attachments: Vec<AttachmentBody>,
    /// What the client keeps with it; of an answer `in_reply_to`, `run_id` and more.
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// When it was sent; of an answer, when it was asked for.
    pub created_at: Time,
    /// The message before it on its branch.
    #[schema(required = true)]
    pub parent_id: Option<Uuid>,
    /// Whether it is on the branch that is shown and continued.
    pub active: bool,
    /// How far it is.
    pub status: MessageStatusBody,
    /// Of an answer: what it was made from, as far as the reader may read that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<CitationBody>, required = false)]
    pub citations: Option<Vec<CitationBody>>,
    /// Of an answer: something it points at was changed or deleted since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    pub stale: Option<bool>,
    /// Of an answer: where that was looked up only words counted, not what is meant. There may be more that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    pub degraded: Option<bool>,
    /// What the thread's person says of it, for them alone; absent where they say nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = FeedbackBody, required = false)]
    pub feedback: Option<FeedbackBody>,
}

/// What a message is to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MessageRole)]
pub enum MessageRoleBody {
    User,
    Assistant,
    System,
}

/// How far a message is. A person's message is complete at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MessageStatus)]
pub enum MessageStatusBody {
    Queued,
    Streaming,
    Complete,
    Cancelled,
    Failed,
}

impl From<MessageStatus> for MessageStatusBody {
    fn from(status: MessageStatus) -> Self {
        match status {
            MessageStatus::Queued => Self::Queued,
            MessageStatus::Streaming => Self::Streaming,
            MessageStatus::Complete => Self::Complete,
            MessageStatus::Cancelled => Self::Cancelled,
            MessageStatus::Failed => Self::Failed,
        }
    }
}

impl From<ThreadMessage> for MessageBody {
    /// Of a message that no model wrote.
    fn from(said: ThreadMessage) -> Self {
        Self::of(said, &mut CitationsOf::new())
    }
}

impl From<Cited<ThreadMessage>> for MessageBody {
    fn from(Cited { shown, mut citations }: Cited<ThreadMessage>) -> Self {
        Self::of(shown, &mut citations)
    }
}

impl MessageBody {
    /// With what it was made from, if a model wrote it.
    pub fn of(said: ThreadMessage, citations: &mut CitationsOf) -> Self {
        let ThreadMessage { message, tool_calls, attachments, feedback } = said;
        let MadeFrom { citations, stale, degraded } = MadeFrom::of(&message, citations);
        let Message {
            id,
            organization_id: _,
            conversation_id,
            author: _,
            role,
            from_ai: _,
            content,
            content_html,
            metadata,
            reply_to_id: _,
            branch_parent_id,
            active,
            run_id: _,
            status,
            client_id: _,
            version: _,
            created_at,
            edited_at: _,
            deleted_at: _,
        } = message;
        Self {
            id: id.uuid(),
            thread_id: conversation_id.uuid(),
            content,
            content_html,
            role: match role {
                MessageRole::User => MessageRoleBody::User,
                MessageRole::Assistant => MessageRoleBody::Assistant,
                MessageRole::System => MessageRoleBody::System,
            },
            tool_calls: tool_calls.into_iter().map(ToolCallBody::from).collect(),
            attachments: attachments.into_iter().map(AttachmentBody::from).collect(),
            metadata: metadata.into_value(),
            created_at: Time(created_at),
            parent_id: branch_parent_id.map(Uuid::from),
            active,
            status: status.into(),
            citations,
            stale,
            degraded,
            feedback: feedback.map(FeedbackBody::from),
        }
    }
}

impl MessageBody {
    /// A question, as an example for the document.
    pub fn sample_question() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0006),
            thread_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0005),
            content: "What is a *stead*?".to_owned(),
            content_html: "<p>What is a <em>stead</em>?</p>\n".to_owned(),
            role: MessageRoleBody::User,
            tool_calls: Vec::new(),
            attachments: Vec::new(),
            metadata: json!({"client": "cli"}),
            created_at: Time::sample(60),
            parent_id: None,
            active: true,
            status: MessageStatusBody::Complete,
            citations: None,
            stale: None,
            degraded: None,
            feedback: None,
        }
    }

    /// Its answer.
    pub fn sample_answer() -> Self {
        let question = Self::sample_question();
        let run = Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0008);
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0007),
            content: "A place.".to_owned(),
            content_html: "<p>A place.</p>\n".to_owned(),
            role: MessageRoleBody::Assistant,
            metadata: json!({"in_reply_to": question.id, "run_id": run, "model": "gpt-4.1-mini"}),
            parent_id: Some(question.id),
            citations: Some(vec![CitationBody::sample()]),
            stale: Some(false),
            degraded: Some(false),
            ..question
        }
    }
}

page_body! {
    /// A page of messages, oldest to newest.
    pub struct MessagesBody as MessageList {
        /// The messages.
        messages: MessageBody,
    }
    from cited ThreadMessage, at |said| said.message.id.uuid(),
    such as vec![MessageBody::sample_question(), MessageBody::sample_answer()]
}
