//! The model that needs no network: it quotes and summarises what it was given, and says that it does no more.

mod answer;
mod passages;
mod ranking;
mod title;
mod words;

use std::{collections::VecDeque, time::Duration};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use stead_domain::{
    ports::llm::{FinishReason, Finished, LlmError, LlmEvent, LlmMessage, LlmProvider, LlmRequest, LlmStream, Purpose},
    run::Usage,
};

use words::{estimated_tokens, pieces};

/// What it calls itself.
const MODEL: &str = "offline";
/// Slow enough to be seen, quick enough not to be waited for.
const PAUSE: Duration = Duration::from_millis(5);

/// An extractive model. The same request always gets the same answer; it never asks for a tool.
#[derive(Debug, Clone)]
pub struct OfflineLlm {
    pause: Duration,
}

impl OfflineLlm {
    /// A model that streams at a readable pace.
    pub fn new() -> Self {
        Self::with_pause(PAUSE)
    }

    /// A model that pauses so long between words.
    pub fn with_pause(pause: Duration) -> Self {
        Self { pause }
    }
}

impl Default for OfflineLlm {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl LlmProvider for OfflineLlm {
    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError> {
        let text = match request.purpose {
            Purpose::Answer => answer::answer(&request.messages),
            Purpose::Title => title::title(&request.messages),
        };
        let pause = self.pause;
        let events = stream::unfold(events(&text, &request), move |mut events| async move {
            let event = events.pop_front()?;
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            Some((Ok(event), events))
        });
        Ok(events.boxed())
    }

    fn default_model(&self) -> &str {
        MODEL
    }
}

/// The answer in pieces, as far as its most tokens allow, and its end.
fn events(text: &str, request: &LlmRequest) -> VecDeque<LlmEvent> {
    let most = usize::try_from(request.max_answer_tokens).unwrap_or(usize::MAX);
    let mut events = VecDeque::new();
    let (mut chars, mut reason) = (0, FinishReason::Stop);
    for piece in pieces(text) {
        let with_piece = chars + piece.chars().count();
        if estimated_tokens(with_piece) > most {
            reason = FinishReason::Length;
            break;
        }
        chars = with_piece;
        events.push_back(LlmEvent::Text(piece.to_owned()));
    }
    let asked: usize = request.messages.iter().map(|message| text_of(message).chars().count()).sum();
    let tokens = |chars| i64::try_from(estimated_tokens(chars)).unwrap_or(i64::MAX);
    let usage =
        Usage { input_tokens: tokens(asked), output_tokens: tokens(chars), cached_tokens: None, cost_micros: 0 };
    events.push_back(LlmEvent::Finished(Finished { reason, usage: Some(usage), model: MODEL.to_owned() }));
    events
}

fn text_of(message: &LlmMessage) -> &str {
    match message {
        LlmMessage::System(text) | LlmMessage::User(text) => text,
        LlmMessage::Assistant { content, .. } | LlmMessage::Tool { content, .. } => content,
    }
}
