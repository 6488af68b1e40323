use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use stead_domain::invitation::Invitation;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{RoleBody, Time, page::page_body};

/// An invitation into an organization.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationBody {
    /// Its id.
    pub id: Uuid,
    /// The organization that it leads to.
    pub organization_id: Uuid,
    /// Who invites.
    pub invited_by: Uuid,
    /// Who is invited: only this address can take it. Null: whoever has the token.
    #[schema(required = true)]
    pub email: Option<String>,
    /// What they will be.
    pub role: RoleBody,
    /// When it was made.
    pub created_at: Time,
    /// Until when it is good.
    pub expires_at: Time,
    /// When it was taken.
    #[schema(required = true)]
    pub used_at: Option<Time>,
    /// What register takes as `invitation`, once. It is here in the answer to the request that made the invitation, and is
    /// kept nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, pattern = "^[A-Za-z0-9_-]{64}$")]
    pub token: Option<String>,
}

impl From<Invitation> for InvitationBody {
    fn from(invitation: Invitation) -> Self {
        let Invitation { id, organization_id, invited_by, email, role, created_at, expires_at, used, revoked_at: _ } =
            invitation;
        Self {
            id: id.uuid(),
            organization_id: organization_id.uuid(),
            invited_by: invited_by.uuid(),
            email: email.map(|email| email.as_str().to_owned()),
            role: role.into(),
            created_at: Time(created_at),
            expires_at: Time(expires_at),
            used_at: used.map(|(at, _)| Time(at)),
            token: None,
        }
    }
}

impl InvitationBody {
    /// With the token, where it is to be shown.
    pub fn showing(self, token: Option<&SecretString>) -> Self {
        Self { token: token.map(|token| token.expose_secret().to_owned()), ..self }
    }

    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_000c),
            organization_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0001),
            invited_by: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            email: Some("bob@example.org".to_owned()),
            role: RoleBody::Member,
            created_at: Time::sample(0),
            expires_at: Time::sample(7 * 24 * 60 * 60),
            used_at: None,
            token: None,
        }
    }

    /// An example with a token, which is none.
    pub fn sample_shown() -> Self {
        Self { token: Some("0".repeat(64)), ..Self::sample() }
    }
}

page_body! {
    /// A page of invitations, oldest to newest.
    pub struct InvitationsBody as InvitationList {
        /// The invitations, without their tokens.
        invitations: InvitationBody,
    }
    from Invitation, at |invitation| invitation.id.uuid()
}
