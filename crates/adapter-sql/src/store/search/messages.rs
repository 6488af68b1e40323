use std::{collections::HashMap, sync::Arc};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{MessageId, OrganizationId, message::MessageStatus};

use super::super::prelude::{Conn, share_locked, words as index};
use crate::{
    error::SqlError,
    schema::{conversations, messages, search_messages, threads},
    types::{DbId, DbName},
    words::{MessageWords, Scope, WordsOf},
};

/// How many messages a transaction puts in the index.
pub(super) const AT_A_TIME: usize = 100;

#[derive(Queryable)]
pub(super) struct TextRow {
    id: DbId,
    organization: DbId,
    conversation: DbId,
    version: i64,
    content: String,
    thread_of: Option<DbId>,
}

/// What is to be done about a message.
#[derive(Clone)]
pub(super) struct Entry {
    id: DbId,
    /// What it says; `None`: it is to be taken out.
    words: Option<MessageWords>,
}

/// What messages say that may be found, and the versions that the index has.
pub(super) async fn read(conn: &mut Conn, ids: Arc<[DbId]>) -> Result<(Vec<TextRow>, HashMap<DbId, i64>), SqlError> {
    let texts = messages::table
        .inner_join(conversations::table)
        .left_join(threads::table.on(threads::id.eq(messages::conversation_id)))
        .filter(messages::id.eq_any(ids.to_vec()))
        .filter(messages::deleted_at.is_null())
        .filter(conversations::deleted_at.is_null())
        .filter(messages::status.ne_all([DbName(MessageStatus::Queued), DbName(MessageStatus::Streaming)]))
        .select((
            messages::id,
            messages::organization_id,
            messages::conversation_id,
            messages::version,
            messages::content,
            threads::user_id.nullable(),
        ));
    let texts = texts.load(conn).await?;
    let indexed = search_messages::table
        .filter(search_messages::message_id.eq_any(ids.to_vec()))
        .select((search_messages::message_id, search_messages::version));
    let indexed: Vec<(DbId, i64)> = indexed.load(conn).await?;
    Ok((texts, indexed.into_iter().collect()))
}

/// What the index has, after a place.
pub(super) async fn indexed(
    conn: &mut Conn,
    organization: Option<OrganizationId>,
    after: Option<i64>,
    limit: u32,
) -> Result<(Vec<MessageId>, Option<i64>), SqlError> {
    let query = search_messages::table
        .filter(search_messages::place.gt(after.unwrap_or(-1)))
        .order(search_messages::place)
        .limit(i64::from(limit))
        .select((search_messages::message_id, search_messages::place))
        .into_boxed();
    let query = match organization {
        Some(organization) => query.filter(search_messages::organization_id.eq(DbId::from(organization))),
        None => query,
    };
    let found: Vec<(DbId, i64)> = query.load(conn).await?;
    let last = found.as_slice().last().map(|(_, place)| *place);
    Ok((found.into_iter().map(|(id, _)| id.into()).collect(), last))
}

/// What is to be done: nothing where the index has this version, unless it is to be made anew.
pub(super) fn entries(texts: Vec<TextRow>, indexed: &HashMap<DbId, i64>, anew: bool) -> Vec<Entry> {
    let there: HashMap<DbId, TextRow> = texts.into_iter().map(|text| (text.id, text)).collect();
    let gone = indexed.keys().filter(|id| !there.contains_key(id)).map(|id| Entry { id: *id, words: None });
    let mut entries: Vec<Entry> = gone.collect();
    for (id, text) in there {
        if !anew && indexed.get(&id) == Some(&text.version) {
            continue;
        }
        let lies_in = text.thread_of.map_or(Scope::Channel(text.conversation), Scope::User);
        let words = WordsOf::new(&text.content, vec![Scope::Organization(text.organization), lies_in]);
        let has_words = !words.words.is_empty();
        if has_words || indexed.contains_key(&id) {
            let words = MessageWords { id, organization: text.organization, version: text.version, text: words };
            entries.push(Entry { id, words: has_words.then_some(words) });
        }
    }
    entries
}

/// Does it, as far as the messages are still as they were read: what changed meanwhile is told by an event that is yet to come.
pub(super) async fn write(conn: &mut Conn, entries: Arc<[Entry]>) -> Result<(), SqlError> {
    let ids: Vec<DbId> = entries.iter().map(|entry| entry.id).collect();
    let as_they_are = messages::table
        .filter(messages::id.eq_any(ids.clone()))
        .filter(messages::deleted_at.is_null())
        .order(messages::id)
        .select((messages::id, messages::version));
    let versions: Vec<(DbId, i64)> = share_locked!(as_they_are).load(conn).await?;
    let versions: HashMap<DbId, i64> = versions.into_iter().collect();
    diesel::delete(search_messages::table.filter(search_messages::message_id.eq_any(ids))).execute(conn).await?;
    let new: Vec<MessageWords> = entries
        .iter()
        .filter_map(|entry| entry.words.clone())
        .filter(|words| versions.get(&words.id) == Some(&words.version))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let left = index::put_messages(conn, &new).await?;
    // Another process put them there meanwhile, or took all places of their millisecond.
    if left.is_empty() { Ok(()) } else { Err(SqlError::Overtaken) }
}
