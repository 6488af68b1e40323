use diesel::prelude::*;
use stead_domain::{
    run::{Run, RunError, RunErrorCode, RunStatus, Usage},
    usage::UsagePurpose,
};

use crate::{
    error::InvalidColumn,
    schema::runs,
    types::{DbId, DbName, DbTime},
};

/// Somebody works on it, or may go on as soon as its person has allowed it.
pub const UNDERWAY: [DbName<RunStatus>; 2] = [DbName(RunStatus::Running), DbName(RunStatus::AwaitingApproval)];

/// Not over.
pub const LIVE: [DbName<RunStatus>; 3] =
    [DbName(RunStatus::Queued), DbName(RunStatus::Running), DbName(RunStatus::AwaitingApproval)];

/// A run without its lease, which is nobody's business but that of the statements that judge it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = runs, treat_none_as_default_value = false)]
pub struct RunRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub conversation_id: DbId,
    pub agent_id: DbId,
    pub requested_by_user_id: DbId,
    pub purpose: DbName<UsagePurpose>,
    pub trigger_message_id: DbId,
    pub answer_message_id: Option<DbId>,
    pub status: DbName<RunStatus>,
    pub attempt: i32,
    pub fence: i64,
    pub cancel_requested: bool,
    pub model: Option<String>,
    pub prompt_version: i32,
    pub error_code: Option<DbName<RunErrorCode>>,
    pub error_message: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cached_tokens: Option<i64>,
    pub cost_micros: i64,
    pub created_at: DbTime,
    pub queued_at: DbTime,
    pub started_at: Option<DbTime>,
    pub ended_at: Option<DbTime>,
}

impl From<&Run> for RunRow {
    fn from(run: &Run) -> Self {
        let Run {
            id,
            organization_id,
            conversation_id,
            agent_id,
            requested_by,
            purpose,
            trigger_message_id,
            answer_message_id,
            status,
            attempt,
            fence,
            cancel_requested,
            model,
            prompt_version,
            error,
            usage: Usage { input_tokens, output_tokens, cached_tokens, cost_micros },
            created_at,
            queued_at,
            started_at,
            ended_at,
        } = run;
        Self {
            id: (*id).into(),
            organization_id: (*organization_id).into(),
            conversation_id: (*conversation_id).into(),
            agent_id: (*agent_id).into(),
            requested_by_user_id: (*requested_by).into(),
            purpose: DbName(*purpose),
            trigger_message_id: (*trigger_message_id).into(),
            answer_message_id: answer_message_id.map(Into::into),
            status: DbName(*status),
            attempt: *attempt,
            fence: *fence,
            cancel_requested: *cancel_requested,
            model: model.clone(),
            prompt_version: *prompt_version,
            error_code: error.as_ref().map(|error| DbName(error.code)),
            error_message: error.as_ref().map(|error| error.message.clone()),
            input_tokens: *input_tokens,
            output_tokens: *output_tokens,
            cached_tokens: *cached_tokens,
            cost_micros: *cost_micros,
            created_at: (*created_at).into(),
            queued_at: (*queued_at).into(),
            started_at: started_at.map(DbTime),
            ended_at: ended_at.map(DbTime),
        }
    }
}

impl TryFrom<RunRow> for Run {
    type Error = InvalidColumn;

    fn try_from(row: RunRow) -> Result<Self, InvalidColumn> {
        let error = match (row.error_code, row.error_message) {
            (None, _) => None,
            (Some(code), Some(message)) => Some(RunError { code: code.0, message }),
            (Some(_), None) => return Err(InvalidColumn::missing("runs.error_message")),
        };
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            conversation_id: row.conversation_id.into(),
            agent_id: row.agent_id.into(),
            requested_by: row.requested_by_user_id.into(),
            purpose: row.purpose.0,
            trigger_message_id: row.trigger_message_id.into(),
            answer_message_id: row.answer_message_id.map(Into::into),
            status: row.status.0,
            attempt: row.attempt,
            fence: row.fence,
            cancel_requested: row.cancel_requested,
            model: row.model,
            prompt_version: row.prompt_version,
            error,
            usage: Usage {
                input_tokens: row.input_tokens,
                output_tokens: row.output_tokens,
                cached_tokens: row.cached_tokens,
                cost_micros: row.cost_micros,
            },
            created_at: row.created_at.into(),
            queued_at: row.queued_at.into(),
            started_at: row.started_at.map(Into::into),
            ended_at: row.ended_at.map(Into::into),
        })
    }
}
