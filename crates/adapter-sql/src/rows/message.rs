use diesel::prelude::*;
use stead_domain::message::{Author, Message, MessageRole, MessageStatus};

use crate::{
    error::InvalidColumn,
    names::AuthorKind,
    schema::messages,
    types::{DbId, DbJson, DbName, DbTime},
};

#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
pub struct MessageRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub conversation_id: DbId,
    pub author_kind: DbName<AuthorKind>,
    pub author_user_id: Option<DbId>,
    pub author_agent_id: Option<DbId>,
    pub on_behalf_of_user_id: Option<DbId>,
    pub role: DbName<MessageRole>,
    pub from_ai: bool,
    pub content: String,
    pub content_html: String,
    pub metadata: DbJson,
    pub reply_to_id: Option<DbId>,
    pub branch_parent_id: Option<DbId>,
    pub active: bool,
    pub run_id: Option<DbId>,
    pub status: DbName<MessageStatus>,
    pub client_id: Option<DbId>,
    pub version: i64,
    pub created_at: DbTime,
    pub edited_at: Option<DbTime>,
    pub deleted_at: Option<DbTime>,
}

impl From<&Message> for MessageRow {
    fn from(message: &Message) -> Self {
        let Message {
            id,
            organization_id,
            conversation_id,
            author,
            role,
            from_ai,
            content,
            content_html,
            metadata,
            reply_to_id,
            branch_parent_id,
            active,
            run_id,
            status,
            client_id,
            version,
            created_at,
            edited_at,
            deleted_at,
        } = message;
        let (kind, user, agent, on_behalf_of) = match *author {
            Author::User(user) => (AuthorKind::User, Some(user), None, None),
            Author::Agent { agent, on_behalf_of } => (AuthorKind::Agent, None, Some(agent), on_behalf_of),
            Author::System => (AuthorKind::System, None, None, None),
        };
        Self {
            id: (*id).into(),
            organization_id: (*organization_id).into(),
            conversation_id: (*conversation_id).into(),
            author_kind: DbName(kind),
            author_user_id: user.map(Into::into),
            author_agent_id: agent.map(Into::into),
            on_behalf_of_user_id: on_behalf_of.map(Into::into),
            role: DbName(*role),
            from_ai: *from_ai,
            content: content.clone(),
            content_html: content_html.clone(),
            metadata: metadata.into(),
            reply_to_id: reply_to_id.map(Into::into),
            branch_parent_id: branch_parent_id.map(Into::into),
            active: *active,
            run_id: run_id.map(Into::into),
            status: DbName(*status),
            client_id: client_id.map(DbId),
            version: *version,
            created_at: (*created_at).into(),
            edited_at: edited_at.map(DbTime),
            deleted_at: deleted_at.map(DbTime),
        }
    }
}

/// Who said a message, of its columns.
pub fn author(
    kind: AuthorKind,
    user: Option<DbId>,
    agent: Option<DbId>,
    on_behalf_of: Option<DbId>,
) -> Result<Author, InvalidColumn> {
    Ok(match kind {
        AuthorKind::User => Author::User(user.ok_or_else(|| InvalidColumn::missing("messages.author_user_id"))?.into()),
        AuthorKind::Agent => {
            let agent = agent.ok_or_else(|| InvalidColumn::missing("messages.author_agent_id"))?;
            Author::Agent { agent: agent.into(), on_behalf_of: on_behalf_of.map(Into::into) }
        }
        AuthorKind::System => Author::System,
    })
}

impl TryFrom<MessageRow> for Message {
    type Error = InvalidColumn;

    fn try_from(row: MessageRow) -> Result<Self, InvalidColumn> {
        let author = author(row.author_kind.0, row.author_user_id, row.author_agent_id, row.on_behalf_of_user_id)?;
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            conversation_id: row.conversation_id.into(),
            author,
            role: row.role.0,
            from_ai: row.from_ai,
            content: row.content,
            content_html: row.content_html,
            metadata: row.metadata.into(),
            reply_to_id: row.reply_to_id.map(Into::into),
            branch_parent_id: row.branch_parent_id.map(Into::into),
            active: row.active,
            run_id: row.run_id.map(Into::into),
            status: row.status.0,
            client_id: row.client_id.map(|id| id.0),
            version: row.version,
            created_at: row.created_at.into(),
            edited_at: row.edited_at.map(Into::into),
            deleted_at: row.deleted_at.map(Into::into),
        })
    }
}
