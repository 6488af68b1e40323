//! A group in two round trips: what locks, then what changes. Each statement serves all commits, and takes its rows in the
//! order of their keys, so that two groups do not wait for each other.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use diesel::{
    prelude::*,
    sql_types::{Array, Nullable, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use stead_domain::ports::store::{Change, Commit, Guard, MessageChange, Outcome, ThreadChange};

use super::rows::{insert_audit, insert_events, insert_idempotency, insert_jobs, insert_messages};
use crate::{
    error::SqlError,
    names::ConversationKind,
    rows::MessageRow,
    types::{DbId, DbName, DbTime, SqlTime, SqlUuid},
};

/// Others are not kept waiting by one commit whose rows somebody holds: it waits alone.
const NO_LONG_WAIT: &str = "SET LOCAL lock_timeout = '100ms'";

const THREADS: &str = "SELECT id AS one, organization_id AS other FROM conversations \
    WHERE id = ANY ($1) AND kind = ANY ($2) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE";

const MEMBERS: &str = "SELECT m.conversation_id AS one, m.user_id AS other \
    FROM unnest($1, $2) AS wanted (conversation_id, user_id) \
    JOIN members m ON m.conversation_id = wanted.conversation_id AND m.user_id = wanted.user_id \
    JOIN conversations c ON c.id = m.conversation_id \
    WHERE m.left_at IS NULL AND c.deleted_at IS NULL ORDER BY m.conversation_id, m.user_id FOR SHARE OF m, c";

const AGENTS: &str = "SELECT id AS one, organization_id AS other FROM agents \
    WHERE id = ANY ($1) AND deleted_at IS NULL ORDER BY id FOR SHARE";

/// Under the lock of the thread.
const NEWEST: &str = "SELECT wanted.id AS conversation, newest.id AS message FROM unnest($1) AS wanted (id) \
    LEFT JOIN LATERAL (SELECT id FROM messages WHERE conversation_id = wanted.id AND active ORDER BY id DESC LIMIT 1) \
    AS newest ON TRUE";

/// Before they are touched, since an update takes its rows in whatever order it finds them.
const TO_BE_TOUCHED: &str =
    "SELECT id AS one, id AS other FROM threads WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE";

const TOUCH: &str = "UPDATE threads SET last_activity_at = touched.at FROM unnest($1, $2) AS touched (id, at) \
    WHERE threads.id = touched.id AND threads.last_activity_at < touched.at \
    RETURNING threads.id AS one, threads.id AS other";

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = SqlUuid)]
    one: DbId,
    #[diesel(sql_type = SqlUuid)]
    other: DbId,
}

#[derive(QueryableByName)]
struct Newest {
    #[diesel(sql_type = SqlUuid)]
    conversation: DbId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    message: Option<DbId>,
}

type Pairs = BTreeSet<(DbId, DbId)>;

/// What the guards of a group ask for.
#[derive(Default)]
struct Wanted {
    threads: Pairs,
    members: Pairs,
    agents: Pairs,
}

/// Applies ordinary commits that were admitted to one group; the outcomes of each.
///
/// # Errors
/// Something is out of the ordinary: roll back, and apply each alone.
pub(super) async fn apply(
    conn: &mut AsyncPgConnection,
    commits: Vec<Arc<Commit>>,
) -> Result<Vec<Vec<Outcome>>, SqlError> {
    let conn = &*conn;
    let touched = touches(&commits);
    lock(conn, &commits, &touched).await?;
    let updated = change(conn, &commits, &touched).await?;
    Ok(commits.iter().map(|commit| commit.changes.iter().map(|change| outcome(change, &updated)).collect()).collect())
}

/// The keys first, as for a commit alone; then what is guarded, then what is to be touched.
async fn lock(
    conn: &AsyncPgConnection,
    commits: &[Arc<Commit>],
    touched: &BTreeMap<DbId, DbTime>,
) -> Result<(), SqlError> {
    let wanted = wanted(commits);
    let mut first = conn;
    let (limited, keys, threads, members, agents, to_be_touched) = futures_util::join!(
        first.batch_execute(NO_LONG_WAIT),
        insert_idempotency(conn, commits),
        lock_threads(conn, &wanted.threads),
        lock_members(conn, &wanted.members),
        lock_agents(conn, &wanted.agents),
        lock_touched(conn, touched),
    );
    limited?;
    let keys_are_new = keys?;
    to_be_touched?;
    let all_hold = wanted.threads == threads? && wanted.members == members? && wanted.agents == agents?;
    if keys_are_new && all_hold { Ok(()) } else { Err(SqlError::Overtaken) }
}

async fn change(
    conn: &AsyncPgConnection,
    commits: &[Arc<Commit>],
    touched: &BTreeMap<DbId, DbTime>,
) -> Result<HashSet<DbId>, SqlError> {
    let messages = commits.iter().flat_map(|commit| &commit.changes).filter_map(|change| match change {
        Change::Message(MessageChange::Insert(message)) => Some(MessageRow::from(message)),
        _ => None,
    });
    let newest = newest_wanted(commits);
    let (found, messages, audit, updated, events, jobs) = futures_util::join!(
        // Sent before what would change its answer.
        find_newest(conn, &newest),
        insert_messages(conn, messages.collect()),
        insert_audit(conn, commits),
        touch(conn, touched),
        insert_events(conn, commits),
        insert_jobs(conn, commits),
    );
    messages?;
    audit?;
    events?;
    jobs?;
    if newest == found? { updated } else { Err(SqlError::Overtaken) }
}

fn outcome(change: &Change, updated: &HashSet<DbId>) -> Outcome {
    match change {
        Change::Thread(ThreadChange::Touch { conversation, .. }) => {
            if updated.contains(&(*conversation).into()) {
                Outcome::Updated
            } else {
                Outcome::Unchanged
            }
        }
        // Ordinary commits hold nothing but inserts beside.
        _ => Outcome::Inserted,
    }
}

fn wanted(commits: &[Arc<Commit>]) -> Wanted {
    let mut wanted = Wanted::default();
    for guard in commits.iter().flat_map(|commit| &commit.guards) {
        match guard {
            Guard::Thread { organization, conversation } => {
                wanted.threads.insert(((*conversation).into(), (*organization).into()));
            }
            Guard::Member { conversation, user } => {
                wanted.members.insert(((*conversation).into(), (*user).into()));
            }
            Guard::Agent { organization, agent } => {
                wanted.agents.insert(((*agent).into(), (*organization).into()));
            }
            // Looked at under these locks, or not in an ordinary commit.
            _ => {}
        }
    }
    wanted
}

/// What the newest messages are to be: of each conversation one commit of a group may say.
fn newest_wanted(commits: &[Arc<Commit>]) -> BTreeMap<DbId, Option<DbId>> {
    let guards = commits.iter().flat_map(|commit| &commit.guards);
    let wanted = guards.filter_map(|guard| match guard {
        Guard::Newest { conversation, message } => Some(((*conversation).into(), message.map(DbId::from))),
        _ => None,
    });
    wanted.collect()
}

/// Each thread is touched by one commit of a group.
fn touches(commits: &[Arc<Commit>]) -> BTreeMap<DbId, DbTime> {
    let changes = commits.iter().flat_map(|commit| &commit.changes);
    let touches = changes.filter_map(|change| match change {
        Change::Thread(ThreadChange::Touch { conversation, at }) => Some(((*conversation).into(), DbTime(*at))),
        _ => None,
    });
    touches.collect()
}

async fn lock_threads(mut conn: &AsyncPgConnection, wanted: &Pairs) -> Result<Pairs, SqlError> {
    if wanted.is_empty() {
        return Ok(Pairs::new());
    }
    let kinds = vec![DbName(ConversationKind::Thread), DbName(ConversationKind::Sidebar)];
    let query = diesel::sql_query(THREADS).bind::<Array<SqlUuid>, _>(ones(wanted)).bind::<Array<Text>, _>(kinds);
    Ok(pairs(query.load(&mut conn).await?))
}

async fn lock_members(mut conn: &AsyncPgConnection, wanted: &Pairs) -> Result<Pairs, SqlError> {
    if wanted.is_empty() {
        return Ok(Pairs::new());
    }
    let users: Vec<DbId> = wanted.iter().map(|(_, user)| *user).collect();
    let query = diesel::sql_query(MEMBERS).bind::<Array<SqlUuid>, _>(ones(wanted)).bind::<Array<SqlUuid>, _>(users);
    Ok(pairs(query.load(&mut conn).await?))
}

async fn lock_agents(mut conn: &AsyncPgConnection, wanted: &Pairs) -> Result<Pairs, SqlError> {
    if wanted.is_empty() {
        return Ok(Pairs::new());
    }
    Ok(pairs(diesel::sql_query(AGENTS).bind::<Array<SqlUuid>, _>(ones(wanted)).load(&mut conn).await?))
}

async fn find_newest(
    mut conn: &AsyncPgConnection,
    wanted: &BTreeMap<DbId, Option<DbId>>,
) -> Result<BTreeMap<DbId, Option<DbId>>, SqlError> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let conversations: Vec<DbId> = wanted.keys().copied().collect();
    let found: Vec<Newest> = diesel::sql_query(NEWEST).bind::<Array<SqlUuid>, _>(conversations).load(&mut conn).await?;
    Ok(found.into_iter().map(|newest| (newest.conversation, newest.message)).collect())
}

async fn lock_touched(mut conn: &AsyncPgConnection, touched: &BTreeMap<DbId, DbTime>) -> Result<(), SqlError> {
    if !touched.is_empty() {
        let ids: Vec<DbId> = touched.keys().copied().collect();
        let _locked: Vec<Pair> =
            diesel::sql_query(TO_BE_TOUCHED).bind::<Array<SqlUuid>, _>(ids).load(&mut conn).await?;
    }
    Ok(())
}

async fn touch(mut conn: &AsyncPgConnection, touched: &BTreeMap<DbId, DbTime>) -> Result<HashSet<DbId>, SqlError> {
    if touched.is_empty() {
        return Ok(HashSet::new());
    }
    let (ids, times): (Vec<DbId>, Vec<DbTime>) = touched.iter().map(|(id, at)| (*id, *at)).unzip();
    let query = diesel::sql_query(TOUCH).bind::<Array<SqlUuid>, _>(ids).bind::<Array<SqlTime>, _>(times);
    let updated: Vec<Pair> = query.load(&mut conn).await?;
    Ok(updated.into_iter().map(|pair| pair.one).collect())
}

/// The first of each pair; of a pair that differs in its second alone, the same twice.
fn ones(pairs: &Pairs) -> Vec<DbId> {
    pairs.iter().map(|(one, _)| *one).collect()
}

fn pairs(found: Vec<Pair>) -> Pairs {
    found.into_iter().map(|pair| (pair.one, pair.other)).collect()
}
