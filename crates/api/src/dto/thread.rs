use serde::Serialize;
use serde_json::{Value, json};
use stead_application::{
    citations::{CitationsOf, Cited},
    threads::ThreadView,
};
use stead_domain::{agent::OwnerVisibility, thread::Thread};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MessageBody, OwnerVisibilityBody, Time};

/// One person's conversation with one agent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Thread)]
pub struct ThreadBody {
    /// Its id.
    pub id: Uuid,
    /// Who answers.
    pub agent_id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// Its organization.
    pub organization_id: Uuid,
    /// What it is called.
    #[schema(required = true)]
    pub title: Option<String>,
    /// What the client keeps with it.
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// When it was made.
    pub created_at: Time,
    /// When its title, archive flag or metadata last changed.
    pub updated_at: Time,
    /// Filed away. It still takes messages.
    pub archived: bool,
    /// Its latest messages, oldest to newest.
    pub messages: Vec<MessageBody>,
    /// The channel it is about, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub channel_id: Option<Uuid>,
    /// When it was made, or last got a message or an answer.
    pub last_activity_at: Time,
    /// How much of it the agent's owner may read.
    pub owner_visibility: OwnerVisibilityBody,
    /// How many messages its active branch has; on a single thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false, minimum = 0)]
    pub message_count: Option<i64>,
}

impl From<ThreadView> for ThreadBody {
    /// Of a thread without messages.
    fn from(view: ThreadView) -> Self {
        Self::of(view, &mut CitationsOf::new())
    }
}

impl From<Cited<ThreadView>> for ThreadBody {
    fn from(Cited { shown, mut citations }: Cited<ThreadView>) -> Self {
        Self::of(shown, &mut citations)
    }
}

impl ThreadBody {
    /// With what its answers were made from.
    pub fn of(view: ThreadView, citations: &mut CitationsOf) -> Self {
        let ThreadView { thread, owner_visibility, messages, message_count } = view;
        let Thread {
            id,
            organization_id,
            agent_id,
            inbox: _,
            user_id,
            channel_id,
            title,
            title_source: _,
            metadata,
            archived,
            version: _,
            created_at,
            updated_at,
            last_activity_at,
        } = thread;
        Self {
            id: id.uuid(),
            agent_id: agent_id.uuid(),
            user_id: user_id.uuid(),
            organization_id: organization_id.uuid(),
            title: title.map(|title| title.into_string()),
            metadata: metadata.into_value(),
            created_at: Time(created_at),
            updated_at: Time(updated_at),
            archived,
            messages: messages.into_iter().map(|said| MessageBody::of(said, citations)).collect(),
            channel_id: channel_id.map(Uuid::from),
            last_activity_at: Time(last_activity_at),
            owner_visibility: owner_visibility.into(),
            message_count,
        }
    }
}

impl ThreadBody {
    /// A thread alone.
    pub fn without_messages(thread: Thread, owner_visibility: OwnerVisibility) -> Self {
        ThreadView { thread, owner_visibility, messages: Vec::new(), message_count: None }.into()
    }

    /// A new thread, as an example for the document.
    pub fn sample_new() -> Self {
        Self {
            title: None,
            messages: Vec::new(),
            message_count: Some(0),
            last_activity_at: Time::sample(30),
            ..Self::sample()
        }
    }

    /// A thread that is under way, as an example for the document.
    pub fn sample() -> Self {
        let question = MessageBody::sample_question();
        Self {
            id: question.thread_id,
            agent_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0003),
            user_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            organization_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0001),
            title: Some("The word stead".to_owned()),
            metadata: json!({}),
            created_at: Time::sample(30),
            updated_at: Time::sample(30),
            archived: false,
            messages: vec![question, MessageBody::sample_answer()],
            channel_id: None,
            last_activity_at: Time::sample(60),
            owner_visibility: OwnerVisibilityBody::Metadata,
            message_count: Some(2),
        }
    }

    /// A list, as an example for the document.
    pub fn sample_list() -> Vec<Self> {
        vec![Self { message_count: None, ..Self::sample() }]
    }
}
