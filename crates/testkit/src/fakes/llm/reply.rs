//! What the fake shall answer.

use std::time::Duration;

use stead_domain::{
    ports::llm::{FinishReason, LlmError, LlmErrorKind, LlmEvent, LlmToolCall},
    run::Usage,
};

use crate::gate::Gate;

/// One answer of the fake.
#[derive(Debug, Clone)]
pub struct FakeReply {
    pub(super) gate: Option<Gate>,
    pub(super) refusal: Option<LlmError>,
    pub(super) acts: Vec<Act>,
    pub(super) end: Result<FinishReason, LlmError>,
    pub(super) usage: Option<Usage>,
}

#[derive(Debug, Clone)]
pub(super) enum Act {
    Give(LlmEvent),
    Gate(Gate),
    Pause(Duration),
    Hang,
}

impl FakeReply {
    /// Gives a text word by word.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::pieces(text.as_ref().split_inclusive(' '))
    }

    /// Gives a text in these pieces.
    pub fn pieces<T: Into<String>>(pieces: impl IntoIterator<Item = T>) -> Self {
        let pieces = pieces.into_iter().map(Into::into).filter(|piece: &String| !piece.is_empty());
        let acts = pieces.map(|piece| Act::Give(LlmEvent::Text(piece))).collect();
        let usage = Usage { input_tokens: 10, output_tokens: 5, ..Usage::default() };
        Self { gate: None, refusal: None, acts, end: Ok(FinishReason::Stop), usage: Some(usage) }
    }

    /// Fails before anything was given.
    pub fn refuses(error: impl Into<FakeFailure>) -> Self {
        Self { refusal: Some(error.into().0), ..Self::text("") }
    }

    /// Asks for tools: `(id, name, arguments)`.
    pub fn tool_calls<'a>(calls: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        Self::text("").and_tool_calls(calls)
    }

    /// Asks for tools after what there is.
    #[must_use]
    pub fn and_tool_calls<'a>(mut self, calls: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        let mut whole = Vec::new();
        for (index, (id, name, arguments)) in (0..).zip(calls) {
            let call = LlmToolCall { id: id.into(), name: name.into(), arguments: arguments.into() };
            self.acts.push(Act::Give(LlmEvent::ToolCallStarted { index, id: id.into(), name: name.into() }));
            if !arguments.is_empty() {
                self.acts.push(Act::Give(LlmEvent::ToolCallDelta { index, arguments: arguments.into() }));
            }
            whole.push(Act::Give(LlmEvent::ToolCall(call)));
        }
        self.acts.extend(whole);
        self.end = Ok(FinishReason::ToolCalls);
        self
    }

    /// Gives some thinking first.
    #[must_use]
    pub fn with_reasoning(mut self, reasoning: impl Into<String>) -> Self {
        self.acts.insert(0, Act::Give(LlmEvent::Reasoning(reasoning.into())));
        self
    }

    /// Ends for another reason.
    #[must_use]
    pub fn finished_by(mut self, reason: FinishReason) -> Self {
        self.end = Ok(reason);
        self
    }

    /// Says what it used, or nothing of it.
    #[must_use]
    pub fn with_usage(mut self, usage: Option<Usage>) -> Self {
        self.usage = usage;
        self
    }

    /// Fails after what there is.
    #[must_use]
    pub fn then_fails(mut self, error: impl Into<FakeFailure>) -> Self {
        self.end = Err(error.into().0);
        self
    }

    /// Goes silent after what there is, until the caller leaves.
    #[must_use]
    pub fn then_hangs(mut self) -> Self {
        self.acts.push(Act::Hang);
        self
    }

    /// Waits at the gate after what there is.
    #[must_use]
    pub fn then_waits(mut self, gate: &Gate) -> Self {
        self.acts.push(Act::Gate(gate.clone()));
        self
    }

    /// Waits at the gate after `k` events.
    #[must_use]
    pub fn waits_after(mut self, k: usize, gate: &Gate) -> Self {
        self.acts.insert(k, Act::Gate(gate.clone()));
        self
    }

    /// Gives more text after what there is.
    #[must_use]
    pub fn then_text(mut self, text: impl AsRef<str>) -> Self {
        self.acts.extend(Self::text(text).acts);
        self
    }

    /// Pauses before each event.
    #[must_use]
    pub fn slow(mut self, pause: Duration) -> Self {
        self.acts = self.acts.into_iter().flat_map(|act| [Act::Pause(pause), act]).collect();
        self
    }

    /// Waits at the gate before it begins or refuses.
    #[must_use]
    pub fn behind(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }
}

/// How the fake fails: a kind, or a whole error.
pub struct FakeFailure(LlmError);

impl From<LlmErrorKind> for FakeFailure {
    fn from(kind: LlmErrorKind) -> Self {
        Self(LlmError::new(kind, "as scripted"))
    }
}

impl From<LlmError> for FakeFailure {
    fn from(error: LlmError) -> Self {
        Self(error)
    }
}
