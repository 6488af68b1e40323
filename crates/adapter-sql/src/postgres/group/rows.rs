//! Many rows in one statement that stays the same however many they are, so that it is prepared once.

use std::sync::Arc;

use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use stead_domain::ports::store::{Change, Commit};

use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::{AuditRow, IdempotencyRow, JobRow, NewEventRow},
    types::{SqlJson, SqlTime, SqlUuid},
};

const IDEMPOTENCY: &str = "INSERT INTO idempotency \
    (organization_id, user_id, operation, key, fingerprint, subject_id, created_at) \
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";

const AUDIT: &str = "INSERT INTO audit (id, organization_id, actor_user_id, action, subject_id, at) \
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6)";

/// Places are given in the order of the rows.
const EVENTS: &str = "INSERT INTO events \
    (epoch, organization_id, conversation_id, audience, audience_user_id, kind, subject_id, subject_version, at) \
    SELECT event_epoch.epoch, new.organization_id, new.conversation_id, new.audience, new.audience_user_id, new.kind, \
           new.subject_id, new.subject_version, new.at \
    FROM event_epoch, unnest($1, $2, $3, $4, $5, $6, $7, $8) WITH ORDINALITY AS new \
        (organization_id, conversation_id, audience, audience_user_id, kind, subject_id, subject_version, at, n) \
    ORDER BY new.n";

const JOBS: &str = "INSERT INTO jobs (id, organization_id, kind, payload, run_at, attempts, fence) \
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)";

/// Notes the records; whether none was there.
pub(super) async fn insert_idempotency(
    mut conn: &AsyncPgConnection,
    commits: &[Arc<Commit>],
) -> Result<bool, SqlError> {
    let mut rows: Vec<IdempotencyRow> =
        commits.iter().filter_map(|commit| commit.idempotency.as_ref().map(IdempotencyRow::from)).collect();
    if rows.is_empty() {
        return Ok(true);
    }
    rows.sort_by(|a, b| (a.user_id, &a.operation, &a.key).cmp(&(b.user_id, &b.operation, &b.key)));
    let inserted = diesel::sql_query(IDEMPOTENCY)
        .bind::<Array<SqlUuid>, _>(column!(rows, organization_id))
        .bind::<Array<SqlUuid>, _>(column!(rows, user_id))
        .bind::<Array<Text>, _>(column!(rows, operation))
        .bind::<Array<Text>, _>(column!(rows, key))
        .bind::<Array<Binary>, _>(column!(rows, fingerprint))
        .bind::<Array<SqlUuid>, _>(column!(rows, subject_id))
        .bind::<Array<SqlTime>, _>(column!(rows, created_at))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(inserted == rows.len())
}

pub(super) async fn insert_audit(mut conn: &AsyncPgConnection, changes: &[&Change]) -> Result<(), SqlError> {
    let entries = changes.iter().filter_map(|change| match change {
        Change::Audit(entry) => Some(AuditRow::from(entry)),
        _ => None,
    });
    let rows: Vec<AuditRow> = entries.collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(AUDIT)
        .bind::<Array<SqlUuid>, _>(column!(rows, id))
        .bind::<Array<SqlUuid>, _>(column!(rows, organization_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, actor_user_id))
        .bind::<Array<Text>, _>(column!(rows, action))
        .bind::<Array<SqlUuid>, _>(column!(rows, subject_id))
        .bind::<Array<SqlTime>, _>(column!(rows, at))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub(super) async fn insert_events(mut conn: &AsyncPgConnection, commits: &[Arc<Commit>]) -> Result<(), SqlError> {
    let rows: Vec<NewEventRow> = commits.iter().flat_map(|commit| &commit.events).map(NewEventRow::from).collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(EVENTS)
        .bind::<Array<SqlUuid>, _>(column!(rows, organization_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, conversation_id))
        .bind::<Array<Text>, _>(column!(rows, audience))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, audience_user_id))
        .bind::<Array<Text>, _>(column!(rows, kind))
        .bind::<Array<SqlUuid>, _>(column!(rows, subject_id))
        .bind::<Array<BigInt>, _>(column!(rows, subject_version))
        .bind::<Array<SqlTime>, _>(column!(rows, at))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub(super) async fn insert_jobs(mut conn: &AsyncPgConnection, commits: &[Arc<Commit>]) -> Result<(), SqlError> {
    let rows: Result<Vec<JobRow>, _> = commits.iter().flat_map(|commit| &commit.jobs).map(JobRow::try_from).collect();
    let rows = rows.map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(JOBS)
        .bind::<Array<SqlUuid>, _>(column!(rows, id))
        .bind::<Array<SqlUuid>, _>(column!(rows, organization_id))
        .bind::<Array<Text>, _>(column!(rows, kind))
        .bind::<Array<SqlJson>, _>(column!(rows, payload))
        .bind::<Array<SqlTime>, _>(column!(rows, run_at))
        .bind::<Array<Integer>, _>(column!(rows, attempts))
        .bind::<Array<BigInt>, _>(column!(rows, fence))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}
