//! Who may read a file, asked here by whatever serves, attaches or lists one. What a member may read, the gate's rules say.

use diesel::{
    query_builder::{BoxedSqlQuery, SqlQuery},
    sql_types::Bool,
};
use diesel_async::RunQueryDsl;
use stead_domain::{FileId, OrganizationId, UserId, ports::store::FileReader};

use super::{
    gate::file_is_read_by,
    prelude::{Conn, Db},
};
use crate::{
    error::SqlError,
    types::{DbId, SqlUuid},
};

/// `$1` is the organization, `$2` the user, `$3` whether they oversee every thread, `f` the file. Follows
/// `domain::thread::oversight`.
const OVERSEES: &str = "f.organization_id = $1 AND (\
    EXISTS (SELECT 1 FROM message_files a \
        JOIN messages m ON m.id = a.message_id AND m.deleted_at IS NULL \
        JOIN conversations c ON c.id = a.conversation_id AND c.deleted_at IS NULL \
        JOIN threads t ON t.id = c.id \
        JOIN agents g ON g.id = t.agent_id AND ((g.owner_user_id = $2 AND g.owner_visibility = 'full') OR $3) \
        WHERE a.file_id = f.id) \
    OR EXISTS (SELECT 1 FROM thread_files a \
        JOIN conversations c ON c.id = a.conversation_id AND c.deleted_at IS NULL \
        JOIN threads t ON t.id = c.id \
        JOIN agents g ON g.id = t.agent_id AND ((g.owner_user_id = $2 AND g.owner_visibility = 'full') OR $3) \
        WHERE a.file_id = f.id))";

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
}

/// Those of the files that the user may read as their uploader or as a member of a conversation that they lie in.
pub(super) async fn readable(
    conn: &mut Conn,
    organization: OrganizationId,
    user: UserId,
    files: &[FileId],
) -> Result<Vec<DbId>, SqlError> {
    let asked = diesel::sql_query(format!(
        "SELECT f.id FROM files f JOIN organizations o ON o.id = f.organization_id AND o.deleted_at IS NULL \
         WHERE f.organization_id = $1 AND {} AND f.id IN ({})",
        file_is_read_by("$2"),
        places(3, files)
    ))
    .into_boxed()
    .bind::<SqlUuid, _>(DbId::from(organization))
    .bind::<SqlUuid, _>(DbId::from(user));
    found(conn, asked, files).await
}

/// Those of the files that the user may read as an overseer of a thread that they lie in.
pub(super) async fn overseen(conn: &mut Conn, reader: FileReader, files: &[FileId]) -> Result<Vec<DbId>, SqlError> {
    let FileReader { organization, user, oversees_all } = reader;
    let asked =
        diesel::sql_query(format!("SELECT f.id FROM files f WHERE {OVERSEES} AND f.id IN ({})", places(4, files)))
            .into_boxed()
            .bind::<SqlUuid, _>(DbId::from(organization))
            .bind::<SqlUuid, _>(DbId::from(user))
            .bind::<Bool, _>(oversees_all);
    found(conn, asked, files).await
}

async fn found(
    conn: &mut Conn,
    query: BoxedSqlQuery<'static, Db, SqlQuery>,
    files: &[FileId],
) -> Result<Vec<DbId>, SqlError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let query = files.iter().fold(query, |query, file| query.bind::<SqlUuid, _>(DbId::from(*file)));
    let found: Vec<Found> = query.load(conn).await?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// The places of so many ids in a statement, from the n-th on.
fn places(first: usize, files: &[FileId]) -> String {
    let places: Vec<_> = (first..first + files.len()).map(|n| format!("${n}")).collect();
    places.join(", ")
}
