//! What is new in channels: the statement that both databases have in common.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable},
};

use crate::types::{DbId, DbTime, SqlTime, SqlUuid};

/// What is new in a channel.
#[derive(QueryableByName)]
pub struct NewsRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: DbId,
    #[diesel(sql_type = BigInt)]
    pub unread: i64,
    #[diesel(sql_type = BigInt)]
    pub mentioned: i64,
    #[diesel(sql_type = Nullable<SqlTime>)]
    pub newest: Option<DbTime>,
}

/// Of the channels that `wanted` tells, each with the place after which everything is new: `$wanted` makes them of `$1` (and
/// of what comes after `$3`). `$2` is the user, `$3` the organization.
macro_rules! news_sql {
    ($wanted:literal, $($kept_since:tt)+) => {
        concat!(
            "WITH wanted (id, place) AS (", $wanted, ") \
             SELECT w.id, \
                (SELECT count(*) FROM (SELECT 1 FROM messages m \
                    WHERE m.conversation_id = w.id AND m.id > w.place AND m.active AND m.deleted_at IS NULL \
                        AND m.status NOT IN ('queued', 'streaming') \
                        AND (m.author_user_id IS NULL OR m.author_user_id <> $2) AND m.created_at >= k.since \
                    LIMIT 1000) x) AS unread, \
                (SELECT count(*) FROM (SELECT DISTINCT n.message_id \
                    FROM mentions n JOIN messages m ON m.id = n.message_id \
                    WHERE n.conversation_id = w.id AND n.message_id > w.place AND m.active AND m.deleted_at IS NULL \
                        AND (n.user_id = $2 OR n.kind IN ('channel', 'here')) \
                        AND (m.author_user_id IS NULL OR m.author_user_id <> $2) AND m.created_at >= k.since \
                    LIMIT 1000) x) AS mentioned, \
                (SELECT m.created_at FROM messages m \
                    WHERE m.conversation_id = w.id AND m.active AND m.deleted_at IS NULL AND m.created_at >= k.since \
                    ORDER BY m.id DESC LIMIT 1) AS newest \
             FROM wanted w CROSS JOIN (SELECT ",
            $($kept_since)+,
            " AS since FROM organizations o WHERE o.id = $3) k"
        )
    };
}

pub(crate) use news_sql;
