//! Files' passages, and which files an answer may use.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use diesel::{dsl::sql, prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, FileId, MessageId, OrganizationId,
    file::File,
    passage::Passage,
    ports::store::{PassageQueries, StoreError},
};

use super::{
    branches::leads_to,
    prelude::{Conn, SqlStore},
    retention::keeps_messages,
};
use crate::{
    error::{InvalidColumn, SqlError},
    rows::{FileRow, PassageRow},
    schema::{conversations, file_passages, files, message_files, messages, thread_files},
    types::DbId,
};

/// How many files an answer may use at most.
const MOST_FILES: usize = 100;

#[async_trait]
impl PassageQueries for SqlStore {
    async fn files_for_answers(
        &self,
        organization: OrganizationId,
        conversation: ConversationId,
        answered: MessageId,
    ) -> Result<Vec<File>, StoreError> {
        self.read(move |conn| files_for_answers(conn, organization, conversation, answered).boxed()).await
    }

    async fn passage_tokens(&self, files: &[FileId]) -> Result<Vec<(FileId, i64)>, StoreError> {
        let files: Arc<[DbId]> = files.iter().map(|file| DbId::from(*file)).collect();
        self.read(move |conn| passage_tokens(conn, files).boxed()).await
    }

    async fn list_passages(&self, file: FileId, from: i32, limit: u32) -> Result<Vec<Passage>, StoreError> {
        self.read(move |conn| list_passages(conn, file, from, limit).boxed()).await
    }

    async fn find_passages(&self, file: FileId, numbers: &[i32]) -> Result<Vec<Passage>, StoreError> {
        let numbers: Arc<[i32]> = numbers.into();
        self.read(move |conn| find_passages(conn, file, numbers).boxed()).await
    }
}

async fn files_for_answers(
    conn: &mut Conn,
    organization: OrganizationId,
    conversation: ConversationId,
    answered: MessageId,
) -> Result<Vec<File>, SqlError> {
    let id = DbId::from(conversation);
    let there = conversations::table
        .filter(conversations::id.eq(id))
        .filter(conversations::organization_id.eq(DbId::from(organization)))
        .filter(conversations::deleted_at.is_null())
        .select(conversations::id);
    if there.first::<DbId>(conn).await.optional()?.is_none() {
        return Ok(Vec::new());
    }
    let of_thread = thread_files::table
        .inner_join(files::table)
        .filter(thread_files::conversation_id.eq(id))
        .order(thread_files::n)
        .select(FileRow::as_select());
    let mut found: Vec<FileRow> = of_thread.load(conn).await?;
    let of_messages = message_files::table
        .inner_join(messages::table)
        .inner_join(files::table)
        .filter(message_files::conversation_id.eq(id))
        .filter(messages::deleted_at.is_null())
        .filter(leads_to(conversation, answered))
        .filter(keeps_messages(organization))
        .order((message_files::message_id.desc(), message_files::n))
        .limit(2 * i64::try_from(MOST_FILES).unwrap_or(i64::MAX))
        .select(FileRow::as_select());
    found.extend(of_messages.load(conn).await?);
    let mut seen = HashSet::new();
    found.retain(|row| seen.insert(row.id));
    found.truncate(MOST_FILES);
    Ok(found.into_iter().map(File::try_from).collect::<Result<_, InvalidColumn>>()?)
}

async fn passage_tokens(conn: &mut Conn, asked: Arc<[DbId]>) -> Result<Vec<(FileId, i64)>, SqlError> {
    let query = file_passages::table
        .filter(file_passages::file_id.eq_any(asked.to_vec()))
        .group_by(file_passages::file_id)
        .order(file_passages::file_id)
        .select((file_passages::file_id, sql::<BigInt>("CAST(sum(tokens) AS bigint)")));
    let found: Vec<(DbId, i64)> = query.load(conn).await?;
    Ok(found.into_iter().map(|(file, tokens)| (file.into(), tokens)).collect())
}

async fn list_passages(conn: &mut Conn, file: FileId, from: i32, limit: u32) -> Result<Vec<Passage>, SqlError> {
    let query = file_passages::table
        .filter(file_passages::file_id.eq(DbId::from(file)))
        .filter(file_passages::n.ge(from))
        .order(file_passages::n)
        .limit(i64::from(limit))
        .select(PassageRow::as_select());
    Ok(read(query.load(conn).await?)?)
}

async fn find_passages(conn: &mut Conn, file: FileId, numbers: Arc<[i32]>) -> Result<Vec<Passage>, SqlError> {
    let query = file_passages::table
        .filter(file_passages::file_id.eq(DbId::from(file)))
        .filter(file_passages::n.eq_any(numbers.to_vec()))
        .order(file_passages::n)
        .select(PassageRow::as_select());
    Ok(read(query.load(conn).await?)?)
}

fn read(rows: Vec<PassageRow>) -> Result<Vec<Passage>, InvalidColumn> {
    rows.into_iter().map(Passage::try_from).collect()
}
