use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use stead_domain::{
    api_key::ApiKey,
    scope::{Scope, Scopes},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Time, page::page_body};

/// An API key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyBody {
    /// Its id, which the key itself carries.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Whom it acts as: its maker, or a service of the organization.
    pub user_id: Uuid,
    /// Whether it is the organization's: admins see and revoke it.
    pub organization: bool,
    /// Who made it.
    pub created_by: Uuid,
    /// What it may be used for.
    pub scopes: Vec<ScopeBody>,
    /// When it ends.
    pub expires_at: Time,
    /// When it was last used, to about a minute.
    #[schema(required = true)]
    pub last_used_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// The key itself, which goes into `Authorization: Bearer …`. It is here once, in the answer to the request that made
    /// it, and is kept nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, pattern = "^stead_[0-9a-f]{32}_[0-9a-f]{72}$")]
    pub secret: Option<String>,
}

/// What an API key may be used for. `admin` includes every other scope but `threads:import`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Scope)]
pub enum ScopeBody {
    #[serde(rename = "threads:read")]
    ThreadsRead,
    #[serde(rename = "threads:write")]
    ThreadsWrite,
    #[serde(rename = "threads:import")]
    ThreadsImport,
    #[serde(rename = "agents:read")]
    AgentsRead,
    #[serde(rename = "agents:write")]
    AgentsWrite,
    #[serde(rename = "channels:read")]
    ChannelsRead,
    #[serde(rename = "channels:write")]
    ChannelsWrite,
    #[serde(rename = "files:read")]
    FilesRead,
    #[serde(rename = "files:write")]
    FilesWrite,
    #[serde(rename = "events:read")]
    EventsRead,
    #[serde(rename = "users:read")]
    UsersRead,
    #[serde(rename = "users:write")]
    UsersWrite,
    #[serde(rename = "organization:read")]
    OrganizationRead,
    #[serde(rename = "organization:write")]
    OrganizationWrite,
    #[serde(rename = "admin")]
    Admin,
}

/// A scope as it is written, and what it means.
const SCOPES: [(ScopeBody, Scope); 15] = [
    (ScopeBody::ThreadsRead, Scope::ThreadsRead),
    (ScopeBody::ThreadsWrite, Scope::ThreadsWrite),
    (ScopeBody::ThreadsImport, Scope::ThreadsImport),
    (ScopeBody::AgentsRead, Scope::AgentsRead),
    (ScopeBody::AgentsWrite, Scope::AgentsWrite),
    (ScopeBody::ChannelsRead, Scope::ChannelsRead),
    (ScopeBody::ChannelsWrite, Scope::ChannelsWrite),
    (ScopeBody::FilesRead, Scope::FilesRead),
    (ScopeBody::FilesWrite, Scope::FilesWrite),
    (ScopeBody::EventsRead, Scope::EventsRead),
    (ScopeBody::UsersRead, Scope::UsersRead),
    (ScopeBody::UsersWrite, Scope::UsersWrite),
    (ScopeBody::OrganizationRead, Scope::OrganizationRead),
    (ScopeBody::OrganizationWrite, Scope::OrganizationWrite),
    (ScopeBody::Admin, Scope::Admin),
];

/// What some scopes mean together.
pub fn scopes(written: &[ScopeBody]) -> Scopes {
    SCOPES.into_iter().filter(|(body, _)| written.contains(body)).map(|(_, scope)| scope).collect()
}

impl From<ApiKey> for ApiKeyBody {
    fn from(key: ApiKey) -> Self {
        let ApiKey {
            id,
            organization_id: _,
            user_id,
            of_organization,
            created_by,
            name,
            scopes,
            secret_hash: _,
            expires_at,
            last_used_at,
            revoked_at: _,
            created_at,
        } = key;
        Self {
            id: id.uuid(),
            name: name.into_string(),
            user_id: user_id.uuid(),
            organization: of_organization,
            created_by: created_by.uuid(),
            scopes: SCOPES.into_iter().filter(|(_, scope)| scopes.contains(*scope)).map(|(body, _)| body).collect(),
            expires_at: Time(expires_at),
            last_used_at: last_used_at.map(Time),
            created_at: Time(created_at),
            secret: None,
        }
    }
}

impl ApiKeyBody {
    /// With the key itself, where it is to be shown.
    pub fn showing(self, secret: Option<&SecretString>) -> Self {
        Self { secret: secret.map(|secret| secret.expose_secret().to_owned()), ..self }
    }

    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_000a),
            name: "Nightly import".to_owned(),
            user_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            organization: false,
            created_by: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            scopes: vec![ScopeBody::ThreadsRead, ScopeBody::ThreadsImport],
            expires_at: Time::sample(366 * 24 * 60 * 60),
            last_used_at: None,
            created_at: Time::sample(0),
            secret: None,
        }
    }

    /// An example with the key itself, which is none.
    pub fn sample_shown() -> Self {
        let secret = format!("stead_{}_{}", Self::sample().id.simple(), "0".repeat(72));
        Self { secret: Some(secret), ..Self::sample() }
    }
}

page_body! {
    /// A page of API keys, oldest to newest.
    pub struct ApiKeysBody as ApiKeyList {
        /// The keys, without their secrets.
        api_keys: ApiKeyBody,
    }
    from ApiKey, at |key| key.id.uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_written_by_its_name() {
        for (scope, (body, meaning)) in Scope::ALL.into_iter().zip(SCOPES) {
            assert_eq!(meaning, scope);
            assert_eq!(serde_json::to_value(body).unwrap(), scope.as_str());
            assert_eq!(scopes(&[body, body]), [scope].into_iter().collect());
        }
    }
}
