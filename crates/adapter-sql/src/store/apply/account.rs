//! Changes of organizations, users and sessions.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    organization::Organization,
    ports::store::{OrganizationChange, Outcome, SessionChange, UserChange},
    user::User,
};

use super::{delete, insert::inserted, prelude::Conn, purge_accounts, updated};
use crate::{
    error::SqlError,
    rows::{OrganizationRow, SessionRow, UserRow},
    schema::{organizations, sessions, users},
    types::{DbId, DbTime},
};

pub(super) async fn organization(conn: &mut Conn, change: &OrganizationChange) -> Result<Outcome, SqlError> {
    match change {
        OrganizationChange::Insert(organization) => {
            let row = OrganizationRow::from(organization);
            diesel::insert_into(organizations::table).values(row).execute(conn).await?;
            Ok(Outcome::Inserted)
        }
        OrganizationChange::Update(organization) => update_organization(conn, organization).await,
        OrganizationChange::Delete { organization, at } => {
            delete::organization(conn, (*organization).into(), *at).await
        }
        OrganizationChange::Purge { organization, at_most } => {
            purge_accounts::organization(conn, (*organization).into(), *at_most).await
        }
    }
}

async fn update_organization(conn: &mut Conn, organization: &Organization) -> Result<Outcome, SqlError> {
    let row = OrganizationRow::from(organization);
    let rows = diesel::update(organizations::table.find(row.id))
        .set((
            organizations::name.eq(row.name),
            organizations::default_agent_id.eq(row.default_agent_id),
            organizations::retention_days.eq(row.retention_days),
            organizations::ai_enabled.eq(row.ai_enabled),
            organizations::ai_budget.eq(row.ai_budget),
            organizations::ai_budget_per_user.eq(row.ai_budget_per_user),
            organizations::version.eq(row.version),
            organizations::updated_at.eq(row.updated_at),
        ))
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

pub(super) async fn user(conn: &mut Conn, change: &UserChange) -> Result<Outcome, SqlError> {
    match change {
        UserChange::Insert(user, password) => {
            let row = UserRow::from(user);
            let id = row.id;
            let hash = password.as_ref().map(|hash| hash.0.as_str());
            let values = (row, users::password_hash.eq(hash), users::search_text.eq(search_text(user)));
            let result = diesel::insert_into(users::table).values(values).execute(conn).await;
            inserted(conn, result, "users", id).await
        }
        UserChange::Update(user) => update_user(conn, user).await,
        UserChange::SetPassword(user, hash) => {
            let there = users::table.filter(users::id.eq(DbId::from(*user))).filter(users::deleted_at.is_null());
            let rows = diesel::update(there).set(users::password_hash.eq(&hash.0)).execute(conn).await?;
            Ok(updated(rows))
        }
        UserChange::Delete { user, at } => delete::user(conn, (*user).into(), *at).await,
        UserChange::Purge { user, at, at_most } => purge_accounts::user(conn, (*user).into(), *at, *at_most).await,
    }
}

async fn update_user(conn: &mut Conn, user: &User) -> Result<Outcome, SqlError> {
    let row = UserRow::from(user);
    let there = users::table.filter(users::id.eq(row.id)).filter(users::deleted_at.is_null());
    let rows = diesel::update(there)
        .set((
            users::role.eq(row.role),
            users::handle.eq(row.handle),
            users::email.eq(row.email),
            users::display_name.eq(row.display_name),
            users::search_text.eq(search_text(user)),
            users::bio.eq(row.bio),
            users::avatar_id.eq(row.avatar_id),
            users::ai_budget.eq(row.ai_budget),
            users::deactivated_at.eq(row.deactivated_at),
            users::version.eq(row.version),
            users::updated_at.eq(row.updated_at),
        ))
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

/// What a search among the members looks at.
fn search_text(user: &User) -> String {
    format!("{}\n{}", user.handle.as_str(), user.display_name.as_str().to_lowercase())
}

pub(super) async fn session(conn: &mut Conn, change: &SessionChange) -> Result<Outcome, SqlError> {
    match change {
        SessionChange::Insert(session) => {
            let row = SessionRow::from(session);
            diesel::insert_into(sessions::table).values(row).execute(conn).await?;
            Ok(Outcome::Inserted)
        }
        SessionChange::Rotate { session, from, at } => {
            let presented = sessions::table
                .filter(sessions::id.eq(DbId::from(*session)))
                .filter(sessions::generation.eq(from))
                .filter(sessions::revoked_at.is_null());
            let rows = diesel::update(presented)
                .set((sessions::generation.eq(from + 1), sessions::rotated_at.eq(DbTime(*at))))
                .execute(conn)
                .await?;
            Ok(updated(rows))
        }
        SessionChange::Revoke { session, at } => {
            let live =
                sessions::table.filter(sessions::id.eq(DbId::from(*session))).filter(sessions::revoked_at.is_null());
            let rows = diesel::update(live).set(sessions::revoked_at.eq(DbTime(*at))).execute(conn).await?;
            Ok(updated(rows))
        }
        SessionChange::RevokeAll { user, at } => {
            let live =
                sessions::table.filter(sessions::user_id.eq(DbId::from(*user))).filter(sessions::revoked_at.is_null());
            let rows = diesel::update(live).set(sessions::revoked_at.eq(DbTime(*at))).execute(conn).await?;
            Ok(updated(rows))
        }
    }
}
