//! Deletes users and organizations: hidden at once. What they leave is removed by [`purge_accounts`](super::purge_accounts).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{Timestamp, ports::store::Outcome};

use super::{channel, prelude::Conn, updated};
use crate::{
    error::SqlError,
    schema::{agent_tools, agents, organizations, sessions, users},
    types::{DbId, DbTime},
};

/// What a deleted agent is called.
const GONE: &str = "Deleted agent";
/// Free for others at once: only agents that are not deleted have handles of their own.
const GONE_HANDLE: &str = "deleted";

pub(super) async fn user(conn: &mut Conn, id: DbId, at: Timestamp) -> Result<Outcome, SqlError> {
    let at = DbTime(at);
    let there = users::table.filter(users::id.eq(id)).filter(users::deleted_at.is_null());
    let rows = diesel::update(there)
        .set((
            users::deleted_at.eq(at),
            users::email.eq(None::<String>),
            users::password_hash.eq(None::<String>),
            users::handle.eq(""),
            users::display_name.eq(""),
            users::search_text.eq(""),
            users::bio.eq(None::<String>),
            users::avatar_id.eq(None::<DbId>),
            users::version.eq(users::version + 1),
            users::updated_at.eq(at),
        ))
        .execute(conn)
        .await?;
    if rows == 0 {
        return Ok(Outcome::Unchanged);
    }
    let live = sessions::table.filter(sessions::user_id.eq(id)).filter(sessions::revoked_at.is_null());
    diesel::update(live).set(sessions::revoked_at.eq(at)).execute(conn).await?;
    let own = agents::table.filter(agents::owner_user_id.eq(id)).filter(agents::deleted_at.is_null());
    diesel::update(own)
        .set((agents::deleted_at.eq(at), agents::version.eq(agents::version + 1), agents::updated_at.eq(at)))
        .execute(conn)
        .await?;
    let own = agents::table.filter(agents::owner_user_id.eq(id)).select(agents::id);
    diesel::delete(agent_tools::table.filter(agent_tools::agent_id.eq_any(own))).execute(conn).await?;
    let own = channel::agents_of(conn, id).await?;
    channel::agents_leave_all(conn, own, at).await?;
    channel::user_leaves_all(conn, id, at).await?;
    // Also those that were deleted before: nothing that was written of them stays.
    diesel::update(agents::table.filter(agents::owner_user_id.eq(id)))
        .set((
            agents::handle.eq(GONE_HANDLE),
            agents::display_name.eq(GONE),
            agents::description.eq(""),
            agents::instructions.eq(""),
        ))
        .execute(conn)
        .await?;
    Ok(Outcome::Updated)
}

pub(super) async fn organization(conn: &mut Conn, id: DbId, at: Timestamp) -> Result<Outcome, SqlError> {
    let at = DbTime(at);
    let there = organizations::table.filter(organizations::id.eq(id)).filter(organizations::deleted_at.is_null());
    let rows = diesel::update(there)
        .set((
            organizations::deleted_at.eq(at),
            organizations::version.eq(organizations::version + 1),
            organizations::updated_at.eq(at),
        ))
        .execute(conn)
        .await?;
    if rows == 0 {
        return Ok(Outcome::Unchanged);
    }
    let users = users::table.filter(users::organization_id.eq(id)).filter(users::deleted_at.is_null());
    let users: Vec<DbId> = users.select(users::id).order(users::id).load(conn).await?;
    for id in users {
        user(conn, id, at.0).await?;
    }
    Ok(updated(rows))
}
