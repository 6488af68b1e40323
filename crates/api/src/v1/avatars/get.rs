use actix_web::{HttpResponse, get, http::header, web};

use crate::{
    Api,
    error::ApiError,
    extract::{AvatarPath, OpenCall},
};

/// Whatever a picture holds, a browser that shows it lets it do nothing.
const POLICY: &str = "default-src 'none'; sandbox";
/// Another picture has another address.
const CACHED: &str = "public, max-age=31536000, immutable";

/// A user's picture
///
/// For anybody who knows its address, without credentials: the `avatar_url` of a user. At most 512 pixels along a side.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_avatar",
    params(AvatarPath),
    responses(
        (status = 200, description = "The picture", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png")),
            headers(("Cache-Control" = String, description = "It never changes"))),
    ),
    security(())
)]
#[get("/avatars/{avatar_id}")]
pub async fn get_avatar(call: OpenCall<AvatarPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let picture = api.application.avatar(call.path.avatar_id).await?;
    let response = HttpResponse::Ok()
        .content_type(picture.content_type)
        .insert_header((header::CACHE_CONTROL, CACHED))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CONTENT_DISPOSITION, "inline"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // It is compressed as it is.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(picture.bytes);
    Ok(response)
}
