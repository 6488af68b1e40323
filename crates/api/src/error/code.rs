use actix_web::http::StatusCode;

/// The stable codes of the error body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    InvalidRequest,
    ContextExceeded,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    EmailTaken,
    HandleTaken,
    NameTaken,
    ThreadBusy,
    AgentDeleted,
    DefaultAgent,
    AiDisabled,
    AiBudgetUsedUp,
    LastOwner,
    FixedChannel,
    ChannelFull,
    LastAdmin,
    NotAwaitingApproval,
    ThreadEmpty,
    StorageFull,
    EditWindowOver,
    TooManyPins,
    TooManyReactions,
    NotStoodInFor,
    IdempotencyMismatch,
    PreconditionFailed,
    RequestTimeout,
    PayloadTooLarge,
    RangeNotSatisfiable,
    UnsupportedMediaType,
    RateLimited,
    HeadersTooLarge,
    Internal,
    AiUnavailable,
    ToolServerUnavailable,
    Unavailable,
}

/// What a code means.
#[derive(Debug)]
pub struct Entry {
    pub code: Code,
    /// As it is written in the body.
    pub name: &'static str,
    pub status: StatusCode,
    /// What people read where nothing more precise is known.
    pub sentence: &'static str,
    /// Whether the same request may succeed later: the answer then says when, in `Retry-After`.
    pub retryable: bool,
}

const fn entry(code: Code, name: &'static str, status: StatusCode, sentence: &'static str) -> Entry {
    Entry { code, name, status, sentence, retryable: false }
}

const fn retryable(code: Code, name: &'static str, status: StatusCode, sentence: &'static str) -> Entry {
    Entry { code, name, status, sentence, retryable: true }
}

/// Every code, in the order of [`Code`].
pub const TABLE: [Entry; 38] = [
    entry(Code::InvalidRequest, "invalid_request", StatusCode::BAD_REQUEST, "The request is invalid"),
    entry(
        Code::ContextExceeded,
        "context_exceeded",
        StatusCode::BAD_REQUEST,
        "The message is too long for the model. It is kept, without an answer.",
    ),
    entry(Code::Unauthorized, "unauthorized", StatusCode::UNAUTHORIZED, "Unauthorized access"),
    entry(Code::Forbidden, "forbidden", StatusCode::FORBIDDEN, "You may not do this"),
    entry(Code::NotFound, "not_found", StatusCode::NOT_FOUND, "Resource not found"),
    entry(
        Code::MethodNotAllowed,
        "method_not_allowed",
        StatusCode::METHOD_NOT_ALLOWED,
        "The resource does not support this method",
    ),
    entry(Code::Conflict, "conflict", StatusCode::CONFLICT, "Others changed it at the same time. Try again."),
    entry(Code::EmailTaken, "email_taken", StatusCode::CONFLICT, "This e-mail address is taken"),
    entry(Code::HandleTaken, "handle_taken", StatusCode::CONFLICT, "This handle is taken"),
    entry(Code::NameTaken, "name_taken", StatusCode::CONFLICT, "This name is taken"),
    retryable(
        Code::ThreadBusy,
        "thread_busy",
        StatusCode::CONFLICT,
        "Too many messages wait in this thread. Try again when some are answered.",
    ),
    entry(Code::AgentDeleted, "agent_deleted", StatusCode::CONFLICT, "The thread's agent was deleted"),
    entry(
        Code::DefaultAgent,
        "default_agent",
        StatusCode::CONFLICT,
        "The organization's default agent can be neither deleted nor hidden",
    ),
    entry(Code::AiDisabled, "ai_disabled", StatusCode::CONFLICT, "An admin of the organization has switched AI off"),
    entry(
        Code::AiBudgetUsedUp,
        "ai_budget_used_up",
        StatusCode::CONFLICT,
        "This month's tokens are used up, the organization's or your own. An admin can raise the budget.",
    ),
    entry(Code::LastOwner, "last_owner", StatusCode::CONFLICT, "The organization needs another owner first"),
    entry(
        Code::FixedChannel,
        "fixed_channel",
        StatusCode::CONFLICT,
        "This cannot be changed here: what kind of channel it is settles it",
    ),
    entry(Code::ChannelFull, "channel_full", StatusCode::CONFLICT, "The channel has as many members as it may have"),
    entry(Code::LastAdmin, "last_admin", StatusCode::CONFLICT, "The channel needs another admin first"),
    entry(
        Code::NotAwaitingApproval,
        "not_awaiting_approval",
        StatusCode::CONFLICT,
        "The tool call does not wait for approval any more",
    ),
    entry(Code::ThreadEmpty, "thread_empty", StatusCode::CONFLICT, "The thread has no messages yet"),
    entry(
        Code::StorageFull,
        "storage_full",
        StatusCode::CONFLICT,
        "The organization's files take up all the room that they have",
    ),
    entry(
        Code::EditWindowOver,
        "edit_window_over",
        StatusCode::CONFLICT,
        "The time in which the message could be edited is over",
    ),
    entry(
        Code::TooManyPins,
        "too_many_pins",
        StatusCode::CONFLICT,
        "As many messages are pinned here as may be. Unpin another one first.",
    ),
    entry(
        Code::TooManyReactions,
        "too_many_reactions",
        StatusCode::CONFLICT,
        "People have reacted to the message with as many different emoji as they may",
    ),
    entry(
        Code::NotStoodInFor,
        "not_stood_in_for",
        StatusCode::CONFLICT,
        "They do not let an agent answer in their stead",
    ),
    entry(
        Code::IdempotencyMismatch,
        "idempotency_mismatch",
        StatusCode::CONFLICT,
        "The idempotency key was used for another request",
    ),
    entry(
        Code::PreconditionFailed,
        "precondition_failed",
        StatusCode::PRECONDITION_FAILED,
        "It is not the version that `If-Match` names",
    ),
    entry(Code::RequestTimeout, "request_timeout", StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time"),
    entry(Code::PayloadTooLarge, "payload_too_large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
    entry(
        Code::RangeNotSatisfiable,
        "range_not_satisfiable",
        StatusCode::RANGE_NOT_SATISFIABLE,
        "The file has none of these bytes",
    ),
    entry(
        Code::UnsupportedMediaType,
        "unsupported_media_type",
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "The body must be application/json, not encoded",
    ),
    retryable(
        Code::RateLimited,
        "rate_limited",
        StatusCode::TOO_MANY_REQUESTS,
        "Too much in too little time. Try again later.",
    ),
    entry(
        Code::HeadersTooLarge,
        "headers_too_large",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        "The headers are too large",
    ),
    entry(Code::Internal, "internal", StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
    retryable(
        Code::AiUnavailable,
        "ai_unavailable",
        StatusCode::SERVICE_UNAVAILABLE,
        "The model could not answer. Your message is kept.",
    ),
    retryable(
        Code::ToolServerUnavailable,
        "tool_server_unavailable",
        StatusCode::SERVICE_UNAVAILABLE,
        "The server of tools cannot be used right now",
    ),
    retryable(
        Code::Unavailable,
        "unavailable",
        StatusCode::SERVICE_UNAVAILABLE,
        "The server cannot do this right now. Try again later.",
    ),
];

impl Code {
    /// What it means.
    pub fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_codes() {
        for (place, entry) in TABLE.iter().enumerate() {
            assert_eq!(entry.code as usize, place, "{}", entry.name);
            assert_eq!(entry.code.entry().name, entry.name);
        }
    }

    #[test]
    fn the_promised_sentences() {
        for (code, sentence) in [
            (Code::Unauthorized, "Unauthorized access"),
            (Code::NotFound, "Resource not found"),
            (Code::Internal, "Internal server error"),
        ] {
            assert_eq!(code.entry().sentence, sentence);
        }
    }

    #[test]
    fn names_are_unique_and_snake_case() {
        let mut names: Vec<_> = TABLE.iter().map(|entry| entry.name).collect();
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len());
    }
}
