use std::time::Duration;

use stead_domain::ports::llm::LlmError;

use crate::{Conflict, Error};

/// Why a model did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// It was not asked: AI is switched off, or the budget is used up.
    #[error("no model was asked: {0:?}")]
    NotAllowed(Conflict),
    /// It failed.
    #[error("the model failed")]
    Failed(#[source] LlmError),
    /// It could not be found out whether it may be asked.
    #[error("it is not known whether a model may be asked")]
    Unknown(#[source] Error),
}

impl From<Error> for Unanswered {
    fn from(error: Error) -> Self {
        match error {
            Error::Conflict(conflict) => Self::NotAllowed(conflict),
            error => Self::Unknown(error),
        }
    }
}

impl From<LlmError> for Unanswered {
    fn from(error: LlmError) -> Self {
        Self::Failed(error)
    }
}

/// How long to wait before asking again, where the model does not say.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// For whoever waits for the answer.
impl From<Unanswered> for Error {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::NotAllowed(conflict) => Self::Conflict(conflict),
            Unanswered::Unknown(error) => error,
            Unanswered::Failed(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a model did not answer");
                Self::AiUnavailable { retry_after: RETRY_AFTER, reason: "The model did not answer" }
            }
        }
    }
}
