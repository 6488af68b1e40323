//! Guards: conditions that are looked at under a lock, so that they hold until the end of the transaction.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    AgentId, ConversationId, JobId, OrganizationId, RunId, UserId,
    ports::store::{Guard, Versioned},
    run::{Lease, RunStatus},
};

use super::{
    super::{messages::newest_message, runs::UNDERWAY},
    people,
    prelude::{Conn, locked, share_locked},
};
use crate::{
    error::SqlError,
    names::ConversationKind,
    schema::{agents, conversations, jobs, members, organizations, runs, threads, users},
    types::{DbId, DbName},
};

/// Checks the guards in their order.
///
/// # Errors
/// The first that does not hold.
pub(super) async fn check(conn: &mut Conn, guards: &[Guard]) -> Result<(), SqlError> {
    lock_conversations(conn, guards).await?;
    for guard in guards {
        if !holds(conn, guard).await? {
            return Err(SqlError::Refused(guard.clone()));
        }
    }
    Ok(())
}

/// Locks the conversations of which only one commit may judge the newest message, the queue or the thread at a time.
/// First of all locks and in order of their ids, so that no two commits wait for each other.
async fn lock_conversations(conn: &mut Conn, guards: &[Guard]) -> Result<(), SqlError> {
    let judged = guards.iter().filter_map(|guard| match guard {
        Guard::Thread { conversation, .. }
        | Guard::Newest { conversation, .. }
        | Guard::QueueRoom { conversation, .. }
        | Guard::Version(Versioned::Thread(conversation), _) => Some(DbId::from(*conversation)),
        Guard::Member { .. }
        | Guard::Organization(_)
        | Guard::User { .. }
        | Guard::AnotherOwner { .. }
        | Guard::SoleMember { .. }
        | Guard::Invitation { .. }
        | Guard::Agent { .. }
        | Guard::Version(Versioned::Organization(_) | Versioned::User(_) | Versioned::Agent(_), _)
        | Guard::RunLease { .. }
        | Guard::RunStatus { .. }
        | Guard::JobLease { .. } => None,
    });
    for id in judged.collect::<BTreeSet<DbId>>() {
        let query = conversations::table.filter(conversations::id.eq(id)).select(conversations::id);
        // Where there is none, there is nothing to lock, and the guard will say so.
        let _locked: Option<DbId> = locked!(query).first(conn).await.optional()?;
    }
    Ok(())
}

async fn holds(conn: &mut Conn, guard: &Guard) -> Result<bool, SqlError> {
    match guard {
        Guard::Member { conversation, user } => member(conn, *conversation, *user).await,
        Guard::Thread { organization, conversation } => thread(conn, *organization, *conversation).await,
        Guard::Organization(id) => people::organization(conn, *id).await,
        Guard::User { organization, user, at_least } => people::user(conn, *organization, *user, *at_least).await,
        Guard::AnotherOwner { organization, besides } => people::another_owner(conn, *organization, *besides).await,
        Guard::SoleMember { organization, user } => people::sole_member(conn, *organization, *user).await,
        Guard::Invitation { invitation, at } => people::invitation(conn, *invitation, *at).await,
        Guard::Agent { organization, agent: id } => agent(conn, *organization, *id).await,
        Guard::Newest { conversation, message } => Ok(newest_message(conn, *conversation).await? == *message),
        Guard::QueueRoom { conversation, agent, max } => queue_room(conn, *conversation, *agent, *max).await,
        Guard::Version(subject, version) => Ok(version_of(conn, *subject).await? == Some(*version)),
        Guard::RunLease { run, lease } => run_lease(conn, *run, lease).await,
        Guard::RunStatus { run, status } => run_status(conn, *run, *status).await,
        Guard::JobLease { job, lease } => job_lease(conn, *job, lease).await,
    }
}

async fn member(conn: &mut Conn, conversation: ConversationId, user: UserId) -> Result<bool, SqlError> {
    let query = members::table
        .inner_join(conversations::table)
        .filter(members::conversation_id.eq(DbId::from(conversation)))
        .filter(members::user_id.eq(DbId::from(user)))
        .filter(members::left_at.is_null())
        .filter(conversations::deleted_at.is_null())
        .select(members::id);
    let found: Option<DbId> = share_locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}

async fn thread(conn: &mut Conn, organization: OrganizationId, conversation: ConversationId) -> Result<bool, SqlError> {
    let query = conversations::table
        .filter(conversations::id.eq(DbId::from(conversation)))
        .filter(conversations::organization_id.eq(DbId::from(organization)))
        .filter(conversations::kind.eq_any([DbName(ConversationKind::Thread), DbName(ConversationKind::Sidebar)]))
        .filter(conversations::deleted_at.is_null())
        .select(conversations::id);
    let found: Option<DbId> = query.first(conn).await.optional()?;
    Ok(found.is_some())
}

async fn agent(conn: &mut Conn, organization: OrganizationId, id: AgentId) -> Result<bool, SqlError> {
    let query = agents::table
        .filter(agents::id.eq(DbId::from(id)))
        .filter(agents::organization_id.eq(DbId::from(organization)))
        .filter(agents::deleted_at.is_null())
        .select(agents::id);
    let found: Option<DbId> = share_locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}

async fn queue_room(conn: &mut Conn, conversation: ConversationId, agent: AgentId, max: i64) -> Result<bool, SqlError> {
    let queued: i64 = runs::table
        .filter(runs::conversation_id.eq(DbId::from(conversation)))
        .filter(runs::agent_id.eq(DbId::from(agent)))
        .filter(runs::status.eq(DbName(RunStatus::Queued)))
        .count()
        .get_result(conn)
        .await?;
    Ok(queued < max)
}

async fn version_of(conn: &mut Conn, subject: Versioned) -> Result<Option<i64>, SqlError> {
    let version = match subject {
        Versioned::Organization(id) => {
            let query = organizations::table.filter(organizations::id.eq(DbId::from(id)));
            locked!(query.select(organizations::version)).first(conn).await
        }
        Versioned::User(id) => {
            let query = users::table.filter(users::id.eq(DbId::from(id)));
            locked!(query.select(users::version)).first(conn).await
        }
        Versioned::Agent(id) => {
            let query = agents::table.filter(agents::id.eq(DbId::from(id)));
            locked!(query.select(agents::version)).first(conn).await
        }
        // Locked before.
        Versioned::Thread(id) => {
            let query = threads::table.inner_join(conversations::table).filter(threads::id.eq(DbId::from(id)));
            query.select(conversations::version).first(conn).await
        }
    };
    Ok(version.optional()?)
}

async fn run_lease(conn: &mut Conn, run: RunId, lease: &Lease) -> Result<bool, SqlError> {
    let query = runs::table
        .filter(runs::id.eq(DbId::from(run)))
        .filter(runs::status.eq_any(UNDERWAY))
        .filter(runs::lease_owner.eq(DbId(lease.owner.0)))
        .filter(runs::fence.eq(lease.fence))
        .select(runs::id);
    let found: Option<DbId> = locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}

async fn run_status(conn: &mut Conn, run: RunId, status: RunStatus) -> Result<bool, SqlError> {
    let query =
        runs::table.filter(runs::id.eq(DbId::from(run))).filter(runs::status.eq(DbName(status))).select(runs::id);
    let found: Option<DbId> = locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}

async fn job_lease(conn: &mut Conn, job: JobId, lease: &Lease) -> Result<bool, SqlError> {
    let query = jobs::table
        .filter(jobs::id.eq(DbId::from(job)))
        .filter(jobs::lease_owner.eq(DbId(lease.owner.0)))
        .filter(jobs::fence.eq(lease.fence))
        .select(jobs::id);
    let found: Option<DbId> = locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}
