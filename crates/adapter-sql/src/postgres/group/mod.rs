//! Commits in groups. Two writers take what waits, never waiting for more, and apply it set-wise in one transaction. Where
//! anything about a group is out of the ordinary (a guard does not hold, a key is taken, a lock is not given at once), all
//! of it is rolled back, and each of its commits is applied alone, as commits of other shapes always are. So a group
//! decides nothing that applying one commit would not decide the same way: refusals, conflicts and replays come from there.

mod ordinary;
mod rows;
mod statements;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use async_channel::{Receiver, Sender};
use diesel::result::Error as DieselError;
use futures_util::FutureExt;
use stead_domain::ports::store::{Commit, Committed, StoreError};
use tokio::sync::oneshot;

use self::ordinary::{Together, is_ordinary};
use super::executor::{Executor, Once};
use crate::figures;

/// A group takes up no more than so many commits: together they take a few milliseconds.
const GROUP_SIZE: usize = 64;

/// How long a writer waits for a commit that is applied alone because nothing else waited.
const ONE_ALONE: Duration = Duration::from_millis(20);

/// How many commits may wait for the writers.
const QUEUE: usize = 1_024;

/// How long a caller waits for a place in a full queue.
const QUEUE_WAIT: Duration = Duration::from_millis(500);

/// The commits that wait for the writers.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    queue: Sender<Waiting>,
    writers: usize,
}

/// What became of a commit that was to be applied in a group.
pub(super) enum Grouped {
    /// It is over.
    Ended(Result<Committed, StoreError>),
    /// Nothing was done: it is to be applied alone. What is held is dropped when that is over: a writer may wait for it.
    Alone(Option<oneshot::Sender<()>>),
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
        for _ in 0..writers {
            executor.runtime().spawn(write(executor.clone(), Receiver::clone(&waiting)));
        }
        Self { queue, writers }
    }

    /// Applies a commit with others, if it is ordinary.
    pub(super) async fn apply(&self, commit: Arc<Commit>) -> Grouped {
        if self.writers == 0 || !is_ordinary(&commit) {
            return Grouped::Alone(None);
        }
        let (reply, answer) = oneshot::channel();
        match tokio::time::timeout(QUEUE_WAIT, self.queue.send(Waiting { commit, reply })).await {
            Ok(Ok(())) => {
                answer.await.unwrap_or_else(|_dropped| Grouped::Ended(Err(GroupError::GivenUp.unavailable())))
            }
            Ok(Err(_closed)) => Grouped::Ended(Err(GroupError::GivenUp.unavailable())),
            Err(_elapsed) => Grouped::Ended(Err(GroupError::QueueFull.unavailable())),
        }
    }
}

/// A writer.
async fn write(executor: Executor, queue: Receiver<Waiting>) {
    let mut held = VecDeque::new();
    loop {
        if held.is_empty() {
            match queue.recv().await {
                Ok(first) => held.push_back(first),
                Err(_closed) => return,
            }
        }
        let (group, later) = gather(held, &queue);
        held = later;
        // A task of its own: should it panic, its commits are given up and the writer goes on.
        let executor_of_group = executor.clone();
        if let Err(error) = executor.runtime().spawn(async move { apply(&executor_of_group, group).await }).await {
            tracing::error!(%error, "a group of commits was given up");
        }
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

async fn apply(executor: &Executor, mut group: Vec<Waiting>) {
    // One commit takes fewer round trips alone. The writer waits for it all the same, so that those that come meanwhile
    // make a group; should it take long, they do not wait for it.
    if group.len() == 1
        && let Some(only) = group.pop()
    {
        let (held, over) = oneshot::channel();
        answer(only, Grouped::Alone(Some(held)));
        drop(tokio::time::timeout(ONE_ALONE, over).await);
        return;
    }
    let began = Instant::now();
    let commits: Vec<Arc<Commit>> = group.iter().map(|waiting| Arc::clone(&waiting.commit)).collect();
    match executor.write_once(move |conn| statements::apply(conn, commits).boxed()).await {
        Once::Done(done) => {
            figures::batch(group.len(), began.elapsed());
            for (waiting, outcomes) in group.into_iter().zip(done) {
                answer(waiting, Grouped::Ended(Ok(Committed::Done(outcomes))));
            }
        }
        Once::Undone(error) => {
            tracing::debug!(%error, commits = group.len(), "the commits of a group are applied one by one");
            group.into_iter().for_each(|waiting| answer(waiting, Grouped::Alone(None)));
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
