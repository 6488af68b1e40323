use std::collections::HashMap;

use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;
use stead_domain::{Json, channel::Mention, message::Message, ports::store::ChannelMessage};

use super::{super::files, prelude::Conn, reactions, speakers::Speakers};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::{MentionRow, MessageRow},
    schema::{mentions, messages},
    types::{DbId, DbJson},
};

/// Adds to messages what is shown with them, with one statement each for all. At most [`MOST_AT_ONCE`](super::MOST_AT_ONCE).
pub(super) async fn with_details(
    conn: &mut Conn,
    mut rows: Vec<MessageRow>,
    reader: Option<DbId>,
) -> Result<Vec<ChannelMessage>, SqlError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let asked: Vec<DbId> = rows.iter().map(|row| row.id).collect();
    let authors = rows.iter().filter_map(|row| row.author_user_id);
    let users = authors.chain(rows.iter().filter_map(|row| row.on_behalf_of_user_id)).collect();
    let agents = rows.iter().filter_map(|row| row.author_agent_id).collect();
    let speakers = Speakers::find(conn, users, agents).await?;
    // What a deleted user said, or was said in their stead, is hidden before it is emptied.
    let is_gone = |row: &MessageRow| {
        let mut people = row.author_user_id.into_iter().chain(row.on_behalf_of_user_id);
        people.any(|user| speakers.is_deleted(user))
    };
    rows.iter_mut().filter(|row| is_gone(row)).for_each(hide);
    // Nothing hangs on a tombstone but replies.
    let is_live = |row: &&MessageRow| row.deleted_at.is_none() && !is_gone(row);
    let live: Vec<DbId> = rows.iter().filter(is_live).map(|row| row.id).collect();
    let mut mentions = mentions_of(conn, &live).await?;
    let mut reactions = reactions::of(conn, &live, reader).await?;
    let mut attachments = files::attached(conn, &live).await?;
    let replies = count_replies(conn, &asked).await?;
    let with_details = |row: MessageRow| {
        let author = row.author_user_id.and_then(|user| speakers.user(user));
        Ok(ChannelMessage {
            author: author.or_else(|| row.author_agent_id.and_then(|agent| speakers.agent(agent))),
            on_behalf_of: row.on_behalf_of_user_id.and_then(|user| speakers.user(user)),
            mentions: mentions.remove(&row.id).unwrap_or_default(),
            reactions: reactions.remove(&row.id).unwrap_or_default(),
            attachments: attachments.remove(&row.id).unwrap_or_default(),
            reply_count: replies.get(&row.id).copied().unwrap_or(0),
            message: Message::try_from(row)?,
        })
    };
    rows.into_iter().map(with_details).collect()
}

fn hide(row: &mut MessageRow) {
    row.content.clear();
    row.content_html.clear();
    row.metadata = DbJson::from(&Json::empty());
}

async fn mentions_of(conn: &mut Conn, asked: &[DbId]) -> Result<HashMap<DbId, Vec<Mention>>, SqlError> {
    let mut found: HashMap<DbId, Vec<Mention>> = HashMap::new();
    if asked.is_empty() {
        return Ok(found);
    }
    let query = mentions::table
        .filter(mentions::message_id.eq_any(asked.to_vec()))
        .order((mentions::message_id, mentions::n))
        .select(MentionRow::as_select());
    for row in query.prepared().load(conn).await? {
        found.entry(row.message_id).or_default().push(row.try_into()?);
    }
    Ok(found)
}

async fn count_replies(conn: &mut Conn, asked: &[DbId]) -> Result<HashMap<DbId, i64>, SqlError> {
    let of: Vec<Option<DbId>> = asked.iter().copied().map(Some).collect();
    let query = messages::table
        .filter(messages::reply_to_id.eq_any(of))
        .filter(messages::deleted_at.is_null())
        .group_by(messages::reply_to_id)
        .select((messages::reply_to_id, count_star()));
    let rows: Vec<(Option<DbId>, i64)> = query.prepared().load(conn).await?;
    Ok(rows.into_iter().filter_map(|(message, count)| Some((message?, count))).collect())
}
