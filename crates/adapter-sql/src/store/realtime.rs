//! What is told of events to those connected to this node.

use async_trait::async_trait;
use diesel::{dsl::sql, prelude::*, sql_types::Bool};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ApiKeyId, ConversationId, FileId, MessageId, RunId, SessionId, Timestamp, UserId,
    agent::OwnerVisibility,
    file::File,
    ports::store::{RealtimeQueries, RoomMember, StoreError, ThreadMessage},
    run::Run,
    thread::Thread,
};

use super::{
    messages::with_details,
    prelude::{Conn, SqlStore, kept_since},
};
use crate::{
    error::SqlError,
    names::ConversationKind,
    rows::{ConversationRow, FileRow, MessageRow, RunRow, ThreadRow, thread},
    schema::{agents, api_keys, conversations, files, members, messages, runs, sessions, threads, users},
    types::{DbId, DbName, DbTime},
};

#[async_trait]
impl RealtimeQueries for SqlStore {
    async fn thread_messages_by_id(&self, ids: Vec<MessageId>) -> Result<Vec<ThreadMessage>, StoreError> {
        let ids = db_ids(ids);
        self.read(move |conn| messages_by_id(conn, ids).boxed()).await
    }

    async fn threads_by_id(&self, ids: Vec<ConversationId>) -> Result<Vec<(Thread, OwnerVisibility)>, StoreError> {
        let ids = db_ids(ids);
        self.read(move |conn| threads_by_id(conn, ids).boxed()).await
    }

    async fn runs_by_id(&self, ids: Vec<RunId>) -> Result<Vec<Run>, StoreError> {
        let ids = db_ids(ids);
        self.read(move |conn| runs_by_id(conn, ids).boxed()).await
    }

    async fn files_by_id(&self, ids: Vec<FileId>) -> Result<Vec<File>, StoreError> {
        let ids = db_ids(ids);
        self.read(move |conn| files_by_id(conn, ids).boxed()).await
    }

    async fn members_among(
        &self,
        conversations: Vec<ConversationId>,
        users: Vec<UserId>,
    ) -> Result<Vec<RoomMember>, StoreError> {
        let (conversations, users) = (db_ids(conversations), db_ids(users));
        self.read(move |conn| members_among(conn, conversations, users).boxed()).await
    }

    async fn good_credentials(
        &self,
        sessions: Vec<SessionId>,
        keys: Vec<ApiKeyId>,
        now: Timestamp,
    ) -> Result<(Vec<SessionId>, Vec<ApiKeyId>), StoreError> {
        let (sessions, keys) = (db_ids(sessions), db_ids(keys));
        self.read(move |conn| good_credentials(conn, sessions, keys, now.into()).boxed()).await
    }
}

fn db_ids<T: Into<DbId>>(ids: Vec<T>) -> Vec<DbId> {
    ids.into_iter().map(Into::into).collect()
}

/// Whether what is of that time is still kept by the organization of the row.
macro_rules! kept {
    ($time:literal, $organization:literal) => {
        sql::<Bool>(concat!(
            $time,
            " >= (SELECT ",
            kept_since!(),
            " FROM organizations o WHERE o.id = ",
            $organization,
            ")"
        ))
    };
}

async fn messages_by_id(conn: &mut Conn, ids: Vec<DbId>) -> Result<Vec<ThreadMessage>, SqlError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = messages::table
        .inner_join(conversations::table.inner_join(threads::table))
        .filter(messages::id.eq_any(ids))
        .filter(conversations::deleted_at.is_null())
        .filter(kept!("messages.created_at", "messages.organization_id"))
        .select(MessageRow::as_select());
    let rows: Vec<MessageRow> = query.load(conn).await?;
    with_details(conn, rows).await
}

async fn threads_by_id(conn: &mut Conn, ids: Vec<DbId>) -> Result<Vec<(Thread, OwnerVisibility)>, SqlError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = threads::table
        .inner_join(conversations::table)
        .inner_join(agents::table.on(agents::id.eq(threads::agent_id)))
        .filter(threads::id.eq_any(ids))
        .filter(conversations::deleted_at.is_null())
        .filter(kept!("threads.last_activity_at", "threads.organization_id"))
        .select((ThreadRow::as_select(), ConversationRow::as_select(), agents::owner_visibility));
    let rows: Vec<(ThreadRow, ConversationRow, DbName<OwnerVisibility>)> = query.load(conn).await?;
    let seen = |(row, conversation, visibility): (_, _, DbName<_>)| Ok((thread((row, conversation))?, visibility.0));
    rows.into_iter().map(seen).collect()
}

async fn runs_by_id(conn: &mut Conn, ids: Vec<DbId>) -> Result<Vec<Run>, SqlError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = runs::table
        .inner_join(conversations::table)
        .filter(runs::id.eq_any(ids))
        .filter(conversations::deleted_at.is_null())
        .filter(kept!("runs.created_at", "runs.organization_id").or(runs::ended_at.is_null()))
        .select(RunRow::as_select());
    let rows: Vec<RunRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(Run::try_from).collect::<Result<_, _>>()?)
}

async fn files_by_id(conn: &mut Conn, ids: Vec<DbId>) -> Result<Vec<File>, SqlError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<FileRow> = files::table.filter(files::id.eq_any(ids)).select(FileRow::as_select()).load(conn).await?;
    Ok(rows.into_iter().map(File::try_from).collect::<Result<_, _>>()?)
}

async fn members_among(
    conn: &mut Conn,
    conversations: Vec<DbId>,
    users: Vec<DbId>,
) -> Result<Vec<RoomMember>, SqlError> {
    if conversations.is_empty() || users.is_empty() {
        return Ok(Vec::new());
    }
    let query = members::table
        .inner_join(conversations::table)
        .filter(members::conversation_id.eq_any(conversations))
        .filter(members::user_id.eq_any(users))
        .filter(members::left_at.is_null())
        .select((members::conversation_id, members::user_id.assume_not_null(), conversations::kind));
    let rows: Vec<(DbId, DbId, DbName<ConversationKind>)> = query.load(conn).await?;
    let memberships = rows.into_iter().map(|(conversation, user, kind)| RoomMember {
        conversation: conversation.into(),
        user: user.into(),
        in_thread: matches!(kind.0, ConversationKind::Thread | ConversationKind::Sidebar),
    });
    Ok(memberships.collect())
}

async fn good_credentials(
    conn: &mut Conn,
    sessions: Vec<DbId>,
    keys: Vec<DbId>,
    now: DbTime,
) -> Result<(Vec<SessionId>, Vec<ApiKeyId>), SqlError> {
    let (mut good_sessions, mut good_keys) = (Vec::new(), Vec::new());
    if !sessions.is_empty() {
        let query = sessions::table
            .inner_join(users::table)
            .filter(sessions::id.eq_any(sessions))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(now))
            .filter(users::deactivated_at.is_null())
            .filter(users::deleted_at.is_null())
            .select(sessions::id);
        let rows: Vec<DbId> = query.load(conn).await?;
        good_sessions.extend(rows.into_iter().map(SessionId::from));
    }
    if !keys.is_empty() {
        let query = api_keys::table
            .inner_join(users::table)
            .filter(api_keys::id.eq_any(keys))
            .filter(api_keys::revoked_at.is_null())
            .filter(api_keys::expires_at.gt(now))
            .filter(users::deactivated_at.is_null())
            .filter(users::deleted_at.is_null())
            .select(api_keys::id);
        let rows: Vec<DbId> = query.load(conn).await?;
        good_keys.extend(rows.into_iter().map(ApiKeyId::from));
    }
    Ok((good_sessions, good_keys))
}
