use actix_web::{HttpRequest, HttpResponse, post, web};
use stead_application::{Error as ApplicationError, Made, files::Upload};
use stead_domain::file::File;
use tracing::Instrument;
use utoipa::ToSchema;

use crate::{
    Api,
    dto::FileBody,
    error::{ApiError, Code},
    extract::{Call, IdempotencyHeader, upload_key},
    respond, scopes,
    upload::{Form, Stopped},
};

/// The form of an upload: how it is read is in `upload`.
#[derive(ToSchema)]
#[schema(as = UploadFile)]
#[expect(dead_code, reason = "only describes the body")]
pub struct UploadForm {
    /// The file, with its name. Nothing else is in the form.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Upload a file
///
/// What it is is found out from its bytes; what the client says of that does not count, and of its name only the last part
/// of a path. It can be attached and downloaded at once, and is understood some time later. A client that leaves before the
/// end leaves nothing behind.
#[utoipa::path(
    tag = "files",
    operation_id = "upload_file",
    params(IdempotencyHeader),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The file",
            headers(("Location" = String, description = "Where it is")),
            body = FileBody,
            example = json!(FileBody::sample_new())),
        (status = 409, description = "`storage_full`, `idempotency_mismatch`"),
        (status = 413, description = "The file is too large"),
        (status = 415, description = "The body is not `multipart/form-data`"),
    ),
)]
#[post("/files")]
pub async fn upload_file(
    call: Call,
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let made = upload(&api, call, &request, payload.into_inner()).await?;
    let file = FileBody::from(made.value);
    Ok(respond::created(&file, Some(&format!("{}/{}", request.path(), file.id)), made.replayed))
}

async fn upload(
    api: &Api,
    call: Call,
    request: &HttpRequest,
    payload: actix_web::dev::Payload,
) -> Result<Made<File>, ApiError> {
    let max_bytes = api.application.settings().files.upload_bytes;
    let mut form = match Form::new(request, payload, max_bytes, api.options.body_timeout) {
        Ok(form) => form,
        Err(refusal) => return Err(refusal.told().await),
    };
    let uploaded = receive(api, call, request, &mut form).await;
    match &uploaded {
        Err(error) if error.is(Code::RequestTimeout) => {}
        Err(_) => form.drain().await,
        Ok(_) => {}
    }
    uploaded
}

/// Reads the form on this thread while another task stores what comes. Whatever ends first ends both.
async fn receive(api: &Api, call: Call, request: &HttpRequest, form: &mut Form) -> Result<Made<File>, ApiError> {
    let key = upload_key(request)?;
    scopes::check_after_body(request)?;
    let ((name, body), (field, pieces)) = form.file().await?.split();
    let (application, caller) = (api.application.clone(), call.caller);
    let upload = Upload { name, body, key };
    let storing = async move { application.upload_file(&caller, upload).await }.in_current_span();
    let storing = api.application.background().spawn(storing);
    let pumped = form.pump(field, pieces).await;
    // Where the form broke off, its end of the pieces is gone: storing ends too, and leaves nothing.
    let stored: Result<Made<File>, ApplicationError> = storing.await.map_err(ApiError::internal)?;
    match pumped {
        Err(Stopped::Refused(error)) => Err(error),
        Err(Stopped::NobodyReads) | Ok(()) => Ok(stored?),
    }
}
