use actix_web::{HttpResponse, get, web};
use stead_domain::{ConversationId, page::Page};
use utoipa::IntoParams;

use crate::{
    Api,
    dto::FilesBody,
    error::ApiError,
    extract::{Call, QueryParams, QueryReader},
    paging::PageQuery,
    respond,
};

/// Which files.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilesQuery {
    /// Those attached in this thread or channel. Without it: those that the caller uploaded.
    #[param(value_type = uuid::Uuid, required = false)]
    conversation_id: Option<ConversationId>,
    /// Which page of them.
    #[param(ignore)]
    page: Page,
}

impl QueryParams for FilesQuery {
    fn read(query: &mut QueryReader) -> Self {
        let conversation_id = query.id("conversation_id").map(ConversationId::new);
        Self { conversation_id, page: PageQuery::read(query).page }
    }
}

/// Files
///
/// Those of a conversation, or one's own; oldest to newest.
#[utoipa::path(
    tag = "files",
    operation_id = "list_files",
    params(FilesQuery, PageQuery),
    responses(
        (status = 200, description = "A page of files", body = FilesBody, example = json!(FilesBody::sample())),
        (status = 403, description = "Not a member of this channel"),
        (status = 404, description = "There is no such conversation, as far as the caller may know"),
    ),
)]
#[get("/files")]
pub async fn list_files(call: Call<(), FilesQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let FilesQuery { conversation_id, page } = call.query;
    let files = api.application.files(&call.caller, conversation_id, page).await?;
    Ok(respond::ok(&FilesBody::from(files)))
}
