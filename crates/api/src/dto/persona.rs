use serde::Serialize;
use stead_application::{citations::Citation, stand_in::Preview};
use stead_domain::{persona::Persona, source::Source};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CitationBody, Time};

/// How somebody wants to be stood in for while they are away.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Persona)]
pub struct PersonaBody {
    /// Whether their agent answers in their stead.
    pub enabled: bool,
    /// How it is to answer, in their own words.
    pub instructions: String,
    /// So many messages of what was said last are read for an answer,
    #[schema(minimum = 1, maximum = 100)]
    pub max_messages: usize,
    /// from the last so many days.
    #[schema(minimum = 1, maximum = 90)]
    pub max_days: u8,
    /// How long after an answer in a conversation no other is given there, in seconds.
    #[schema(minimum = 0, maximum = 86400)]
    pub cooldown_s: u32,
    /// The same in a channel, for mentions.
    #[schema(minimum = 0, maximum = 86400)]
    pub mention_cooldown_s: u32,
    /// How many answers are given on one day, in UTC.
    #[schema(minimum = 0, maximum = 1000)]
    pub answers_a_day: i64,
    /// Channels that are never used: nothing from them is read for an answer, and none is given there.
    #[schema(max_items = 200)]
    pub excluded_channel_ids: Vec<Uuid>,
    /// When it was last changed; null where it never was.
    #[schema(required = true)]
    pub updated_at: Option<Time>,
}

impl From<Persona> for PersonaBody {
    fn from(persona: Persona) -> Self {
        let Persona {
            user_id: _,
            organization_id: _,
            enabled,
            instructions,
            history,
            cooldown,
            mention_cooldown,
            answers_a_day,
            left_out,
            version,
            updated_at,
        } = persona;
        Self {
            enabled,
            instructions: instructions.into_string(),
            max_messages: history.messages(),
            max_days: history.days(),
            cooldown_s: cooldown.seconds(),
            mention_cooldown_s: mention_cooldown.seconds(),
            answers_a_day: answers_a_day.get(),
            excluded_channel_ids: left_out.into_iter().map(Uuid::from).collect(),
            updated_at: (version > 0).then_some(Time(updated_at)),
        }
    }
}

impl PersonaBody {
    /// One, as an example for the document.
    pub fn sample() -> Self {
        Self {
            enabled: true,
            instructions: "Be brief, and say when I am back.".to_owned(),
            max_messages: 30,
            max_days: 14,
            cooldown_s: 0,
            mention_cooldown_s: 60,
            answers_a_day: 200,
            excluded_channel_ids: Vec::new(),
            updated_at: Some(Time::sample(0)),
        }
    }
}

/// What somebody's agent would answer in their stead.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StandInPreview)]
pub struct PreviewBody {
    /// The answer, Markdown.
    pub content: String,
    /// Always: it is no person's.
    pub from_ai: bool,
    /// What it was made from.
    pub citations: Vec<CitationBody>,
    /// Where that was looked up only words counted, not what is meant.
    pub degraded: bool,
}

impl From<Preview> for PreviewBody {
    fn from(Preview { content, sources, is_degraded }: Preview) -> Self {
        let citation = |Source { n, id, version: _, cited }: Source| Citation { n, id, cited };
        let citations = sources.into_iter().map(citation).map(CitationBody::from).collect();
        Self { content, from_ai: true, citations, degraded: is_degraded }
    }
}
