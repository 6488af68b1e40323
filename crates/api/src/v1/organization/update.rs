use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use serde_json::Number;
use stead_application::accounts::OrganizationPatch;
use stead_domain::{
    AgentId,
    organization::{RetentionDays, TokenBudget},
    text::DisplayName,
};
use utoipa::ToSchema;

use crate::{
    Api,
    conditional::{IfMatch, IfMatchHeader, IfNoneMatch, tagged},
    dto::{OrganizationBody, clearable, id, present, whole_number},
    error::ApiError,
    extract::{Body, Call, Problems, RequestBody},
};

/// What changes of the organization; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateOrganization)]
pub struct UpdateOrganizationBody {
    /// What it is called.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// The agent that answers where a path says `default`: one of the organization's, visible to all.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = uuid::Uuid)]
    default_agent_id: Option<String>,
    /// How many days messages are kept. Those that are older are hidden at once and removed within the hour, and so are threads
    /// in which nothing has happened since. Null: as long as nobody deletes them.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3650)]
    retention_days: Option<Option<Number>>,
    /// Whether agents answer. Off: a new message to one is refused with `ai_disabled`, and no model is asked any more:
    /// answers that are being written are written to their end, those that wait or call tools fail.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    ai_enabled: Option<bool>,
    /// How many tokens agents may use in a calendar month in UTC, those of prompts and answers together. When so many were
    /// used, a new message to an agent is refused with `ai_budget_used_up`, and no model is asked any more; answers that are
    /// being written are written to their end, and count when they end. Null: without bound.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000_000_i64)]
    ai_budget: Option<Option<Number>>,
    /// The same for each user who has no `ai_budget` of their own. Null: without bound.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000_000_i64)]
    ai_budget_per_user: Option<Option<Number>>,
}

impl RequestBody for UpdateOrganizationBody {
    type Meaning = OrganizationPatch;

    fn check(self, problems: &mut Problems) -> Option<OrganizationPatch> {
        let Self { name, default_agent_id, retention_days, ai_enabled, ai_budget, ai_budget_per_user } = self;
        let days = |number: Number| RetentionDays::parse(whole_number(&number)?);
        let tokens = |number: Number| TokenBudget::parse(whole_number(&number)?);
        Some(OrganizationPatch {
            name: problems.optional("name", name, DisplayName::parse),
            default_agent_id: problems.optional("default_agent_id", default_agent_id, id).map(AgentId::new),
            retention: problems.clearable("retention_days", retention_days, days),
            ai_enabled,
            ai_budget: problems.clearable("ai_budget", ai_budget, tokens),
            ai_budget_per_user: problems.clearable("ai_budget_per_user", ai_budget_per_user, tokens),
        })
    }
}

/// Change one's organization
///
/// For admins. What is absent stays. It holds at once on the node that took it, within a second on every other.
#[utoipa::path(
    tag = "accounts",
    operation_id = "update_organization",
    params(IfMatchHeader),
    request_body(content = UpdateOrganizationBody, example = json!({"name": "Example & Co."})),
    responses(
        (status = 200, description = "The organization as it is now", body = OrganizationBody,
            example = json!(OrganizationBody::sample())),
        (status = 403, description = "Not an admin"),
        (status = 404, description = "No such agent"),
        (status = 409, description = "`conflict`: others changed it at the same time"),
    ),
)]
#[patch("/organization")]
pub async fn update_organization(
    call: Call,
    IfMatch(expected): IfMatch,
    body: Body<UpdateOrganizationBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, patch) = (call.caller, body.0);
    let changed =
        api.write(move |application| async move { application.update_organization(&caller, expected, patch).await });
    let organization = changed.await?;
    let version = organization.version;
    tagged(&OrganizationBody::from(organization), version, &IfNoneMatch::default())
}
