use serde::Serialize;
use serde_json::Value;
use stead_domain::tool_call::{ToolCall, ToolCallState};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Time;

/// What an agent had done by a tool. Every call ends, with a result or an error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ToolCall)]
pub struct ToolCallBody {
    /// Its id.
    pub id: Uuid,
    /// The tool server's name.
    pub server: String,
    /// The tool's qualified name: `{server}__{tool}`.
    pub tool_name: String,
    /// What it was called with.
    #[schema(value_type = Object)]
    pub arguments: Value,
    /// What it gave: `{"content": [...], "structured"?}`.
    #[schema(value_type = Option<Object>, required = true)]
    pub result: Option<Value>,
    /// Whether the result was cut to be kept.
    pub truncated: bool,
    /// Why it failed.
    #[schema(required = true)]
    pub error: Option<String>,
    /// Where it stands.
    pub status: ToolCallStatusBody,
    /// When it started; until then, when the agent asked for it.
    pub start_time: Time,
    /// When it ended.
    #[schema(required = true)]
    pub end_time: Option<Time>,
}

/// Where a tool call stands. One that is `approved` starts when every call that was asked for with it is decided. Of an
/// interrupted one nobody knows whether it took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ToolCallStatus)]
pub enum ToolCallStatusBody {
    AwaitingApproval,
    Approved,
    Running,
    Succeeded,
    Failed,
    Interrupted,
}

impl From<ToolCall> for ToolCallBody {
    fn from(call: ToolCall) -> Self {
        let ToolCall {
            id,
            organization_id: _,
            message_id: _,
            run_id: _,
            step: _,
            server,
            tool_name,
            arguments,
            state,
            start_time,
        } = call;
        let truncated = matches!(state, ToolCallState::Succeeded { truncated: true, .. });
        let (status, result, error, end_time) = match state {
            ToolCallState::AwaitingApproval => (ToolCallStatusBody::AwaitingApproval, None, None, None),
            ToolCallState::Approved => (ToolCallStatusBody::Approved, None, None, None),
            ToolCallState::Open => (ToolCallStatusBody::Running, None, None, None),
            ToolCallState::Succeeded { result, truncated: _, end_time } => {
                (ToolCallStatusBody::Succeeded, Some(result.into_value()), None, Some(end_time))
            }
            ToolCallState::Failed { error, end_time } => {
                (ToolCallStatusBody::Failed, None, Some(error), Some(end_time))
            }
            ToolCallState::Interrupted { end_time } => {
                (ToolCallStatusBody::Interrupted, None, Some("interrupted".to_owned()), Some(end_time))
            }
        };
        Self {
            id: id.uuid(),
            server,
            tool_name,
            arguments: arguments.into_value(),
            result,
            truncated,
            error,
            status,
            start_time: Time(start_time),
            end_time: end_time.map(Time),
        }
    }
}
