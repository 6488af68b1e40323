//! The start of the next runs, under the locks of their threads.

use std::collections::HashMap;

use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use stead_domain::{
    message::MessageStatus,
    ports::store::{Change, RunChange},
    run::{LEASE, RunStatus},
};

use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::UNDERWAY,
    types::{DbId, DbName, DbTime, SqlTime, SqlUuid},
};

/// The oldest that waits in each conversation, unless one is under way there; and its answer is being written.
const START_NEXT: &str = "WITH next AS ( \
        SELECT oldest.id, wanted.owner, wanted.at \
        FROM unnest($1, $2, $3, $4) AS wanted (conversation_id, agent_id, owner, at) \
        CROSS JOIN LATERAL ( \
            SELECT id FROM runs WHERE runs.conversation_id = wanted.conversation_id \
                AND runs.agent_id = wanted.agent_id AND runs.status = $5 ORDER BY created_at, id LIMIT 1 \
        ) AS oldest \
        WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.conversation_id = wanted.conversation_id \
                              AND runs.agent_id = wanted.agent_id AND runs.status = ANY ($6)) \
    ), started AS ( \
        UPDATE runs SET status = $7, attempt = attempt + 1, fence = fence + 1, started_at = next.at, \
            lease_owner = next.owner, lease_until = clock_timestamp() + $8 * interval '1 microsecond' \
        FROM next WHERE runs.id = next.id AND runs.status = $5 \
        RETURNING runs.id, runs.conversation_id, runs.agent_id, runs.fence, runs.answer_message_id \
    ), streaming AS ( \
        UPDATE messages SET status = $9, version = messages.version + 1 \
        FROM started WHERE messages.id = started.answer_message_id AND messages.status = $10 \
    ) SELECT id, conversation_id, agent_id, fence FROM started";

#[derive(QueryableByName)]
struct Started {
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
    #[diesel(sql_type = SqlUuid)]
    conversation_id: DbId,
    #[diesel(sql_type = SqlUuid)]
    agent_id: DbId,
    #[diesel(sql_type = BigInt)]
    fence: i64,
}

/// What was started, with its fence, by conversation and agent.
pub(super) async fn start_next(
    mut conn: &AsyncPgConnection,
    changes: &[&Change],
) -> Result<HashMap<(DbId, DbId), (DbId, i64)>, SqlError> {
    let (mut conversations, mut agents, mut owners, mut times) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        if let Change::Run(RunChange::StartNext { conversation, agent, owner, at }) = change {
            conversations.push(DbId::from(*conversation));
            agents.push(DbId::from(*agent));
            owners.push(DbId(owner.0));
            times.push(DbTime(*at));
        }
    }
    if conversations.is_empty() {
        return Ok(HashMap::new());
    }
    let query = diesel::sql_query(START_NEXT)
        .bind::<Array<SqlUuid>, _>(conversations)
        .bind::<Array<SqlUuid>, _>(agents)
        .bind::<Array<SqlUuid>, _>(owners)
        .bind::<Array<SqlTime>, _>(times)
        .bind::<Text, _>(DbName(RunStatus::Queued))
        .bind::<Array<Text>, _>(UNDERWAY.to_vec())
        .bind::<Text, _>(DbName(RunStatus::Running))
        .bind::<BigInt, _>(i64::try_from(LEASE.as_micros()).unwrap_or(i64::MAX))
        .bind::<Text, _>(DbName(MessageStatus::Streaming))
        .bind::<Text, _>(DbName(MessageStatus::Queued));
    let started: Vec<Started> = query.prepared().load(&mut conn).await?;
    let by_place = started.into_iter().map(|run| ((run.conversation_id, run.agent_id), (run.id, run.fence)));
    Ok(by_place.collect())
}
