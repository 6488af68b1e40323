//! What the guards of a group ask for: the first of its two round trips. Each statement serves all commits, and takes its rows
//! in the order of their keys, so that two groups do not wait for each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Nullable, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use stead_domain::{
    ports::store::{Commit, Guard},
    run::RunStatus,
};

use super::rows::insert_idempotency;
use crate::{
    error::SqlError,
    names::ConversationKind,
    prepared::Prepare,
    rows::UNDERWAY,
    types::{DbId, DbName, DbTime, SqlUuid},
};

/// Others are not kept waiting by a commit whose rows somebody holds: it waits alone.
const NO_LONG_WAIT: &str = "SET LOCAL lock_timeout = '100ms'";

const THREADS: &str = "SELECT id AS one, organization_id AS other FROM conversations \
    WHERE id = ANY ($1) AND kind = ANY ($2) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE";

const MEMBERS: &str = "SELECT m.conversation_id AS one, m.user_id AS other \
    FROM unnest($1, $2) AS wanted (conversation_id, user_id) \
    JOIN members m ON m.conversation_id = wanted.conversation_id AND m.user_id = wanted.user_id \
    JOIN conversations c ON c.id = m.conversation_id \
    WHERE m.left_at IS NULL AND c.deleted_at IS NULL ORDER BY m.conversation_id, m.user_id FOR SHARE OF m, c";

/// Of any role. Before the agents, as whoever deletes a user takes theirs.
const USERS: &str = "SELECT id AS one, organization_id AS other FROM users \
    WHERE id = ANY ($1) AND deactivated_at IS NULL AND deleted_at IS NULL ORDER BY id FOR SHARE";

const AGENTS: &str = "SELECT id AS one, organization_id AS other FROM agents \
    WHERE id = ANY ($1) AND deleted_at IS NULL ORDER BY id FOR SHARE";

/// After whoever sends.
const MESSAGES: &str = "SELECT id AS one, conversation_id AS other FROM messages \
    WHERE id = ANY ($1) AND deleted_at IS NULL ORDER BY id FOR SHARE";

const LEASES: &str = "SELECT r.id AS one, r.lease_owner AS other \
    FROM unnest($1, $2, $3) AS wanted (id, owner, fence) JOIN runs r ON r.id = wanted.id \
    WHERE r.lease_owner = wanted.owner AND r.fence = wanted.fence AND r.status = ANY ($4) \
    ORDER BY r.id FOR NO KEY UPDATE OF r";

/// Under the lock of the thread.
const NEWEST: &str = "SELECT wanted.id AS conversation, newest.id AS message FROM unnest($1) AS wanted (id) \
    LEFT JOIN LATERAL (SELECT id FROM messages WHERE conversation_id = wanted.id AND active ORDER BY id DESC LIMIT 1) \
    AS newest ON TRUE";

/// Under the lock of the thread.
const ROOMS: &str = "SELECT wanted.conversation_id AS one, wanted.agent_id AS other \
    FROM unnest($1, $2, $3) AS wanted (conversation_id, agent_id, max) \
    WHERE wanted.max > (SELECT count(*) FROM runs WHERE runs.conversation_id = wanted.conversation_id \
                            AND runs.agent_id = wanted.agent_id AND runs.status = $4)";

/// Before they are touched, since an update takes its rows in whatever order it finds them.
const TO_BE_TOUCHED: &str =
    "SELECT id AS one, id AS other FROM threads WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE";

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
    users: Pairs,
    agents: Pairs,
    messages: Pairs,
    /// Runs with their owners and fences.
    leases: BTreeMap<(DbId, DbId), i64>,
    newest: BTreeMap<DbId, Option<DbId>>,
    /// Conversations and agents, and how many runs may wait there.
    rooms: BTreeMap<(DbId, DbId), i64>,
}

/// Notes the keys first, as for a commit alone; then takes what is guarded, then what is to be touched.
///
/// # Errors
/// A guard does not hold, or a key is there already.
pub(super) async fn lock(
    conn: &AsyncPgConnection,
    commits: &[Arc<Commit>],
    touched: &BTreeMap<DbId, DbTime>,
) -> Result<(), SqlError> {
    let wanted = Wanted::by(commits);
    let (limited, keys, threads, members, users, agents, messages, leases, newest, rooms, to_be_touched) = futures_util::join!(
        limit(conn),
        insert_idempotency(conn, commits),
        lock_threads(conn, &wanted.threads),
        lock_members(conn, &wanted.members),
        lock_each(conn, USERS, &wanted.users),
        lock_each(conn, AGENTS, &wanted.agents),
        lock_each(conn, MESSAGES, &wanted.messages),
        lock_leases(conn, &wanted.leases),
        find_newest(conn, &wanted.newest),
        find_rooms(conn, &wanted.rooms),
        lock_touched(conn, touched),
    );
    limited?;
    let keys_are_new = keys?;
    to_be_touched?;
    let all_hold = wanted.threads == threads?
        && wanted.members == members?
        && wanted.users == users?
        && wanted.agents == agents?
        && wanted.messages == messages?
        && wanted.leases.keys().copied().eq(leases?)
        && wanted.newest == newest?
        && wanted.rooms.keys().copied().eq(rooms?);
    if keys_are_new && all_hold { Ok(()) } else { Err(SqlError::Overtaken) }
}

impl Wanted {
    fn by(commits: &[Arc<Commit>]) -> Self {
        let mut wanted = Self::default();
        for guard in commits.iter().flat_map(|commit| &commit.guards) {
            wanted.add(guard);
        }
        wanted
    }

    fn add(&mut self, guard: &Guard) {
        match guard {
            Guard::Thread { organization, conversation } => {
                self.threads.insert(((*conversation).into(), (*organization).into()));
            }
            Guard::Member { conversation, user } => {
                self.members.insert(((*conversation).into(), (*user).into()));
            }
            // Of any role, in an ordinary commit.
            Guard::User { organization, user, at_least: _ } => {
                self.users.insert(((*user).into(), (*organization).into()));
            }
            Guard::Agent { organization, agent } => {
                self.agents.insert(((*agent).into(), (*organization).into()));
            }
            Guard::Message { conversation, message } => {
                self.messages.insert(((*message).into(), (*conversation).into()));
            }
            Guard::RunLease { run, lease } => {
                self.leases.insert(((*run).into(), DbId(lease.owner.0)), lease.fence);
            }
            Guard::Newest { conversation, message } => {
                self.newest.insert((*conversation).into(), message.map(DbId::from));
            }
            Guard::QueueRoom { conversation, agent, max } => {
                self.rooms.insert(((*conversation).into(), (*agent).into()), *max);
            }
            // Not in an ordinary commit.
            _ => {}
        }
    }
}

async fn limit(mut conn: &AsyncPgConnection) -> QueryResult<()> {
    conn.batch_execute(NO_LONG_WAIT).await
}

async fn lock_threads(mut conn: &AsyncPgConnection, wanted: &Pairs) -> Result<Pairs, SqlError> {
    if wanted.is_empty() {
        return Ok(Pairs::new());
    }
    let kinds = vec![DbName(ConversationKind::Thread), DbName(ConversationKind::Sidebar)];
    let query = diesel::sql_query(THREADS).bind::<Array<SqlUuid>, _>(ones(wanted)).bind::<Array<Text>, _>(kinds);
    Ok(pairs(query.prepared().load(&mut conn).await?))
}

async fn lock_members(mut conn: &AsyncPgConnection, wanted: &Pairs) -> Result<Pairs, SqlError> {
    if wanted.is_empty() {
        return Ok(Pairs::new());
    }
    let query =
        diesel::sql_query(MEMBERS).bind::<Array<SqlUuid>, _>(ones(wanted)).bind::<Array<SqlUuid>, _>(others(wanted));
    Ok(pairs(query.prepared().load(&mut conn).await?))
}

async fn lock_each(mut conn: &AsyncPgConnection, statement: &'static str, wanted: &Pairs) -> Result<Pairs, SqlError> {
    if wanted.is_empty() {
        return Ok(Pairs::new());
    }
    let query = diesel::sql_query(statement).bind::<Array<SqlUuid>, _>(ones(wanted));
    Ok(pairs(query.prepared().load(&mut conn).await?))
}

async fn lock_leases(mut conn: &AsyncPgConnection, wanted: &BTreeMap<(DbId, DbId), i64>) -> Result<Pairs, SqlError> {
    if wanted.is_empty() {
        return Ok(Pairs::new());
    }
    let query = diesel::sql_query(LEASES)
        .bind::<Array<SqlUuid>, _>(ones(wanted.keys()))
        .bind::<Array<SqlUuid>, _>(others(wanted.keys()))
        .bind::<Array<BigInt>, _>(wanted.values().copied().collect::<Vec<_>>())
        .bind::<Array<Text>, _>(UNDERWAY.to_vec());
    Ok(pairs(query.prepared().load(&mut conn).await?))
}

async fn find_newest(
    mut conn: &AsyncPgConnection,
    wanted: &BTreeMap<DbId, Option<DbId>>,
) -> Result<BTreeMap<DbId, Option<DbId>>, SqlError> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let conversations: Vec<DbId> = wanted.keys().copied().collect();
    let query = diesel::sql_query(NEWEST).bind::<Array<SqlUuid>, _>(conversations);
    let found: Vec<Newest> = query.prepared().load(&mut conn).await?;
    Ok(found.into_iter().map(|newest| (newest.conversation, newest.message)).collect())
}

async fn find_rooms(mut conn: &AsyncPgConnection, wanted: &BTreeMap<(DbId, DbId), i64>) -> Result<Pairs, SqlError> {
    if wanted.is_empty() {
        return Ok(Pairs::new());
    }
    let query = diesel::sql_query(ROOMS)
        .bind::<Array<SqlUuid>, _>(ones(wanted.keys()))
        .bind::<Array<SqlUuid>, _>(others(wanted.keys()))
        .bind::<Array<BigInt>, _>(wanted.values().copied().collect::<Vec<_>>())
        .bind::<Text, _>(DbName(RunStatus::Queued));
    Ok(pairs(query.prepared().load(&mut conn).await?))
}

async fn lock_touched(mut conn: &AsyncPgConnection, touched: &BTreeMap<DbId, DbTime>) -> Result<(), SqlError> {
    if !touched.is_empty() {
        let ids: Vec<DbId> = touched.keys().copied().collect();
        let query = diesel::sql_query(TO_BE_TOUCHED).bind::<Array<SqlUuid>, _>(ids);
        let _locked: Vec<Pair> = query.prepared().load(&mut conn).await?;
    }
    Ok(())
}

/// The first of each pair; of a pair that differs in its second alone, the same twice.
fn ones<'a>(pairs: impl IntoIterator<Item = &'a (DbId, DbId)>) -> Vec<DbId> {
    pairs.into_iter().map(|(one, _)| *one).collect()
}

fn others<'a>(pairs: impl IntoIterator<Item = &'a (DbId, DbId)>) -> Vec<DbId> {
    pairs.into_iter().map(|(_, other)| *other).collect()
}

fn pairs(found: Vec<Pair>) -> Pairs {
    found.into_iter().map(|pair| (pair.one, pair.other)).collect()
}
