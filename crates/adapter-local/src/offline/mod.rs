//! The model that needs no network: it quotes and summarises what it was given, and says that it does no more.

mod answer;
mod passages;
mod ranking;
mod summary;
mod title;
mod tools;
mod words;

use std::{collections::VecDeque, time::Duration};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use stead_domain::{
    ports::llm::{
        FinishReason, Finished, LlmError, LlmErrorKind, LlmEvent, LlmMessage, LlmProvider, LlmRecording, LlmRequest,
        LlmSenses, LlmStream, LlmToolCall, Purpose,
    },
    run::Usage,
};

use words::{estimated_tokens, pieces};

/// What it calls itself.
const MODEL: &str = "offline";
/// Slow enough to be seen, quick enough not to be waited for.
const PAUSE: Duration = Duration::from_millis(5);

/// An extractive model. The same request always gets the same answer. It asks for a tool only where a message begins with the
/// tool's name.
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
        if request.messages.iter().any(|message| matches!(message, LlmMessage::UserWithPictures { .. })) {
            return Err(senseless("pictures"));
        }
        let text = match request.purpose {
            Purpose::Answer => tools::told(&request.messages).unwrap_or_else(|| answer::answer(&request.messages)),
            Purpose::Title => title::title(&request.messages),
            Purpose::Summary => summary::summary(&request.messages),
            Purpose::Description => return Err(senseless("pictures")),
        };
        let events = match tools::call(&request).filter(|_| request.purpose == Purpose::Answer) {
            Some(call) => calling(call, &request),
            None => events(&text, &request),
        };
        let pause = self.pause;
        let events = stream::unfold(events, move |mut events| async move {
            let event = events.pop_front()?;
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            Some((Ok(event), events))
        });
        Ok(events.boxed())
    }

    async fn transcribe(&self, _recording: LlmRecording) -> Result<String, LlmError> {
        Err(senseless("recordings"))
    }

    fn senses(&self) -> LlmSenses {
        LlmSenses::default()
    }

    fn default_model(&self) -> &str {
        MODEL
    }
}

fn senseless(what: &str) -> LlmError {
    LlmError::new(LlmErrorKind::Rejected, format!("the offline model takes no {what}"))
}

/// A call of a tool, and the end.
fn calling(call: LlmToolCall, request: &LlmRequest) -> VecDeque<LlmEvent> {
    let end = events("", request).pop_back();
    let mut calling = VecDeque::from([
        LlmEvent::ToolCallStarted { index: 0, id: call.id.clone(), name: call.name.clone() },
        LlmEvent::ToolCallDelta { index: 0, arguments: call.arguments.clone() },
        LlmEvent::ToolCall(call),
    ]);
    calling.extend(end.map(|end| match end {
        LlmEvent::Finished(finished) => LlmEvent::Finished(Finished { reason: FinishReason::ToolCalls, ..finished }),
        other => other,
    }));
    calling
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
        LlmMessage::UserWithPictures { content, .. }
        | LlmMessage::Assistant { content, .. }
        | LlmMessage::Tool { content, .. } => content,
    }
}
