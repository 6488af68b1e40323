use serde::Serialize;
use stead_domain::user::{Profile, User};
use utoipa::ToSchema;

use super::{UserBody, avatar_address, page::page_body};

page_body! {
    /// A page of users, oldest to newest.
    pub struct UsersBody as UserList {
        /// The users.
        users: UserBody,
    }
    from User, at |user| user.id.uuid()
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
