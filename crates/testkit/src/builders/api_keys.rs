use std::time::Duration;

use stead_domain::{
    ApiKeyId,
    api_key::{ApiKey, SecretHash, is_of_organization},
    scope::Scope,
    text::Text,
    user::User,
};

use super::minted::{id, number_of, time_of};

/// A key of this user, made by themselves, that was never used and ends long after today.
pub fn api_key(user: &User) -> ApiKey {
    let id: ApiKeyId = id();
    let number = number_of(id);
    let mut hash = [0x4b; 32];
    hash[..16].copy_from_slice(id.uuid().as_bytes());
    ApiKey {
        id,
        organization_id: user.organization_id,
        user_id: user.id,
        of_organization: is_of_organization(user),
        created_by: user.id,
        name: Text::parse(format!("Key {number}")).unwrap(),
        scopes: [Scope::ThreadsRead].into_iter().collect(),
        secret_hash: SecretHash(hash),
        expires_at: time_of(id).plus(Duration::from_secs(100 * 365 * 24 * 60 * 60)),
        last_used_at: None,
        revoked_at: None,
        created_at: time_of(id),
    }
}
