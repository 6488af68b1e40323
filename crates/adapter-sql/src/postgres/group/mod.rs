//! Commits in groups. Two writers take what waits, never waiting for more, and apply it set-wise in one transaction; a commit
//! that finds a writer's turn free is a group of one at once, on its caller's task. Where anything about a group is out of the
//! ordinary (a guard does not hold, a key is taken, a lock is not given at once), all of it is rolled back, and each of its
//! commits is applied alone, as commits of other shapes always are. So a group decides nothing that applying one commit would
//! not decide the same way: refusals, conflicts and replays come from there.

/// One column of rows.
macro_rules! column {
    ($rows:expr, $name:ident) => {
        $rows.iter().map(|row| row.$name.clone()).collect::<Vec<_>>()
    };
}

mod answers;
mod apply;
mod changes;
mod inserts;
mod locks;
mod ordinary;
mod rows;
mod start_next;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use async_channel::{Receiver, Sender};
use diesel::result::Error as DieselError;
use futures_util::FutureExt;
use stead_domain::ports::store::{Commit, Committed, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use self::{
    apply::apply,
    ordinary::{Together, is_ordinary},
};
use super::executor::{Executor, Once};

/// A group takes up no more than so many commits: together they take a few milliseconds.
const GROUP_SIZE: usize = 64;

/// How long a commit that is a group of one keeps its turn: should it take longer, others do not wait for it.
const TURN: Duration = Duration::from_millis(20);

/// How many commits may wait for the writers.
const QUEUE: usize = 1_024;

/// How long a caller waits for a place in a full queue.
const QUEUE_WAIT: Duration = Duration::from_millis(500);

/// The commits that wait for the writers.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    queue: Sender<Waiting>,
    /// As many as there are writers: whoever applies a group has one.
    turns: Arc<Semaphore>,
    writers: usize,
}

/// What became of a commit that was to be applied in a group.
pub(super) enum Grouped {
    /// It is over.
    Ended(Result<Committed, StoreError>),
    /// Nothing was done: it is to be applied alone.
    Alone,
}

struct Waiting {
    commit: Arc<Commit>,
    reply: oneshot::Sender<Grouped>,
}

/// A group did not come to its end.
#[derive(Debug, thiserror::Error)]
enum GroupError {
    #[error("too many commits are waiting for the database")]
    QueueFull,
    #[error("the commits of a group were not made durable")]
    Lost(#[source] Arc<DieselError>),
    #[error("a group of commits was given up")]
    GivenUp,
}

impl GroupError {
    fn unavailable(self) -> StoreError {
        StoreError::Unavailable(Box::new(self))
    }
}

impl Groups {
    /// Starts the writers. They end when nobody can send them anything any more.
    pub(super) fn start(executor: &Executor, writers: usize) -> Self {
        let (queue, waiting) = async_channel::bounded(QUEUE);
        let turns = Arc::new(Semaphore::new(writers));
        for _ in 0..writers {
            executor.runtime().spawn(write(executor.clone(), Receiver::clone(&waiting), Arc::clone(&turns)));
        }
        Self { queue, turns, writers }
    }

    /// Applies a commit with others, if it is ordinary.
    pub(super) async fn apply(&self, executor: &Executor, commit: &Arc<Commit>) -> Grouped {
        if self.writers == 0 || !is_ordinary(commit) {
            return Grouped::Alone;
        }
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return apply_one(executor, commit, turn).await;
        }
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { commit: Arc::clone(commit), reply };
        match tokio::time::timeout(QUEUE_WAIT, self.queue.send(waiting)).await {
            Ok(Ok(())) => {
                answer.await.unwrap_or_else(|_dropped| Grouped::Ended(Err(GroupError::GivenUp.unavailable())))
            }
            Ok(Err(_closed)) => Grouped::Ended(Err(GroupError::GivenUp.unavailable())),
            Err(_elapsed) => Grouped::Ended(Err(GroupError::QueueFull.unavailable())),
        }
    }
}

/// Applies a commit as a group of one. Those that come meanwhile wait for the turn, and make a group.
async fn apply_one(executor: &Executor, commit: &Arc<Commit>, turn: OwnedSemaphorePermit) -> Grouped {
    let commits = vec![Arc::clone(commit)];
    let applied = executor.write_once(1, move |conn| apply(conn, commits).boxed());
    let mut applied = std::pin::pin!(applied);
    let ended = match tokio::time::timeout(TURN, &mut applied).await {
        Ok(ended) => ended,
        Err(_elapsed) => {
            drop(turn);
            applied.await
        }
    };
    match ended {
        Once::Done(done) => Grouped::Ended(Ok(Committed::Done(done.into_iter().flatten().collect()))),
        Once::Undone(error) => {
            tracing::debug!(%error, "a commit is applied alone");
            Grouped::Alone
        }
        Once::Unknown(error) => Grouped::Ended(Err(GroupError::Lost(Arc::new(error)).unavailable())),
    }
}

/// A writer.
async fn write(executor: Executor, queue: Receiver<Waiting>, turns: Arc<Semaphore>) {
    let mut held = VecDeque::new();
    loop {
        if held.is_empty() {
            match queue.recv().await {
                Ok(first) => held.push_back(first),
                Err(_closed) => return,
            }
        }
        // The more come while it waits for its turn, the larger is the group.
        let Ok(turn) = Arc::clone(&turns).acquire_owned().await else { return };
        let (group, later) = gather(held, &queue);
        held = later;
        // A task of its own: should it panic, its commits are given up and the writer goes on.
        let executor_of_group = executor.clone();
        if let Err(error) = executor.runtime().spawn(async move { apply_all(&executor_of_group, group).await }).await {
            tracing::error!(%error, "a group of commits was given up");
        }
        drop(turn);
    }
}

/// What waits and can be applied together, and what of it has to wait for the next group.
fn gather(held: VecDeque<Waiting>, queue: &Receiver<Waiting>) -> (Vec<Waiting>, VecDeque<Waiting>) {
    let (mut group, mut later, mut together) = (Vec::new(), VecDeque::new(), Together::default());
    let mut held = held.into_iter();
    while group.len() < GROUP_SIZE && later.len() < GROUP_SIZE {
        let Some(waiting) = held.next().or_else(|| queue.try_recv().ok()) else { break };
        if together.admit(&waiting.commit) {
            group.push(waiting);
        } else {
            later.push_back(waiting);
        }
    }
    later.extend(held);
    (group, later)
}

async fn apply_all(executor: &Executor, group: Vec<Waiting>) {
    let commits: Vec<Arc<Commit>> = group.iter().map(|waiting| Arc::clone(&waiting.commit)).collect();
    match executor.write_once(group.len(), move |conn| apply(conn, commits).boxed()).await {
        Once::Done(done) => {
            for (waiting, outcomes) in group.into_iter().zip(done) {
                answer(waiting, Grouped::Ended(Ok(Committed::Done(outcomes))));
            }
        }
        Once::Undone(error) => {
            tracing::debug!(%error, commits = group.len(), "the commits of a group are applied one by one");
            group.into_iter().for_each(|waiting| answer(waiting, Grouped::Alone));
        }
        Once::Unknown(error) => {
            tracing::error!(%error, commits = group.len(), "a group of commits was lost");
            let error = Arc::new(error);
            for waiting in group {
                let lost = GroupError::Lost(Arc::clone(&error)).unavailable();
                answer(waiting, Grouped::Ended(Err(lost)));
            }
        }
    }
}

fn answer(waiting: Waiting, grouped: Grouped) {
    if waiting.reply.send(grouped).is_err() {
        tracing::debug!("nobody waits for a commit any more");
    }
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}
