//! Messages and their tool calls.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, MessageId, OrganizationId,
    message::MessageRole,
    page::Slice,
    ports::store::{BranchFilter, Branches, LatestFilter, MessageFilter, MessageQueries, StoreError, ThreadMessage},
    tool_call::ToolCall,
};

use super::{
    branches, feedback, files,
    prelude::{Conn, Db, SqlStore},
    retention::{keeps_messages, keeps_messages_of},
};
use crate::{
    error::SqlError,
    paging::load_page,
    prepared::Prepare,
    rows::{MessageRow, ToolCallRow},
    schema::{conversations, messages, tool_calls},
    types::DbId,
};

/// The most ids that are given at once.
const MOST_IDS: u32 = 10_000;

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

    async fn list_branch(&self, filter: BranchFilter) -> Result<Vec<ThreadMessage>, StoreError> {
        self.read(move |conn| branches::list(conn, filter).boxed()).await
    }

    async fn latest_ids(&self, filter: LatestFilter) -> Result<Vec<MessageId>, StoreError> {
        self.read(move |conn| latest_ids(conn, filter).boxed()).await
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
        .filter(keeps_messages(organization))
        .select(MessageRow::as_select());
    let row: Option<MessageRow> = query.limit(1).prepared().get_result(conn).await.optional()?;
    Ok(with_details(conn, row.into_iter().collect()).await?.pop())
}

async fn list_messages(conn: &mut Conn, filter: MessageFilter) -> Result<Slice<ThreadMessage>, SqlError> {
    let Slice { items, has_older, has_newer } =
        load_page!(conn, filter.page, messages::id, MessageRow, asked(filter).select(MessageRow::as_select()));
    Ok(Slice { items: with_details(conn, items).await?, has_older, has_newer })
}

fn asked(filter: MessageFilter) -> messages::BoxedQuery<'static, Db> {
    let of_branches = match filter.branches {
        Branches::Active => active_of(filter.conversation),
        Branches::All => all_of(filter.conversation),
    };
    of_branches
        .filter(messages::organization_id.eq(DbId::from(filter.organization)))
        .filter(keeps_messages(filter.organization))
}

async fn latest_ids(conn: &mut Conn, filter: LatestFilter) -> Result<Vec<MessageId>, SqlError> {
    let LatestFilter { organization, conversation, replies_to, from, limit } = filter;
    // Replies are in the conversation of what they reply to: naming it too would have them looked for in all of it.
    let query = match replies_to {
        Some(message) => if_there(conversation).filter(messages::reply_to_id.eq(DbId::from(message))),
        None => all_of(conversation),
    };
    let query = query
        .filter(messages::active)
        .filter(messages::organization_id.eq(DbId::from(organization)))
        .filter(messages::deleted_at.is_null())
        .filter(keeps_messages(organization));
    let query = match from {
        Some(first) => query.filter(messages::id.ge(DbId::from(first))),
        None => query,
    };
    let query = query.order(messages::id.desc()).limit(i64::from(limit.min(MOST_IDS))).select(messages::id);
    let found: Vec<DbId> = query.prepared().load(conn).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// The active messages of a conversation that is not deleted.
fn active_of(conversation: ConversationId) -> messages::BoxedQuery<'static, Db> {
    all_of(conversation).filter(messages::active)
}

/// The messages of a conversation that is not deleted.
fn all_of(conversation: ConversationId) -> messages::BoxedQuery<'static, Db> {
    if_there(conversation).filter(messages::conversation_id.eq(DbId::from(conversation)))
}

/// All messages, if the conversation is not deleted: say which.
fn if_there(conversation: ConversationId) -> messages::BoxedQuery<'static, Db> {
    let id = DbId::from(conversation);
    let there = conversations::table.filter(conversations::id.eq(id)).filter(conversations::deleted_at.is_null());
    messages::table.filter(exists(there)).into_boxed()
}

/// The newest active message of a conversation, kept or not. Guards ask this too.
pub(super) async fn newest_message(
    conn: &mut Conn,
    conversation: ConversationId,
) -> Result<Option<MessageId>, SqlError> {
    let query = active_of(conversation).order(messages::id.desc()).select(messages::id);
    let newest: Option<DbId> = query.first(conn).await.optional()?;
    Ok(newest.map(Into::into))
}

async fn count_messages(conn: &mut Conn, conversation: ConversationId) -> Result<i64, SqlError> {
    let kept = active_of(conversation).filter(keeps_messages_of(conversation));
    Ok(kept.count().prepared().get_result(conn).await?)
}

/// Adds their tool calls, files and feedback to messages, with one statement each for all.
pub(super) async fn with_details(conn: &mut Conn, rows: Vec<MessageRow>) -> Result<Vec<ThreadMessage>, SqlError> {
    let asked: Vec<DbId> = rows.iter().map(|row| row.id).collect();
    let answers = rows.iter().filter(|row| row.role.0 == MessageRole::Assistant).map(|row| row.id).collect();
    let mut calls: HashMap<DbId, Vec<ToolCall>> = HashMap::new();
    if !asked.is_empty() {
        let query = tool_calls::table
            .filter(tool_calls::message_id.eq_any(asked.clone()))
            .order((tool_calls::message_id, tool_calls::step, tool_calls::id))
            .select(ToolCallRow::as_select());
        for row in query.load(conn).await? {
            calls.entry(row.message_id).or_default().push(row.try_into()?);
        }
    }
    let mut attached = files::attached(conn, &asked).await?;
    let mut feedback = feedback::of(conn, answers).await?;
    let with_details = |row: MessageRow| {
        let tool_calls = calls.remove(&row.id).unwrap_or_default();
        let attachments = attached.remove(&row.id).unwrap_or_default();
        let feedback = feedback.remove(&row.id);
        Ok(ThreadMessage { message: row.try_into()?, tool_calls, attachments, feedback })
    };
    rows.into_iter().map(with_details).collect()
}
