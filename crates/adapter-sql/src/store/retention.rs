//! What organizations no longer keep: how reads leave it out, and where it is.

use async_trait::async_trait;
use diesel::{
    dsl::sql,
    expression::{AsExpression, SqlLiteral, UncheckedBind},
    prelude::*,
    sql_types::{BigInt, Bool, Nullable},
};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, OrganizationId,
    ports::store::{OutdatedConversation, RetentionQueries, StoreError},
};
use uuid::Uuid;

use super::prelude::{Conn, SqlStore, kept_since};
use crate::{
    error::SqlError,
    prepared::Prepare,
    types::{DbId, DbTime, SqlTime, SqlUuid},
};

/// Whether something is still kept. The organization, or a conversation of it, is named rather than taken from the row:
/// it is looked at once, not for each. With a part written by hand: mark the statement as [`Prepare`].
pub(super) type Kept = SqlLiteral<Bool, UncheckedBind<SqlLiteral<Bool>, <DbId as AsExpression<SqlUuid>>::Expression>>;

macro_rules! kept {
    ($time:literal, $from:literal, $id:expr) => {
        sql::<Bool>(concat!($time, " >= (SELECT ", kept_since!(), " FROM ", $from, " = "))
            .bind::<SqlUuid, _>(DbId::from($id))
            .sql(")")
    };
}

pub(super) fn keeps_messages(organization: OrganizationId) -> Kept {
    kept!("messages.created_at", "organizations o WHERE o.id", organization)
}

pub(super) fn keeps_messages_of(conversation: ConversationId) -> Kept {
    kept!(
        "messages.created_at",
        "organizations o JOIN conversations c ON c.organization_id = o.id WHERE c.id",
        conversation
    )
}

/// The same for messages of any organization, each looked at by itself.
pub(super) fn keeps_each_message() -> SqlLiteral<Bool> {
    sql::<Bool>(concat!(
        "messages.created_at >= (SELECT ",
        kept_since!(),
        " FROM organizations o WHERE o.id = messages.organization_id)"
    ))
}

pub(super) fn keeps_runs(organization: OrganizationId) -> Kept {
    kept!("runs.created_at", "organizations o WHERE o.id", organization)
}

pub(super) fn keeps_threads(organization: OrganizationId) -> Kept {
    kept!("threads.last_activity_at", "organizations o WHERE o.id", organization)
}

#[async_trait]
impl RetentionQueries for SqlStore {
    async fn list_outdated(
        &self,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<OutdatedConversation>, StoreError> {
        self.read(move |conn| list(conn, after, limit).boxed()).await
    }
}

/// The oldest message is the first of the index: no others are looked at.
const OUTDATED: &str = concat!(
    "SELECT f.id, f.organization_id, f.keep_since, \
        CASE WHEN t.last_activity_at < f.keep_since THEN t.user_id END AS idle_of, f.version \
     FROM (SELECT c.id, c.organization_id, c.version, ",
    kept_since!(),
    " AS keep_since \
         FROM organizations o JOIN conversations c ON c.organization_id = o.id \
         WHERE o.retention_days IS NOT NULL AND o.deleted_at IS NULL AND c.deleted_at IS NULL AND c.id > $1) f \
     LEFT JOIN threads t ON t.id = f.id \
     WHERE t.last_activity_at < f.keep_since \
        OR (SELECT m.created_at FROM messages m WHERE m.conversation_id = f.id ORDER BY m.id LIMIT 1) < f.keep_since \
     ORDER BY f.id LIMIT $2"
);

#[derive(QueryableByName)]
struct Outdated {
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
    #[diesel(sql_type = SqlUuid)]
    organization_id: DbId,
    #[diesel(sql_type = SqlTime)]
    keep_since: DbTime,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    idle_of: Option<DbId>,
    #[diesel(sql_type = BigInt)]
    version: i64,
}

async fn list(
    conn: &mut Conn,
    after: Option<ConversationId>,
    limit: u32,
) -> Result<Vec<OutdatedConversation>, SqlError> {
    let after = after.map_or(DbId(Uuid::nil()), DbId::from);
    let query = diesel::sql_query(OUTDATED).bind::<SqlUuid, _>(after).bind::<BigInt, _>(i64::from(limit));
    let rows: Vec<Outdated> = query.prepared().load(conn).await?;
    let outdated = rows.into_iter().map(|row| OutdatedConversation {
        conversation: row.id.into(),
        organization: row.organization_id.into(),
        keep_since: row.keep_since.into(),
        idle_thread_of: row.idle_of.map(|user| (user.into(), row.version)),
    });
    Ok(outdated.collect())
}
