use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::StreamExt;
use stead_domain::ports::{
    TextExtractor,
    text_extractor::{Document, ExtractError, ExtractedText, Place, TextPiece},
};

/// An extractor that takes every document for text, and fails as long as it is told to. It keeps how often it was asked.
/// Clones are the same.
#[derive(Clone, Default)]
pub struct FakeTextExtractor(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    failure: Option<Box<dyn Fn() -> ExtractError + Send>>,
    times_asked: usize,
}

impl FakeTextExtractor {
    /// One that does not fail.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fails like this from now on.
    pub fn fail_with(&self, failure: impl Fn() -> ExtractError + Send + 'static) {
        self.0.lock().expect("nobody panicked").failure = Some(Box::new(failure));
    }

    /// Fails no longer.
    pub fn succeed(&self) {
        self.0.lock().expect("nobody panicked").failure = None;
    }

    /// How often it was asked.
    pub fn times_asked(&self) -> usize {
        self.0.lock().expect("nobody panicked").times_asked
    }
}

#[async_trait]
impl TextExtractor for FakeTextExtractor {
    async fn extract(&self, document: Document) -> Result<ExtractedText, ExtractError> {
        {
            let mut state = self.0.lock().expect("nobody panicked");
            state.times_asked += 1;
            if let Some(failure) = &state.failure {
                return Err(failure());
            }
        }
        let (mut bytes, mut body) = (Vec::new(), document.body);
        while let Some(chunk) = body.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| ExtractError::Unavailable(Box::new(error)))?);
        }
        let text = String::from_utf8_lossy(&bytes).replace('\0', "");
        if text.trim().is_empty() {
            return Err(ExtractError::Empty);
        }
        Ok(ExtractedText { pieces: vec![TextPiece { place: Place::Document, text }], incomplete: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make() -> Arc<dyn TextExtractor> {
        Arc::new(FakeTextExtractor::new())
    }

    #[tokio::test]
    async fn a_body_that_fails_may_be_tried_again() {
        crate::contracts::text_extractor::a_body_that_fails_may_be_tried_again(make()).await;
    }
}
