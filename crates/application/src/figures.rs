//! Figures about what is committed: how it went, and what of it an operator counts. A look at the values themselves, in
//! the one place that every write passes.

use std::time::Duration;

use stead_domain::{
    ports::store::{Change, Commit, Committed, JobChange, Outcome, RunChange, StoreError, StoreFigures, TakenFrom},
    run::RunStatus,
};

use crate::{Application, Error};

impl Application {
    /// What an operator watches of the database.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it does not answer.
    pub async fn figures(&self) -> Result<StoreFigures, Error> {
        Ok(self.store.figures().await?)
    }
}

/// What of a commit is counted once it is durable.
pub struct Counted(Vec<Ended>);

enum Ended {
    Run { status: RunStatus, code: &'static str },
    Job { outcome: &'static str },
}

impl Counted {
    /// What to count of it. Nearly always nothing.
    pub fn of(commit: &Commit) -> Self {
        Self(commit.changes.iter().filter_map(ended).collect())
    }

    /// It was answered.
    pub fn record(self, answered: &Result<Committed, StoreError>, took: Duration) {
        metrics::histogram!("stead_commit_seconds").record(took.as_secs_f64());
        metrics::counter!("stead_commits_total", "outcome" => outcome(answered)).increment(1);
        let Ok(Committed::Done(outcomes)) = answered else { return };
        let started = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Started(..))).count();
        if started > 0 {
            metrics::counter!("stead_runs_started_total").increment(started as u64);
        }
        for ended in self.0 {
            match ended {
                Ended::Run { status, code } => {
                    metrics::counter!("stead_runs_ended_total", "status" => status_label(status), "code" => code)
                        .increment(1);
                }
                Ended::Job { outcome } => {
                    metrics::counter!("stead_jobs_tried_total", "outcome" => outcome).increment(1)
                }
            }
        }
    }
}

/// A run was taken that no commit of this process started.
pub fn run_taken(from: TakenFrom) {
    let from = match from {
        TakenFrom::Queue => "queue",
        TakenFrom::Lapsed => "lapsed",
    };
    metrics::counter!("stead_runs_taken_total", "from" => from).increment(1);
}

fn ended(change: &Change) -> Option<Ended> {
    match change {
        Change::Run(RunChange::Finish(end)) => {
            let code = end.error.as_ref().map_or("none", |error| error.code.as_str());
            Some(Ended::Run { status: end.status, code })
        }
        Change::Job(JobChange::Finish(_)) => Some(Ended::Job { outcome: "done" }),
        Change::Job(JobChange::Retry { .. }) => Some(Ended::Job { outcome: "again" }),
        Change::Job(JobChange::Bury { .. }) => Some(Ended::Job { outcome: "dead" }),
        _ => None,
    }
}

fn outcome(answered: &Result<Committed, StoreError>) -> &'static str {
    match answered {
        Ok(Committed::Done(_)) => "done",
        Ok(Committed::Replayed(_)) => "replayed",
        Err(StoreError::Refused(_)) => "refused",
        Err(StoreError::Conflict(_)) => "conflict",
        Err(StoreError::Unavailable(_)) => "unavailable",
        Err(StoreError::Internal(_)) => "internal",
    }
}

fn status_label(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Queued => "queued",
        RunStatus::Running => "running",
        RunStatus::AwaitingApproval => "awaiting_approval",
        RunStatus::Completed => "completed",
        RunStatus::Failed => "failed",
        RunStatus::Cancelled => "cancelled",
        RunStatus::Expired => "expired",
    }
}
