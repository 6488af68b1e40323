//! Threads about channels.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ports::store::{SidebarFilter, SidebarQueries, StoreError, ThreadMessage},
    thread::Thread,
};

use super::{
    prelude::{Conn, SqlStore},
    retention::keeps_threads,
    threads::with_latest_messages,
};
use crate::{
    error::SqlError,
    rows::{ConversationRow, ThreadRow, thread},
    schema::{conversations, threads},
    types::DbId,
};

#[async_trait]
impl SidebarQueries for SqlStore {
    async fn list_sidebars(&self, filter: SidebarFilter) -> Result<Vec<(Thread, Vec<ThreadMessage>)>, StoreError> {
        self.read(move |conn| list(conn, filter).boxed()).await
    }
}

async fn list(conn: &mut Conn, filter: SidebarFilter) -> Result<Vec<(Thread, Vec<ThreadMessage>)>, SqlError> {
    let query = threads::table
        .inner_join(conversations::table)
        .filter(threads::channel_id.eq(DbId::from(filter.channel)))
        .filter(threads::organization_id.eq(DbId::from(filter.organization)))
        .filter(threads::user_id.eq(DbId::from(filter.user)))
        .filter(conversations::deleted_at.is_null())
        .filter(keeps_threads(filter.organization))
        .order((threads::last_activity_at.desc(), threads::id.desc()))
        .limit(i64::from(filter.limit))
        .offset(i64::from(filter.offset))
        .select((ThreadRow::as_select(), ConversationRow::as_select()));
    let rows: Vec<(ThreadRow, ConversationRow)> = query.load(conn).await?;
    let found = rows.into_iter().map(thread).collect::<Result<Vec<Thread>, _>>()?;
    with_latest_messages(conn, filter.organization, found, filter.message_limit).await
}
