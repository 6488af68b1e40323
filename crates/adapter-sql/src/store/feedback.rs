//! What people say of answers.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::feedback::Feedback;

use super::prelude::Conn;
use crate::{
    error::SqlError,
    rows::FeedbackRow,
    schema::{message_feedback, threads},
    types::DbId,
};

/// What a thread's person says of its answers.
pub(super) async fn of(conn: &mut Conn, answers: Vec<DbId>) -> Result<HashMap<DbId, Feedback>, SqlError> {
    if answers.is_empty() {
        return Ok(HashMap::new());
    }
    let theirs = threads::id.eq(message_feedback::conversation_id).and(threads::user_id.eq(message_feedback::user_id));
    let query = message_feedback::table
        .inner_join(threads::table.on(theirs))
        .filter(message_feedback::message_id.eq_any(answers))
        .select(FeedbackRow::as_select());
    let mut found = HashMap::new();
    for row in query.load(conn).await? {
        found.insert(row.message_id, row.try_into()?);
    }
    Ok(found)
}
