//! Applies commits: one file per aggregate. All of it runs in the transaction that the executor has opened.

mod account;
mod agent;
mod api_key;
mod audit;
mod branch;
mod channel;
mod channel_guards;
mod channel_message;
mod delete;
mod feedback;
mod file;
mod guard;
mod insert;
mod invitation;
mod job;
mod mcp_server;
mod message;
mod passage;
mod people;
mod persona;
mod purge;
mod purge_accounts;
mod purge_messages;
mod run;
mod sources;
mod status;
mod thread;
mod tool_call;
mod usage;

use std::sync::Arc;

use stead_domain::ports::store::{Change, Commit, Committed, Outcome};

pub(super) use self::run::start_next;
use super::{
    event_log, idempotency,
    prelude::{self, Conn},
};
use crate::error::SqlError;

/// How many changes a commit may hold.
const MOST_CHANGES: usize = 1_000;

/// Applies a commit, or leaves the transaction to be rolled back.
pub(super) async fn commit(conn: &mut Conn, commit: Arc<Commit>) -> Result<Committed, SqlError> {
    let Commit { idempotency, guards, changes, events, jobs } = &*commit;
    if changes.len() > MOST_CHANGES {
        return Err(SqlError::Misuse("a commit holds at most 1,000 changes"));
    }
    if let Some(record) = idempotency
        && let Some(before) = idempotency::claim(conn, record).await?
    {
        return Ok(Committed::Replayed(before));
    }
    guard::check(conn, guards).await?;
    let mut outcomes = Vec::with_capacity(changes.len());
    for change in changes {
        outcomes.push(apply(conn, change).await?);
    }
    event_log::append(conn, events).await?;
    job::enqueue(conn, jobs).await?;
    Ok(Committed::Done(outcomes))
}

async fn apply(conn: &mut Conn, change: &Change) -> Result<Outcome, SqlError> {
    match change {
        Change::Organization(change) => account::organization(conn, change).await,
        Change::User(change) => account::user(conn, change).await,
        Change::Session(change) => account::session(conn, change).await,
        Change::ApiKey(change) => api_key::apply(conn, change).await,
        Change::Invitation(change) => invitation::apply(conn, change).await,
        Change::Agent(change) => agent::apply(conn, change).await,
        Change::McpServer(change) => mcp_server::apply(conn, change).await,
        Change::AgentTools(change) => mcp_server::grant(conn, change).await,
        Change::Thread(change) => thread::apply(conn, change).await,
        Change::Channel(change) => channel::apply(conn, change).await,
        Change::Message(change) => message::apply(conn, change).await,
        Change::ChannelMessage(change) => channel_message::apply(conn, change).await,
        Change::Run(change) => run::apply(conn, change).await,
        Change::ToolCall(change) => tool_call::apply(conn, change).await,
        Change::File(change) => file::apply(conn, change).await,
        Change::Passage(change) => passage::apply(conn, change).await,
        Change::Persona(set) => persona::put(conn, set).await,
        Change::Job(change) => job::apply(conn, change).await,
        Change::Usage(entry) => usage::enter(conn, entry).await,
        Change::Status(new) => status::set(conn, new).await,
        Change::Audit(entry) => audit::apply(conn, entry).await,
    }
}

/// The outcome of an update of one row by its id.
fn updated(rows: usize) -> Outcome {
    if rows > 0 { Outcome::Updated } else { Outcome::Unchanged }
}
