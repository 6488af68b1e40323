//! The epoch of the event log. A database that was restored, or moved to another cluster, counts its transactions anew:
//! places in the log from before mean nothing then, and its older events would be hidden. So the epoch is raised.

use diesel::sql_types::{Bool, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::error::SqlError;

#[derive(diesel::QueryableByName)]
struct Allowed {
    #[diesel(sql_type = Bool)]
    allowed: bool,
}

#[derive(diesel::QueryableByName)]
struct Cluster {
    #[diesel(sql_type = Text)]
    system_identifier: String,
}

const MAY_ASK: &str = "SELECT has_function_privilege('pg_control_system()', 'EXECUTE') \
    AND has_function_privilege('pg_control_checkpoint()', 'EXECUTE') AS allowed";

/// A cluster that is restored to a point in time, or whose standby takes over, goes on along another timeline.
const CLUSTER: &str = "SELECT system_identifier || '/' || timeline_id AS system_identifier \
    FROM pg_control_system(), pg_control_checkpoint()";

/// The first start notes the cluster; a start in another one raises the epoch.
const MOVED: &str = "UPDATE event_epoch SET system_identifier = $1, \
    epoch = epoch + CASE WHEN system_identifier IS NULL THEN 0 ELSE 1 END, \
    pruned_transaction_id = NULL, pruned_position = NULL \
    WHERE system_identifier IS DISTINCT FROM $1 AND $1 IS NOT NULL";

/// The log knows of a transaction that the cluster has not come to yet.
const RESTORED: &str = "UPDATE event_epoch \
    SET epoch = epoch + 1, pruned_transaction_id = NULL, pruned_position = NULL WHERE EXISTS \
    (SELECT 1 FROM events WHERE events.epoch = event_epoch.epoch \
     AND events.transaction_id >= pg_snapshot_xmax(pg_current_snapshot()))";

/// Raises the epoch if the database is not what it was.
pub(super) async fn raise_if_restored(conn: &mut AsyncPgConnection) -> Result<(), SqlError> {
    let allowed: Allowed = diesel::sql_query(MAY_ASK).get_result(conn).await?;
    let mut cluster = None;
    if allowed.allowed {
        let found: Cluster = diesel::sql_query(CLUSTER).get_result(conn).await?;
        cluster = Some(found.system_identifier);
    }
    let moved = diesel::sql_query(MOVED).bind::<Nullable<Text>, _>(cluster).execute(conn).await?;
    if moved == 0 && diesel::sql_query(RESTORED).execute(conn).await? > 0 {
        tracing::warn!("the database was restored to an older state: everyone has to read the event log anew");
    }
    Ok(())
}
