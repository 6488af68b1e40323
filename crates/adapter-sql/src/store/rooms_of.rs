//! Where somebody is, or was until they were deleted.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Nullable},
};
use diesel_async::RunQueryDsl;
use stead_domain::{ConversationId, membership::Participant, ports::store::RoomOf};
use uuid::Uuid;

use super::prelude::Conn;
use crate::{
    error::SqlError,
    prepared::Prepare,
    types::{DbId, SqlUuid},
};

/// `$1` is who, `$2` the organization, `$3` the channel before, `$4` how many.
macro_rules! rooms {
    ($who:literal, $whose:literal) => {
        concat!(
            "SELECT m.conversation_id AS id, CASE WHEN m.role = 'admin' AND m.left_at IS NOT NULL THEN \
                (SELECT a.user_id FROM members a WHERE a.conversation_id = m.conversation_id AND a.left_at IS NULL \
                    AND a.role = 'admin' AND a.user_id IS NOT NULL ORDER BY a.joined_at, a.id LIMIT 1) END AS successor \
             FROM members m JOIN ",
            $who,
            " x ON x.id = m.",
            $whose,
            " JOIN conversations c ON c.id = m.conversation_id WHERE m.",
            $whose,
            " = $1 AND m.organization_id = $2 AND m.conversation_id > $3 \
                AND (m.left_at IS NULL OR m.left_at = x.deleted_at) AND c.deleted_at IS NULL \
                AND c.kind IN ('public', 'private', 'direct', 'group') \
             ORDER BY m.conversation_id LIMIT $4"
        )
    };
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    successor: Option<DbId>,
}

pub(super) async fn list(
    conn: &mut Conn,
    organization: DbId,
    participant: Participant,
    after: Option<ConversationId>,
    limit: u32,
) -> Result<Vec<RoomOf>, SqlError> {
    let statement = match participant {
        Participant::User(_) => rooms!("users", "user_id"),
        Participant::Agent(_) => rooms!("agents", "agent_id"),
    };
    let query = diesel::sql_query(statement)
        .bind::<SqlUuid, _>(DbId(participant.uuid()))
        .bind::<SqlUuid, _>(organization)
        .bind::<SqlUuid, _>(after.map_or(DbId(Uuid::nil()), DbId::from))
        .bind::<BigInt, _>(i64::from(limit));
    let rows: Vec<Row> = query.prepared().load(conn).await?;
    let room = |row: Row| RoomOf { channel: row.id.into(), successor: row.successor.map(Into::into) };
    Ok(rows.into_iter().map(room).collect())
}
