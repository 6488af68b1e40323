//! Changes of agents.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    agent::Agent,
    ports::store::{AgentChange, Outcome},
};

use super::{channel::agents_leave_all, insert::inserted, mcp_server::forget_grants, prelude::Conn, updated};
use crate::{error::SqlError, rows::AgentRow, schema::agents};

pub(super) async fn apply(conn: &mut Conn, change: &AgentChange) -> Result<Outcome, SqlError> {
    match change {
        AgentChange::Insert(agent) => {
            let row = AgentRow::from(agent);
            let id = row.id;
            let result = diesel::insert_into(agents::table).values(row).execute(conn).await;
            inserted(conn, result, "agents", id).await
        }
        AgentChange::Update(agent) => update(conn, agent).await,
    }
}

async fn update(conn: &mut Conn, agent: &Agent) -> Result<Outcome, SqlError> {
    let row = AgentRow::from(agent);
    if let Some(at) = row.deleted_at {
        forget_grants(conn, row.id).await?;
        agents_leave_all(conn, vec![row.id], at).await?;
    }
    let rows = diesel::update(agents::table.find(row.id))
        .set((
            agents::handle.eq(row.handle),
            agents::display_name.eq(row.display_name),
            agents::avatar_url.eq(row.avatar_url),
            agents::description.eq(row.description),
            agents::instructions.eq(row.instructions),
            agents::model.eq(row.model),
            agents::temperature.eq(row.temperature),
            agents::visibility.eq(row.visibility),
            agents::owner_visibility.eq(row.owner_visibility),
            agents::knowledge.eq(row.knowledge),
            agents::tool_policy.eq(row.tool_policy),
            agents::max_tool_rounds.eq(row.max_tool_rounds),
            agents::version.eq(row.version),
            agents::updated_at.eq(row.updated_at),
            agents::deleted_at.eq(row.deleted_at),
        ))
        .execute(conn)
        .await?;
    Ok(updated(rows))
}
