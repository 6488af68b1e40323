//! What was said around messages.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::{prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, MessageId, OrganizationId,
    ports::store::{StoreError, SurroundingQueries},
};

use super::prelude::{Conn, SqlStore};
use crate::{
    error::SqlError,
    types::{DbId, SqlUuid},
};

const MOST_MESSAGES: usize = 100;
const MOST_AROUND: u32 = 20;

#[async_trait]
impl SurroundingQueries for SqlStore {
    async fn surroundings(
        &self,
        organization: OrganizationId,
        of: &[(ConversationId, MessageId)],
        before: u32,
        after: u32,
    ) -> Result<Vec<(MessageId, Vec<MessageId>)>, StoreError> {
        if of.is_empty() {
            return Ok(Vec::new());
        }
        let of: Vec<(DbId, DbId)> =
            of.iter().take(MOST_MESSAGES).map(|(room, message)| ((*room).into(), (*message).into())).collect();
        let (before, after) = (i64::from(before.min(MOST_AROUND)), i64::from(after.min(MOST_AROUND)));
        self.read(move |conn| surroundings(conn, organization.into(), of, before, after).boxed()).await
    }
}

#[derive(QueryableByName)]
struct AroundRow {
    #[diesel(sql_type = SqlUuid)]
    hit: DbId,
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
}

/// The parameters of one message: itself, its conversation, the organization, how many before and after.
const EACH: usize = 5;

/// What is around one message, with the numbers of its parameters from `$first` on.
fn around(first: usize) -> String {
    let (message, room, organization) = (first, first + 1, first + 2);
    let (before, after) = (first + 3, first + 4);
    let here = |what: &str| {
        format!(
            "SELECT m.id FROM messages m WHERE m.conversation_id = ${room} AND m.organization_id = ${organization} \
             AND m.active AND m.deleted_at IS NULL AND {what}"
        )
    };
    let parts = [
        here(&format!("m.id < ${message} ORDER BY m.id DESC LIMIT ${before}")),
        here(&format!("m.id > ${message} ORDER BY m.id LIMIT ${after}")),
        here(&format!("m.id = (SELECT r.reply_to_id FROM messages r WHERE r.id = ${message})")),
        here(&format!("m.reply_to_id = ${message} ORDER BY m.id LIMIT ${after}")),
    ];
    let each = |part: &String| format!("SELECT ${message} AS hit, around.id AS id FROM ({part}) AS around");
    parts.iter().map(each).collect::<Vec<_>>().join(" UNION ")
}

async fn surroundings(
    conn: &mut Conn,
    organization: DbId,
    of: Vec<(DbId, DbId)>,
    before: i64,
    after: i64,
) -> Result<Vec<(MessageId, Vec<MessageId>)>, SqlError> {
    let statement: Vec<String> = (0..of.len()).map(|n| around(1 + n * EACH)).collect();
    let mut query = diesel::sql_query(statement.join(" UNION ")).into_boxed();
    for (room, message) in &of {
        query = query
            .bind::<SqlUuid, _>(*message)
            .bind::<SqlUuid, _>(*room)
            .bind::<SqlUuid, _>(organization)
            .bind::<BigInt, _>(before)
            .bind::<BigInt, _>(after);
    }
    let rows: Vec<AroundRow> = query.load(conn).await?;
    let mut found: BTreeMap<DbId, Vec<MessageId>> = BTreeMap::new();
    for row in rows {
        found.entry(row.hit).or_default().push(row.id.into());
    }
    let sorted = |(of, mut around): (DbId, Vec<MessageId>)| {
        around.sort_unstable();
        around.dedup();
        (MessageId::from(of), around)
    };
    Ok(found.into_iter().map(sorted).collect())
}
