//! What went wrong below, and what it means to a caller.

use std::{io, sync::Arc};

use stead_domain::ports::tool_server::{ToolServerError, ToolServerErrorKind};

use crate::guard::Blocked;

/// What a transport met. No text of it quotes what was sent or received.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Fault {
    #[error(transparent)]
    Blocked(Blocked),
    #[error("it redirects to another place, which is not followed")]
    Redirects,
    #[error("a header of it cannot be sent")]
    Header,
    #[error("it could not be reached")]
    Unreachable(#[source] Arc<reqwest::Error>),
    #[error("the connection broke before the answer was whole")]
    Broken(#[source] Arc<reqwest::Error>),
    #[error("the answer ended before it was whole")]
    CutOff,
    #[error("it answered with status {0}")]
    Status(u16),
    #[error("it does not know the session any more")]
    SessionGone,
    #[error("it sent more than is taken")]
    TooLarge,
    #[error("what it sent is no message of the protocol: {0}")]
    Garbled(&'static str),
    #[error("the program could not be started")]
    NotStarted(#[source] Arc<io::Error>),
    #[error("the program ended")]
    Ended,
    #[error("the program does not read what it is sent")]
    Deaf,
    #[error("the connection was closed")]
    Closed,
}

impl Fault {
    /// The network's word on a request, without the address: it may hold a secret.
    pub(crate) fn of_request(error: reqwest::Error) -> Self {
        if let Some(blocked) = blocked_by(&error) {
            return Self::Blocked(blocked);
        }
        let error = Arc::new(error.without_url());
        if error.is_connect() { Self::Unreachable(error) } else { Self::Broken(error) }
    }

    fn kind(&self) -> ToolServerErrorKind {
        match self {
            Self::Blocked(_) | Self::Redirects | Self::Header => ToolServerErrorKind::Forbidden,
            Self::Unreachable(_) | Self::NotStarted(_) => ToolServerErrorKind::Unavailable,
            Self::Status(401 | 403) => ToolServerErrorKind::Unauthorized,
            Self::Status(429 | 503) => ToolServerErrorKind::Unavailable,
            Self::Status(400..=499) | Self::SessionGone => ToolServerErrorKind::Rejected,
            Self::Status(500..) | Self::Broken(_) | Self::CutOff | Self::Ended | Self::Deaf | Self::Closed => {
                ToolServerErrorKind::Lost
            }
            Self::TooLarge => ToolServerErrorKind::TooLarge,
            Self::Status(_) | Self::Garbled(_) => ToolServerErrorKind::Protocol,
        }
    }

    /// What it means during a call or a listing.
    pub(crate) fn into_error(self) -> ToolServerError {
        self.error_of_kind(self.kind())
    }

    /// What it means before anything was called: what is lost is not there, and what refuses does not speak the protocol.
    pub(crate) fn into_connecting_error(self) -> ToolServerError {
        let kind = match self.kind() {
            ToolServerErrorKind::Lost | ToolServerErrorKind::Timeout => ToolServerErrorKind::Unavailable,
            ToolServerErrorKind::Rejected => ToolServerErrorKind::Protocol,
            kind => kind,
        };
        self.error_of_kind(kind)
    }

    fn error_of_kind(&self, kind: ToolServerErrorKind) -> ToolServerError {
        ToolServerError::new(kind, self.to_string()).caused_by(self.clone())
    }
}

/// The guard's word, from wherever in the client it was said.
fn blocked_by(error: &reqwest::Error) -> Option<Blocked> {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error| error.source())
        .find_map(|error| error.downcast_ref::<Blocked>().cloned())
}

pub(crate) fn error(kind: ToolServerErrorKind, detail: &str) -> ToolServerError {
    ToolServerError::new(kind, detail)
}
