use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use stead_application::accounts::OrganizationPatch;
use stead_domain::{AgentId, text::DisplayName};
use utoipa::ToSchema;

use crate::{
    Api,
    conditional::{IfMatch, IfMatchHeader, IfNoneMatch, tagged},
    dto::{OrganizationBody, id, present},
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
}

impl RequestBody for UpdateOrganizationBody {
    type Meaning = OrganizationPatch;

    fn check(self, problems: &mut Problems) -> Option<OrganizationPatch> {
        let Self { name, default_agent_id } = self;
        Some(OrganizationPatch {
            name: problems.optional("name", name, DisplayName::parse),
            default_agent_id: problems.optional("default_agent_id", default_agent_id, id).map(AgentId::new),
        })
    }
}

/// Change one's organization
///
/// For admins. What is absent stays.
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
