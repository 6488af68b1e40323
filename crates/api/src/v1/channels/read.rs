use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use stead_application::channels::ReadUpTo;
use stead_domain::MessageId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Api,
    dto::id,
    error::ApiError,
    extract::{Body, Call, ChannelPath, Problems, RequestBody},
    respond,
};

/// Up to where one has read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReadChannel)]
pub struct ReadChannelBody {
    /// The last message that one has read.
    #[serde(default)]
    #[schema(value_type = Uuid, required = true)]
    message_id: Option<String>,
}

impl RequestBody for ReadChannelBody {
    type Meaning = MessageId;

    fn check(self, problems: &mut Problems) -> Option<MessageId> {
        problems.required("message_id", self.message_id, id).map(MessageId::new)
    }
}

/// Where the marker is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReadMarker)]
pub struct ReadMarkerBody {
    /// The channel.
    pub channel_id: Uuid,
    /// The last message that one has read.
    pub last_read_message_id: Uuid,
}

impl ReadMarkerBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            channel_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0020),
            last_read_message_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0030),
        }
    }
}

/// Say up to where one has read
///
/// It goes forward only: of an earlier message nothing changes, and the answer says where it is.
#[utoipa::path(
    tag = "channels",
    operation_id = "read_channel",
    params(ChannelPath),
    request_body(content = ReadChannelBody, example = json!({"message_id": "0197a3c4-5d6e-7f80-9a1b-000000000030"})),
    responses(
        (status = 200, description = "Where it is now", body = ReadMarkerBody, example = json!(ReadMarkerBody::sample())),
        (status = 403, description = "Not a member of this channel"),
        (status = 404, description = "The channel, or the message, is not there"),
    ),
)]
#[post("/channels/{channel_id}/read")]
pub async fn read_channel(
    call: Call<ChannelPath>,
    body: Body<ReadChannelBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    let message = body.0;
    let read =
        api.write(move |application| async move { application.read_channel(&caller, path.channel_id, message).await });
    let ReadUpTo { channel_id, message_id } = read.await?;
    Ok(respond::ok(&ReadMarkerBody { channel_id: channel_id.uuid(), last_read_message_id: message_id.uuid() }))
}
