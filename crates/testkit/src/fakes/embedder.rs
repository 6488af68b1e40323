use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use stead_domain::ports::{Embedder, embedder::normalized, llm::LlmError};

/// An embedder that counts letters, and fails as long as it is told to. It keeps what it was asked. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct FakeEmbedder(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    failure: Option<LlmError>,
    asked: Vec<String>,
}

impl FakeEmbedder {
    /// One that does not fail.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fails like this from now on, or no longer.
    pub fn fail_with(&self, failure: Option<LlmError>) {
        self.0.lock().expect("nobody panicked").failure = failure;
    }

    /// Every text that it was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.0.lock().expect("nobody panicked").asked.clone()
    }
}

#[async_trait]
impl Embedder for FakeEmbedder {
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, LlmError> {
        let mut state = self.0.lock().expect("nobody panicked");
        state.asked.extend_from_slice(texts);
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        texts.iter().map(|text| normalized(letters(text))).collect()
    }

    fn model(&self) -> &str {
        "fake"
    }
}

fn letters(text: &str) -> Vec<f32> {
    let mut counts = vec![0.0; 64];
    for sign in text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase) {
        counts[(u32::from(sign) % 64) as usize] += 1.0;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn make() -> (Arc<dyn Embedder>, ()) {
        (Arc::new(FakeEmbedder::new()), ())
    }

    crate::embedder_contract_tests!(make);
}
