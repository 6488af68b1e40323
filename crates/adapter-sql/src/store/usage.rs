//! What models have used.

use async_trait::async_trait;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    OrganizationId, Timestamp, UserId,
    ports::store::{StoreError, UsageFilter, UsageQueries},
    run::Usage,
    usage::{UsageBy, UsageKey, UsagePurpose},
};

use super::prelude::{Conn, Db, SqlStore};
use crate::{
    error::SqlError,
    types::{DbId, DbName, DbTime, SqlTime, SqlUuid},
};

#[async_trait]
impl UsageQueries for SqlStore {
    async fn tokens_used(
        &self,
        organization: OrganizationId,
        user: Option<UserId>,
        since: Timestamp,
    ) -> Result<i64, StoreError> {
        self.read(move |conn| tokens_used(conn, organization, user, since).boxed()).await
    }

    async fn sum_usage(&self, filter: UsageFilter) -> Result<Usage, StoreError> {
        self.read(move |conn| sum(conn, filter).boxed()).await
    }

    async fn list_usage(
        &self,
        filter: UsageFilter,
        by: UsageBy,
        limit: u32,
    ) -> Result<Vec<(UsageKey, Usage)>, StoreError> {
        self.read(move |conn| list(conn, filter, by, limit).boxed()).await
    }
}

const OF_ORGANIZATION: &str = "SELECT CAST(coalesce(sum(input_tokens + output_tokens), 0) AS bigint) AS tokens \
    FROM usage WHERE organization_id = $1 AND at >= $2";

const OF_USER: &str = "SELECT CAST(coalesce(sum(input_tokens + output_tokens), 0) AS bigint) AS tokens \
    FROM usage WHERE organization_id = $1 AND at >= $2 AND user_id = $3";

#[derive(QueryableByName)]
struct Tokens {
    #[diesel(sql_type = BigInt)]
    tokens: i64,
}

async fn tokens_used(
    conn: &mut Conn,
    organization: OrganizationId,
    user: Option<UserId>,
    since: Timestamp,
) -> Result<i64, SqlError> {
    let (organization, since) = (DbId::from(organization), DbTime::from(since));
    let used: Tokens = match user {
        None => {
            let query = diesel::sql_query(OF_ORGANIZATION);
            query.bind::<SqlUuid, _>(organization).bind::<SqlTime, _>(since).get_result(conn).await?
        }
        Some(user) => {
            let query = diesel::sql_query(OF_USER).bind::<SqlUuid, _>(organization).bind::<SqlTime, _>(since);
            query.bind::<SqlUuid, _>(DbId::from(user)).get_result(conn).await?
        }
    };
    Ok(used.tokens)
}

const SUMS: &str = "CAST(coalesce(sum(input_tokens), 0) AS bigint) AS input_tokens, \
    CAST(coalesce(sum(output_tokens), 0) AS bigint) AS output_tokens, \
    CAST(coalesce(sum(cached_tokens), 0) AS bigint) AS cached_tokens, \
    CAST(coalesce(sum(cost_micros), 0) AS bigint) AS cost_micros \
    FROM usage WHERE organization_id = $1 AND at >= $2 AND at < $3";

/// The last argument: of whom.
const AND_USER: &str = "AND user_id = $4";

#[derive(QueryableByName)]
struct Sums {
    #[diesel(sql_type = BigInt)]
    input_tokens: i64,
    #[diesel(sql_type = BigInt)]
    output_tokens: i64,
    #[diesel(sql_type = BigInt)]
    cached_tokens: i64,
    #[diesel(sql_type = BigInt)]
    cost_micros: i64,
}

impl From<Sums> for Usage {
    fn from(sums: Sums) -> Self {
        let Sums { input_tokens, output_tokens, cached_tokens, cost_micros } = sums;
        Self { input_tokens, output_tokens, cached_tokens: Some(cached_tokens), cost_micros }
    }
}

#[derive(QueryableByName)]
struct OfId {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    id: Option<DbId>,
    #[diesel(embed)]
    sums: Sums,
}

#[derive(QueryableByName)]
struct OfPurpose {
    #[diesel(sql_type = Text)]
    purpose: DbName<UsagePurpose>,
    #[diesel(embed)]
    sums: Sums,
}

async fn sum(conn: &mut Conn, filter: UsageFilter) -> Result<Usage, SqlError> {
    let of_user = if filter.user.is_some() { AND_USER } else { "" };
    let sums: Vec<Sums> = load(conn, format!("SELECT {SUMS} {of_user}"), filter).await?;
    Ok(sums.into_iter().next().map(Usage::from).unwrap_or_default())
}

async fn list(
    conn: &mut Conn,
    filter: UsageFilter,
    by: UsageBy,
    limit: u32,
) -> Result<Vec<(UsageKey, Usage)>, SqlError> {
    let of_user = if filter.user.is_some() { AND_USER } else { "" };
    let column = match by {
        UsageBy::User => "user_id",
        UsageBy::Agent => "agent_id",
        UsageBy::Conversation => "conversation_id",
        UsageBy::Purpose => "purpose",
    };
    let name = if by == UsageBy::Purpose { "purpose" } else { "id" };
    let statement = format!(
        "SELECT {column} AS {name}, {SUMS} {of_user} GROUP BY {column} \
         ORDER BY sum(input_tokens + output_tokens) DESC, {column} LIMIT {limit}"
    );
    let key: fn(Option<DbId>) -> UsageKey = match by {
        UsageBy::User => |id| UsageKey::User(id.map(Into::into)),
        UsageBy::Agent => |id| UsageKey::Agent(id.map(Into::into)),
        UsageBy::Conversation => |id| UsageKey::Conversation(id.map(Into::into)),
        UsageBy::Purpose => {
            let rows: Vec<OfPurpose> = load(conn, statement, filter).await?;
            return Ok(rows.into_iter().map(|row| (UsageKey::Purpose(row.purpose.0), row.sums.into())).collect());
        }
    };
    let rows: Vec<OfId> = load(conn, statement, filter).await?;
    Ok(rows.into_iter().map(|row| (key(row.id), row.sums.into())).collect())
}

async fn load<R>(conn: &mut Conn, statement: String, filter: UsageFilter) -> Result<Vec<R>, SqlError>
where
    R: diesel::deserialize::QueryableByName<Db> + Send + 'static,
{
    let UsageFilter { organization, user, from, to } = filter;
    let query = diesel::sql_query(statement)
        .bind::<SqlUuid, _>(DbId::from(organization))
        .bind::<SqlTime, _>(DbTime::from(from))
        .bind::<SqlTime, _>(DbTime::from(to));
    let rows = match user {
        Some(user) => query.bind::<SqlUuid, _>(DbId::from(user)).load(conn).await?,
        None => query.load(conn).await?,
    };
    Ok(rows)
}
