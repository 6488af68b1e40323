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
    types::{DbId, DbName, DbTime},
};

const NOT_STARTED: [DbName<ToolCallStatus>; 2] =
    [DbName(ToolCallStatus::AwaitingApproval), DbName(ToolCallStatus::Approved)];
const NOT_ENDED: [DbName<ToolCallStatus>; 3] =
    [DbName(ToolCallStatus::AwaitingApproval), DbName(ToolCallStatus::Approved), DbName(ToolCallStatus::Open)];

pub(super) async fn apply(conn: &mut Conn, change: &ToolCallChange) -> Result<Outcome, SqlError> {
    match change {
        ToolCallChange::Insert(call) => {
            diesel::insert_into(tool_calls::table).values(ToolCallRow::from(call)).execute(conn).await?;
            Ok(Outcome::Inserted)
        }
        ToolCallChange::Approve(call) => {
            let waiting = tool_calls::table
                .filter(tool_calls::id.eq(DbId::from(*call)))
                .filter(tool_calls::status.eq(DbName(ToolCallStatus::AwaitingApproval)));
            let approved = tool_calls::status.eq(DbName(ToolCallStatus::Approved));
            Ok(updated(diesel::update(waiting).set(approved).execute(conn).await?))
        }
        ToolCallChange::Start { call, at } => {
            let waiting = tool_calls::table
                .filter(tool_calls::id.eq(DbId::from(*call)))
                .filter(tool_calls::status.eq_any(NOT_STARTED));
            let open = (tool_calls::status.eq(DbName(ToolCallStatus::Open)), tool_calls::start_time.eq(DbTime(*at)));
            Ok(updated(diesel::update(waiting).set(open).execute(conn).await?))
        }
        // A call that is said to end as open does not end.
        ToolCallChange::End(_, end) if !end.has_ended() => Ok(Outcome::Unchanged),
        ToolCallChange::End(call, end) => {
            let live = tool_calls::table
                .filter(tool_calls::id.eq(DbId::from(*call)))
                .filter(tool_calls::status.eq_any(NOT_ENDED));
            Ok(updated(diesel::update(live).set(ToolCallEndRow::from(end)).execute(conn).await?))
        }
    }
}
