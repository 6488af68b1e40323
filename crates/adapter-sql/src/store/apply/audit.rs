//! Lines of the audit log.

use diesel_async::RunQueryDsl;
use stead_domain::ports::store::{AuditEntry, Outcome};

use super::prelude::Conn;
use crate::{error::SqlError, rows::AuditRow, schema::audit};

pub(super) async fn apply(conn: &mut Conn, entry: &AuditEntry) -> Result<Outcome, SqlError> {
    diesel::insert_into(audit::table).values(AuditRow::from(entry)).execute(conn).await?;
    Ok(Outcome::Inserted)
}
