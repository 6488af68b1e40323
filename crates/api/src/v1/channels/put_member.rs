use actix_web::{HttpResponse, put, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{ChannelMemberBody, MemberRoleBody},
    error::ApiError,
    extract::{Call, ChannelMemberPath, OptionalBody, Problems, RequestBody},
    respond,
};

/// What a member is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PutChannelMember)]
pub struct PutMemberBody {
    /// What they may do in the channel. Absent: who is a member stays as they are, others become `member`.
    #[serde(default)]
    role: Option<MemberRoleBody>,
}

impl RequestBody for PutMemberBody {
    type Meaning = Option<MemberRoleBody>;

    fn check(self, _: &mut Problems) -> Option<Self::Meaning> {
        Some(self.role)
    }
}

/// Put somebody in a channel, or give a member a role
///
/// For its admins; of a public one the organization's admins too.
#[utoipa::path(
    tag = "channels",
    operation_id = "put_channel_member",
    params(ChannelMemberPath),
    request_body(content = Option<PutMemberBody>, example = json!({"role": "admin"})),
    responses(
        (status = 200, description = "The member as they are now",
            body = ChannelMemberBody, example = json!(ChannelMemberBody::sample())),
        (status = 403, description = "Not a member of this channel, or not an admin"),
        (status = 404, description = "The channel, or the user, is not there"),
        (status = 409, description = "`fixed_channel`: a direct channel or one's own AI channel; `channel_full`; `last_admin`; \
            or `conflict`: others changed it at the same time"),
    ),
)]
#[put("/channels/{channel_id}/members/{user_id}")]
pub async fn put_channel_member(
    call: Call<ChannelMemberPath>,
    body: OptionalBody<PutMemberBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    let role = body.0.flatten().map(Into::into);
    let put = api.write(move |application| async move {
        application.put_member(&caller, path.channel_id, path.user_id, role).await
    });
    Ok(respond::ok(&ChannelMemberBody::from(put.await?)))
}
