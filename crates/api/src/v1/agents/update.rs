use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use serde_json::Number;
use stead_application::agents::AgentPatch;
use stead_domain::{
    agent::{Description, Instructions, ModelName, Temperature, ToolRounds},
    text::{DisplayName, Handle},
};
use utoipa::ToSchema;

use crate::{
    Api,
    conditional::{IfMatch, IfMatchHeader, IfNoneMatch, tagged},
    dto::{
        AgentBody, KnowledgeBody, OwnerVisibilityBody, ToolPolicyBody, VisibilityBody, avatar_url, clearable, present,
        whole_number,
    },
    error::ApiError,
    extract::{AgentPath, Body, Call, Problems, RequestBody},
};

/// What changes of an agent; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateAgent)]
pub struct UpdateAgentBody {
    /// How it is addressed. Unique in the organization among agents, kept in lower case.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, min_length = 2, max_length = 32)]
    handle: Option<String>,
    /// What it is called.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    display_name: Option<String>,
    /// Where its picture is: an absolute http or https URL; null removes it.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, max_length = 2000, format = "uri", pattern = "^https?://")]
    avatar_url: Option<Option<String>>,
    /// What it is for.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, max_length = 1000)]
    description: Option<String>,
    /// What the model is told before anything else.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, max_length = 40000)]
    instructions: Option<String>,
    /// The model; null: the server's.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    model: Option<Option<String>>,
    /// The sampling temperature; null: the model's own.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 2)]
    temperature: Option<Option<f64>>,
    /// Who may talk to it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = VisibilityBody)]
    visibility: Option<VisibilityBody>,
    /// How much of others' threads with it its owner may read.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = OwnerVisibilityBody)]
    owner_visibility: Option<OwnerVisibilityBody>,
    /// What it may look things up in.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = KnowledgeBody)]
    knowledge: Option<KnowledgeBody>,
    /// Whether its tools run by themselves.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = ToolPolicyBody)]
    tool_policy: Option<ToolPolicyBody>,
    /// At most so many rounds of tool calls in a turn.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, minimum = 0, maximum = 32)]
    max_tool_rounds: Option<Number>,
}

impl RequestBody for UpdateAgentBody {
    type Meaning = AgentPatch;

    fn check(self, problems: &mut Problems) -> Option<AgentPatch> {
        let rounds = |number: Number| ToolRounds::parse(whole_number(&number)?);
        Some(AgentPatch {
            handle: problems.optional("handle", self.handle, |text| Handle::parse(&text)),
            display_name: problems.optional("display_name", self.display_name, DisplayName::parse),
            avatar_url: problems.clearable("avatar_url", self.avatar_url, avatar_url),
            description: problems.optional("description", self.description, Description::parse),
            instructions: problems.optional("instructions", self.instructions, Instructions::parse),
            model: problems.clearable("model", self.model, ModelName::parse),
            temperature: problems.clearable("temperature", self.temperature, Temperature::parse),
            visibility: self.visibility.map(Into::into),
            owner_visibility: self.owner_visibility.map(Into::into),
            knowledge: self.knowledge.map(Into::into),
            tool_policy: self.tool_policy.map(Into::into),
            max_tool_rounds: problems.optional("max_tool_rounds", self.max_tool_rounds, rounds),
        })
    }
}

/// Change an agent
///
/// What is absent stays; whose it is cannot be changed.
#[utoipa::path(
    tag = "agents",
    operation_id = "update_agent",
    params(AgentPath, IfMatchHeader),
    request_body(content = UpdateAgentBody, example = json!({"display_name": "Head Librarian", "temperature": null})),
    responses(
        (status = 200, description = "The agent as it is now", body = AgentBody, example = json!(AgentBody::sample())),
        (status = 403, description = "Neither its owner nor, for an agent of the organization, an admin"),
        (status = 409, description = "`handle_taken`, `default_agent` where everyone's default would be hidden, or \
            `conflict`: others changed it at the same time"),
    ),
)]
#[patch("/agents/{agent_id}")]
pub async fn update_agent(
    call: Call<AgentPath>,
    IfMatch(expected): IfMatch,
    body: Body<UpdateAgentBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, id, patch) = (call.caller, call.path.agent_id, body.0);
    let changed =
        api.write(move |application| async move { application.update_agent(&caller, id, expected, patch).await });
    let agent = changed.await?;
    let version = agent.version;
    tagged(&AgentBody::from(agent), version, &IfNoneMatch::default())
}
