use diesel::prelude::*;
use stead_domain::tool_call::{ToolCall, ToolCallState};

use crate::{
    error::InvalidColumn,
    names::ToolCallStatus,
    schema::tool_calls,
    types::{DbId, DbJson, DbName, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tool_calls, treat_none_as_default_value = false)]
pub struct ToolCallRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub message_id: DbId,
    pub run_id: DbId,
    pub step: i32,
    pub server: String,
    pub tool_name: String,
    pub arguments: DbJson,
    pub start_time: DbTime,
    #[diesel(embed)]
    pub end: ToolCallEndRow,
}

/// The part of a tool call that is written when it ends.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tool_calls, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct ToolCallEndRow {
    pub status: DbName<ToolCallStatus>,
    pub result: Option<DbJson>,
    pub truncated: bool,
    pub error: Option<String>,
    pub end_time: Option<DbTime>,
}

impl From<&ToolCall> for ToolCallRow {
    fn from(call: &ToolCall) -> Self {
        let ToolCall { id, organization_id, message_id, run_id, step, server, tool_name, arguments, state, start_time } =
            call;
        Self {
            id: (*id).into(),
            organization_id: (*organization_id).into(),
            message_id: (*message_id).into(),
            run_id: (*run_id).into(),
            step: *step,
            server: server.clone(),
            tool_name: tool_name.clone(),
            arguments: arguments.into(),
            start_time: (*start_time).into(),
            end: state.into(),
        }
    }
}

impl From<&ToolCallState> for ToolCallEndRow {
    fn from(state: &ToolCallState) -> Self {
        let status_only =
            |status| Self { status: DbName(status), result: None, truncated: false, error: None, end_time: None };
        match state {
            ToolCallState::AwaitingApproval => status_only(ToolCallStatus::AwaitingApproval),
            ToolCallState::Approved => status_only(ToolCallStatus::Approved),
            ToolCallState::Open => status_only(ToolCallStatus::Open),
            ToolCallState::Succeeded { result, truncated, end_time } => Self {
                result: Some(result.into()),
                truncated: *truncated,
                end_time: Some(DbTime(*end_time)),
                ..status_only(ToolCallStatus::Succeeded)
            },
            ToolCallState::Failed { error, end_time } => Self {
                error: Some(error.clone()),
                end_time: Some(DbTime(*end_time)),
                ..status_only(ToolCallStatus::Failed)
            },
            ToolCallState::Interrupted { end_time } => {
                Self { end_time: Some(DbTime(*end_time)), ..status_only(ToolCallStatus::Interrupted) }
            }
        }
    }
}

impl TryFrom<ToolCallRow> for ToolCall {
    type Error = InvalidColumn;

    fn try_from(row: ToolCallRow) -> Result<Self, InvalidColumn> {
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            message_id: row.message_id.into(),
            run_id: row.run_id.into(),
            step: row.step,
            server: row.server,
            tool_name: row.tool_name,
            arguments: row.arguments.into(),
            state: row.end.try_into()?,
            start_time: row.start_time.into(),
        })
    }
}

impl TryFrom<ToolCallEndRow> for ToolCallState {
    type Error = InvalidColumn;

    fn try_from(row: ToolCallEndRow) -> Result<Self, InvalidColumn> {
        let end_time = row.end_time.map(Into::into).ok_or_else(|| InvalidColumn::missing("tool_calls.end_time"));
        Ok(match row.status.0 {
            ToolCallStatus::AwaitingApproval => Self::AwaitingApproval,
            ToolCallStatus::Approved => Self::Approved,
            ToolCallStatus::Open => Self::Open,
            ToolCallStatus::Succeeded => {
                let result = row.result.ok_or_else(|| InvalidColumn::missing("tool_calls.result"))?;
                Self::Succeeded { result: result.into(), truncated: row.truncated, end_time: end_time? }
            }
            ToolCallStatus::Failed => {
                let error = row.error.ok_or_else(|| InvalidColumn::missing("tool_calls.error"))?;
                Self::Failed { error, end_time: end_time? }
            }
            ToolCallStatus::Interrupted => Self::Interrupted { end_time: end_time? },
        })
    }
}
