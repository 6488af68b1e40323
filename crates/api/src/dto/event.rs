use serde::Serialize;
use stead_application::{citations::Cited, turn::RunEvent};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MessageBody, RunBody, ToolCallBody, run::UsageBody};

/// An event of a run's stream: `event` is the name on its `event:` line, `data` the JSON on its `data:` lines. All but
/// `server.closing` have an `id:` line `{attempt}.{n}.{chars}`, which goes into `Last-Event-ID`. `run.completed`,
/// `run.failed` and `run.cancelled` end the stream.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "event", content = "data")]
#[schema(as = RunEvent)]
pub enum RunEventBody {
    /// It waits for the one before it.
    #[serde(rename = "run.queued")]
    RunQueued { run: RunBody },
    /// It is under way.
    #[serde(rename = "run.started")]
    RunStarted { run: RunBody },
    /// A new attempt began: discard the text so far.
    #[serde(rename = "run.restarted")]
    RunRestarted { attempt: i32 },
    /// The message that is answered.
    #[serde(rename = "message.created")]
    MessageCreated { message: MessageBody },
    /// The answer so far: replaces the text so far.
    #[serde(rename = "message.snapshot")]
    MessageSnapshot { message_id: Uuid, content: String },
    /// More of the answer.
    #[serde(rename = "content.delta")]
    ContentDelta { message_id: Uuid, delta: String },
    /// More of the model's thinking.
    #[serde(rename = "reasoning.delta")]
    ReasoningDelta { message_id: Uuid, delta: String },
    /// More of what the agent wants to call a tool with.
    #[serde(rename = "tool_call.delta")]
    ToolCallDelta { message_id: Uuid, tool_call_id: Uuid, delta: String },
    /// A tool call waits to be allowed, see `decide_tool_call`; the run goes on when all that wait are decided.
    #[serde(rename = "approval.requested")]
    ApprovalRequested { tool_call: ToolCallBody },
    /// A tool call began.
    #[serde(rename = "tool_call.started")]
    ToolCallStarted { message_id: Uuid, tool_call: ToolCallBody },
    /// A tool call ended.
    #[serde(rename = "tool_call.completed")]
    ToolCallCompleted { message_id: Uuid, tool_call: ToolCallBody },
    /// What the run used.
    #[serde(rename = "usage")]
    Usage(UsageBody),
    /// The answer, whole, or as far as it came.
    #[serde(rename = "message.completed")]
    MessageCompleted { message: MessageBody },
    /// The end: answered.
    #[serde(rename = "run.completed")]
    RunCompleted { run: RunBody },
    /// The end: failed.
    #[serde(rename = "run.failed")]
    RunFailed { run: RunBody },
    /// The end: stopped by its person.
    #[serde(rename = "run.cancelled")]
    RunCancelled { run: RunBody },
    /// The server stops: connect again. It has no id.
    #[serde(rename = "server.closing")]
    ServerClosing {},
}

impl From<Cited<RunEvent>> for RunEventBody {
    fn from(Cited { shown: event, mut citations }: Cited<RunEvent>) -> Self {
        match event {
            RunEvent::Queued(run) => Self::RunQueued { run: run.into() },
            RunEvent::Started(run) => Self::RunStarted { run: run.into() },
            RunEvent::Restarted { attempt } => Self::RunRestarted { attempt },
            RunEvent::MessageCreated(message) => Self::MessageCreated { message: message.into() },
            RunEvent::Snapshot { message_id, content } => {
                Self::MessageSnapshot { message_id: message_id.uuid(), content }
            }
            RunEvent::ContentDelta { message_id, delta } => Self::ContentDelta { message_id: message_id.uuid(), delta },
            RunEvent::ReasoningDelta { message_id, delta } => {
                Self::ReasoningDelta { message_id: message_id.uuid(), delta }
            }
            RunEvent::ToolCallDelta { message_id, tool_call_id, delta } => {
                Self::ToolCallDelta { message_id: message_id.uuid(), tool_call_id: tool_call_id.uuid(), delta }
            }
            RunEvent::ApprovalRequested(call) => Self::ApprovalRequested { tool_call: call.into() },
            RunEvent::ToolCallStarted(call) => {
                Self::ToolCallStarted { message_id: call.message_id.uuid(), tool_call: call.into() }
            }
            RunEvent::ToolCallCompleted(call) => {
                Self::ToolCallCompleted { message_id: call.message_id.uuid(), tool_call: call.into() }
            }
            RunEvent::Usage(usage) => Self::Usage(usage.into()),
            RunEvent::MessageCompleted(message) => {
                Self::MessageCompleted { message: MessageBody::of(message, &mut citations) }
            }
            RunEvent::Completed(run) => Self::RunCompleted { run: run.into() },
            RunEvent::Failed(run) => Self::RunFailed { run: run.into() },
            RunEvent::Cancelled(run) => Self::RunCancelled { run: run.into() },
        }
    }
}
