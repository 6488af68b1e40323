//! Frames to events: the one place where an answer is put together.

use std::collections::VecDeque;

use secrecy::SecretString;
use stead_domain::{
    ports::llm::{FinishReason, Finished, LlmError, LlmErrorKind, LlmEvent},
    run::Usage,
};

use crate::{
    failure::{Reason, protocol, reported},
    sse::Frame,
    tool_calls::ToolCalls,
    wire::{Choice, Chunk, Delta, TokenUsage},
};

/// What the stream says when it is over.
const END_MARK: &str = "[DONE]";

/// An answer in the making.
#[derive(Debug)]
pub(crate) struct Assembly {
    tool_calls: ToolCalls,
    reason: Option<FinishReason>,
    usage: Option<Usage>,
    model: Option<String>,
    asked_model: String,
    /// Whether anything of an answer came.
    has_content: bool,
    bytes: usize,
    max_bytes: usize,
    /// To keep it out of errors.
    api_key: Option<SecretString>,
}

/// Whether more is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    More,
    Over,
}

impl Assembly {
    pub(crate) fn new(asked_model: String, max_bytes: usize, api_key: Option<SecretString>) -> Self {
        Self {
            tool_calls: ToolCalls::default(),
            reason: None,
            usage: None,
            model: None,
            asked_model,
            has_content: false,
            bytes: 0,
            max_bytes,
            api_key,
        }
    }

    /// Whether the model has said how the answer ended. What may still come is its usage and the end mark.
    pub(crate) fn has_reason(&self) -> bool {
        self.reason.is_some()
    }

    /// Takes a frame; what it means goes to `out`.
    pub(crate) fn push(&mut self, frame: Frame, out: &mut VecDeque<LlmEvent>) -> Result<Progress, LlmError> {
        if frame.data.trim() == END_MARK {
            self.end(out, true)?;
            return Ok(Progress::Over);
        }
        if frame.is_error {
            let body = serde_json::from_str(&frame.data).map_err(unreadable)?;
            return Err(self.reported(&body));
        }
        let chunk: Chunk = serde_json::from_str(&frame.data).map_err(unreadable)?;
        if let Some(error) = chunk.error {
            return Err(self.reported(&error));
        }
        if self.model.is_none() {
            self.model = chunk.model.filter(|model| !model.is_empty());
        }
        if let Some(usage) = chunk.usage {
            self.usage = Some(usage_of(&usage));
        }
        // One answer is asked for; others, which no endpoint should send, would be mixed into it.
        let first = chunk.choices.unwrap_or_default().into_iter().find(|choice| choice.index.unwrap_or(0) == 0);
        if let Some(choice) = first {
            self.push_choice(choice, out)?;
        }
        Ok(Progress::More)
    }

    /// The bytes ended, or nothing more came after the reason.
    pub(crate) fn end_without_mark(&mut self, out: &mut VecDeque<LlmEvent>) -> Result<(), LlmError> {
        self.end(out, false)
    }

    fn push_choice(&mut self, choice: Choice, out: &mut VecDeque<LlmEvent>) -> Result<(), LlmError> {
        if let Some(delta) = choice.delta {
            self.push_delta(delta, out)?;
        }
        match choice.finish_reason.as_deref() {
            None | Some("") => {}
            Some("error") => return Err(protocol("the endpoint gave up on the answer")),
            Some("length" | "max_tokens") => self.reason = Some(FinishReason::Length),
            Some("tool_calls" | "function_call") => self.reason = Some(FinishReason::ToolCalls),
            Some("content_filter") => self.reason = Some(FinishReason::ContentFilter),
            // `stop`, and whatever a dialect calls it: `eos`, `end_turn`, `stop_sequence`.
            Some(_) => self.reason = Some(FinishReason::Stop),
        }
        Ok(())
    }

    fn push_delta(&mut self, delta: Delta, out: &mut VecDeque<LlmEvent>) -> Result<(), LlmError> {
        // An endpoint that knows both names of the thinking says the same twice.
        let reasoning = delta.reasoning_content.filter(|text| !text.is_empty()).or(delta.reasoning);
        for (text, event) in [
            (reasoning, LlmEvent::Reasoning as fn(String) -> LlmEvent),
            (delta.content, LlmEvent::Text),
            (delta.refusal, LlmEvent::Text),
        ] {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                self.count(text.len())?;
                out.push_back(event(text));
            }
        }
        for piece in delta.tool_calls.unwrap_or_default() {
            let bytes = self.tool_calls.push(piece, out)?;
            self.count(bytes)?;
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), LlmError> {
        self.has_content = true;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.max_bytes {
            return Err(protocol(format!("the answer is longer than {} bytes", self.max_bytes)));
        }
        Ok(())
    }

    fn end(&mut self, out: &mut VecDeque<LlmEvent>, is_marked: bool) -> Result<(), LlmError> {
        let reason = match self.reason {
            Some(reason) => reason,
            // Some endpoints give the end mark and no reason.
            None if is_marked && self.has_content => FinishReason::Stop,
            None => return Err(protocol("the stream ended before the answer did")),
        };
        let reason = match reason {
            // What was cut has no complete tool calls.
            FinishReason::Length | FinishReason::ContentFilter => reason,
            FinishReason::Stop | FinishReason::ToolCalls if self.tool_calls.is_empty() => FinishReason::Stop,
            FinishReason::Stop | FinishReason::ToolCalls => {
                out.extend(self.tool_calls.finish());
                FinishReason::ToolCalls
            }
        };
        let model = self.model.take().unwrap_or_else(|| std::mem::take(&mut self.asked_model));
        out.push_back(LlmEvent::Finished(Finished { reason, usage: self.usage, model }));
        Ok(())
    }

    fn reported(&self, error: &serde_json::Value) -> LlmError {
        reported(&Reason::parse(error, self.api_key.as_ref()))
    }
}

fn usage_of(usage: &TokenUsage) -> Usage {
    let count = |tokens: u64| i64::try_from(tokens).unwrap_or(i64::MAX);
    Usage {
        input_tokens: usage.prompt_tokens.map_or(0, count),
        output_tokens: usage.completion_tokens.map_or(0, count),
        cached_tokens: usage.prompt_tokens_details.as_ref().and_then(|details| details.cached_tokens).map(count),
        cost_micros: 0,
    }
}

/// A frame is no JSON, or not of the shape. The parser's own words are dropped: they quote the text.
fn unreadable(error: serde_json::Error) -> LlmError {
    let what = match error.classify() {
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof => "no JSON",
        serde_json::error::Category::Data | serde_json::error::Category::Io => "of another shape",
    };
    LlmError::new(LlmErrorKind::Protocol, format!("a frame is {what} (column {})", error.column()))
}

#[cfg(test)]
#[path = "assembly_tests.rs"]
mod tests;
