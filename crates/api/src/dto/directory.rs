use serde::Serialize;
use stead_domain::{
    page::Slice,
    user::{Profile, User},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{UserBody, avatar_address};
use crate::paging::neighbours;

/// A page of users, oldest to newest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserList)]
pub struct UsersBody {
    /// The users.
    pub users: Vec<UserBody>,
    /// There are older ones: pass it as `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub next_before: Option<Uuid>,
    /// There are newer ones: pass it as `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub next_after: Option<Uuid>,
}

impl From<Slice<User>> for UsersBody {
    fn from(slice: Slice<User>) -> Self {
        let (next_before, next_after) = neighbours(&slice, |user| user.id.uuid());
        Self { users: slice.items.into_iter().map(UserBody::from).collect(), next_before, next_after }
    }
}

impl UsersBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self { users: vec![UserBody::sample()], next_before: None, next_after: None }
    }
}

/// What anybody may know of a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Profile)]
pub struct ProfileBody {
    /// Unique on the server.
    pub handle: String,
    /// What they are called.
    pub display_name: String,
    /// Where their picture is, on this server; another picture has another address.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
    /// What they say of themselves.
    #[schema(required = true)]
    pub bio: Option<String>,
    /// Whether they have an agent that members of their organization may talk to.
    pub has_agent: bool,
}

impl From<Profile> for ProfileBody {
    fn from(Profile { user, has_agent }: Profile) -> Self {
        Self {
            handle: user.handle.as_str().to_owned(),
            display_name: user.display_name.into_string(),
            avatar_url: user.avatar.map(avatar_address),
            bio: user.bio.map(|bio| bio.into_string()),
            has_agent,
        }
    }
}

impl ProfileBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            handle: "ann".to_owned(),
            display_name: "Ann".to_owned(),
            avatar_url: None,
            bio: Some("Reads everything.".to_owned()),
            has_agent: true,
        }
    }
}
