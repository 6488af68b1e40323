use diesel::prelude::*;
use stead_domain::{
    organization::{Organization, RetentionDays, TokenBudget},
    text::DisplayName,
};

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
    pub retention_days: Option<i32>,
    pub ai_enabled: bool,
    pub ai_budget: Option<i64>,
    pub ai_budget_per_user: Option<i64>,
    pub version: i64,
    pub created_at: DbTime,
    pub updated_at: DbTime,
}

impl From<&Organization> for OrganizationRow {
    fn from(organization: &Organization) -> Self {
        let Organization {
            id,
            name,
            default_agent_id,
            retention,
            ai_enabled,
            ai_budget,
            ai_budget_per_user,
            version,
            created_at,
            updated_at,
        } = organization;
        Self {
            id: (*id).into(),
            name: name.as_str().to_owned(),
            default_agent_id: (*default_agent_id).into(),
            retention_days: retention.map(|days| days.get().into()),
            ai_enabled: *ai_enabled,
            ai_budget: ai_budget.map(TokenBudget::get),
            ai_budget_per_user: ai_budget_per_user.map(TokenBudget::get),
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
            retention: row
                .retention_days
                .map(|days| RetentionDays::parse(days.into()))
                .transpose()
                .map_err(InvalidColumn::of("organizations.retention_days"))?,
            ai_enabled: row.ai_enabled,
            ai_budget: row
                .ai_budget
                .map(TokenBudget::parse)
                .transpose()
                .map_err(InvalidColumn::of("organizations.ai_budget"))?,
            ai_budget_per_user: row
                .ai_budget_per_user
                .map(TokenBudget::parse)
                .transpose()
                .map_err(InvalidColumn::of("organizations.ai_budget_per_user"))?,
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        })
    }
}
