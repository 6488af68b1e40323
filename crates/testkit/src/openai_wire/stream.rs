//! A streamed answer as a list of acts: bytes to send, and what goes wrong in between.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::recorded::RecordedRequest;
use crate::gate::Gate;

#[derive(Debug, Clone)]
pub(super) struct StreamScript {
    pub(super) pieces: Vec<Piece>,
    pub(super) faults: Vec<(usize, Fault)>,
    pub(super) finish_reason: String,
    pub(super) usage: Option<(u64, u64)>,
    pub(super) says_usage: bool,
    pub(super) says_done: bool,
    pub(super) lingers: Duration,
    pub(super) pause: Duration,
    pub(super) write_bytes: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Piece {
    Text(String),
    Reasoning(String),
    ToolCall { index: usize, id: String, name: String },
    ToolArguments { index: usize, arguments: String },
}

#[derive(Debug, Clone)]
pub(super) enum Fault {
    Hang,
    Cut,
    Stop,
    Gate(Gate),
    Send(Bytes),
    Endless(String),
}

/// One thing that the body does.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Send(Bytes),
    SendForever(Bytes),
    Pause(Duration),
    Gate(Gate),
    Hang,
    Cut,
}

impl StreamScript {
    pub(super) fn new(pieces: Vec<Piece>) -> Self {
        Self {
            pieces,
            faults: Vec::new(),
            finish_reason: "stop".to_owned(),
            usage: None,
            says_usage: true,
            says_done: true,
            lingers: Duration::ZERO,
            pause: Duration::ZERO,
            write_bytes: None,
        }
    }

    /// What the body does in answer to a request.
    pub(super) fn acts(&self, request: &RecordedRequest) -> Vec<Act> {
        let chunk = |delta: &Value, finish: Option<&str>| {
            let choices = json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]);
            frame(request.model(), &choices, &Value::Null)
        };
        let mut acts = vec![Act::Send(chunk(&json!({"role": "assistant", "content": ""}), None))];
        for k in 0..=self.pieces.len() {
            for (_, fault) in self.faults.iter().filter(|(after, _)| *after == k) {
                match fault {
                    Fault::Stop => return self.split(acts),
                    Fault::Endless(text) => acts.push(Act::SendForever(chunk(&json!({"content": text}), None))),
                    Fault::Hang => acts.push(Act::Hang),
                    Fault::Cut => acts.push(Act::Cut),
                    Fault::Gate(gate) => acts.push(Act::Gate(gate.clone())),
                    Fault::Send(bytes) => acts.push(Act::Send(bytes.clone())),
                }
            }
            let Some(piece) = self.pieces.get(k) else { break };
            if !self.pause.is_zero() {
                acts.push(Act::Pause(self.pause));
            }
            acts.push(Act::Send(chunk(&piece.delta(), None)));
        }
        acts.push(Act::Send(chunk(&json!({}), Some(&self.finish_reason))));
        if self.says_usage && request.body["stream_options"]["include_usage"] == true {
            acts.push(Act::Send(frame(request.model(), &json!([]), &self.usage_of(request))));
        }
        if self.says_done {
            acts.push(Act::Send(Bytes::from_static(b"data: [DONE]\n\n")));
        }
        if !self.lingers.is_zero() {
            acts.push(Act::Pause(self.lingers));
        }
        self.split(acts)
    }

    fn usage_of(&self, request: &RecordedRequest) -> Value {
        let asked = || request.messages().iter().map(|message| words(&message["content"])).sum();
        let answered = || self.pieces.iter().map(|piece| words(&piece.delta()["content"])).sum();
        let (prompt, completion): (u64, u64) = self.usage.unwrap_or_else(|| (asked(), answered()));
        json!({
            "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": 0},
        })
    }

    fn split(&self, acts: Vec<Act>) -> Vec<Act> {
        let Some(width) = self.write_bytes else { return acts };
        let split = |act| match act {
            Act::Send(bytes) => bytes.chunks(width).map(|part| Act::Send(Bytes::copy_from_slice(part))).collect(),
            other => vec![other],
        };
        acts.into_iter().flat_map(split).collect()
    }
}

impl Piece {
    fn delta(&self) -> Value {
        match self {
            Self::Text(text) => json!({"content": text}),
            Self::Reasoning(text) => json!({"reasoning_content": text}),
            Self::ToolCall { index, id, name } => {
                let function = json!({"name": name, "arguments": ""});
                json!({"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]})
            }
            Self::ToolArguments { index, arguments } => {
                json!({"tool_calls": [{"index": index, "function": {"arguments": arguments}}]})
            }
        }
    }
}

fn frame(model: &str, choices: &Value, usage: &Value) -> Bytes {
    let chunk = json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": model,
        "system_fingerprint": "fp_1", "choices": choices, "usage": usage,
    });
    Bytes::from(format!("data: {chunk}\n\n"))
}

fn words(text: &Value) -> u64 {
    text.as_str().map_or(0, |text| text.split_whitespace().count() as u64)
}
