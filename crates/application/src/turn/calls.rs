//! The calls of a round: noted under the lease before they are made and when they end, so that none is ever made twice
//! unnoticed, and each of them ends.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use stead_domain::{
    ToolCallId,
    agent::ToolPolicy,
    event::EventKind,
    ports::{
        llm::LlmToolCall,
        store::{Change, Commit, Committed, Guard, Outcome, RunChange, StoreError, ToolCallChange},
        tool_server::{ToolInvocation, ToolServerError, ToolServerErrorKind},
    },
    run::{Lease, Run, RunChunk, RunChunkKind, RunStep, RunStepKind, RunStepState},
    tool_call::{APPROVAL_WAIT, MAX_RESULT_BYTES, ToolCall, ToolCallState},
};

use super::{
    answer::Asked,
    arguments::{acceptable_name, arguments_of},
    events::RunEvent,
    finish::Ending,
    kill_points::reach,
    live::LiveRun,
    post::run_event,
    rounds::{Round, calls_step, model_step},
    telling::{Telling, chars},
    told_calls::{kinds_of, told_of},
    tool_results::{error_for_the_record, failure_text, for_the_record},
};
use crate::{
    Application,
    tools::{OfferedTool, Toolbox},
};

/// So many calls of a round are made at a time.
const AT_ONCE: usize = 8;
/// A server that does not keep the time it was given is given so much more.
const GRACE: Duration = Duration::from_secs(5);

/// What is kept of all results of a run, in bytes: a page of answers is read with theirs.
const RUN_RESULT_BYTES: usize = 2 * 1024 * 1024;
/// So much is kept of a result all the same.
const LEAST_RESULT_BYTES: usize = 4 * 1024;

/// What the work on a round came to.
pub enum Went {
    /// The model can be asked again.
    On,
    /// The turn ends, or waits.
    Ends(Ending),
}

impl Application {
    /// Notes what the model said and what it calls, as begun, as waiting for approval, or as failed at once.
    pub(super) async fn begin_calls(
        &self,
        telling: &mut Telling<'_>,
        round: usize,
        (asked, calls): (&Asked, Vec<(ToolCallId, LlmToolCall)>),
        toolbox: &Toolbox,
        policy: ToolPolicy,
    ) -> Result<Round, Ending> {
        let run = telling.run;
        let at = self.clock.now();
        let begin = |(id, call): (ToolCallId, LlmToolCall)| {
            let tool = toolbox.find(&call.name);
            let (arguments, problem) = arguments_of(&call, tool);
            let state = match problem {
                Some(error) => ToolCallState::Failed { error: error_for_the_record(&error), end_time: at },
                None if policy == ToolPolicy::Ask => ToolCallState::AwaitingApproval,
                None => ToolCallState::Open,
            };
            ToolCall {
                id,
                organization_id: run.organization_id,
                message_id: run.told_as(),
                run_id: run.id,
                step: model_step(round).saturating_add(1),
                server: tool.map(|tool| tool.server_name.as_str().to_owned()).unwrap_or_default(),
                tool_name: acceptable_name(&call.name),
                arguments,
                state,
                start_time: at,
            }
        };
        let calls: Vec<ToolCall> = calls.into_iter().map(begin).collect();
        let said = Round { text: telling.round_text().to_owned(), calls };
        let waits = said.calls.iter().any(|call| call.state == ToolCallState::AwaitingApproval);
        let told: Vec<RunChunkKind> = said.calls.iter().flat_map(kinds_of).collect();
        let step = RunStep {
            attempt: run.attempt,
            n: model_step(round),
            kind: RunStepKind::Model {
                text: said.text.clone(),
                tool_calls: said.calls.iter().map(|call| call.id).collect(),
            },
            state: RunStepState::Done,
            usage: asked.usage,
        };
        let tools_step = calls_step(run, round, &said.calls, state_of(&said));
        let mut changes: Vec<Change> =
            said.calls.iter().map(|call| Change::ToolCall(ToolCallChange::Insert(call.clone()))).collect();
        changes.push(Change::Run(RunChange::Step(run.id, step)));
        changes.push(Change::Run(RunChange::Step(run.id, tools_step)));
        changes.push(Change::Run(RunChange::Use { run: run.id, usage: asked.usage }));
        changes.push(Change::Run(telling.pieces(told).await));
        let mut events = Vec::new();
        if waits {
            changes.push(Change::Run(RunChange::Pause { run: run.id, until: at.plus(APPROVAL_WAIT) }));
            events.push(run_event(run, EventKind::RunAwaitingApproval, run.id.uuid(), at));
        }
        reach("round_said");
        self.commit_held(run, telling.lease, changes, events).await?;
        self.note_used(run, &asked.usage).await;
        reach("calls_kept");
        said.calls.iter().flat_map(told_of).for_each(|event| telling.live.push(event));
        if waits { Err(Ending::Paused) } else { Ok(said) }
    }

    /// Makes the calls of a round that are open, and those that were allowed. `ours`: this process has just noted them as
    /// begun; else another may have made them, and only what is said to have no side effects is done again.
    pub(super) async fn make_calls(
        &self,
        telling: &mut Telling<'_>,
        rounds: &mut [Round],
        toolbox: &Toolbox,
        ours: bool,
    ) -> Went {
        let kept = kept_results(rounds);
        let index = rounds.len().saturating_sub(1);
        let Some(round) = rounds.last_mut() else { return Went::On };
        if !ours && let Err(ending) = self.take_up_calls(telling, round, toolbox).await {
            return Went::Ends(ending);
        }
        let (run, lease, live) = (telling.run, telling.lease, telling.live);
        let open: Vec<ToolCall> =
            round.calls.iter().filter(|call| call.state == ToolCallState::Open).cloned().collect();
        let mut left = open.len();
        let room = RUN_RESULT_BYTES.saturating_sub(kept) / left.max(1);
        let most = room.clamp(LEAST_RESULT_BYTES, MAX_RESULT_BYTES);
        let mut made = stream::iter(open)
            .map(|call| async move {
                let state = self.call_tool(&call, toolbox.find(&call.tool_name), most).await;
                (call.id, state)
            })
            .buffer_unordered(AT_ONCE);
        loop {
            let ended = tokio::select! {
                biased;
                ending = self.interruption(live) => return Went::Ends(ending),
                ended = made.next() => ended,
            };
            let Some((id, state)) = ended else { break };
            reach("call_answered");
            left -= 1;
            let Some(call) = round.calls.iter_mut().find(|call| call.id == id) else { continue };
            call.state = state;
            let call = call.clone();
            let mut changes = vec![
                Change::ToolCall(ToolCallChange::End(id, call.state.clone())),
                Change::Run(telling.pieces([RunChunkKind::ToolCallCompleted(id)]).await),
            ];
            if left == 0 {
                let step = calls_step(run, index, &round.calls, RunStepState::Done);
                changes.push(Change::Run(RunChange::Step(run.id, step)));
            }
            if let Err(ending) = self.commit_held(run, lease, changes, Vec::new()).await {
                return Went::Ends(ending);
            }
            reach("call_kept");
            live.push(RunEvent::ToolCallCompleted(call));
        }
        reach("calls_ended");
        Went::On
    }

    /// Goes on with calls that were noted before: those that were allowed begin, those that were under way are interrupted
    /// unless they may be made again.
    async fn take_up_calls(
        &self,
        telling: &mut Telling<'_>,
        round: &mut Round,
        toolbox: &Toolbox,
    ) -> Result<(), Ending> {
        let at = self.clock.now();
        let (mut changes, mut kinds, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for call in &mut round.calls {
            match call.state {
                ToolCallState::Approved | ToolCallState::AwaitingApproval => {
                    changes.push(Change::ToolCall(ToolCallChange::Start { call: call.id, at }));
                    (call.state, call.start_time) = (ToolCallState::Open, at);
                    kinds.push(RunChunkKind::ToolCallStarted(call.id));
                    told.push(RunEvent::ToolCallStarted(call.clone()));
                }
                ToolCallState::Open if !toolbox.find(&call.tool_name).is_some_and(|tool| tool.read_only) => {
                    call.state = ToolCallState::Interrupted { end_time: at };
                    changes.push(Change::ToolCall(ToolCallChange::End(call.id, call.state.clone())));
                    kinds.push(RunChunkKind::ToolCallCompleted(call.id));
                    told.push(RunEvent::ToolCallCompleted(call.clone()));
                }
                ToolCallState::Open
                | ToolCallState::Succeeded { .. }
                | ToolCallState::Failed { .. }
                | ToolCallState::Interrupted { .. } => {}
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        changes.push(Change::Run(telling.pieces(kinds).await));
        self.commit_held(telling.run, telling.lease, changes, Vec::new()).await?;
        told.into_iter().for_each(|event| telling.live.push(event));
        Ok(())
    }

    /// Makes one call and says how it ended. Dropping this cancels it at the server.
    async fn call_tool(&self, call: &ToolCall, tool: Option<&OfferedTool>, most: usize) -> ToolCallState {
        let Some(tool) = tool else {
            let error = "the tool cannot be used any more".to_owned();
            return ToolCallState::Failed { error, end_time: self.clock.now() };
        };
        let invocation = ToolInvocation { tool_name: tool.definition.name.clone(), arguments: call.arguments.clone() };
        let at_most = tool.server.timeout.saturating_add(GRACE);
        let began = std::time::Instant::now();
        let called = tokio::time::timeout(at_most, self.tools.call(&tool.server, invocation)).await;
        let outcome = match &called {
            Ok(Ok(output)) if !output.is_error => "succeeded",
            Ok(Ok(_)) => "failed",
            Ok(Err(_)) => "unusable",
            Err(_elapsed) => "late",
        };
        metrics::histogram!("stead_tool_call_seconds", "outcome" => outcome).record(began.elapsed().as_secs_f64());
        let end_time = self.clock.now();
        match called {
            Ok(Ok(output)) if output.is_error => ToolCallState::Failed { error: failure_text(&output), end_time },
            Ok(Ok(output)) => {
                let (result, truncated) = for_the_record(output, most);
                ToolCallState::Succeeded { result, truncated, end_time }
            }
            Ok(Err(error)) => {
                tracing::warn!(run = %call.run_id, server = %tool.server.id, error = &error as &dyn std::error::Error, "a tool call failed");
                ToolCallState::Failed { error: sentence(&error), end_time }
            }
            Err(_elapsed) => ToolCallState::Failed { error: "the tool did not answer in time".to_owned(), end_time },
        }
    }

    /// Ends the calls of a run that are still open, when the run ends without them.
    pub(super) async fn interrupt_calls(&self, run: &Run, lease: &Lease, live: &LiveRun) -> Result<(), Ending> {
        let open = match self.calls_to_end(run, "interrupted").await {
            Ok(open) => open,
            Err(error) => {
                tracing::warn!(run = %run.id, error = &error as &dyn std::error::Error, "the open calls of a run could not be read");
                return Ok(());
            }
        };
        if open.calls.is_empty() {
            return Ok(());
        }
        self.commit_held(run, lease, open.changes, Vec::new()).await?;
        open.calls.into_iter().for_each(|call| live.push(RunEvent::ToolCallCompleted(call)));
        Ok(())
    }

    /// The calls of a run that have not ended, as ended now, and the changes that note it. One that did not begin says why.
    pub(super) async fn calls_to_end(&self, run: &Run, why: &str) -> Result<CallsToEnd, StoreError> {
        let rounds = self.rounds_so_far(run).await?;
        let live = rounds.into_iter().flat_map(|round| round.calls).filter(|call| !call.state.has_ended());
        let mut calls: Vec<ToolCall> = live.collect();
        if calls.is_empty() {
            return Ok(CallsToEnd::default());
        }
        let end_time = self.clock.now();
        let (n, chars_from) = self.told_so_far(run).await?;
        let (mut changes, mut chunks) = (Vec::new(), Vec::new());
        for (call, n) in calls.iter_mut().zip(n..) {
            call.state = match call.state {
                ToolCallState::Open => ToolCallState::Interrupted { end_time },
                _ => ToolCallState::Failed { error: why.to_owned(), end_time },
            };
            changes.push(Change::ToolCall(ToolCallChange::End(call.id, call.state.clone())));
            chunks.push(RunChunk { n, chars_from, kind: RunChunkKind::ToolCallCompleted(call.id) });
        }
        changes.push(Change::Run(RunChange::Tell { run: run.id, attempt: run.attempt, chunks }));
        Ok(CallsToEnd { calls, changes })
    }

    /// How many events, and how many characters, are kept of the attempt that a run is in.
    pub(super) async fn told_so_far(&self, run: &Run) -> Result<(i32, i32), StoreError> {
        let chunks = self.store.list_run_chunks(run.id, run.attempt, 0).await?;
        Ok(chunks.last().map_or((0, 0), |last| match &last.kind {
            RunChunkKind::Text(text) => (last.n, last.chars_from.saturating_add(chars(text))),
            RunChunkKind::ApprovalRequested(_)
            | RunChunkKind::ToolCallStarted(_)
            | RunChunkKind::ToolCallCompleted(_) => (last.n.saturating_add(1), last.chars_from),
        }))
    }

    /// Commits under the run's lease, however long the database is away.
    ///
    /// # Errors
    /// [`Ending::Lost`]: it was refused, or the process has to go.
    pub(super) async fn commit_held(
        &self,
        run: &Run,
        lease: &Lease,
        changes: Vec<Change>,
        events: Vec<stead_domain::event::NewEvent>,
    ) -> Result<Vec<Outcome>, Ending> {
        let guards = vec![Guard::RunLease { run: run.id, lease: lease.clone() }];
        let commit = Commit { guards, changes, events, ..Commit::default() };
        let mut failures = 0;
        loop {
            match self.commit(commit.clone()).await {
                Ok(Committed::Done(outcomes)) => return Ok(outcomes),
                Ok(Committed::Replayed(_)) | Err(StoreError::Refused(_)) => return Err(Ending::Lost),
                Err(error) => {
                    failures += 1;
                    if !self.pause_before_retry(run, failures, &error).await {
                        return Err(Ending::Lost);
                    }
                }
            }
        }
    }
}

/// Calls that end with their run.
#[derive(Default)]
pub struct CallsToEnd {
    pub calls: Vec<ToolCall>,
    pub changes: Vec<Change>,
}

/// What the results of rounds take up, in bytes.
fn kept_results(rounds: &[Round]) -> usize {
    let size = |call: &ToolCall| match &call.state {
        ToolCallState::Succeeded { result, .. } => result.value().to_string().len(),
        _ => 0,
    };
    rounds.iter().flat_map(|round| &round.calls).map(size).sum()
}

fn state_of(round: &Round) -> RunStepState {
    if round.has_ended() { RunStepState::Done } else { RunStepState::Started }
}

/// What the model and people read of a call that did not go through.
fn sentence(error: &ToolServerError) -> String {
    let sentence = match error.kind {
        ToolServerErrorKind::Unavailable => "the tool's server cannot be reached",
        ToolServerErrorKind::Timeout => "the tool did not answer in time; nobody knows whether it took effect",
        ToolServerErrorKind::Lost => {
            "the connection to the tool's server was lost; nobody knows whether the call took effect"
        }
        ToolServerErrorKind::Unauthorized => "the tool's server does not accept the credential",
        ToolServerErrorKind::Forbidden => "the tool's server may not be used",
        ToolServerErrorKind::Rejected => "the tool's server does not accept this call",
        ToolServerErrorKind::TooLarge => "the tool's answer is too large",
        ToolServerErrorKind::Protocol => "the tool's answer makes no sense",
    };
    match &error.said {
        Some(said) => error_for_the_record(&format!("{sentence}: {said}")),
        None => sentence.to_owned(),
    }
}
