use diesel::prelude::*;
use stead_domain::{
    channel::ConversationKey,
    thread::{Thread, Title, TitleSource},
};

use crate::{
    error::InvalidColumn,
    names::ConversationKind,
    schema::{conversations, threads},
    types::{DbId, DbJson, DbName, DbTime},
};

/// What a thread has in common with other conversations. Its version is the thread's.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = conversations, treat_none_as_default_value = false)]
pub struct ConversationRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub kind: DbName<ConversationKind>,
    pub unique_key: Option<String>,
    pub version: i64,
    pub created_at: DbTime,
    pub updated_at: DbTime,
    pub deleted_at: Option<DbTime>,
}

/// What only a thread has.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = threads, treat_none_as_default_value = false)]
pub struct ThreadRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub agent_id: DbId,
    pub user_id: DbId,
    pub channel_id: Option<DbId>,
    pub title: Option<String>,
    pub title_source: DbName<TitleSource>,
    pub metadata: DbJson,
    pub archived: bool,
    pub last_activity_at: DbTime,
}

impl From<&Thread> for ConversationRow {
    fn from(thread: &Thread) -> Self {
        let kind = match thread.channel_id {
            Some(_) => ConversationKind::Sidebar,
            None => ConversationKind::Thread,
        };
        Self {
            id: thread.id.into(),
            organization_id: thread.organization_id.into(),
            kind: DbName(kind),
            unique_key: thread.inbox.then(|| ConversationKey::Inbox(thread.user_id, thread.agent_id).to_text()),
            version: thread.version,
            created_at: thread.created_at.into(),
            updated_at: thread.updated_at.into(),
            deleted_at: None,
        }
    }
}

impl From<&Thread> for ThreadRow {
    fn from(thread: &Thread) -> Self {
        Self {
            id: thread.id.into(),
            organization_id: thread.organization_id.into(),
            agent_id: thread.agent_id.into(),
            user_id: thread.user_id.into(),
            channel_id: thread.channel_id.map(Into::into),
            title: thread.title.as_ref().map(|title| title.as_str().to_owned()),
            title_source: DbName(thread.title_source),
            metadata: (&thread.metadata).into(),
            archived: thread.archived,
            last_activity_at: thread.last_activity_at.into(),
        }
    }
}

/// A thread, from its two rows.
pub fn thread((row, conversation): (ThreadRow, ConversationRow)) -> Result<Thread, InvalidColumn> {
    Ok(Thread {
        id: row.id.into(),
        organization_id: row.organization_id.into(),
        agent_id: row.agent_id.into(),
        user_id: row.user_id.into(),
        channel_id: row.channel_id.map(Into::into),
        inbox: conversation.unique_key.is_some(),
        title: row.title.map(Title::parse).transpose().map_err(InvalidColumn::of("threads.title"))?,
        title_source: row.title_source.0,
        metadata: row.metadata.into(),
        archived: row.archived,
        version: conversation.version,
        created_at: conversation.created_at.into(),
        updated_at: conversation.updated_at.into(),
        last_activity_at: row.last_activity_at.into(),
    })
}
