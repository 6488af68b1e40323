use actix_web::{HttpResponse, get, web};

use crate::{Api, dto::PersonaBody, error::ApiError, extract::Call, respond};

/// How one is stood in for
///
/// Of somebody who never set any it is the usual.
#[utoipa::path(
    tag = "stand-ins",
    operation_id = "get_my_persona",
    responses((status = 200, description = "What is set", body = PersonaBody, example = json!(PersonaBody::sample()))),
)]
#[get("/ai/persona/me")]
pub async fn get_my_persona(call: Call, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    Ok(respond::ok(&PersonaBody::from(api.application.my_persona(&call.caller).await?)))
}
