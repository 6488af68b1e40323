//! What is said in channels.

mod details;
mod edits;
mod pins;
mod reactions;
mod senders;
pub(super) mod speakers;

use std::sync::Arc;

use async_trait::async_trait;
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, MessageId, OrganizationId, UserId,
    channel::Mention,
    page::{Page, Slice},
    ports::store::{
        ChannelMessage, ChannelMessageFilter, ChannelMessageQueries, MessageEdit, Pin, Reactor, Sender, Sent,
        StoreError,
    },
    text::Handle,
};
use uuid::Uuid;

use self::details::with_details;
use super::{
    prelude,
    prelude::{Conn, Db, SqlStore},
    retention::{keeps_each_message, keeps_messages},
};
use crate::{
    error::SqlError,
    paging::load_page,
    prepared::Prepare,
    rows::MessageRow,
    schema::{channels, conversations, messages},
    types::DbId,
};

/// How many messages are looked at together.
const MOST_AT_ONCE: usize = 100;

#[async_trait]
impl ChannelMessageQueries for SqlStore {
    async fn find_sender(
        &self,
        organization: OrganizationId,
        channel: ConversationId,
        user: UserId,
    ) -> Result<Option<Sender>, StoreError> {
        self.read(move |conn| senders::find(conn, organization, channel, user).boxed()).await
    }

    async fn find_mentioned(
        &self,
        channel: ConversationId,
        handles: Vec<Handle>,
    ) -> Result<Vec<(Handle, Mention)>, StoreError> {
        self.read(move |conn| senders::mentioned(conn, channel, handles).boxed()).await
    }

    async fn find_channel_message(
        &self,
        organization: OrganizationId,
        id: MessageId,
        reader: UserId,
    ) -> Result<Option<ChannelMessage>, StoreError> {
        self.read(move |conn| find(conn, organization, id, reader).boxed()).await
    }

    async fn channel_messages_now(&self, ids: Vec<MessageId>) -> Result<Vec<ChannelMessage>, StoreError> {
        let ids: Arc<[DbId]> = ids.into_iter().map(DbId::from).collect();
        self.read(move |conn| now(conn, ids).boxed()).await
    }

    async fn list_channel_messages(&self, filter: ChannelMessageFilter) -> Result<Slice<ChannelMessage>, StoreError> {
        self.read(move |conn| list(conn, filter).boxed()).await
    }

    async fn find_sent(
        &self,
        organization: OrganizationId,
        author: UserId,
        client_id: Uuid,
    ) -> Result<Option<Sent>, StoreError> {
        self.read(move |conn| find_sent(conn, organization, author, client_id).boxed()).await
    }

    async fn list_message_edits(
        &self,
        message: MessageId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<MessageEdit>, StoreError> {
        self.read(move |conn| edits::list(conn, message, before, limit).boxed()).await
    }

    async fn list_reactors(&self, message: MessageId, page: Page) -> Result<Slice<Reactor>, StoreError> {
        self.read(move |conn| reactions::reactors(conn, message, page).boxed()).await
    }

    async fn list_pins(
        &self,
        organization: OrganizationId,
        channel: ConversationId,
        reader: UserId,
    ) -> Result<Vec<Pin>, StoreError> {
        self.read(move |conn| pins::list(conn, organization, channel, reader).boxed()).await
    }
}

async fn find(
    conn: &mut Conn,
    organization: OrganizationId,
    id: MessageId,
    reader: UserId,
) -> Result<Option<ChannelMessage>, SqlError> {
    let query = messages::table
        .inner_join(conversations::table.inner_join(channels::table))
        .filter(messages::id.eq(DbId::from(id)))
        .filter(messages::organization_id.eq(DbId::from(organization)))
        .filter(conversations::deleted_at.is_null())
        .filter(keeps_messages(organization))
        .select(MessageRow::as_select());
    let row: Option<MessageRow> = query.limit(1).prepared().get_result(conn).await.optional()?;
    Ok(with_details(conn, row.into_iter().collect(), Some(reader.into())).await?.pop())
}

async fn now(conn: &mut Conn, ids: Arc<[DbId]>) -> Result<Vec<ChannelMessage>, SqlError> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(MOST_AT_ONCE) {
        let query = messages::table
            .inner_join(conversations::table.inner_join(channels::table))
            .filter(messages::id.eq_any(some.to_vec()))
            .filter(conversations::deleted_at.is_null())
            .filter(keeps_each_message())
            .select(MessageRow::as_select());
        let rows: Vec<MessageRow> = query.prepared().load(conn).await?;
        found.extend(with_details(conn, rows, None).await?);
    }
    found.sort_by_key(|said| said.message.id);
    found.dedup_by_key(|said| said.message.id);
    Ok(found)
}

async fn list(conn: &mut Conn, filter: ChannelMessageFilter) -> Result<Slice<ChannelMessage>, SqlError> {
    let Slice { items, has_older, has_newer } =
        load_page!(conn, filter.page, messages::id, MessageRow, asked(filter).select(MessageRow::as_select()));
    let items = with_details(conn, items, Some(filter.reader.into())).await?;
    Ok(Slice { items, has_older, has_newer })
}

fn asked(filter: ChannelMessageFilter) -> messages::BoxedQuery<'static, Db> {
    let channel = DbId::from(filter.channel);
    let there = channels::table
        .inner_join(conversations::table)
        .filter(channels::id.eq(channel))
        .filter(conversations::deleted_at.is_null());
    let query = messages::table.filter(exists(there)).into_boxed();
    // Replies are in the channel of what they reply to: naming it too would have some of them looked for in all of it.
    let query = match filter.replies_to {
        Some(message) => query.filter(messages::reply_to_id.eq(DbId::from(message))),
        None => query.filter(messages::conversation_id.eq(channel)),
    };
    query
        .filter(messages::organization_id.eq(DbId::from(filter.organization)))
        .filter(keeps_messages(filter.organization))
}

async fn find_sent(
    conn: &mut Conn,
    organization: OrganizationId,
    author: UserId,
    client_id: Uuid,
) -> Result<Option<Sent>, SqlError> {
    let query = messages::table
        .inner_join(conversations::table.inner_join(channels::table))
        .filter(messages::author_user_id.eq(DbId::from(author)))
        .filter(messages::client_id.eq(DbId(client_id)))
        .filter(messages::organization_id.eq(DbId::from(organization)))
        .filter(conversations::deleted_at.is_null())
        .select(MessageRow::as_select());
    let row: Option<MessageRow> = query.limit(1).prepared().get_result(conn).await.optional()?;
    let Some(message) = with_details(conn, row.into_iter().collect(), Some(author.into())).await?.pop() else {
        return Ok(None);
    };
    let before = edits::first_content(conn, message.message.id).await?;
    let first_content = before.unwrap_or_else(|| message.message.content.clone());
    Ok(Some(Sent { message, first_content }))
}
