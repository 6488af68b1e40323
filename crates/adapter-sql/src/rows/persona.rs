use diesel::prelude::*;
use stead_domain::{
    ConversationId,
    persona::{AnswersADay, Cooldown, Persona, PersonaHistory, PersonaInstructions},
};
use uuid::Uuid;

use crate::{
    error::InvalidColumn,
    schema::personas,
    types::{DbId, DbJson, DbTime},
};

/// How a person wants to be stood in for.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = personas, treat_none_as_default_value = false)]
#[diesel(primary_key(user_id))]
pub struct PersonaRow {
    pub user_id: DbId,
    pub organization_id: DbId,
    pub enabled: bool,
    pub instructions: String,
    pub max_messages: i32,
    pub max_days: i32,
    pub cooldown_s: i32,
    pub mention_cooldown_s: i32,
    pub answers_a_day: i32,
    pub left_out: DbJson,
    pub version: i64,
    pub updated_at: DbTime,
}

impl From<&Persona> for PersonaRow {
    fn from(persona: &Persona) -> Self {
        let seconds = |cooldown: Cooldown| i32::try_from(cooldown.seconds()).unwrap_or(i32::MAX);
        let left_out: Vec<String> = persona.left_out.iter().map(ToString::to_string).collect();
        Self {
            user_id: persona.user_id.into(),
            organization_id: persona.organization_id.into(),
            enabled: persona.enabled,
            instructions: persona.instructions.as_str().to_owned(),
            max_messages: i32::try_from(persona.history.messages()).unwrap_or(i32::MAX),
            max_days: i32::from(persona.history.days()),
            cooldown_s: seconds(persona.cooldown),
            mention_cooldown_s: seconds(persona.mention_cooldown),
            answers_a_day: i32::try_from(persona.answers_a_day.get()).unwrap_or(i32::MAX),
            left_out: DbJson(left_out.into()),
            version: persona.version,
            updated_at: persona.updated_at.into(),
        }
    }
}

impl TryFrom<PersonaRow> for Persona {
    type Error = InvalidColumn;

    fn try_from(row: PersonaRow) -> Result<Self, InvalidColumn> {
        let left_out = row.left_out.0.as_array().into_iter().flatten();
        let left_out = left_out.filter_map(|id| id.as_str()?.parse::<Uuid>().ok()).map(ConversationId::new).collect();
        let history = PersonaHistory::parse(row.max_messages.into(), row.max_days.into());
        Ok(Self {
            user_id: row.user_id.into(),
            organization_id: row.organization_id.into(),
            enabled: row.enabled,
            instructions: PersonaInstructions::parse(row.instructions)
                .map_err(InvalidColumn::of("personas.instructions"))?,
            history: history.map_err(InvalidColumn::of("personas.max_messages"))?,
            cooldown: Cooldown::parse(row.cooldown_s.into()).map_err(InvalidColumn::of("personas.cooldown_s"))?,
            mention_cooldown: Cooldown::parse(row.mention_cooldown_s.into())
                .map_err(InvalidColumn::of("personas.mention_cooldown_s"))?,
            answers_a_day: AnswersADay::parse(row.answers_a_day.into())
                .map_err(InvalidColumn::of("personas.answers_a_day"))?,
            left_out,
            version: row.version,
            updated_at: row.updated_at.into(),
        })
    }
}
