//! Messages and their tool calls.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, MessageId, OrganizationId,
    page::Slice,
    ports::store::{MessageFilter, MessageQueries, StoreError, ThreadMessage},
    tool_call::ToolCall,
};

use super::prelude::{Conn, Db, SqlStore};
use crate::{
    error::SqlError,
    paging::{self, Newer, Older},
    rows::{MessageRow, ToolCallRow},
    schema::{conversations, messages, tool_calls},
    types::DbId,
};

#[async_trait]
impl MessageQueries for SqlStore {
    async fn find_message(
        &self,
        organization: OrganizationId,
        id: MessageId,
    ) -> Result<Option<ThreadMessage>, StoreError> {
        self.read(move |conn| find_message(conn, organization, id).boxed()).await
    }

    async fn list_messages(&self, filter: MessageFilter) -> Result<Slice<ThreadMessage>, StoreError> {
        self.read(move |conn| list_messages(conn, filter).boxed()).await
    }

    async fn newest_message(&self, conversation: ConversationId) -> Result<Option<MessageId>, StoreError> {
        self.read(move |conn| newest_message(conn, conversation).boxed()).await
    }

    async fn count_messages(&self, conversation: ConversationId) -> Result<i64, StoreError> {
        self.read(move |conn| count_messages(conn, conversation).boxed()).await
    }
}

async fn find_message(
    conn: &mut Conn,
    organization: OrganizationId,
    id: MessageId,
) -> Result<Option<ThreadMessage>, SqlError> {
    let query = messages::table
        .inner_join(conversations::table)
        .filter(messages::id.eq(DbId::from(id)))
        .filter(messages::organization_id.eq(DbId::from(organization)))
        .filter(conversations::deleted_at.is_null())
        .select(MessageRow::as_select());
    let row: Option<MessageRow> = query.first(conn).await.optional()?;
    Ok(with_tool_calls(conn, row.into_iter().collect()).await?.pop())
}

async fn list_messages(conn: &mut Conn, filter: MessageFilter) -> Result<Slice<ThreadMessage>, SqlError> {
    let fetch = paging::fetch(filter.page);
    let (range, limit) = fetch.older;
    let query = active(filter).order(messages::id.desc()).limit(limit);
    let query = match range {
        Older::All => query,
        Older::Below(id) => query.filter(messages::id.lt(id)),
        Older::UpTo(id) => query.filter(messages::id.le(id)),
    };
    let older: Vec<MessageRow> = query.select(MessageRow::as_select()).load(conn).await?;

    let mut newer: Vec<MessageRow> = Vec::new();
    if let Some((range, limit)) = fetch.newer {
        let query = active(filter).order(messages::id.asc()).limit(limit);
        let query = match range {
            Newer::From(id) => query.filter(messages::id.ge(id)),
            Newer::Above(id) => query.filter(messages::id.gt(id)),
        };
        newer = query.select(MessageRow::as_select()).load(conn).await?;
    }

    let Slice { items, has_older, has_newer } = paging::slice(filter.page, older, newer);
    Ok(Slice { items: with_tool_calls(conn, items).await?, has_older, has_newer })
}

fn active(filter: MessageFilter) -> messages::BoxedQuery<'static, Db> {
    active_of(filter.conversation).filter(messages::organization_id.eq(DbId::from(filter.organization)))
}

/// The active messages of a conversation that is not deleted.
fn active_of(conversation: ConversationId) -> messages::BoxedQuery<'static, Db> {
    let id = DbId::from(conversation);
    let there = conversations::table.filter(conversations::id.eq(id)).filter(conversations::deleted_at.is_null());
    messages::table.filter(messages::conversation_id.eq(id)).filter(messages::active).filter(exists(there)).into_boxed()
}

/// The newest active message of a conversation. Guards ask this too.
pub(super) async fn newest_message(
    conn: &mut Conn,
    conversation: ConversationId,
) -> Result<Option<MessageId>, SqlError> {
    let query = active_of(conversation).order(messages::id.desc()).select(messages::id);
    let newest: Option<DbId> = query.first(conn).await.optional()?;
    Ok(newest.map(Into::into))
}

async fn count_messages(conn: &mut Conn, conversation: ConversationId) -> Result<i64, SqlError> {
    Ok(active_of(conversation).count().get_result(conn).await?)
}

/// Adds their tool calls to messages, with one statement for all.
pub(super) async fn with_tool_calls(conn: &mut Conn, rows: Vec<MessageRow>) -> Result<Vec<ThreadMessage>, SqlError> {
    let asked: Vec<DbId> = rows.iter().map(|row| row.id).collect();
    let mut calls: HashMap<DbId, Vec<ToolCall>> = HashMap::new();
    if !asked.is_empty() {
        let query = tool_calls::table
            .filter(tool_calls::message_id.eq_any(asked))
            .order((tool_calls::message_id, tool_calls::start_time, tool_calls::id))
            .select(ToolCallRow::as_select());
        for row in query.load(conn).await? {
            calls.entry(row.message_id).or_default().push(row.try_into()?);
        }
    }
    let with_calls = |row: MessageRow| {
        let tool_calls = calls.remove(&row.id).unwrap_or_default();
        Ok(ThreadMessage { message: row.try_into()?, tool_calls })
    };
    rows.into_iter().map(with_calls).collect()
}
