use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use serde_json::Number;
use stead_application::agents::NewAgent;
use stead_domain::{
    agent::{Description, Instructions, Knowledge, ModelName, OwnerVisibility, Temperature, ToolPolicy, ToolRounds},
    text::{DisplayName, Handle, Text},
};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{
        AgentBody, AgentKindBody, KnowledgeBody, OwnerVisibilityBody, ToolPolicyBody, VisibilityBody, avatar_url,
        whole_number,
    },
    error::ApiError,
    extract::{Call, IdempotencyHeader, Keyed, Problems, RequestBody},
    respond,
};

/// An agent to be made. Null stands for the default.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateAgent)]
pub struct CreateAgentBody {
    /// Whether it is to be the organization's, which takes an admin, or the caller's own. Default: `personal`.
    #[serde(default)]
    kind: Option<AgentKindBody>,
    /// How it is addressed. Unique in the organization among agents, kept in lower case.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 2, max_length = 32)]
    handle: Option<String>,
    /// What it is called.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100)]
    display_name: Option<String>,
    /// Where its picture is: an absolute http or https URL.
    #[serde(default)]
    #[schema(max_length = 2000, format = "uri", pattern = "^https?://")]
    avatar_url: Option<String>,
    /// What it is for. Default: empty.
    #[serde(default)]
    #[schema(max_length = 1000)]
    description: Option<String>,
    /// What the model is told before anything else. Default: empty.
    #[serde(default)]
    #[schema(max_length = 40000)]
    instructions: Option<String>,
    /// The model. Default: the server's.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    model: Option<String>,
    /// The sampling temperature. Default: the model's own.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 2)]
    temperature: Option<f64>,
    /// Who may talk to it. Default: `private`; of an organization's agent `organization`.
    #[serde(default)]
    visibility: Option<VisibilityBody>,
    /// How much of others' threads with it its owner may read. Default: `metadata`.
    #[serde(default)]
    owner_visibility: Option<OwnerVisibilityBody>,
    /// What it may look things up in. Default: `none`.
    #[serde(default)]
    knowledge: Option<KnowledgeBody>,
    /// Whether its tools run by themselves. Default: `ask`.
    #[serde(default)]
    tool_policy: Option<ToolPolicyBody>,
    /// At most so many rounds of tool calls in a turn. Default: 8.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 32)]
    max_tool_rounds: Option<Number>,
}

impl RequestBody for CreateAgentBody {
    type Meaning = NewAgent;

    fn check(self, problems: &mut Problems) -> Option<NewAgent> {
        let handle = problems.required("handle", self.handle, |text| Handle::parse(&text));
        let display_name = problems.required("display_name", self.display_name, DisplayName::parse);
        let description = problems.optional("description", self.description, Description::parse);
        let instructions = problems.optional("instructions", self.instructions, Instructions::parse);
        let rounds = |number: Number| ToolRounds::parse(whole_number(&number)?);
        Some(NewAgent {
            of_organization: self.kind == Some(AgentKindBody::Organization),
            avatar_url: problems.optional("avatar_url", self.avatar_url, avatar_url),
            model: problems.optional("model", self.model, ModelName::parse),
            temperature: problems.optional("temperature", self.temperature, Temperature::parse),
            visibility: self.visibility.map(Into::into),
            owner_visibility: self.owner_visibility.map_or(OwnerVisibility::Metadata, Into::into),
            knowledge: self.knowledge.map_or(Knowledge::None, Into::into),
            tool_policy: self.tool_policy.map_or(ToolPolicy::Ask, Into::into),
            max_tool_rounds: problems
                .optional("max_tool_rounds", self.max_tool_rounds, rounds)
                .unwrap_or(ToolRounds::DEFAULT),
            description: description.or_else(empty)?,
            instructions: instructions.or_else(empty)?,
            handle: handle?,
            display_name: display_name?,
        })
    }
}

fn empty<const MAX: usize>() -> Option<Text<0, MAX>> {
    Text::fitting("")
}

/// Make an agent
///
/// Only `handle` and `display_name` are required.
#[utoipa::path(
    tag = "agents",
    operation_id = "create_agent",
    params(IdempotencyHeader),
    request_body(content = CreateAgentBody, example = json!({
        "handle": "librarian", "display_name": "Librarian", "description": "Knows where things are written.",
        "instructions": "Answer briefly and name your sources.", "temperature": 0.2
    })),
    responses(
        (status = 201, description = "The agent",
            headers(("Location" = String, description = "Where it is")),
            body = AgentBody, example = json!(AgentBody::sample())),
        (status = 403, description = "An agent of the organization, by who is no admin"),
        (status = 404, description = "A repeat, and the agent that the first request made is deleted"),
        (status = 409, description = "`handle_taken` or `idempotency_mismatch`"),
    ),
)]
#[post("/agents")]
pub async fn create_agent(
    call: Call,
    new: Keyed<CreateAgentBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, Keyed { body, request }) = (call.caller, new);
    let made = api.write(move |application| async move { application.create_agent(&caller, body, request).await });
    let made = made.await?;
    let agent = AgentBody::from(made.value);
    Ok(respond::created(&agent, Some(&format!("/api/v1/agents/{}", agent.id)), made.replayed))
}
