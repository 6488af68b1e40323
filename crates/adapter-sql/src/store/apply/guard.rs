//! Guards: conditions that are looked at under a lock, so that they hold until the end of the transaction.

use std::{collections::BTreeSet, sync::OnceLock};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    AgentId, ConversationId, JobId, McpServerId, MessageId, OrganizationId, RunId, UserId,
    ports::store::{Guard, Versioned},
    run::{Lease, RunStatus},
};

use super::{
    super::{messages::newest_message, runs::UNDERWAY},
    channel_guards as channel, channel_message, file, people,
    prelude::{Conn, locked, share_locked},
};
use crate::{
    error::SqlError,
    names::{ConversationKind, ToolCallStatus},
    prepared::Prepare,
    schema::{
        agents, channels, conversations, jobs, mcp_servers, members, messages, organizations, personas, runs, threads,
        tool_calls, users,
    },
    types::{DbId, DbName},
};

static MEMBER: OnceLock<String> = OnceLock::new();

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
        | Guard::AnotherAdmin { conversation, .. }
        | Guard::MemberRoom { conversation, .. }
        | Guard::Version(Versioned::Thread(conversation) | Versioned::Channel(conversation), _) => {
            Some(DbId::from(*conversation))
        }
        Guard::Member { .. }
        | Guard::MemberRole { .. }
        | Guard::Channel { .. }
        | Guard::Organization(_)
        | Guard::User { .. }
        | Guard::AnotherOwner { .. }
        | Guard::SoleMember { .. }
        | Guard::Invitation { .. }
        | Guard::Agent { .. }
        | Guard::Message { .. }
        | Guard::PinRoom { .. }
        | Guard::StandInRoom { .. }
        | Guard::Files { .. }
        | Guard::StorageRoom { .. }
        | Guard::McpServer { .. }
        | Guard::Version(
            Versioned::Organization(_)
            | Versioned::User(_)
            | Versioned::Agent(_)
            | Versioned::McpServer(_)
            | Versioned::Message(_)
            | Versioned::Persona(_),
            _,
        )
        | Guard::RunLease { .. }
        | Guard::RunStatus { .. }
        | Guard::Undecided { .. }
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
        Guard::Channel { organization, conversation } => channel::there(conn, *organization, *conversation).await,
        Guard::MemberRole { conversation, user, at_least } => {
            channel::has_role(conn, *conversation, *user, *at_least).await
        }
        Guard::AnotherAdmin { conversation, besides } => channel::another_admin(conn, *conversation, *besides).await,
        Guard::MemberRoom { conversation, more, max } => channel::room(conn, *conversation, *more, *max).await,
        Guard::Organization(id) => people::organization(conn, *id).await,
        Guard::User { organization, user, at_least } => people::user(conn, *organization, *user, *at_least).await,
        Guard::AnotherOwner { organization, besides } => people::another_owner(conn, *organization, *besides).await,
        Guard::SoleMember { organization, user } => people::sole_member(conn, *organization, *user).await,
        Guard::Invitation { invitation, at } => people::invitation(conn, *invitation, *at).await,
        Guard::Agent { organization, agent: id } => agent(conn, *organization, *id).await,
        Guard::Files { organization, user, files } => file::readable(conn, *organization, *user, files).await,
        Guard::StorageRoom { organization, size, max } => file::room(conn, *organization, *size, *max).await,
        Guard::McpServer { organization, server } => mcp_server(conn, *organization, *server).await,
        Guard::Newest { conversation, message } => Ok(newest_message(conn, *conversation).await? == *message),
        Guard::Message { conversation, message: id } => message(conn, *conversation, *id).await,
        Guard::PinRoom { channel, max } => channel_message::pin_room(conn, *channel, *max).await,
        Guard::StandInRoom { organization, user, since, max } => {
            people::stand_in_room(conn, *organization, *user, *since, *max).await
        }
        Guard::QueueRoom { conversation, agent, max } => queue_room(conn, *conversation, *agent, *max).await,
        Guard::Version(subject, version) => Ok(version_of(conn, *subject).await? == Some(*version)),
        Guard::RunLease { run, lease } => run_lease(conn, *run, lease).await,
        Guard::RunStatus { run, status } => run_status(conn, *run, *status).await,
        Guard::Undecided { run, calls } => undecided(conn, *run, *calls).await,
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
    let found: Option<DbId> = share_locked!(query).unchanging(&MEMBER).get_result(conn).await.optional()?;
    Ok(found.is_some())
}

async fn thread(conn: &mut Conn, organization: OrganizationId, conversation: ConversationId) -> Result<bool, SqlError> {
    let query = conversations::table
        .filter(conversations::id.eq(DbId::from(conversation)))
        .filter(conversations::organization_id.eq(DbId::from(organization)))
        .filter(conversations::kind.eq_any([DbName(ConversationKind::Thread), DbName(ConversationKind::Sidebar)]))
        .filter(conversations::deleted_at.is_null())
        .select(conversations::id);
    let found: Option<DbId> = query.prepared().get_result(conn).await.optional()?;
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

async fn mcp_server(conn: &mut Conn, organization: OrganizationId, id: McpServerId) -> Result<bool, SqlError> {
    let query = mcp_servers::table
        .filter(mcp_servers::id.eq(DbId::from(id)))
        .filter(mcp_servers::organization_id.eq(DbId::from(organization)))
        .select(mcp_servers::id);
    let found: Option<DbId> = share_locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}

async fn message(conn: &mut Conn, conversation: ConversationId, id: MessageId) -> Result<bool, SqlError> {
    let query = messages::table
        .filter(messages::id.eq(DbId::from(id)))
        .filter(messages::conversation_id.eq(DbId::from(conversation)))
        .filter(messages::deleted_at.is_null())
        .select(messages::id);
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
        Versioned::McpServer(id) => {
            let query = mcp_servers::table.filter(mcp_servers::id.eq(DbId::from(id)));
            locked!(query.select(mcp_servers::version)).first(conn).await
        }
        Versioned::Persona(user) => {
            let query = personas::table.filter(personas::user_id.eq(DbId::from(user))).select(personas::version);
            let version: Option<i64> = locked!(query).first(conn).await.optional()?;
            return Ok(Some(version.unwrap_or(0)));
        }
        Versioned::Message(id) => {
            let query = messages::table.filter(messages::id.eq(DbId::from(id)));
            locked!(query.select(messages::version)).first(conn).await
        }
        // Locked before.
        Versioned::Channel(id) => {
            let query = channels::table.inner_join(conversations::table).filter(channels::id.eq(DbId::from(id)));
            let there = query.filter(conversations::deleted_at.is_null());
            there.select(conversations::version).first(conn).await
        }
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
    let found: Option<DbId> = locked!(query).prepared().get_result(conn).await.optional()?;
    Ok(found.is_some())
}

async fn run_status(conn: &mut Conn, run: RunId, status: RunStatus) -> Result<bool, SqlError> {
    let query =
        runs::table.filter(runs::id.eq(DbId::from(run))).filter(runs::status.eq(DbName(status))).select(runs::id);
    let found: Option<DbId> = locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}

async fn undecided(conn: &mut Conn, run: RunId, calls: i64) -> Result<bool, SqlError> {
    let waits = run_status(conn, run, RunStatus::AwaitingApproval).await?;
    let undecided: i64 = tool_calls::table
        .filter(tool_calls::run_id.eq(DbId::from(run)))
        .filter(tool_calls::status.eq(DbName(ToolCallStatus::AwaitingApproval)))
        .count()
        .get_result(conn)
        .await?;
    Ok(waits && undecided == calls)
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
