use serde::Serialize;
use stead_domain::{
    AvatarId,
    message::{Author, Message},
    ports::store::Speaker,
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::avatar_address;

/// Who said something, as they are now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Author)]
pub struct AuthorBody {
    /// A person, an agent, or Stead itself.
    pub kind: AuthorKindBody,
    /// The user's or the agent's id; null for Stead itself.
    #[schema(required = true)]
    pub id: Option<Uuid>,
    /// Their handle; null of somebody who was deleted.
    #[schema(required = true)]
    pub handle: Option<String>,
    /// What they are called; null of somebody who was deleted.
    #[schema(required = true)]
    pub display_name: Option<String>,
    /// Where their picture is.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
}

/// Who says things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuthorKind)]
pub enum AuthorKindBody {
    User,
    Agent,
    System,
}

impl AuthorBody {
    /// The author of a message, of whom this is known.
    pub fn of(message: &Message, known: Option<Speaker>) -> Self {
        let nothing = |kind, id| Self { kind, id, handle: None, display_name: None, avatar_url: None };
        match (known, message.author) {
            (Some(speaker), _) => speaker.into(),
            (None, Author::User(user)) => nothing(AuthorKindBody::User, Some(user.uuid())),
            (None, Author::Agent { agent, .. }) => nothing(AuthorKindBody::Agent, Some(agent.uuid())),
            (None, Author::System) => nothing(AuthorKindBody::System, None),
        }
    }

    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            kind: AuthorKindBody::User,
            id: Some(Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002)),
            handle: Some("ann".to_owned()),
            display_name: Some("Ann".to_owned()),
            avatar_url: Some(avatar_address(AvatarId::new(Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0009)))),
        }
    }
}

impl From<Speaker> for AuthorBody {
    fn from(speaker: Speaker) -> Self {
        match speaker {
            Speaker::User { id, handle, display_name, avatar } => Self {
                kind: AuthorKindBody::User,
                id: Some(id.uuid()),
                handle: handle.map(|handle| handle.as_str().to_owned()),
                display_name: display_name.map(|name| name.into_string()),
                avatar_url: avatar.map(avatar_address),
            },
            Speaker::Agent { id, handle, display_name, avatar_url } => Self {
                kind: AuthorKindBody::Agent,
                id: Some(id.uuid()),
                handle: Some(handle.as_str().to_owned()),
                display_name: Some(display_name.into_string()),
                avatar_url,
            },
        }
    }
}
