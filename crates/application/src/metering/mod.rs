//! What models are asked, and what that costs: the one way to them.
//!
//! Before each question it is looked whether its organization and its user may have it answered ([`Application::require_ai`]);
//! after it, what it used is entered. A run's questions are entered with its rounds and its end, all others by
//! [`Metered`]. Nothing else in the house holds a model.
//!
//! [`Application::require_ai`]: crate::Application::require_ai

mod allowance;
mod bill;
mod metered;
mod models;
mod of_runs;
mod prices;
mod report;
mod spent;
mod unanswered;

pub use models::ModelSettings;
pub(crate) use models::Models;
pub use prices::{Price, Prices};
pub use report::{AiUsage, AiUsageQuery, Budget, Budgets};
pub(crate) use spent::Spent;
pub(crate) use unanswered::Unanswered;
