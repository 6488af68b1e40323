use diesel::prelude::*;
use stead_domain::{
    agent::{
        Agent, AgentKind, Description, Instructions, Knowledge, ModelName, OwnerVisibility, Temperature, ToolPolicy,
        ToolRounds, Visibility,
    },
    text::{DisplayName, Handle},
};

use crate::{
    error::InvalidColumn,
    names::AgentKindName,
    schema::agents,
    types::{DbId, DbName, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = agents, treat_none_as_default_value = false)]
pub struct AgentRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub kind: DbName<AgentKindName>,
    pub owner_user_id: Option<DbId>,
    pub handle: String,
    pub display_name: String,
    pub avatar_url: Option<String>,
    pub description: String,
    pub instructions: String,
    pub model: Option<String>,
    pub temperature: Option<f64>,
    pub visibility: DbName<Visibility>,
    pub owner_visibility: DbName<OwnerVisibility>,
    pub knowledge: DbName<Knowledge>,
    pub tool_policy: DbName<ToolPolicy>,
    pub max_tool_rounds: i32,
    pub version: i64,
    pub created_at: DbTime,
    pub updated_at: DbTime,
    pub deleted_at: Option<DbTime>,
}

impl From<&Agent> for AgentRow {
    fn from(agent: &Agent) -> Self {
        let Agent {
            id,
            organization_id,
            kind,
            handle,
            display_name,
            avatar_url,
            description,
            instructions,
            model,
            temperature,
            visibility,
            owner_visibility,
            knowledge,
            tool_policy,
            max_tool_rounds,
            version,
            created_at,
            updated_at,
            deleted_at,
        } = agent;
        let (kind, owner) = match kind {
            AgentKind::Organization => (AgentKindName::Organization, None),
            AgentKind::Personal { owner } => (AgentKindName::Personal, Some(*owner)),
        };
        Self {
            id: (*id).into(),
            organization_id: (*organization_id).into(),
            kind: DbName(kind),
            owner_user_id: owner.map(Into::into),
            handle: handle.as_str().to_owned(),
            display_name: display_name.as_str().to_owned(),
            avatar_url: avatar_url.clone(),
            description: description.as_str().to_owned(),
            instructions: instructions.as_str().to_owned(),
            model: model.as_ref().map(|model| model.as_str().to_owned()),
            temperature: temperature.map(Temperature::get),
            visibility: DbName(*visibility),
            owner_visibility: DbName(*owner_visibility),
            knowledge: DbName(*knowledge),
            tool_policy: DbName(*tool_policy),
            max_tool_rounds: i32::from(max_tool_rounds.get()),
            version: *version,
            created_at: (*created_at).into(),
            updated_at: (*updated_at).into(),
            deleted_at: deleted_at.map(DbTime),
        }
    }
}

impl TryFrom<AgentRow> for Agent {
    type Error = InvalidColumn;

    fn try_from(row: AgentRow) -> Result<Self, InvalidColumn> {
        let owner = row.owner_user_id.ok_or_else(|| InvalidColumn::missing("agents.owner_user_id"));
        let kind = match row.kind.0 {
            AgentKindName::Organization => AgentKind::Organization,
            AgentKindName::Personal => AgentKind::Personal { owner: owner?.into() },
        };
        let rounds = ToolRounds::parse(i64::from(row.max_tool_rounds));
        let temperature = row.temperature.map(Temperature::parse).transpose();
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            kind,
            handle: Handle::parse(&row.handle).map_err(InvalidColumn::of("agents.handle"))?,
            display_name: DisplayName::parse(row.display_name).map_err(InvalidColumn::of("agents.display_name"))?,
            avatar_url: row.avatar_url,
            description: Description::parse(row.description).map_err(InvalidColumn::of("agents.description"))?,
            instructions: Instructions::parse(row.instructions).map_err(InvalidColumn::of("agents.instructions"))?,
            model: row.model.map(ModelName::parse).transpose().map_err(InvalidColumn::of("agents.model"))?,
            temperature: temperature.map_err(InvalidColumn::of("agents.temperature"))?,
            visibility: row.visibility.0,
            owner_visibility: row.owner_visibility.0,
            knowledge: row.knowledge.0,
            tool_policy: row.tool_policy.0,
            max_tool_rounds: rounds.map_err(InvalidColumn::of("agents.max_tool_rounds"))?,
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
            deleted_at: row.deleted_at.map(Into::into),
        })
    }
}
