use diesel::prelude::*;
use stead_domain::{
    Invalid,
    api_key::{ApiKey, SecretHash},
    scope::{Scope, Scopes},
    text::DisplayName,
};

use crate::{
    error::InvalidColumn,
    schema::api_keys,
    types::{DbId, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub struct ApiKeyRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub user_id: DbId,
    pub of_organization: bool,
    pub created_by_user_id: DbId,
    pub name: String,
    /// The scopes' names with a space between.
    pub scopes: String,
    pub secret_hash: Vec<u8>,
    pub expires_at: DbTime,
    pub last_used_at: Option<DbTime>,
    pub revoked_at: Option<DbTime>,
    pub created_at: DbTime,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        let ApiKey {
            id,
            organization_id,
            user_id,
            of_organization,
            created_by,
            name,
            scopes,
            secret_hash,
            expires_at,
            last_used_at,
            revoked_at,
            created_at,
        } = key;
        Self {
            id: (*id).into(),
            organization_id: (*organization_id).into(),
            user_id: (*user_id).into(),
            of_organization: *of_organization,
            created_by_user_id: (*created_by).into(),
            name: name.as_str().to_owned(),
            scopes: scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(" "),
            secret_hash: secret_hash.0.to_vec(),
            expires_at: (*expires_at).into(),
            last_used_at: last_used_at.map(DbTime),
            revoked_at: revoked_at.map(DbTime),
            created_at: (*created_at).into(),
        }
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = InvalidColumn;

    fn try_from(row: ApiKeyRow) -> Result<Self, InvalidColumn> {
        let scopes: Result<Scopes, _> = row.scopes.split_whitespace().map(Scope::parse).collect();
        let secret_hash = <[u8; 32]>::try_from(row.secret_hash)
            .map_err(|bytes| Invalid::new(format!("must have 32 bytes, not {}", bytes.len())));
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            user_id: row.user_id.into(),
            of_organization: row.of_organization,
            created_by: row.created_by_user_id.into(),
            name: DisplayName::parse(row.name).map_err(InvalidColumn::of("api_keys.name"))?,
            scopes: scopes.map_err(InvalidColumn::of("api_keys.scopes"))?,
            secret_hash: secret_hash.map(SecretHash).map_err(InvalidColumn::of("api_keys.secret_hash"))?,
            expires_at: row.expires_at.into(),
            last_used_at: row.last_used_at.map(Into::into),
            revoked_at: row.revoked_at.map(Into::into),
            created_at: row.created_at.into(),
        })
    }
}
