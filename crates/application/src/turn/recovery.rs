use stead_domain::{
    ports::store::{ClaimedRun, StoreError, TakenFrom},
    run::{RunChunkKind, RunErrorCode},
};

use super::answer::Answer;
use crate::{Application, Error};

/// How many runs are taken at once.
const BATCH: u32 = 32;

impl Application {
    /// Takes the runs that nobody works on: begins those that wait, ends those whose process died with the text they had.
    pub(crate) async fn take_runs(&self) -> Result<(), Error> {
        for ClaimedRun { run, lease, taken_from } in self.store.claim_runs(self.owner, BATCH).await? {
            match taken_from {
                TakenFrom::Queue => self.execute_in_background(run, lease),
                TakenFrom::Lapsed => {
                    tracing::warn!(run = %run.id, "a run was interrupted");
                    let content = self.text_so_far(&run).await?;
                    let answer = Answer { content, ..Answer::failed(RunErrorCode::Interrupted) };
                    let application = self.clone();
                    self.background.spawn(async move {
                        application.finish_until_done(&run, &lease, answer, None).await;
                    });
                }
            }
        }
        Ok(())
    }

    async fn text_so_far(&self, run: &stead_domain::run::Run) -> Result<String, StoreError> {
        let chunks = self.store.list_run_chunks(run.id, run.attempt).await?;
        let text = |kind| match kind {
            RunChunkKind::Text(text) => Some(text),
            RunChunkKind::ToolCallStarted(_) | RunChunkKind::ToolCallCompleted(_) => None,
        };
        Ok(chunks.into_iter().filter_map(|chunk| text(chunk.kind)).collect())
    }

    /// Prolongs the leases on what this process works on, stops the runs whose person wants that, and lets go of those that
    /// are somebody else's now.
    pub(crate) async fn renew_leases(&self) -> Result<(), Error> {
        let begun = self.live.begun();
        let runs: Vec<_> = begun.iter().map(|(id, _)| *id).collect();
        let jobs = self.jobs_at_work.ids();
        if runs.is_empty() && jobs.is_empty() {
            return Ok(());
        }
        let renewed = self.store.renew_leases(self.owner, &runs, &jobs).await?;
        for (id, live) in begun {
            match renewed.iter().find(|renewed| renewed.run == id) {
                Some(renewed) if renewed.cancel_requested => live.cancelled.cancel(),
                Some(_) => {}
                // Its end is being committed, or it was taken: either way nothing more of it is ours to write.
                None => live.lost.cancel(),
            }
        }
        Ok(())
    }
}
