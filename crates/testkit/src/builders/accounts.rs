use std::time::Duration;

use stead_domain::{
    OrganizationId, SessionId, UserId,
    organization::Organization,
    session::Session,
    text::{Email, Handle, Text},
    user::{OrganizationRole, PasswordHash, User, UserKind},
};

use super::minted::{id, number_of, time_of};

/// An organization, whose default agent is still to be made: [`default_agent`](super::default_agent).
pub fn organization() -> Organization {
    let id: OrganizationId = id();
    Organization {
        id,
        name: Text::parse(format!("Organization {}", number_of(id))).unwrap(),
        default_agent_id: super::id(),
        retention: None,
        ai_enabled: true,
        ai_budget: None,
        ai_budget_per_user: None,
        version: 1,
        created_at: time_of(id),
        updated_at: time_of(id),
    }
}

/// A person who is a plain member.
pub fn user(organization: &Organization) -> User {
    let id: UserId = id();
    let number = number_of(id);
    User {
        id,
        organization_id: organization.id,
        kind: UserKind::Person,
        role: OrganizationRole::Member,
        handle: Handle::parse(&format!("user-{number}")).unwrap(),
        email: Some(Email::parse(&format!("user-{number}@example.org")).unwrap()),
        display_name: Text::parse(format!("User {number}")).unwrap(),
        bio: None,
        avatar: None,
        ai_budget: None,
        deactivated_at: None,
        version: 1,
        created_at: time_of(id),
        updated_at: time_of(id),
    }
}

/// A person who is the organization's owner.
pub fn owner(organization: &Organization) -> User {
    User { role: OrganizationRole::Owner, ..user(organization) }
}

/// A program: no address, no password.
pub fn service(organization: &Organization) -> User {
    User { kind: UserKind::Service, email: None, ..user(organization) }
}

/// A well-formed hash that no password has.
pub fn password_hash() -> PasswordHash {
    PasswordHash("$argon2id$v=19$m=8,t=1,p=1$c3RlYWRzYWx0$bm8gcGFzc3dvcmQgaGFzIHRoaXMgaGFzaA".to_owned())
}

/// A sign-in that was never refreshed and ends long after today.
pub fn session(user: &User) -> Session {
    let id: SessionId = id();
    Session {
        id,
        user_id: user.id,
        organization_id: user.organization_id,
        generation: 1,
        rotated_at: time_of(id),
        expires_at: time_of(id).plus(Duration::from_secs(100 * 365 * 24 * 60 * 60)),
        revoked_at: None,
        user_agent: None,
        created_at: time_of(id),
    }
}
