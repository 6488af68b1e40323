//! The pieces of a run's stream.

use std::sync::Arc;

use stead_domain::{
    ports::store::{AppendChunks, Appended, Change, RunChange, Store},
    run::{Lease, RunChunk, RunChunkKind, RunStatus},
};

use super::{
    expectations::apply_one,
    scenes::{end_of, finish, running_turn, start_next, worker},
};
use crate::builders::{self, Seed, Turn};

pub(super) fn text_chunk(n: i32, chars_from: i32, text: &str) -> RunChunk {
    RunChunk { n, chars_from, kind: RunChunkKind::Text(text.to_owned()) }
}

const KEPT: Appended = Appended::Kept { cancel_requested: false };

async fn append(store: &dyn Store, turn: &Turn, lease: &Lease, attempt: i32, chunks: &[RunChunk]) -> Appended {
    let chunks = AppendChunks { run: turn.run.id, lease: lease.clone(), attempt, chunks: chunks.to_vec() };
    store.append_run_chunks(chunks).await.unwrap()
}

async fn kept(store: &dyn Store, turn: &Turn, attempt: i32) -> Vec<RunChunk> {
    store.list_run_chunks(turn.run.id, attempt, 0).await.unwrap()
}

pub async fn every_kind_of_chunk_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let chunks = [
        text_chunk(0, 0, "Ein Wort 🧩 \r\n"),
        RunChunk { n: 1, chars_from: 12, kind: RunChunkKind::ToolCallStarted(builders::id()) },
        RunChunk { n: 2, chars_from: 12, kind: RunChunkKind::ToolCallCompleted(builders::id()) },
        text_chunk(3, 12, &"語".repeat(40_000)),
    ];
    assert_eq!(append(&*store, &turn, &lease, 1, &chunks).await, KEPT);
    assert_eq!(kept(&*store, &turn, 1).await, chunks);
}

pub async fn chunks_are_listed_by_number_then_place(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let chunks = [text_chunk(0, 0, "a"), text_chunk(0, 9, "b"), text_chunk(0, 10, "c"), text_chunk(1, 2, "d")];
    let mixed = [chunks[3].clone(), chunks[1].clone(), chunks[0].clone()];
    append(&*store, &turn, &lease, 1, &mixed).await;
    append(&*store, &turn, &lease, 1, &chunks[2..3]).await;
    assert_eq!(kept(&*store, &turn, 1).await, chunks);
}

pub async fn chunks_are_listed_from_the_one_that_holds_a_character(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let chunks = [text_chunk(0, 0, "one"), text_chunk(0, 3, "two"), text_chunk(0, 6, "three")];
    append(&*store, &turn, &lease, 1, &chunks).await;
    for (chars_from, first) in [(0, 0), (2, 0), (3, 1), (5, 1), (6, 2), (100, 2)] {
        let listed = store.list_run_chunks(turn.run.id, 1, chars_from).await.unwrap();
        assert_eq!(listed, chunks[first..], "from {chars_from}");
    }
}

pub async fn chunks_that_are_there_are_left_as_they_are(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let first = [text_chunk(0, 0, "one"), text_chunk(0, 3, "two")];
    assert_eq!(append(&*store, &turn, &lease, 1, &first).await, KEPT);
    assert_eq!(append(&*store, &turn, &lease, 1, &first).await, KEPT);
    let overlapping = [text_chunk(0, 3, "ZWEI"), text_chunk(0, 6, "three")];
    assert_eq!(append(&*store, &turn, &lease, 1, &overlapping).await, KEPT);
    let expected = [first[0].clone(), first[1].clone(), overlapping[1].clone()];
    assert_eq!(kept(&*store, &turn, 1).await, expected);
}

pub async fn chunks_are_kept_by_run_and_attempt(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    append(&*store, &turn, &lease, 1, &[text_chunk(0, 0, "first")]).await;
    finish(&*store, &lease, end_of(turn.run.id, RunStatus::Failed)).await;
    apply_one(&*store, Change::Run(RunChange::Requeue { run: turn.run.id, at: builders::at() })).await;
    let (_, lease) = start_next(&*store, &seed.thread, worker()).await.expect("a run to start");
    append(&*store, &turn, &lease, 2, &[text_chunk(0, 0, "second")]).await;

    assert_eq!(kept(&*store, &turn, 1).await, [text_chunk(0, 0, "first")]);
    assert_eq!(kept(&*store, &turn, 2).await, [text_chunk(0, 0, "second")]);
    assert_eq!(kept(&*store, &turn, 3).await, []);
    assert_eq!(store.list_run_chunks(builders::id(), 1, 0).await.unwrap(), vec![]);
}

pub async fn no_chunks_are_kept_too(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    assert_eq!(append(&*store, &turn, &lease, 1, &[]).await, KEPT);
    assert_eq!(kept(&*store, &turn, 1).await, []);
}

pub async fn an_append_tells_that_the_run_is_to_stop(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    apply_one(&*store, Change::Run(RunChange::RequestCancel(turn.run.id))).await;
    let appended = append(&*store, &turn, &lease, 1, &[text_chunk(0, 0, "last words")]).await;
    assert_eq!(appended, Appended::Kept { cancel_requested: true });
    assert_eq!(kept(&*store, &turn, 1).await, [text_chunk(0, 0, "last words")]);
}

pub async fn nothing_is_kept_under_somebody_elses_lease(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    for wrong in [
        Lease { owner: worker(), ..lease.clone() },
        Lease { fence: lease.fence - 1, ..lease.clone() },
        Lease { fence: lease.fence + 1, ..lease.clone() },
    ] {
        assert_eq!(append(&*store, &turn, &wrong, 1, &[text_chunk(0, 0, "x")]).await, Appended::LeaseLost);
    }
    assert_eq!(kept(&*store, &turn, 1).await, []);
}

pub async fn nothing_is_kept_after_the_run_was_taken(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lost) = running_turn(&*store, &seed).await;
    store.release_leases(lost.owner).await.unwrap();
    let taken = store.claim_runs(worker(), 1).await.unwrap().remove(0);
    assert_eq!(append(&*store, &turn, &lost, 1, &[text_chunk(0, 0, "late")]).await, Appended::LeaseLost);
    assert_eq!(append(&*store, &turn, &taken.lease, 1, &[text_chunk(0, 0, "mine")]).await, KEPT);
    assert_eq!(kept(&*store, &turn, 1).await, [text_chunk(0, 0, "mine")]);
}

pub async fn nothing_is_kept_of_a_run_that_is_not_under_way(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (ended, lease) = running_turn(&*store, &seed).await;
    finish(&*store, &lease, end_of(ended.run.id, RunStatus::Completed)).await;
    let queued = seed.turn(&*store).await;
    let unknown = builders::turn(&seed.thread);
    for turn in [&ended, &queued, &unknown] {
        let appended = append(&*store, turn, &lease, 1, &[text_chunk(0, 0, "late")]).await;
        assert_eq!(appended, Appended::LeaseLost);
        assert_eq!(kept(&*store, turn, 1).await, []);
    }
}

pub async fn at_most_ten_thousand_chunks_are_listed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    for hundred in 0..101 {
        let chunks: Vec<RunChunk> = (0..100).map(|n| text_chunk(hundred, n, "x")).collect();
        assert_eq!(append(&*store, &turn, &lease, 1, &chunks).await, KEPT);
    }
    let listed = kept(&*store, &turn, 1).await;
    assert_eq!(listed.len(), 10_000);
    assert_eq!(listed[9_999], text_chunk(99, 99, "x"));
}
