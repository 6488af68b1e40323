use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, tagged},
    dto::FileBody,
    error::ApiError,
    extract::{Call, FilePath},
};

/// A file
///
/// What is known of it. It can be read by whoever uploaded it, and by whoever may read a message or a thread that it is
/// attached to.
#[utoipa::path(
    tag = "files",
    operation_id = "get_file",
    params(FilePath, IfNoneMatchHeader),
    responses((status = 200, description = "The file", body = FileBody, example = json!(FileBody::sample()))),
)]
#[get("/files/{file_id}")]
pub async fn get_file(call: Call<FilePath>, known: IfNoneMatch, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let file = api.application.file(&call.caller, call.path.file_id).await?;
    let version = file.version;
    tagged(&FileBody::from(file), version, &known)
}
