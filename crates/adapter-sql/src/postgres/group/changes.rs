//! What the commits of a group change: the second of its two round trips, one statement a kind of change.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use diesel::{prelude::*, sql_types::Array};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use stead_domain::ports::store::{Change, Commit, MessageChange, Outcome, RunChange, ThreadChange};

use super::{
    answers::{finish_messages, finish_runs, write_steps},
    inserts::{insert_mentions, insert_messages, insert_runs, insert_threads},
    rows::{insert_audit, insert_events, insert_jobs},
    start_next::start_next,
};
use crate::{
    error::SqlError,
    prepared::Prepare,
    types::{DbId, DbTime, SqlTime, SqlUuid},
};

const TOUCH: &str = "UPDATE threads SET last_activity_at = touched.at FROM unnest($1, $2) AS touched (id, at) \
    WHERE threads.id = touched.id AND threads.last_activity_at < touched.at RETURNING threads.id";

/// A row that was changed.
#[derive(QueryableByName)]
pub(super) struct Changed {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: DbId,
}

/// A run's step: run, attempt, number.
pub(super) type StepKey = (DbId, i32, i32);

/// What was found to be changed, beside what was inserted.
struct Applied {
    touched: HashSet<DbId>,
    messages: HashSet<DbId>,
    /// Those that were not there before.
    steps: HashSet<StepKey>,
    runs: HashSet<DbId>,
    /// By conversation and agent: the run and its fence.
    started: HashMap<(DbId, DbId), (DbId, i64)>,
}

/// Applies the changes; the outcomes of each commit.
pub(super) async fn change(
    conn: &AsyncPgConnection,
    commits: &[Arc<Commit>],
    touched: &BTreeMap<DbId, DbTime>,
) -> Result<Vec<Vec<Outcome>>, SqlError> {
    let changes: Vec<&Change> = commits.iter().flat_map(|commit| &commit.changes).collect();
    let (threads, messages, mentions, runs, finished, steps, ended, touched, started, audit, events, jobs) = futures_util::join!(
        insert_threads(conn, &changes),
        insert_messages(conn, &changes),
        insert_mentions(conn, &changes),
        insert_runs(conn, &changes),
        finish_messages(conn, &changes),
        write_steps(conn, &changes),
        finish_runs(conn, &changes),
        touch(conn, touched),
        start_next(conn, &changes),
        insert_audit(conn, &changes),
        insert_events(conn, commits),
        insert_jobs(conn, commits),
    );
    threads?;
    messages?;
    mentions?;
    runs?;
    audit?;
    events?;
    jobs?;
    let applied = Applied { touched: touched?, messages: finished?, steps: steps?, runs: ended?, started: started? };
    Ok(commits.iter().map(|commit| commit.changes.iter().map(|change| applied.outcome(change)).collect()).collect())
}

impl Applied {
    fn outcome(&self, change: &Change) -> Outcome {
        let updated = |is_updated| if is_updated { Outcome::Updated } else { Outcome::Unchanged };
        match change {
            Change::Thread(ThreadChange::Touch { conversation, .. }) => {
                updated(self.touched.contains(&(*conversation).into()))
            }
            Change::Message(MessageChange::Finish(finish)) => updated(self.messages.contains(&finish.message.into())),
            Change::Run(RunChange::Finish(finish)) => updated(self.runs.contains(&finish.run.into())),
            Change::Run(RunChange::Step(run, step)) => {
                let is_new = self.steps.contains(&((*run).into(), step.attempt, step.n));
                if is_new { Outcome::Inserted } else { Outcome::Updated }
            }
            Change::Run(RunChange::StartNext { conversation, agent, .. }) => {
                let started = self.started.get(&((*conversation).into(), (*agent).into()));
                started.map_or(Outcome::Unchanged, |(run, fence)| Outcome::Started((*run).into(), *fence))
            }
            // Ordinary commits hold nothing but inserts beside.
            _ => Outcome::Inserted,
        }
    }
}

/// Each thread is touched by one commit of a group.
pub(super) fn touches(commits: &[Arc<Commit>]) -> BTreeMap<DbId, DbTime> {
    let changes = commits.iter().flat_map(|commit| &commit.changes);
    let touches = changes.filter_map(|change| match change {
        Change::Thread(ThreadChange::Touch { conversation, at }) => Some(((*conversation).into(), DbTime(*at))),
        _ => None,
    });
    touches.collect()
}

async fn touch(mut conn: &AsyncPgConnection, touched: &BTreeMap<DbId, DbTime>) -> Result<HashSet<DbId>, SqlError> {
    if touched.is_empty() {
        return Ok(HashSet::new());
    }
    let (ids, times): (Vec<DbId>, Vec<DbTime>) = touched.iter().map(|(id, at)| (*id, *at)).unzip();
    let query = diesel::sql_query(TOUCH).bind::<Array<SqlUuid>, _>(ids).bind::<Array<SqlTime>, _>(times);
    let updated: Vec<Changed> = query.prepared().load(&mut conn).await?;
    Ok(updated.into_iter().map(|row| row.id).collect())
}
