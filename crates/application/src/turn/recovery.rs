use stead_domain::{
    event::EventKind,
    ports::store::{Change, ClaimedRun, Commit, Guard, RunChange, StoreError, TakenFrom},
    run::{Lease, MAX_ATTEMPTS, Run, RunErrorCode},
};

use super::{
    answer::Answer,
    events::StreamPosition,
    finish::Ending,
    post::run_event,
    rounds::{BETWEEN_ROUNDS, joined},
};
use crate::{Application, Error, figures};

/// How many runs are taken at once.
const BATCH: u32 = 32;

impl Application {
    /// Takes the runs that nobody works on: begins those that wait, ends those whose process died with the text they had.
    pub(crate) async fn take_runs(&self) -> Result<(), Error> {
        for ClaimedRun { run, lease, taken_from } in self.store.claim_runs(self.owner, BATCH).await? {
            figures::run_taken(taken_from);
            match taken_from {
                TakenFrom::Queue => self.begin_run(run, lease, false).await,
                TakenFrom::Lapsed => self.take_over(run, lease).await?,
            }
        }
        Ok(())
    }

    /// Goes on with a run whose process died or lost sight of it: begins it anew, or, where its person wants it stopped or it
    /// was begun too often, ends it with the text it had.
    async fn take_over(&self, run: Run, lease: Lease) -> Result<(), Error> {
        let ending = if run.cancel_requested {
            Ending::Cancelled
        } else if run.attempt >= MAX_ATTEMPTS {
            Ending::Failed(RunErrorCode::Interrupted)
        } else {
            return self.begin_anew(run, lease).await;
        };
        tracing::warn!(run = %run.id, attempt = run.attempt, ?ending, "a run whose process died is ended");
        let content = self.text_so_far(&run).await?;
        let rounds = self.rounds_so_far(&run).await?;
        let said_before = joined(rounds.iter().map(|round| round.text.as_str()));
        let last_text = content.strip_prefix(&said_before).unwrap_or_default().trim_start_matches(BETWEEN_ROUNDS);
        let answer = Answer {
            rounds: rounds.len(),
            last_text: last_text.to_owned(),
            content,
            ending,
            ..Answer::failed(RunErrorCode::Interrupted)
        };
        let told = self.stored_news(run.organization_id, run.id, StreamPosition::default()).await?;
        let told = told.unwrap_or_default().into_iter().map(|(_, event)| event).collect();
        let live = self.live.open(&run, run.told_as(), told);
        let application = self.clone();
        self.background.spawn(async move {
            let mut answer = answer;
            if let Err(ending) = application.interrupt_calls(&run, &lease, &live).await {
                answer.ending = ending;
            }
            application.finish_until_done(&run, &lease, answer, &live).await;
        });
        Ok(())
    }

    async fn begin_anew(&self, run: Run, lease: Lease) -> Result<(), Error> {
        let at = self.clock.now();
        let commit = Commit {
            guards: vec![Guard::RunLease { run: run.id, lease: lease.clone() }],
            changes: vec![Change::Run(RunChange::Restart { run: run.id, at })],
            events: vec![run_event(&run, EventKind::RunStarted, run.id.uuid(), at)],
            ..Commit::default()
        };
        match self.commit(commit).await {
            Ok(_) => {
                let again = Run { attempt: run.attempt + 1, queued_at: at, started_at: Some(at), ..run };
                tracing::warn!(run = %again.id, attempt = again.attempt, "a run whose process died is begun anew");
                self.begin_run(again, lease, true).await;
                Ok(())
            }
            // Its thread was deleted, or somebody was faster.
            Err(StoreError::Refused(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Prolongs the leases on what this process works on, stops the runs whose person wants that, and lets go of those that
    /// are somebody else's now.
    pub(crate) async fn renew_leases(&self) -> Result<(), Error> {
        let begun = self.live.all();
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
