use diesel::prelude::*;
use stead_domain::{organization::Organization, text::DisplayName};

use crate::{
    error::InvalidColumn,
    schema::organizations,
    types::{DbId, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = organizations, treat_none_as_default_value = false)]
pub struct OrganizationRow {
    pub id: DbId,
    pub name: String,
    pub default_agent_id: DbId,
    pub version: i64,
    pub created_at: DbTime,
    pub updated_at: DbTime,
}

impl From<&Organization> for OrganizationRow {
    fn from(organization: &Organization) -> Self {
        let Organization { id, name, default_agent_id, version, created_at, updated_at } = organization;
        Self {
            id: (*id).into(),
            name: name.as_str().to_owned(),
            default_agent_id: (*default_agent_id).into(),
            version: *version,
            created_at: (*created_at).into(),
            updated_at: (*updated_at).into(),
        }
    }
}

impl TryFrom<OrganizationRow> for Organization {
    type Error = InvalidColumn;

    fn try_from(row: OrganizationRow) -> Result<Self, InvalidColumn> {
        Ok(Self {
            id: row.id.into(),
            name: DisplayName::parse(row.name).map_err(InvalidColumn::of("organizations.name"))?,
            default_agent_id: row.default_agent_id.into(),
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        })
    }
}
