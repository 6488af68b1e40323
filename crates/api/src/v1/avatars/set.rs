use actix_web::{HttpResponse, put, web};

use crate::{
    Api,
    conditional::{IfNoneMatch, tagged},
    dto::UserBody,
    error::ApiError,
    extract::{Call, PictureBody},
};

/// Give oneself a picture
///
/// A GIF, JPEG, PNG or WebP picture of up to 5 MiB as the body. It is drawn anew, at most 512 pixels along a side: what else
/// the file held (where it was taken, further pictures) is gone. What it is is found out from its bytes.
#[utoipa::path(
    tag = "accounts",
    operation_id = "set_avatar",
    request_body(content((Vec<u8> = "image/gif"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"))),
    responses(
        (status = 200, description = "The user as they are now", body = UserBody, example = json!(UserBody::sample())),
        (status = 409, description = "`conflict`: others changed it at the same time"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body does not say that it is a picture"),
    ),
)]
#[put("/users/me/avatar")]
pub async fn set_avatar(call: Call, body: PictureBody, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let caller = call.caller;
    let changed = api.write(move |application| async move { application.set_avatar(&caller, body.0).await });
    let me = changed.await?;
    let version = me.version;
    tagged(&UserBody::from(me), version, &IfNoneMatch::default())
}
