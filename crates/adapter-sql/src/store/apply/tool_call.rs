//! Changes of tool calls.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::ports::store::{Outcome, ToolCallChange};

use super::{prelude::Conn, updated};
use crate::{
    error::SqlError,
    names::ToolCallStatus,
    rows::{ToolCallEndRow, ToolCallRow},
    schema::tool_calls,
    types::{DbId, DbName},
};

pub(super) async fn apply(conn: &mut Conn, change: &ToolCallChange) -> Result<Outcome, SqlError> {
    match change {
        ToolCallChange::Insert(call) => {
            diesel::insert_into(tool_calls::table).values(ToolCallRow::from(call)).execute(conn).await?;
            Ok(Outcome::Inserted)
        }
        // A call that is said to end as open does not end.
        ToolCallChange::End(_, end) if !end.has_ended() => Ok(Outcome::Unchanged),
        ToolCallChange::End(call, end) => {
            let open = tool_calls::table
                .filter(tool_calls::id.eq(DbId::from(*call)))
                .filter(tool_calls::status.eq(DbName(ToolCallStatus::Open)));
            let rows = diesel::update(open).set(ToolCallEndRow::from(end)).execute(conn).await?;
            Ok(updated(rows))
        }
    }
}
