//! Guards of channels and of who is in them.

use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use stead_domain::{ConversationId, OrganizationId, UserId, channel::MemberRole};

use super::prelude::{Conn, share_locked};
use crate::{
    error::SqlError,
    schema::{channels, conversations, members, users},
    types::{DbId, DbName},
};

/// Whether the channel is there. It stays so until the end.
pub(super) async fn there(
    conn: &mut Conn,
    organization: OrganizationId,
    channel: ConversationId,
) -> Result<bool, SqlError> {
    let query = conversations::table
        .inner_join(channels::table.on(channels::id.eq(conversations::id)))
        .filter(conversations::id.eq(DbId::from(channel)))
        .filter(conversations::organization_id.eq(DbId::from(organization)))
        .filter(conversations::deleted_at.is_null())
        .select(conversations::id);
    let found: Option<DbId> = share_locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}

/// Whether the user is a member of such a role. It stays so until the end.
pub(super) async fn has_role(
    conn: &mut Conn,
    conversation: ConversationId,
    user: UserId,
    at_least: MemberRole,
) -> Result<bool, SqlError> {
    let roles = MemberRole::ALL.iter().filter(|role| **role >= at_least).map(|role| DbName(*role));
    let query = members::table
        .inner_join(conversations::table)
        .filter(members::conversation_id.eq(DbId::from(conversation)))
        .filter(members::user_id.eq(DbId::from(user)))
        .filter(members::role.eq_any(roles.collect::<Vec<_>>()))
        .filter(members::left_at.is_null())
        .filter(conversations::deleted_at.is_null())
        .select(members::id);
    let found: Option<DbId> = share_locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}

/// Whether somebody else looks after the channel, which is locked.
pub(super) async fn another_admin(
    conn: &mut Conn,
    conversation: ConversationId,
    besides: UserId,
) -> Result<bool, SqlError> {
    let others = members::table
        .inner_join(users::table.on(members::user_id.eq(users::id.nullable())))
        .filter(members::conversation_id.eq(DbId::from(conversation)))
        .filter(members::left_at.is_null())
        .filter(members::role.eq(DbName(MemberRole::Admin)))
        .filter(users::id.ne(DbId::from(besides)))
        .filter(users::deactivated_at.is_null())
        .filter(users::deleted_at.is_null());
    Ok(diesel::select(exists(others)).get_result(conn).await?)
}

/// Whether so many more have room in the channel, which is locked.
pub(super) async fn room(conn: &mut Conn, conversation: ConversationId, more: i64, max: i64) -> Result<bool, SqlError> {
    let there: i64 = members::table
        .filter(members::conversation_id.eq(DbId::from(conversation)))
        .filter(members::left_at.is_null())
        .count()
        .get_result(conn)
        .await?;
    Ok(there + more <= max)
}
