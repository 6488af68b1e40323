use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, tagged},
    dto::OrganizationBody,
    error::ApiError,
    extract::Call,
};

/// One's organization
///
/// The organization of the user whose token or cookie it is.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_organization",
    params(IfNoneMatchHeader),
    responses((status = 200, description = "The organization", body = OrganizationBody,
        example = json!(OrganizationBody::sample()))),
)]
#[get("/organization")]
pub async fn get_organization(call: Call, known: IfNoneMatch, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let organization = api.application.organization(&call.caller).await?;
    let version = organization.version;
    tagged(&OrganizationBody::from(organization), version, &known)
}
