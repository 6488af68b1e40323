use diesel::prelude::*;
use stead_domain::{
    Invalid,
    idempotency::{IdempotencyKey, IdempotencyRecord, IdempotencyScope},
};

use crate::{
    error::InvalidColumn,
    schema::idempotency,
    types::{DbId, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency, treat_none_as_default_value = false)]
pub struct IdempotencyRow {
    pub organization_id: DbId,
    pub user_id: DbId,
    pub operation: String,
    pub key: String,
    pub fingerprint: Vec<u8>,
    pub subject_id: DbId,
    pub created_at: DbTime,
}

impl From<&IdempotencyRecord> for IdempotencyRow {
    fn from(record: &IdempotencyRecord) -> Self {
        let IdempotencyRecord { scope, fingerprint, subject_id, created_at } = record;
        let IdempotencyScope { organization_id, user_id, operation, key } = scope;
        Self {
            organization_id: (*organization_id).into(),
            user_id: (*user_id).into(),
            operation: operation.clone(),
            key: key.as_str().to_owned(),
            fingerprint: fingerprint.to_vec(),
            subject_id: DbId(*subject_id),
            created_at: (*created_at).into(),
        }
    }
}

impl TryFrom<IdempotencyRow> for IdempotencyRecord {
    type Error = InvalidColumn;

    fn try_from(row: IdempotencyRow) -> Result<Self, InvalidColumn> {
        let fingerprint = <[u8; 32]>::try_from(row.fingerprint)
            .map_err(|bytes| Invalid::new(format!("must have 32 bytes, not {}", bytes.len())));
        Ok(Self {
            scope: IdempotencyScope {
                organization_id: row.organization_id.into(),
                user_id: row.user_id.into(),
                operation: row.operation,
                key: IdempotencyKey::parse(&row.key).map_err(InvalidColumn::of("idempotency.key"))?,
            },
            fingerprint: fingerprint.map_err(InvalidColumn::of("idempotency.fingerprint"))?,
            subject_id: row.subject_id.0,
            created_at: row.created_at.into(),
        })
    }
}
