//! What a run's stream begins and ends with, from what the database knows of the run: the same on every node and at any
//! time, so that a place in the stream means the same everywhere.

use stead_domain::{
    ports::store::ThreadMessage,
    run::{Run, RunStatus, Usage},
};

use super::events::RunEvent;

/// What is told before the first word: that it waits, where it must; the message that is answered; once it has started,
/// that it has, and that it began anew.
pub fn opening(run: &Run, said: ThreadMessage) -> Vec<RunEvent> {
    let attempt = run.told_attempt();
    let as_it_was = |status, attempt, started_at| Run {
        status,
        attempt,
        started_at,
        ended_at: None,
        error: None,
        usage: Usage::default(),
        ..run.clone()
    };
    let mut events = Vec::new();
    if run.had_to_wait() {
        events.push(RunEvent::Queued(as_it_was(RunStatus::Queued, attempt - 1, None)));
    }
    events.push(RunEvent::MessageCreated(said));
    if run.has_started() {
        if attempt > 1 {
            events.push(RunEvent::Restarted { attempt });
        }
        events.push(RunEvent::Started(as_it_was(RunStatus::Running, attempt, run.started_at)));
    }
    events
}

/// What is told after the last word of a run that has ended: what it used, the answer where there is one, the end.
pub fn closing(run: &Run, answer: Option<ThreadMessage>) -> Vec<RunEvent> {
    let mut events = Vec::new();
    if run.has_started() {
        events.push(RunEvent::Usage(run.usage));
        if let (RunStatus::Completed | RunStatus::Cancelled, Some(answer)) = (run.status, answer) {
            events.push(RunEvent::MessageCompleted(answer));
        }
    }
    events.push(match run.status {
        RunStatus::Completed => RunEvent::Completed(run.clone()),
        RunStatus::Cancelled => RunEvent::Cancelled(run.clone()),
        RunStatus::Failed
        | RunStatus::Expired
        | RunStatus::Queued
        | RunStatus::Running
        | RunStatus::AwaitingApproval => RunEvent::Failed(run.clone()),
    });
    events
}
