//! One shape for everything that is refused or goes wrong: `{error, message, request_id, details?}`.
//!
//! `code` is the table from code to status and sentence, `from_application` the one match from the use cases' errors to
//! it, `from_run` the one from those of a run, `answer` writes the response. What went wrong inside is logged there, once,
//! and never part of the body.

mod answer;
mod body;
mod code;
mod from_application;
mod from_run;

use std::{borrow::Cow, fmt, time::Duration};

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use stead_application::FieldError;
use stead_domain::scope::Scope;

pub use answer::answer;
pub use body::{ErrorBody, FieldErrorBody};
pub use code::{Code, TABLE};

/// Why a request is not answered with what it asked for.
#[derive(Debug)]
pub struct ApiError {
    code: Code,
    message: Cow<'static, str>,
    details: Vec<FieldError>,
    retry_after: Option<Duration>,
    is_final: bool,
    also: Option<Also>,
    replayed: bool,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a header says besides, where the code has one.
#[derive(Debug)]
enum Also {
    /// What is allowed instead.
    Allow(String),
    /// How large that is of which no such part can be given.
    Size(u64),
}

impl ApiError {
    /// An error with its code's own sentence.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            message: Cow::Borrowed(code.entry().sentence),
            details: Vec::new(),
            retry_after: None,
            is_final: false,
            also: None,
            replayed: false,
            cause: None,
        }
    }

    /// 400 with everything that is wrong.
    pub fn invalid(details: Vec<FieldError>) -> Self {
        let message = match details.first() {
            Some(FieldError { field, message }) => {
                // What follows is told in the details.
                let gist = message.split("; ").next().unwrap_or_default();
                Cow::Owned(format!("The request is invalid: `{field}` {gist}"))
            }
            None => Cow::Borrowed(Code::InvalidRequest.entry().sentence),
        };
        Self { details, ..Self::new(Code::InvalidRequest).saying(message) }
    }

    /// 400 for one thing that is wrong.
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// 405, naming what is allowed instead.
    pub fn method_not_allowed(allow: String) -> Self {
        Self { also: Some(Also::Allow(allow)), ..Self::new(Code::MethodNotAllowed) }
    }

    /// 403 for a key without the scope that an operation takes.
    pub fn missing_scope(scope: Scope) -> Self {
        Self::new(Code::Forbidden).saying(format!("This takes the scope `{scope}`, which the API key does not have"))
    }

    /// 500 for something that should not happen.
    pub fn internal(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { cause: Some(Box::new(cause)), ..Self::new(Code::Internal) }
    }

    /// The same with another sentence.
    #[must_use]
    pub fn saying(self, message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), ..self }
    }

    /// The same as the answer to a repeated request.
    #[must_use]
    pub fn replayed(self, replayed: bool) -> Self {
        Self { replayed, ..self }
    }

    /// 416: how large that is of which no such part can be given.
    #[must_use]
    pub fn of_size(self, size: u64) -> Self {
        Self { also: Some(Also::Size(size)), ..self }
    }

    /// Whether it has this code.
    pub fn is(&self, code: Code) -> bool {
        self.code == code
    }

    #[cfg(test)]
    pub fn code(&self) -> Code {
        self.code
    }

    #[cfg(test)]
    pub fn details(&self) -> &[FieldError] {
        &self.details
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.entry().name, self.message)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.entry().status
    }

    /// Without a body: the outermost middleware knows the request's id and writes it.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
