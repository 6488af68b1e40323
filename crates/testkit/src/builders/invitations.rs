use std::time::Duration;

use stead_domain::{
    InvitationId,
    invitation::Invitation,
    user::{OrganizationRole, User},
};

use super::minted::{id, time_of};

/// An invitation of a plain member that anybody may take, until long after today.
pub fn invitation(invited_by: &User) -> Invitation {
    let id: InvitationId = id();
    Invitation {
        id,
        organization_id: invited_by.organization_id,
        invited_by: invited_by.id,
        email: None,
        role: OrganizationRole::Member,
        created_at: time_of(id),
        expires_at: time_of(id).plus(Duration::from_secs(100 * 365 * 24 * 60 * 60)),
        used: None,
        revoked_at: None,
    }
}
