use serde::Serialize;
use stead_application::turn::RunEvent;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MessageBody, RunBody, run::UsageBody};

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

impl From<RunEvent> for RunEventBody {
    fn from(event: RunEvent) -> Self {
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
            RunEvent::Usage(usage) => Self::Usage(usage.into()),
            RunEvent::MessageCompleted(message) => Self::MessageCompleted { message: message.into() },
            RunEvent::Completed(run) => Self::RunCompleted { run: run.into() },
            RunEvent::Failed(run) => Self::RunFailed { run: run.into() },
            RunEvent::Cancelled(run) => Self::RunCancelled { run: run.into() },
        }
    }
}
