//! What is told of tool calls: as pieces of the kept stream, and as events.

use stead_domain::{
    run::{RunChunk, RunChunkKind},
    tool_call::{ToolCall, ToolCallState},
};

use super::{
    events::RunEvent,
    rounds::{BETWEEN_ROUNDS, Round},
    telling::chars,
};

/// What a call that has just been noted adds to the kept stream.
pub fn kinds_of(call: &ToolCall) -> Vec<RunChunkKind> {
    match call.state {
        ToolCallState::AwaitingApproval | ToolCallState::Approved => vec![RunChunkKind::ApprovalRequested(call.id)],
        ToolCallState::Open => vec![RunChunkKind::ToolCallStarted(call.id)],
        ToolCallState::Succeeded { .. } | ToolCallState::Failed { .. } | ToolCallState::Interrupted { .. } => {
            vec![RunChunkKind::ToolCallStarted(call.id), RunChunkKind::ToolCallCompleted(call.id)]
        }
    }
}

/// The same as events.
pub fn told_of(call: &ToolCall) -> Vec<RunEvent> {
    kinds_of(call).iter().map(|kind| told_as(kind, call)).collect()
}

/// A kept event about a call, with the call as it was then.
pub fn told_as(kind: &RunChunkKind, call: &ToolCall) -> RunEvent {
    let as_it_was = |state| ToolCall { state, ..call.clone() };
    match kind {
        RunChunkKind::ApprovalRequested(_) => RunEvent::ApprovalRequested(as_it_was(ToolCallState::AwaitingApproval)),
        RunChunkKind::ToolCallStarted(_) => RunEvent::ToolCallStarted(as_it_was(ToolCallState::Open)),
        RunChunkKind::ToolCallCompleted(_) | RunChunkKind::Text(_) => RunEvent::ToolCallCompleted(call.clone()),
    }
}

/// The kept pieces of rounds that were carried over from an earlier attempt.
pub fn carried(rounds: &[Round]) -> Vec<RunChunk> {
    let (mut n, mut chars_from, mut chunks) = (0, 0, Vec::new());
    for round in rounds {
        if !round.text.is_empty() {
            let text = if chars_from > 0 { format!("{}{}", BETWEEN_ROUNDS, round.text) } else { round.text.clone() };
            let length = chars(&text);
            chunks.push(RunChunk { n, chars_from, kind: RunChunkKind::Text(text) });
            chars_from += length;
        }
        for kind in round.calls.iter().flat_map(kinds_of) {
            chunks.push(RunChunk { n, chars_from, kind });
            n += 1;
        }
    }
    chunks
}
