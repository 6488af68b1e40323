//! Changes and guards of files.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    FileId, OrganizationId, UserId,
    file::FileStatus,
    ports::store::{Attach, FileChange, LeftBy, Outcome},
};

use super::{
    super::{file_gate, files as queries, search},
    people,
    prelude::{Conn, locked, share_locked},
    updated,
};
use crate::{
    error::SqlError,
    rows::{FileRow, FileStatusColumns, MessageFileRow, ThreadFileRow},
    schema::{files, message_files, thread_files},
    types::{DbId, SqlUuid},
};

pub(super) async fn apply(conn: &mut Conn, change: &FileChange) -> Result<Outcome, SqlError> {
    match change {
        FileChange::Insert(file) => {
            diesel::insert_into(files::table).values(FileRow::from(file)).execute(conn).await?;
            search::put_about(conn, file.id).await?;
            Ok(Outcome::Inserted)
        }
        FileChange::Understood { file, status, summary } => understood(conn, *file, status, summary.as_deref()).await,
        FileChange::Attach(attach) => attach_all(conn, attach).await,
        FileChange::Delete(file) => {
            let rows = diesel::delete(files::table.find(DbId::from(*file))).execute(conn).await?;
            Ok(updated(rows))
        }
        FileChange::DeleteUnused { file, left_by } => delete_unused(conn, (*file).into(), *left_by).await,
    }
}

async fn understood(
    conn: &mut Conn,
    file: FileId,
    status: &FileStatus,
    summary: Option<&str>,
) -> Result<Outcome, SqlError> {
    let FileStatusColumns { status, error_code, error_message } = status.into();
    let rows = diesel::update(files::table.find(DbId::from(file)))
        .set((
            files::status.eq(status),
            files::error_code.eq(error_code),
            files::error_message.eq(error_message),
            files::summary.eq(summary),
            files::version.eq(files::version + 1),
        ))
        .execute(conn)
        .await?;
    search::put_about(conn, file).await?;
    Ok(updated(rows))
}

async fn attach_all(conn: &mut Conn, attach: &Attach) -> Result<Outcome, SqlError> {
    let Attach { organization, conversation, message, files } = attach;
    for (n, file) in (0i32..).zip(files) {
        let (organization_id, conversation_id) = ((*organization).into(), (*conversation).into());
        let file_id = (*file).into();
        match message {
            Some(message) => {
                let message_id = (*message).into();
                let row = MessageFileRow { message_id, n, organization_id, conversation_id, file_id };
                diesel::insert_into(message_files::table).values(row).execute(conn).await?;
            }
            None => {
                let row = ThreadFileRow { conversation_id, n, organization_id, file_id };
                diesel::insert_into(thread_files::table).values(row).execute(conn).await?;
            }
        }
    }
    Ok(if files.is_empty() { Outcome::Unchanged } else { Outcome::Inserted })
}

/// Under a lock, so that nobody attaches it between the question and the deletion.
async fn delete_unused(conn: &mut Conn, file: DbId, left_by: LeftBy) -> Result<Outcome, SqlError> {
    let query = files::table.filter(files::id.eq(file)).select(files::id);
    if locked!(query).first::<DbId>(conn).await.optional()?.is_none() {
        return Ok(Outcome::Unchanged);
    }
    let (condition, of) = queries::unused(left_by);
    let statement = format!("DELETE FROM files WHERE id IN (SELECT f.id FROM files f WHERE {condition} AND f.id = $2)");
    let rows = diesel::sql_query(statement).bind::<SqlUuid, _>(of).bind::<SqlUuid, _>(file).execute(conn).await?;
    Ok(updated(rows))
}

/// Whether the user may read each of the files. They stay until the end.
pub(super) async fn readable(
    conn: &mut Conn,
    organization: OrganizationId,
    user: UserId,
    asked: &[FileId],
) -> Result<bool, SqlError> {
    let ids: Vec<DbId> = asked.iter().map(|file| DbId::from(*file)).collect();
    let query = files::table.filter(files::id.eq_any(ids.clone())).order(files::id).select(files::id);
    let _locked: Vec<DbId> = share_locked!(query).load(conn).await?;
    let found = file_gate::readable(conn, organization, user, asked).await?;
    Ok(ids.iter().all(|id| found.contains(id)))
}

/// Whether there is room for so many bytes more. It stays so until the end.
pub(super) async fn room(conn: &mut Conn, organization: OrganizationId, size: u64, max: u64) -> Result<bool, SqlError> {
    people::lock(conn, organization).await?;
    if !people::organization(conn, organization).await? {
        return Ok(false);
    }
    let used = queries::size_of_files(conn, organization).await?;
    Ok(used.saturating_add(size) <= max)
}
