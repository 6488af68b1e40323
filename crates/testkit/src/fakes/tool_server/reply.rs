//! How the fake shall answer a call.

use std::time::Duration;

use serde_json::{Value, json};
use stead_domain::{
    Json,
    ports::tool_server::{ToolOutput, ToolServerError, ToolServerErrorKind},
};

use crate::gate::Gate;

/// One answer of the fake.
#[derive(Debug, Clone)]
pub struct FakeToolReply {
    pub(super) before: Vec<Before>,
    pub(super) end: End,
}

#[derive(Debug, Clone)]
pub(super) enum Before {
    Gate(Gate),
    Pause(Duration),
}

#[derive(Debug, Clone)]
pub(super) enum End {
    Answer(ToolOutput),
    Failure(ToolServerError),
    Hang,
    Panic,
}

impl FakeToolReply {
    /// The result is this text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::content(json!([{"type": "text", "text": text.into()}]))
    }

    /// The result is this list of blocks.
    pub fn content(content: Value) -> Self {
        Self::output(json!({"content": content}), false)
    }

    /// The tool itself says that it failed, and how.
    pub fn tool_error(text: impl Into<String>) -> Self {
        Self::output(json!({"content": [{"type": "text", "text": text.into()}]}), true)
    }

    /// The result is this.
    pub fn answers(output: ToolOutput) -> Self {
        Self { before: Vec::new(), end: End::Answer(output) }
    }

    /// The call fails.
    pub fn fails(error: impl Into<FakeToolFailure>) -> Self {
        Self { before: Vec::new(), end: End::Failure(error.into().0) }
    }

    /// There is no answer, until the time-out.
    pub fn hangs() -> Self {
        Self { before: Vec::new(), end: End::Hang }
    }

    /// Whoever calls it panics.
    pub fn panics() -> Self {
        Self { before: Vec::new(), end: End::Panic }
    }

    /// Waits at the gate first.
    #[must_use]
    pub fn behind(mut self, gate: &Gate) -> Self {
        self.before.push(Before::Gate(gate.clone()));
        self
    }

    /// Takes its time first.
    #[must_use]
    pub fn after(mut self, pause: Duration) -> Self {
        self.before.push(Before::Pause(pause));
        self
    }

    fn output(result: Value, is_error: bool) -> Self {
        Self::answers(ToolOutput { result: Json::trusted(result), is_error })
    }
}

/// How the fake fails: a kind, or a whole error.
pub struct FakeToolFailure(ToolServerError);

impl From<ToolServerErrorKind> for FakeToolFailure {
    fn from(kind: ToolServerErrorKind) -> Self {
        Self(ToolServerError::new(kind, "as scripted"))
    }
}

impl From<ToolServerError> for FakeToolFailure {
    fn from(error: ToolServerError) -> Self {
        Self(error)
    }
}
