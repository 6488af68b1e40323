//! All of an organization, for who holds the database.

use std::{collections::HashMap, hash::Hash};

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, FileId, MessageId, OrganizationId, Timestamp, UserId,
    channel::{Channel, Mention},
    emoji::Emoji,
    membership::Membership,
    message::Message,
    ports::store::{ExchangeQueries, ExportedMessage, StoreError},
    text::Email,
    thread::Thread,
    user::{User, UserKind},
};
use uuid::Uuid;

use super::{
    prelude::{Conn, SqlStore},
    retention::{keeps_messages_of, keeps_threads},
};
use crate::{
    error::{InvalidColumn, SqlError},
    rows::{ChannelRow, ConversationRow, MemberRow, MentionRow, MessageRow, ThreadRow, UserRow, channel, thread},
    schema::{channels, conversations, members, mentions, message_files, messages, reactions, threads, users},
    types::{DbId, DbName, DbTime},
};

#[async_trait]
impl ExchangeQueries for SqlStore {
    async fn messages_that_exist(&self, ids: Vec<MessageId>) -> Result<Vec<MessageId>, StoreError> {
        self.read(move |conn| those_that_exist(conn, ids.clone()).boxed()).await
    }

    async fn find_by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        let email = email.clone();
        self.read(move |conn| find_by_email(conn, email.clone()).boxed()).await
    }

    async fn export_channels(
        &self,
        organization: OrganizationId,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<Channel>, StoreError> {
        self.read(move |conn| all_channels(conn, organization, after, limit).boxed()).await
    }

    async fn export_threads(
        &self,
        organization: OrganizationId,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<Thread>, StoreError> {
        self.read(move |conn| all_threads(conn, organization, after, limit).boxed()).await
    }

    async fn export_members(&self, conversation: ConversationId) -> Result<Vec<Membership>, StoreError> {
        self.read(move |conn| all_members(conn, conversation).boxed()).await
    }

    async fn export_messages(
        &self,
        conversation: ConversationId,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<ExportedMessage>, StoreError> {
        self.read(move |conn| all_messages(conn, conversation, after, limit).boxed()).await
    }
}

async fn those_that_exist(conn: &mut Conn, ids: Vec<MessageId>) -> Result<Vec<MessageId>, SqlError> {
    let ids: Vec<DbId> = ids.into_iter().map(DbId::from).collect();
    let found: Vec<DbId> = messages::table.filter(messages::id.eq_any(ids)).select(messages::id).load(conn).await?;
    Ok(found.into_iter().map(MessageId::from).collect())
}

async fn find_by_email(conn: &mut Conn, email: Email) -> Result<Option<User>, SqlError> {
    let query = users::table
        .filter(users::email.eq(email.as_str()))
        .filter(users::kind.eq(DbName(UserKind::Person)))
        .filter(users::deleted_at.is_null())
        .select(UserRow::as_select());
    let row: Option<UserRow> = query.first(conn).await.optional()?;
    Ok(row.map(User::try_from).transpose()?)
}

async fn all_channels(
    conn: &mut Conn,
    organization: OrganizationId,
    after: Option<ConversationId>,
    limit: u32,
) -> Result<Vec<Channel>, SqlError> {
    let query = channels::table
        .inner_join(conversations::table)
        .filter(channels::organization_id.eq(DbId::from(organization)))
        .filter(channels::id.gt(after_or_first(after)))
        .filter(conversations::deleted_at.is_null())
        .order(channels::id)
        .limit(i64::from(limit))
        .select((ChannelRow::as_select(), ConversationRow::as_select()));
    let rows: Vec<(ChannelRow, ConversationRow)> = query.load(conn).await?;
    Ok(rows.into_iter().map(channel).collect::<Result<_, _>>()?)
}

async fn all_threads(
    conn: &mut Conn,
    organization: OrganizationId,
    after: Option<ConversationId>,
    limit: u32,
) -> Result<Vec<Thread>, SqlError> {
    let query = threads::table
        .inner_join(conversations::table)
        .filter(conversations::organization_id.eq(DbId::from(organization)))
        .filter(conversations::id.gt(after_or_first(after)))
        .filter(conversations::deleted_at.is_null())
        .filter(keeps_threads(organization))
        .order(conversations::id)
        .limit(i64::from(limit))
        .select((ThreadRow::as_select(), ConversationRow::as_select()));
    let rows: Vec<(ThreadRow, ConversationRow)> = query.load(conn).await?;
    Ok(rows.into_iter().map(thread).collect::<Result<_, _>>()?)
}

async fn all_members(conn: &mut Conn, conversation: ConversationId) -> Result<Vec<Membership>, SqlError> {
    let query = members::table
        .filter(members::conversation_id.eq(DbId::from(conversation)))
        .filter(members::left_at.is_null())
        .order(members::id)
        .select(MemberRow::as_select());
    let rows: Vec<MemberRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(Membership::try_from).collect::<Result<_, _>>()?)
}

async fn all_messages(
    conn: &mut Conn,
    conversation: ConversationId,
    after: Option<MessageId>,
    limit: u32,
) -> Result<Vec<ExportedMessage>, SqlError> {
    let query = messages::table
        .filter(messages::conversation_id.eq(DbId::from(conversation)))
        .filter(messages::id.gt(after.map_or(DbId(Uuid::nil()), DbId::from)))
        .filter(keeps_messages_of(conversation))
        .order(messages::id)
        .limit(i64::from(limit))
        .select(MessageRow::as_select());
    let rows: Vec<MessageRow> = query.load(conn).await?;
    let asked: Vec<DbId> = rows.iter().map(|row| row.id).collect();
    let mut mentions = mentions_of(conn, asked.clone()).await?;
    let mut reactions = reactions_to(conn, asked.clone()).await?;
    let mut files = files_of(conn, asked).await?;
    let with_all = |row: MessageRow| {
        let id = row.id;
        Ok(ExportedMessage {
            message: Message::try_from(row)?,
            mentions: mentions.remove(&id).unwrap_or_default(),
            reactions: reactions.remove(&id).unwrap_or_default(),
            files: files.remove(&id).unwrap_or_default(),
        })
    };
    rows.into_iter().map(with_all).collect()
}

async fn mentions_of(conn: &mut Conn, asked: Vec<DbId>) -> Result<HashMap<DbId, Vec<Mention>>, SqlError> {
    let query = mentions::table
        .filter(mentions::message_id.eq_any(asked))
        .order((mentions::message_id, mentions::n))
        .select(MentionRow::as_select());
    let rows: Vec<MentionRow> = query.load(conn).await?;
    let read = |row: MentionRow| Ok((row.message_id, Mention::try_from(row)?));
    Ok(by_message(rows.into_iter().map(read).collect::<Result<Vec<_>, SqlError>>()?))
}

type Reaction = (UserId, Emoji, Timestamp);

async fn reactions_to(conn: &mut Conn, asked: Vec<DbId>) -> Result<HashMap<DbId, Vec<Reaction>>, SqlError> {
    let query = reactions::table
        .filter(reactions::message_id.eq_any(asked))
        .order((reactions::message_id, reactions::created_at, reactions::emoji, reactions::user_id))
        .select((reactions::message_id, reactions::user_id, reactions::emoji, reactions::created_at));
    let rows: Vec<(DbId, DbId, String, DbTime)> = query.load(conn).await?;
    let read = |(message, user, emoji, at): (DbId, DbId, String, DbTime)| {
        let emoji = Emoji::parse(&emoji).map_err(InvalidColumn::of("reactions.emoji"))?;
        Ok((message, (user.into(), emoji, at.into())))
    };
    Ok(by_message(rows.into_iter().map(read).collect::<Result<Vec<_>, SqlError>>()?))
}

async fn files_of(conn: &mut Conn, asked: Vec<DbId>) -> Result<HashMap<DbId, Vec<FileId>>, SqlError> {
    let query = message_files::table
        .filter(message_files::message_id.eq_any(asked))
        .order((message_files::message_id, message_files::n))
        .select((message_files::message_id, message_files::file_id));
    let rows: Vec<(DbId, DbId)> = query.load(conn).await?;
    Ok(by_message(rows.into_iter().map(|(message, file)| (message, file.into())).collect()))
}

fn by_message<K: Eq + Hash, V>(rows: Vec<(K, V)>) -> HashMap<K, Vec<V>> {
    let mut found: HashMap<K, Vec<V>> = HashMap::new();
    for (message, one) in rows {
        found.entry(message).or_default().push(one);
    }
    found
}

fn after_or_first(after: Option<ConversationId>) -> DbId {
    after.map_or(DbId(Uuid::nil()), DbId::from)
}
