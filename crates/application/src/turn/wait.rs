use std::time::Duration;

use stead_domain::{
    ConversationId,
    ports::store::ThreadMessage,
    run::{Run, RunError, RunErrorCode, RunStatus},
};

use crate::{Application, Caller, Error, agents::AgentRef};

/// How often a run that waits, or that another process works on, is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What has become of a run when its caller waited for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// It has ended with an answer, or was cancelled with what there was.
    Answer(Box<ThreadMessage>),
    /// It failed.
    Failed(RunError),
    /// It has not ended yet.
    NotYet(Box<Run>),
}

impl Application {
    /// Waits for a run to end, as long as the operator lets a caller wait.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the thread is deleted meanwhile; [`Error::Unauthenticated`] if what the caller came with is good
    /// no longer.
    pub async fn await_answer(
        &self,
        caller: &Caller,
        agent: AgentRef,
        thread: ConversationId,
        run: Run,
    ) -> Result<Answered, Error> {
        let wait = self.settings.ai_wait;
        let ended = tokio::select! {
            ended = self.until_settled(caller, run.clone()) => Some(ended?).filter(|run| run.status.has_ended()),
            () = self.clone().until_revoked(*caller) => return Err(Error::Unauthenticated),
            () = tokio::time::sleep(wait) => None,
            () = self.background.expired().cancelled() => None,
        };
        let Some(run) = ended else {
            return Ok(Answered::NotYet(Box::new(self.run(caller, agent, thread, run.id).await?)));
        };
        match (run.status, run.answer_message_id) {
            (RunStatus::Completed | RunStatus::Cancelled, Some(answer)) => {
                let answer = self.store.find_message(caller.organization, answer).await?.ok_or(Error::NotFound)?;
                Ok(Answered::Answer(Box::new(answer)))
            }
            _ => {
                let code = RunErrorCode::Internal;
                let unknown = || RunError { code, message: code.sentence().to_owned() };
                Ok(Answered::Failed(run.error.unwrap_or_else(unknown)))
            }
        }
    }

    /// The run when it has ended, or waits for its person.
    async fn until_settled(&self, caller: &Caller, run: Run) -> Result<Run, Error> {
        self.until(caller, run, |status| status.has_ended() || status == RunStatus::AwaitingApproval).await
    }

    /// The run when it has ended.
    pub(super) async fn until_ended(&self, caller: &Caller, run: Run) -> Result<Run, Error> {
        self.until(caller, run, RunStatus::has_ended).await
    }

    async fn until(&self, caller: &Caller, mut run: Run, is_it: impl Fn(RunStatus) -> bool) -> Result<Run, Error> {
        while !is_it(run.status) {
            match self.live.find(run.id) {
                Some(live) => {
                    let mut grown = live.watch();
                    while !live.has_ended() {
                        if grown.changed().await.is_err() {
                            break;
                        }
                    }
                }
                None => self.live.until_opened(run.id, LOOK_EVERY).await,
            }
            run = self.store.find_run(caller.organization, run.id).await?.ok_or(Error::NotFound)?;
        }
        Ok(run)
    }
}
