use std::{sync::Arc, time::Duration};

use stead_domain::{
    JobId, Json, MessageId,
    event::EventKind,
    job::{NewJob, Task, backoff},
    message::MessageStatus,
    ports::{
        llm::FinishReason,
        store::{
            Change, Commit, Committed, FinishMessage, FinishRun, Guard, MessageChange, Outcome, RunChange, SetSources,
            StoreError, ThreadChange, ThreadMessage,
        },
    },
    run::{Lease, Run, RunError, RunErrorCode, RunStatus, RunStep, RunStepKind, RunStepState},
    source::{MOST_SOURCES, Source, numbers_cited},
    thread::{Thread, TitleSource},
};

use super::{
    answer::Answer,
    engine::is_in_room,
    kill_points::reach,
    live::LiveRun,
    post::{answer_metadata, run_event},
    rounds::model_step,
    told::closing,
};
use crate::{Application, citations::DEGRADED, html};

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Completed,
    Cancelled,
    Failed(RunErrorCode),
    /// Nobody allowed a tool call in time.
    Expired,
    /// It waits for its person to allow tool calls.
    Paused,
    /// Somebody else ends it, or has.
    Lost,
}

impl Application {
    /// Commits the end of a run, however long the database is away, and starts what is next. Gives up when the run is no
    /// longer this process's, or when the process has to go: then its lease lapses and it is found again.
    pub(super) async fn finish_until_done(&self, run: &Run, lease: &Lease, answer: Answer, live: &Arc<LiveRun>) {
        match answer.ending {
            Ending::Completed | Ending::Cancelled | Ending::Failed(_) | Ending::Expired => {}
            Ending::Lost | Ending::Paused => {
                tracing::info!(run = %run.id, ending = ?answer.ending, "a run is left to somebody else");
                self.live.close(run.id, live);
                return;
            }
        }
        reach("answered");
        let held = Guard::RunLease { run: run.id, lease: lease.clone() };
        let mut failures = 0;
        loop {
            let finished = if is_in_room(run) {
                self.finish_in_room(run, held.clone(), &answer).await
            } else {
                self.finish_in_thread(run, held.clone(), &answer).await
            };
            match finished {
                Ok((ended, message, outcomes)) => {
                    reach("ended");
                    closing(&ended, message).into_iter().for_each(|event| live.push(event));
                    self.live.close(run.id, live);
                    self.start_following(run, outcomes.last()).await;
                    return;
                }
                Err(StoreError::Refused(_)) => {
                    tracing::info!(run = %run.id, "the end of a run was refused: it was taken over or its thread deleted");
                    self.live.close(run.id, live);
                    return;
                }
                Err(error) => {
                    failures += 1;
                    if !self.pause_before_retry(run, failures, &error).await {
                        self.live.close(run.id, live);
                        return;
                    }
                }
            }
        }
    }

    /// Waits a little because the database did not take something; false if the process has to go.
    pub(super) async fn pause_before_retry(&self, run: &Run, failures: i32, error: &StoreError) -> bool {
        tracing::warn!(run = %run.id, failures, error = error as &dyn std::error::Error, "a part of a run could not be committed");
        let pause = backoff(failures, 1.0).min(Duration::from_secs(10));
        tokio::select! {
            () = tokio::time::sleep(pause) => true,
            () = self.background.expired().cancelled() => false,
        }
    }

    async fn finish_in_thread(
        &self,
        run: &Run,
        held: Guard,
        answer: &Answer,
    ) -> Result<(Run, Option<ThreadMessage>, Vec<Outcome>), StoreError> {
        let (run, said, next) = if self.may_still_be_read(run, &answer.sources).await? {
            self.finish(run, held, answer, Vec::new()).await?
        } else {
            self.finish(run, held, &answer.withdrawn(), Vec::new()).await?
        };
        Ok((run, Some(said), next))
    }

    /// Commits the end of a run if `held` holds, and starts what is next.
    pub(super) async fn finish(
        &self,
        run: &Run,
        held: Guard,
        answer: &Answer,
        mut changes: Vec<Change>,
    ) -> Result<(Run, ThreadMessage, Vec<Outcome>), StoreError> {
        let missing = || StoreError::Internal("a run's answer is missing".into());
        let gone = Guard::Thread { organization: run.organization_id, conversation: run.conversation_id };
        let thread = self.store.find_thread(run.organization_id, run.conversation_id).await?;
        let thread = thread.ok_or(StoreError::Refused(gone))?;
        let answer_id = run.answer_message_id.ok_or_else(missing)?;
        let at = self.clock.now();
        let (status, message_status, error) = match answer.ending {
            Ending::Completed => (RunStatus::Completed, MessageStatus::Complete, None),
            Ending::Cancelled => (RunStatus::Cancelled, MessageStatus::Cancelled, None),
            Ending::Failed(code) => (RunStatus::Failed, MessageStatus::Failed, Some(code)),
            Ending::Expired => (RunStatus::Expired, MessageStatus::Failed, Some(RunErrorCode::ApprovalExpired)),
            Ending::Lost | Ending::Paused => return Err(StoreError::Refused(held)),
        };
        let error = error.map(|code| RunError { code, message: code.sentence().to_owned() });
        let finish_run = FinishRun { run: run.id, status, model: answer.model.clone(), error, usage: answer.usage, at };
        let finish_message = finish_message(run, answer_id, answer, message_status);
        let step = last_step(run, answer, status);
        let conversation = run.conversation_id;
        changes.push(Change::Message(MessageChange::Finish(finish_message)));
        changes.extend(sources_of(run, answer_id, answer));
        changes.extend([
            Change::Run(RunChange::Step(run.id, step)),
            Change::Run(RunChange::Finish(finish_run)),
            Change::Thread(ThreadChange::Touch { conversation, at }),
        ]);
        // A process that stops starts nothing new.
        if !self.background.stopping().is_cancelled() {
            let agent = run.agent_id;
            changes.push(Change::Run(RunChange::StartNext { conversation, agent, owner: self.owner, at }));
        }
        let commit = Commit {
            guards: vec![Guard::Thread { organization: run.organization_id, conversation }, held],
            changes,
            events: vec![
                run_event(run, EventKind::MessageUpdated, answer_id.uuid(), at),
                run_event(run, EventKind::RunEnded, run.id.uuid(), at),
            ],
            jobs: self.title_job(&thread, status).into_iter().collect(),
            idempotency: None,
        };
        let outcomes = match self.commit(commit).await? {
            Committed::Done(outcomes) => outcomes,
            Committed::Replayed(_) => return Err(StoreError::Internal("a commit without a key was replayed".into())),
        };
        self.note_used(run, &answer.usage).await;
        let ended = self.store.find_run(run.organization_id, run.id).await?.ok_or_else(missing)?;
        let message = self.store.find_message(run.organization_id, answer_id).await?.ok_or_else(missing)?;
        Ok((ended, message, outcomes))
    }

    fn title_job(&self, thread: &Thread, status: RunStatus) -> Option<NewJob> {
        // What is asked beside a channel is shown without a title.
        let is_due = thread.title_source == TitleSource::None && thread.channel_id.is_none();
        (status == RunStatus::Completed && is_due).then(|| NewJob {
            id: JobId::new(self.ids.next()),
            organization_id: thread.organization_id,
            task: Task::TitleThread(thread.id),
            run_at: self.clock.now(),
        })
    }

    pub(super) async fn start_following(&self, run: &Run, outcome: Option<&Outcome>) {
        if let Some(Outcome::Started(next, fence)) = outcome
            && let Err(error) = self.execute_started(run.organization_id, *next, *fence, false).await
        {
            tracing::error!(run = %next, error = &error as &dyn std::error::Error, "the next run could not be begun");
        }
    }
}

/// Keeps what an answer was made from: what stood in its prompt, and what of that it points at.
pub(crate) fn sources_of(run: &Run, message: MessageId, answer: &Answer) -> Option<Change> {
    if answer.sources.is_empty() {
        return None;
    }
    let cited = numbers_cited(&answer.content);
    let marked = |source: &Source| Source { cited: cited.contains(&source.n), ..*source };
    Some(Change::Message(MessageChange::SetSources(SetSources {
        organization: run.organization_id,
        conversation: run.conversation_id,
        message,
        sources: answer.sources.iter().map(marked).take(MOST_SOURCES).collect(),
    })))
}

/// The step in which the model said its last.
pub(crate) fn last_step(run: &Run, answer: &Answer, status: RunStatus) -> RunStep {
    RunStep {
        attempt: run.attempt,
        n: model_step(answer.rounds),
        kind: RunStepKind::Model { text: answer.last_text.clone(), tool_calls: Vec::new() },
        state: if status == RunStatus::Completed { RunStepState::Done } else { RunStepState::Unknown },
        usage: answer.usage,
    }
}

/// What is kept beside its text.
pub(crate) fn metadata_of(run: &Run, answer: &Answer) -> Json {
    let mut metadata = answer_metadata(run);
    if let Some(model) = &answer.model {
        metadata = metadata.with("model", model.as_str());
    }
    match answer.finish_reason {
        Some(FinishReason::Length) => metadata = metadata.with("finish_reason", "length"),
        Some(FinishReason::ContentFilter) => metadata = metadata.with("finish_reason", "content_filter"),
        Some(FinishReason::Stop | FinishReason::ToolCalls) | None => {}
    }
    if answer.is_degraded { metadata.with(DEGRADED, true) } else { metadata }
}

pub(super) fn finish_message(run: &Run, message: MessageId, answer: &Answer, status: MessageStatus) -> FinishMessage {
    FinishMessage {
        message,
        content: answer.content.clone(),
        content_html: html::from_markdown(&answer.content),
        metadata: metadata_of(run, answer),
        status,
    }
}
