use serde::{Deserialize, Serialize};
use stead_domain::feedback::{Feedback, Rating};
use utoipa::ToSchema;

use super::Time;

/// What the thread's person says of an answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Feedback)]
pub struct FeedbackBody {
    /// Whether it was good.
    pub rating: RatingBody,
    /// Why.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// When they said so last.
    pub updated_at: Time,
}

/// Whether an answer was good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Rating)]
pub enum RatingBody {
    Up,
    Down,
}

impl From<Feedback> for FeedbackBody {
    fn from(Feedback { rating, comment, updated_at }: Feedback) -> Self {
        let rating = match rating {
            Rating::Up => RatingBody::Up,
            Rating::Down => RatingBody::Down,
        };
        Self { rating, comment: comment.map(|comment| comment.into_string()), updated_at: Time(updated_at) }
    }
}

impl From<RatingBody> for Rating {
    fn from(rating: RatingBody) -> Self {
        match rating {
            RatingBody::Up => Self::Up,
            RatingBody::Down => Self::Down,
        }
    }
}

impl FeedbackBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self { rating: RatingBody::Up, comment: Some("Short and right.".to_owned()), updated_at: Time::sample(120) }
    }
}
