use std::fmt;

use reqwest::StatusCode;
use s3::error::S3Error;
use stead_domain::ports::object_store::ObjectStoreError;

/// What went wrong between us and the service. Holds no address, as one may be signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The request could not be signed.
    #[error("the request could not be signed")]
    Unsigned(#[source] S3Error),
    /// It did not get there, or its answer did not get here.
    #[error("the connection failed")]
    Connection(#[source] reqwest::Error),
    /// Nothing came.
    #[error("the service did not go on in time")]
    TimedOut,
    /// The service said no.
    #[error("the service answered {status} {code}")]
    Refused { status: StatusCode, code: Code },
    /// The service said something else.
    #[error("{0}")]
    Protocol(&'static str),
    /// It said it in XML that is none.
    #[error("the service's XML is not understood")]
    Xml(#[source] quick_xml::DeError),
    /// A task of ours ended early.
    #[error("the work was broken off")]
    BrokenOff(#[source] tokio::task::JoinError),
}

/// The service's own word for an error, if it has the form of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Code(String);

impl Code {
    pub(crate) fn new(text: &str) -> Self {
        let is_word = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Self(if is_word { text.to_owned() } else { String::new() })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "without a code" } else { &self.0 })
    }
}

impl Failure {
    pub(crate) fn connection(error: reqwest::Error) -> Self {
        Self::Connection(error.without_url())
    }

    /// Whether the same request may well succeed in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Connection(_) | Self::TimedOut => true,
            Self::Refused { status, .. } => matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504),
            Self::Unsigned(_) | Self::Protocol(_) | Self::Xml(_) | Self::BrokenOff(_) => false,
        }
    }

    /// Whether there is no such blob. A bucket that is not there is another matter.
    pub(crate) fn is_no_such_key(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::NOT_FOUND, code } if code.as_str() != "NoSuchBucket")
    }

    /// Whether the upload is over already.
    pub(crate) fn is_no_such_upload(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::NOT_FOUND, code } if code.as_str() == "NoSuchUpload")
    }
}

impl From<Failure> for ObjectStoreError {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(Box::new(failure))
    }
}
