//! What went wrong, in terms a caller can act on. Of what the index says only its status and the number of its error are
//! kept: its sentences may repeat the key or what was stored.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use stead_domain::ports::vector_store::VectorStoreError;

/// gRPC's `NOT_FOUND`, in the body of an answer.
const NOT_FOUND: i64 = 5;

/// Why there is no answer of use.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The namespace does not exist: nothing was ever stored in it, or all of it was deleted.
    NoNamespace,
    /// The index asks for less at a time. It is well.
    Throttled(VectorStoreError),
    /// Anything else.
    Other(VectorStoreError),
}

/// Why the index cannot be used now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("it answered {0}")]
    Status(u16),
    #[error("it could not be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the connection broke off")]
    BrokeOff(#[source] reqwest::Error),
    #[error("it did not answer in time")]
    Late,
    #[error("its answer is longer than {0} bytes")]
    TooLong(usize),
    /// The parser's own words are dropped: they may quote what was stored.
    #[error("its answer is not as expected ({0:?})")]
    Unexpected(serde_json::error::Category),
    #[error("its answer is no object")]
    NoObject,
    #[error("it failed several times in a row and is left alone")]
    LeftAlone,
}

/// Pinecone's error body. The message is not read.
#[derive(Deserialize)]
struct ErrorBody {
    code: i64,
}

impl Failure {
    /// Whether asking again may help.
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::NoNamespace => false,
            Self::Throttled(error) | Self::Other(error) => error.is_retryable(),
        }
    }

    /// How long the index asks to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NoNamespace => None,
            Self::Throttled(error) | Self::Other(error) => error.retry_after(),
        }
    }

    /// Whether it says that the index is not well.
    pub(crate) fn tells_of_the_index(&self) -> bool {
        matches!(self, Self::Other(VectorStoreError::Unavailable { .. }))
    }

    /// For a call that needs the namespace, which every call that writes makes.
    pub(crate) fn into_error(self) -> VectorStoreError {
        match self {
            Self::NoNamespace => no_index(),
            Self::Throttled(error) | Self::Other(error) => error,
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::Other(VectorStoreError::unavailable(trouble))
    }
}

/// The index answered with a status other than success.
pub(crate) fn refused(status: StatusCode, body: &[u8], retry_after: Option<Duration>) -> Failure {
    let code = serde_json::from_slice::<ErrorBody>(body).ok().map(|body| body.code);
    let unavailable =
        || VectorStoreError::Unavailable { retry_after, source: Box::new(Trouble::Status(status.as_u16())) };
    match status.as_u16() {
        404 if code == Some(NOT_FOUND) => Failure::NoNamespace,
        404 | 300..=399 => Failure::Other(no_index()),
        401..=403 => Failure::Other(VectorStoreError::Unauthorized { detail: said(status, code) }),
        429 => Failure::Throttled(unavailable()),
        408 | 409 | 425 | 500.. => Failure::Other(unavailable()),
        _ => Failure::Other(VectorStoreError::rejected(said(status, code))),
    }
}

/// The request could not be sent or got no answer.
pub(crate) fn not_sent(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let trouble = if error.is_timeout() {
        Trouble::Late
    } else if error.is_connect() {
        Trouble::Unreachable(error)
    } else {
        Trouble::BrokeOff(error)
    };
    trouble.into()
}

fn no_index() -> VectorStoreError {
    VectorStoreError::Unauthorized { detail: "there is no Pinecone index at its address".to_owned() }
}

fn said(status: StatusCode, code: Option<i64>) -> String {
    let status = status.as_u16();
    match code {
        Some(code) => format!("it answered {status} ({code})"),
        None => format!("it answered {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Failure {
        refused(StatusCode::from_u16(status).unwrap(), body.as_bytes(), None)
    }

    #[test]
    fn statuses_have_their_kinds() {
        for status in [408, 409, 429, 500, 502, 503, 504] {
            assert!(of(status, "").is_retryable(), "{status}");
        }
        for status in [301, 400, 401, 402, 403, 404, 413, 422] {
            assert!(!of(status, "{}").is_retryable(), "{status}");
        }
        assert!(!of(429, "").tells_of_the_index());
        assert!(of(503, "").tells_of_the_index());
        assert!(!of(401, "").tells_of_the_index());
    }

    #[test]
    fn a_missing_namespace_is_no_missing_index() {
        assert!(matches!(of(404, r#"{"code":5,"message":"Namespace not found","details":[]}"#), Failure::NoNamespace));
        for other in ["", "default backend - 404", r#"{"code":12,"message":"unknown"}"#] {
            assert!(matches!(of(404, other), Failure::Other(VectorStoreError::Unauthorized { .. })), "{other}");
        }
    }

    #[test]
    fn sentences_are_not_kept() {
        let error = of(400, r#"{"code":3,"message":"pcsk_secret said hello","details":[]}"#).into_error();
        assert_eq!(error.to_string(), "the vector index refused the call: it answered 400 (3)");
    }
}
