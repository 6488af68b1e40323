//! Runs that wait for their person, and what is kept of rounds with tools.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    ports::store::{Change, Guard, Outcome, RunChange, Store, ToolCallChange},
    run::{Lease, RunChunk, RunChunkKind, RunStatus, RunStep, RunStepKind, RunStepState, Usage},
    tool_call::{ToolCall, ToolCallState},
};

use super::{
    expectations::{apply, apply_one, holds},
    scenes::{message_now, run_now, running_turn, worker},
};
use crate::builders::{self, Seed, Turn};

fn waiting_call(turn: &Turn) -> ToolCall {
    ToolCall { state: ToolCallState::AwaitingApproval, ..builders::tool_call(turn) }
}

fn insert(call: &ToolCall) -> Change {
    Change::ToolCall(ToolCallChange::Insert(call.clone()))
}

fn pause(turn: &Turn) -> Change {
    Change::Run(RunChange::Pause { run: turn.run.id, until: builders::at().plus(Duration::from_secs(900)) })
}

pub async fn a_run_that_waits_is_held_by_nobody_until_it_goes_on(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let held = Guard::RunLease { run: turn.run.id, lease: lease.clone() };
    assert!(holds(&*store, held.clone()).await);
    assert_eq!(apply_one(&*store, pause(&turn)).await, Outcome::Updated);
    assert_eq!(run_now(&*store, &turn.run).await.status, RunStatus::AwaitingApproval);
    assert!(!holds(&*store, held).await, "whoever ran it has let go of it");
    assert_eq!(apply_one(&*store, pause(&turn)).await, Outcome::Unchanged);
    store.release_leases(lease.owner).await.unwrap();
    assert_eq!(store.claim_runs(worker(), 10).await.unwrap(), []);

    let owner = worker();
    let resume = Change::Run(RunChange::Resume { run: turn.run.id, owner });
    let Outcome::Started(run, fence) = apply_one(&*store, resume.clone()).await else { panic!("it goes on") };
    assert!(run == turn.run.id && fence > lease.fence);
    let now = run_now(&*store, &turn.run).await;
    assert_eq!((now.status, now.attempt), (RunStatus::Running, 1));
    assert!(holds(&*store, Guard::RunLease { run, lease: Lease { owner, fence } }).await);
    assert_eq!(apply_one(&*store, resume).await, Outcome::Unchanged);
}

pub async fn what_waited_too_long_by_the_databases_clock_is_listed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (late, _) = running_turn(&*store, &seed).await;
    let other = Seed::commit(&*store).await;
    let (patient, _) = running_turn(&*store, &other).await;
    let now = store.now().await.unwrap();
    let wait = |turn: &Turn, until| Change::Run(RunChange::Pause { run: turn.run.id, until });
    apply(
        &*store,
        [wait(&late, now.minus(Duration::from_secs(1))), wait(&patient, now.plus(Duration::from_secs(600)))],
    )
    .await;
    let listed: Vec<_> = store.list_expired_approvals(10).await.unwrap().into_iter().map(|run| run.id).collect();
    assert_eq!(listed, [late.run.id]);
    assert_eq!(store.list_expired_approvals(0).await.unwrap(), []);
}

pub async fn a_call_waits_is_allowed_starts_and_ends(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let call = waiting_call(&turn);
    let now = async || message_now(&*store, &turn.answer).await.tool_calls.remove(0);
    apply_one(&*store, insert(&call)).await;
    assert_eq!(now().await, call);
    let approve = Change::ToolCall(ToolCallChange::Approve(call.id));
    assert_eq!(apply_one(&*store, approve.clone()).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, approve.clone()).await, Outcome::Unchanged);
    assert_eq!(now().await.state, ToolCallState::Approved);
    let at = builders::at();
    let start = Change::ToolCall(ToolCallChange::Start { call: call.id, at });
    assert_eq!(apply_one(&*store, start.clone()).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, start.clone()).await, Outcome::Unchanged);
    assert_eq!((now().await.state, now().await.start_time), (ToolCallState::Open, at));
    let end = ToolCallState::Interrupted { end_time: at };
    let end = Change::ToolCall(ToolCallChange::End(call.id, end));
    assert_eq!(apply_one(&*store, end).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, approve).await, Outcome::Unchanged);
    assert_eq!(apply_one(&*store, start).await, Outcome::Unchanged);
}

pub async fn a_decision_is_guarded_by_how_many_wait(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, _) = running_turn(&*store, &seed).await;
    let (one, two) = (waiting_call(&turn), waiting_call(&turn));
    apply(&*store, [insert(&one), insert(&two)]).await;
    let undecided = |calls| Guard::Undecided { run: turn.run.id, calls };
    assert!(!holds(&*store, undecided(2)).await, "it runs");
    apply_one(&*store, pause(&turn)).await;
    assert!(holds(&*store, undecided(2)).await && !holds(&*store, undecided(1)).await);
    apply_one(&*store, Change::ToolCall(ToolCallChange::Approve(one.id))).await;
    assert!(holds(&*store, undecided(1)).await && !holds(&*store, undecided(2)).await);
}

pub async fn pieces_are_kept_with_a_commit_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, _) = running_turn(&*store, &seed).await;
    let call = waiting_call(&turn);
    let text = RunChunk { n: 0, chars_from: 0, kind: RunChunkKind::Text("May I?".to_owned()) };
    let pieces = [
        text,
        RunChunk { n: 0, chars_from: 6, kind: RunChunkKind::ApprovalRequested(call.id) },
        RunChunk { n: 1, chars_from: 6, kind: RunChunkKind::ToolCallStarted(call.id) },
        RunChunk { n: 2, chars_from: 6, kind: RunChunkKind::ToolCallCompleted(call.id) },
        RunChunk { n: 3, chars_from: 6, kind: RunChunkKind::Text(" Yes.".to_owned()) },
    ];
    let tell = Change::Run(RunChange::Tell { run: turn.run.id, attempt: 1, chunks: pieces.to_vec() });
    apply(&*store, [tell.clone(), tell]).await;
    assert_eq!(store.list_run_chunks(turn.run.id, 1, 0).await.unwrap(), pieces);
    assert_eq!(store.list_run_chunks(turn.run.id, 1, 6).await.unwrap(), pieces[1..]);
}

pub async fn what_rounds_used_is_added_up(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, _) = running_turn(&*store, &seed).await;
    let usage = Usage { input_tokens: 10, output_tokens: 3, cached_tokens: Some(2), cost_micros: 5 };
    let used = Change::Run(RunChange::Use { run: turn.run.id, usage });
    apply(&*store, [used.clone(), used]).await;
    let twice = Usage { input_tokens: 20, output_tokens: 6, cached_tokens: Some(4), cost_micros: 10 };
    assert_eq!(run_now(&*store, &turn.run).await.usage, twice);
}

pub async fn the_steps_of_runs_are_listed_the_newest_of_a_number(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (one, two) = (seed.turn(&*store).await, seed.turn(&*store).await);
    let call = builders::tool_call(&one);
    let step = |attempt, n, kind| RunStep {
        attempt,
        n,
        kind,
        state: RunStepState::Done,
        usage: Usage { input_tokens: 1, ..Usage::default() },
    };
    let model = |text: &str| RunStepKind::Model { text: text.to_owned(), tool_calls: vec![call.id] };
    let steps = [
        step(1, 0, model("first")),
        step(2, 1, RunStepKind::Tool { tool_calls: vec![call.id] }),
        step(2, 2, RunStepKind::Model { text: "größer".to_owned(), tool_calls: vec![] }),
    ];
    let old = step(1, 1, RunStepKind::Tool { tool_calls: vec![] });
    for step in steps.iter().chain([&old]) {
        apply_one(&*store, Change::Run(RunChange::Step(one.run.id, step.clone()))).await;
    }
    apply_one(&*store, Change::Run(RunChange::Step(two.run.id, steps[2].clone()))).await;
    let listed = store.list_run_steps(seed.organization.id, vec![two.run.id, one.run.id]).await.unwrap();
    let of = |run| listed.iter().filter(|(of, _)| *of == run).map(|(_, step)| step.clone()).collect::<Vec<_>>();
    assert_eq!((of(one.run.id), of(two.run.id)), (steps.to_vec(), vec![steps[2].clone()]));
    assert_eq!(store.list_run_steps(other.organization.id, vec![one.run.id]).await.unwrap(), []);
    assert_eq!(store.list_run_steps(seed.organization.id, vec![]).await.unwrap(), []);
}
