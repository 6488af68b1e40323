use actix_web::{HttpResponse, get, web};

use crate::{Api, dto::OrganizationBody, error::ApiError, extract::Call, respond};

/// One's organization
///
/// The organization of the user whose token or cookie it is.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_organization",
    responses((status = 200, description = "The organization", body = OrganizationBody,
        example = json!(OrganizationBody::sample()))),
)]
#[get("/organization")]
pub async fn get_organization(call: Call, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let organization = api.application.organization(&call.caller).await?;
    Ok(respond::ok(&OrganizationBody::from(organization)))
}
