use stead_domain::run::{RunError, RunErrorCode};

use super::{ApiError, Code};

/// What somebody is told who waited for an answer that failed. That trying again helps is said only where it may: not where
/// the message does not fit into the model, nor where its endpoint refuses the request or the server's credential.
impl From<RunError> for ApiError {
    fn from(RunError { code, message }: RunError) -> Self {
        let unavailable = Self::new(Code::AiUnavailable).saying(message);
        match code {
            RunErrorCode::ContextExceeded => Self::new(Code::ContextExceeded),
            RunErrorCode::ModelRejected => Self { is_final: true, ..unavailable },
            RunErrorCode::AiDisabled => Self::new(Code::AiDisabled),
            RunErrorCode::AiBudgetUsedUp => Self::new(Code::AiBudgetUsedUp),
            RunErrorCode::ModelUnavailable
            | RunErrorCode::ModelTimeout
            | RunErrorCode::ModelProtocol
            | RunErrorCode::AnswerTooLong
            | RunErrorCode::Interrupted
            | RunErrorCode::ApprovalExpired
            | RunErrorCode::Internal => unavailable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::answer, *};

    #[test]
    fn trying_again_is_advised_where_it_may_help() {
        for code in RunErrorCode::ALL {
            let response = answer(&RunError { code, message: "no".to_owned() }.into(), "r-1");
            let (status, helps) = match code {
                RunErrorCode::ContextExceeded => (400, false),
                RunErrorCode::ModelRejected => (503, false),
                RunErrorCode::AiDisabled | RunErrorCode::AiBudgetUsedUp => (409, false),
                _ => (503, true),
            };
            assert_eq!(response.status().as_u16(), status, "{code:?}");
            assert_eq!(response.headers().contains_key("retry-after"), helps, "{code:?}");
        }
    }
}
