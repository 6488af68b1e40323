use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{MessageId, ports::store::MessageEdit};

use super::prelude::Conn;
use crate::{
    error::SqlError,
    schema::message_edits,
    types::{DbId, DbTime},
};

pub(super) async fn list(
    conn: &mut Conn,
    message: MessageId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<MessageEdit>, SqlError> {
    let query = message_edits::table
        .filter(message_edits::message_id.eq(DbId::from(message)))
        .filter(message_edits::version.lt(before.unwrap_or(i64::MAX)))
        .order(message_edits::version.desc())
        .limit(i64::from(limit))
        .select((
            message_edits::version,
            message_edits::content,
            message_edits::edited_by_user_id,
            message_edits::edited_at,
        ));
    let mut rows: Vec<(i64, String, DbId, DbTime)> = query.load(conn).await?;
    rows.reverse();
    let edits = rows.into_iter().map(|(version, content, by, at)| MessageEdit {
        version,
        content,
        edited_by: by.into(),
        edited_at: at.into(),
    });
    Ok(edits.collect())
}

/// What a message said before it was ever edited, if it was.
pub(super) async fn first_content(conn: &mut Conn, message: MessageId) -> Result<Option<String>, SqlError> {
    let query = message_edits::table
        .filter(message_edits::message_id.eq(DbId::from(message)))
        .order(message_edits::version)
        .select(message_edits::content);
    Ok(query.first(conn).await.optional()?)
}
