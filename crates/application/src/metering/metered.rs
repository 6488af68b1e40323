use futures_util::StreamExt;
use stead_domain::{
    ports::llm::{
        Completion, LlmError, LlmErrorKind, LlmEvent, LlmMessage, LlmRecording, LlmRequest, LlmStream, LlmToolCall,
    },
    usage::Account,
};

use super::{Unanswered, bill::Bill};
use crate::{Application, turn::estimate_tokens as estimate};

/// What a picture is to a model, in tokens: about, as most count it.
const PICTURE_TOKENS: i64 = 1_000;

/// The models, on somebody's account.
pub struct Metered<'a> {
    application: &'a Application,
    account: Account,
}

impl Application {
    /// The models, on this account: each question is asked only if it may be, and what it uses is entered.
    pub(crate) fn metered(&self, account: Account) -> Metered<'_> {
        Metered { application: self, account }
    }
}

impl Metered<'_> {
    /// Asks a model and waits for the whole answer, of which at most `max_bytes` are taken.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub async fn complete(&self, request: LlmRequest, max_bytes: usize) -> Result<Completion, Unanswered> {
        let models = self.begin().await?;
        let model = request.model.clone().unwrap_or_else(|| models.default_model().to_owned());
        let prompt_tokens = request.messages.iter().map(tokens_of).sum();
        let mut bill = Bill::new(self.application, self.account, model.clone(), prompt_tokens);
        let stream = models.llm.stream(request).await?;
        bill.begin();
        let answer = whole(stream, &mut bill, max_bytes).await;
        let finished = answer.as_ref().ok().map(|completion| &completion.finished);
        let (said, answered_as) = (finished.and_then(|end| end.usage), finished.map_or(model, |end| end.model.clone()));
        bill.settle(said, &answered_as).await;
        Ok(answer?)
    }

    /// Writes down what is said in a recording. Nobody says what that uses: the words count as an answer.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub async fn transcribe(&self, recording: LlmRecording) -> Result<String, Unanswered> {
        let models = self.begin().await?;
        let model = self.application.settings.models.transcription.clone();
        let mut bill = Bill::new(self.application, self.account, model.clone(), 0);
        let text = models.llm.transcribe(recording).await?;
        bill.begin();
        bill.heard(&text);
        bill.settle(None, &model).await;
        Ok(text)
    }

    /// One vector for each text, in their order. Where the house makes them itself, anybody may have them, for nothing.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Unanswered> {
        let embedder = &self.application.models.embedder;
        if texts.is_empty() || !embedder.asks_a_model() {
            return Ok(embedder.embed(texts).await?);
        }
        self.begin().await?;
        let tokens = texts.iter().map(|text| i64::from(estimate(text))).sum();
        let mut bill = Bill::new(self.application, self.account, embedder.model().to_owned(), tokens);
        let vectors = embedder.embed(texts).await?;
        bill.begin();
        bill.settle(None, embedder.model()).await;
        Ok(vectors)
    }

    async fn begin(&self) -> Result<&super::Models, Unanswered> {
        self.application.require_ai(self.account.organization, self.account.user).await?;
        Ok(&self.application.models)
    }
}

async fn whole(mut stream: LlmStream, bill: &mut Bill, max_bytes: usize) -> Result<Completion, LlmError> {
    let mut tool_calls: Vec<LlmToolCall> = Vec::new();
    while let Some(event) = stream.next().await {
        match event? {
            LlmEvent::Text(text) => bill.heard(&text),
            LlmEvent::ToolCall(call) => tool_calls.push(call),
            LlmEvent::Finished(finished) => {
                return Ok(Completion { content: bill.answered().to_owned(), tool_calls, finished });
            }
            LlmEvent::Reasoning(_) | LlmEvent::ToolCallStarted { .. } | LlmEvent::ToolCallDelta { .. } => {}
        }
        if bill.answered().len() > max_bytes {
            return Err(LlmError::new(LlmErrorKind::Protocol, "the answer is longer than asked for"));
        }
    }
    Err(LlmError::new(LlmErrorKind::Protocol, "the stream ended without an end"))
}

/// About what a message is to a model.
fn tokens_of(message: &LlmMessage) -> i64 {
    match message {
        LlmMessage::System(text) | LlmMessage::User(text) => i64::from(estimate(text)),
        LlmMessage::UserWithPictures { content, pictures } => {
            let pictures = i64::try_from(pictures.len()).unwrap_or(i64::MAX);
            i64::from(estimate(content)).saturating_add(pictures.saturating_mul(PICTURE_TOKENS))
        }
        LlmMessage::Assistant { content, tool_calls } => {
            let calls = tool_calls.iter().map(|call| estimate(&call.name).saturating_add(estimate(&call.arguments)));
            i64::from(estimate(content)) + calls.map(i64::from).sum::<i64>()
        }
        LlmMessage::Tool { call_id: _, content } => i64::from(estimate(content)),
    }
}
