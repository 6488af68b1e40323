use actix_web::{HttpResponse, put, web};
use serde::Deserialize;
use stead_application::stand_in::PersonaPatch;
use stead_domain::{
    ConversationId, Invalid,
    persona::{AnswersADay, Cooldown, MOST_LEFT_OUT, PersonaInstructions},
};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{PersonaBody, id, present},
    error::ApiError,
    extract::{Body, Call, Problems, RequestBody},
    respond,
};

/// How one wants to be stood in for; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetPersona)]
pub struct SetPersonaBody {
    /// Whether one's agent answers in one's stead.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    enabled: Option<bool>,
    /// How it is to answer, in one's own words.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, max_length = 4000)]
    instructions: Option<String>,
    /// So many messages of what was said last are read for an answer,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, minimum = 1, maximum = 100)]
    max_messages: Option<i64>,
    /// from the last so many days.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, minimum = 1, maximum = 90)]
    max_days: Option<i64>,
    /// How long after an answer in a conversation no other is given there, in seconds.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, minimum = 0, maximum = 86400)]
    cooldown_s: Option<i64>,
    /// The same in a channel, for mentions.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, minimum = 0, maximum = 86400)]
    mention_cooldown_s: Option<i64>,
    /// How many answers are given on one day, in UTC.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, minimum = 0, maximum = 1000)]
    answers_a_day: Option<i64>,
    /// Channels that are never used, that one is in.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 200)]
    excluded_channel_ids: Option<Vec<String>>,
}

impl RequestBody for SetPersonaBody {
    type Meaning = PersonaPatch;

    fn check(self, problems: &mut Problems) -> Option<PersonaPatch> {
        let Self {
            enabled,
            instructions,
            max_messages,
            max_days,
            cooldown_s,
            mention_cooldown_s,
            answers_a_day,
            excluded_channel_ids,
        } = self;
        Some(PersonaPatch {
            enabled,
            instructions: problems.optional("instructions", instructions, PersonaInstructions::parse),
            max_messages: problems.optional("max_messages", max_messages, |number| within(number, 100)),
            max_days: problems.optional("max_days", max_days, |number| within(number, 90)),
            cooldown: problems.optional("cooldown_s", cooldown_s, Cooldown::parse),
            mention_cooldown: problems.optional("mention_cooldown_s", mention_cooldown_s, Cooldown::parse),
            answers_a_day: problems.optional("answers_a_day", answers_a_day, AnswersADay::parse),
            left_out: problems.optional("excluded_channel_ids", excluded_channel_ids, channels),
        })
    }
}

fn within(number: i64, most: i64) -> Result<i64, Invalid> {
    if (1..=most).contains(&number) { Ok(number) } else { Err(Invalid::new(format!("must be from 1 to {most}"))) }
}

fn channels(texts: Vec<String>) -> Result<Vec<ConversationId>, Invalid> {
    if texts.len() > MOST_LEFT_OUT {
        return Err(Invalid::new(format!("must have at most {MOST_LEFT_OUT} items")));
    }
    texts.into_iter().map(|text| id(text).map(ConversationId::new)).collect()
}

/// Set how one is stood in for
///
/// What is absent stays.
#[utoipa::path(
    tag = "stand-ins",
    operation_id = "set_my_persona",
    request_body(content = SetPersonaBody, example = json!({"enabled": true, "cooldown_s": 30})),
    responses(
        (status = 200, description = "What is set now", body = PersonaBody, example = json!(PersonaBody::sample())),
        (status = 409, description = "`conflict`: others changed it at the same time"),
    ),
)]
#[put("/ai/persona/me")]
pub async fn set_my_persona(
    call: Call,
    body: Body<SetPersonaBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, patch) = (call.caller, body.0);
    let set = api.write(move |application| async move { application.set_persona(&caller, patch).await });
    Ok(respond::ok(&PersonaBody::from(set.await?)))
}
