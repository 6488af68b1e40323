//! What people set of themselves.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{ports::store::Outcome, status::UserStatus};

use super::{prelude::Conn, updated};
use crate::{error::SqlError, rows::UserStatusRow, schema::user_status};

/// Unchanged where there is another version than the one before.
pub(super) async fn set(conn: &mut Conn, status: &UserStatus) -> Result<Outcome, SqlError> {
    let row = UserStatusRow::from(status);
    if status.version == 1 {
        let inserted = diesel::insert_into(user_status::table).values(&row).on_conflict_do_nothing();
        let inserted = inserted.execute(conn).await?;
        return Ok(if inserted > 0 { Outcome::Inserted } else { Outcome::Unchanged });
    }
    let before = user_status::table
        .filter(user_status::user_id.eq(row.user_id))
        .filter(user_status::organization_id.eq(row.organization_id))
        .filter(user_status::version.eq(status.version - 1));
    Ok(updated(diesel::update(before).set(&row).execute(conn).await?))
}
