//! What people say of answers.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::ports::store::{Outcome, SetFeedback};

use super::prelude::Conn;
use crate::{error::SqlError, rows::FeedbackRow, schema::message_feedback};

pub(super) async fn set(conn: &mut Conn, set: &SetFeedback) -> Result<Outcome, SqlError> {
    let row = FeedbackRow::from(set);
    let same = message_feedback::table.find((row.message_id, row.user_id));
    if diesel::update(same).set(&row).execute(conn).await? > 0 {
        return Ok(Outcome::Updated);
    }
    diesel::insert_into(message_feedback::table).values(&row).execute(conn).await?;
    Ok(Outcome::Inserted)
}
