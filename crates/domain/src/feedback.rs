//! What somebody says of an answer.

use crate::{Timestamp, text::Text};

/// Why somebody rates an answer as they do: 1 to 2,000 characters.
pub type FeedbackComment = Text<1, 2_000>;

/// What somebody says of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// Whether it was good.
    pub rating: Rating,
    /// Why.
    pub comment: Option<FeedbackComment>,
    /// When they said so last.
    pub updated_at: Timestamp,
}

/// Whether an answer was good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rating {
    /// It was.
    Up,
    /// It was not.
    Down,
}
