use std::{error::Error, time::Duration};

/// A vector index failed.
#[derive(Debug, thiserror::Error)]
pub enum VectorStoreError {
    /// A vector has another length than the index: the index was made for another model. No vector can be stored until the
    /// operator changes one of the two.
    #[error("the vector has {given} dimensions, the index {expected}")]
    Dimension {
        /// What was given.
        given: usize,
        /// What the index has.
        expected: usize,
    },
    /// The index does not let this server in: its key or its address is wrong. Nothing will work until the operator
    /// changes that.
    #[error("the vector index does not let this server in: {detail}")]
    Unauthorized {
        /// What it said, in words of the adapter. Never a key.
        detail: String,
    },
    /// This call cannot be right, others can: the same again is of no use.
    #[error("the vector index refused the call: {detail}")]
    Rejected {
        /// Why, in words of the adapter. Never a key, and nothing of what was given.
        detail: String,
    },
    /// The index cannot be used now; trying later may help.
    #[error("the vector index is unavailable")]
    Unavailable {
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl VectorStoreError {
    /// It cannot be used now, for this reason.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { retry_after: None, source: source.into() }
    }

    /// The call cannot be right, for this reason.
    pub fn rejected(detail: impl Into<String>) -> Self {
        Self::Rejected { detail: detail.into() }
    }

    /// Whether the same call may succeed later, without anybody doing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable { .. } => true,
            Self::Dimension { .. } | Self::Unauthorized { .. } | Self::Rejected { .. } => false,
        }
    }

    /// How long the index asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            Self::Dimension { .. } | Self::Unauthorized { .. } | Self::Rejected { .. } => None,
        }
    }
}
