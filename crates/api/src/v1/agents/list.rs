use actix_web::{HttpResponse, get, web};

use crate::{Api, dto::AgentsBody, error::ApiError, extract::Call, paging::PageQuery, respond};

/// The agents one may see
///
/// Oldest to newest; without `before` and `after` the newest page.
#[utoipa::path(
    tag = "agents",
    operation_id = "list_agents",
    params(PageQuery),
    responses((status = 200, description = "A page of agents", body = AgentsBody, example = json!(AgentsBody::sample()))),
)]
#[get("/agents")]
pub async fn list_agents(call: Call<(), PageQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let agents = api.application.agents(&call.caller, call.query.page).await?;
    Ok(respond::ok(&AgentsBody::from(agents)))
}
