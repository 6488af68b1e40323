use serde::{Deserialize, Serialize};
use stead_domain::{
    AvatarId,
    organization::TokenBudget,
    user::{OrganizationRole, User, UserKind},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Time, avatar_address};

/// A member of an organization.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserBody {
    /// Their id.
    pub id: Uuid,
    /// Their organization.
    pub organization_id: Uuid,
    /// Person or service.
    pub kind: UserKindBody,
    /// What they may do in the organization.
    pub role: RoleBody,
    /// Unique on the server.
    pub handle: String,
    /// Unique on the server. Null: a service has none, and those of others are for admins.
    #[schema(required = true)]
    pub email: Option<String>,
    /// What they are called.
    pub display_name: String,
    /// What they say of themselves.
    #[schema(required = true)]
    pub bio: Option<String>,
    /// Where their picture is, on this server; another picture has another address.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
    /// How many tokens agents may use for them in a calendar month in UTC, those of prompts and answers together. Null: as many
    /// as the organization's `ai_budget_per_user` says; and that of others is for admins.
    #[schema(required = true, minimum = 1, maximum = 1_000_000_000_000_i64)]
    pub ai_budget: Option<i64>,
    /// Since when they may no longer sign in; absent: they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Time, required = false)]
    pub deactivated_at: Option<Time>,
    /// When they joined.
    pub created_at: Time,
    /// When this record last changed.
    pub updated_at: Time,
}

/// Who is behind a user.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UserKind)]
pub enum UserKindBody {
    Person,
    Service,
}

/// What a user may do in their organization. Each includes the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Role)]
pub enum RoleBody {
    Member,
    Admin,
    Owner,
}

impl From<OrganizationRole> for RoleBody {
    fn from(role: OrganizationRole) -> Self {
        match role {
            OrganizationRole::Member => Self::Member,
            OrganizationRole::Admin => Self::Admin,
            OrganizationRole::Owner => Self::Owner,
        }
    }
}

impl From<RoleBody> for OrganizationRole {
    fn from(role: RoleBody) -> Self {
        match role {
            RoleBody::Member => Self::Member,
            RoleBody::Admin => Self::Admin,
            RoleBody::Owner => Self::Owner,
        }
    }
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        let User {
            id,
            organization_id,
            kind,
            role,
            handle,
            email,
            display_name,
            bio,
            avatar,
            ai_budget,
            deactivated_at,
            version: _,
            created_at,
            updated_at,
        } = user;
        Self {
            id: id.uuid(),
            organization_id: organization_id.uuid(),
            kind: match kind {
                UserKind::Person => UserKindBody::Person,
                UserKind::Service => UserKindBody::Service,
            },
            role: role.into(),
            handle: handle.as_str().to_owned(),
            email: email.map(|email| email.as_str().to_owned()),
            display_name: display_name.into_string(),
            bio: bio.map(|bio| bio.into_string()),
            avatar_url: avatar.map(avatar_address),
            ai_budget: ai_budget.map(TokenBudget::get),
            deactivated_at: deactivated_at.map(Time),
            created_at: Time(created_at),
            updated_at: Time(updated_at),
        }
    }
}

impl UserBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            organization_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0001),
            kind: UserKindBody::Person,
            role: RoleBody::Owner,
            handle: "ann".to_owned(),
            email: Some("ann@example.org".to_owned()),
            display_name: "Ann".to_owned(),
            bio: None,
            avatar_url: Some(avatar_address(AvatarId::new(Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0009)))),
            ai_budget: None,
            deactivated_at: None,
            created_at: Time::sample(0),
            updated_at: Time::sample(0),
        }
    }
}
