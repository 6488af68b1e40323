use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use crate::error::SqlError;

/// Under a lock: of several processes that start at once all but one would fail.
const MAKE: &str = "
    SELECT pg_advisory_xact_lock(8387236824927925);
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE IF NOT EXISTS pgvectors (
        organization_id uuid NOT NULL,
        kind text NOT NULL,
        source_id uuid NOT NULL,
        chunk integer NOT NULL,
        conversation_ids uuid[] NOT NULL,
        author_user_id uuid,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL,
        model text NOT NULL,
        dimension integer NOT NULL,
        embedding vector NOT NULL,
        PRIMARY KEY (organization_id, kind, source_id, chunk)
    );
    CREATE INDEX IF NOT EXISTS pgvectors_conversations ON pgvectors USING gin (conversation_ids);";

pub(super) async fn make(conn: &mut AsyncPgConnection) -> Result<(), SqlError> {
    Ok(conn.batch_execute(MAKE).await?)
}
