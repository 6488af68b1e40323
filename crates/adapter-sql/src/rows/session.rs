use diesel::prelude::*;
use stead_domain::session::Session;

use crate::{
    schema::sessions,
    types::{DbId, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct SessionRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub user_id: DbId,
    pub generation: i64,
    pub rotated_at: DbTime,
    pub expires_at: DbTime,
    pub revoked_at: Option<DbTime>,
    pub user_agent: Option<String>,
    pub created_at: DbTime,
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        let Session {
            id,
            user_id,
            organization_id,
            generation,
            rotated_at,
            expires_at,
            revoked_at,
            user_agent,
            created_at,
        } = session;
        Self {
            id: (*id).into(),
            organization_id: (*organization_id).into(),
            user_id: (*user_id).into(),
            generation: *generation,
            rotated_at: (*rotated_at).into(),
            expires_at: (*expires_at).into(),
            revoked_at: revoked_at.map(DbTime),
            user_agent: user_agent.clone(),
            created_at: (*created_at).into(),
        }
    }
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id.into(),
            user_id: row.user_id.into(),
            organization_id: row.organization_id.into(),
            generation: row.generation,
            rotated_at: row.rotated_at.into(),
            expires_at: row.expires_at.into(),
            revoked_at: row.revoked_at.map(Into::into),
            user_agent: row.user_agent,
            created_at: row.created_at.into(),
        }
    }
}
