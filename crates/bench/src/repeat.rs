//! Many messages like those that are there, written as fast as the database can.

use stead_domain::MessageId;

use crate::{raw, store::Place};

const IN_SQLITE: &str = "
    INSERT INTO messages (id, organization_id, conversation_id, author_kind, author_user_id, role, from_ai, content,
            content_html, metadata, active, status, version, created_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {COUNT})
        SELECT unhex(printf('%012x', {FROM} + n.i) || hex(randomblob(10))), m.organization_id, m.conversation_id,
            m.author_kind, m.author_user_id, m.role, m.from_ai, m.content, m.content_html, m.metadata, m.active, m.status,
            m.version, m.created_at
        FROM n, messages m WHERE m.id IN ({LIKE}) ORDER BY 1;";
const IN_POSTGRES: &str = "
    INSERT INTO messages (id, organization_id, conversation_id, author_kind, author_user_id, role, from_ai, content,
            content_html, metadata, active, status, version, created_at)
        SELECT (lpad(to_hex({FROM} + n.i), 12, '0') || right(replace(gen_random_uuid()::text, '-', ''), 20))::uuid,
            m.organization_id, m.conversation_id, m.author_kind, m.author_user_id, m.role, m.from_ai, m.content,
            m.content_html, m.metadata, m.active, m.status, m.version, m.created_at
        FROM generate_series(1, {COUNT}) n (i), messages m WHERE m.id IN ({LIKE}) ORDER BY 1;
    ANALYZE messages;";

/// Where the ids of the new ones lie in time.
#[derive(Clone, Copy)]
pub enum When {
    /// All before these.
    Before,
    /// All after them.
    After,
}

/// Repeats each of these messages so many times.
pub async fn messages(place: &Place, like: &[MessageId], count: u32, when: When) -> anyhow::Result<()> {
    let millis = |id: &MessageId| i64::try_from(id.uuid().as_u128() >> 80).unwrap_or(0);
    let (first, last) = (like.iter().map(millis).min().unwrap_or(0), like.iter().map(millis).max().unwrap_or(0));
    let from = match when {
        When::Before => first - i64::from(count) - 1,
        When::After => last,
    };
    let ids = |write: fn(&MessageId) -> String| like.iter().map(write).collect::<Vec<_>>().join(", ");
    let filled = |statements: &str, ids: String| {
        let counted = statements.replace("{COUNT}", &count.to_string()).replace("{FROM}", &from.to_string());
        counted.replace("{LIKE}", &ids)
    };
    let in_sqlite = filled(IN_SQLITE, ids(|id| format!("x'{}'", id.uuid().simple())));
    let in_postgres = filled(IN_POSTGRES, ids(|id| format!("'{}'", id.uuid())));
    raw::run(place, &in_sqlite, &in_postgres).await
}
