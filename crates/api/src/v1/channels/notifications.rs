use actix_web::{HttpResponse, put, web};
use serde::{Deserialize, Serialize};
use stead_domain::channel::NotificationLevel;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Api,
    dto::NotificationLevelBody,
    error::ApiError,
    extract::{Body, Call, ChannelPath, Problems, RequestBody},
    respond,
};

/// Of what one wants to be told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetNotifications)]
pub struct SetNotificationsBody {
    /// Of everything, of what mentions one, of nothing.
    #[serde(default)]
    #[schema(value_type = NotificationLevelBody, required = true)]
    level: Option<NotificationLevelBody>,
}

impl RequestBody for SetNotificationsBody {
    type Meaning = NotificationLevel;

    fn check(self, problems: &mut Problems) -> Option<NotificationLevel> {
        problems.required("level", self.level, |level| Ok(level.into()))
    }
}

/// Of what one is told now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notifications)]
pub struct NotificationsBody {
    /// The channel.
    pub channel_id: Uuid,
    /// Of what one is told.
    pub level: NotificationLevelBody,
}

impl NotificationsBody {
    /// An example for the document.
    pub fn sample() -> Self {
        let channel_id = Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0020);
        Self { channel_id, level: NotificationLevelBody::Mentions }
    }
}

/// Say of what in a channel one wants to be told
#[utoipa::path(
    tag = "channels",
    operation_id = "set_channel_notifications",
    params(ChannelPath),
    request_body(content = SetNotificationsBody, example = json!({"level": "mentions"})),
    responses(
        (status = 200, description = "Of what one is told now",
            body = NotificationsBody, example = json!(NotificationsBody::sample())),
        (status = 403, description = "Not a member of this channel"),
    ),
)]
#[put("/channels/{channel_id}/notifications")]
pub async fn set_channel_notifications(
    call: Call<ChannelPath>,
    body: Body<SetNotificationsBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    let level = body.0;
    let set = api
        .write(move |application| async move { application.set_notifications(&caller, path.channel_id, level).await });
    let level = set.await?;
    Ok(respond::ok(&NotificationsBody { channel_id: path.channel_id.uuid(), level: level.into() }))
}
