use serde::Serialize;
use stead_application::{citations::CitationsOf, inbox::InboxMessage};
use stead_domain::{message::Author, ports::store::Speaker};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    CitationBody, MessageStatusBody, Time, author::AuthorKindBody, avatar_address, citation::MadeFrom, inbox::GONE,
    page::page_body,
};

/// A message of an inbox conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InboxMessage)]
pub struct InboxMessageBody {
    /// Its id, which is also its place: ids sort by time.
    pub id: Uuid,
    /// Its conversation.
    pub conversation_id: Uuid,
    /// Who sent it; of an agent's, for whom it stood in, or whose agent it is, null where that is nobody.
    #[schema(required = true)]
    pub sender_user_id: Option<Uuid>,
    /// A person, an agent, or Stead itself.
    pub sender_type: AuthorKindBody,
    /// The agent, where one sent it.
    #[schema(required = true)]
    pub sender_avee_id: Option<Uuid>,
    /// The text, Markdown; empty of a message that was deleted.
    pub content: String,
    /// When it was sent; of an answer, when it was asked for.
    pub created_at: Time,
    /// How far it is: an answer may still be being written.
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
    /// When it was deleted; absent where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Time, required = false)]
    pub deleted_at: Option<Time>,
    /// Who sent it, as they are now; null where it is nobody.
    #[schema(required = true)]
    pub sender_info: Option<SenderInfoBody>,
}

/// Who sent a message, as they are now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SenderInfo)]
pub struct SenderInfoBody {
    /// The person; of an agent, for whom it stood in, or whose agent it is, null where that is nobody.
    #[schema(required = true)]
    pub user_id: Option<Uuid>,
    /// Their handle, or the agent's; null of somebody who was deleted.
    #[schema(required = true)]
    pub handle: Option<String>,
    /// What they are called, or the agent is; `Deleted user` of somebody who was deleted.
    pub display_name: String,
    /// Where their picture is, or the agent's.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
}

impl SenderInfoBody {
    fn of(sender: Option<Speaker>, user_id: Option<Uuid>) -> Self {
        match sender {
            Some(Speaker::User { id: _, handle, display_name, avatar }) => Self {
                user_id,
                handle: handle.map(|handle| handle.as_str().to_owned()),
                display_name: display_name.map_or_else(|| GONE.to_owned(), |name| name.into_string()),
                avatar_url: avatar.map(avatar_address),
            },
            Some(Speaker::Agent { id: _, handle, display_name, avatar_url }) => Self {
                user_id,
                handle: Some(handle.as_str().to_owned()),
                display_name: display_name.into_string(),
                avatar_url,
            },
            None => Self { user_id, handle: None, display_name: GONE.to_owned(), avatar_url: None },
        }
    }
}

impl From<InboxMessage> for InboxMessageBody {
    /// Of a message that no model wrote.
    fn from(said: InboxMessage) -> Self {
        Self::of(said, &mut CitationsOf::new())
    }
}

impl InboxMessageBody {
    /// With what it was made from, if a model wrote it.
    pub fn of(InboxMessage { message, sender, sender_user }: InboxMessage, citations: &mut CitationsOf) -> Self {
        let MadeFrom { citations, stale, degraded } = MadeFrom::of(&message, citations);
        let user = sender_user.map(|user| user.uuid());
        let (sender_type, agent) = match message.author {
            Author::User(_) => (AuthorKindBody::User, None),
            Author::Agent { agent, on_behalf_of: _ } => (AuthorKindBody::Agent, Some(agent.uuid())),
            Author::System => (AuthorKindBody::System, None),
        };
        let is_somebody = !matches!(message.author, Author::System);
        Self {
            id: message.id.uuid(),
            conversation_id: message.conversation_id.uuid(),
            sender_user_id: user,
            sender_type,
            sender_avee_id: agent,
            content: message.content,
            created_at: Time(message.created_at),
            status: message.status.into(),
            citations,
            stale,
            degraded,
            deleted_at: message.deleted_at.map(Time),
            sender_info: is_somebody.then(|| SenderInfoBody::of(sender, user)),
        }
    }
}

impl InboxMessageBody {
    /// An example for the document.
    pub fn sample() -> Self {
        let id = |n: u128| Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0000 + n);
        Self {
            id: id(0x30),
            conversation_id: id(0x20),
            sender_user_id: Some(id(2)),
            sender_type: AuthorKindBody::User,
            sender_avee_id: None,
            content: "Hello!".to_owned(),
            created_at: Time::sample(60),
            status: MessageStatusBody::Complete,
            citations: None,
            stale: None,
            degraded: None,
            deleted_at: None,
            sender_info: Some(SenderInfoBody {
                user_id: Some(id(2)),
                handle: Some("ann".to_owned()),
                display_name: "Ann".to_owned(),
                avatar_url: None,
            }),
        }
    }
}

page_body! {
    /// A page of messages, oldest to newest.
    pub struct InboxMessagesBody as InboxMessageList {
        /// The messages.
        messages: InboxMessageBody,
    }
    from cited InboxMessage, at |said| said.message.id.uuid(), such as vec![InboxMessageBody::sample()]
}
