use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, FilePath},
};

/// Delete a file
///
/// Only whoever uploaded it may. It is gone at once, also from the messages and threads that it is attached to.
#[utoipa::path(
    tag = "files",
    operation_id = "delete_file",
    params(FilePath),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "Somebody else uploaded it; with an API key: it lacks the scope that the operation \
            takes"),
    ),
)]
#[delete("/files/{file_id}")]
pub async fn delete_file(call: Call<FilePath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let (caller, file) = (call.caller, call.path.file_id);
    api.write(move |application| async move { application.delete_file(&caller, file).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
