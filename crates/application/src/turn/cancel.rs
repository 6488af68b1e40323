use std::time::Duration;

use stead_domain::{
    ConversationId, RunId,
    event::EventKind,
    message::MessageStatus,
    ports::store::{Change, Commit, FinishRun, Guard, MessageChange, RunChange, StoreError},
    run::{Run, RunErrorCode, RunStatus, Usage},
};

use super::{
    answer::Answer,
    finish::{Ending, finish_message},
    post::run_event,
};
use crate::{Application, Caller, Conflict, Error, TRIES, agents::AgentRef};

/// How long the one who cancels waits to see the end of it.
const SEE_THE_END: Duration = Duration::from_secs(5);

impl Application {
    /// Stops a run of the caller's; the text so far is kept. One that has ended stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn cancel_run(
        &self,
        caller: &Caller,
        agent: AgentRef,
        thread: ConversationId,
        id: RunId,
    ) -> Result<Run, Error> {
        for _ in 0..TRIES {
            let run = self.run(caller, agent, thread, id).await?;
            let cancelled = match run.status {
                RunStatus::Queued => self.cancel_queued(&run).await,
                RunStatus::Running => self.cancel_running(&run).await,
                RunStatus::AwaitingApproval => {
                    self.end_waiting(&run, Ending::Cancelled, "The turn was cancelled before this call was made.").await
                }
                RunStatus::Completed | RunStatus::Failed | RunStatus::Cancelled | RunStatus::Expired => return Ok(run),
            };
            match cancelled {
                Ok(()) => {
                    let ended = tokio::time::timeout(SEE_THE_END, self.until_ended(caller, run)).await;
                    return match ended {
                        Ok(ended) => ended,
                        Err(_elapsed) => self.run(caller, agent, thread, id).await,
                    };
                }
                // It began, or ended, since it was read.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    async fn cancel_queued(&self, run: &Run) -> Result<(), StoreError> {
        let at = self.clock.now();
        let mut changes = Vec::new();
        if let Some(answer) = run.answer_message_id {
            let empty = Answer::failed(RunErrorCode::Interrupted);
            let finish = finish_message(run, answer, &empty, MessageStatus::Cancelled);
            changes.push(Change::Message(MessageChange::Finish(finish)));
        }
        let status = RunStatus::Cancelled;
        let finish = FinishRun { run: run.id, status, model: None, error: None, usage: Usage::default(), at };
        changes.push(Change::Run(RunChange::Finish(finish)));
        let conversation = run.conversation_id;
        let commit = Commit {
            guards: vec![
                Guard::Thread { organization: run.organization_id, conversation },
                Guard::RunStatus { run: run.id, status: RunStatus::Queued },
            ],
            changes,
            events: vec![run_event(run, EventKind::RunEnded, run.id.uuid(), at)],
            ..Commit::default()
        };
        self.commit(commit).await?;
        Ok(())
    }

    /// Notes the wish where every process sees it, and stops the run at once if it is here.
    async fn cancel_running(&self, run: &Run) -> Result<(), StoreError> {
        let conversation = run.conversation_id;
        let commit = Commit {
            guards: vec![
                Guard::Thread { organization: run.organization_id, conversation },
                Guard::RunStatus { run: run.id, status: run.status },
            ],
            changes: vec![Change::Run(RunChange::RequestCancel(run.id))],
            ..Commit::default()
        };
        self.commit(commit).await?;
        if let Some(live) = self.live.find(run.id) {
            live.cancelled.cancel();
        }
        Ok(())
    }
}
