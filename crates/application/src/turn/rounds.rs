//! The rounds of a turn: what the model said before it called tools, what it called, and what came of it. Steps and calls in
//! the database are the truth of it; prompts are rebuilt from them.

use std::collections::HashMap;

use stead_domain::{
    ToolCallId,
    ports::{
        llm::{LlmMessage, LlmToolCall},
        store::StoreError,
    },
    run::{Run, RunStep, RunStepKind, RunStepState},
    tool_call::{ToolCall, ToolCallState},
};

use super::tool_results::for_the_model;
use crate::Application;

/// What the model said and called at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// What it said.
    pub text: String,
    /// What it called, in its order.
    pub calls: Vec<ToolCall>,
}

impl Round {
    /// The round as the model sees it later: each call answered once, with at most so many bytes.
    pub fn messages(&self, result_bytes: usize) -> Vec<LlmMessage> {
        let tool_calls = self.calls.iter().map(as_asked).collect();
        let mut messages = vec![LlmMessage::Assistant { content: self.text.clone(), tool_calls }];
        messages.extend(
            self.calls.iter().map(|call| LlmMessage::Tool {
                call_id: call.id.to_string(),
                content: for_the_model(call, result_bytes),
            }),
        );
        messages
    }

    /// Whether the model can be asked again.
    pub fn has_ended(&self) -> bool {
        self.calls.iter().all(|call| call.state.has_ended())
    }
}

fn as_asked(call: &ToolCall) -> LlmToolCall {
    LlmToolCall { id: call.id.to_string(), name: call.tool_name.clone(), arguments: call.arguments.value().to_string() }
}

/// The rounds that steps tell of, and what was said after the last of them.
pub fn rounds_of(steps: &[RunStep], calls: &[ToolCall]) -> (Vec<Round>, Option<String>) {
    let by_id: HashMap<ToolCallId, &ToolCall> = calls.iter().map(|call| (call.id, call)).collect();
    let (mut rounds, mut last) = (Vec::new(), None);
    for step in steps {
        let RunStepKind::Model { text, tool_calls } = &step.kind else { continue };
        if tool_calls.is_empty() {
            last = Some(text.clone());
            break;
        }
        let calls: Vec<ToolCall> = tool_calls.iter().filter_map(|id| by_id.get(id).copied().cloned()).collect();
        if calls.is_empty() {
            break;
        }
        rounds.push(Round { text: text.clone(), calls });
    }
    (rounds, last)
}

/// The rounds' texts as one text.
pub fn joined<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    texts.join(BETWEEN_ROUNDS)
}

/// What stands between the texts of two rounds in an answer.
pub const BETWEEN_ROUNDS: &str = "\n\n";

/// The number of the step in which the model was asked in a round, and of the one in which its calls were made.
pub fn model_step(round: usize) -> i32 {
    i32::try_from(2 * round).unwrap_or(i32::MAX)
}

pub fn tool_step(round: usize) -> i32 {
    model_step(round).saturating_add(1)
}

/// The step in which a round's calls are made.
pub fn calls_step(run: &Run, round: usize, calls: &[ToolCall], state: RunStepState) -> RunStep {
    RunStep {
        attempt: run.attempt,
        n: tool_step(round),
        kind: RunStepKind::Tool { tool_calls: calls.iter().map(|call| call.id).collect() },
        state,
        usage: stead_domain::run::Usage::default(),
    }
}

/// How many of the newest calls failed, one after the other.
pub fn failures_in_a_row(rounds: &[Round]) -> usize {
    let newest_first = rounds.iter().rev().flat_map(|round| round.calls.iter().rev());
    newest_first.take_while(|call| matches!(call.state, ToolCallState::Failed { .. })).count()
}

impl Application {
    /// The rounds of a run in all its attempts so far: what was done with tools is never done again because a run is.
    pub(super) async fn rounds_so_far(&self, run: &Run) -> Result<Vec<Round>, StoreError> {
        let steps = self.store.list_run_steps(run.organization_id, vec![run.id]).await?;
        if !steps.iter().any(|(_, step)| matches!(step.kind, RunStepKind::Tool { .. })) {
            return Ok(Vec::new());
        }
        let calls = self.store.list_tool_calls(run.organization_id, run.id).await?;
        let steps: Vec<RunStep> = steps.into_iter().map(|(_, step)| step).collect();
        Ok(rounds_of(&steps, &calls).0)
    }
}
