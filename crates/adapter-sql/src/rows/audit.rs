use diesel::prelude::*;
use stead_domain::ports::store::AuditEntry;

use crate::{
    schema::audit,
    types::{DbId, DbTime},
};

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub struct AuditRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub actor_user_id: Option<DbId>,
    pub action: String,
    pub subject_id: DbId,
    pub at: DbTime,
}

impl From<&AuditEntry> for AuditRow {
    fn from(entry: &AuditEntry) -> Self {
        let AuditEntry { id, organization_id, actor, action, subject_id, at } = entry;
        Self {
            id: DbId(*id),
            organization_id: (*organization_id).into(),
            actor_user_id: actor.map(DbId::from),
            action: action.clone(),
            subject_id: DbId(*subject_id),
            at: (*at).into(),
        }
    }
}
