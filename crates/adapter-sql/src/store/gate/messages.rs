use std::collections::HashMap;

use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use stead_domain::{
    message::MessageRole,
    ports::read_gate::{MessageCandidate, MessageText, Readers, SaidIn, Who},
};

use super::{
    super::prelude::Conn,
    Asked, all_can_read,
    rules::{is_read_by, message_is_there},
};
use crate::{
    error::{InvalidColumn, SqlError},
    names::AuthorKind,
    rows::author,
    types::{DbId, DbName, DbTime, SqlTime, SqlUuid},
};

/// Those of the candidates that all readers may read, in their order.
pub(super) async fn readable(
    conn: &mut Conn,
    readers: Readers,
    candidates: Vec<MessageCandidate>,
) -> Result<Vec<MessageText>, SqlError> {
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = statement(&readers, &candidates).statement().load(conn).await?;
    let mut found = HashMap::new();
    for row in rows {
        let text = MessageText::try_from(row)?;
        found.insert(text.id, text);
    }
    let of = |candidate: &MessageCandidate| {
        let text = found.get(&candidate.id)?;
        candidate.version.is_none_or(|version| version == text.version).then(|| text.clone())
    };
    Ok(candidates.iter().filter_map(of).collect())
}

/// Each conversation is looked at once, however many messages of it there are.
fn statement(readers: &Readers, candidates: &[MessageCandidate]) -> Asked {
    let mut asked = Asked::by(readers);
    let within = readers
        .conversations()
        .map(|within| format!(" AND c.id IN ({})", asked.bind(within.iter().copied().map(DbId::from))));
    let ids = asked.bind(candidates.iter().map(|candidate| candidate.id.into()));
    let (can_read, within, is_read) = (all_can_read(readers), within.unwrap_or_default(), is_read_by("r.id"));
    let is_there = message_is_there();
    let openly = match readers.who() {
        Who::Users(_) => "FALSE",
        // The conversation of the readers is the second that is bound.
        Who::MembersOf(_) => "(c.id = $2 AND t.channel_id IS NULL)",
    };
    asked.text = format!(
        "{readers}, open (id, kept_by, agent_id, about) AS ( \
            SELECT c.id, o.id, t.agent_id, t.channel_id \
            FROM conversations c \
            JOIN organizations o ON o.id = c.organization_id AND o.deleted_at IS NULL \
            LEFT JOIN threads t ON t.id = c.id \
            WHERE c.organization_id = $1 AND c.deleted_at IS NULL AND {can_read}{within} \
                AND c.id IN (SELECT conversation_id FROM messages WHERE id IN ({ids})) \
                AND ({openly} OR NOT EXISTS (SELECT 1 FROM readers r WHERE NOT ({is_read})))) \
         SELECT m.id, m.version, m.conversation_id, c.agent_id, c.about, m.author_kind, m.author_user_id, \
            m.author_agent_id, m.on_behalf_of_user_id, nullif(coalesce(u.display_name, g.display_name), '') AS author_name, \
            m.role, m.from_ai, m.content, m.reply_to_id, m.branch_parent_id, m.active, m.created_at, m.edited_at \
         FROM open c \
         JOIN organizations o ON o.id = c.kept_by \
         JOIN messages m ON m.conversation_id = c.id AND m.organization_id = o.id \
         LEFT JOIN users u ON u.id = m.author_user_id \
         LEFT JOIN users w ON w.id = m.on_behalf_of_user_id \
         LEFT JOIN agents g ON g.id = m.author_agent_id \
         WHERE m.id IN ({ids}) AND {is_there} AND u.deleted_at IS NULL AND w.deleted_at IS NULL",
        readers = asked.text
    );
    asked
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = SqlUuid)]
    conversation_id: DbId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    agent_id: Option<DbId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    about: Option<DbId>,
    #[diesel(sql_type = Text)]
    author_kind: DbName<AuthorKind>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    author_user_id: Option<DbId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    author_agent_id: Option<DbId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    on_behalf_of_user_id: Option<DbId>,
    #[diesel(sql_type = Nullable<Text>)]
    author_name: Option<String>,
    #[diesel(sql_type = Text)]
    role: DbName<MessageRole>,
    #[diesel(sql_type = Bool)]
    from_ai: bool,
    #[diesel(sql_type = Text)]
    content: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    reply_to_id: Option<DbId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    branch_parent_id: Option<DbId>,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = SqlTime)]
    created_at: DbTime,
    #[diesel(sql_type = Nullable<SqlTime>)]
    edited_at: Option<DbTime>,
}

impl TryFrom<Row> for MessageText {
    type Error = InvalidColumn;

    fn try_from(row: Row) -> Result<Self, InvalidColumn> {
        let author = author(row.author_kind.0, row.author_user_id, row.author_agent_id, row.on_behalf_of_user_id)?;
        let conversation = row.conversation_id.into();
        let said_in = match row.agent_id {
            Some(agent) => {
                SaidIn::Thread { thread: conversation, agent: agent.into(), about: row.about.map(Into::into) }
            }
            None => SaidIn::Channel(conversation),
        };
        Ok(Self {
            id: row.id.into(),
            version: row.version,
            said_in,
            author,
            author_name: row.author_name,
            role: row.role.0,
            from_ai: row.from_ai,
            content: row.content,
            reply_to_id: row.reply_to_id.map(Into::into),
            branch_parent_id: row.branch_parent_id.map(Into::into),
            active: row.active,
            created_at: row.created_at.into(),
            edited_at: row.edited_at.map(Into::into),
        })
    }
}
