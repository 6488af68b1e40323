//! Runs: queued, started, ended, queued again.

use std::sync::Arc;

use stead_domain::{
    message::{Message, MessageStatus},
    ports::store::{Change, FinishRun, Guard, Outcome, RunChange, Store, UniqueKey},
    run::{Run, RunError, RunErrorCode, RunStatus, RunStep, RunStepKind, RunStepState, Usage},
};

use super::{
    expectations::{apply, apply_one, conflict_of, done, holds},
    scenes::{end_of, finish, message_now, run_now, running_turn, start_next, start_next_of, thread_guard, worker},
};
use crate::builders::{self, Seed, Turn};

/// The change that writes a model step of a turn's run.
pub(super) fn step_of(turn: &Turn, attempt: i32, n: i32, text: &str) -> Change {
    let step = RunStep {
        attempt,
        n,
        kind: RunStepKind::Model { text: text.to_owned(), tool_calls: vec![] },
        state: RunStepState::Started,
        usage: Usage::default(),
    };
    Change::Run(RunChange::Step(turn.run.id, step))
}

/// A turn whose run has failed.
async fn failed_turn(store: &dyn Store, seed: &Seed) -> Turn {
    let (turn, lease) = running_turn(store, seed).await;
    let error = RunError { code: RunErrorCode::ModelTimeout, message: "Too slow.".to_owned() };
    finish(store, &lease, FinishRun { error: Some(error), ..end_of(turn.run.id, RunStatus::Failed) }).await;
    turn
}

pub async fn a_queued_run_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    assert_eq!(run_now(&*store, &turn.run).await, turn.run);

    let mut full = builders::turn(&seed.thread);
    full.run.model = Some("größer-2".to_owned());
    full.run.prompt_version = 12;
    assert_eq!(apply(&*store, full.changes()).await, vec![Outcome::Inserted; 3]);
    assert_eq!(run_now(&*store, &full.run).await, full.run);

    let later = builders::turn(&seed.thread);
    let unanswered = Run { answer_message_id: None, ..later.run.clone() };
    let [message, _, _] = <[Change; 3]>::try_from(later.changes()).unwrap();
    apply(&*store, [message, Change::Run(RunChange::Insert(unanswered.clone()))]).await;
    assert_eq!(run_now(&*store, &unanswered).await, unanswered);
}

pub async fn a_run_is_found_in_its_organization_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let turn = seed.turn(&*store).await;
    assert_eq!(store.find_run(other.organization.id, turn.run.id).await.unwrap(), None);
    assert_eq!(store.find_run(seed.organization.id, builders::id()).await.unwrap(), None);
}

pub async fn a_runs_id_is_taken_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let other = seed.turn(&*store).await;
    let again = Run { id: turn.run.id, trigger_message_id: other.answer.id, ..other.run };
    assert_eq!(conflict_of(&*store, Change::Run(RunChange::Insert(again))).await, UniqueKey::Id);
    assert_eq!(run_now(&*store, &turn.run).await, turn.run);
}

pub async fn a_message_has_one_live_run_of_an_agent(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let second = Run { id: builders::id(), ..turn.run.clone() };
    let insert = Change::Run(RunChange::Insert(second.clone()));
    assert_eq!(conflict_of(&*store, insert.clone()).await, UniqueKey::LiveRun);
    assert_eq!(store.find_run(seed.organization.id, second.id).await.unwrap(), None);

    let agent = seed.another_agent(&*store).await;
    let of_another = Run { id: builders::id(), agent_id: agent.id, ..turn.run.clone() };
    assert_eq!(apply_one(&*store, Change::Run(RunChange::Insert(of_another))).await, Outcome::Inserted);

    finish(&*store, &lease, end_of(turn.run.id, RunStatus::Failed)).await;
    assert_eq!(apply_one(&*store, insert).await, Outcome::Inserted);
    assert_eq!(
        conflict_of(&*store, Change::Run(RunChange::Requeue { run: turn.run.id, at: builders::at() })).await,
        UniqueKey::LiveRun
    );
}

pub async fn starting_a_run_starts_its_answer(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let (owner, at) = (worker(), builders::at());
    let start = RunChange::StartNext { conversation: seed.thread.id, agent: seed.agent.id, owner, at };
    let commit = builders::guarded([thread_guard(&seed.thread)], [Change::Run(start)]);
    let outcomes = done(&*store, commit).await;
    let [Outcome::Started(run, fence)] = outcomes[..] else { panic!("a start came to {outcomes:?}") };
    assert_eq!(run, turn.run.id);
    assert!(fence > turn.run.fence);

    let started = Run { status: RunStatus::Running, attempt: 1, fence, started_at: Some(at), ..turn.run };
    assert_eq!(run_now(&*store, &started).await, started);
    let answer = message_now(&*store, &turn.answer).await.message;
    assert_eq!(answer, Message { status: MessageStatus::Streaming, version: answer.version, ..turn.answer });
    assert_eq!(message_now(&*store, &turn.message).await.message, turn.message);
}

pub async fn the_oldest_queued_run_is_started(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turns = [builders::turn(&seed.thread), builders::turn(&seed.thread), builders::turn(&seed.thread)];
    for turn in [&turns[1], &turns[2], &turns[0]] {
        apply(&*store, turn.changes()).await;
    }
    for turn in &turns {
        let (run, lease) = start_next(&*store, &seed.thread, worker()).await.expect("a run to start");
        assert_eq!(run, turn.run.id);
        finish(&*store, &lease, end_of(run, RunStatus::Completed)).await;
    }
    assert_eq!(start_next(&*store, &seed.thread, worker()).await, None);
}

pub async fn nothing_is_started_while_a_run_is_running(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (first, lease) = running_turn(&*store, &seed).await;
    let second = seed.turn(&*store).await;
    assert_eq!(start_next(&*store, &seed.thread, worker()).await, None);
    assert_eq!(start_next(&*store, &seed.thread, lease.owner).await, None);
    assert_eq!(run_now(&*store, &second.run).await, second.run);
    assert!(holds(&*store, Guard::RunLease { run: first.run.id, lease }).await);
}

pub async fn nothing_is_started_in_an_empty_queue(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    assert_eq!(start_next(&*store, &seed.thread, worker()).await, None);
}

pub async fn queues_are_by_conversation_and_agent(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, _lease) = running_turn(&*store, &seed).await;
    let agent = seed.another_agent(&*store).await;
    let of_another = Run { id: builders::id(), agent_id: agent.id, answer_message_id: None, ..turn.run.clone() };
    apply_one(&*store, Change::Run(RunChange::Insert(of_another.clone()))).await;
    let elsewhere = seed.another_thread(&*store).await;
    let there = builders::turn(&elsewhere);
    apply(&*store, there.changes()).await;

    let guard = thread_guard(&seed.thread);
    let commit = builders::guarded([guard], [start_next_of(seed.thread.id, agent.id, worker())]);
    let outcome = done(&*store, commit).await[0];
    assert!(matches!(outcome, Outcome::Started(run, _) if run == of_another.id), "{outcome:?}");
    let (run, _) = start_next(&*store, &elsewhere, worker()).await.expect("a run to start");
    assert_eq!(run, there.run.id);
}

pub async fn a_run_is_queued_and_started_in_one_commit(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = builders::turn(&seed.thread);
    let start = start_next_of(seed.thread.id, seed.agent.id, worker());
    let changes = turn.changes().into_iter().chain([start]);
    let outcomes = done(&*store, builders::guarded([thread_guard(&seed.thread)], changes)).await;
    assert_eq!(outcomes[..3], [Outcome::Inserted; 3]);
    assert!(matches!(outcomes[3], Outcome::Started(run, _) if run == turn.run.id), "{outcomes:?}");
}

pub async fn the_commit_that_ends_a_run_starts_the_next(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (first, lease) = running_turn(&*store, &seed).await;
    let second = seed.turn(&*store).await;
    let guards = [thread_guard(&seed.thread), Guard::RunLease { run: first.run.id, lease: lease.clone() }];
    let changes = [
        Change::Run(RunChange::Finish(end_of(first.run.id, RunStatus::Completed))),
        start_next_of(seed.thread.id, seed.agent.id, lease.owner),
    ];
    let outcomes = done(&*store, builders::guarded(guards, changes)).await;
    assert_eq!(outcomes[0], Outcome::Updated);
    assert!(matches!(outcomes[1], Outcome::Started(run, _) if run == second.run.id), "{outcomes:?}");
}

pub async fn a_run_ends_as_it_is_told(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut ends: Vec<(RunStatus, Option<RunErrorCode>)> =
        RunErrorCode::ALL.into_iter().map(|code| (RunStatus::Failed, Some(code))).collect();
    ends.extend([(RunStatus::Completed, None), (RunStatus::Cancelled, None), (RunStatus::Expired, None)]);
    for (status, code) in ends {
        let (turn, lease) = running_turn(&*store, &seed).await;
        let started = run_now(&*store, &turn.run).await;
        let end = FinishRun {
            model: Some("a-model:größe".to_owned()),
            error: code.map(|code| RunError { code, message: format!("{} 🙁", code.sentence()) }),
            usage: Usage { input_tokens: 1 << 33, output_tokens: 5, cached_tokens: Some(3), cost_micros: 1 << 34 },
            ..end_of(turn.run.id, status)
        };
        assert_eq!(finish(&*store, &lease, end.clone()).await, Outcome::Updated);
        let ended = run_now(&*store, &turn.run).await;
        let expected = Run {
            status,
            fence: ended.fence,
            model: end.model,
            error: end.error,
            usage: end.usage,
            ended_at: Some(end.at),
            ..started
        };
        assert_eq!(ended, expected);
    }
}

pub async fn an_ended_run_has_no_lease(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    finish(&*store, &lease, end_of(turn.run.id, RunStatus::Completed)).await;
    assert!(!holds(&*store, Guard::RunLease { run: turn.run.id, lease: lease.clone() }).await);
    assert_eq!(store.renew_leases(lease.owner, &[turn.run.id], &[]).await.unwrap(), vec![]);
    assert_eq!(store.claim_runs(worker(), 10).await.unwrap(), vec![]);
}

pub async fn a_queued_run_can_be_cancelled(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let queued = Guard::RunStatus { run: turn.run.id, status: RunStatus::Queued };
    let end = end_of(turn.run.id, RunStatus::Cancelled);
    let commit = builders::guarded([queued], [Change::Run(RunChange::Finish(end.clone()))]);
    assert_eq!(done(&*store, commit).await, vec![Outcome::Updated]);
    let ended = run_now(&*store, &turn.run).await;
    assert_eq!((ended.status, ended.ended_at), (RunStatus::Cancelled, Some(end.at)));
    assert_eq!(start_next(&*store, &seed.thread, worker()).await, None);
}

pub async fn a_change_of_an_unknown_run_changes_nothing(store: Arc<dyn Store>) {
    Seed::commit(&*store).await;
    for change in [
        RunChange::Finish(end_of(builders::id(), RunStatus::Completed)),
        RunChange::Requeue { run: builders::id(), at: builders::at() },
        RunChange::RequestCancel(builders::id()),
    ] {
        let outcome = apply_one(&*store, Change::Run(change.clone())).await;
        assert_eq!(outcome, Outcome::Unchanged, "{change:?}");
    }
}

pub async fn a_failed_run_is_queued_again_without_its_error(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = failed_turn(&*store, &seed).await;
    let at = builders::at();
    let requeue = Change::Run(RunChange::Requeue { run: turn.run.id, at });
    assert_eq!(apply_one(&*store, requeue).await, Outcome::Updated);
    let queued = run_now(&*store, &turn.run).await;
    assert_eq!((queued.status, queued.error, queued.ended_at), (RunStatus::Queued, None, None));
    assert_eq!(queued.queued_at, at);

    let (run, lease) = start_next(&*store, &seed.thread, worker()).await.expect("a run to start");
    let started = run_now(&*store, &turn.run).await;
    assert_eq!((run, started.attempt, started.fence), (turn.run.id, 2, lease.fence));
    assert!(started.fence > queued.fence);
}

pub async fn a_run_that_has_not_failed_is_not_queued_again(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut turns = Vec::new();
    for status in [RunStatus::Completed, RunStatus::Cancelled, RunStatus::Expired] {
        let (turn, lease) = running_turn(&*store, &seed).await;
        finish(&*store, &lease, end_of(turn.run.id, status)).await;
        turns.push(turn);
    }
    turns.push(running_turn(&*store, &seed).await.0);
    turns.push(seed.turn(&*store).await);
    for turn in turns {
        let before = run_now(&*store, &turn.run).await;
        let outcome =
            apply_one(&*store, Change::Run(RunChange::Requeue { run: turn.run.id, at: builders::at() })).await;
        assert_eq!(outcome, Outcome::Unchanged, "{before:?}");
        assert_eq!(run_now(&*store, &turn.run).await, before);
    }
}

pub async fn a_running_run_is_begun_anew_under_the_same_lease(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let before = run_now(&*store, &turn.run).await;
    let at = builders::at();
    let held = Guard::RunLease { run: turn.run.id, lease: lease.clone() };
    let restart = Change::Run(RunChange::Restart { run: turn.run.id, at });
    assert_eq!(done(&*store, builders::guarded([held.clone()], [restart])).await, vec![Outcome::Updated]);
    let expected = Run { attempt: before.attempt + 1, queued_at: at, started_at: Some(at), ..before };
    assert_eq!(run_now(&*store, &turn.run).await, expected);
    assert!(holds(&*store, held).await);
}

pub async fn a_run_that_is_not_running_is_not_begun_anew(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = failed_turn(&*store, &seed).await;
    let queued = seed.turn(&*store).await;
    for run in [turn.run.id, queued.run.id, builders::id()] {
        let restart = Change::Run(RunChange::Restart { run, at: builders::at() });
        assert_eq!(apply_one(&*store, restart).await, Outcome::Unchanged);
    }
}

pub async fn usage_is_added_up_over_attempts(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let used = |cached_tokens| Usage { input_tokens: 10, output_tokens: 4, cached_tokens, cost_micros: 7 };
    for (cached, (attempts, cached_so_far)) in
        [(None, (1, None)), (Some(2), (2, Some(2))), (Some(3), (3, Some(5))), (None, (4, Some(5)))]
    {
        let (run, lease) = start_next(&*store, &seed.thread, worker()).await.expect("a run to start");
        finish(&*store, &lease, FinishRun { usage: used(cached), ..end_of(run, RunStatus::Failed) }).await;
        let so_far = Usage {
            input_tokens: 10 * attempts,
            output_tokens: 4 * attempts,
            cached_tokens: cached_so_far,
            cost_micros: 7 * attempts,
        };
        assert_eq!(run_now(&*store, &turn.run).await.usage, so_far);
        apply_one(&*store, Change::Run(RunChange::Requeue { run, at: builders::at() })).await;
    }
}

pub async fn a_running_run_can_be_asked_to_stop(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let before = run_now(&*store, &turn.run).await;
    assert_eq!(apply_one(&*store, Change::Run(RunChange::RequestCancel(turn.run.id))).await, Outcome::Updated);
    assert_eq!(run_now(&*store, &turn.run).await, Run { cancel_requested: true, ..before });
    assert!(holds(&*store, Guard::RunLease { run: turn.run.id, lease }).await);
}

pub async fn a_run_that_is_not_running_cannot_be_asked_to_stop(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let failed = failed_turn(&*store, &seed).await;
    let queued = seed.turn(&*store).await;
    for turn in [failed, queued] {
        let before = run_now(&*store, &turn.run).await;
        let outcome = apply_one(&*store, Change::Run(RunChange::RequestCancel(turn.run.id))).await;
        assert_eq!(outcome, Outcome::Unchanged);
        assert_eq!(run_now(&*store, &turn.run).await, before);
    }
}

pub async fn every_kind_of_step_is_kept_and_replaced(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, _lease) = running_turn(&*store, &seed).await;
    let calls = vec![builders::id(), builders::id()];
    let kinds = [
        RunStepKind::Model { text: String::new(), tool_calls: vec![] },
        RunStepKind::Model { text: "Überlegt 🤔".to_owned(), tool_calls: calls.clone() },
        RunStepKind::Tool { tool_calls: calls },
    ];
    for (n, kind) in (0..).zip(kinds) {
        for state in [RunStepState::Started, RunStepState::Unknown, RunStepState::Done] {
            let usage = Usage { input_tokens: 1 << 33, output_tokens: 1, cached_tokens: Some(1), cost_micros: 1 };
            let step = RunStep { attempt: 1, n, kind: kind.clone(), state, usage };
            let outcome = apply_one(&*store, Change::Run(RunChange::Step(turn.run.id, step))).await;
            assert!(matches!(outcome, Outcome::Inserted | Outcome::Updated), "{outcome:?}");
        }
    }
    apply(&*store, [step_of(&turn, 2, 0, "Another attempt"), step_of(&turn, 1, 1, "Once more")]).await;
}
