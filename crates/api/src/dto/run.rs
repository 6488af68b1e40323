use serde::Serialize;
use stead_domain::run::{Run, RunError, RunStatus, Usage};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MessageBody, Time};

/// One turn of an agent, from the message that asked for it to the answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Run)]
pub struct RunBody {
    /// Its id.
    pub id: Uuid,
    /// Where it answers.
    pub conversation_id: Uuid,
    /// The same, where that is a thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub thread_id: Option<Uuid>,
    /// The same, where that is a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub channel_id: Option<Uuid>,
    /// Who answers.
    pub agent_id: Uuid,
    /// Where it stands.
    pub status: RunStatusBody,
    /// How often it was started.
    pub attempt: i32,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RunErrorBody, required = false)]
    pub error: Option<RunErrorBody>,
    /// The message that is answered.
    pub trigger_message_id: Uuid,
    /// The answer.
    #[schema(required = true)]
    pub message_id: Option<Uuid>,
    /// When it was asked for.
    pub created_at: Time,
    /// When its newest attempt started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Time, required = false)]
    pub started_at: Option<Time>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Time, required = false)]
    pub ended_at: Option<Time>,
    /// What it used.
    pub usage: UsageBody,
}

/// Where a run stands. Only a failed run may begin again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RunStatus)]
pub enum RunStatusBody {
    Queued,
    Running,
    AwaitingApproval,
    Completed,
    Failed,
    Cancelled,
    Expired,
}

/// Why a run failed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RunError)]
pub struct RunErrorBody {
    /// A stable code: `model_unavailable`, `model_rejected`, `model_timeout`, `model_protocol`, `answer_too_long`,
    /// `context_exceeded`, `interrupted`, `approval_expired`, `ai_disabled`, `ai_budget_used_up` or `internal`.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

/// What a run used, in tokens.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageBody {
    /// Tokens of the prompts.
    pub input_tokens: i64,
    /// Tokens of the answers.
    pub output_tokens: i64,
    /// Of the prompts' tokens, those the endpoint had kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false)]
    pub cached_tokens: Option<i64>,
}

impl From<Usage> for UsageBody {
    fn from(usage: Usage) -> Self {
        let Usage { input_tokens, output_tokens, cached_tokens, cost_micros: _ } = usage;
        Self { input_tokens, output_tokens, cached_tokens }
    }
}

impl From<Run> for RunBody {
    /// Of a run in a thread.
    fn from(run: Run) -> Self {
        let Run {
            id,
            organization_id: _,
            conversation_id,
            agent_id,
            requested_by: _,
            purpose: _,
            trigger_message_id,
            answer_message_id,
            status,
            attempt,
            fence: _,
            cancel_requested: _,
            model: _,
            prompt_version: _,
            error,
            usage,
            created_at,
            queued_at: _,
            started_at,
            ended_at,
        } = run;
        let error = error.map(|RunError { code, message }| RunErrorBody { code: code.as_str(), message });
        Self {
            id: id.uuid(),
            conversation_id: conversation_id.uuid(),
            thread_id: Some(conversation_id.uuid()),
            channel_id: None,
            agent_id: agent_id.uuid(),
            status: match status {
                RunStatus::Queued => RunStatusBody::Queued,
                RunStatus::Running => RunStatusBody::Running,
                RunStatus::AwaitingApproval => RunStatusBody::AwaitingApproval,
                RunStatus::Completed => RunStatusBody::Completed,
                RunStatus::Failed => RunStatusBody::Failed,
                RunStatus::Cancelled => RunStatusBody::Cancelled,
                RunStatus::Expired => RunStatusBody::Expired,
            },
            attempt,
            error,
            trigger_message_id: trigger_message_id.uuid(),
            message_id: answer_message_id.map(Uuid::from),
            created_at: Time(created_at),
            started_at: started_at.map(Time),
            ended_at: ended_at.map(Time),
            usage: usage.into(),
        }
    }
}

impl RunBody {
    /// Of a run in a channel.
    pub fn in_channel(run: Run) -> Self {
        let channel_id = Some(run.conversation_id.uuid());
        Self { thread_id: None, channel_id, ..run.into() }
    }

    /// A run that has ended, as an example for the document.
    pub fn sample() -> Self {
        let answer = MessageBody::sample_answer();
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0008),
            conversation_id: answer.thread_id,
            thread_id: Some(answer.thread_id),
            channel_id: None,
            agent_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0003),
            status: RunStatusBody::Completed,
            attempt: 1,
            error: None,
            trigger_message_id: MessageBody::sample_question().id,
            message_id: Some(answer.id),
            created_at: Time::sample(60),
            started_at: Some(Time::sample(60)),
            ended_at: Some(Time::sample(62)),
            usage: UsageBody { input_tokens: 42, output_tokens: 3, cached_tokens: None },
        }
    }

    /// A run that is under way, as an example for the document.
    pub fn sample_running() -> Self {
        let usage = UsageBody { input_tokens: 0, output_tokens: 0, cached_tokens: None };
        Self { status: RunStatusBody::Running, ended_at: None, usage, ..Self::sample() }
    }

    /// A run that was stopped, as an example for the document.
    pub fn sample_cancelled() -> Self {
        Self { status: RunStatusBody::Cancelled, ..Self::sample() }
    }
}
