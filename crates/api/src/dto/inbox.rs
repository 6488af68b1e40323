use serde::{Deserialize, Serialize};
use stead_application::inbox::Started;
use stead_domain::{
    agent::Agent,
    page::Slice,
    ports::store::{InboxConversation, InboxKind, Speaker},
    preview::preview,
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{OwnerVisibilityBody, Time, avatar_address};

/// What somebody who was deleted is called.
pub(super) const GONE: &str = "Deleted user";

/// With whom a conversation is: a person, or an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChatType)]
pub enum ChatTypeBody {
    Profile,
    Agent,
}

impl From<InboxKind> for ChatTypeBody {
    fn from(kind: InboxKind) -> Self {
        match kind {
            InboxKind::Profile => Self::Profile,
            InboxKind::Agent => Self::Agent,
        }
    }
}

impl From<ChatTypeBody> for InboxKind {
    fn from(kind: ChatTypeBody) -> Self {
        match kind {
            ChatTypeBody::Profile => Self::Profile,
            ChatTypeBody::Agent => Self::Agent,
        }
    }
}

/// A conversation that was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StartedConversation)]
pub struct StartedBody {
    /// Its id: that of the direct channel, or of the thread.
    pub id: Uuid,
    /// With whom it is.
    pub chat_type: ChatTypeBody,
    /// Whether it was made for this.
    pub is_new: bool,
}

impl From<Started> for StartedBody {
    fn from(Started { id, kind, is_new, replayed: _ }: Started) -> Self {
        Self { id: id.uuid(), chat_type: kind.into(), is_new }
    }
}

impl StartedBody {
    /// An example for the document.
    pub fn sample() -> Self {
        let InboxConversationBody { id, chat_type, .. } = InboxConversationBody::sample();
        Self { id, chat_type, is_new: true }
    }
}

/// A person in a conversation, or whose agent it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Participant)]
pub struct ParticipantBody {
    /// Their id.
    pub user_id: Uuid,
    /// Their handle; null of somebody who was deleted.
    #[schema(required = true)]
    pub handle: Option<String>,
    /// What they are called; `Deleted user` of somebody who was deleted.
    pub display_name: String,
    /// Where their picture is.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
}

impl ParticipantBody {
    fn of(speaker: Speaker) -> Option<Self> {
        match speaker {
            Speaker::User { id, handle, display_name, avatar } => Some(Self {
                user_id: id.uuid(),
                handle: handle.map(|handle| handle.as_str().to_owned()),
                display_name: display_name.map_or_else(|| GONE.to_owned(), |name| name.into_string()),
                avatar_url: avatar.map(avatar_address),
            }),
            Speaker::Agent { .. } => None,
        }
    }
}

/// The agent of a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Avee)]
pub struct AveeBody {
    /// Its id.
    pub id: Uuid,
    /// Its handle.
    pub handle: String,
    /// What it is called.
    pub display_name: String,
    /// Where its picture is.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
}

impl AveeBody {
    fn of(agent: Agent) -> Self {
        Self {
            id: agent.id.uuid(),
            handle: agent.handle.as_str().to_owned(),
            display_name: agent.display_name.into_string(),
            avatar_url: agent.avatar_url,
        }
    }
}

/// A conversation of an inbox.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InboxConversation)]
pub struct InboxConversationBody {
    /// Its id: that of the direct channel, or of the thread, and good wherever those are.
    pub id: Uuid,
    /// With whom it is.
    pub chat_type: ChatTypeBody,
    /// The other person; of a conversation with an agent its owner, null where the organization owns it. Of what one's agents
    /// were told: who said it.
    #[schema(required = true)]
    pub other_participant: Option<ParticipantBody>,
    /// The agent; null where it is with a person.
    #[schema(required = true)]
    pub target_avee: Option<AveeBody>,
    /// When the newest message was sent; where there is none, when it was begun.
    pub last_message_at: Time,
    /// How the newest message begins, on one line; null where there is none, or none to be read.
    #[schema(required = true)]
    pub last_message_preview: Option<String>,
    /// How many messages of others are unread: up to 1,000.
    #[schema(minimum = 0, maximum = 1000)]
    pub unread_count: i64,
    /// How much of it the agent's owner may read. Absent where it is with a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = OwnerVisibilityBody, required = false)]
    pub owner_visibility: Option<OwnerVisibilityBody>,
}

impl From<InboxConversation> for InboxConversationBody {
    fn from(conversation: InboxConversation) -> Self {
        let InboxConversation { id, place: _, other, agent, last_message_at, last_message, unread_count } =
            conversation;
        Self {
            id: id.uuid(),
            chat_type: if agent.is_some() { ChatTypeBody::Agent } else { ChatTypeBody::Profile },
            other_participant: other.and_then(ParticipantBody::of),
            owner_visibility: agent.as_ref().map(|agent| agent.owner_visibility.into()),
            target_avee: agent.map(|agent| AveeBody::of(*agent)),
            last_message_at: Time(last_message_at),
            last_message_preview: last_message.as_deref().map(preview),
            unread_count,
        }
    }
}

impl InboxConversationBody {
    fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0020),
            chat_type: ChatTypeBody::Profile,
            other_participant: Some(ParticipantBody {
                user_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0003),
                handle: Some("johndoe".to_owned()),
                display_name: "John Doe".to_owned(),
                avatar_url: None,
            }),
            target_avee: None,
            last_message_at: Time::sample(60),
            last_message_preview: Some("Hello!".to_owned()),
            unread_count: 3,
            owner_visibility: None,
        }
    }
}

/// A page of an inbox, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Inbox)]
pub struct InboxBody {
    /// The conversations.
    pub conversations: Vec<InboxConversationBody>,
    /// There are older ones: pass it as `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub next_before: Option<Uuid>,
    /// There are newer ones: pass it as `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub next_after: Option<Uuid>,
}

impl From<Slice<InboxConversation>> for InboxBody {
    fn from(slice: Slice<InboxConversation>) -> Self {
        let (next_before, next_after) = crate::paging::neighbours(&slice, |conversation| conversation.place);
        let conversations = slice.items.into_iter().rev().map(InboxConversationBody::from).collect();
        Self { conversations, next_before, next_after }
    }
}

impl InboxBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self { conversations: vec![InboxConversationBody::sample()], next_before: None, next_after: None }
    }
}
