//! A run: one turn of an agent, from the message that asked for it to the answer.

use std::time::Duration;

use crate::{
    AgentId, ConversationId, MessageId, OrganizationId, RunId, Timestamp, UserId,
    usage::{Account, UsagePurpose},
};

/// How long a lease holds unless it is renewed.
pub const LEASE: Duration = Duration::from_secs(60);

/// How often a run is started before it is given up: one that took its process down so often would take the next one down.
pub const MAX_ATTEMPTS: i32 = 3;

/// One turn of an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Where it answers.
    pub conversation_id: ConversationId,
    /// Who answers.
    pub agent_id: AgentId,
    /// Who asked.
    pub requested_by: UserId,
    /// What its answer is, in the account of what models use.
    pub purpose: UsagePurpose,
    /// The message that is answered.
    pub trigger_message_id: MessageId,
    /// The answer's row, where it exists before the answer (threads).
    pub answer_message_id: Option<MessageId>,
    /// Where it stands.
    pub status: RunStatus,
    /// How often it was started: 1 for the first; a repeat after a failure or a crash raises it.
    pub attempt: i32,
    /// Raised whenever somebody else takes the run: a write with an older fence is refused.
    pub fence: i64,
    /// Its person wants it stopped.
    pub cancel_requested: bool,
    /// The model that answers or answered.
    pub model: Option<String>,
    /// Which wording of the prompt it used.
    pub prompt_version: i32,
    /// Why it failed.
    pub error: Option<RunError>,
    /// What it used.
    pub usage: Usage,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was last queued: when it was asked for, when a repeat queued it again, or when another process took it over
    /// and began anew.
    pub queued_at: Timestamp,
    /// When its newest attempt started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Run {
    /// On whose account its models are asked.
    pub fn account(&self) -> Account {
        Account {
            organization: self.organization_id,
            user: Some(self.requested_by),
            agent: Some(self.agent_id),
            conversation: Some(self.conversation_id),
            purpose: self.purpose,
        }
    }

    /// The id by which what is written is told: that of the answer's row, or, where that comes with the end, the run's own.
    pub fn told_as(&self) -> MessageId {
        self.answer_message_id.unwrap_or_else(|| MessageId::new(self.id.uuid()))
    }

    /// Whether the attempt for which it was last queued has started.
    pub fn has_started(&self) -> bool {
        self.started_at.is_some_and(|started| started >= self.queued_at)
    }

    /// Whether it had to wait, or still waits, for the one before it. A run that starts in the commit that queues it has
    /// the same time for both.
    pub fn had_to_wait(&self) -> bool {
        self.started_at != Some(self.queued_at)
    }

    /// The attempt that its stream tells of: the one that is or was under way, or the one that is waited for.
    pub fn told_attempt(&self) -> i32 {
        if self.has_started() { self.attempt } else { self.attempt + 1 }
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// Waits for the one before it.
    Queued,
    /// Under way, held by a lease.
    Running,
    /// Waits for its person to allow a tool call.
    AwaitingApproval,
    /// Answered.
    Completed,
    /// Failed; `error` says why.
    Failed,
    /// Stopped by its person.
    Cancelled,
    /// Nobody approved in time.
    Expired,
}

impl RunStatus {
    /// Whether it is over. Only a failed run may be queued again.
    pub fn has_ended(self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::AwaitingApproval => false,
            Self::Completed | Self::Failed | Self::Cancelled | Self::Expired => true,
        }
    }

    /// Whether a run may go from here to `next`.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Queued => matches!(next, Self::Running | Self::Cancelled),
            Self::Running => {
                matches!(next, Self::AwaitingApproval | Self::Completed | Self::Failed | Self::Cancelled)
            }
            Self::AwaitingApproval => matches!(next, Self::Running | Self::Cancelled | Self::Expired | Self::Failed),
            Self::Failed => next == Self::Queued,
            Self::Completed | Self::Cancelled | Self::Expired => false,
        }
    }
}

/// Why a run failed, in a form that stays: clients compare `code`, people read `message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunError {
    /// The kind of failure.
    pub code: RunErrorCode,
    /// A sentence for people, without internals.
    pub message: String,
}

/// The kinds of failure of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunErrorCode {
    /// The model's endpoint could not be reached, was overloaded, or its breaker is open.
    ModelUnavailable,
    /// The model's endpoint refused the request or the credential.
    ModelRejected,
    /// The model did not begin, continue or finish in time.
    ModelTimeout,
    /// The model's stream broke off or made no sense.
    ModelProtocol,
    /// The answer grew beyond what is kept.
    AnswerTooLong,
    /// The message alone is larger than the model's context.
    ContextExceeded,
    /// The process that ran it died.
    Interrupted,
    /// Nobody allowed a tool call in time.
    ApprovalExpired,
    /// The organization's agents were switched off before the model could be asked.
    AiDisabled,
    /// What the organization, or its person, may use of this month's tokens was used up before the model could be asked.
    AiBudgetUsedUp,
    /// Something in Stead itself.
    Internal,
}

impl RunErrorCode {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::ModelUnavailable,
        Self::ModelRejected,
        Self::ModelTimeout,
        Self::ModelProtocol,
        Self::AnswerTooLong,
        Self::ContextExceeded,
        Self::Interrupted,
        Self::ApprovalExpired,
        Self::AiDisabled,
        Self::AiBudgetUsedUp,
        Self::Internal,
    ];

    /// The stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ModelUnavailable => "model_unavailable",
            Self::ModelRejected => "model_rejected",
            Self::ModelTimeout => "model_timeout",
            Self::ModelProtocol => "model_protocol",
            Self::AnswerTooLong => "answer_too_long",
            Self::ContextExceeded => "context_exceeded",
            Self::Interrupted => "interrupted",
            Self::ApprovalExpired => "approval_expired",
            Self::AiDisabled => "ai_disabled",
            Self::AiBudgetUsedUp => "ai_budget_used_up",
            Self::Internal => "internal",
        }
    }

    /// What a person reads.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::ModelUnavailable => "The model could not be reached. Try again later.",
            Self::ModelRejected => "The model refused the request.",
            Self::ModelTimeout => "The model did not answer in time.",
            Self::ModelProtocol => "The model's answer broke off.",
            Self::AnswerTooLong => "The answer grew too long.",
            Self::ContextExceeded => "The message is too long for the model.",
            Self::Interrupted => "The server stopped while the answer was being written.",
            Self::ApprovalExpired => "Nobody allowed the tool call in time.",
            Self::AiDisabled => "An admin of the organization has switched AI off.",
            Self::AiBudgetUsedUp => "This month's tokens are used up. An admin can raise the budget.",
            Self::Internal => "Something went wrong while answering.",
        }
    }
}

/// What a run used, in tokens and money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens of the prompts.
    pub input_tokens: i64,
    /// Tokens of the answers.
    pub output_tokens: i64,
    /// Of the prompts' tokens, those the endpoint had kept.
    pub cached_tokens: Option<i64>,
    /// Millionths of the currency that the configured prices are in.
    pub cost_micros: i64,
}

/// A right to work on a run or a job for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The process that holds it.
    pub owner: LeaseOwner,
    /// The fence it was given.
    pub fence: i64,
}

/// A process that works on runs and jobs: unique for each start of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeaseOwner(pub uuid::Uuid);

/// A piece of a run's stream, as it is kept while the run lives and for a while after. What a stream begins and ends with is
/// not kept: it follows from the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunChunk {
    /// How many kept events other than text came before.
    pub n: i32,
    /// How many Unicode scalar values of the answer came before.
    pub chars_from: i32,
    /// What it is.
    pub kind: RunChunkKind,
}

/// What a piece of a run's stream is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunChunkKind {
    /// Text of the answer, merged from deltas.
    Text(String),
    /// A tool call waits for approval.
    ApprovalRequested(crate::ToolCallId),
    /// A tool call started.
    ToolCallStarted(crate::ToolCallId),
    /// A tool call ended.
    ToolCallCompleted(crate::ToolCallId),
}

/// One round of a run, the truth from which later prompts are rebuilt.
#[derive(Debug, Clone, PartialEq)]
pub struct RunStep {
    /// The attempt it belongs to.
    pub attempt: i32,
    /// Its number in the attempt, from 0.
    pub n: i32,
    /// What was done.
    pub kind: RunStepKind,
    /// How far it came.
    pub state: RunStepState,
    /// What it used.
    pub usage: Usage,
}

/// What a step of a run did.
#[derive(Debug, Clone, PartialEq)]
pub enum RunStepKind {
    /// The model was asked.
    Model {
        /// The text it gave.
        text: String,
        /// The tool calls it asked for.
        tool_calls: Vec<crate::ToolCallId>,
    },
    /// The tool calls of the step before were carried out.
    Tool {
        /// Those calls.
        tool_calls: Vec<crate::ToolCallId>,
    },
}

/// How far a step came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStepState {
    /// Begun.
    Started,
    /// Over.
    Done,
    /// Begun by a process that died: nobody knows.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_run_stays_ended_unless_it_failed() {
        use RunStatus::{AwaitingApproval, Cancelled, Completed, Expired, Failed, Queued, Running};
        let all = [Queued, Running, AwaitingApproval, Completed, Failed, Cancelled, Expired];
        for from in all.into_iter().filter(|s| s.has_ended()) {
            for to in all {
                assert_eq!(from.may_become(to), from == Failed && to == Queued, "{from:?} to {to:?}");
            }
        }
    }
}
