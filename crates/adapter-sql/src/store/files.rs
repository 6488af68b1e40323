//! Files, and what they are attached to.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use diesel::{dsl::exists, prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, FileId, OrganizationId,
    file::File,
    page::Slice,
    ports::store::{FileFilter, FileQueries, FileReader, FileRight, FilesOf, LeftBy, StoreError},
};

use super::{
    file_gate,
    prelude::{Conn, Db, SqlStore},
    retention::keeps_messages,
};
use crate::{
    error::{InvalidColumn, SqlError},
    paging::load_page,
    rows::FileRow,
    schema::{conversations, files, message_files, messages, thread_files},
    types::{DbId, SqlUuid},
};

#[async_trait]
impl FileQueries for SqlStore {
    async fn find_file(&self, organization: OrganizationId, id: FileId) -> Result<Option<File>, StoreError> {
        self.read(move |conn| find_file(conn, organization, id).boxed()).await
    }

    async fn find_readable_file(
        &self,
        reader: FileReader,
        id: FileId,
    ) -> Result<Option<(File, FileRight)>, StoreError> {
        self.read(move |conn| find_readable_file(conn, reader, id).boxed()).await
    }

    async fn list_files(&self, filter: FileFilter) -> Result<Slice<File>, StoreError> {
        self.read(move |conn| list_files(conn, filter).boxed()).await
    }

    async fn thread_files(&self, thread: ConversationId) -> Result<Vec<File>, StoreError> {
        self.read(move |conn| thread_files(conn, thread).boxed()).await
    }

    async fn size_of_files(&self, organization: OrganizationId) -> Result<u64, StoreError> {
        self.read(move |conn| size_of_files(conn, organization).boxed()).await
    }

    async fn files_that_exist(&self, asked: &[FileId]) -> Result<Vec<FileId>, StoreError> {
        let asked: Arc<[DbId]> = asked.iter().map(|file| DbId::from(*file)).collect();
        self.read(move |conn| files_that_exist(conn, asked).boxed()).await
    }

    async fn unused_files(&self, left_by: LeftBy, limit: u32) -> Result<Vec<FileId>, StoreError> {
        self.read(move |conn| unused_files(conn, left_by, limit).boxed()).await
    }
}

async fn find_file(conn: &mut Conn, organization: OrganizationId, id: FileId) -> Result<Option<File>, SqlError> {
    let query = files::table
        .filter(files::id.eq(DbId::from(id)))
        .filter(files::organization_id.eq(DbId::from(organization)))
        .select(FileRow::as_select());
    let row: Option<FileRow> = query.first(conn).await.optional()?;
    Ok(row.map(File::try_from).transpose()?)
}

async fn find_readable_file(
    conn: &mut Conn,
    reader: FileReader,
    id: FileId,
) -> Result<Option<(File, FileRight)>, SqlError> {
    let Some(file) = find_file(conn, reader.organization, id).await? else { return Ok(None) };
    if !file_gate::readable(conn, reader.organization, reader.user, &[id]).await?.is_empty() {
        return Ok(Some((file, FileRight::Reader)));
    }
    let is_overseen = !file_gate::overseen(conn, reader, &[id]).await?.is_empty();
    Ok(is_overseen.then_some((file, FileRight::Overseer)))
}

async fn list_files(conn: &mut Conn, filter: FileFilter) -> Result<Slice<File>, SqlError> {
    let Slice { items, has_older, has_newer } =
        load_page!(conn, filter.page, files::id, FileRow, listed(filter).select(FileRow::as_select()));
    Ok(Slice { items: read(items)?, has_older, has_newer })
}

fn listed(filter: FileFilter) -> files::BoxedQuery<'static, Db> {
    let of_organization =
        files::table.filter(files::organization_id.eq(DbId::from(filter.organization))).into_boxed::<Db>();
    match filter.of {
        FilesOf::Uploader(user) => of_organization.filter(files::uploaded_by_user_id.eq(DbId::from(user))),
        FilesOf::Conversation(conversation) => {
            let id = DbId::from(conversation);
            let there =
                conversations::table.filter(conversations::id.eq(id)).filter(conversations::deleted_at.is_null());
            let of_messages = message_files::table
                .inner_join(messages::table)
                .filter(message_files::conversation_id.eq(id))
                .filter(messages::deleted_at.is_null())
                .filter(keeps_messages(filter.organization))
                .select(message_files::file_id);
            let of_thread =
                thread_files::table.filter(thread_files::conversation_id.eq(id)).select(thread_files::file_id);
            of_organization.filter(files::id.eq_any(of_messages).or(files::id.eq_any(of_thread))).filter(exists(there))
        }
    }
}

async fn thread_files(conn: &mut Conn, thread: ConversationId) -> Result<Vec<File>, SqlError> {
    let query = thread_files::table
        .inner_join(files::table)
        .inner_join(conversations::table)
        .filter(thread_files::conversation_id.eq(DbId::from(thread)))
        .filter(conversations::deleted_at.is_null())
        .order(thread_files::n)
        .select(FileRow::as_select());
    Ok(read(query.load(conn).await?)?)
}

/// The files of each of these messages, in their order, with one statement for all.
pub(super) async fn attached(conn: &mut Conn, asked: &[DbId]) -> Result<HashMap<DbId, Vec<File>>, SqlError> {
    let mut attached: HashMap<DbId, Vec<File>> = HashMap::new();
    if asked.is_empty() {
        return Ok(attached);
    }
    let query = message_files::table
        .inner_join(files::table)
        .filter(message_files::message_id.eq_any(asked.to_vec()))
        .order((message_files::message_id, message_files::n))
        .select((message_files::message_id, FileRow::as_select()));
    let rows: Vec<(DbId, FileRow)> = query.load(conn).await?;
    for (message, row) in rows {
        attached.entry(message).or_default().push(row.try_into()?);
    }
    Ok(attached)
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// How many bytes an organization's files have together. Guards ask this too.
pub(super) async fn size_of_files(conn: &mut Conn, organization: OrganizationId) -> Result<u64, SqlError> {
    // A sum is `numeric` on Postgres.
    let query = "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS total FROM files WHERE organization_id = $1";
    let query = diesel::sql_query(query).bind::<SqlUuid, _>(DbId::from(organization));
    let Sum { total } = query.get_result(conn).await?;
    Ok(u64::try_from(total).unwrap_or(0))
}

async fn files_that_exist(conn: &mut Conn, asked: Arc<[DbId]>) -> Result<Vec<FileId>, SqlError> {
    let query = files::table.filter(files::id.eq_any(asked.to_vec())).select(files::id);
    let found: Vec<DbId> = query.load(conn).await?;
    Ok(found.into_iter().map(FileId::from).collect())
}

#[derive(QueryableByName)]
struct Unused {
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
}

async fn unused_files(conn: &mut Conn, left_by: LeftBy, limit: u32) -> Result<Vec<FileId>, SqlError> {
    let (condition, id) = unused(left_by);
    let query = diesel::sql_query(format!("SELECT f.id FROM files f WHERE {condition} ORDER BY f.id LIMIT $2"))
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(i64::from(limit));
    let found: Vec<Unused> = query.load(conn).await?;
    Ok(found.into_iter().map(|found| found.id.into()).collect())
}

const LEFT_BY_CONVERSATION: &str = "(f.id IN (SELECT file_id FROM message_files WHERE conversation_id = $1) \
        OR f.id IN (SELECT file_id FROM thread_files WHERE conversation_id = $1)) \
    AND EXISTS (SELECT 1 FROM conversations d WHERE d.id = $1 AND d.deleted_at IS NOT NULL) \
    AND NOT EXISTS (SELECT 1 FROM message_files a \
        JOIN messages m ON m.id = a.message_id AND m.deleted_at IS NULL \
        JOIN conversations c ON c.id = a.conversation_id AND c.deleted_at IS NULL WHERE a.file_id = f.id) \
    AND NOT EXISTS (SELECT 1 FROM thread_files a \
        JOIN conversations c ON c.id = a.conversation_id AND c.deleted_at IS NULL WHERE a.file_id = f.id)";

const LEFT_BY_USER: &str = "(f.uploaded_by_user_id = $1 \
        OR f.id IN (SELECT a.file_id FROM message_files a JOIN threads t ON t.id = a.conversation_id \
            WHERE t.user_id = $1) \
        OR f.id IN (SELECT a.file_id FROM thread_files a JOIN threads t ON t.id = a.conversation_id \
            WHERE t.user_id = $1)) \
    AND EXISTS (SELECT 1 FROM users d WHERE d.id = $1 AND d.deleted_at IS NOT NULL) \
    AND NOT EXISTS (SELECT 1 FROM message_files a \
        JOIN messages m ON m.id = a.message_id AND m.deleted_at IS NULL \
            AND (m.author_user_id IS NULL OR m.author_user_id <> $1) \
        JOIN conversations c ON c.id = a.conversation_id AND c.deleted_at IS NULL \
        WHERE a.file_id = f.id AND NOT EXISTS (SELECT 1 FROM threads t WHERE t.id = c.id AND t.user_id = $1)) \
    AND NOT EXISTS (SELECT 1 FROM thread_files a \
        JOIN conversations c ON c.id = a.conversation_id AND c.deleted_at IS NULL \
        WHERE a.file_id = f.id AND NOT EXISTS (SELECT 1 FROM threads t WHERE t.id = c.id AND t.user_id = $1))";

const LEFT_BY_ORGANIZATION: &str = "f.organization_id = $1 \
    AND EXISTS (SELECT 1 FROM organizations d WHERE d.id = $1 AND d.deleted_at IS NOT NULL)";

/// When a file `f` is used by nobody any more since something was deleted, which is `$1`.
pub(super) fn unused(left_by: LeftBy) -> (&'static str, DbId) {
    match left_by {
        LeftBy::Conversation(conversation) => (LEFT_BY_CONVERSATION, conversation.into()),
        LeftBy::User(user) => (LEFT_BY_USER, user.into()),
        LeftBy::Organization(organization) => (LEFT_BY_ORGANIZATION, organization.into()),
    }
}

fn read(rows: Vec<FileRow>) -> Result<Vec<File>, InvalidColumn> {
    rows.into_iter().map(File::try_from).collect()
}
