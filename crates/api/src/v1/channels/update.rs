use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use stead_application::channels::ChannelPatch;
use stead_domain::{
    AgentId,
    channel::{AgentPersonality, ChannelName, Topic},
};
use utoipa::ToSchema;

use crate::{
    Api,
    conditional::{IfMatch, IfMatchHeader, IfNoneMatch, tagged},
    dto::{ChannelBody, clearable, id, present},
    error::ApiError,
    extract::{Body, Call, ChannelPath, Problems, RequestBody},
};

/// What changes of a channel; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateChannel)]
pub struct UpdateChannelBody {
    /// What it is called: of a public or private one.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, min_length = 1, max_length = 80)]
    name: Option<String>,
    /// Whether everybody may see and join it: of a public or private one.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = PrivacyBody)]
    kind: Option<PrivacyBody>,
    /// What it is about.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, max_length = 1000)]
    topic: Option<String>,
    /// Who answers its sidebar: an agent of the organization; null: its default agent.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<uuid::Uuid>)]
    agent_id: Option<Option<String>>,
    /// How that agent is to be here, appended to its instructions; null: as ever.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4000)]
    agent_personality: Option<Option<String>>,
}

/// Whether everybody may see and join a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChannelPrivacy)]
pub enum PrivacyBody {
    Public,
    Private,
}

impl RequestBody for UpdateChannelBody {
    type Meaning = ChannelPatch;

    fn check(self, problems: &mut Problems) -> Option<ChannelPatch> {
        let Self { name, kind, topic, agent_id, agent_personality } = self;
        Some(ChannelPatch {
            name: problems.optional("name", name, |text| ChannelName::parse(&text)),
            private: kind.map(|kind| kind == PrivacyBody::Private),
            topic: problems.optional("topic", topic, Topic::parse),
            agent_id: problems.clearable("agent_id", agent_id, |text| id(text).map(AgentId::new)),
            agent_personality: problems.clearable("agent_personality", agent_personality, AgentPersonality::parse),
        })
    }
}

/// Change a channel
///
/// For its admins; of a public one the organization's admins too. Of a direct channel, and of one's own AI channel, every
/// member sets the topic and how the agent is to be.
#[utoipa::path(
    tag = "channels",
    operation_id = "update_channel",
    params(ChannelPath, IfMatchHeader),
    request_body(content = UpdateChannelBody, example = json!({"topic": "Minutes and motions", "agent_id": null})),
    responses(
        (status = 200, description = "The channel as it is now", body = ChannelBody, example = json!(ChannelBody::sample())),
        (status = 403, description = "Not a member of this channel, or not an admin"),
        (status = 404, description = "The channel, or the agent, is not there"),
        (status = 409, description = "`name_taken`, `fixed_channel` where a channel of this kind has no such thing, or \
            `conflict`: others changed it at the same time"),
    ),
)]
#[patch("/channels/{channel_id}")]
pub async fn update_channel(
    call: Call<ChannelPath>,
    IfMatch(expected): IfMatch,
    body: Body<UpdateChannelBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, id, patch) = (call.caller, call.path.channel_id, body.0);
    let changed =
        api.write(move |application| async move { application.update_channel(&caller, id, expected, patch).await });
    let view = changed.await?;
    let version = view.channel.version;
    tagged(&ChannelBody::from(view), version, &IfNoneMatch::default())
}
