use actix_web::{HttpResponse, get, web};

use crate::{Api, dto::InboxBody, error::ApiError, extract::Call, paging::PageQuery, respond};

/// What others say to one's agents
///
/// Every thread that somebody else has with an agent of the caller's, as far as the agent's `owner_visibility` goes: with
/// `metadata` there is no preview, with `none` it is not listed. Newest first. Nothing becomes read, and that it was looked at
/// is kept in the audit log.
#[utoipa::path(
    tag = "messaging",
    operation_id = "list_agent_conversations",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of conversations", body = InboxBody, example = json!(InboxBody::sample())),
    ),
)]
#[get("/messaging/agent-conversations")]
pub async fn list_agent_conversations(
    call: Call<(), PageQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, page) = (call.caller, call.query.page);
    let overseen =
        api.write(move |application| async move { application.agent_conversations(&caller, page).await }).await?;
    Ok(respond::ok(&InboxBody::from(overseen)))
}
