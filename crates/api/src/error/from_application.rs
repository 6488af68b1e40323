use std::time::Duration;

use stead_application::{Conflict, Error};

use super::{ApiError, Code};

/// When it may help to ask a server of tools again.
const TOOL_SERVER_RETRY: Duration = Duration::from_secs(10);

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(details) => Self::invalid(details),
            Error::Unauthenticated => Self::new(Code::Unauthorized),
            Error::Forbidden(reason) => Self::new(Code::Forbidden).saying(sentence(reason)),
            Error::MissingScope(scope) => Self::missing_scope(scope),
            Error::NotFound => Self::new(Code::NotFound),
            Error::Conflict(conflict) => Self::new(code_of(conflict)),
            Error::TooLarge => Self::new(Code::PayloadTooLarge),
            Error::PreconditionFailed => Self::new(Code::PreconditionFailed),
            Error::RateLimited { retry_after } => {
                Self { retry_after: Some(retry_after), ..Self::new(Code::RateLimited) }
            }
            Error::AiUnavailable { retry_after, reason } => {
                Self { retry_after: Some(retry_after), ..Self::new(Code::AiUnavailable).saying(reason) }
            }
            Error::ToolServerUnavailable { reason } => {
                let message = format!("The server of tools cannot be used: {reason}");
                Self { retry_after: Some(TOOL_SERVER_RETRY), ..Self::new(Code::ToolServerUnavailable).saying(message) }
            }
            Error::Unavailable(cause) => Self { cause, ..Self::new(Code::Unavailable) },
            Error::Internal(cause) => Self { cause: Some(cause), ..Self::new(Code::Internal) },
        }
    }
}

fn code_of(conflict: Conflict) -> Code {
    match conflict {
        Conflict::EmailTaken => Code::EmailTaken,
        Conflict::HandleTaken => Code::HandleTaken,
        Conflict::NameTaken => Code::NameTaken,
        Conflict::ThreadBusy => Code::ThreadBusy,
        Conflict::AgentDeleted => Code::AgentDeleted,
        Conflict::DefaultAgent => Code::DefaultAgent,
        Conflict::AiDisabled => Code::AiDisabled,
        Conflict::AiBudgetUsedUp => Code::AiBudgetUsedUp,
        Conflict::LastOwner => Code::LastOwner,
        Conflict::FixedChannel => Code::FixedChannel,
        Conflict::ChannelFull => Code::ChannelFull,
        Conflict::LastAdmin => Code::LastAdmin,
        Conflict::NotAwaitingApproval => Code::NotAwaitingApproval,
        Conflict::ThreadEmpty => Code::ThreadEmpty,
        Conflict::StorageFull => Code::StorageFull,
        Conflict::EditWindowOver => Code::EditWindowOver,
        Conflict::TooManyPins => Code::TooManyPins,
        Conflict::TooManyReactions => Code::TooManyReactions,
        Conflict::NotStoodInFor => Code::NotStoodInFor,
        Conflict::IdempotencyMismatch => Code::IdempotencyMismatch,
        Conflict::TryAgain => Code::Conflict,
    }
}

/// The reason of a use case, which begins in lower case, as a sentence.
fn sentence(reason: &str) -> String {
    let mut rest = reason.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use stead_application::FieldError;
    use stead_domain::scope::Scope;

    use super::{super::TABLE, *};

    fn every_error() -> Vec<(Error, Code, u16)> {
        let io = || Box::new(std::io::Error::other("secret detail"));
        let conflict = |conflict, code| (Error::Conflict(conflict), code, 409);
        vec![
            (
                Error::Invalid(vec![FieldError { field: "a".into(), message: "is required".into() }]),
                Code::InvalidRequest,
                400,
            ),
            (Error::Unauthenticated, Code::Unauthorized, 401),
            (Error::Forbidden("only admins"), Code::Forbidden, 403),
            (Error::MissingScope(Scope::Admin), Code::Forbidden, 403),
            (Error::NotFound, Code::NotFound, 404),
            conflict(Conflict::EmailTaken, Code::EmailTaken),
            conflict(Conflict::HandleTaken, Code::HandleTaken),
            conflict(Conflict::NameTaken, Code::NameTaken),
            conflict(Conflict::ThreadBusy, Code::ThreadBusy),
            conflict(Conflict::AgentDeleted, Code::AgentDeleted),
            conflict(Conflict::DefaultAgent, Code::DefaultAgent),
            conflict(Conflict::AiDisabled, Code::AiDisabled),
            conflict(Conflict::AiBudgetUsedUp, Code::AiBudgetUsedUp),
            conflict(Conflict::LastOwner, Code::LastOwner),
            conflict(Conflict::FixedChannel, Code::FixedChannel),
            conflict(Conflict::ChannelFull, Code::ChannelFull),
            conflict(Conflict::LastAdmin, Code::LastAdmin),
            conflict(Conflict::NotAwaitingApproval, Code::NotAwaitingApproval),
            conflict(Conflict::ThreadEmpty, Code::ThreadEmpty),
            conflict(Conflict::StorageFull, Code::StorageFull),
            conflict(Conflict::EditWindowOver, Code::EditWindowOver),
            conflict(Conflict::TooManyPins, Code::TooManyPins),
            conflict(Conflict::TooManyReactions, Code::TooManyReactions),
            conflict(Conflict::NotStoodInFor, Code::NotStoodInFor),
            (Error::TooLarge, Code::PayloadTooLarge, 413),
            conflict(Conflict::IdempotencyMismatch, Code::IdempotencyMismatch),
            conflict(Conflict::TryAgain, Code::Conflict),
            (Error::PreconditionFailed, Code::PreconditionFailed, 412),
            (Error::RateLimited { retry_after: Duration::from_millis(1) }, Code::RateLimited, 429),
            (Error::AiUnavailable { retry_after: Duration::from_secs(7), reason: "no" }, Code::AiUnavailable, 503),
            (Error::ToolServerUnavailable { reason: "it is away".into() }, Code::ToolServerUnavailable, 503),
            (Error::Unavailable(Some(io())), Code::Unavailable, 503),
            (Error::Internal(io()), Code::Internal, 500),
        ]
    }

    #[test]
    fn every_error_has_its_code_and_status() {
        for (error, code, status) in every_error() {
            let answered = ApiError::from(error);
            assert_eq!((answered.code(), answered.status_code().as_u16()), (code, status));
            assert!(!answered.to_string().contains("secret"), "{answered}");
        }
    }

    #[test]
    fn every_code_is_used() {
        let of_the_api = [
            Code::ContextExceeded,
            Code::MethodNotAllowed,
            Code::RangeNotSatisfiable,
            Code::UnsupportedMediaType,
            Code::RequestTimeout,
            Code::HeadersTooLarge,
        ]
        .map(|code| code.entry().name);
        let used: Vec<_> = every_error().iter().map(|(_, code, _)| code.entry().name).chain(of_the_api).collect();
        for entry in &TABLE {
            assert!(used.contains(&entry.name), "{}", entry.name);
        }
    }

    #[test]
    fn when_to_try_again_is_rounded_up() {
        for (millis, seconds) in [(0, "1"), (1, "1"), (1_000, "1"), (1_001, "2"), (59_999, "60")] {
            let error = Error::RateLimited { retry_after: Duration::from_millis(millis) };
            let answered = super::super::answer(&ApiError::from(error), "r-1");
            assert_eq!(answered.headers().get("retry-after").unwrap(), seconds);
        }
    }

    #[test]
    fn the_body_has_the_one_shape() {
        for (error, code, status) in every_error() {
            let response = super::super::answer(&ApiError::from(error), "r-1");
            assert_eq!(response.status().as_u16(), status);
            let headers = response.headers();
            assert_eq!(headers.contains_key("retry-after"), code.entry().retryable, "{code:?}");
            assert_eq!(headers.contains_key("www-authenticate"), status == 401);
            let body = actix_web::body::MessageBody::try_into_bytes(response.into_body()).unwrap();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["error"], code.entry().name);
            assert_eq!(body["request_id"], "r-1");
            let keys: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
            let allowed = ["error", "message", "request_id", "details"];
            assert!(keys.iter().all(|key| allowed.contains(key)), "{keys:?}");
            assert_eq!(keys.contains(&"details"), status == 400);
        }
    }
}
