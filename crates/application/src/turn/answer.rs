use std::time::Duration;

use futures_util::StreamExt;
use stead_domain::{
    ToolCallId,
    ports::{
        llm::{FinishReason, LlmError, LlmErrorKind, LlmEvent, LlmRequest, LlmToolCall},
        store::Appended,
    },
    run::{Run, RunErrorCode, Usage},
    source::Source,
};

use super::{finish::Ending, kill_points::reach, live::LiveRun, telling::Telling, tokens::estimate};
use crate::{Application, Conflict, metering::Unanswered};

/// The longest answer that is kept, in bytes.
const MAX_ANSWER: usize = 512 * 1024;
/// Text of an answer is made durable at least this often, or when there is so much of it.
const KEEP_EVERY: Duration = Duration::from_millis(250);
const KEEP_BYTES: usize = 1_024;
/// A model that calls more tools at once than this has lost its way.
const MAX_CALLS: usize = 32;

/// What a run's answer has come to.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The text of all rounds.
    pub content: String,
    /// The number of rounds with tools, and what was said after the last of them.
    pub rounds: usize,
    pub last_text: String,
    pub ending: Ending,
    pub model: Option<String>,
    /// What the last question to the model used.
    pub usage: Usage,
    pub finish_reason: Option<FinishReason>,
    /// What stood in its prompt, by number.
    pub sources: Vec<Source>,
    /// Only words counted where that was looked up.
    pub is_degraded: bool,
}

impl Answer {
    pub fn failed(code: RunErrorCode) -> Self {
        Self {
            content: String::new(),
            rounds: 0,
            last_text: String::new(),
            ending: Ending::Failed(code),
            model: None,
            usage: Usage::default(),
            finish_reason: None,
            sources: Vec::new(),
            is_degraded: false,
        }
    }
}

/// What the model did when it was asked.
pub struct Asked {
    pub outcome: Outcome,
    pub model: String,
    pub usage: Usage,
    pub finish_reason: Option<FinishReason>,
}

pub enum Outcome {
    /// The turn ends.
    Ends(Ending),
    /// It calls tools.
    Calls(Vec<(ToolCallId, LlmToolCall)>),
}

impl Application {
    /// Asks the model and hands its answer on as it comes.
    pub(super) async fn ask(&self, telling: &mut Telling<'_>, request: LlmRequest, prompt_tokens: u32) -> Asked {
        let run = telling.run;
        let offered_tools = !request.tools.is_empty();
        let model = request.model.clone().unwrap_or_else(|| self.models.default_model().to_owned());
        let asked_for = model.clone();
        let mut asked = Asked {
            outcome: Outcome::Ends(Ending::Failed(RunErrorCode::ModelProtocol)),
            model,
            usage: Usage::default(),
            finish_reason: None,
        };
        telling.begin_round();
        let begun = tokio::select! {
            biased;
            ending = self.interruption(telling.live) => Err(ending),
            begun = self.stream_for(run, request) => begun.map_err(|error| refusal(run, error)),
        };
        let mut stream = match begun {
            Ok(stream) => stream,
            Err(ending) => return Asked { outcome: Outcome::Ends(ending), ..asked },
        };
        reach("asked");
        let mut calls = Calls::default();
        let mut tick = tokio::time::interval(KEEP_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let ending = loop {
            tokio::select! {
                biased;
                ending = self.interruption(telling.live) => break ending,
                appended = telling.appended() => match appended {
                    Ok(Appended::LeaseLost) => break Ending::Lost,
                    Ok(Appended::Kept { cancel_requested: true }) => break Ending::Cancelled,
                    Ok(Appended::Kept { cancel_requested: false }) => reach("text_kept"),
                    // The whole answer is committed at the end; what a crash would lose is only this piece.
                    Err(error) => tracing::warn!(run = %run.id, error = &error as &dyn std::error::Error, "a piece of an answer was not kept"),
                },
                event = stream.next() => match event {
                    Some(Ok(LlmEvent::Text(text))) => {
                        telling.text(&without_nul(text));
                        reach("text");
                        if telling.content.len() > MAX_ANSWER {
                            break Ending::Failed(RunErrorCode::AnswerTooLong);
                        }
                        if telling.waiting() >= KEEP_BYTES {
                            telling.keep();
                        }
                    }
                    Some(Ok(LlmEvent::Reasoning(text))) => telling.live.push_reasoning(&without_nul(text)),
                    // One that was offered no tools is not listened to about them.
                    Some(Ok(LlmEvent::ToolCallStarted { index, .. })) if offered_tools => {
                        calls.id_at(index as usize, || ToolCallId::new(self.ids.next()));
                    }
                    Some(Ok(LlmEvent::ToolCallDelta { index, arguments })) if offered_tools => {
                        let id = calls.id_at(index as usize, || ToolCallId::new(self.ids.next()));
                        if let Some(id) = id {
                            telling.live.push_arguments(id, &without_nul(arguments));
                        }
                    }
                    Some(Ok(LlmEvent::ToolCall(call))) if offered_tools => {
                        let next = calls.whole.len();
                        let Some(id) = calls.id_at(next, || ToolCallId::new(self.ids.next())) else {
                            break Ending::Failed(RunErrorCode::ModelProtocol);
                        };
                        calls.whole.push((id, call));
                    }
                    Some(Ok(LlmEvent::ToolCallStarted { .. } | LlmEvent::ToolCallDelta { .. } | LlmEvent::ToolCall(_))) => {}
                    Some(Ok(LlmEvent::Finished(finished))) => {
                        asked.finish_reason = Some(finished.reason);
                        asked.model = without_nul(finished.model).chars().take(200).collect();
                        asked.usage = finished.usage.unwrap_or_default();
                        break Ending::Completed;
                    }
                    Some(Err(error)) => break failure(run, &error),
                    None => break Ending::Failed(RunErrorCode::ModelProtocol),
                },
                _ = tick.tick() => telling.keep(),
            }
        };
        drop(stream);
        if asked.usage == Usage::default() {
            let output_tokens = i64::from(estimate(telling.round_text()));
            asked.usage = Usage { input_tokens: i64::from(prompt_tokens), output_tokens, ..Usage::default() };
        }
        asked.usage = self.priced(&asked_for, &asked.model, asked.usage);
        let calls = if ending == Ending::Completed { calls.whole } else { Vec::new() };
        let outcome = if calls.is_empty() { Outcome::Ends(ending) } else { Outcome::Calls(calls) };
        Asked { outcome, ..asked }
    }

    /// Waits for whatever stops a run from outside.
    pub(super) async fn interruption(&self, live: &LiveRun) -> Ending {
        tokio::select! {
            () = live.lost.cancelled() => Ending::Lost,
            () = live.cancelled.cancelled() => Ending::Cancelled,
            // The process has to go: its lease is let go, and whoever takes the run begins it anew.
            () = self.background.expired().cancelled() => Ending::Lost,
        }
    }
}

/// The calls that an answer asks for, with the ids they will have: the model's own are not to be relied on.
#[derive(Default)]
struct Calls {
    ids: Vec<ToolCallId>,
    whole: Vec<(ToolCallId, LlmToolCall)>,
}

impl Calls {
    /// The id of the call at a place in the answer's list; `None` beyond what is taken.
    fn id_at(&mut self, index: usize, mut next: impl FnMut() -> ToolCallId) -> Option<ToolCallId> {
        while index < MAX_CALLS && self.ids.len() <= index {
            self.ids.push(next());
        }
        self.ids.get(index).copied()
    }
}

/// Neither database keeps a NUL in text, and no model is to be trusted not to write one.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

fn refusal(run: &Run, unanswered: Unanswered) -> Ending {
    match unanswered {
        Unanswered::Failed(error) => failure(run, &error),
        Unanswered::NotAllowed(Conflict::AiDisabled) => Ending::Failed(RunErrorCode::AiDisabled),
        Unanswered::NotAllowed(Conflict::AiBudgetUsedUp) => Ending::Failed(RunErrorCode::AiBudgetUsedUp),
        Unanswered::NotAllowed(_) | Unanswered::Unknown(_) => Ending::Failed(RunErrorCode::Internal),
    }
}

fn failure(run: &Run, error: &LlmError) -> Ending {
    tracing::warn!(run = %run.id, error = error as &dyn std::error::Error, "the model failed");
    Ending::Failed(match error.kind {
        LlmErrorKind::Unavailable => RunErrorCode::ModelUnavailable,
        LlmErrorKind::Timeout => RunErrorCode::ModelTimeout,
        LlmErrorKind::Unauthorized | LlmErrorKind::Rejected => RunErrorCode::ModelRejected,
        LlmErrorKind::Protocol => RunErrorCode::ModelProtocol,
    })
}
