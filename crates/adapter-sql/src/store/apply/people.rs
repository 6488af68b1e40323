//! Guards of organizations, their people, and invitations to become one of them.

use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use stead_domain::{
    InvitationId, OrganizationId, Timestamp, UserId,
    user::{OrganizationRole, UserKind},
};

use super::{
    super::personas::times_stood_in,
    prelude::{Conn, Db, locked, share_locked},
};
use crate::{
    error::SqlError,
    schema::{invitations, organizations, users},
    types::{DbId, DbName, DbTime, Named},
};

/// Whether the organization is there. It stays so until the end.
pub(super) async fn organization(conn: &mut Conn, id: OrganizationId) -> Result<bool, SqlError> {
    let query = organizations::table
        .filter(organizations::id.eq(DbId::from(id)))
        .filter(organizations::deleted_at.is_null())
        .select(organizations::id);
    let found: Option<DbId> = share_locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}

/// Whether the user is there with such a role. It stays so until the end.
pub(super) async fn user(
    conn: &mut Conn,
    organization: OrganizationId,
    id: UserId,
    at_least: OrganizationRole,
) -> Result<bool, SqlError> {
    let roles = OrganizationRole::ALL.iter().filter(|role| **role >= at_least).map(|role| DbName(*role));
    let query = users::table
        .filter(users::id.eq(DbId::from(id)))
        .filter(users::organization_id.eq(DbId::from(organization)))
        .filter(users::role.eq_any(roles.collect::<Vec<_>>()))
        .filter(users::deactivated_at.is_null())
        .filter(users::deleted_at.is_null())
        .select(users::id);
    let found: Option<DbId> = share_locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}

/// Whether fewer messages than `max` were stored in the user's stead since then. It stays so until the end: what is counted
/// after the lock is as the last who held it left it.
pub(super) async fn stand_in_room(
    conn: &mut Conn,
    organization: OrganizationId,
    id: UserId,
    since: Timestamp,
    max: i64,
) -> Result<bool, SqlError> {
    let query = users::table
        .filter(users::id.eq(DbId::from(id)))
        .filter(users::organization_id.eq(DbId::from(organization)))
        .filter(users::deleted_at.is_null())
        .select(users::id);
    if locked!(query).first::<DbId>(conn).await.optional()?.is_none() {
        return Ok(false);
    }
    Ok(times_stood_in(conn, id.into(), DbTime(since), max).await? < max)
}

/// Whether somebody else is an owner.
pub(super) async fn another_owner(conn: &mut Conn, id: OrganizationId, besides: UserId) -> Result<bool, SqlError> {
    lock(conn, id).await?;
    let owners = others(id, besides).filter(users::role.eq(DbName(OrganizationRole::Owner)));
    Ok(diesel::select(exists(owners)).get_result(conn).await?)
}

/// Whether there is nobody else.
pub(super) async fn sole_member(conn: &mut Conn, id: OrganizationId, besides: UserId) -> Result<bool, SqlError> {
    lock(conn, id).await?;
    let anybody: bool = diesel::select(exists(others(id, besides))).get_result(conn).await?;
    Ok(!anybody)
}

/// Locks the organization. What is looked at afterwards is as the last who held the lock left it.
pub(super) async fn lock(conn: &mut Conn, id: OrganizationId) -> Result<(), SqlError> {
    let query = organizations::table.filter(organizations::id.eq(DbId::from(id))).select(organizations::id);
    let _locked: Option<DbId> = locked!(query).first(conn).await.optional()?;
    Ok(())
}

/// The people besides one who can sign in.
fn others(organization: OrganizationId, besides: UserId) -> users::BoxedQuery<'static, Db> {
    users::table
        .filter(users::organization_id.eq(DbId::from(organization)))
        .filter(users::id.ne(DbId::from(besides)))
        .filter(users::kind.eq(DbName(UserKind::Person)))
        .filter(users::deactivated_at.is_null())
        .filter(users::deleted_at.is_null())
        .into_boxed()
}

/// Whether the invitation can be taken. Nobody else takes or withdraws it before the end.
pub(super) async fn invitation(conn: &mut Conn, id: InvitationId, at: Timestamp) -> Result<bool, SqlError> {
    let query = invitations::table
        .filter(invitations::id.eq(DbId::from(id)))
        .filter(invitations::used_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::expires_at.gt(DbTime(at)))
        .select(invitations::id);
    let found: Option<DbId> = locked!(query).first(conn).await.optional()?;
    Ok(found.is_some())
}
