//! Threads.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, OrganizationId,
    ports::store::{StoreError, ThreadFilter, ThreadMessage, ThreadOwner, ThreadQueries},
    thread::Thread,
};

use super::{
    messages::with_details,
    prelude::{Conn, Db, SqlStore, latest_messages},
    retention::keeps_threads,
};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::{ConversationRow, ThreadRow, thread},
    schema::{conversations, threads},
    types::DbId,
};

#[async_trait]
impl ThreadQueries for SqlStore {
    async fn find_thread(
        &self,
        organization: OrganizationId,
        id: ConversationId,
    ) -> Result<Option<Thread>, StoreError> {
        self.read(move |conn| find_thread(conn, organization, id).boxed()).await
    }

    async fn list_threads(&self, filter: ThreadFilter) -> Result<Vec<(Thread, Vec<ThreadMessage>)>, StoreError> {
        self.read(move |conn| list_threads(conn, filter).boxed()).await
    }
}

async fn find_thread(
    conn: &mut Conn,
    organization: OrganizationId,
    id: ConversationId,
) -> Result<Option<Thread>, SqlError> {
    let query = threads::table
        .inner_join(conversations::table)
        .filter(threads::id.eq(DbId::from(id)))
        .filter(threads::organization_id.eq(DbId::from(organization)))
        .filter(conversations::deleted_at.is_null())
        .filter(keeps_threads(organization))
        .select((ThreadRow::as_select(), ConversationRow::as_select()));
    let rows = query.limit(1).prepared().get_result(conn).await.optional()?;
    Ok(rows.map(thread).transpose()?)
}

async fn list_threads(conn: &mut Conn, filter: ThreadFilter) -> Result<Vec<(Thread, Vec<ThreadMessage>)>, SqlError> {
    let threads = newest_threads(conn, filter).await?;
    with_latest_messages(conn, filter.organization, threads, filter.message_limit).await
}

/// Threads, each with its latest active messages, at most so many.
pub(super) async fn with_latest_messages(
    conn: &mut Conn,
    organization: OrganizationId,
    threads: Vec<Thread>,
    message_limit: u32,
) -> Result<Vec<(Thread, Vec<ThreadMessage>)>, SqlError> {
    let ids: Vec<DbId> = threads.iter().map(|thread| thread.id.into()).collect();
    let mut messages: HashMap<ConversationId, Vec<ThreadMessage>> = HashMap::new();
    if !ids.is_empty() && message_limit > 0 {
        let rows = latest_messages(conn, organization.into(), &ids, message_limit).await?;
        for item in with_details(conn, rows).await? {
            messages.entry(item.message.conversation_id).or_default().push(item);
        }
    }
    let with_messages = |thread: Thread| {
        let latest = messages.remove(&thread.id).unwrap_or_default();
        (thread, latest)
    };
    Ok(threads.into_iter().map(with_messages).collect())
}

async fn newest_threads(conn: &mut Conn, filter: ThreadFilter) -> Result<Vec<Thread>, SqlError> {
    let mut query = threads::table
        .inner_join(conversations::table)
        .filter(threads::organization_id.eq(DbId::from(filter.organization)))
        .filter(threads::agent_id.eq(DbId::from(filter.agent)))
        // Those about a channel are listed beside it, to who is in it.
        .filter(threads::channel_id.is_null())
        .filter(conversations::deleted_at.is_null())
        .filter(keeps_threads(filter.organization))
        .select((ThreadRow::as_select(), ConversationRow::as_select()))
        .order((threads::last_activity_at.desc(), threads::id.desc()))
        .limit(i64::from(filter.limit))
        .offset(i64::from(filter.offset))
        .into_boxed::<Db>();
    if let ThreadOwner::User(user) = filter.owner {
        query = query.filter(threads::user_id.eq(DbId::from(user)));
    }
    if let Some(archived) = filter.archived {
        query = query.filter(threads::archived.eq(archived));
    }
    let rows: Vec<(ThreadRow, ConversationRow)> = query.prepared().load(conn).await?;
    Ok(rows.into_iter().map(thread).collect::<Result<_, _>>()?)
}
