use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, future::BoxFuture};
use stead_domain::{
    ports::{
        llm::{FinishReason, LlmError, LlmErrorKind, LlmEvent, LlmRequest},
        store::{AppendChunks, Appended, StoreError},
    },
    run::{Lease, Run, RunChunk, RunChunkKind, RunErrorCode, Usage},
};

use super::{finish::Ending, live::LiveRun, tokens::estimate};
use crate::Application;

/// The longest answer that is kept, in bytes.
const MAX_ANSWER: usize = 512 * 1024;
/// Text of an answer is made durable at least this often, or when there is so much of it.
const KEEP_EVERY: Duration = Duration::from_millis(250);
const KEEP_BYTES: usize = 1_024;

/// What came of asking the model.
#[derive(Debug)]
pub struct Answer {
    pub content: String,
    pub ending: Ending,
    pub model: Option<String>,
    pub usage: Usage,
    pub finish_reason: Option<FinishReason>,
}

impl Answer {
    pub fn failed(code: RunErrorCode) -> Self {
        Self {
            content: String::new(),
            ending: Ending::Failed(code),
            model: None,
            usage: Usage::default(),
            finish_reason: None,
        }
    }
}

/// Makes the text of an answer durable beside the stream, one append at a time, so that no token waits for the disk.
struct Keeper<'a> {
    application: &'a Application,
    run: &'a Run,
    lease: &'a Lease,
    /// Bytes and characters of the content that were handed over.
    kept: usize,
    kept_chars: i32,
    appending: Option<BoxFuture<'a, Result<Appended, StoreError>>>,
}

impl Keeper<'_> {
    fn keep(&mut self, content: &str) {
        let Some(text) = content.get(self.kept..).filter(|text| !text.is_empty()) else { return };
        if self.appending.is_some() {
            return;
        }
        let chunk = RunChunk { n: 0, chars_from: self.kept_chars, kind: RunChunkKind::Text(text.to_owned()) };
        self.kept = content.len();
        self.kept_chars = self.kept_chars.saturating_add(i32::try_from(text.chars().count()).unwrap_or(i32::MAX));
        let (store, run, lease) = (Arc::clone(&self.application.store), self.run.id, self.lease.clone());
        let attempt = self.run.attempt;
        self.appending = Some(Box::pin(async move {
            store.append_run_chunks(AppendChunks { run, lease, attempt, chunks: vec![chunk] }).await
        }));
    }

    /// Waits for the append that is under way; forever if there is none.
    async fn appended(&mut self) -> Result<Appended, StoreError> {
        match &mut self.appending {
            Some(appending) => {
                let appended = appending.await;
                self.appending = None;
                appended
            }
            None => std::future::pending().await,
        }
    }
}

impl Application {
    /// Asks the model and hands its answer on as it comes.
    pub(super) async fn stream_answer(
        &self,
        run: &Run,
        lease: &Lease,
        live: &LiveRun,
        request: LlmRequest,
        prompt_tokens: u32,
    ) -> Answer {
        let mut answer = Answer {
            content: String::new(),
            ending: Ending::Failed(RunErrorCode::ModelProtocol),
            model: Some(request.model.clone().unwrap_or_else(|| self.llm.default_model().to_owned())),
            usage: Usage::default(),
            finish_reason: None,
        };
        let asked = tokio::select! {
            biased;
            ending = self.interruption(live) => Err(ending),
            asked = self.llm.stream(request) => asked.map_err(|error| failure(run, &error)),
        };
        let mut stream = match asked {
            Ok(stream) => stream,
            Err(ending) => return Answer { ending, ..answer },
        };
        let mut keeper = Keeper { application: self, run, lease, kept: 0, kept_chars: 0, appending: None };
        let mut tick = tokio::time::interval(KEEP_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        answer.ending = loop {
            tokio::select! {
                biased;
                ending = self.interruption(live) => break ending,
                appended = keeper.appended() => match appended {
                    Ok(Appended::LeaseLost) => break Ending::Lost,
                    Ok(Appended::Kept { cancel_requested: true }) => break Ending::Cancelled,
                    Ok(Appended::Kept { cancel_requested: false }) => {}
                    // The whole answer is committed at the end; what a crash would lose is only this piece.
                    Err(error) => tracing::warn!(run = %run.id, error = &error as &dyn std::error::Error, "a piece of an answer was not kept"),
                },
                event = stream.next() => match event {
                    Some(Ok(LlmEvent::Text(text))) => {
                        let text = without_nul(text);
                        answer.content.push_str(&text);
                        live.push_content(&text);
                        if answer.content.len() > MAX_ANSWER {
                            break Ending::Failed(RunErrorCode::AnswerTooLong);
                        }
                        if answer.content.len() - keeper.kept >= KEEP_BYTES {
                            keeper.keep(&answer.content);
                        }
                    }
                    Some(Ok(LlmEvent::Reasoning(text))) => live.push_reasoning(&without_nul(text)),
                    // No tools are offered yet; a model that asks for one all the same gets no answer to it.
                    Some(Ok(LlmEvent::ToolCallStarted { .. } | LlmEvent::ToolCallDelta { .. } | LlmEvent::ToolCall(_))) => {}
                    Some(Ok(LlmEvent::Finished(finished))) => {
                        answer.finish_reason = Some(finished.reason);
                        answer.model = Some(without_nul(finished.model).chars().take(200).collect());
                        answer.usage = finished.usage.unwrap_or_default();
                        break Ending::Completed;
                    }
                    Some(Err(error)) => break failure(run, &error),
                    None => break Ending::Failed(RunErrorCode::ModelProtocol),
                },
                _ = tick.tick() => keeper.keep(&answer.content),
            }
        };
        drop(stream);
        if answer.usage == Usage::default() {
            let output_tokens = i64::from(estimate(&answer.content));
            answer.usage = Usage { input_tokens: i64::from(prompt_tokens), output_tokens, ..Usage::default() };
        }
        answer
    }

    /// Waits for whatever stops a run from outside.
    async fn interruption(&self, live: &LiveRun) -> Ending {
        tokio::select! {
            () = live.lost.cancelled() => Ending::Lost,
            () = live.cancelled.cancelled() => Ending::Cancelled,
            // The process has to go: its lease is let go, and whoever takes the run begins it anew.
            () = self.background.expired().cancelled() => Ending::Lost,
        }
    }
}

/// Neither database keeps a NUL in text, and no model is to be trusted not to write one.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
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
