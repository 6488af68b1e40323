//! What models have used.

use async_trait::async_trait;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    OrganizationId, Timestamp,
    ports::store::{StoreError, UsageQueries},
};

use super::prelude::{Conn, SqlStore};
use crate::{
    error::SqlError,
    types::{DbId, DbTime, SqlTime, SqlUuid},
};

#[async_trait]
impl UsageQueries for SqlStore {
    async fn tokens_used(&self, organization: OrganizationId, since: Timestamp) -> Result<i64, StoreError> {
        self.read(move |conn| tokens_used(conn, organization, since).boxed()).await
    }
}

const TOKENS: &str = "SELECT CAST(coalesce(sum(input_tokens + output_tokens), 0) AS bigint) AS tokens \
    FROM usage WHERE organization_id = $1 AND at >= $2";

#[derive(diesel::QueryableByName)]
struct Tokens {
    #[diesel(sql_type = BigInt)]
    tokens: i64,
}

async fn tokens_used(conn: &mut Conn, organization: OrganizationId, since: Timestamp) -> Result<i64, SqlError> {
    let query =
        diesel::sql_query(TOKENS).bind::<SqlUuid, _>(DbId::from(organization)).bind::<SqlTime, _>(DbTime::from(since));
    let used: Tokens = query.get_result(conn).await?;
    Ok(used.tokens)
}
