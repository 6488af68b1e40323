//! Idempotency records.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    idempotency::{IdempotencyRecord, IdempotencyScope},
    ports::store::{IdempotencyQueries, StoreError},
};

use super::prelude::{Conn, SqlStore};
use crate::{error::SqlError, rows::IdempotencyRow, schema::idempotency, types::DbId};

#[async_trait]
impl IdempotencyQueries for SqlStore {
    async fn find_idempotency(&self, scope: &IdempotencyScope) -> Result<Option<IdempotencyRecord>, StoreError> {
        let scope = scope.clone();
        self.read(move |conn| async move { find(conn, &scope).await }.boxed()).await
    }
}

async fn find(conn: &mut Conn, scope: &IdempotencyScope) -> Result<Option<IdempotencyRecord>, SqlError> {
    let query = idempotency::table
        .filter(idempotency::user_id.eq(DbId::from(scope.user_id)))
        .filter(idempotency::operation.eq(&scope.operation))
        .filter(idempotency::key.eq(scope.key.as_str()))
        .filter(idempotency::organization_id.eq(DbId::from(scope.organization_id)))
        .select(IdempotencyRow::as_select());
    let row = query.first(conn).await.optional()?;
    Ok(row.map(IdempotencyRecord::try_from).transpose()?)
}

/// Notes the record, or answers the one that is already there.
pub(super) async fn claim(conn: &mut Conn, record: &IdempotencyRecord) -> Result<Option<IdempotencyRecord>, SqlError> {
    let inserted = diesel::insert_into(idempotency::table)
        .values(IdempotencyRow::from(record))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if inserted > 0 {
        return Ok(None);
    }
    // What stood in the way may have been pruned since.
    find(conn, &record.scope).await?.ok_or(SqlError::Overtaken).map(Some)
}
