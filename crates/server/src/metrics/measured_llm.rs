use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use async_trait::async_trait;
use futures_util::StreamExt;
use stead_domain::ports::{
    LlmProvider,
    llm::{FinishReason, Finished, LlmError, LlmErrorKind, LlmEvent, LlmRecording, LlmRequest, LlmSenses, LlmStream},
};

/// So many models have figures of their own; people name models, and a label must not be without bounds.
const MODELS: usize = 20;

/// A model whose answers are measured.
pub struct MeasuredLlm {
    inner: Arc<dyn LlmProvider>,
    known: Arc<Models>,
}

impl MeasuredLlm {
    /// The same model.
    pub fn new(inner: Arc<dyn LlmProvider>) -> Self {
        let known = Models(Mutex::new(BTreeSet::from([inner.default_model().to_owned()])));
        Self { inner, known: Arc::new(known) }
    }
}

#[async_trait]
impl LlmProvider for MeasuredLlm {
    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError> {
        let asked = request.model.clone().unwrap_or_else(|| self.inner.default_model().to_owned());
        let mut question = Question { asked, known: Arc::clone(&self.known), began: Instant::now(), ended: false };
        match self.inner.stream(request).await {
            Ok(stream) => {
                let label = question.known.label(&question.asked);
                metrics::histogram!("stead_model_first_token_seconds", "model" => label)
                    .record(question.began.elapsed().as_secs_f64());
                let measured = stream.map(move |event| {
                    question.saw(&event);
                    event
                });
                Ok(measured.boxed())
            }
            Err(error) => {
                question.end(failure(error.kind));
                Err(error)
            }
        }
    }

    async fn transcribe(&self, recording: LlmRecording) -> Result<String, LlmError> {
        self.inner.transcribe(recording).await
    }

    fn senses(&self) -> LlmSenses {
        self.inner.senses()
    }

    fn default_model(&self) -> &str {
        self.inner.default_model()
    }
}

/// A question until its end; one that is dropped before was given up.
struct Question {
    asked: String,
    known: Arc<Models>,
    began: Instant,
    ended: bool,
}

impl Question {
    fn saw(&mut self, event: &Result<LlmEvent, LlmError>) {
        match event {
            Ok(LlmEvent::Finished(finished)) => self.finished(finished),
            Err(error) => self.end(failure(error.kind)),
            Ok(_) => {}
        }
    }

    fn finished(&mut self, finished: &Finished) {
        let label = self.known.learn(&self.asked);
        metrics::histogram!("stead_model_answer_seconds", "model" => label.clone())
            .record(self.began.elapsed().as_secs_f64());
        if let Some(usage) = finished.usage {
            let tokens = |direction: &'static str, count: i64| {
                let counter =
                    metrics::counter!("stead_model_tokens_total", "model" => label.clone(), "direction" => direction);
                counter.increment(u64::try_from(count).unwrap_or(0));
            };
            tokens("input", usage.input_tokens);
            tokens("output", usage.output_tokens);
        }
        self.end(match finished.reason {
            FinishReason::Stop => "stop",
            FinishReason::Length => "length",
            FinishReason::ToolCalls => "tool_calls",
            FinishReason::ContentFilter => "content_filter",
        });
    }

    fn end(&mut self, outcome: &'static str) {
        if !std::mem::replace(&mut self.ended, true) {
            let label = self.known.label(&self.asked);
            metrics::counter!("stead_model_answers_total", "model" => label, "outcome" => outcome).increment(1);
        }
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.end("given_up");
    }
}

fn failure(kind: LlmErrorKind) -> &'static str {
    match kind {
        LlmErrorKind::Unavailable => "unavailable",
        LlmErrorKind::Timeout => "timeout",
        LlmErrorKind::Unauthorized => "unauthorized",
        LlmErrorKind::Rejected => "rejected",
        LlmErrorKind::Protocol => "protocol",
    }
}

/// The models that have answered, and the configured one.
struct Models(Mutex<BTreeSet<String>>);

impl Models {
    /// The model's name where it is known, else one for all others.
    fn label(&self, model: &str) -> String {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(model) { model.to_owned() } else { "other".to_owned() }
    }

    /// The same, once it has answered.
    fn learn(&self, model: &str) -> String {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MODELS && !known.contains(model) {
            known.insert(model.to_owned());
        }
        drop(known);
        self.label(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_make_up_share_one_label() {
        let models = Models(Mutex::new(BTreeSet::from(["configured".to_owned()])));
        assert_eq!(models.label("configured"), "configured");
        assert_eq!(models.label("made up"), "other", "it has not answered");
        for n in 0..100 {
            models.learn(&format!("model-{n}"));
        }
        assert_eq!(models.label("model-0"), "model-0");
        assert_eq!((models.label("model-99"), models.0.lock().unwrap().len()), ("other".to_owned(), MODELS));
    }
}
