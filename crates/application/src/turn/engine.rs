use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use stead_domain::{
    OrganizationId, RunId,
    run::{Lease, Run, RunErrorCode},
};

use super::{answer::Answer, live::LiveRun, prompt::Prompt, told::opening};
use crate::{Application, Error};

impl Application {
    /// Runs a run that this process holds, detached from whoever asked for it.
    pub(super) fn execute_in_background(&self, run: Run, lease: Lease) {
        let Some(answer) = run.answer_message_id else {
            tracing::error!(run = %run.id, "a run without an answer's row cannot be run");
            return;
        };
        // Open before anybody is told of the run, so that its followers find it here.
        let live = self.live.open(&run, answer);
        let application = self.clone();
        self.background.spawn(async move { application.execute(run, lease, live).await });
    }

    /// Runs a run that a commit of this process has just started.
    pub(super) async fn execute_started(
        &self,
        organization: OrganizationId,
        id: RunId,
        fence: i64,
    ) -> Result<(), Error> {
        // If the read fails, the run keeps its lease and nobody works on it: the worker finds it when the lease lapses.
        if let Some(run) = self.store.find_run(organization, id).await? {
            self.execute_in_background(run, Lease { owner: self.owner, fence });
        }
        Ok(())
    }

    async fn execute(&self, run: Run, lease: Lease, live: Arc<LiveRun>) {
        // A panic must not leave a run that nobody ends.
        let answered = AssertUnwindSafe(self.answer_run(&run, &lease, &live)).catch_unwind().await;
        let answer = match answered {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::error!(run = %run.id, error = &error as &dyn std::error::Error, "a run failed");
                Answer::failed(RunErrorCode::Internal)
            }
            Err(_panic) => {
                tracing::error!(run = %run.id, "a run panicked");
                Answer::failed(RunErrorCode::Internal)
            }
        };
        self.finish_until_done(&run, &lease, answer, &live).await;
    }

    async fn answer_run(&self, run: &Run, lease: &Lease, live: &Arc<LiveRun>) -> Result<Answer, Error> {
        let said = self.store.find_message(run.organization_id, run.trigger_message_id).await?;
        said.map(|said| opening(run, said)).unwrap_or_default().into_iter().for_each(|event| live.push(event));
        let organization = self.store.find_organization(run.organization_id).await?;
        let agent = self.store.find_agent(run.organization_id, run.agent_id).await?;
        let (Some(organization), Some(agent)) = (organization, agent) else {
            return Ok(Answer::failed(RunErrorCode::Internal));
        };
        match self.prompt(run, &agent, &organization).await? {
            Prompt::Fits(request, tokens) => Ok(self.stream_answer(run, lease, live, request, tokens).await),
            Prompt::TooLong => Ok(Answer::failed(RunErrorCode::ContextExceeded)),
        }
    }
}
