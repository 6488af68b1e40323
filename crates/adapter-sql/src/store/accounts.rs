//! Organizations, users and sessions.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    AvatarId, OrganizationId, SessionId, UserId,
    organization::Organization,
    ports::store::{AccountQueries, Credentials, StoreError},
    session::Session,
    text::Email,
    user::{PasswordHash, User, UserKind},
};

use super::prelude::{Conn, SqlStore};
use crate::{
    error::SqlError,
    rows::{OrganizationRow, SessionRow, UserRow},
    schema::{organizations, sessions, users},
    types::{DbId, DbName},
};

#[async_trait]
impl AccountQueries for SqlStore {
    async fn find_organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        self.read(move |conn| find_organization(conn, id).boxed()).await
    }

    async fn find_user(&self, organization: OrganizationId, id: UserId) -> Result<Option<User>, StoreError> {
        self.read(move |conn| find_user(conn, organization, id).boxed()).await
    }

    async fn find_credentials(&self, email: &Email) -> Result<Option<Credentials>, StoreError> {
        let email = email.clone();
        self.read(move |conn| find_credentials(conn, email).boxed()).await
    }

    async fn find_session(&self, id: SessionId) -> Result<Option<(Session, User)>, StoreError> {
        self.read(move |conn| find_session(conn, id).boxed()).await
    }

    async fn avatars_in_use(&self, avatars: &[AvatarId]) -> Result<Vec<AvatarId>, StoreError> {
        let avatars: Arc<[DbId]> = avatars.iter().map(|avatar| DbId::from(*avatar)).collect();
        self.read(move |conn| avatars_in_use(conn, avatars).boxed()).await
    }
}

async fn avatars_in_use(conn: &mut Conn, avatars: Arc<[DbId]>) -> Result<Vec<AvatarId>, SqlError> {
    let query = users::table
        .filter(users::avatar_id.eq_any(avatars.to_vec()))
        .filter(users::deleted_at.is_null())
        .select(users::avatar_id.assume_not_null());
    let found: Vec<DbId> = query.load(conn).await?;
    Ok(found.into_iter().map(AvatarId::from).collect())
}

async fn find_organization(conn: &mut Conn, id: OrganizationId) -> Result<Option<Organization>, SqlError> {
    let query = organizations::table
        .find(DbId::from(id))
        .filter(organizations::deleted_at.is_null())
        .select(OrganizationRow::as_select());
    let row = query.first(conn).await.optional()?;
    Ok(row.map(Organization::try_from).transpose()?)
}

async fn find_user(conn: &mut Conn, organization: OrganizationId, id: UserId) -> Result<Option<User>, SqlError> {
    let query = users::table
        .find(DbId::from(id))
        .filter(users::organization_id.eq(DbId::from(organization)))
        .filter(users::deleted_at.is_null())
        .select(UserRow::as_select());
    let row = query.first(conn).await.optional()?;
    Ok(row.map(User::try_from).transpose()?)
}

async fn find_credentials(conn: &mut Conn, email: Email) -> Result<Option<Credentials>, SqlError> {
    let query = users::table
        .filter(users::email.eq(email.as_str()))
        .filter(users::kind.eq(DbName(UserKind::Person)))
        .filter(users::deleted_at.is_null())
        .select((UserRow::as_select(), users::password_hash));
    let found: Option<(UserRow, Option<String>)> = query.first(conn).await.optional()?;
    let Some((row, Some(hash))) = found else { return Ok(None) };
    Ok(Some(Credentials { user: row.try_into()?, password: PasswordHash(hash) }))
}

async fn find_session(conn: &mut Conn, id: SessionId) -> Result<Option<(Session, User)>, SqlError> {
    let query = sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(DbId::from(id)))
        .filter(users::deleted_at.is_null())
        .select((SessionRow::as_select(), UserRow::as_select()));
    let found: Option<(SessionRow, UserRow)> = query.first(conn).await.optional()?;
    let Some((session, user)) = found else { return Ok(None) };
    Ok(Some((session.into(), user.try_into()?)))
}
