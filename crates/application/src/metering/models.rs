use std::sync::Arc;

use stead_domain::ports::{Embedder, LlmProvider, llm::LlmSenses};

use super::Prices;

/// The models. What they are asked passes [`metered`](crate::Application::metered) or belongs to a run.
pub struct Models {
    pub(super) llm: Arc<dyn LlmProvider>,
    pub(super) embedder: Arc<dyn Embedder>,
}

impl Models {
    pub fn new(llm: Arc<dyn LlmProvider>, embedder: Arc<dyn Embedder>) -> Self {
        Self { llm, embedder }
    }

    /// What a model takes besides text.
    pub fn senses(&self) -> LlmSenses {
        self.llm.senses()
    }

    /// The model that answers a question which names none.
    pub fn default_model(&self) -> &str {
        self.llm.default_model()
    }

    /// Whether vectors are made by a model, or by the house itself.
    pub fn embedder_asks_a_model(&self) -> bool {
        self.embedder.asks_a_model()
    }

    /// Which vectors may be compared.
    pub fn embedding_model(&self) -> &str {
        self.embedder.model()
    }
}

/// What the operator decides about models.
#[derive(Debug, Clone, Default)]
pub struct ModelSettings {
    /// The model that looks at pictures; the usual one where absent.
    pub vision: Option<String>,
    /// The model that writes recordings down, as its price names it.
    pub transcription: String,
    /// What they cost.
    pub prices: Prices,
}
