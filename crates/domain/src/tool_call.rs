//! A tool call: what an agent had done by a tool, with times, and the promise that every call ends.

use std::time::Duration;

use crate::{Json, MessageId, OrganizationId, RunId, Timestamp, ToolCallId};

/// How long a call waits for its person's approval.
pub const APPROVAL_WAIT: Duration = Duration::from_secs(15 * 60);
/// What is kept of a result, in bytes of its compact form.
pub const MAX_RESULT_BYTES: usize = 1024 * 1024;

/// A call of a tool within a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// Its id.
    pub id: ToolCallId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// The answer it belongs to.
    pub message_id: MessageId,
    /// The run that made it.
    pub run_id: RunId,
    /// The step of the run.
    pub step: i32,
    /// The tool server's name.
    pub server: String,
    /// The tool's qualified name, as the model knows it.
    pub tool_name: String,
    /// What it was called with: an object.
    pub arguments: Json,
    /// Where it stands.
    pub state: ToolCallState,
    /// When it started; until then, when the model asked for it.
    pub start_time: Timestamp,
}

/// Where a tool call stands. It may have to wait for its person, then is open, and ends exactly once.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolCallState {
    /// Waits for its person to allow it.
    AwaitingApproval,
    /// Its person has allowed it; it has not started.
    Approved,
    /// Under way.
    Open,
    /// It gave a result.
    Succeeded {
        /// The result.
        result: Json,
        /// Whether the result was cut to be kept.
        truncated: bool,
        /// When.
        end_time: Timestamp,
    },
    /// It gave an error, or ran into its time limit.
    Failed {
        /// What it said.
        error: String,
        /// When.
        end_time: Timestamp,
    },
    /// Nobody knows whether it took effect: the process died, or the run was cancelled, while it was under way.
    Interrupted {
        /// When that was noticed.
        end_time: Timestamp,
    },
}

/// A tool call that has ended cannot end again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tool call has already ended")]
pub struct AlreadyEnded;

impl ToolCallState {
    /// Whether it is over.
    pub fn has_ended(&self) -> bool {
        match self {
            Self::AwaitingApproval | Self::Approved | Self::Open => false,
            Self::Succeeded { .. } | Self::Failed { .. } | Self::Interrupted { .. } => true,
        }
    }

    /// Ends a call that has not ended.
    ///
    /// # Errors
    /// [`AlreadyEnded`] if it is over, or if `end` is no end.
    pub fn end(&mut self, end: Self) -> Result<(), AlreadyEnded> {
        if self.has_ended() || !end.has_ended() {
            return Err(AlreadyEnded);
        }
        *self = end;
        Ok(())
    }
}
