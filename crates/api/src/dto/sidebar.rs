use serde::Serialize;
use stead_application::{
    assistant::{Sidebar, Summary},
    citations::CitationsOf,
};
use stead_domain::{message::MessageRole, ports::store::ThreadMessage};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CitationBody, MessageStatusBody, Time, citation::MadeFrom};

/// A conversation beside a channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelConversation)]
pub struct SidebarBody {
    /// Its id.
    pub id: Uuid,
    /// The channel that it is about.
    pub channel_id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// What was said in it, oldest to newest.
    pub messages: Vec<SidebarMessageBody>,
    /// When it was begun.
    pub created_at: Time,
    /// When something in it last changed.
    pub updated_at: Time,
    /// When it last got a message.
    pub last_message: Time,
}

/// A message of such a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelConversationMessage)]
pub struct SidebarMessageBody {
    /// Its id.
    pub id: Uuid,
    /// The text, Markdown.
    pub content: String,
    /// Who said it.
    pub role: SidebarRoleBody,
    /// When.
    pub timestamp: Time,
    /// What else is known of it; null of a question that names nobody.
    #[schema(required = true)]
    pub parameters: Option<SidebarParametersBody>,
}

/// Who says something in such a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChannelConversationRole)]
pub enum SidebarRoleBody {
    User,
    Assistant,
}

/// What else is known of such a message.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelConversationParameters)]
pub struct SidebarParametersBody {
    /// Of a question: whose messages alone were looked through.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub from_user_id: Option<Uuid>,
    /// Of an answer: what it was made from.
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
    /// Of an answer: how far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = MessageStatusBody, required = false)]
    pub status: Option<MessageStatusBody>,
    /// Of an answer: the run that writes or wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub run_id: Option<Uuid>,
}

/// Conversations beside a channel, newest activity first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChannelConversations)]
pub struct SidebarsBody {
    /// They.
    pub conversations: Vec<SidebarBody>,
}

/// A conversation that was begun, and its first answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChannelQueryAnswer)]
pub struct QueryAnswerBody {
    /// The conversation.
    pub conversation: SidebarBody,
    /// The answer.
    pub message: SidebarMessageBody,
}

/// What happened, in short.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChannelSummary)]
pub struct SummaryBody {
    /// Markdown: a line that says what it is of, an empty line, then one bullet a topic.
    pub summary: String,
    /// The messages that it points at.
    pub citations: Vec<CitationBody>,
}

impl From<Summary> for SummaryBody {
    fn from(Summary { text, citations }: Summary) -> Self {
        Self { summary: text, citations: citations.into_iter().map(CitationBody::from).collect() }
    }
}

impl From<Sidebar> for SidebarBody {
    fn from(Sidebar { thread, messages, mut citations }: Sidebar) -> Self {
        let messages = messages.into_iter().filter_map(|said| SidebarMessageBody::of(said, &mut citations)).collect();
        Self {
            id: thread.id.uuid(),
            channel_id: thread.channel_id.unwrap_or(thread.id).uuid(),
            user_id: thread.user_id.uuid(),
            messages,
            created_at: Time(thread.created_at),
            updated_at: Time(thread.updated_at.max(thread.last_activity_at)),
            last_message: Time(thread.last_activity_at),
        }
    }
}

impl SidebarMessageBody {
    /// A message; none for one of the system's.
    fn of(said: ThreadMessage, citations: &mut CitationsOf) -> Option<Self> {
        let message = said.message;
        let (role, parameters) = match message.role {
            MessageRole::User => (SidebarRoleBody::User, from_user(&message)),
            MessageRole::Assistant => {
                let MadeFrom { citations, stale, degraded } = MadeFrom::of(&message, citations);
                let parameters = SidebarParametersBody {
                    from_user_id: None,
                    citations,
                    stale,
                    degraded,
                    status: Some(message.status.into()),
                    run_id: message.run_id.map(Uuid::from),
                };
                (SidebarRoleBody::Assistant, Some(parameters))
            }
            MessageRole::System => return None,
        };
        Some(Self {
            id: message.id.uuid(),
            content: message.content,
            role,
            timestamp: Time(message.created_at),
            parameters,
        })
    }
}

fn from_user(message: &stead_domain::message::Message) -> Option<SidebarParametersBody> {
    let user = message.metadata.value().get(stead_application::assistant::FROM_USER)?.as_str()?.parse().ok()?;
    Some(SidebarParametersBody { from_user_id: Some(user), ..SidebarParametersBody::default() })
}

impl SidebarMessageBody {
    /// The same once more.
    pub fn again(&self) -> Self {
        Self {
            id: self.id,
            content: self.content.clone(),
            role: self.role,
            timestamp: self.timestamp,
            parameters: self.parameters.clone(),
        }
    }
}

impl SidebarBody {
    /// One, as an example for the document.
    pub fn sample() -> Self {
        let id = Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0021);
        Self {
            id,
            channel_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0005),
            user_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            messages: vec![
                SidebarMessageBody {
                    id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0022),
                    content: "When is the release?".to_owned(),
                    role: SidebarRoleBody::User,
                    timestamp: Time::sample(0),
                    parameters: None,
                },
                SidebarMessageBody::sample(),
            ],
            created_at: Time::sample(0),
            updated_at: Time::sample(0),
            last_message: Time::sample(0),
        }
    }
}

impl SidebarMessageBody {
    /// An answer, as an example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0023),
            content: "On Monday [1].".to_owned(),
            role: SidebarRoleBody::Assistant,
            timestamp: Time::sample(0),
            parameters: Some(SidebarParametersBody {
                citations: Some(vec![CitationBody::sample()]),
                stale: Some(false),
                degraded: Some(false),
                status: Some(MessageStatusBody::Complete),
                ..SidebarParametersBody::default()
            }),
        }
    }
}
