use stead_domain::{
    ports::llm::{LlmRequest, LlmStream},
    run::{Run, Usage},
};

use super::Unanswered;
use crate::Application;

impl Application {
    /// Asks a model in a round of a run. What it uses is the run's: [`priced`](Self::priced), committed with the round or
    /// the run's end, and then noted by [`note_used`](Self::note_used).
    ///
    /// # Errors
    /// [`Unanswered`], but never for not knowing whether it may be asked: what has begun goes on.
    pub(crate) async fn stream_for(&self, run: &Run, request: LlmRequest) -> Result<LlmStream, Unanswered> {
        match self.require_ai(run.organization_id, Some(run.requested_by)).await.map_err(Unanswered::from) {
            Ok(()) => {}
            Err(Unanswered::Unknown(error)) => {
                tracing::warn!(run = %run.id, error = &error as &dyn std::error::Error, "a budget could not be read");
            }
            Err(not_allowed) => return Err(not_allowed),
        }
        Ok(self.models.llm.stream(request).await?)
    }

    /// The usage with what it costs, of the model that was asked, by the name that it answers by.
    pub(crate) fn priced(&self, asked: &str, answered: &str, usage: Usage) -> Usage {
        self.settings.models.prices.applied(asked, answered, usage)
    }

    /// What a run used was committed: it counts on this node at once.
    pub(crate) async fn note_used(&self, run: &Run, usage: &Usage) {
        self.spent.note(&run.account(), usage, run.started_at.unwrap_or(run.created_at)).await;
    }
}
